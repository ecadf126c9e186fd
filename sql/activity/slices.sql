-- One row per five seconds in which an activity has records: the sums and means of its records.
--
-- What is measured is measured on these: it costs a fifth, a GPS jitters less over five seconds, and smart
-- recording, which writes fewer records than slices, keeps all it has. A slice in which one stands for most
-- of the time is standing, one in which one moves for most of it is moving: less than three seconds of either
-- are a jitter. A position that stands and leaps, as some phones write it, moves at twice that pace. Where no
-- metre is added nobody moves, whatever speed is told: so some watches write while the timer stands.
--
-- grain: athlete_id, activity_id, recorded_at
-- check: step_s >= 0
-- check: moving_s >= 0
with sums as (
    select
        steps.athlete_id,
        steps.activity_id,
        steps.slice_number,
        max(steps.recorded_at) as recorded_at,
        any_value(thresholds.moving_min_m_per_s) as moving_min_m_per_s,
        count(*) as record_count,
        any_value(steps.latitude_deg) as latitude_deg,
        any_value(steps.longitude_deg) as longitude_deg,
        sum(steps.step_s) as step_s,
        sum(steps.step_m) as advance_m,
        sum(steps.step_m) filter (where steps.step_s > 0) as step_m,
        sum(steps.step_m) filter (where steps.step_s = 0 and steps.is_moving) as dropout_m,
        sum(steps.moving_s) filter (where steps.step_s > 0) as walked_s,
        sum(steps.moving_s) filter (where steps.step_s = 0) as dropout_s,
        bool_or(steps.step_s = 0 and not steps.is_moving) as is_after_pause,
        sum(steps.speed_m_per_s * steps.step_s)
        / nullif(sum(steps.step_s) filter (where steps.speed_m_per_s is not null), 0) as speed_m_per_s,
        avg(steps.altitude_m) as altitude_m,
        count(steps.altitude_m) as altitude_count,
        coalesce(
            sum(steps.heart_rate_bpm * steps.step_s)
            / nullif(sum(steps.step_s) filter (where steps.heart_rate_bpm is not null), 0),
            avg(steps.heart_rate_bpm)
        ) as heart_rate_bpm,
        min(steps.heart_rate_bpm) as heart_rate_lowest_bpm,
        max(steps.heart_rate_bpm) as heart_rate_highest_bpm,
        count(steps.heart_rate_bpm) as heart_rate_count,
        sum(steps.step_s) filter (where steps.is_heart_rate_rejected) as heart_rate_out_of_range_s,
        sum(steps.step_s) filter (where steps.is_speed_rejected) as speed_rejected_s,
        avg(steps.cadence_per_min) as cadence_per_min,
        sum(steps.temperature_c * steps.step_s)
        / nullif(sum(steps.step_s) filter (where steps.temperature_c is not null), 0) as temperature_c,
        avg(steps.ground_contact_s) as ground_contact_s
    from activity.steps as steps
    cross join settings.measuring as thresholds
    group by
        steps.athlete_id,
        steps.activity_id,
        steps.slice_number
),

judged as (
    select
        sums.*,
        coalesce(
            sums.step_m > 0
            and (
                2 * sums.walked_s > sums.step_s
                or sums.step_m > 2 * sums.moving_min_m_per_s * sums.step_s
            ),
            false
        ) as has_walked
    from sums
)

select
    athlete_id,
    activity_id,
    recorded_at,
    slice_number,
    record_count,
    latitude_deg is not null as has_position,
    latitude_deg,
    longitude_deg,
    advance_m,
    step_s,
    coalesce(step_m, 0) as step_m,
    if(has_walked, step_s, 0) + coalesce(dropout_s, 0) as moving_s,
    if(has_walked, step_m, 0) + coalesce(dropout_m, 0) as moving_m,
    has_walked or coalesce(dropout_s, 0) > 0 as is_moving,
    is_after_pause,
    speed_m_per_s,
    altitude_m,
    altitude_count,
    heart_rate_bpm,
    heart_rate_lowest_bpm,
    heart_rate_count = record_count and heart_rate_lowest_bpm = heart_rate_highest_bpm as is_heart_rate_even,
    coalesce(heart_rate_out_of_range_s, 0) as heart_rate_out_of_range_s,
    coalesce(speed_rejected_s, 0) as speed_rejected_s,
    cadence_per_min,
    temperature_c,
    ground_contact_s
from judged
