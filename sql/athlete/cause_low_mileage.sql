-- One row per athlete: the usual distance of the recent whole weeks. The articles begin to see gains at 15
-- miles. Weeks whose runs have no distance say nothing, nor do weeks of somebody who does not run.
--
-- grain: athlete_id
with weeks as (
    select
        periods.athlete_id,
        periods.recent_from,
        periods.last_day,
        weeks.week_start_on,
        weeks.distance_m,
        weeks.run_count,
        weeks.week_start_on >= periods.recent_from as is_recent
    from athlete.periods as periods
    inner join athlete.weeks as weeks on periods.athlete_id = weeks.athlete_id
    where
        weeks.week_start_on >= periods.base_from
        and weeks.day_count = 7
        and (weeks.run_count = 0 or weeks.distance_m > 0)
),

usual as (
    select
        weeks.athlete_id,
        any_value(weeks.recent_from) as recent_from,
        any_value(weeks.last_day) as last_day,
        median(weeks.distance_m) filter (where weeks.is_recent) as weekly_m,
        median(weeks.run_count) filter (where weeks.is_recent) as weekly_runs,
        median(weeks.distance_m) filter (where not weeks.is_recent) as base_m,
        max(weeks.week_start_on) filter (where weeks.distance_m >= thresholds.mileage_flag_m) as enough_on,
        count(*) filter (where weeks.is_recent) as week_count
    from weeks
    cross join settings.judging as thresholds
    group by weeks.athlete_id
    having sum(weeks.run_count) filter (where weeks.is_recent) > 0
)

select
    usual.athlete_id,
    usual.weekly_m as value,
    'm/week' as unit,
    thresholds.mileage_flag_m as threshold,
    1 / (1 + exp((usual.weekly_m - thresholds.mileage_flag_m) / thresholds.mileage_scale)) as exposure_score,
    least(usual.week_count * 7 / (thresholds.recent_days - 7), 1) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(null as double) as response_score,
    case
        when usual.weekly_m <= thresholds.mileage_flag_m and usual.base_m >= thresholds.mileage_flag_m
            then usual.enough_on + 7
    end as began_on,
    usual.recent_from as window_start_on,
    usual.last_day as window_end_on,
    format(
        'You run {:.0f} {} in a usual week of late; the articles begin to see gains above {:.0f} {}.',
        usual.weekly_m / lengths.length_unit_m,
        lengths.length_symbol,
        thresholds.mileage_flag_m / lengths.length_unit_m,
        lengths.length_symbol
    ) as reason,
    case
        when usual.weekly_m <= thresholds.mileage_flag_m and usual.weekly_runs < 1
            then
                'Run in every week before you run far: two short easy runs, on the same two days, for four '
                || 'weeks; then a third.'
        when usual.weekly_m <= thresholds.mileage_flag_m
            then
                format(
                    'Let the week grow by a tenth at a time, from {:.0f} {} to more than {:.0f} {}, '
                    || 'all of it easy: {}.',
                    usual.weekly_m / lengths.length_unit_m,
                    lengths.length_symbol,
                    thresholds.mileage_flag_m / lengths.length_unit_m,
                    lengths.length_symbol,
                    if(
                        usual.weekly_runs < thresholds.weekly_runs_goal,
                        format(
                            'first with one more short run (you run {} a week), then with a longer one',
                            case round(usual.weekly_runs)
                                when 1 then 'once'
                                when 2 then 'twice'
                                else format('{:.0f} times', usual.weekly_runs)
                            end
                        ),
                        'first with a long run, then with the others'
                    )
                )
    end as advice,
    cast([] as varchar[]) as activity_ids
from usual
left join athlete.athletes as athletes on usual.athlete_id = athletes.athlete_id
inner join settings.length_units as lengths
    on lengths.units = coalesce(athletes.units, 'km')
cross join settings.judging as thresholds
