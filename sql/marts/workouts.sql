-- One row per run: which workout or other kind of run it was, and how its fast parts went.
--
-- `workout_template` is one of settings.workout_templates, or race, progression, fast_finish, unclassified;
-- of runs without fast parts long, recovery (short and easy), easy, or unknown. `is_quality` picks the
-- sessions.
--
-- grain: athlete_id, activity_id
select
    activities.athlete_id,
    activities.activity_id,
    activities.local_day,
    case
        when workouts.workout_template is not null then workouts.workout_template
        when
            activities.session_class = 'easy'
            and activities.moving_s <= thresholds.recovery_run_max_s
            and activities.heart_rate_mean_bpm
            <= thresholds.recovery_run_max_ratio * anchors.athlete_heart_rate_max_bpm
            then 'recovery'
        else activities.session_class
    end as workout_template,
    workouts.signature,
    activities.session_class,
    coalesce(workouts.is_quality, false) as is_quality,
    coalesce(workouts.has_strides, false) as has_strides,
    coalesce(workouts.has_hill_sprints, false) as has_hill_sprints,
    coalesce(workouts.stride_count, 0) as stride_count,
    coalesce(workouts.hill_sprint_count, 0) as hill_sprint_count,
    workouts.repeat_count,
    workouts.repeat_name,
    workouts.repeat_m,
    workouts.repeat_s,
    workouts.repeat_speed_m_per_s,
    classes.pace_class,
    workouts.recovery_mean_s,
    workouts.recovery_kind,
    workouts.evenness_ratio,
    workouts.fade_ratio,
    coalesce(workouts.is_cut_short, false) as is_cut_short,
    workouts.implied_speed_m_per_s,
    workouts.speed_excess_ratio,
    workouts.fast_m,
    workouts.fast_s,
    workouts.timed_count,
    workouts.timing_held_count
from athlete.activities as activities
cross join settings.judging as thresholds
left join athlete.workouts as workouts
    on activities.athlete_id = workouts.athlete_id and activities.activity_id = workouts.activity_id
left join settings.pace_classes as classes on workouts.pace_number = classes.pace_number
left join athlete.anchors as anchors
    on
        activities.athlete_id = anchors.athlete_id
        and activities.local_day between anchors.valid_from and anchors.valid_until_day
where activities.is_run
