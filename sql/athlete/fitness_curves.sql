-- One row per athlete and week with comparable runs around it: the smoothed index, and its 90 % band.
--
-- The mean of the runs around, the nearer the heavier (a triangle); the band holds the noise of the runs and
-- how well their devices are known against the latest. Where nobody can tell the noise, there is no curve.
--
-- grain: athlete_id, local_day
-- check: fitness_low_log_pct <= fitness_high_log_pct
with spans as (
    select
        runs.athlete_id,
        min(runs.day_number) as first_day_number,
        max(runs.day_number) as last_day_number
    from athlete.comparable_runs as runs
    group by runs.athlete_id
),

points as (
    select
        spans.athlete_id,
        spans.last_day_number - 7 * unnest(
            generate_series(0, cast(floor((spans.last_day_number - spans.first_day_number) / 7) as bigint))
        ) as day_number
    from spans
),

near as (
    select
        points.athlete_id,
        points.day_number,
        runs.device_key,
        runs.comparable_log_pct,
        runs.run_noise_pct * thresholds.standard_error_factor as run_noise_pct,
        1 - abs(runs.day_number - points.day_number) / (thresholds.smooth_days + 1) as weight
    from points
    cross join settings.judging as thresholds
    inner join athlete.comparable_runs as runs
        on
            points.athlete_id = runs.athlete_id
            and runs.day_number between
            points.day_number - thresholds.smooth_days and points.day_number + thresholds.smooth_days
),

means as (
    select
        near.athlete_id,
        near.day_number,
        count(*) as run_count,
        sum(near.weight) as total_weight,
        sum(near.weight * near.comparable_log_pct) / sum(near.weight) as fitness_log_pct,
        any_value(near.run_noise_pct * near.run_noise_pct)
        * sum(near.weight * near.weight) / (sum(near.weight) * sum(near.weight)) as noise_variance
    from near
    group by near.athlete_id, near.day_number
),

leans as (
    select
        near.athlete_id,
        near.day_number,
        sum(near.weight) as link_weight,
        any_value(links.difference_error_pct * links.difference_error_pct) as difference_variance
    from near
    inner join athlete.device_links as links
        on near.athlete_id = links.athlete_id and near.device_key = links.device_key
    group by near.athlete_id, near.day_number, links.link_device_key
),

errors as (
    select
        means.athlete_id,
        means.day_number,
        any_value(means.noise_variance) + coalesce(
            sum(leans.difference_variance * leans.link_weight * leans.link_weight)
            / any_value(means.total_weight * means.total_weight),
            0
        ) as variance
    from means
    left join leans on means.athlete_id = leans.athlete_id and means.day_number = leans.day_number
    group by means.athlete_id, means.day_number
)

select
    means.athlete_id,
    date '1970-01-01' + cast(means.day_number as integer) as local_day,
    means.run_count,
    means.fitness_log_pct,
    means.fitness_log_pct - thresholds.interval_90 * sqrt(errors.variance) as fitness_low_log_pct,
    means.fitness_log_pct + thresholds.interval_90 * sqrt(errors.variance) as fitness_high_log_pct
from means
inner join errors on means.athlete_id = errors.athlete_id and means.day_number = errors.day_number
cross join settings.judging as thresholds
where means.run_count >= thresholds.local_min_runs and errors.variance > 0
