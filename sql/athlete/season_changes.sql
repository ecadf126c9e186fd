-- One row per look with runs at the same season a year before: the change since then.
--
-- The mean of the last weeks against that of the same weeks a year ago: whatever the season does, it did
-- twice.
--
-- grain: athlete_id, as_of_day
-- check: season_change_low_pct < season_change_high_pct
with days as (
    select distinct
        looks.athlete_id,
        looks.as_of_day
    from athlete.looks as looks
),

inside as (
    select
        days.athlete_id,
        days.as_of_day,
        runs.device_key,
        runs.comparable_log_pct,
        runs.run_noise_pct,
        runs.heat_c,
        runs.heat_cost_error_pct_per_c,
        runs.local_day > days.as_of_day - cast(thresholds.season_days as integer) as is_now
    from days
    cross join settings.judging as thresholds
    inner join athlete.comparable_runs as runs
        on
            days.athlete_id = runs.athlete_id
            and days.as_of_day >= runs.local_day
            and runs.local_day
            > days.as_of_day - cast(thresholds.season_days + thresholds.year_days as integer)
            and (
                runs.local_day > days.as_of_day - cast(thresholds.season_days as integer)
                or runs.local_day <= days.as_of_day - cast(thresholds.year_days as integer)
            )
),

means as (
    select
        inside.athlete_id,
        inside.as_of_day,
        count(*) filter (where inside.is_now) as now_count,
        count(*) filter (where not inside.is_now) as then_count,
        avg(inside.comparable_log_pct) filter (where inside.is_now)
        - avg(inside.comparable_log_pct) filter (where not inside.is_now) as season_change_pct,
        any_value(thresholds.standard_error_factor * inside.run_noise_pct) as run_noise_pct,
        coalesce(
            (
                avg(inside.heat_c) filter (where inside.is_now)
                - avg(inside.heat_c) filter (where not inside.is_now)
            )
            * max(inside.heat_cost_error_pct_per_c),
            0
        ) as heat_error_pct
    from inside
    cross join settings.judging as thresholds
    group by inside.athlete_id, inside.as_of_day
    having
        count(*) filter (where inside.is_now) >= any_value(thresholds.season_min_runs)
        and count(*) filter (where not inside.is_now) >= any_value(thresholds.season_min_runs)
),

leans as (
    select
        means.athlete_id,
        means.as_of_day,
        count(*) filter (where inside.is_now) / any_value(means.now_count)
        - count(*) filter (where not inside.is_now) / any_value(means.then_count) as share,
        any_value(links.difference_error_pct * links.difference_error_pct) as difference_variance
    from means
    inner join inside on means.athlete_id = inside.athlete_id and means.as_of_day = inside.as_of_day
    inner join athlete.device_links as links
        on inside.athlete_id = links.athlete_id and inside.device_key = links.device_key
    group by means.athlete_id, means.as_of_day, links.link_device_key
),

errors as (
    select
        means.athlete_id,
        means.as_of_day,
        any_value(
            means.run_noise_pct * means.run_noise_pct * (1 / means.now_count + 1 / means.then_count)
            + means.heat_error_pct * means.heat_error_pct
        )
        + coalesce(sum(leans.share * leans.share * leans.difference_variance), 0) as variance
    from means
    left join leans on means.athlete_id = leans.athlete_id and means.as_of_day = leans.as_of_day
    group by means.athlete_id, means.as_of_day
)

select
    means.athlete_id,
    means.as_of_day,
    means.now_count as season_run_count,
    means.then_count as season_before_run_count,
    means.season_change_pct,
    means.season_change_pct - thresholds.interval_90 * sqrt(errors.variance) as season_change_low_pct,
    means.season_change_pct + thresholds.interval_90 * sqrt(errors.variance) as season_change_high_pct
from means
inner join errors on means.athlete_id = errors.athlete_id and means.as_of_day = errors.as_of_day
cross join settings.judging as thresholds
where errors.variance > 0
