-- One row per fast part of the latest twelve workouts, the oldest workout first.
with latest as (
    select
        athlete_id,
        activity_id,
        signature
    from marts.workouts
    where athlete_id = $athlete_id and is_quality
    order by local_day desc, activity_id desc
    limit 12
)

select
    bouts.activity_id,
    bouts.local_day,
    latest.signature,
    bouts.bout_number,
    bouts.bout_source,
    bouts.started_after_s,
    bouts.duration_s,
    bouts.distance_m,
    bouts.speed_m_per_s,
    bouts.grade_adjusted_speed_m_per_s,
    bouts.grade_ratio,
    bouts.heart_rate_mean_bpm,
    bouts.heart_rate_peak_bpm,
    bouts.recovery_s,
    bouts.recovery_m,
    bouts.recovery_speed_m_per_s,
    bouts.heart_rate_drop_bpm
from latest
inner join marts.bouts as bouts
    on latest.athlete_id = bouts.athlete_id and latest.activity_id = bouts.activity_id
order by bouts.local_day, bouts.activity_id, bouts.bout_number
