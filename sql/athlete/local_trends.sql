-- One row per run that counts: its index without heat, and how far it lies from its neighbours on the device.
--
-- The residual is scaled to the spread of a single run: a mean of n neighbours has a spread of its own. A run
-- that lies too far off (a sensor that slipped, a clock, a hill race) is an outlier and makes no trend.
--
-- grain: athlete_id, activity_id
with runs as (
    select
        counted.athlete_id,
        counted.activity_id,
        counted.day_number,
        counted.device_key,
        counted.index_log_pct - coalesce(heat.heat_effect_pct, 0) as even_log_pct,
        thresholds.local_days
    from athlete.trend_runs as counted
    left join athlete.heat_effects as heat
        on counted.athlete_id = heat.athlete_id and counted.activity_id = heat.activity_id
    cross join settings.judging as thresholds
    where counted.counts_for_trend
),

neighbours as (
    select
        runs.athlete_id,
        runs.activity_id,
        any_value(runs.even_log_pct) as even_log_pct,
        count(others.activity_id) as near_count,
        avg(others.even_log_pct) as near_pct
    from runs
    left join runs as others
        on
            runs.athlete_id = others.athlete_id
            and runs.device_key = others.device_key
            and runs.activity_id != others.activity_id
            and others.day_number between runs.day_number
            - runs.local_days and runs.day_number
            + runs.local_days
    group by runs.athlete_id, runs.activity_id
),

residuals as (
    select
        neighbours.athlete_id,
        neighbours.activity_id,
        neighbours.even_log_pct,
        case
            when neighbours.near_count >= thresholds.local_min_runs
                then
                    (neighbours.even_log_pct - neighbours.near_pct)
                    * sqrt(neighbours.near_count / (neighbours.near_count + 1))
        end as residual_pct
    from neighbours
    cross join settings.judging as thresholds
),

spreads as (
    select
        residuals.athlete_id,
        thresholds.mad_to_sd * median(abs(residuals.residual_pct)) as run_noise_pct
    from residuals
    cross join settings.judging as thresholds
    group by residuals.athlete_id, thresholds.mad_to_sd
)

select
    residuals.athlete_id,
    residuals.activity_id,
    residuals.even_log_pct,
    residuals.residual_pct,
    spreads.run_noise_pct,
    coalesce(abs(residuals.residual_pct) > thresholds.outlier_spreads * spreads.run_noise_pct, false)
        as is_outlier
from residuals
inner join spreads on residuals.athlete_id = spreads.athlete_id
cross join settings.judging as thresholds
