-- One row per athlete, whole week and habit that is known of it: how much there was.
--
-- Shares and heart rates are those of runs that heart rate or pace can judge; quality sessions are counted in
-- weeks in which every run is judged. What is not known has no row.
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
