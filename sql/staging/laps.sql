-- One row per lap as the watch wrote it; of several recordings of a session, from the one that has most laps.
--
-- grain: athlete_id, activity_id, lap_number
with counted as (
    select
        laps.*,
        recordings.session_id,
        recordings.rank_number,
        recordings.shift_s,
        count(*) over (partition by laps.athlete_id, laps.activity_id) as lap_count
    from raw.laps as laps
    inner join sessions.recordings as recordings
        on laps.athlete_id = recordings.athlete_id and laps.activity_id = recordings.activity_id
    where recordings.role in ('primary', 'copy')
),

chosen as (
    select
        counted.*,
        first_value(counted.activity_id) over (
            partition by counted.athlete_id, counted.session_id
            order by counted.lap_count desc, counted.rank_number asc
        ) as chosen_id
    from counted
)

select
    athlete_id,
    session_id as activity_id,
    lap_number,
    started_at + to_seconds(shift_s) as started_at,
    case when elapsed_s >= 0 then elapsed_s end as elapsed_s,
    case when timer_s >= 0 then timer_s end as timer_s,
    case when distance_m >= 0 then distance_m end as distance_m,
    heart_rate_mean_bpm,
    heart_rate_max_bpm,
    lap_intensity,
    lap_trigger,
    workout_step_number
from chosen
where activity_id = chosen_id
