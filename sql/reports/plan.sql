-- One row per plan that is known, those that were started first, the latest start first.
select
    plan_name,
    title,
    as_of_day,
    is_eligible,
    missing,
    weekly_m,
    weekly_run_days,
    plan_started_on,
    start_source,
    known_day_count,
    adherence_ratio,
    trial_before_s,
    trial_after_s,
    trial_gain_pct,
    reason
from marts.plans
where athlete_id = $athlete_id
order by plan_started_on desc nulls last, plan_name asc
