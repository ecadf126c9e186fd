-- One row per lap as the watch wrote it.
--
-- grain: athlete_id, activity_id, lap_number
select
    laps.athlete_id,
    laps.activity_id,
    laps.lap_number,
    laps.started_at,
    case when laps.elapsed_s >= 0 then laps.elapsed_s end as elapsed_s,
    case when laps.timer_s >= 0 then laps.timer_s end as timer_s,
    case when laps.distance_m >= 0 then laps.distance_m end as distance_m,
    laps.heart_rate_mean_bpm,
    laps.heart_rate_max_bpm,
    laps.lap_intensity,
    laps.lap_trigger
from raw.laps as laps
