-- One row per slice: how far the athlete had come, and the slope of the ground, smoothed over two lengths.
--
-- Over distance and not over time: the altitude is looked at every few metres of the way, on the line between
-- the slices before and after. The slope is the mean altitude of the marks ahead less that of the marks
-- behind, over the distance between them; near the ends it is that of the nearest whole window.
--
-- grain: athlete_id, activity_id, recorded_at
with limits as (
    select
        thresholds.mark_m,
        thresholds.grade_max_ratio,
        cast(floor(thresholds.grade_half_window_m / thresholds.mark_m) as bigint) as short_count,
        cast(floor(thresholds.grade_half_window_noisy_m / thresholds.mark_m) as bigint) as long_count
    from settings.measuring as thresholds
),

travelled as (
    select
        slices.athlete_id,
        slices.activity_id,
        slices.recorded_at,
        slices.step_m,
        slices.advance_m,
        slices.altitude_m,
        slices.altitude_count,
        sum(slices.advance_m) over (
            partition by slices.athlete_id, slices.activity_id order by slices.recorded_at
            rows between unbounded preceding and current row
        ) as travelled_m
    from activity.slices as slices
),

-- the mean altitude of the records of a slice is that of where they are on average
placed as (
    select
        slices.athlete_id,
        slices.activity_id,
        slices.altitude_m,
        slices.travelled_m - slices.step_m * (slices.altitude_count - 1) / (2 * slices.altitude_count)
            as placed_m,
        lag(slices.altitude_m) over activity as altitude_before_m,
        lag(
            slices.travelled_m - slices.step_m * (slices.altitude_count - 1) / (2 * slices.altitude_count)
        ) over activity as placed_before_m
    from travelled as slices
    where slices.altitude_m is not null
    window activity as (partition by slices.athlete_id, slices.activity_id order by slices.recorded_at)
),

numbered as (
    select
        placed.*,
        limits.mark_m,
        unnest(
            generate_series(
                coalesce(
                    cast(floor(placed.placed_before_m / limits.mark_m) as bigint) + 1,
                    cast(floor(placed.placed_m / limits.mark_m) as bigint)
                ),
                cast(floor(placed.placed_m / limits.mark_m) as bigint)
            )
        ) as mark_number
    from placed
    cross join limits
),

summed as (
    select
        numbered.athlete_id,
        numbered.activity_id,
        numbered.mark_number,
        sum(
            coalesce(
                numbered.altitude_before_m
                + (numbered.mark_number * numbered.mark_m - numbered.placed_before_m)
                / (numbered.placed_m - numbered.placed_before_m)
                * (numbered.altitude_m - numbered.altitude_before_m),
                numbered.altitude_m
            )
        ) over (
            partition by numbered.athlete_id, numbered.activity_id order by numbered.mark_number
            rows between unbounded preceding and current row
        ) as altitude_sum_m
    from numbered
),

sloped as (
    select
        summed.athlete_id,
        summed.activity_id,
        summed.mark_number,
        (
            lead(summed.altitude_sum_m, limits.short_count) over activity - summed.altitude_sum_m
            - lag(summed.altitude_sum_m) over activity
            + lag(summed.altitude_sum_m, limits.short_count + 1) over activity
        )
        / (limits.short_count * (limits.short_count + 1) * limits.mark_m) as grade_short_ratio,
        (
            lead(summed.altitude_sum_m, limits.long_count) over activity - summed.altitude_sum_m
            - lag(summed.altitude_sum_m) over activity
            + lag(summed.altitude_sum_m, limits.long_count + 1) over activity
        )
        / (limits.long_count * (limits.long_count + 1) * limits.mark_m) as grade_long_ratio
    from summed
    cross join limits
    window activity as (partition by summed.athlete_id, summed.activity_id order by summed.mark_number)
),

ends as (
    select
        sloped.athlete_id,
        sloped.activity_id,
        min(sloped.mark_number) filter (where sloped.grade_short_ratio is not null) as short_first_number,
        max(sloped.mark_number) filter (where sloped.grade_short_ratio is not null) as short_last_number,
        min(sloped.mark_number) filter (where sloped.grade_long_ratio is not null) as long_first_number,
        max(sloped.mark_number) filter (where sloped.grade_long_ratio is not null) as long_last_number
    from sloped
    group by sloped.athlete_id, sloped.activity_id
),

marked as (
    select
        slices.athlete_id,
        slices.activity_id,
        slices.recorded_at,
        slices.travelled_m,
        limits.grade_max_ratio,
        cast(floor((slices.travelled_m - slices.advance_m / 2) / limits.mark_m) as bigint) as mark_number
    from travelled as slices
    cross join limits
)

select
    marked.athlete_id,
    marked.activity_id,
    marked.recorded_at,
    marked.travelled_m,
    -- greatest() and least() pass over nulls: without the case an unknown slope would become the steepest
    case
        when short_marks.grade_short_ratio is not null
            then
                least(
                    greatest(short_marks.grade_short_ratio, -marked.grade_max_ratio), marked.grade_max_ratio
                )
    end as grade_short_ratio,
    case
        when long_marks.grade_long_ratio is not null
            then least(greatest(long_marks.grade_long_ratio, -marked.grade_max_ratio), marked.grade_max_ratio)
    end as grade_long_ratio
from marked
left join ends
    on marked.athlete_id = ends.athlete_id and marked.activity_id = ends.activity_id
left join sloped as short_marks
    on
        marked.athlete_id = short_marks.athlete_id
        and marked.activity_id = short_marks.activity_id
        and least(greatest(marked.mark_number, ends.short_first_number), ends.short_last_number)
        = short_marks.mark_number
left join sloped as long_marks
    on
        marked.athlete_id = long_marks.athlete_id
        and marked.activity_id = long_marks.activity_id
        and least(greatest(marked.mark_number, ends.long_first_number), ends.long_last_number)
        = long_marks.mark_number
