-- One row per run: how it was paced, its top speed, and where it went.
--
-- The halves are those of the way on level ground, the times those of moving. How uneven it was is told by
-- half minutes after the warm-up. The route is a hash of coarse cells: no position can be read from it.
--
-- grain: athlete_id, activity_id
-- check: top_speed_m_per_s is null or top_speed_m_per_s >= 0
-- check: speed_variation_ratio is null or speed_variation_ratio >= 0
with runs as (
    select
        activities.athlete_id,
        activities.activity_id
    from staging.activities as activities
    where activities.is_run
),

-- half minutes, one after the other: where each lies on the way, 0 to 1
travelled as (
    select
        windows.athlete_id,
        windows.activity_id,
        windows.half_minute_number,
        windows.moving_s,
        windows.grade_adjusted_m,
        sum(windows.grade_adjusted_m) over until_now as travelled_m,
        sum(windows.grade_adjusted_m) over activity as whole_m,
        sum(windows.moving_s) over activity as whole_s
    from activity.half_minutes as windows
    window
        activity as (partition by windows.athlete_id, windows.activity_id),
        until_now as (
            partition by windows.athlete_id, windows.activity_id order by windows.half_minute_number
            rows between unbounded preceding and current row
        )
),

-- a half minute in which the half of the way is passed counts for both, by its metres
shared as (
    select
        travelled.*,
        greatest(
            least(
                (travelled.whole_m / 2 - travelled.travelled_m + travelled.grade_adjusted_m)
                / nullif(travelled.grade_adjusted_m, 0),
                1
            ),
            0
        ) as first_half_share,
        greatest(
            least(
                (
                    travelled.whole_m * thresholds.first_part_ratio
                    - travelled.travelled_m + travelled.grade_adjusted_m
                )
                / nullif(travelled.grade_adjusted_m, 0),
                1
            ),
            0
        ) as first_part_share
    from travelled
    cross join settings.measuring as thresholds
),

halves as (
    select
        shared.athlete_id,
        shared.activity_id,
        any_value(shared.whole_s) as whole_s,
        sum(
            shared.moving_s
            * if(shared.grade_adjusted_m > 0, shared.first_half_share, cast(1 as double))
        ) filter (where shared.travelled_m - shared.grade_adjusted_m < shared.whole_m / 2) as first_half_s,
        sum(
            shared.moving_s
            * if(shared.grade_adjusted_m > 0, shared.first_part_share, cast(1 as double))
        ) filter (
            where shared.travelled_m - shared.grade_adjusted_m < shared.whole_m * thresholds.first_part_ratio
        ) as first_part_s,
        any_value(thresholds.first_part_ratio) as first_part_ratio
    from shared
    cross join settings.measuring as thresholds
    where shared.whole_m > 0
    group by shared.athlete_id, shared.activity_id
),

evenness as (
    select
        windows.athlete_id,
        windows.activity_id,
        stddev_pop(windows.grade_adjusted_m / windows.moving_s)
        / nullif(avg(windows.grade_adjusted_m / windows.moving_s), 0) as speed_variation_ratio
    from activity.half_minutes as windows
    cross join settings.measuring as thresholds
    where
        windows.moving_s >= thresholds.half_minute_moving_min_s
        and windows.half_minute_number * thresholds.pace_window_s >= thresholds.warm_up_s
    group by windows.athlete_id, windows.activity_id
),

-- five seconds each: a record stands for the time before it
parts as (
    select
        stretches.athlete_id,
        stretches.activity_id,
        ceil(2 * stretches.offset_s / thresholds.top_window_s) as part_number,
        sum(stretches.stretch_um) / (1000 * 1000) as part_m,
        sum(stretches.gap_s) as part_s
    from activity.stretches as stretches
    cross join settings.measuring as thresholds
    group by
        stretches.athlete_id,
        stretches.activity_id,
        ceil(2 * stretches.offset_s / thresholds.top_window_s)
),

pairs as (
    select
        parts.athlete_id,
        parts.activity_id,
        parts.part_m + lag(parts.part_m) over activity as pair_m,
        parts.part_s + lag(parts.part_s) over activity as pair_s
    from parts
    window activity as (partition by parts.athlete_id, parts.activity_id order by parts.part_number)
),

tops as (
    select
        pairs.athlete_id,
        pairs.activity_id,
        max(pairs.pair_m / pairs.pair_s) as top_speed_m_per_s
    from pairs
    cross join settings.measuring as thresholds
    where
        pairs.pair_s between thresholds.top_window_s - thresholds.fine_gap_max_s
        and thresholds.top_window_s + thresholds.fine_gap_max_s
        and pairs.pair_m <= pairs.pair_s * thresholds.foot_speed_max_m_per_s
    group by pairs.athlete_id, pairs.activity_id
),

starts as (
    select
        slices.athlete_id,
        slices.activity_id,
        arg_min(slices.latitude_deg, slices.recorded_at) as latitude_deg,
        arg_min(slices.longitude_deg, slices.recorded_at) as longitude_deg
    from activity.slices as slices
    where slices.latitude_deg is not null
    group by slices.athlete_id, slices.activity_id
),

away as (
    select
        slices.athlete_id,
        slices.activity_id,
        slices.latitude_deg,
        slices.longitude_deg,
        starts.latitude_deg as start_latitude_deg,
        starts.longitude_deg as start_longitude_deg,
        pow(slices.latitude_deg - starts.latitude_deg, 2)
        + pow((slices.longitude_deg - starts.longitude_deg) * cos(radians(starts.latitude_deg)), 2)
            as away_squared
    from activity.slices as slices
    inner join starts
        on slices.athlete_id = starts.athlete_id and slices.activity_id = starts.activity_id
    where slices.latitude_deg is not null
),

cells as (
    select
        away.athlete_id,
        away.activity_id,
        any_value(round(away.start_latitude_deg / thresholds.route_cell_deg)) as start_north,
        any_value(round(away.start_longitude_deg / thresholds.route_cell_deg)) as start_east,
        round(arg_max(away.latitude_deg, away.away_squared) / any_value(thresholds.route_cell_deg))
            as farthest_north,
        round(arg_max(away.longitude_deg, away.away_squared) / any_value(thresholds.route_cell_deg))
            as farthest_east
    from away
    cross join settings.measuring as thresholds
    group by away.athlete_id, away.activity_id
),

routes as (
    select
        cells.athlete_id,
        cells.activity_id,
        md5(
            concat_ws(
                ' ',
                cells.start_north,
                cells.start_east,
                cells.farthest_north,
                cells.farthest_east,
                round(summaries.travelled_m / thresholds.route_class_m)
            )
        ) as route_key
    from cells
    cross join settings.measuring as thresholds
    inner join activity.summaries as summaries
        on cells.athlete_id = summaries.athlete_id and cells.activity_id = summaries.activity_id
)

select
    runs.athlete_id,
    runs.activity_id,
    (halves.whole_s - halves.first_half_s) / nullif(halves.first_half_s, 0) - 1 as second_half_ratio,
    halves.first_part_ratio * halves.whole_s / nullif(halves.first_part_s, 0) - 1 as first_tenth_ratio,
    tops.top_speed_m_per_s,
    evenness.speed_variation_ratio,
    routes.route_key
from runs
left join halves on runs.athlete_id = halves.athlete_id and runs.activity_id = halves.activity_id
left join evenness on runs.athlete_id = evenness.athlete_id and runs.activity_id = evenness.activity_id
left join tops on runs.athlete_id = tops.athlete_id and runs.activity_id = tops.activity_id
left join routes on runs.athlete_id = routes.athlete_id and runs.activity_id = routes.activity_id
