-- One row per signal of recovery that was ever known: the last seven days, and what is usual.
--
-- Journal and watch measure differently, so only days of the latest source are compared. Usual is the middle
-- 80 % of the means of seven days (four known, none ill) in the half year before.
with days as (
    select
        local_day,
        max(local_day) over () as last_day,
        heart_rate_resting_bpm,
        heart_rate_resting_source,
        hrv_s,
        hrv_source,
        sleep_s,
        sleep_source,
        coalesce(is_ill, false) as is_ill
    from marts.days
    where athlete_id = $athlete_id
),

signals as (
    select
        1 as place,
        'heart_rate_resting' as signal,
        'bpm' as unit,
        local_day,
        last_day,
        heart_rate_resting_bpm as value,
        heart_rate_resting_source as source,
        is_ill
    from days
    union all
    select
        2 as place,
        'hrv' as signal,
        's' as unit,
        local_day,
        last_day,
        hrv_s as value,
        hrv_source as source,
        is_ill
    from days
    union all
    select
        3 as place,
        'sleep' as signal,
        's' as unit,
        local_day,
        last_day,
        sleep_s as value,
        sleep_source as source,
        is_ill
    from days
),

known as (
    select *
    from signals
    where value is not null
    qualify first_value(source) over (partition by signal order by local_day desc) = source
),

weeks as (
    select
        *,
        local_day > last_day - 7 as is_recent,
        avg(value) filter (where not is_ill) over week as week_value,
        count(*) filter (where not is_ill) over week as week_count
    from known
    window week as (
        partition by signal order by local_day
        range between interval 6 days preceding and current row
    )
)

select
    signal,
    unit,
    any_value(source) as source,
    max(local_day) as last_known_on,
    count(*) as known_day_count,
    count(*) filter (where is_recent) as recent_day_count,
    avg(value) filter (where is_recent) as recent_value,
    count(*) filter (
        where not is_recent and local_day > last_day - 189 and week_count >= 4
    ) as usual_day_count,
    quantile_cont(week_value, 0.5) filter (
        where not is_recent and local_day > last_day - 189 and week_count >= 4
    ) as usual_value,
    quantile_cont(week_value, 0.1) filter (
        where not is_recent and local_day > last_day - 189 and week_count >= 4
    ) as usual_low_value,
    quantile_cont(week_value, 0.9) filter (
        where not is_recent and local_day > last_day - 189 and week_count >= 4
    ) as usual_high_value
from weeks
group by place, signal, unit
order by place
