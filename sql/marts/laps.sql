-- One row per lap of an activity, as the watch marked it.
--
-- grain: athlete_id, activity_id, lap_number
select
    laps.athlete_id,
    laps.activity_id,
    laps.lap_number,
    laps.started_at,
    laps.elapsed_s,
    laps.timer_s,
    laps.distance_m,
    laps.distance_m / nullif(laps.timer_s, 0) as speed_m_per_s,
    laps.heart_rate_mean_bpm,
    laps.heart_rate_max_bpm,
    laps.lap_intensity,
    laps.lap_trigger
from staging.laps as laps
