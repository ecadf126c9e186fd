-- One row per five minutes of steady running: how fast, and at what heart rate.
--
-- The grade-adjusted speed is always that of the long smoothing, so that blocks of all runs can be compared.
--
-- grain: athlete_id, activity_id, block_number
-- check: steady_s > 0
-- check: speed_m_per_s >= 0
-- check: started_after_s >= 0
with numbered as (
    select
        slices.*,
        cast(floor(slices.after_warm_up_s / thresholds.block_s) as bigint) as block_number,
        thresholds.block_min_s
    from activity.steady_slices as slices
    cross join settings.measuring as thresholds
)

select
    athlete_id,
    activity_id,
    block_number,
    min(started_after_s) as started_after_s,
    sum(step_s) as steady_s,
    sum(step_m) / sum(step_s) as speed_m_per_s,
    sum(grade_adjusted_long_m) / sum(step_s) filter (where grade_adjusted_long_m is not null)
        as grade_adjusted_speed_m_per_s,
    sum(heart_rate_bpm * step_s) / sum(step_s) as heart_rate_bpm,
    sum(temperature_c * step_s) / sum(step_s) filter (where temperature_c is not null) as temperature_mean_c,
    sum(cadence_per_min * step_s) filter (where cadence_per_min > 0)
    / sum(step_s) filter (where cadence_per_min > 0) as cadence_mean_per_min,
    sum(ground_contact_s * step_s) / sum(step_s) filter (where ground_contact_s is not null)
        as ground_contact_mean_s
from numbered
group by athlete_id, activity_id, block_number
having sum(step_s) >= any_value(block_min_s)
