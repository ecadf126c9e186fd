-- One row per look and window that holds enough runs: how fast the index changed in it, and how sure that
-- is.
--
-- Least squares over all comparable runs, each with its weight, without outliers and after what heat and
-- other devices did is taken out. The standard error holds the noise from run to run, how well the devices
-- in the window are known against each other, and how well what heat costs; fitness that swung inside the
-- window is part of what happened in it (SCIENCE.md F).
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
        runs.weight_ratio,
        cast(runs.local_day - looks.as_of_day as double) as day_number,
        runs.comparable_log_pct,
        runs.heat_c,
        runs.heat_cost_error_pct_per_c,
        runs.residual_pct,
        runs.zero_speed_lower_shift_pct,
        runs.zero_speed_higher_shift_pct
    from athlete.looks as looks
    inner join athlete.comparable_runs as runs
        on
            looks.athlete_id = runs.athlete_id
            and runs.local_day between looks.window_start_on and looks.as_of_day
),

middles as (
    select
        inside.athlete_id,
        inside.as_of_day,
        inside.window_weeks,
        any_value(inside.window_start_on) as window_start_on,
        count(*) as run_count,
        min(inside.local_day) as first_run_on,
        max(inside.local_day) as last_run_on,
        sum(inside.weight_ratio * inside.day_number) / sum(inside.weight_ratio) as middle_day_number,
        sum(inside.weight_ratio * inside.comparable_log_pct) / sum(inside.weight_ratio) as middle_log_pct,
        any_value(thresholds.mad_to_sd) * median(abs(inside.residual_pct)) as run_noise_pct
    from inside
    cross join settings.judging as thresholds
    group by inside.athlete_id, inside.as_of_day, inside.window_weeks
    having
        count(*) >= any_value(thresholds.trend_min_runs)
        and max(inside.local_day) - min(inside.local_day)
        >= 7 * inside.window_weeks * any_value(thresholds.trend_min_span_ratio)
),

-- lever: what 1 % more in this run adds to the slope, but for the sum of squares
levers as (
    select
        inside.*,
        inside.weight_ratio * (inside.day_number - middles.middle_day_number) as lever,
        inside.weight_ratio * (inside.day_number - middles.middle_day_number)
        * (inside.day_number - middles.middle_day_number) as squares
    from inside
    inner join middles
        on
            inside.athlete_id = middles.athlete_id
            and inside.as_of_day = middles.as_of_day
            and inside.window_weeks = middles.window_weeks
),

fits as (
    select
        levers.athlete_id,
        levers.as_of_day,
        levers.window_weeks,
        sum(levers.squares) as day_squares,
        sum(levers.lever * levers.comparable_log_pct) / sum(levers.squares) as slope_pct_per_day,
        sum(levers.lever * levers.zero_speed_lower_shift_pct)
        / sum(levers.squares) as lower_shift_pct_per_day,
        sum(levers.lever * levers.zero_speed_higher_shift_pct)
        / sum(levers.squares) as higher_shift_pct_per_day,
        sum(levers.lever * levers.lever) / (sum(levers.squares) * sum(levers.squares)) as run_share,
        -- nobody knows what a degree costs to the last digit, and seasons are long
        coalesce(
            sum(levers.lever * levers.heat_c) / sum(levers.squares) * max(levers.heat_cost_error_pct_per_c), 0
        ) as heat_error_pct_per_day
    from levers
    group by levers.athlete_id, levers.as_of_day, levers.window_weeks
    having sum(levers.squares) > 0
),

-- how much of an error in one link between devices would end up in the slope
leans as (
    select
        levers.athlete_id,
        levers.as_of_day,
        levers.window_weeks,
        sum(levers.lever) / any_value(fits.day_squares) as slope_per_pct,
        any_value(links.difference_error_pct * links.difference_error_pct) as difference_variance
    from levers
    inner join fits
        on
            levers.athlete_id = fits.athlete_id
            and levers.as_of_day = fits.as_of_day
            and levers.window_weeks = fits.window_weeks
    inner join athlete.device_links as links
        on levers.athlete_id = links.athlete_id and levers.device_key = links.device_key
    group by levers.athlete_id, levers.as_of_day, levers.window_weeks, links.link_device_key
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
    middles.athlete_id,
    middles.as_of_day,
    middles.window_weeks,
    middles.window_start_on,
    middles.run_count,
    middles.first_run_on,
    middles.last_run_on,
    middles.run_noise_pct,
    thresholds.month_days * fits.slope_pct_per_day as slope_pct_per_month,
    thresholds.month_days * sqrt(
        thresholds.standard_error_factor * thresholds.standard_error_factor
        * middles.run_noise_pct * middles.run_noise_pct * fits.run_share
        + fits.heat_error_pct_per_day * fits.heat_error_pct_per_day
        + coalesce(device_errors.slope_variance, 0)
    ) as standard_error_pct_per_month,
    thresholds.month_days * sqrt(coalesce(device_errors.slope_variance, 0)) as device_error_pct_per_month,
    thresholds.month_days * (fits.slope_pct_per_day + fits.lower_shift_pct_per_day)
        as slope_zero_speed_lower_pct_per_month,
    thresholds.month_days * (fits.slope_pct_per_day + fits.higher_shift_pct_per_day)
        as slope_zero_speed_higher_pct_per_month,
    (middles.last_run_on - middles.first_run_on) / thresholds.month_days as window_months,
    middles.middle_log_pct
    + fits.slope_pct_per_day * ((middles.last_run_on - middles.as_of_day) - middles.middle_day_number)
        as end_log_pct
from middles
inner join fits
    on
        middles.athlete_id = fits.athlete_id
        and middles.as_of_day = fits.as_of_day
        and middles.window_weeks = fits.window_weeks
cross join settings.judging as thresholds
left join device_errors
    on
        middles.athlete_id = device_errors.athlete_id
        and middles.as_of_day = device_errors.as_of_day
        and middles.window_weeks = device_errors.window_weeks
where middles.run_noise_pct > 0
