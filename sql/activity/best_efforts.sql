-- One row per activity and distance: the shortest time in which it was covered, stops included.
--
-- Every record is taken as an end; the start is interpolated between two records, so that an effort is never
-- faster than the distance it really covered. An effort faster than the world record is none; an activity
-- with several of those was no run (a ride that the watch was told is one) and has no efforts.
--
-- grain: athlete_id, activity_id, effort_distance_m
-- check: elapsed_s > 0
-- check: start_offset_s >= 0
with marks as (
    select
        grades.athlete_id,
        grades.activity_id,
        grades.travelled_m,
        cast(date_diff('millisecond', min(grades.recorded_at) over (
            partition by grades.athlete_id, grades.activity_id
        ), grades.recorded_at) as double) / 1000 as offset_s
    from activity.grades as grades
),

reached as (
    select
        marks.athlete_id,
        marks.activity_id,
        marks.travelled_m,
        min(marks.offset_s) as first_offset_s,
        max(marks.offset_s) as last_offset_s
    from marks
    group by marks.athlete_id, marks.activity_id, marks.travelled_m
),

segments as (
    select
        reached.*,
        lead(reached.travelled_m) over activity as next_m,
        lead(reached.first_offset_s) over activity as next_offset_s
    from reached
    window activity as (partition by reached.athlete_id, reached.activity_id order by reached.travelled_m)
),

ends as (
    select
        reached.athlete_id,
        reached.activity_id,
        reached.first_offset_s as end_offset_s,
        distances.effort_distance_m,
        reached.travelled_m - distances.effort_distance_m as start_m
    from reached
    inner join settings.effort_distances as distances
        on reached.travelled_m >= distances.effort_distance_m
),

efforts as (
    select
        ends.athlete_id,
        ends.activity_id,
        ends.effort_distance_m,
        ends.end_offset_s,
        coalesce(
            segments.last_offset_s
            + (segments.next_offset_s - segments.last_offset_s)
            * (ends.start_m - segments.travelled_m) / (segments.next_m - segments.travelled_m),
            segments.last_offset_s
        ) as start_offset_s
    from ends
    asof inner join segments
        on
            ends.athlete_id = segments.athlete_id
            and ends.activity_id = segments.activity_id
            and ends.start_m >= segments.travelled_m
),

fastest as (
    select
        efforts.athlete_id,
        efforts.activity_id,
        efforts.effort_distance_m,
        efforts.end_offset_s - efforts.start_offset_s as elapsed_s,
        efforts.start_offset_s
    from efforts
    where efforts.end_offset_s > efforts.start_offset_s
    qualify
        row_number() over (
            partition by efforts.athlete_id, efforts.activity_id, efforts.effort_distance_m
            order by efforts.end_offset_s - efforts.start_offset_s, efforts.start_offset_s
        ) = 1
),

compared as (
    select
        fastest.*,
        fastest.elapsed_s < distances.record_s as is_impossible,
        count(*) filter (where fastest.elapsed_s < distances.record_s) over (
            partition by fastest.athlete_id, fastest.activity_id
        ) as impossible_count
    from fastest
    inner join settings.effort_distances as distances
        on fastest.effort_distance_m = distances.effort_distance_m
)

select
    compared.athlete_id,
    compared.activity_id,
    compared.effort_distance_m,
    compared.elapsed_s,
    compared.start_offset_s
from compared
where compared.impossible_count <= 1 and not compared.is_impossible
