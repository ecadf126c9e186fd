-- One row per athlete with four months of weeks: how many things grew within the same three weeks?
--
-- Distance, days of running, quality sessions, the longest run: the mean of three weeks against the median
-- of the six before, a tenth more and beyond what the habit scatters anyway. A week off, a lighter week or a
-- return from them moves no median. New shoes count where the files tell shoes, and workouts of a kind that
-- had not been run for twelve weeks, where others had. The value is the largest number in one stretch of
-- three weeks; more than two is too many to know afterwards what helped.
--
-- grain: athlete_id
with limits as (
    select
        to_days(7 * cast(thresholds.habit_before_weeks as integer)) as long_before,
        to_days(7 * cast(thresholds.step_before_weeks as integer)) as before,
        to_days(7 * cast(thresholds.step_weeks as integer) - 7) as since
    from settings.judging as thresholds
),

compared as (
    select
        weeks.athlete_id,
        weeks.habit,
        weeks.unit,
        weeks.week_start_on,
        weeks.value,
        avg(weeks.value) over since_then as after_value,
        count(*) over since_then as after_week_count,
        median(weeks.value) over weeks_before as before_value,
        count(*) over weeks_before as before_week_count,
        mad(weeks.value) over long_before as deviation,
        stddev_samp(weeks.value) over long_before as spread
    from athlete.habit_weeks as weeks
    cross join limits
    where weeks.habit in ('distance', 'run_days', 'quality_sessions', 'longest_run')
    window
        since_then as (
            partition by weeks.athlete_id, weeks.habit order by weeks.week_start_on
            range between current row and limits.since following
        ),
        weeks_before as (
            partition by weeks.athlete_id, weeks.habit order by weeks.week_start_on
            range between limits.before preceding and interval 7 days preceding
        ),
        long_before as (
            partition by weeks.athlete_id, weeks.habit order by weeks.week_start_on
            range between limits.long_before preceding and interval 7 days preceding
        )
),

sized as (
    select
        compared.athlete_id,
        compared.habit,
        habits.label,
        compared.unit,
        compared.week_start_on,
        compared.before_value,
        compared.after_value,
        (compared.after_value - compared.before_value)
        / greatest(
            -- a week off is no scatter of a distance; counts have no other
            if(habits.is_share_of_before, thresholds.mad_to_sd * compared.deviation, compared.spread),
            habits.matters_from
            * if(habits.is_share_of_before, compared.before_value, 1)
            / thresholds.habit_evenness
        )
        / sqrt(1 / compared.after_week_count + 1 / compared.before_week_count) as step_spreads,
        if(
            habits.is_share_of_before,
            thresholds.step_min_ratio * compared.before_value,
            habits.matters_from
        ) as step_min
    from compared
    inner join settings.habits as habits on compared.habit = habits.habit
    inner join athlete.periods as periods on compared.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where
        compared.after_week_count = thresholds.step_weeks
        and compared.before_week_count >= thresholds.step_before_min_weeks
        and compared.week_start_on > periods.last_day - cast(thresholds.step_search_days as integer)
),

grown as (
    select
        sized.athlete_id,
        sized.week_start_on,
        sized.habit,
        sized.label,
        sized.unit,
        sized.before_value,
        sized.after_value,
        sized.step_spreads
    from sized
    cross join settings.judging as thresholds
    where
        sized.before_value + sized.step_min > 0
        and sized.after_value - sized.before_value >= sized.step_min
        and sized.step_spreads >= thresholds.step_min_spreads
),

-- shoes that were new and had most of the next three weeks, where others had been told before
gears as (
    select
        activities.athlete_id,
        activities.gear,
        activities.local_day,
        min(activities.local_day) over (partition by activities.athlete_id, activities.gear) as first_on,
        min(activities.local_day) over (partition by activities.athlete_id) as told_from
    from athlete.activities as activities
    where activities.is_run and activities.gear is not null
),

firsts as (
    select distinct
        gears.athlete_id,
        gears.gear,
        gears.first_on
    from gears
    cross join settings.judging as thresholds
    where gears.first_on >= gears.told_from + cast(7 * thresholds.step_before_weeks as integer)
),

