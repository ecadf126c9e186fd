-- One row per athlete, whole week and habit that is known of it: how much there was.
--
-- Shares and heart rates are those of runs that heart rate or pace can judge; quality sessions are counted
-- in weeks in which every run is judged, fast running in weeks whose runs show it, sleep where most nights
-- are known. What is not known has no row.
--
-- grain: athlete_id, week_start_on, habit
with runs as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        activities.session_class,
        activities.judged_s,
        activities.moderate_s,
        activities.steady_heart_rate_bpm
    from athlete.weeks as weeks
    inner join athlete.activities as activities
        on
            weeks.athlete_id = activities.athlete_id
            and activities.local_day between weeks.week_start_on and weeks.week_start_on + 6
    where activities.is_run and weeks.day_count = 7
),

easy as (
    select
        runs.athlete_id,
        runs.week_start_on,
        sum(runs.moderate_s) filter (where runs.session_class in ('easy', 'long'))
        / nullif(sum(runs.judged_s) filter (where runs.session_class in ('easy', 'long')), 0) as medium_ratio,
        median(runs.steady_heart_rate_bpm) filter (where runs.session_class in ('easy', 'long'))
            as heart_rate_bpm,
        count(*) filter (where runs.session_class = 'quality') as quality_count,
        count(*) filter (where runs.session_class = 'unknown') as unknown_count
    from runs
    group by runs.athlete_id, runs.week_start_on
),

-- in weeks in which every run was recorded finely enough to show what is short
speed as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        count(distinct activities.local_day) filter (
            where workouts.is_quality or workouts.has_strides or workouts.has_hill_sprints
        ) as touch_count,
        coalesce(sum(workouts.fast_m), 0) as fast_m
    from athlete.weeks as weeks
    inner join athlete.activities as activities
        on
            weeks.athlete_id = activities.athlete_id
            and activities.local_day between weeks.week_start_on and weeks.week_start_on + 6
    left join activity.bout_outlines as outlines
        on activities.athlete_id = outlines.athlete_id and activities.activity_id = outlines.activity_id
    left join athlete.workouts as workouts
        on activities.athlete_id = workouts.athlete_id and activities.activity_id = workouts.activity_id
    where activities.is_run
    group by weeks.athlete_id, weeks.week_start_on
    having bool_and(coalesce(outlines.is_finely_recorded, false))
),

nights as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        count(days.sleep_s) as sleep_count,
        avg(days.sleep_s) as sleep_s
    from athlete.weeks as weeks
    inner join athlete.recovery_days as days
        on
            weeks.athlete_id = days.athlete_id
            and days.local_day between weeks.week_start_on and weeks.week_start_on + 6
    group by weeks.athlete_id, weeks.week_start_on
),

-- from the first day on which it was told to the last one, what is not told was not done
told as (
    select
        days.athlete_id,
        min(days.local_day) as first_day,
        max(days.local_day) as last_day
    from athlete.recovery_days as days
    where days.strength_count is not null
    group by days.athlete_id
),

strength as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        coalesce(sum(days.strength_count), 0) as session_count
    from told
    inner join athlete.weeks as weeks
        on
            told.athlete_id = weeks.athlete_id
            and weeks.week_start_on between told.first_day - 6 and told.last_day
    left join athlete.recovery_days as days
        on
            weeks.athlete_id = days.athlete_id
            and days.local_day between weeks.week_start_on and weeks.week_start_on + 6
    group by weeks.athlete_id, weeks.week_start_on
),

known as (
    select
        splits.athlete_id,
        splits.week_start_on,
        'easy_share' as habit,
        splits.easy_distance_ratio as value
    from athlete.splits as splits
    where splits.window_weeks = 1
    union all
    select
        easy.athlete_id,
        easy.week_start_on,
        'medium_share' as habit,
        easy.medium_ratio as value
    from easy
    union all
    select
        easy.athlete_id,
        easy.week_start_on,
        'easy_heart_rate' as habit,
        easy.heart_rate_bpm as value
    from easy
    union all
    select
        weeks.athlete_id,
        weeks.week_start_on,
        'distance' as habit,
        weeks.distance_m as value
    from athlete.weeks as weeks
    where weeks.run_count = 0 or weeks.distance_m > 0
    union all
    select
        weeks.athlete_id,
        weeks.week_start_on,
        'longest_run' as habit,
        weeks.longest_run_m as value
    from athlete.weeks as weeks
    where weeks.longest_run_m > 0
    union all
    select
        weeks.athlete_id,
        weeks.week_start_on,
        'run_days' as habit,
        weeks.run_day_count as value
    from athlete.weeks as weeks
    union all
    select
        days.athlete_id,
        weeks.week_start_on,
        'rest_days' as habit,
        count(*) filter (where days.activity_count = 0) as value
    from athlete.weeks as weeks
    inner join athlete.days as days
        on
            weeks.athlete_id = days.athlete_id
            and days.local_day between weeks.week_start_on and weeks.week_start_on + 6
    group by days.athlete_id, weeks.week_start_on
    union all
    select
        easy.athlete_id,
        easy.week_start_on,
        'quality_sessions' as habit,
        easy.quality_count as value
    from easy
    where easy.unknown_count = 0
    union all
    select
        speed.athlete_id,
        speed.week_start_on,
        'speed_touches' as habit,
        speed.touch_count as value
    from speed
    union all
    select
        speed.athlete_id,
        speed.week_start_on,
        'fast_distance' as habit,
        speed.fast_m as value
    from speed
    union all
    select
        nights.athlete_id,
        nights.week_start_on,
        'sleep' as habit,
        nights.sleep_s as value
    from nights
    where nights.sleep_count >= 7 / 2
    union all
    select
        strength.athlete_id,
        strength.week_start_on,
        'strength' as habit,
        strength.session_count as value
    from strength
    union all
    select
        weeks.athlete_id,
        weeks.week_start_on,
        'down_weeks' as habit,
        cast(weeks.is_down_week as bigint) as value
    from athlete.weeks as weeks
)

select
    known.athlete_id,
    known.week_start_on,
    known.habit,
    cast(known.value as double) as value,
    habits.unit
from known
inner join athlete.weeks as weeks
    on known.athlete_id = weeks.athlete_id and known.week_start_on = weeks.week_start_on
inner join settings.habits as habits on known.habit = habits.habit
where known.value is not null and weeks.day_count = 7
