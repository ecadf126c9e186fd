-- One row per week with comparable runs around it, the oldest first: the smoothed speed, and its 90 % band.
select
    local_day,
    run_count,
    reference_heart_rate_bpm,
    trend_speed_m_per_s,
    trend_low_m_per_s,
    trend_high_m_per_s
from marts.fitness_curve
where athlete_id = $athlete_id
order by local_day
