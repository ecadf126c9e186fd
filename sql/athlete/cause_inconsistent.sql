-- One row per athlete: the share of weeks, recent and before, without a run or under half the usual distance.
--
-- Weeks whose runs have no distance say nothing.
--
-- grain: athlete_id
with inside as (
    select
        weeks.athlete_id,
        weeks.run_count,
        weeks.distance_m,
        median(weeks.distance_m) over (partition by weeks.athlete_id) as usual_m,
        periods.base_from,
        periods.last_day
    from athlete.weeks as weeks
    inner join athlete.periods as periods on weeks.athlete_id = periods.athlete_id
    where
        weeks.week_start_on >= periods.base_from
        and weeks.day_count = 7
        and (weeks.run_count = 0 or weeks.distance_m > 0)
),

counted as (
    select
        inside.athlete_id,
        any_value(inside.base_from) as base_from,
        any_value(inside.last_day) as last_day,
        count(*) as week_count,
        count(*) filter (
            where inside.run_count = 0 or inside.distance_m < thresholds.light_week_ratio * inside.usual_m
        ) as light_count
    from inside
    cross join settings.judging as thresholds
    group by inside.athlete_id
    having sum(inside.run_count) > 0
)

select
    counted.athlete_id,
    counted.light_count / counted.week_count as value,
    'ratio' as unit,
    thresholds.light_weeks_flag_ratio as threshold,
    1 / (
        1 + exp(
            (thresholds.light_weeks_flag_ratio - counted.light_count / counted.week_count)
            / thresholds.light_weeks_scale
        )
    ) as exposure_score,
    least(counted.week_count * 7 / (thresholds.recent_days + thresholds.base_days - 7), 1) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    counted.base_from as window_start_on,
    counted.last_day as window_end_on,
    format(
        '{} of {} weeks had no run, or less than half of the usual distance.',
        counted.light_count,
        counted.week_count
    ) as reason,
    cast([] as varchar[]) as activity_ids
from counted
cross join settings.judging as thresholds
