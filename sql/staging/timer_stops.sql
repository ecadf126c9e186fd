-- One row per moment at which the runner stopped the timer.
--
-- grain: athlete_id, activity_id, stopped_at
select
    events.athlete_id,
    events.activity_id,
    events.recorded_at as stopped_at
from raw.events as events
where events.event = 'timer' and events.event_type in ('stop', 'stop_all')
group by events.athlete_id, events.activity_id, events.recorded_at
