-- One row per look and window that holds enough runs: how fast the index changed in it, and how sure that
-- is.
--
-- Least squares over all comparable runs, without outliers and after what heat and other devices did is taken
-- out. The standard error holds the noise from run to run, and how well the devices in the window are known
-- against each other; fitness that swung inside the window is part of what happened in it (SCIENCE.md F).
--
-- grain: athlete_id, as_of_day, window_weeks
-- check: standard_error_pct_per_month > 0
with inside as (
    select
        looks.athlete_id,
        looks.as_of_day,
        looks.window_weeks,
        looks.window_start_on,
        runs.device_key,
        runs.local_day,
        cast(runs.day_number as double) as day_number,
        runs.comparable_log_pct,
        runs.residual_pct,
        runs.zero_speed_lower_shift_pct,
        runs.zero_speed_higher_shift_pct
    from athlete.looks as looks
    inner join athlete.comparable_runs as runs
        on
            looks.athlete_id = runs.athlete_id
            and runs.local_day between looks.window_start_on and looks.as_of_day
),

fits as (
    select
        inside.athlete_id,
        inside.as_of_day,
        inside.window_weeks,
        any_value(inside.window_start_on) as window_start_on,
        count(*) as run_count,
        min(inside.local_day) as first_run_on,
        max(inside.local_day) as last_run_on,
        avg(inside.day_number) as middle_day_number,
        avg(inside.comparable_log_pct) as middle_log_pct,
        regr_sxx(inside.comparable_log_pct, inside.day_number) as day_squares,
        regr_slope(inside.comparable_log_pct, inside.day_number) as slope_pct_per_day,
        regr_slope(inside.zero_speed_lower_shift_pct, inside.day_number) as lower_shift_pct_per_day,
        regr_slope(inside.zero_speed_higher_shift_pct, inside.day_number) as higher_shift_pct_per_day,
        any_value(thresholds.mad_to_sd) * median(abs(inside.residual_pct)) as run_noise_pct
    from inside
    cross join settings.judging as thresholds
    group by inside.athlete_id, inside.as_of_day, inside.window_weeks
    having
        count(*) >= any_value(thresholds.trend_min_runs)
        and max(inside.local_day) - min(inside.local_day)
        >= 7 * inside.window_weeks * any_value(thresholds.trend_min_span_ratio)
),

-- how much of an error in one link between devices would end up in the slope
leans as (
    select
        fits.athlete_id,
        fits.as_of_day,
        fits.window_weeks,
        sum(inside.day_number - fits.middle_day_number) / any_value(fits.day_squares) as slope_per_pct,
        any_value(links.difference_error_pct * links.difference_error_pct) as difference_variance
    from fits
    inner join inside
        on
            fits.athlete_id = inside.athlete_id
            and fits.as_of_day = inside.as_of_day
            and fits.window_weeks = inside.window_weeks
    inner join athlete.device_links as links
        on inside.athlete_id = links.athlete_id and inside.device_key = links.device_key
    group by fits.athlete_id, fits.as_of_day, fits.window_weeks, links.link_device_key
),

device_errors as (
    select
        leans.athlete_id,
        leans.as_of_day,
        leans.window_weeks,
        sum(leans.slope_per_pct * leans.slope_per_pct * leans.difference_variance) as slope_variance
    from leans
    group by leans.athlete_id, leans.as_of_day, leans.window_weeks
)

select
    fits.athlete_id,
    fits.as_of_day,
    fits.window_weeks,
    fits.window_start_on,
    fits.run_count,
    fits.first_run_on,
    fits.last_run_on,
    fits.run_noise_pct,
    thresholds.month_days * fits.slope_pct_per_day as slope_pct_per_month,
    thresholds.month_days * sqrt(
        thresholds.standard_error_factor * thresholds.standard_error_factor
        * fits.run_noise_pct * fits.run_noise_pct / fits.day_squares
        + coalesce(device_errors.slope_variance, 0)
    ) as standard_error_pct_per_month,
    thresholds.month_days * sqrt(coalesce(device_errors.slope_variance, 0)) as device_error_pct_per_month,
    thresholds.month_days * (fits.slope_pct_per_day + fits.lower_shift_pct_per_day)
        as slope_zero_speed_lower_pct_per_month,
    thresholds.month_days * (fits.slope_pct_per_day + fits.higher_shift_pct_per_day)
        as slope_zero_speed_higher_pct_per_month,
    (fits.last_run_on - fits.first_run_on) / thresholds.month_days as window_months,
    fits.middle_log_pct
    + fits.slope_pct_per_day * ((fits.last_run_on - date '1970-01-01') - fits.middle_day_number)
        as end_log_pct
from fits
cross join settings.judging as thresholds
left join device_errors
    on
        fits.athlete_id = device_errors.athlete_id
        and fits.as_of_day = device_errors.as_of_day
        and fits.window_weeks = device_errors.window_weeks
where fits.run_noise_pct > 0 and fits.day_squares > 0
