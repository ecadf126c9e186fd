-- One row per run that has a pace at the reference heart rate or a reason why not, the oldest first.
select
    runs.activity_id,
    runs.local_day,
    runs.device_key,
    runs.index_log_pct,
    runs.heat_effect_pct,
    runs.heat_cost_pct_per_c,
    runs.device_difference_pct,
    runs.reference_heart_rate_bpm,
    runs.reference_speed_m_per_s,
    runs.counts_for_trend,
    runs.reason,
    runs.trend_speed_m_per_s,
    runs.trend_low_m_per_s,
    runs.trend_high_m_per_s,
    runs.durability_ratio,
    activities.decoupling_ratio
from marts.efficiency_trend as runs
left join marts.activities as activities
    on runs.athlete_id = activities.athlete_id and runs.activity_id = activities.activity_id
where runs.athlete_id = $athlete_id
order by runs.local_day, runs.activity_id
