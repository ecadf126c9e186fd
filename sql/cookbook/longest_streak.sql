-- What were my longest streaks of running every day?
with runs as (
    select
        local_day,
        local_day - cast(row_number() over (order by local_day) as integer) as streak
    from marts.days
    where athlete_id = getvariable('athlete_id') and run_count > 0
)

select
    count(*) as day_count,
    min(local_day) as first_day,
    max(local_day) as last_day
from runs
group by streak
order by day_count desc, last_day desc
limit 10
