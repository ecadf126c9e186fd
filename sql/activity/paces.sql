-- One row per slice of a run: how fast it was against the run's easy speed, and what that adds up to.
--
-- Hills make two answers, and a bout has to be one by both: who keeps the pace over a hill works harder, and
-- who keeps the effort is faster downhill. The lesser of the two says what is fast, the greater what is slow;
-- who is faster than easy uphill gets some of the climb. Around a slice: a quarter of a minute, of which it
-- is the middle; a pause is no neighbour.
--
-- grain: athlete_id, activity_id, recorded_at
with compared as (
    select
        slices.athlete_id,
        slices.activity_id,
        slices.recorded_at,
        slices.slice_number,
        slices.elapsed_s,
        slices.is_after_pause,
        slices.step_s,
        slices.grade_ratio,
        slices.grade_factor,
        slices.cadence_per_min / nullif(easy.easy_cadence_per_min, 0) as cadence_ratio,
        slices.moving_m / nullif(slices.step_s, 0) / easy.easy_ground_speed_m_per_s as ground_ratio,
        slices.grade_adjusted_m / nullif(slices.step_s, 0) / easy.easy_speed_m_per_s as level_ratio
    from activity.clean_slices as slices
    inner join activity.easy_speeds as easy
        on
            slices.athlete_id = easy.athlete_id
            and slices.activity_id = easy.activity_id
            and easy.easy_speed_m_per_s > 0
),

weighed as (
    select
        compared.*,
        coalesce(
            compared.step_s
            * least(
                compared.level_ratio,
                if(
                    compared.grade_ratio >= thresholds.climb_min_ratio
                    and compared.ground_ratio > thresholds.climb_from_ratio,
                    greatest(
                        compared.ground_ratio,
                        least(
                            compared.ground_ratio
                            + (compared.ground_ratio - thresholds.climb_from_ratio)
                            * thresholds.climb_boost_ratio * (compared.grade_factor - 1),
                            thresholds.climb_boost_max_ratio
                        )
                    ),
                    compared.ground_ratio
                )
            ),
            0
        ) as effort_s,
        coalesce(compared.step_s * greatest(compared.level_ratio, compared.ground_ratio), 0) as effort_most_s
    from compared
    cross join settings.measuring as thresholds
),

summed as (
    select
        weighed.*,
        sum(weighed.effort_s) over until_now as effort_sum_s,
        sum(weighed.effort_most_s) over until_now as effort_most_sum_s,
        if(weighed.step_s > 0 and not weighed.is_after_pause, lag(weighed.step_s) over activity, 0)
            as before_s,
        if(
            weighed.step_s > 0 and not lead(weighed.is_after_pause) over activity,
            lead(weighed.step_s) over activity,
            0
        )
            as after_s,
        lag(weighed.effort_s) over activity as before_effort_s,
        lead(weighed.effort_s) over activity as after_effort_s
    from weighed
    window
        activity as (partition by weighed.athlete_id, weighed.activity_id order by weighed.recorded_at),
        until_now as (
            partition by weighed.athlete_id, weighed.activity_id order by weighed.recorded_at
            rows between unbounded preceding and current row
        )
)

select
    athlete_id,
    activity_id,
    recorded_at,
    slice_number,
    elapsed_s - step_s as started_after_s,
    elapsed_s,
    step_s,
    effort_s,
    effort_sum_s,
    effort_most_s,
    effort_most_sum_s,
    cadence_ratio,
    if(
        before_s > 0 and after_s > 0,
        abs(effort_s / step_s - (before_effort_s / before_s + after_effort_s / after_s) / 2),
        null
    ) as jitter_ratio,
    (2 * effort_s + if(before_s > 0, before_effort_s, 0) + if(after_s > 0, after_effort_s, 0))
    / nullif(2 * step_s + before_s + after_s, 0) as effort_ratio
from summed
