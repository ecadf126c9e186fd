-- One row per run with steady blocks: speed at a given heart rate, as an index that does not hang on the
-- effort.
--
-- index = 100 ln(speed / (heart rate - zero-speed heart rate)), the median over its five-minute blocks
-- (SCIENCE.md B10 and F). A difference of 1 is a difference of 1 % in speed at the same heart rate.
--
-- grain: athlete_id, activity_id
select
    blocks.athlete_id,
    blocks.activity_id,
    count(*) as block_count,
    median(
        100 * ln(blocks.speed_m_per_s / (blocks.heart_rate_bpm - anchors.zero_speed_heart_rate_bpm))
    ) as index_log_pct,
    median(blocks.heart_rate_bpm) as steady_heart_rate_bpm
from activity.blocks as blocks
inner join athlete.anchors as anchors
    on blocks.athlete_id = anchors.athlete_id and anchors.is_latest_anchor
cross join settings.judging as thresholds
where
    blocks.speed_m_per_s > 0
    and blocks.heart_rate_bpm
    >= anchors.zero_speed_heart_rate_bpm + thresholds.index_min_above_zero_speed_bpm
group by blocks.athlete_id, blocks.activity_id
