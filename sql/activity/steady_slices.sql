-- One row per slice of steady running: warmed up, not just after a stop, not steep, heart rate known.
--
-- SCIENCE.md F, S20. A stop is a minute lost: standing, or a pause; a dropout over which the distance went
-- on is not.
--
-- grain: athlete_id, activity_id, recorded_at
-- check: step_s > 0
with timed as (
    select
        slices.*,
        thresholds.after_stop_s,
        thresholds.warm_up_s,
        thresholds.steady_grade_max_ratio,
        epoch(first_value(slices.recorded_at) over activity) - first_value(slices.step_s) over activity
            as started_s,
        last_value(
            case when slices.is_after_pause or not slices.is_moving then slices.recorded_at end ignore nulls
        ) over activity as stood_at
    from activity.clean_slices as slices
    cross join settings.measuring as thresholds
    window activity as (partition by slices.athlete_id, slices.activity_id order by slices.recorded_at)
)

select
    athlete_id,
    activity_id,
    recorded_at,
    elapsed_recorded_s - step_s - warm_up_s as after_warm_up_s,
    epoch(recorded_at) - step_s - started_s as started_after_s,
    step_s,
    step_m,
    grade_adjusted_long_m,
    speed_half_minute_m_per_s,
    heart_rate_bpm,
    temperature_c
from timed
where
    is_moving
    and step_s > 0
    and elapsed_recorded_s - step_s >= warm_up_s
    and coalesce(date_diff('second', stood_at, recorded_at) >= after_stop_s, true)
    and coalesce(abs(grade_long_ratio) <= steady_grade_max_ratio, true)
    and heart_rate_bpm is not null
    and speed_m_per_s is not null
