-- One row per work bout of a run, marked by laps or seen in the stream.
--
-- grain: athlete_id, activity_id, bout_number
select
    bouts.athlete_id,
    bouts.activity_id,
    bouts.bout_number,
    activities.local_day,
    bouts.bout_source,
    bouts.started_after_s,
    bouts.duration_s,
    bouts.distance_m,
    bouts.speed_m_per_s,
    bouts.grade_adjusted_speed_m_per_s,
    bouts.grade_ratio,
    bouts.speed_to_easy_ratio,
    bouts.heart_rate_mean_bpm,
    bouts.heart_rate_peak_bpm,
    bouts.recovery_s,
    bouts.recovery_m,
    bouts.recovery_speed_m_per_s,
    bouts.heart_rate_drop_bpm,
    bouts.halves_ratio,
    bouts.cadence_mean_per_min,
    bouts.ground_contact_mean_s,
    bouts.vertical_oscillation_mean_m,
    bouts.step_length_mean_m
from activity.bouts as bouts
inner join staging.activities as activities
    on bouts.athlete_id = activities.athlete_id and bouts.activity_id = activities.activity_id
