-- One row per run and distance: the shortest time in which it was covered, stops included.
--
-- The way has a mark every few metres, whose time is interpolated between the records around it: an
-- effort from mark to mark is as long as it says, never faster than the way that was covered, never slower
-- than the best over one mark more. The shortest moving time may be that of another stretch. An effort faster
-- than the world record is none; an activity with several of those was no run (a ride that the watch was told
-- is one) and has no efforts.
--
-- grain: athlete_id, activity_id, effort_distance_m
-- check: elapsed_s > 0
-- check: moving_s > 0
-- check: moving_s <= elapsed_s + 1e-6
-- check: start_offset_s >= 0
with grids as (
    select
        distances.mark_m,
        cast(round(1000 * 1000 * distances.mark_m) as bigint) as mark_um,
        min(distances.effort_distance_m) as distance_min_m
    from settings.effort_distances as distances
    group by distances.mark_m
),

lengths as (
    select
        stretches.athlete_id,
        stretches.activity_id,
        max(stretches.travelled_um) / (1000 * 1000) as length_m
    from activity.stretches as stretches
    group by stretches.athlete_id, stretches.activity_id
),

passed as (
    select
        stretches.athlete_id,
        stretches.activity_id,
        grids.mark_m,
        grids.mark_um,
        stretches.offset_s,
        stretches.moving_offset_ms,
        stretches.gap_s / stretches.stretch_um as s_per_um,
        stretches.moving_gap_ms / stretches.stretch_um as moving_ms_per_um,
        stretches.travelled_um,
        -- the start is a mark, too
        unnest(
            range(
                if(
                    stretches.travelled_um = stretches.stretch_um,
                    0,
                    (stretches.travelled_um - stretches.stretch_um) // grids.mark_um + 1
                ),
                stretches.travelled_um // grids.mark_um + 1
            )
        ) as mark_number
    from activity.stretches as stretches
    inner join lengths
        on stretches.athlete_id = lengths.athlete_id and stretches.activity_id = lengths.activity_id
    inner join grids
        on
            lengths.length_m >= grids.distance_min_m
            and (
                stretches.travelled_um // grids.mark_um
                > (stretches.travelled_um - stretches.stretch_um) // grids.mark_um
                or stretches.travelled_um = stretches.stretch_um
            )
    where stretches.stretch_um > 0
),

timed as (
    select
        passed.athlete_id,
        passed.activity_id,
        passed.mark_m,
        passed.mark_number,
        passed.offset_s
        - passed.s_per_um * (passed.travelled_um - passed.mark_number * passed.mark_um) as at_s,
        (
            passed.moving_offset_ms
            - passed.moving_ms_per_um * (passed.travelled_um - passed.mark_number * passed.mark_um)
        )
        / 1000 as moving_at_s
    from passed
),

-- lists, because a window would be sorted once for each distance
marks as (
    select
        timed.athlete_id,
        timed.activity_id,
        timed.mark_m,
        list(
            struct_pack(at_s := timed.at_s, moving_at_s := timed.moving_at_s) order by timed.mark_number
        ) as times
    from timed
    group by timed.athlete_id, timed.activity_id, timed.mark_m
),

pairs as (
    select
        marks.athlete_id,
        marks.activity_id,
        distances.effort_distance_m,
        distances.record_s,
        unnest(list_slice(marks.times, 1, len(marks.times) - distances.mark_count)) as first,
        unnest(list_slice(marks.times, distances.mark_count + 1, len(marks.times))) as last
    from marks
    inner join settings.effort_distances as distances
        on marks.mark_m = distances.mark_m and len(marks.times) > distances.mark_count
),

fastest as (
    select
        pairs.athlete_id,
        pairs.activity_id,
        pairs.effort_distance_m,
        pairs.record_s,
        min(pairs.last.at_s - pairs.first.at_s) as elapsed_s,
        min(pairs.last.moving_at_s - pairs.first.moving_at_s) as moving_s,
        min_by(pairs.first.at_s, pairs.last.at_s - pairs.first.at_s) as start_offset_s
    from pairs
    group by pairs.athlete_id, pairs.activity_id, pairs.effort_distance_m, pairs.record_s
),

compared as (
    select
        fastest.*,
        fastest.elapsed_s < fastest.record_s as is_impossible,
        count(*) filter (where fastest.elapsed_s < fastest.record_s) over (
            partition by fastest.athlete_id, fastest.activity_id
        ) as impossible_count
    from fastest
)

select
    compared.athlete_id,
    compared.activity_id,
    compared.effort_distance_m,
    compared.elapsed_s,
    compared.moving_s,
    -- an interpolated start may be a rounding error early
    greatest(compared.start_offset_s, 0) as start_offset_s
from compared
where compared.impossible_count <= 1 and not compared.is_impossible
