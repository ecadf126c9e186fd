-- One row per plan that was started: since when, and how much of its days so far was kept to.
select
    plan_name,
    title,
    plan_started_on,
    known_day_count,
    adherence_ratio
from marts.plans
where athlete_id = $athlete_id and plan_started_on is not null
order by plan_name
