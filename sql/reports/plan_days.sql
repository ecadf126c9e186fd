-- One row per day of the latest start of each plan, the first day first.
select
    plan_name,
    plan_started_on,
    plan_day_number,
    local_day,
    planned,
    planned_m,
    done_m,
    done,
    adherence_ratio
from marts.plan_days
where athlete_id = $athlete_id
qualify max(plan_started_on) over (partition by plan_name) = plan_started_on
order by plan_started_on, plan_name, plan_day_number
