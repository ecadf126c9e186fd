-- One row per athlete and plan: does the runner bring along what it takes, was it run, and what did it bring?
--
-- What it takes is looked for before the latest start, or today where it was never started. The gain is that
-- of the time trial at its end against the one before it, 100 (t0 - t1) / t0; a gain that nobody makes in so
-- short a time shows that one of the two was no trial, and is null.
--
-- grain: athlete_id, plan_name
-- check: is_eligible = (missing is null)
with latest as (
    select
        starts.athlete_id,
        starts.plan_name,
        max(starts.plan_started_on) as plan_started_on,
        arg_max(starts.start_source, starts.plan_started_on) as start_source,
        arg_max(starts.adherence_ratio, starts.plan_started_on) as adherence_ratio,
        arg_max(starts.known_day_count, starts.plan_started_on) as known_day_count
    from athlete.plan_starts as starts
    group by starts.athlete_id, starts.plan_name
),

asked as (
    select
        periods.athlete_id,
        periods.first_day,
        plans.* exclude (athlete_id),
        latest.* exclude (athlete_id, plan_name),
        coalesce(latest.plan_started_on, periods.last_day + 1) as as_of_day
    from athlete.periods as periods
    inner join athlete.plans as plans on periods.athlete_id = plans.athlete_id
    left join latest on periods.athlete_id = latest.athlete_id and plans.plan_name = latest.plan_name
),

habits as (
    select
        asked.athlete_id,
        asked.plan_name,
        sum(days.distance_m) / any_value(thresholds.recent_days) * 7 as weekly_m,
        count(*) filter (where days.run_count > 0) / any_value(thresholds.recent_days) * 7 as weekly_run_days
    from asked
    cross join settings.judging as thresholds
    inner join athlete.days as days
        on
            asked.athlete_id = days.athlete_id
            and days.local_day between
            asked.as_of_day - cast(thresholds.recent_days as integer) and asked.as_of_day - 1
    group by asked.athlete_id, asked.plan_name
),

gaps as (
    select
        asked.athlete_id,
        asked.plan_name,
        max(breaks.until_day) as until_day
    from asked
    inner join athlete.breaks as breaks
        on asked.athlete_id = breaks.athlete_id and asked.as_of_day > breaks.from_on
    group by asked.athlete_id, asked.plan_name
),

trials as (
    select
        asked.athlete_id,
        asked.plan_name,
        min(efforts.elapsed_s) filter (where activities.local_day < asked.plan_started_on) as trial_before_s,
        min(efforts.elapsed_s) filter (
            where activities.local_day >= asked.plan_started_on + cast(asked.plan_day_count as integer) - 2
        ) as trial_after_s
    from asked
    cross join settings.judging as thresholds
    inner join athlete.activities as activities
        on
            asked.athlete_id = activities.athlete_id
            and activities.local_day between
            asked.plan_started_on - cast(thresholds.plan_trial_days as integer)
            and asked.plan_started_on + cast(asked.plan_day_count as integer) + 1
    inner join activity.best_efforts as efforts
        on
            activities.athlete_id = efforts.athlete_id
            and activities.activity_id = efforts.activity_id
            and asked.trial_m = efforts.effort_distance_m
    group by asked.athlete_id, asked.plan_name
),

compared as (
    select
        asked.*,
        habits.weekly_m,
        habits.weekly_run_days,
        trials.trial_before_s,
        trials.trial_after_s,
        case
            when trials.trial_after_s >= (1 - thresholds.plan_gain_max_ratio) * trials.trial_before_s
                then 100 * (trials.trial_before_s - trials.trial_after_s) / trials.trial_before_s
        end as trial_gain_pct,
        nullif(
            concat_ws(
                '; ',
                case
                    when asked.as_of_day - asked.first_day < asked.needed_history_days
                        then
                            format(
                                '{:.0f} months of running (the files show {:.0f})',
                                asked.needed_history_days / thresholds.month_days,
                                (asked.as_of_day - asked.first_day) / thresholds.month_days
                            )
                end,
                case
                    when asked.as_of_day - greatest(gaps.until_day, asked.first_day) < asked.needed_base_days
                        then format('{} weeks of base without a break', asked.needed_base_days // 7)
                end,
                case
                    when round(coalesce(habits.weekly_run_days, 0)) < asked.needed_run_days
                        then
                            format(
                                '{} days with a run a week (now {:.1f})',
                                asked.needed_run_days,
                                coalesce(habits.weekly_run_days, 0)
                            )
                end,
                case
                    when coalesce(habits.weekly_m, 0) < thresholds.plan_way_min_ratio * asked.needed_weekly_m
                        then
                            format(
                                '{:.0f} {} a week (now {:.0f})',
                                asked.needed_weekly_m / lengths.length_unit_m,
                                lengths.length_symbol,
                                coalesce(habits.weekly_m, 0) / lengths.length_unit_m
                            )
                end
            ),
            ''
        ) as missing
    from asked
    cross join settings.judging as thresholds
    left join athlete.athletes as athletes on asked.athlete_id = athletes.athlete_id
    inner join settings.length_units as lengths
        on lengths.units = coalesce(athletes.units, 'km')
    left join habits on asked.athlete_id = habits.athlete_id and asked.plan_name = habits.plan_name
    left join gaps on asked.athlete_id = gaps.athlete_id and asked.plan_name = gaps.plan_name
    left join trials on asked.athlete_id = trials.athlete_id and asked.plan_name = trials.plan_name
)

select
    compared.athlete_id,
    compared.plan_name,
    compared.title,
    compared.as_of_day,
    compared.missing is null as is_eligible,
    compared.missing,
    compared.weekly_m,
    compared.weekly_run_days,
    compared.plan_started_on,
    compared.start_source,
    compared.known_day_count,
    compared.adherence_ratio,
    compared.trial_before_s,
    compared.trial_after_s,
    compared.trial_gain_pct,
    concat(
        if(
            compared.missing is null,
            'You bring along what the plan asks for.',
            format('What the plan asks for and is missing: {}.', compared.missing)
        ),
        case
            when compared.plan_started_on is not null
                then
                    format(
                        ' You kept to {:.0f} % of it{}.',
                        100 * compared.adherence_ratio,
                        coalesce(
                            format(
                                ', and the time trial went from {}:{:02d} to {}:{:02d}: {:.1f} % {}',
                                cast(round(compared.trial_before_s) as bigint) // 60,
                                cast(round(compared.trial_before_s) as bigint) % 60,
                                cast(round(compared.trial_after_s) as bigint) // 60,
                                cast(round(compared.trial_after_s) as bigint) % 60,
                                abs(compared.trial_gain_pct),
                                if(compared.trial_gain_pct < 0, 'slower', 'faster')
                            ),
                            ''
                        )
                    )
            else ''
        end
    ) as reason
from compared
