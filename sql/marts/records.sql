-- One row per record: the cleaned stream with grade, grade-adjusted speed and zone. A view: ask for one
-- activity.
--
-- grain: athlete_id, activity_id, recorded_at
select
    records.athlete_id,
    records.activity_id,
    records.recorded_at,
    records.latitude_deg,
    records.longitude_deg,
    records.altitude_m,
    records.travelled_m as distance_m,
    records.step_s,
    records.is_moving,
    records.speed_m_per_s,
    records.grade_ratio,
    records.grade_adjusted_speed_m_per_s,
    records.heart_rate_bpm,
    records.cadence_per_min,
    records.power_w,
    records.temperature_c,
    zones.zone
from activity.grade_adjusted_speed as records
inner join staging.activities as activities
    on records.athlete_id = activities.athlete_id and records.activity_id = activities.activity_id
left join athlete.anchors as anchors
    on
        activities.athlete_id = anchors.athlete_id
        and activities.local_day between anchors.valid_from and anchors.valid_until_day
left join settings.edwards_zones as zones
    on
        records.heart_rate_bpm >= zones.from_ratio * anchors.athlete_heart_rate_max_bpm
        and records.heart_rate_bpm < zones.to_ratio * anchors.athlete_heart_rate_max_bpm
