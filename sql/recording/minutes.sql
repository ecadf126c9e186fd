-- One row per recording and full minute of the clock around which it has records: its fingerprint.
--
-- By it two files of one session are found. The values are those at the full minute, on the line from the
-- last record before it to the first after it: so it does not matter how often a watch or a platform wrote.
-- Cadence and distance are means around it. In a clock that is wrong by quarter hours a minute is a minute.
--
-- grain: athlete_id, activity_id, minute_number
with placed as (
    select
        records.athlete_id,
        records.activity_id,
        cast(round(epoch(records.recorded_at) / 60) as bigint) as minute_number,
        epoch(records.recorded_at) - 60 * round(epoch(records.recorded_at) / 60) as from_minute_s,
        cast(records.latitude_deg as double) as latitude_deg,
        cast(records.longitude_deg as double) as longitude_deg,
        case
            when
                records.heart_rate_bpm between
                thresholds.heart_rate_possible_min_bpm and thresholds.heart_rate_possible_max_bpm
                then cast(records.heart_rate_bpm as double)
        end as heart_rate_bpm,
        cast(records.distance_m as double) as distance_m,
        cast(records.cadence_per_min as double) as cadence_per_min,
        records.altitude_m,
        records.speed_m_per_s,
        records.power_w,
        records.temperature_c,
        coalesce(
            records.ground_contact_s,
            records.vertical_oscillation_m,
            records.step_length_m,
            records.vertical_ratio
        ) as dynamics,
        thresholds.minute_reach_s
    from raw.records as records
    cross join settings.measuring as thresholds
),

around as (
    select
        placed.athlete_id,
        placed.activity_id,
        placed.minute_number,
        count(*) as record_count,
        arg_max(
            struct_pack(
                at_s := placed.from_minute_s,
                north_deg := placed.latitude_deg,
                east_deg := placed.longitude_deg
            ),
            placed.from_minute_s
        ) filter (where placed.from_minute_s <= 0 and placed.latitude_deg is not null) as fix_before,
        arg_min(
            struct_pack(
                at_s := placed.from_minute_s,
                north_deg := placed.latitude_deg,
                east_deg := placed.longitude_deg
            ),
            placed.from_minute_s
        ) filter (where placed.from_minute_s > 0 and placed.latitude_deg is not null) as fix_after,
        arg_max(
            struct_pack(at_s := placed.from_minute_s, bpm := placed.heart_rate_bpm), placed.from_minute_s
        ) filter (where placed.from_minute_s <= 0 and placed.heart_rate_bpm is not null) as beat_before,
        arg_min(
            struct_pack(at_s := placed.from_minute_s, bpm := placed.heart_rate_bpm), placed.from_minute_s
        ) filter (where placed.from_minute_s > 0 and placed.heart_rate_bpm is not null) as beat_after,
        avg(placed.distance_m) as distance_m,
        avg(placed.cadence_per_min) as cadence_per_min,
        count(placed.latitude_deg) > 0 as has_position,
        count(placed.altitude_m) > 0 as has_altitude,
        count(placed.distance_m) > 0 as has_distance,
        count(placed.speed_m_per_s) > 0 as has_speed,
        count(placed.heart_rate_bpm) > 0 as has_heart_rate,
        count(placed.cadence_per_min) > 0 as has_cadence,
        count(placed.power_w) > 0 as has_power,
        count(placed.temperature_c) > 0 as has_temperature,
        count(placed.dynamics) > 0 as has_dynamics
    from placed
    where abs(placed.from_minute_s) <= placed.minute_reach_s
    group by placed.athlete_id, placed.activity_id, placed.minute_number
),

between_two as (
    select
        around.*,
        around.fix_after.at_s - around.fix_before.at_s as fix_gap_s,
        -around.fix_before.at_s / (around.fix_after.at_s - around.fix_before.at_s) as fix_share,
        around.fix_after.north_deg - around.fix_before.north_deg as north_deg,
        around.fix_after.east_deg - around.fix_before.east_deg as east_deg,
        -around.beat_before.at_s / (around.beat_after.at_s - around.beat_before.at_s) as beat_share,
        thresholds.degree_m
    from around
    cross join settings.measuring as thresholds
)

select
    athlete_id,
    activity_id,
    minute_number,
    record_count,
    fix_before.north_deg + fix_share * north_deg as latitude_deg,
    fix_before.east_deg + fix_share * east_deg as longitude_deg,
    north_deg * degree_m / fix_gap_s as north_m_per_s,
    east_deg * degree_m * cos(radians(fix_before.north_deg)) / fix_gap_s as east_m_per_s,
    beat_before.bpm + beat_share * (beat_after.bpm - beat_before.bpm) as heart_rate_bpm,
    distance_m,
    cadence_per_min,
    has_position,
    has_altitude,
    has_distance,
    has_speed,
    has_heart_rate,
    has_cadence,
    has_power,
    has_temperature,
    has_dynamics
from between_two
