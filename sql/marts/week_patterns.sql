-- One row per athlete who runs: the usual week of the last eight, beside the articles' week of as many runs.
--
-- Of each weekday what is usual is what happened on most of the eight. A description: no week is wrong for
-- being another one.
--
-- grain: athlete_id
with days as (
    select
        periods.athlete_id,
        periods.recent_from,
        periods.last_day,
        days.local_day,
        isodow(days.local_day) as weekday_number,
        days.run_count,
        days.distance_m
    from athlete.periods as periods
    inner join athlete.days as days
        on periods.athlete_id = days.athlete_id and periods.recent_from <= days.local_day
),

sessions as (
    select
        sessions.athlete_id,
        sessions.local_day,
        bool_or(sessions.is_hard) as is_hard,
        bool_or(sessions.session_class = 'long') as is_long
    from athlete.sessions as sessions
    group by sessions.athlete_id, sessions.local_day
),

classed as (
    select
        days.*,
        case
            when days.run_count = 0 then 'rest'
            when sessions.is_hard then 'hard'
            when sessions.is_long then 'long'
            else 'easy'
        end as day_kind
    from days
    left join sessions
        on days.athlete_id = sessions.athlete_id and days.local_day = sessions.local_day
),

weekdays as (
    select
        classed.athlete_id,
        classed.weekday_number,
        any_value(strftime(classed.local_day, '%a')) as weekday,
        mode(classed.day_kind order by classed.day_kind) as day_kind
    from classed
    group by classed.athlete_id, classed.weekday_number
),

usual as (
    select
        weekdays.athlete_id,
        string_agg(
            format('{} {}', weekdays.weekday, weekdays.day_kind), ', '
            order by if(athletes.week_start = 'sunday', weekdays.weekday_number % 7, weekdays.weekday_number)
        ) as usual_week
    from weekdays
    left join athlete.athletes as athletes on weekdays.athlete_id = athletes.athlete_id
    group by weekdays.athlete_id
),

ordered as (
    select
        classed.athlete_id,
        classed.day_kind,
        classed.run_count,
        lag(classed.day_kind) over (
            partition by classed.athlete_id order by classed.local_day
        ) as kind_before
    from classed
),

counted as (
    select
        ordered.athlete_id,
        count(*) filter (where ordered.run_count > 0) * 7 / count(*) as weekly_run_days,
        count(*) filter (where ordered.day_kind = 'hard') * 7 / count(*) as weekly_hard_days,
        count(*) filter (where ordered.day_kind = 'hard' and ordered.kind_before = 'hard')
            as back_to_back_count
    from ordered
    group by ordered.athlete_id
    having sum(ordered.run_count) > 0
),

longest as (
    select
        weeks.athlete_id,
        median(weeks.longest_run_m / nullif(weeks.distance_m, 0)) as longest_run_ratio
    from athlete.weeks as weeks
    inner join athlete.periods as periods
        on weeks.athlete_id = periods.athlete_id and weeks.week_start_on >= periods.recent_from
    where weeks.day_count = 7 and weeks.distance_m > 0
    group by weeks.athlete_id
),

nearest as (
    select
        counted.athlete_id,
        templates.*
    from counted
    cross join settings.week_templates as templates
    qualify
        row_number() over (
            partition by counted.athlete_id
            order by
                abs(templates.run_day_count - counted.weekly_run_days) asc,
                templates.run_day_count desc
        ) = 1
)

select
    counted.athlete_id,
    usual.usual_week,
    counted.weekly_run_days,
    counted.weekly_hard_days,
    counted.back_to_back_count,
    longest.longest_run_ratio,
    templates.run_day_count as template_run_days,
    templates.template_hard_count,
    templates.template_long_ratio,
    format(
        'You run on {:.1f} days a week, {:.1f} of them hard{}; the longest run is {:.0f} % of the week. '
        || 'The articles'' week of {} runs has {}; its long run is {:.0f} %.',
        counted.weekly_run_days,
        counted.weekly_hard_days,
        if(
            counted.back_to_back_count > 0,
            format(
                ' ({} on the day after another one)',
                if(
                    counted.back_to_back_count = 1, 'once', concat(counted.back_to_back_count, ' times')
                )
            ),
            ''
        ),
        100 * coalesce(longest.longest_run_ratio, 0),
        templates.run_day_count,
        templates.template_words,
        100 * templates.template_long_ratio
    ) as reason
from counted
inner join usual on counted.athlete_id = usual.athlete_id
inner join nearest as templates on counted.athlete_id = templates.athlete_id
left join longest on counted.athlete_id = longest.athlete_id
