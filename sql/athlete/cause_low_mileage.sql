-- One row per athlete: the usual distance of the recent whole weeks. The articles begin to see gains at 15
-- miles. Weeks whose runs have no distance say nothing, nor do weeks of somebody who does not run.
--
-- grain: athlete_id
with weeks as (
    select
        periods.athlete_id,
        periods.recent_from,
        periods.last_day,
        median(weeks.distance_m) as weekly_m,
        count(*) as week_count
    from athlete.periods as periods
    inner join athlete.weeks as weeks on periods.athlete_id = weeks.athlete_id
    where
        weeks.week_start_on >= periods.recent_from
        and weeks.day_count = 7
        and (weeks.run_count = 0 or weeks.distance_m > 0)
    group by periods.athlete_id, periods.recent_from, periods.last_day
    having sum(weeks.run_count) > 0
)

select
    weeks.athlete_id,
    weeks.weekly_m as value,
    'm/week' as unit,
    thresholds.mileage_flag_m as threshold,
    1 / (1 + exp((weeks.weekly_m - thresholds.mileage_flag_m) / thresholds.mileage_scale)) as exposure_score,
    least(weeks.week_count * 7 / (thresholds.recent_days - 7), 1) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    weeks.recent_from as window_start_on,
    weeks.last_day as window_end_on,
    'The usual distance of a recent week; the articles begin to see gains above the threshold.' as reason,
    cast([] as varchar[]) as activity_ids
from weeks
cross join settings.judging as thresholds
