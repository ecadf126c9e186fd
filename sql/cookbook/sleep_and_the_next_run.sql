-- Do sleep and resting heart rate go with how the run of the day goes?
with runs as (
    select
        trend.comparable_log_pct - avg(trend.comparable_log_pct) over everything as faster_pct,
        days.sleep_s >= median(days.sleep_s) over everything as is_longer_sleep,
        days.heart_rate_resting_bpm <= median(days.heart_rate_resting_bpm) over everything as is_lower_resting
    from marts.days as days
    inner join marts.efficiency_trend as trend
        on days.athlete_id = trend.athlete_id and days.local_day = trend.local_day
    where days.athlete_id = getvariable('athlete_id') and trend.counts_for_trend
    window everything as (partition by days.athlete_id)
),

nights as (
    select
        faster_pct,
        case when is_longer_sleep then 'longer sleep' else 'shorter sleep' end as night
    from runs
    where is_longer_sleep is not null
    union all
    select
        faster_pct,
        if(is_lower_resting, 'lower resting heart rate', 'higher resting heart rate') as night
    from runs
    where is_lower_resting is not null
)

select
    night,
    count(*) as run_count,
    round(avg(faster_pct), 2) as faster_than_usual_pct,
    round(stddev_samp(faster_pct) / sqrt(count(*)), 2) as standard_error_pct
from nights
group by night
order by night
