-- One row per slice of a run: how far the runner had come on level ground by then, and how fast he was around
-- it, against his easy speed.
--
-- Around it: a quarter of a minute, of which the slice is the middle; a pause is no neighbour.
--
-- grain: athlete_id, activity_id, recorded_at
with weighed as (
    select
        slices.athlete_id,
        slices.activity_id,
        slices.recorded_at,
        slices.slice_number,
        slices.elapsed_s,
        slices.is_moving,
        slices.is_after_pause,
        slices.step_s,
        easy.easy_speed_m_per_s,
        if(
            slices.step_s > 0,
            slices.moving_m * if(
                slices.grade_ratio > 0,
                1 + thresholds.climb_ratio * (slices.grade_factor - 1),
                least(slices.grade_factor, 1)
            ),
            0
        ) as effort_m
    from activity.clean_slices as slices
    cross join settings.measuring as thresholds
    inner join activity.easy_speeds as easy
        on
            slices.athlete_id = easy.athlete_id
            and slices.activity_id = easy.activity_id
            and easy.easy_speed_m_per_s > 0
),

summed as (
    select
        slices.athlete_id,
        slices.activity_id,
        slices.recorded_at,
        slices.slice_number,
        slices.elapsed_s,
        slices.elapsed_s - slices.step_s as started_after_s,
        slices.is_moving,
        slices.easy_speed_m_per_s,
        slices.step_s,
        slices.effort_m,
        sum(slices.effort_m) over until_now as effort_travelled_m,
        if(
            slices.step_s > 0 and not slices.is_after_pause,
            lag(slices.step_s) over activity, 0
        ) as before_s,
        if(
            slices.step_s > 0 and not lead(slices.is_after_pause) over activity,
            lead(slices.step_s) over activity, 0
        ) as after_s,
        lag(slices.effort_m) over activity as before_m,
        lead(slices.effort_m) over activity as after_m
    from weighed as slices
    window
        activity as (partition by slices.athlete_id, slices.activity_id order by slices.recorded_at),
        until_now as (
            partition by slices.athlete_id, slices.activity_id order by slices.recorded_at
            rows between unbounded preceding and current row
        )
)

select
    athlete_id,
    activity_id,
    recorded_at,
    slice_number,
    started_after_s,
    elapsed_s,
    is_moving,
    step_s,
    effort_m,
    effort_travelled_m,
    (effort_m + if(before_s > 0, before_m, 0) + if(after_s > 0, after_m, 0))
    / nullif(step_s + before_s + after_s, 0) / easy_speed_m_per_s as speed_to_easy_ratio
from summed
