-- One row per five minutes of steady running: how fast, and at what heart rate.
--
-- grain: athlete_id, activity_id, block_number
-- check: steady_s > 0
-- check: speed_m_per_s >= 0
with numbered as (
    select
        steps.*,
        cast(floor(steps.after_warm_up_s / thresholds.block_s) as bigint) as block_number,
        thresholds.block_min_s
    from activity.steady_steps as steps
    cross join settings.measuring as thresholds
)

select
    athlete_id,
    activity_id,
    block_number,
    sum(step_s) as steady_s,
    sum(step_m) / sum(step_s) as speed_m_per_s,
    sum(heart_rate_bpm * step_s) / sum(step_s) as heart_rate_bpm
from numbered
group by athlete_id, activity_id, block_number
having sum(step_s) >= any_value(block_min_s)
