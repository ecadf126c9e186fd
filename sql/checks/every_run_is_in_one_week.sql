-- One row per athlete whose runs are not the sum of the weeks' runs.
with weeks as (
    select
        weekly_load.athlete_id,
        sum(weekly_load.run_count) as run_count
    from marts.weekly_load as weekly_load
    group by weekly_load.athlete_id
)

select
    runs.athlete_id,
    runs.run_count,
    weeks.run_count as weeks_run_count
from (
    select
        activities.athlete_id,
        count(*) filter (where activities.sport = 'running') as run_count
    from marts.activities as activities
    group by activities.athlete_id
) as runs
left join weeks
    on runs.athlete_id = weeks.athlete_id
where coalesce(weeks.run_count, 0) != runs.run_count
