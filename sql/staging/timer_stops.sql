-- One row per moment at which the runner stopped the timer, as the recording tells that has most of them.
--
-- grain: athlete_id, activity_id, stopped_at
with stops as (
    select
        events.athlete_id,
        events.activity_id,
        recordings.session_id,
        recordings.rank_number,
        events.recorded_at + to_seconds(recordings.shift_s) as stopped_at,
        count(*) over (partition by events.athlete_id, events.activity_id) as stop_count
    from raw.events as events
    inner join sessions.recordings as recordings
        on events.athlete_id = recordings.athlete_id and events.activity_id = recordings.activity_id
    where
        events.event = 'timer'
        and events.event_type in ('stop', 'stop_all')
        and recordings.role in ('primary', 'copy')
),

chosen as (
    select
        stops.*,
        first_value(stops.activity_id) over (
            partition by stops.athlete_id, stops.session_id
            order by stops.stop_count desc, stops.rank_number asc
        ) as chosen_id
    from stops
)

select distinct
    athlete_id,
    session_id as activity_id,
    stopped_at
from chosen
where activity_id = chosen_id
