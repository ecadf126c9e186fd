-- One row per athlete and plan: how long it is, over what its time trial goes, and what one should bring.
--
-- A plan of the athlete's own asks for nothing.
--
-- grain: athlete_id, plan_name
select
    steps.athlete_id,
    steps.plan_name,
    coalesce(any_value(built_in.title), steps.plan_name) as title,
    max(steps.plan_day_number) as plan_day_count,
    max(steps.planned_m) filter (where steps.step_kind = 'time_trial') as trial_m,
    any_value(built_in.needed_run_days) as needed_run_days,
    any_value(built_in.needed_weekly_m) as needed_weekly_m,
    any_value(built_in.needed_base_days) as needed_base_days,
    any_value(built_in.needed_history_days) as needed_history_days
from athlete.plan_steps as steps
left join settings.plans as built_in on steps.plan_name = built_in.plan_name
group by steps.athlete_id, steps.plan_name
