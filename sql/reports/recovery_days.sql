-- One row per day of the last two years of which anything is known besides running, the oldest first.
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
        sleep_score,
        strength_count,
        is_ill
    from marts.days
    where athlete_id = $athlete_id
)

select
    local_day,
    heart_rate_resting_bpm,
    heart_rate_resting_source,
    hrv_s,
    hrv_source,
    sleep_s,
    sleep_source,
    sleep_score,
    strength_count,
    is_ill
from days
where
    local_day > last_day - 728
    and (
        coalesce(heart_rate_resting_bpm, hrv_s, sleep_s, sleep_score) is not null
        or strength_count is not null
        or is_ill is not null
    )
order by local_day
