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
        cast(
            date_diff(
                'millisecond', first_value(grades.recorded_at) over activity, grades.recorded_at
            ) as double
        )
        / 1000 as offset_s,
        lag(grades.travelled_m) over activity as before_m,
        lead(grades.travelled_m) over activity as next_m,
        cast(date_diff('millisecond', grades.recorded_at, lead(grades.recorded_at) over activity) as double)
        / 1000 as next_after_s
    from activity.grades as grades
    window activity as (
        partition by grades.athlete_id, grades.activity_id
        order by grades.recorded_at
    )
),

-- of records at one place the last: from there the way goes on
segments as (
    select
        marks.athlete_id,
        marks.activity_id,
        marks.travelled_m,
        marks.offset_s,
        coalesce(marks.next_after_s / (marks.next_m - marks.travelled_m), 0) as pace_s_per_m
    from marks
    where coalesce(marks.next_m > marks.travelled_m, true)
),

-- and the first: there it was reached
ends as (
    select
        marks.athlete_id,
        marks.activity_id,
        marks.offset_s as end_offset_s,
        distances.effort_distance_m,
        marks.travelled_m - distances.effort_distance_m as start_m
    from marks
    inner join settings.effort_distances as distances
        on marks.travelled_m >= distances.effort_distance_m
    where coalesce(marks.before_m < marks.travelled_m, true)
),

efforts as (
    select
        ends.athlete_id,
        ends.activity_id,
        ends.effort_distance_m,
        ends.end_offset_s,
        segments.offset_s + segments.pace_s_per_m * (ends.start_m - segments.travelled_m) as start_offset_s
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
        min(
            struct_pack(
                elapsed_s := efforts.end_offset_s - efforts.start_offset_s,
                start_offset_s := efforts.start_offset_s
            )
        ) as effort
    from efforts
    where efforts.end_offset_s > efforts.start_offset_s
    group by efforts.athlete_id, efforts.activity_id, efforts.effort_distance_m
),

compared as (
    select
        fastest.athlete_id,
        fastest.activity_id,
        fastest.effort_distance_m,
        fastest.effort.elapsed_s,
        fastest.effort.start_offset_s,
        fastest.effort.elapsed_s < distances.record_s as is_impossible,
        count(*) filter (where fastest.effort.elapsed_s < distances.record_s) over (
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
