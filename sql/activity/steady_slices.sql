-- One row per slice of steady running: warmed up, not just after a stop, not steep, heart rate known.
--
-- SCIENCE.md F, S20. A stop is a minute lost: standing, or a pause; a dropout over which the distance went
-- on is not.
--
-- grain: athlete_id, activity_id, recorded_at
-- check: step_s > 0
select
    slices.athlete_id,
    slices.activity_id,
    slices.recorded_at,
    slices.elapsed_recorded_s - slices.step_s - thresholds.warm_up_s as after_warm_up_s,
    slices.elapsed_s - slices.step_s as started_after_s,
    slices.step_s,
    slices.step_m,
    slices.grade_adjusted_long_m,
    slices.speed_half_minute_m_per_s,
    slices.heart_rate_bpm,
    slices.cadence_per_min,
    slices.ground_contact_s,
    slices.temperature_c
from activity.clean_slices as slices
cross join settings.measuring as thresholds
where
    slices.is_moving
    and slices.step_s > 0
    and slices.elapsed_recorded_s - slices.step_s >= thresholds.warm_up_s
    and coalesce(date_diff('second', slices.stood_at, slices.recorded_at) >= thresholds.after_stop_s, true)
    and coalesce(abs(slices.grade_long_ratio) <= thresholds.steady_grade_max_ratio, true)
    and slices.heart_rate_bpm is not null
    and slices.speed_m_per_s is not null
