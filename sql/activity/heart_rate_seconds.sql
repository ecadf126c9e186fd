-- One row per activity, beat of heart rate and tenth of a metre per second: how long and how far it was so.
--
-- Any anchor can be applied to these rows later: load, zones and the split need nothing else. The speed is
-- the grade-adjusted one over half a minute, 0 where one stood or where it is not known: repeats too short
-- for the heart to follow can be judged by it.
--
-- grain: athlete_id, activity_id, heart_rate_bpm, speed_step_m_per_s
-- check: duration_s >= 0
-- check: distance_m >= 0
with stepped as (
    select
        slices.athlete_id,
        slices.activity_id,
        slices.heart_rate_known_s,
        slices.step_m,
        round(slices.heart_rate_bpm) as heart_rate_bpm,
        coalesce(
            case
                when slices.is_moving
                    then
                        floor(
                            round(slices.grade_adjusted_speed_m_per_s * thresholds.speed_steps_per_m_per_s, 6)
                        )
                        / thresholds.speed_steps_per_m_per_s
            end,
            0
        ) as speed_step_m_per_s
    from activity.clean_slices as slices
    cross join settings.measuring as thresholds
    where slices.heart_rate_bpm is not null and slices.heart_rate_known_s > 0
)

select
    athlete_id,
    activity_id,
    heart_rate_bpm,
    speed_step_m_per_s,
    sum(heart_rate_known_s) as duration_s,
    sum(step_m) as distance_m
from stepped
group by athlete_id, activity_id, heart_rate_bpm, speed_step_m_per_s
