-- One row per run and two minutes since its start, for the first hour: how fast, and at what heart rate.
--
-- grain: athlete_id, activity_id, interval_number
-- check: interval_number >= 0
-- check: moving_s >= 0
select
    slices.athlete_id,
    slices.activity_id,
    cast(floor((slices.elapsed_s - slices.step_s) / thresholds.opening_s) as bigint) as interval_number,
    sum(slices.grade_adjusted_m) / nullif(sum(slices.moving_s), 0) as grade_adjusted_speed_m_per_s,
    median(slices.heart_rate_bpm) as heart_rate_bpm,
    sum(slices.moving_s) as moving_s
from activity.clean_slices as slices
cross join settings.measuring as thresholds
inner join staging.activities as activities
    on
        slices.athlete_id = activities.athlete_id
        and slices.activity_id = activities.activity_id
        and activities.is_run
where slices.elapsed_s - slices.step_s < thresholds.openings_until_s
group by
    slices.athlete_id,
    slices.activity_id,
    floor((slices.elapsed_s - slices.step_s) / thresholds.opening_s)
