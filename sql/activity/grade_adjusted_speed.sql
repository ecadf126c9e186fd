-- One row per record: its speed, that on level ground that would have cost the same, its clean heart rate.
--
-- The grade and the heart rate are those of the record's slice. A view, for who looks at one activity: its
-- keys are those that the windows are cut by, so that the rest is not computed.
--
-- grain: athlete_id, activity_id, recorded_at
select
    steps.athlete_id,
    steps.activity_id,
    steps.recorded_at,
    records.latitude_deg,
    records.longitude_deg,
    records.altitude_m,
    slices.travelled_m
    - sum(steps.step_m) over (partition by steps.athlete_id, steps.activity_id, steps.slice_number)
    + sum(steps.step_m) over (
        partition by steps.athlete_id, steps.activity_id, steps.slice_number order by steps.recorded_at
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
from activity.steps as steps
inner join staging.records as records
    on
        steps.athlete_id = records.athlete_id
        and steps.activity_id = records.activity_id
        and steps.recorded_at = records.recorded_at
inner join activity.clean_slices as slices
    on
        steps.athlete_id = slices.athlete_id
        and steps.activity_id = slices.activity_id
        and steps.slice_number = slices.slice_number
