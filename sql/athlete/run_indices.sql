-- One row per run with steady blocks: speed at a given heart rate, as an index that does not hang on the
-- effort.
--
-- index = 100 ln(speed / (heart rate - zero-speed heart rate)) (SCIENCE.md B10 and F): the median over the
-- five-minute blocks, or that of all of them as one, whichever differs less between runs that follow each
-- other on one device. A difference of 1 is a difference of 1 % in speed at the same heart rate. One
-- zero-speed heart rate, the latest, serves all runs: a resting heart rate that is told anew makes no trend.
-- Minutes 10 to 40 make the index: heart rate drifts, and a run must not look worse for being longer.
-- Durability compares minutes 60 to 90 with minutes 10 to 30 of the same run.
--
-- grain: athlete_id, activity_id
with indexed as (
    select
        blocks.*,
        coalesce(blocks.started_after_s < thresholds.index_until_s, true) as is_of_index,
        blocks.heart_rate_bpm - anchors.zero_speed_heart_rate_bpm as above_zero_speed_bpm,
        100 * ln(blocks.speed_m_per_s / (blocks.heart_rate_bpm - anchors.zero_speed_heart_rate_bpm))
            as block_index_log_pct,
        anchors.zero_speed_heart_rate_bpm,
        thresholds.zero_speed_doubt_bpm,
        thresholds.fresh_from_s,
        thresholds.fresh_until_s,
        thresholds.tired_from_s,
        thresholds.tired_until_s
    from activity.blocks as blocks
    inner join athlete.anchors as anchors on blocks.athlete_id = anchors.athlete_id
    cross join settings.judging as thresholds
    where
        anchors.is_latest_anchor
        and blocks.speed_m_per_s > 0
        and blocks.heart_rate_bpm
        >= anchors.zero_speed_heart_rate_bpm + thresholds.index_min_above_zero_speed_bpm
),

sums as (
    select
        indexed.athlete_id,
        indexed.activity_id,
        count(*) filter (where indexed.is_of_index) as block_count,
        median(indexed.block_index_log_pct) filter (where indexed.is_of_index) as block_index_log_pct,
        median(indexed.heart_rate_bpm) filter (where indexed.is_of_index) as steady_heart_rate_bpm,
        sum(indexed.speed_m_per_s * indexed.steady_s) filter (where indexed.is_of_index)
        / sum(indexed.steady_s) filter (where indexed.is_of_index) as steady_speed_m_per_s,
        sum(indexed.above_zero_speed_bpm * indexed.steady_s) filter (where indexed.is_of_index)
        / sum(indexed.steady_s) filter (where indexed.is_of_index) as above_zero_speed_bpm,
        any_value(indexed.zero_speed_doubt_bpm) as zero_speed_doubt_bpm,
        median(indexed.block_index_log_pct) filter (
            where indexed.started_after_s >= indexed.fresh_from_s
            and indexed.started_after_s < indexed.fresh_until_s
        ) as fresh_log_pct,
        median(indexed.block_index_log_pct) filter (
            where indexed.started_after_s >= indexed.tired_from_s
            and indexed.started_after_s < indexed.tired_until_s
        ) as tired_log_pct
    from indexed
    group by indexed.athlete_id, indexed.activity_id
    having count(*) filter (where indexed.is_of_index) > 0
),

measured as (
    select
        sums.*,
        activities.started_at,
        activities.device_key,
        activities.is_run,
        100 * ln(sums.steady_speed_m_per_s / sums.above_zero_speed_bpm) as run_index_log_pct
    from sums
    inner join staging.activities as activities
        on sums.athlete_id = activities.athlete_id and sums.activity_id = activities.activity_id
),

neighbours as (
    select
        measured.athlete_id,
        abs(measured.block_index_log_pct - lag(measured.block_index_log_pct) over device) as block_change_pct,
        abs(measured.run_index_log_pct - lag(measured.run_index_log_pct) over device) as run_change_pct
    from measured
    where measured.is_run
    window device as (
        partition by measured.athlete_id, measured.device_key order by measured.started_at
    )
),

scatters as (
    select
        neighbours.athlete_id,
        coalesce(median(neighbours.run_change_pct) < median(neighbours.block_change_pct), false)
            as is_whole_run_steadier
    from neighbours
    group by neighbours.athlete_id
)

select
    measured.athlete_id,
    measured.activity_id,
    measured.block_count,
    if(scatters.is_whole_run_steadier, measured.run_index_log_pct, measured.block_index_log_pct)
        as index_log_pct,
    measured.steady_heart_rate_bpm,
    100 * ln(measured.above_zero_speed_bpm / (measured.above_zero_speed_bpm + measured.zero_speed_doubt_bpm))
        as zero_speed_lower_shift_pct,
    100 * ln(measured.above_zero_speed_bpm / (measured.above_zero_speed_bpm - measured.zero_speed_doubt_bpm))
        as zero_speed_higher_shift_pct,
    exp((measured.tired_log_pct - measured.fresh_log_pct) / 100) as durability_ratio
from measured
left join scatters on measured.athlete_id = scatters.athlete_id
