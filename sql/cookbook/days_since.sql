-- How many days is it since my last run, long run, hard session, race and day off?
with last_days as (
    select
        'run' as what,
        max(local_day) as local_day
    from marts.days
    where athlete_id = getvariable('athlete_id') and run_count > 0
    union all
    select
        'day off' as what,
        max(local_day) as local_day
    from marts.days
    where athlete_id = getvariable('athlete_id') and activity_count = 0
    union all
    select
        case
            when is_quality then 'hard session'
            when session_class = 'long' then 'long run'
        end as what,
        max(local_day) as local_day
    from marts.workouts
    where athlete_id = getvariable('athlete_id') and (is_quality or session_class = 'long')
    group by all
    union all
    select
        'race' as what,
        max(local_day) as local_day
    from marts.activities
    where athlete_id = getvariable('athlete_id') and race_source is not null
)

select
    what,
    local_day,
    current_date - local_day as days_since
from last_days
where local_day is not null
order by days_since, what
