-- One row per run: its pace at the athlete's reference heart rate, whether it counts for the trend, and why
-- not.
--
-- The index is as measured; the reference speed is what it makes after heat and the difference of its device
-- from the latest one are taken out. The trend is the smoothed curve at the run's week, with its 90 % band.
--
-- grain: athlete_id, activity_id
select
    runs.athlete_id,
    runs.activity_id,
    runs.local_day,
    runs.device_key,
    runs.index_log_pct,
    coalesce(heat.heat_effect_pct, 0) as heat_effect_pct,
    heat.heat_cost_pct_per_c,
    comparable.device_difference_pct,
    comparable.comparable_log_pct,
    coalesce(trends.is_outlier, false) as is_outlier,
    points.reference_heart_rate_bpm,
    exp(coalesce(comparable.comparable_log_pct, runs.index_log_pct) / 100)
    * points.reference_above_zero_speed_bpm
        as reference_speed_m_per_s,
    comparable.activity_id is not null as counts_for_trend,
    case
        when not runs.counts_for_trend or comparable.activity_id is not null then runs.reason
        when trends.is_outlier then 'too far off the runs around it'
        else 'on a device that cannot be compared with the latest'
    end as reason,
    exp(curve.fitness_log_pct / 100) * points.reference_above_zero_speed_bpm as trend_speed_m_per_s,
    exp(curve.fitness_low_log_pct / 100) * points.reference_above_zero_speed_bpm as trend_low_m_per_s,
    exp(curve.fitness_high_log_pct / 100) * points.reference_above_zero_speed_bpm as trend_high_m_per_s,
    indices.durability_ratio
from athlete.trend_runs as runs
left join athlete.run_indices as indices
    on runs.athlete_id = indices.athlete_id and runs.activity_id = indices.activity_id
left join athlete.heat_effects as heat
    on runs.athlete_id = heat.athlete_id and runs.activity_id = heat.activity_id
left join athlete.local_trends as trends
    on runs.athlete_id = trends.athlete_id and runs.activity_id = trends.activity_id
left join athlete.comparable_runs as comparable
    on runs.athlete_id = comparable.athlete_id and runs.activity_id = comparable.activity_id
left join athlete.reference_points as points on runs.athlete_id = points.athlete_id
left join athlete.fitness_curves as curve
    on
        runs.athlete_id = curve.athlete_id
        and runs.local_day <= curve.local_day
        and runs.local_day > curve.local_day - 7
