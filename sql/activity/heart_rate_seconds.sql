-- One row per activity and beat of heart rate: how long and how far the athlete was at it.
--
-- Any anchor can be applied to these rows later: load, zones and the split need nothing else.
--
-- grain: athlete_id, activity_id, heart_rate_bpm
-- check: duration_s >= 0
-- check: distance_m >= 0
select
    steps.athlete_id,
    steps.activity_id,
    round(steps.heart_rate_bpm) as heart_rate_bpm,
    sum(steps.step_s) as duration_s,
    sum(steps.step_m) as distance_m
from activity.steps as steps
where steps.heart_rate_bpm is not null and steps.step_s > 0
group by steps.athlete_id, steps.activity_id, round(steps.heart_rate_bpm)
