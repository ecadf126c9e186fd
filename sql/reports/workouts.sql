-- One row per run with fast parts, the oldest first: which workout it was, and how it went.
select
    workouts.activity_id,
    workouts.local_day,
    activities.name,
    activities.distance_m,
    activities.moving_s,
    workouts.workout_template,
    workouts.signature,
    workouts.session_class,
    workouts.is_quality,
    workouts.stride_count,
    workouts.hill_sprint_count,
    workouts.repeat_count,
    workouts.repeat_name,
    workouts.repeat_m,
    workouts.repeat_s,
    workouts.repeat_speed_m_per_s,
    workouts.pace_class,
    workouts.recovery_mean_s,
    workouts.recovery_kind,
    workouts.evenness_ratio,
    workouts.fade_ratio,
    workouts.is_cut_short,
    workouts.implied_speed_m_per_s,
    workouts.speed_excess_ratio,
    workouts.fast_m,
    workouts.fast_s,
    workouts.timed_count,
    workouts.timing_held_count
from marts.workouts as workouts
inner join marts.activities as activities
    on workouts.athlete_id = activities.athlete_id and workouts.activity_id = activities.activity_id
where workouts.athlete_id = $athlete_id and workouts.signature is not null
order by workouts.local_day, workouts.activity_id
