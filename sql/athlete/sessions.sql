-- One row per run: how hard it was, and what fast running was in it.
--
-- Hard is quality, a race, or a long run with a fast part that makes it one. A touch of speed is a run with
-- strides, hill sprints, repetitions, tempo or a race; of a run without any bout, one that was hard for most
-- of it: an easy run that became too hard is no tempo. Whether there was any can be seen in runs with a
-- stream of speeds or of heart rates; short ones only where every second or two was recorded.
--
-- grain: athlete_id, activity_id
select
    activities.athlete_id,
    activities.activity_id,
    activities.local_day,
    activities.started_at,
    activities.started_at
    + to_milliseconds(cast(1000 * coalesce(activities.elapsed_s, activities.moving_s, 0) as bigint))
        as ended_at,
    activities.session_class,
    coalesce(
        activities.session_class in ('quality', 'race')
        or (
            activities.session_class = 'long'
            and workouts.workout_template in ('fast_finish', 'long_repeats', 'alternate_miles', 'steady')
        ),
        false
    ) as is_hard,
    activities.session_class = 'long' as is_long,
    coalesce(
        activities.session_class = 'race'
        or workouts.is_quality
        or (activities.session_class = 'quality' and 2 * activities.hard_s >= activities.moving_s)
        or workouts.has_strides
        or workouts.has_hill_sprints
        or workouts.has_fast_repeats,
        false
    ) as has_fast_running,
    coalesce(workouts.has_fast_repeats, false) as has_fast_repeats,
    coalesce(workouts.has_strides, false) as has_strides,
    coalesce(workouts.has_hill_sprints, false) as has_hill_sprints,
    coalesce(outlines.activity_id is not null or activities.judged_s > 0, false) as is_seen,
    coalesce(outlines.is_finely_recorded, false) as is_finely_recorded,
    workouts.workout_template,
    workouts.signature
from athlete.activities as activities
left join athlete.workouts as workouts
    on activities.athlete_id = workouts.athlete_id and activities.activity_id = workouts.activity_id
left join activity.bout_outlines as outlines
    on activities.athlete_id = outlines.athlete_id and activities.activity_id = outlines.activity_id
where activities.is_run
