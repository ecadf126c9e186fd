-- One row per run that has a pace at the reference heart rate or a reason why not, the oldest first.
select
    activity_id,
    local_day,
    device_key,
    index_log_pct,
    reference_heart_rate_bpm,
    reference_speed_m_per_s,
    counts_for_trend,
    reason,
    trend_speed_m_per_s,
    trend_low_m_per_s,
    trend_high_m_per_s
from marts.efficiency_trend
where athlete_id = $athlete_id
order by local_day, activity_id