shoes as (
    select
        firsts.athlete_id,
        firsts.first_on
    from firsts
    cross join settings.judging as thresholds
    inner join gears
        on
            firsts.athlete_id = gears.athlete_id
            and firsts.first_on <= gears.local_day
            and gears.local_day < firsts.first_on + cast(7 * thresholds.step_weeks as integer)
    group by firsts.athlete_id, firsts.gear, firsts.first_on
    having 2 * count(*) filter (where gears.gear = firsts.gear) > count(*)
),

-- workouts of a kind that had not been run for long, where others had
repeated as (
    select
        workouts.athlete_id,
        workouts.local_day,
        workouts.workout_template,
        workouts.local_day
        - lag(workouts.local_day) over (
            partition by workouts.athlete_id, workouts.workout_template order by workouts.local_day
        ) as days_since
    from athlete.workouts as workouts
    where workouts.is_quality
),

sessions as (
    select
        repeated.*,
        max(
            case
                when coalesce(repeated.days_since > 7 * thresholds.habit_before_weeks, true)
                    then repeated.local_day
            end
        ) over (
            partition by repeated.athlete_id, repeated.workout_template order by repeated.local_day
        ) as new_from
    from repeated
    cross join settings.judging as thresholds
),

weeks as (
    select
        sized.athlete_id,
        sized.week_start_on,
        count(*) as known_count
    from sized
    group by sized.athlete_id, sized.week_start_on
),

things as (
    select
        grown.athlete_id,
        grown.week_start_on,
        grown.step_spreads,
        grown.habit as thing,
        format(
            '{} ({})',
            grown.label,
            if(
                grown.unit = 'm',
                format(
                    '{:.0f} to {:.0f} {}',
                    grown.before_value / lengths.length_unit_m,
                    grown.after_value / lengths.length_unit_m,
                    lengths.length_symbol
                ),
                format('{:.1f} to {:.1f} {}', grown.before_value, grown.after_value, grown.unit)
            )
        ) as thing_in_words,
        case grown.habit
            when
                'distance'
                then
                    format(
                        'about {:.0f} {}', grown.before_value / lengths.length_unit_m, lengths.length_symbol
                    )
            when 'run_days'
                then format('{:.0f} day{} of running', grown.before_value, if(
                    round(grown.before_value) = 1, '', 's'
                ))
            when 'longest_run' then format(
                'a long run of {:.0f} {}', grown.before_value / lengths.length_unit_m, lengths.length_symbol
            )
        end as before_in_words
    from grown
    left join athlete.athletes as athletes on grown.athlete_id = athletes.athlete_id
    inner join settings.length_units as lengths
        on lengths.units = coalesce(athletes.units, 'km')
    union all
    select
        weeks.athlete_id,
        weeks.week_start_on,
        cast(0 as double) as step_spreads,
        'shoes' as thing,
        'new shoes' as thing_in_words,
        null as before_in_words
    from weeks
    cross join settings.judging as thresholds
    inner join shoes
        on
            weeks.athlete_id = shoes.athlete_id
            and weeks.week_start_on <= shoes.first_on
            and shoes.first_on < weeks.week_start_on + cast(7 * thresholds.step_weeks as integer)
),

kinds as (
    select
        weeks.athlete_id,
        weeks.week_start_on
    from weeks
    cross join settings.judging as thresholds
    inner join sessions
        on
            weeks.athlete_id = sessions.athlete_id
            and sessions.local_day >= weeks.week_start_on - cast(7 * thresholds.step_before_weeks as integer)
            and sessions.local_day < weeks.week_start_on + cast(7 * thresholds.step_weeks as integer)
    group by weeks.athlete_id, weeks.week_start_on, thresholds.step_weeks
    having
        count(*) filter (where weeks.week_start_on > sessions.local_day) >= thresholds.step_weeks
        and count(*) filter (
            where sessions.new_from >= weeks.week_start_on and sessions.workout_template != 'unclassified'
        )
        >= greatest(2, count(*) filter (where weeks.week_start_on <= sessions.local_day) / 2)
),

everything as (
    select
        things.athlete_id,
        things.week_start_on,
        things.step_spreads,
        things.thing,
        things.thing_in_words,
        things.before_in_words
    from things
    union all
    select
        kinds.athlete_id,
        kinds.week_start_on,
        cast(0 as double) as step_spreads,
        'workouts' as thing,
        'other workouts' as thing_in_words,
        null as before_in_words
    from kinds
),

