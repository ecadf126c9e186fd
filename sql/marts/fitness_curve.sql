-- One row per week with comparable runs around it: speed at the reference heart rate, smoothed, in a band.
--
-- What people look at. The band holds 90 %. Each point is the mean of the runs of some weeks around it, the
-- nearer the heavier; all are as the latest device would have told them.
--
-- grain: athlete_id, local_day
select
    curve.athlete_id,
    curve.local_day,
    curve.run_count,
    curve.fitness_log_pct,
    curve.fitness_low_log_pct,
    curve.fitness_high_log_pct,
    points.reference_heart_rate_bpm,
    exp(curve.fitness_log_pct / 100) * points.reference_above_zero_speed_bpm as trend_speed_m_per_s,
    exp(curve.fitness_low_log_pct / 100) * points.reference_above_zero_speed_bpm as trend_low_m_per_s,
    exp(curve.fitness_high_log_pct / 100) * points.reference_above_zero_speed_bpm as trend_high_m_per_s
from athlete.fitness_curves as curve
inner join athlete.reference_points as points on curve.athlete_id = points.athlete_id
