-- One row per athlete: the share of the last sixteen weeks without a run, or under half the usual
-- distance.
--
-- What is usual is that of half a year, of its fuller weeks: where most are broken the middle one is, too.
-- Weeks whose runs have no distance say nothing. The longest silence, and how much the number of running
-- days swings from week to week, are told beside it.
--
-- grain: athlete_id
with inside as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        weeks.run_count,
        weeks.run_day_count,
        weeks.distance_m,
        -- the third quarter: up to three of four weeks may be broken
        quantile_cont(weeks.distance_m, 0.75) over (partition by weeks.athlete_id) as usual_m,
        periods.recent_from,
        periods.last_day - cast(thresholds.base_days as integer) + 1 as window_from,
        periods.last_day
    from athlete.weeks as weeks
    inner join athlete.periods as periods on weeks.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where
        weeks.week_start_on >= periods.base_from
        and weeks.day_count = 7
        and (weeks.run_count = 0 or weeks.distance_m > 0)
),

light as (
    select
        inside.*,
        inside.run_count = 0 or inside.distance_m < thresholds.light_week_ratio * inside.usual_m as is_light
    from inside
    cross join settings.judging as thresholds
    where inside.week_start_on >= inside.window_from
),

counted as (
    select
        light.athlete_id,
        any_value(light.window_from) as window_from,
        any_value(light.last_day) as last_day,
        median(light.distance_m) filter (where not light.is_light) as whole_week_m,
        median(light.run_day_count) filter (where not light.is_light) as usual_days,
        stddev_pop(light.run_day_count) as days_spread,
        count(*) as week_count,
        count(*) filter (where light.is_light) as light_count,
        count(*) filter (where light.is_light) / count(*) as light_ratio,
        min(light.week_start_on) filter (where light.is_light) as first_light_on,
        count(*) filter (where light.is_light and light.week_start_on < light.recent_from) as base_light_count
    from light
    group by light.athlete_id
    having sum(light.run_count) > 0
),

gaps as (
    select
        runs.athlete_id,
        max(runs.local_day - runs.before_day) as longest_gap_days
    from (
        select
            activities.athlete_id,
            activities.local_day,
            lag(activities.local_day) over (
                partition by activities.athlete_id order by activities.local_day
            ) as before_day
        from athlete.activities as activities
        where activities.is_run
    ) as runs
    inner join counted on runs.athlete_id = counted.athlete_id
    where runs.local_day >= counted.window_from
    group by runs.athlete_id
)

select
    counted.athlete_id,
    counted.light_ratio as value,
    'ratio' as unit,
    thresholds.light_weeks_flag_ratio as threshold,
    1 / (1 + exp((thresholds.light_weeks_flag_ratio - counted.light_ratio) / thresholds.light_weeks_scale))
        as exposure_score,
    least(counted.week_count * 7 / (thresholds.base_days - 7), 1) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(responses.is_slower as double) as response_score,
    case when counted.base_light_count = 0 then counted.first_light_on end as began_on,
    counted.window_from as window_start_on,
    counted.last_day as window_end_on,
    format(
        '{}{}{}.',
        if(
            counted.light_count = 0,
            format('All of {} weeks had at least half of the usual distance', counted.week_count),
            format(
                '{} of {} weeks had no run, or less than half of the usual distance',
                counted.light_count,
                counted.week_count
            )
        ),
        case
            when gaps.longest_gap_days > thresholds.interruption_days
                then format('; the longest gap was {} days', gaps.longest_gap_days)
            else ''
        end,
        case
            when counted.days_spread >= 1
                then
                    format(
                        '; the number of days with a run swings by {:.1f} from week to week',
                        counted.days_spread
                    )
            else ''
        end
    ) as reason,
    case
        when counted.light_ratio >= thresholds.light_weeks_flag_ratio
            then
                format(
                    'Plan a week that you can keep even when life is full: {}{}. '
                    || 'Do not make up for a missed run; just run the next one.',
                    -- one run less than in a whole week, but no less than the smallest week, if usual
                    case
                        when counted.usual_days < 2 then 'one run'
                        else format(
                            '{:.0f} runs',
                            greatest(
                                coalesce(counted.usual_days, thresholds.weekly_runs_goal) - 1,
                                least(
                                    coalesce(counted.usual_days, thresholds.weekly_runs_min),
                                    thresholds.weekly_runs_min
                                )
                            )
                        )
                    end,
                    coalesce(
                        format(
                            ' and about {:.0f} {}',
                            thresholds.lighter_goal_ratio * counted.whole_week_m / lengths.length_unit_m,
                            lengths.length_symbol
                        ),
                        ''
                    )
                )
    end as advice,
    cast([] as varchar[]) as activity_ids
from counted
left join athlete.athletes as athletes on counted.athlete_id = athletes.athlete_id
inner join settings.length_units as lengths
    on lengths.units = coalesce(athletes.units, 'km')
left join gaps on counted.athlete_id = gaps.athlete_id
left join athlete.responses as responses on counted.athlete_id = responses.athlete_id
cross join settings.judging as thresholds
