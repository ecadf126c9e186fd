-- One row per record: its speed, that on level ground that would have cost the same, its clean heart rate.
--
-- The grade and the heart rate are those of the record's slice. A view: nothing is measured from it.
--
-- grain: athlete_id, activity_id, recorded_at
select
    records.athlete_id,
    records.activity_id,
    records.recorded_at,
    records.latitude_deg,
    records.longitude_deg,
    records.altitude_m,
    slices.travelled_m
    - sum(steps.step_m)
        over (
            partition by slices.athlete_id, slices.activity_id, slices.recorded_at
        )
    + sum(steps.step_m) over (
        partition by slices.athlete_id, slices.activity_id, slices.recorded_at order by steps.recorded_at
        rows between unbounded preceding and current row
    ) as travelled_m,
    steps.step_s,
    steps.step_m,
    steps.moving_s,
    steps.is_moving,
    steps.speed_m_per_s,
    slices.grade_ratio,
    steps.speed_m_per_s * slices.grade_factor as grade_adjusted_speed_m_per_s,
    case
        when slices.heart_rate_bpm is not null and not records.is_heart_rate_rejected
            then coalesce(records.heart_rate_bpm, slices.heart_rate_bpm)
    end as heart_rate_bpm,
    steps.is_speed_rejected,
    records.cadence_per_min,
    records.power_w,
    records.temperature_c
from staging.records as records
inner join activity.steps as steps
    on
        records.athlete_id = steps.athlete_id
        and records.activity_id = steps.activity_id
        and records.recorded_at = steps.recorded_at
asof inner join activity.clean_slices as slices
    on
        steps.athlete_id = slices.athlete_id
        and steps.activity_id = slices.activity_id
        and steps.recorded_at <= slices.recorded_at
