-- One row per record of steady running: warmed up, not just after a stop, on no steep ground, heart rate
-- known.
--
-- SCIENCE.md F, S20. A stop is a minute lost: standing, or a pause; a dropout over which the distance went
-- on is not.
--
-- grain: athlete_id, activity_id, recorded_at
-- check: step_s > 0
with limits as (
    select
        thresholds.*,
        to_seconds(cast(thresholds.pace_window_s as bigint)) as pace_window
    from settings.measuring as thresholds
),

timed as (
    select
        records.*,
        limits.after_stop_s,
        limits.warm_up_s,
        limits.steady_grade_max_ratio,
        sum(records.step_s) over activity as elapsed_s,
        last_value(case when not records.is_moving then records.recorded_at end ignore nulls) over activity
            as stood_at,
        avg(records.speed_m_per_s) over (
            partition by records.athlete_id, records.activity_id
            order by records.recorded_at
            range between limits.pace_window preceding and current row
        ) as speed_half_minute_m_per_s
    from activity.grade_adjusted_speed as records
    cross join limits
    window activity as (
        partition by records.athlete_id, records.activity_id order by records.recorded_at
    )
)

select
    athlete_id,
    activity_id,
    recorded_at,
    elapsed_s - warm_up_s as after_warm_up_s,
    step_s,
    step_m,
    speed_half_minute_m_per_s,
    heart_rate_bpm
from timed
where
    is_moving
    and step_s > 0
    and elapsed_s > warm_up_s
    and coalesce(date_diff('second', stood_at, recorded_at) >= after_stop_s, true)
    and coalesce(abs(grade_long_ratio) <= steady_grade_max_ratio, true)
    and heart_rate_bpm is not null
    and speed_m_per_s is not null
