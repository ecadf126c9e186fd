-- One row per athlete: top speed and what races use of it, cadence at easy pace, the dose of strides and hill
-- sprints, how even 400 m repeats are.
--
-- The top speed is that of the second-best run, as satellites make one jump now and then.
--
-- grain: athlete_id
with tops as (
    select
        activities.athlete_id,
        max(pacings.top_speed_m_per_s, 2)[2] as top_speed_m_per_s
    from athlete.activities as activities
    inner join athlete.periods as periods on activities.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    inner join activity.pacings as pacings
        on activities.athlete_id = pacings.athlete_id and activities.activity_id = pacings.activity_id
    where
        activities.is_run
        and not activities.is_indoor
        and activities.local_day > periods.last_day - cast(thresholds.top_speed_days as integer)
    group by activities.athlete_id
),

raced as (
    select
        levels.athlete_id,
        max(levels.five_km_speed_m_per_s) as five_km_speed_m_per_s
    from athlete.race_levels as levels
    inner join athlete.periods as periods on levels.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where levels.local_day >= periods.last_day - cast(thresholds.evidence_memory_days as integer)
    group by levels.athlete_id
),

easy as (
    select
        activities.athlete_id,
        median(blocks.cadence_mean_per_min) as easy_cadence_per_min,
        median(blocks.speed_m_per_s) filter (where blocks.cadence_mean_per_min is not null)
            as easy_speed_m_per_s
    from athlete.activities as activities
    inner join athlete.periods as periods
        on activities.athlete_id = periods.athlete_id and activities.local_day >= periods.recent_from
    inner join activity.blocks as blocks
        on activities.athlete_id = blocks.athlete_id and activities.activity_id = blocks.activity_id
    where activities.session_class in ('easy', 'long') and not activities.is_indoor
    group by activities.athlete_id
),

shorts as (
    select
        sets.athlete_id,
        sets.bout_kind,
        count(distinct sets.activity_id) as session_count,
        cast(sum(sets.repeat_count) as bigint) as bout_count,
        median(sets.repeat_s) as repeat_s,
        median(sets.recovery_mean_s) as recovery_mean_s,
        median(sets.repeat_speed_m_per_s) as repeat_speed_m_per_s
    from athlete.work_sets as sets
    inner join athlete.periods as periods
        on sets.athlete_id = periods.athlete_id and sets.local_day >= periods.recent_from
    where sets.bout_kind in ('stride', 'hill_sprint') and sets.repeat_count > 1
    group by sets.athlete_id, sets.bout_kind
),

evens as (
    select
        workouts.athlete_id,
        median(workouts.evenness_ratio) as evenness_ratio,
        count(*) as session_count
    from athlete.workouts as workouts
    inner join athlete.periods as periods on workouts.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where
        workouts.workout_template = 'repeats_400'
        and workouts.evenness_ratio is not null
        and workouts.local_day > periods.last_day - cast(thresholds.same_workout_days as integer)
    group by workouts.athlete_id
)

select
    habits.athlete_id,
    tops.top_speed_m_per_s,
    raced.five_km_speed_m_per_s,
    -- nobody runs 5 km faster than ten seconds: then the top speed was not run, or the watch did not see it
    case
        when tops.top_speed_m_per_s > raced.five_km_speed_m_per_s
            then raced.five_km_speed_m_per_s / tops.top_speed_m_per_s
    end as reserve_ratio,
    easy.easy_cadence_per_min,
    easy.easy_speed_m_per_s,
    strides.session_count / habits.week_count as strides_per_week_ratio,
    strides.bout_count / strides.session_count as strides_per_run_ratio,
    strides.repeat_s as stride_s,
    strides.recovery_mean_s as stride_recovery_s,
    strides.repeat_speed_m_per_s / tops.top_speed_m_per_s as stride_to_top_ratio,
    hills.session_count / habits.week_count as hill_sprints_per_week_ratio,
    hills.bout_count / hills.session_count as hill_sprints_per_run_ratio,
    hills.repeat_s as hill_sprint_s,
    hills.recovery_mean_s as hill_sprint_recovery_s,
    evens.evenness_ratio,
    evens.session_count
from athlete.speed_habits as habits
left join tops on habits.athlete_id = tops.athlete_id
left join raced on habits.athlete_id = raced.athlete_id
left join easy on habits.athlete_id = easy.athlete_id
left join shorts as strides on habits.athlete_id = strides.athlete_id and strides.bout_kind = 'stride'
left join shorts as hills on habits.athlete_id = hills.athlete_id and hills.bout_kind = 'hill_sprint'
left join evens on habits.athlete_id = evens.athlete_id
