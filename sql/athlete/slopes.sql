-- One row per look and window that holds enough runs: how fast the index changed in it, and how sure that
-- is.
--
-- The slope is a weighted median over pairs of runs on the same device (Theil-Sen, weighted by their
-- distance in time), so that a new watch or strap cannot make a trend. The standard error holds the noise
-- from run to run and nothing else: fitness that swung inside the window is part of what happened in it
-- (SCIENCE.md F).
--
-- grain: athlete_id, as_of_day, window_weeks
-- check: standard_error_pct_per_month > 0
with inside as (
    select
        looks.athlete_id,
        looks.as_of_day,
        looks.window_weeks,
        looks.window_start_on,
        runs.activity_id,
        runs.day_number,
        runs.device_key,
        runs.index_log_pct,
        trends.residual_pct
    from athlete.looks as looks
    inner join athlete.trend_runs as runs
        on
            looks.athlete_id = runs.athlete_id
            and runs.local_day between looks.window_start_on and looks.as_of_day
    inner join athlete.local_trends as trends
        on runs.athlete_id = trends.athlete_id and runs.activity_id = trends.activity_id
    where runs.counts_for_trend
),

spreads as (
    select
        inside.athlete_id,
        inside.as_of_day,
        inside.window_weeks,
        inside.device_key,
        regr_sxx(inside.index_log_pct, inside.day_number) as sum_of_squares
    from inside
    group by inside.athlete_id, inside.as_of_day, inside.window_weeks, inside.device_key
),

leverage as (
    select
        spreads.athlete_id,
        spreads.as_of_day,
        spreads.window_weeks,
        sum(spreads.sum_of_squares) as sum_of_squares
    from spreads
    group by spreads.athlete_id, spreads.as_of_day, spreads.window_weeks
),

noise as (
    select
        inside.athlete_id,
        inside.as_of_day,
        inside.window_weeks,
        any_value(inside.window_start_on) as window_start_on,
        count(*) as run_count,
        min(inside.day_number) as first_day_number,
        max(inside.day_number) as last_day_number,
        any_value(thresholds.mad_to_sd) * median(abs(inside.residual_pct)) as run_noise_pct
    from inside
    cross join settings.judging as thresholds
    group by inside.athlete_id, inside.as_of_day, inside.window_weeks
    having
        count(*) >= any_value(thresholds.trend_min_runs)
        and max(inside.day_number) - min(inside.day_number)
        >= 7 * inside.window_weeks * any_value(thresholds.trend_min_span_ratio)
),

pairs as (
    select
        earlier.athlete_id,
        earlier.day_number as earlier_day_number,
        later.day_number as later_day_number,
        cast(later.day_number - earlier.day_number as double) as days_apart,
        thresholds.month_days * (later.index_log_pct - earlier.index_log_pct)
        / (later.day_number - earlier.day_number) as slope_pct_per_month
    from athlete.trend_runs as earlier
    inner join athlete.trend_runs as later
        on earlier.athlete_id = later.athlete_id and earlier.device_key = later.device_key
    cross join settings.judging as thresholds
    where
        earlier.counts_for_trend
        and later.counts_for_trend
        and later.day_number - earlier.day_number >= thresholds.pair_min_days
        and later.day_number - earlier.day_number <= 7 * (
            select max(windows.window_weeks) from settings.trend_windows as windows
        )
),

numbered as (
    select
        noise.athlete_id,
        noise.as_of_day,
        noise.window_weeks,
        noise.window_start_on - date '1970-01-01' as start_day_number,
        noise.as_of_day - date '1970-01-01' as end_day_number,
        row_number() over (
            partition by noise.athlete_id order by noise.as_of_day, noise.window_weeks
        ) as group_number
    from noise
),

-- slope_part: neighbours in slope lie in one part, so that only one part of each group has to be put in order
ranked_pairs as (
    select
        pairs.*,
        row_number() over slopes as slope_number,
        ntile(thresholds.slope_part_count) over slopes as slope_part
    from pairs
    cross join settings.judging as thresholds
    window slopes as (
        partition by pairs.athlete_id
        order by pairs.slope_pct_per_month, pairs.earlier_day_number, pairs.later_day_number
    )
),

weights as (
    select
        numbered.athlete_id,
        numbered.group_number,
        ranked_pairs.slope_part,
        sum(ranked_pairs.days_apart) as weight
    from numbered
    inner join ranked_pairs
        on
            numbered.athlete_id = ranked_pairs.athlete_id
            and numbered.start_day_number <= ranked_pairs.earlier_day_number
            and numbered.end_day_number >= ranked_pairs.later_day_number
    group by numbered.athlete_id, numbered.group_number, ranked_pairs.slope_part
),

sums as (
    select
        weights.athlete_id,
        weights.group_number,
        weights.slope_part,
        weights.weight,
        sum(weights.weight) over (
            partition by weights.athlete_id, weights.group_number order by weights.slope_part
            rows between unbounded preceding and current row
        ) as weight_so_far,
        sum(weights.weight) over (partition by weights.athlete_id, weights.group_number) as total_weight
    from weights
),

middles as (
    select
        sums.athlete_id,
        sums.group_number,
        sums.slope_part,
        sums.weight_so_far - sums.weight as weight_before,
        sums.total_weight
    from sums
    where sums.weight_so_far >= sums.total_weight / 2
    qualify
        row_number() over (
            partition by sums.athlete_id, sums.group_number order by sums.slope_part
        ) = 1
),

weighed as (
    select
        numbered.athlete_id,
        numbered.as_of_day,
        numbered.window_weeks,
        middles.total_weight,
        ranked_pairs.slope_pct_per_month,
        middles.weight_before + sum(ranked_pairs.days_apart) over (
            partition by numbered.athlete_id, numbered.group_number
            order by ranked_pairs.slope_number
            rows between unbounded preceding and current row
        ) as weight_so_far
    from middles
    inner join numbered
        on middles.athlete_id = numbered.athlete_id and middles.group_number = numbered.group_number
    inner join ranked_pairs
        on
            middles.athlete_id = ranked_pairs.athlete_id
            and middles.slope_part = ranked_pairs.slope_part
            and numbered.start_day_number <= ranked_pairs.earlier_day_number
            and numbered.end_day_number >= ranked_pairs.later_day_number
),

medians as (
    select
        weighed.athlete_id,
        weighed.as_of_day,
        weighed.window_weeks,
        min(weighed.slope_pct_per_month) as slope_pct_per_month
    from weighed
    where weighed.weight_so_far >= weighed.total_weight / 2
    group by weighed.athlete_id, weighed.as_of_day, weighed.window_weeks
)

select
    noise.athlete_id,
    noise.as_of_day,
    noise.window_weeks,
    noise.window_start_on,
    noise.run_count,
    noise.run_noise_pct,
    medians.slope_pct_per_month,
    thresholds.standard_error_factor * noise.run_noise_pct * thresholds.month_days
    * sqrt(thresholds.theil_sen_variance_ratio / leverage.sum_of_squares) as standard_error_pct_per_month,
    (noise.last_day_number - noise.first_day_number) / thresholds.month_days as window_months
from noise
inner join leverage
    on
        noise.athlete_id = leverage.athlete_id
        and noise.as_of_day = leverage.as_of_day
        and noise.window_weeks = leverage.window_weeks
inner join medians
    on
        noise.athlete_id = medians.athlete_id
        and noise.as_of_day = medians.as_of_day
        and noise.window_weeks = medians.window_weeks
cross join settings.judging as thresholds
where noise.run_noise_pct > 0 and leverage.sum_of_squares > 0
