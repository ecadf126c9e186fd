-- One row per week, the oldest first.
select
    week_start_on,
    activity_count,
    run_count,
    run_day_count,
    distance_m,
    moving_s,
    load_score,
    load_unknown_count,
    load_change_ratio,
    longest_run_m,
    longest_growth_ratio,
    has_spike,
    ramp_m,
    is_down_week,
    phase,
    fitness_score,
    fatigue_score,
    form_score
from marts.weekly_load
where athlete_id = $athlete_id
order by week_start_on
