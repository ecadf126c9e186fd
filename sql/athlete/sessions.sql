-- One row per run: how hard it was, and what fast running was in it.
--
-- Hard is quality, a race, or a long run with a fast part that makes it one. A touch of speed is a run with
-- strides, hill sprints, repetitions, tempo or a race. Whether there was any can be seen in runs with a
-- stream of speeds or of heart rates; short ones only where every second or two was recorded.
--
-- Where no fast part was seen, heart rate alone makes a run hard if a good part of it was above the second
-- threshold: minutes at the end of a warm easy run do not. Long is what tires as a long run does, on a day of
-- low mileage an hour.
--
-- grain: athlete_id, activity_id
with judged as (
    select
        activities.*,
        workouts.workout_template,
        workouts.signature,
        workouts.is_quality,
        coalesce(workouts.has_fast_repeats, false) as has_fast_repeats,
        coalesce(workouts.has_strides, false) as has_strides,
        coalesce(workouts.has_hill_sprints, false) as has_hill_sprints,
        coalesce(
            activities.session_class = 'race'
            or workouts.is_quality
            or (
                activities.session_class = 'quality'
                and coalesce(
                    activities.hard_s >= thresholds.hard_alone_min_ratio * activities.judged_s, true
                )
            ),
            false
        ) as is_work,
        activities.session_class = 'long'
        or coalesce(
            activities.moving_s >= thresholds.tiring_run_min_s
            and activities.distance_m
            >= thresholds.long_run_ratio
            * median(activities.distance_m) over (partition by activities.athlete_id),
            false
        ) as is_long
    from athlete.activities as activities
    cross join settings.judging as thresholds
    left join athlete.workouts as workouts
        on activities.athlete_id = workouts.athlete_id and activities.activity_id = workouts.activity_id
    where activities.is_run
)

select
    judged.athlete_id,
    judged.activity_id,
    judged.local_day,
    judged.started_at,
    judged.started_at
    + to_milliseconds(cast(1000 * coalesce(judged.elapsed_s, judged.moving_s, 0) as bigint)) as ended_at,
    judged.session_class,
    judged.is_work
    or coalesce(
        judged.is_long
        and judged.workout_template in ('fast_finish', 'long_repeats', 'alternate_miles', 'steady'),
        false
    ) as is_hard,
    judged.is_long,
    coalesce(
        judged.session_class = 'race'
        or judged.is_quality
        or (judged.session_class = 'quality' and 2 * judged.hard_s >= judged.moving_s)
        or judged.has_strides
        or judged.has_hill_sprints
        or judged.has_fast_repeats,
        false
    ) as has_fast_running,
    judged.has_fast_repeats,
    judged.has_strides,
    judged.has_hill_sprints,
    coalesce(outlines.activity_id is not null or judged.judged_s > 0, false) as is_seen,
    coalesce(outlines.is_finely_recorded, false) as is_finely_recorded,
    judged.workout_template,
    judged.signature
from judged
left join activity.bout_outlines as outlines
    on judged.athlete_id = outlines.athlete_id and judged.activity_id = outlines.activity_id
