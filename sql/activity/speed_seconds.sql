-- One row per activity and tenth of a metre per second: how long and how far one moved at that pace.
--
-- All moving time, whether heart rate is known or not; the speed is the grade-adjusted one over half a
-- minute.
--
-- grain: athlete_id, activity_id, speed_step_m_per_s
-- check: duration_s > 0
-- check: distance_m >= 0
with stepped as (
    select
        slices.athlete_id,
        slices.activity_id,
        slices.moving_s,
        slices.moving_m,
        coalesce(
            floor(round(slices.grade_adjusted_speed_m_per_s * thresholds.speed_steps_per_m_per_s, 6))
            / thresholds.speed_steps_per_m_per_s,
            0
        ) as speed_step_m_per_s
    from activity.clean_slices as slices
    cross join settings.measuring as thresholds
    where slices.is_moving
)

select
    athlete_id,
    activity_id,
    speed_step_m_per_s,
    sum(moving_s) as duration_s,
    sum(moving_m) as distance_m
from stepped
group by athlete_id, activity_id, speed_step_m_per_s
