-- One row per athlete and day with what watches measured of it and of the night that it began with.
--
-- What an account tells of a day is its last word: its owner may have mended the night there. Of several
-- readings by watches the last one counts, but of sleep the longest: a nap is no night. What no human body
-- shows is no reading.
--
-- grain: athlete_id, local_day
with readings as (
    select
        days.athlete_id,
        coalesce(
            days.local_day, cast(days.recorded_at + to_seconds(coalesce(days.utc_offset_s, 0)) as date)
        ) as local_day,
        struct_pack(
            is_account := days.recorded_at is null,
            recorded_at := coalesce(days.recorded_at, timestamp '1970-01-01'),
            digest := days.file_digest
        ) as trust,
        if(
            days.heart_rate_resting_bpm between
            thresholds.resting_possible_min_bpm and thresholds.resting_possible_max_bpm,
            days.heart_rate_resting_bpm,
            null
        ) as heart_rate_resting_bpm,
        if(
            days.hrv_s between thresholds.hrv_possible_min_s and thresholds.hrv_possible_max_s,
            days.hrv_s,
            null
        ) as hrv_s,
        if(
            days.sleep_s between thresholds.sleep_possible_min_s and thresholds.sleep_possible_max_s,
            days.sleep_s,
            null
        ) as sleep_s,
        days.sleep_score
    from raw.wellness_days as days
    cross join settings.judging as thresholds
)

select
    readings.athlete_id,
    readings.local_day,
    arg_max(readings.heart_rate_resting_bpm, readings.trust) as heart_rate_resting_bpm,
    arg_max(readings.hrv_s, readings.trust) as hrv_s,
    arg_max(
        readings.sleep_s,
        struct_pack(is_account := readings.trust.is_account, s := readings.sleep_s)
    ) as sleep_s,
    arg_max(
        readings.sleep_score,
        struct_pack(is_account := readings.trust.is_account, s := readings.sleep_s, trust := readings.trust)
    ) filter (where readings.sleep_s is not null) as sleep_score
from readings
group by readings.athlete_id, readings.local_day
