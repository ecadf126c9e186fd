-- One row: how many runs there are, and how many other activities.
select
    coalesce(sum(run_count), 0) as run_count,
    coalesce(sum(activity_count - run_count), 0) as other_count
from marts.weekly_load
where athlete_id = $athlete_id
