-- How hard were my easy runs, month by month?
with easy_runs as (
    select
        activities.*,
        activities.easy_s + activities.moderate_s + activities.hard_s as known_s
    from marts.workouts as workouts
    inner join marts.activities as activities
        on
            workouts.athlete_id = activities.athlete_id
            and workouts.activity_id = activities.activity_id
    where
        workouts.athlete_id = getvariable('athlete_id')
        and workouts.workout_template in ('easy', 'recovery')
)

select
    cast(date_trunc('month', local_day) as date) as month_from,
    count(*) as run_count,
    round(avg(heart_rate_mean_bpm)) as heart_rate_mean_bpm,
    round(100 * sum(easy_s) / sum(known_s)) as easy_pct,
    round(100 * sum(moderate_s) / sum(known_s)) as moderate_pct,
    round(100 * sum(hard_s) / sum(known_s)) as hard_pct
from easy_runs
where known_s > 0
group by all
order by month_from desc
