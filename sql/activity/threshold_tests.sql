-- One row per run of at least half an hour with heart rate: its fastest half hour, and the mean heart rate of
-- the last twenty minutes of it.
--
-- Run alone and as hard as one can, that is Friel's test of the second threshold. Whether it was that hard,
-- athlete/ tells from the speed.
--
-- grain: athlete_id, activity_id
-- check: test_speed_m_per_s > 0
with limits as (
    select
        thresholds.*,
        cast(thresholds.test_s / thresholds.pace_window_s as bigint) - 1 as windows_before,
        cast(thresholds.test_heart_rate_s / thresholds.pace_window_s as bigint) - 1 as windows_before_end
    from settings.measuring as thresholds
),

-- half minutes are fine enough, and a sixth of the slices
summed as (
    select
        slices.athlete_id,
        slices.activity_id,
        cast(ceil(epoch(slices.recorded_at) / limits.pace_window_s) as bigint) as window_number,
        sum(slices.moving_s) as moving_s,
        sum(slices.grade_adjusted_m) as grade_adjusted_m,
        sum(slices.heart_rate_bpm * slices.heart_rate_known_s) as beats,
        sum(slices.heart_rate_known_s) as heart_rate_known_s
    from activity.clean_slices as slices
    cross join limits
    inner join staging.activities as activities
        on
            slices.athlete_id = activities.athlete_id
            and slices.activity_id = activities.activity_id
            and activities.is_run
    group by
        slices.athlete_id,
        slices.activity_id,
        ceil(epoch(slices.recorded_at) / limits.pace_window_s)
),

windowed as (
    select
        summed.athlete_id,
        summed.activity_id,
        sum(summed.moving_s) over test as moving_s,
        sum(summed.grade_adjusted_m) over test as grade_adjusted_m,
        sum(summed.beats) over test_end as beats,
        sum(summed.heart_rate_known_s) over test_end as heart_rate_known_s,
        limits.test_s,
        limits.test_heart_rate_s,
        limits.test_coverage_min_ratio
    from summed
    cross join limits
    window
        test as (
            partition by summed.athlete_id, summed.activity_id order by summed.window_number
            range between limits.windows_before preceding and current row
        ),
        test_end as (
            partition by summed.athlete_id, summed.activity_id order by summed.window_number
            range between limits.windows_before_end preceding and current row
        )
)

select
    athlete_id,
    activity_id,
    max(grade_adjusted_m / test_s) as test_speed_m_per_s,
    arg_max(beats / heart_rate_known_s, grade_adjusted_m) as test_heart_rate_bpm
from windowed
where
    moving_s >= test_coverage_min_ratio * test_s
    and heart_rate_known_s >= test_coverage_min_ratio * test_heart_rate_s
    and grade_adjusted_m > 0
group by athlete_id, activity_id
