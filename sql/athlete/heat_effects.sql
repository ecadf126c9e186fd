-- One row per run that counts and has a temperature: what the heat of the day took from its index.
--
-- Heat is degrees above a limit, less a share of those of the runs before, to which the body is used by then
-- (SCIENCE.md B11). What a degree costs is the runner's own: runs are compared within four weeks on one
-- device, where fitness and season are nearly the same. The cost is shrunk by its own uncertainty (positive
-- part of James and Stein): a sensor that feels the skin shows no heat, and then corrects nothing.
--
-- grain: athlete_id, activity_id
-- check: heat_effect_pct is not null
with warm as (
    select
        runs.athlete_id,
        runs.activity_id,
        runs.day_number,
        runs.device_key,
        runs.index_log_pct,
        greatest(summaries.temperature_mean_c - thresholds.heat_from_c, 0) as warmth_c,
        floor(runs.day_number / thresholds.heat_block_days) as block_number
    from athlete.trend_runs as runs
    inner join activity.summaries as summaries
        on runs.athlete_id = summaries.athlete_id and runs.activity_id = summaries.activity_id
    cross join settings.judging as thresholds
    where runs.counts_for_trend and summaries.temperature_mean_c is not null
),

accustomed as (
    select
        runs.athlete_id,
        runs.activity_id,
        coalesce(
            sum(before.warmth_c * exp((before.day_number - runs.day_number) / thresholds.heat_memory_days))
            / sum(exp((before.day_number - runs.day_number) / thresholds.heat_memory_days)),
            0
        ) as usual_warmth_c
    from warm as runs
    cross join settings.judging as thresholds
    left join warm as before
        on
            runs.athlete_id = before.athlete_id
            and runs.day_number > before.day_number
            and before.day_number >= runs.day_number - 2 * thresholds.heat_memory_days
    group by runs.athlete_id, runs.activity_id
),

heated as (
    select
        warm.*,
        warm.warmth_c - thresholds.heat_accustomed_ratio * accustomed.usual_warmth_c as heat_c
    from warm
    inner join accustomed
        on warm.athlete_id = accustomed.athlete_id and warm.activity_id = accustomed.activity_id
    cross join settings.judging as thresholds
),

blocks as (
    select
        heated.athlete_id,
        regr_sxx(heated.index_log_pct, heated.heat_c) as heat_squares,
        regr_sxy(heated.index_log_pct, heated.heat_c) as products,
        regr_syy(heated.index_log_pct, heated.heat_c) as index_squares,
        count(*) - 1 as freedom_count
    from heated
    group by heated.athlete_id, heated.device_key, heated.block_number
),

costs as (
    select
        blocks.athlete_id,
        sum(blocks.products) / nullif(sum(blocks.heat_squares), 0) as pct_per_c,
        (
            sum(blocks.index_squares)
            - sum(blocks.products) * sum(blocks.products) / nullif(sum(blocks.heat_squares), 0)
        )
        / nullif(sum(blocks.freedom_count) - 1, 0) / nullif(sum(blocks.heat_squares), 0) as variance
    from blocks
    group by blocks.athlete_id
),

shrunk as (
    select
        costs.athlete_id,
        sqrt(costs.variance) as heat_cost_error_pct_per_c,
        case
            when costs.pct_per_c < 0 and costs.variance < costs.pct_per_c * costs.pct_per_c
                then
                    greatest(
                        costs.pct_per_c * (1 - costs.variance / (costs.pct_per_c * costs.pct_per_c)),
                        -thresholds.heat_cost_max_pct_per_c
                    )
            else cast(0 as double)
        end as heat_cost_pct_per_c
    from costs
    cross join settings.judging as thresholds
)

select
    heated.athlete_id,
    heated.activity_id,
    heated.heat_c,
    coalesce(shrunk.heat_cost_pct_per_c, 0) as heat_cost_pct_per_c,
    coalesce(shrunk.heat_cost_error_pct_per_c, 0) as heat_cost_error_pct_per_c,
    heated.heat_c * coalesce(shrunk.heat_cost_pct_per_c, 0) as heat_effect_pct
from heated
left join shrunk on heated.athlete_id = shrunk.athlete_id
