-- One row per run: its pace at the athlete's reference heart rate, whether it counts for the trend, and why
-- not.
--
-- The trend is the mean of the runs on the same device within four weeks, with its 90 % band.
--
-- grain: athlete_id, activity_id
with noise as (
    select
        trends.athlete_id,
        thresholds.mad_to_sd * median(abs(trends.residual_pct)) as run_noise_pct
    from athlete.local_trends as trends
    cross join settings.judging as thresholds
    group by trends.athlete_id, thresholds.mad_to_sd
)

select
    runs.athlete_id,
    runs.activity_id,
    runs.local_day,
    runs.device_key,
    runs.index_log_pct,
    points.reference_heart_rate_bpm,
    exp(runs.index_log_pct / 100) * points.reference_above_zero_speed_bpm as reference_speed_m_per_s,
    runs.counts_for_trend,
    runs.reason,
    exp(trends.smooth_pct / 100) * points.reference_above_zero_speed_bpm as trend_speed_m_per_s,
    exp((trends.smooth_pct - thresholds.interval_90 * noise.run_noise_pct / sqrt(trends.smooth_count)) / 100)
    * points.reference_above_zero_speed_bpm as trend_low_m_per_s,
    exp((trends.smooth_pct + thresholds.interval_90 * noise.run_noise_pct / sqrt(trends.smooth_count)) / 100)
    * points.reference_above_zero_speed_bpm as trend_high_m_per_s
from athlete.trend_runs as runs
left join athlete.reference_points as points on runs.athlete_id = points.athlete_id
left join athlete.local_trends as trends
    on runs.athlete_id = trends.athlete_id and runs.activity_id = trends.activity_id
left join noise on runs.athlete_id = noise.athlete_id
cross join settings.judging as thresholds
