-- One row per athlete with runs that count: the heart rate at which speeds are compared, usual for the
-- athlete.
--
-- grain: athlete_id
select
    runs.athlete_id,
    round(median(runs.steady_heart_rate_bpm)) as reference_heart_rate_bpm,
    round(median(runs.steady_heart_rate_bpm)) - any_value(anchors.zero_speed_heart_rate_bpm)
        as reference_above_zero_speed_bpm
from athlete.trend_runs as runs
inner join athlete.anchors as anchors on runs.athlete_id = anchors.athlete_id
where runs.counts_for_trend and anchors.is_latest_anchor
group by runs.athlete_id