counted as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        weeks.known_count,
        count(distinct things.thing) as thing_count,
        coalesce(sum(things.step_spreads), 0) as step_spreads,
        string_agg(distinct things.thing_in_words, ', ' order by things.thing_in_words) as things_in_words,
        string_agg(distinct things.before_in_words, ', ' order by things.before_in_words) as before_in_words
    from weeks
    left join everything as things
        on weeks.athlete_id = things.athlete_id and weeks.week_start_on = things.week_start_on
    group by weeks.athlete_id, weeks.week_start_on, weeks.known_count
),

most as (
    select
        counted.*,
        count(*) over (partition by counted.athlete_id) as week_count
    from counted
    qualify
        row_number() over (
            partition by counted.athlete_id
            order by counted.thing_count desc, counted.step_spreads desc, counted.week_start_on asc
        ) = 1
),

runs as (
    select
        most.athlete_id,
        list(activities.activity_id order by activities.local_day, activities.activity_id) as activity_ids
    from most
    cross join settings.judging as thresholds
    inner join athlete.activities as activities
        on
            most.athlete_id = activities.athlete_id
            and most.week_start_on <= activities.local_day
            and activities.local_day < most.week_start_on + cast(7 * thresholds.step_weeks as integer)
    where activities.is_run and most.thing_count > 0
    group by most.athlete_id
),

judged as (
    select
        periods.athlete_id,
        periods.last_day,
        periods.last_day - cast(thresholds.step_search_days as integer) + 1 as window_start_on,
        coalesce(most.week_count >= thresholds.step_weeks, false) as is_enough,
        most.week_start_on,
        most.known_count,
        most.week_count,
        most.thing_count,
        most.things_in_words,
        most.before_in_words,
        case
            when most.week_count >= thresholds.step_weeks
                then
                    1
                    / (1 + exp((thresholds.at_once_flag_count - most.thing_count) / thresholds.at_once_scale))
        end as exposure_score,
        -- what speed work on top brings with it says that cause better
        coalesce(
            added.exposure_score >= thresholds.score_min
            and most.thing_count < thresholds.added_stress_max_count
            and abs(added.began_on - most.week_start_on) < 7 * thresholds.step_weeks,
            false
        ) as is_added_speed,
        thresholds.score_min
    from athlete.periods as periods
    cross join settings.judging as thresholds
    left join most on periods.athlete_id = most.athlete_id
    left join athlete.cause_speed_added_not_replaced as added on periods.athlete_id = added.athlete_id
)

select
    judged.athlete_id,
    case when judged.is_enough then cast(judged.thing_count as double) end as value,
    'changes' as unit,
    thresholds.at_once_flag_count as threshold,
    judged.exposure_score,
    if(
        judged.is_enough,
        least(judged.week_count / thresholds.at_once_full_weeks, 1)
        * least(judged.known_count / thresholds.at_once_known_count, 1),
        0
    ) as coverage_ratio,
    if(judged.is_added_speed, thresholds.added_with_more_certainty_ratio, 1) as certainty_ratio,
    cast(null as double) as response_score,
    case when judged.exposure_score >= judged.score_min then judged.week_start_on end as began_on,
    judged.window_start_on,
    judged.last_day as window_end_on,
    case
        when not judged.is_enough then 'Needs four months of whole weeks with runs.'
        when judged.thing_count = 0 then 'Nothing grew by more than it usually differs.'
        when judged.exposure_score < judged.score_min
            then format('Within three weeks no more than this grew: {}.', judged.things_in_words)
        else format(
            'Within three weeks from {} on, {} things grew: {}.',
            judged.week_start_on,
            judged.thing_count,
            judged.things_in_words
        )
    end as reason,
    case
        when judged.exposure_score >= judged.score_min
            then format(
                'Keep one of these and take the others back for four weeks{}; then add one at a time, '
                || 'every three '
                || 'to four weeks.',
                coalesce(format(' (before: {})', judged.before_in_words), '')
            )
    end as advice,
    coalesce(runs.activity_ids, cast([] as varchar[])) as activity_ids
from judged
cross join settings.judging as thresholds
left join runs on judged.athlete_id = runs.athlete_id
