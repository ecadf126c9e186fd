-- One row per activity with steady running: how long it was steady, how even, and how far heart rate drifted
-- from pace.
--
-- Decoupling compares metres per heart beat in the two halves of the steady time: positive is a heart that
-- works more for the same speed. Efficiency is metres per heart beat over all of it. Beside it the decoupling
-- that GoldenCheetah shows: halves of all records by their number, warm-up, stops and hills included.
--
-- grain: athlete_id, activity_id
-- check: steady_s > 0
with halves as (
    select
        slices.*,
        sum(slices.step_s) over (
            partition by slices.athlete_id, slices.activity_id order by slices.recorded_at
            rows between unbounded preceding and current row
        ) <= sum(slices.step_s) over (partition by slices.athlete_id, slices.activity_id) / 2 as is_first_half
    from activity.steady_slices as slices
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
),

counted as (
    select
        slices.athlete_id,
        slices.activity_id,
        floor(sum(slices.record_count) / 2) as half_count
    from activity.slices as slices
    group by slices.athlete_id, slices.activity_id
),

by_count as (
    select
        steps.athlete_id,
        steps.activity_id,
        avg(steps.speed_m_per_s) filter (where steps.record_number <= counted.half_count)
        / avg(steps.heart_rate_bpm) filter (where steps.record_number <= counted.half_count) as first_half,
        avg(steps.speed_m_per_s) filter (where steps.record_number > counted.half_count)
        / avg(steps.heart_rate_bpm) filter (where steps.record_number > counted.half_count) as second_half
    from activity.steps as steps
    inner join counted
        on steps.athlete_id = counted.athlete_id and steps.activity_id = counted.activity_id
    where steps.heart_rate_bpm > 0
    group by steps.athlete_id, steps.activity_id
)

select
    sums.athlete_id,
    sums.activity_id,
    sums.steady_s,
    sums.speed_spread_ratio,
    sums.efficiency_m_per_beat,
    (sums.first_half - sums.second_half) / nullif(sums.first_half, 0) as decoupling_ratio,
    (by_count.first_half - by_count.second_half) / nullif(by_count.first_half, 0) as decoupling_halves_ratio
from sums
left join by_count
    on sums.athlete_id = by_count.athlete_id and sums.activity_id = by_count.activity_id
