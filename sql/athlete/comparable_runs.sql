-- One row per run that makes the trend: its index as the latest device would have told it on a cool day.
--
-- Outliers are left out, and runs on a device that nothing links to the latest one. A run weighs as the time
-- that it stands for: one of twelve in four weeks a twelfth, so that busy weeks do not stand for the others.
--
-- grain: athlete_id, activity_id
with differences as (
    select
        links.athlete_id,
        links.device_key,
        sum(links.difference_pct) as device_difference_pct
    from athlete.device_links as links
    group by links.athlete_id, links.device_key
)

select
    runs.athlete_id,
    runs.activity_id,
    runs.local_day,
    runs.day_number,
    runs.device_key,
    1 / count(*) over around as weight_ratio,
    trends.even_log_pct + coalesce(differences.device_difference_pct, 0) as comparable_log_pct,
    coalesce(differences.device_difference_pct, 0) as device_difference_pct,
    coalesce(heat.heat_c, 0) as heat_c,
    coalesce(heat.heat_cost_error_pct_per_c, 0) as heat_cost_error_pct_per_c,
    trends.residual_pct,
    trends.run_noise_pct,
    indices.zero_speed_lower_shift_pct,
    indices.zero_speed_higher_shift_pct
from athlete.trend_runs as runs
inner join athlete.local_trends as trends
    on runs.athlete_id = trends.athlete_id and runs.activity_id = trends.activity_id
inner join athlete.devices as devices
    on runs.athlete_id = devices.athlete_id and runs.device_key = devices.device_key
left join athlete.heat_effects as heat
    on runs.athlete_id = heat.athlete_id and runs.activity_id = heat.activity_id
left join athlete.run_indices as indices
    on runs.athlete_id = indices.athlete_id and runs.activity_id = indices.activity_id
left join differences
    on runs.athlete_id = differences.athlete_id and runs.device_key = differences.device_key
cross join settings.judging as thresholds
where
    runs.counts_for_trend
    and not trends.is_outlier
    and (devices.use_rank = 1 or differences.device_difference_pct is not null)
window around as (
    partition by runs.athlete_id order by runs.day_number
    range between thresholds.weight_days preceding and thresholds.weight_days following
)
