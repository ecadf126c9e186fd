-- One row per run and duration: the farthest that the athlete came in that time, stops included.
--
-- Farther than the world record's pace over the longest distance that fits into the time is none; an activity
-- with several of those was no run and has no rows.
--
-- grain: athlete_id, activity_id, duration_s
-- check: distance_m > 0
-- check: start_offset_s >= 0
with grid as (
    select
        max(durations.mark_s) as mark_s,
        max(durations.duration_s) as longest_s
    from settings.effort_durations as durations
),

passed as (
    select
        stretches.athlete_id,
        stretches.activity_id,
        stretches.offset_s,
        stretches.travelled_um,
        stretches.stretch_um / nullif(stretches.gap_s, 0) as um_per_s,
        grid.mark_s,
        -- of a longer silence as much as no effort can span
        unnest(
            range(
                if(
                    stretches.offset_s = 0,
                    0,
                    cast(
                        floor(
                            (stretches.offset_s - least(stretches.gap_s, grid.longest_s)) / grid.mark_s
                        ) as bigint
                    )
                    + 1
                ),
                cast(floor(stretches.offset_s / grid.mark_s) as bigint) + 1
            )
        ) as mark_number
    from activity.stretches as stretches
    cross join grid
),

marks as (
    select
        passed.athlete_id,
        passed.activity_id,
        list(passed.mark_number * passed.mark_s order by passed.mark_number) as at_s,
        list(
            (
                passed.travelled_um
                - coalesce(passed.um_per_s, 0) * (passed.offset_s - passed.mark_number * passed.mark_s)
            )
            / (1000 * 1000)
            order by passed.mark_number
        ) as reached_m
    from passed
    group by passed.athlete_id, passed.activity_id
),

efforts as (
    select
        marks.athlete_id,
        marks.activity_id,
        durations.duration_s,
        unnest(list_slice(marks.at_s, 1, len(marks.at_s) - durations.mark_count)) as start_offset_s,
        unnest(list_slice(marks.reached_m, 1, len(marks.at_s) - durations.mark_count)) as start_m,
        unnest(list_slice(marks.reached_m, durations.mark_count + 1, len(marks.at_s))) as end_m
    from marks
    inner join settings.effort_durations as durations
        on len(marks.at_s) > durations.mark_count
),

farthest as (
    select
        efforts.athlete_id,
        efforts.activity_id,
        efforts.duration_s,
        max(efforts.end_m - efforts.start_m) as distance_m,
        arg_max(efforts.start_offset_s, row(efforts.end_m - efforts.start_m, -efforts.start_offset_s))
            as start_offset_s
    from efforts
    group by efforts.athlete_id, efforts.activity_id, efforts.duration_s
),

limits as (
    select
        durations.duration_s,
        durations.duration_s
        * min(distances.effort_distance_m / distances.record_s) as possible_m
    from settings.effort_durations as durations
    inner join settings.effort_distances as distances on durations.duration_s >= distances.record_s
    group by durations.duration_s
),

compared as (
    select
        farthest.*,
        farthest.distance_m > limits.possible_m as is_impossible,
        count(*) filter (where farthest.distance_m > limits.possible_m) over (
            partition by farthest.athlete_id, farthest.activity_id
        ) as impossible_count
    from farthest
    inner join limits on farthest.duration_s = limits.duration_s
)

select
    compared.athlete_id,
    compared.activity_id,
    compared.duration_s,
    compared.distance_m,
    compared.start_offset_s
from compared
where compared.impossible_count <= 1 and not compared.is_impossible and compared.distance_m > 0
