-- One row per activity with steady running: how long it was steady, how even, and how far heart rate drifted
-- from pace.
--
-- Decoupling compares metres per heart beat in the two halves of the steady time: positive is a heart that
-- works more for the same speed. Efficiency is metres per heart beat over all of it.
--
-- grain: athlete_id, activity_id
-- check: steady_s > 0
with halves as (
    select
        steps.*,
        sum(steps.step_s) over (
            partition by steps.athlete_id, steps.activity_id order by steps.recorded_at
        ) <= sum(steps.step_s) over (partition by steps.athlete_id, steps.activity_id) / 2 as is_first_half
    from activity.steady_steps as steps
),

sums as (
    select
        halves.athlete_id,
        halves.activity_id,
        sum(halves.step_s) as steady_s,
        (
            quantile_cont(halves.speed_half_minute_m_per_s, 0.75)
            - quantile_cont(halves.speed_half_minute_m_per_s, 0.25)
        )
        / nullif(median(halves.speed_half_minute_m_per_s), 0) as speed_spread_ratio,
        60 * sum(halves.step_m) / sum(halves.heart_rate_bpm * halves.step_s) as efficiency_m_per_beat,
        sum(halves.step_m) filter (where halves.is_first_half)
        / sum(halves.heart_rate_bpm * halves.step_s) filter (where halves.is_first_half) as first_half,
        sum(halves.step_m) filter (where not halves.is_first_half)
        / sum(halves.heart_rate_bpm * halves.step_s) filter (where not halves.is_first_half) as second_half
    from halves
    group by halves.athlete_id, halves.activity_id
)

select
    athlete_id,
    activity_id,
    steady_s,
    speed_spread_ratio,
    efficiency_m_per_beat,
    (first_half - second_half) / nullif(first_half, 0) as decoupling_ratio
from sums
