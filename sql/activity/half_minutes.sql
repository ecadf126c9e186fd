-- One row per half minute of a run: how long and how far the runner moved in it.
--
-- Half minutes are fine enough for the pace of a run, and a sixth of the slices.
--
-- grain: athlete_id, activity_id, half_minute_number
-- check: moving_s >= 0
select
    slices.athlete_id,
    slices.activity_id,
    cast(floor((slices.elapsed_s - slices.step_s) / thresholds.pace_window_s) as bigint)
        as half_minute_number,
    sum(slices.step_s) as recorded_s,
    sum(slices.moving_s) as moving_s,
    sum(slices.moving_m) as moving_m,
    sum(slices.grade_adjusted_m) as grade_adjusted_m
from activity.clean_slices as slices
cross join settings.measuring as thresholds
inner join staging.activities as activities
    on
        slices.athlete_id = activities.athlete_id
        and slices.activity_id = activities.activity_id
        and activities.is_run
group by
    slices.athlete_id,
    slices.activity_id,
    floor((slices.elapsed_s - slices.step_s) / thresholds.pace_window_s)
