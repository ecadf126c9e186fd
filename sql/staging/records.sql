-- One row per record of the watch: what cannot be true is null, and said so.
--
-- grain: athlete_id, activity_id, recorded_at
with numbers as (
    select
        records.athlete_id,
        records.activity_id,
        records.recorded_at,
        cast(records.latitude_deg as double) as latitude_deg,
        cast(records.longitude_deg as double) as longitude_deg,
        cast(records.altitude_m as double) as altitude_m,
        cast(records.distance_m as double) as distance_m,
        cast(records.speed_m_per_s as double) as speed_m_per_s,
        cast(records.heart_rate_bpm as double) as heart_rate_bpm,
        cast(records.cadence_per_min as double) as cadence_per_min,
        cast(records.power_w as double) as power_w,
        cast(records.temperature_c as double) as temperature_c,
        cast(records.ground_contact_s as double) as ground_contact_s,
        cast(records.vertical_oscillation_m as double) as vertical_oscillation_m,
        cast(records.step_length_m as double) as step_length_m
    from raw.records as records
)

select
    records.athlete_id,
    records.activity_id,
    records.recorded_at,
    records.latitude_deg,
    records.longitude_deg,
    case
        when
            records.altitude_m between thresholds.altitude_min_m and thresholds.altitude_max_m
            then records.altitude_m
    end as altitude_m,
    case when records.distance_m >= 0 then records.distance_m end as distance_m,
    case
        when
            records.speed_m_per_s between 0 and
            if(activities.is_on_foot, thresholds.foot_speed_max_m_per_s, thresholds.speed_max_m_per_s)
            then records.speed_m_per_s
    end as speed_m_per_s,
    if(activities.is_on_foot, thresholds.foot_speed_max_m_per_s, thresholds.speed_max_m_per_s)
        as speed_limit_m_per_s,
    case
        when
            records.heart_rate_bpm between
            thresholds.heart_rate_possible_min_bpm and thresholds.heart_rate_possible_max_bpm
            then records.heart_rate_bpm
    end as heart_rate_bpm,
    coalesce(
        records.heart_rate_bpm not between
        thresholds.heart_rate_possible_min_bpm and thresholds.heart_rate_possible_max_bpm,
        false
    ) as is_heart_rate_rejected,
    case
        when records.cadence_per_min between 0 and thresholds.cadence_max_per_min
            then records.cadence_per_min
    end as cadence_per_min,
    case when records.power_w >= 0 then records.power_w end as power_w,
    records.temperature_c,
    records.ground_contact_s,
    records.vertical_oscillation_m,
    records.step_length_m
from numbers as records
inner join staging.activities as activities
    on
        records.athlete_id = activities.athlete_id
        and records.activity_id = activities.activity_id
cross join settings.measuring as thresholds
