-- One row per copy that gives its session channels of which the primary has less.
--
-- A channel is from one recording, the one that knows it in most minutes of the primary; in a tie, from the
-- primary. Never a bit from each: two altitudes or two odometers make steps where they meet.
--
-- grain: athlete_id, session_id, activity_id
with offers as (
    select
        recordings.athlete_id,
        recordings.session_id,
        recordings.activity_id,
        recordings.rank_number,
        recordings.shift_s,
        count(*) filter (where offered.has_position) as position_count,
        count(*) filter (where offered.has_altitude) as altitude_count,
        count(*) filter (where offered.has_distance) as distance_count,
        count(*) filter (where offered.has_speed) as speed_count,
        count(*) filter (where offered.has_heart_rate) as heart_rate_count,
        count(*) filter (where offered.has_cadence) as cadence_count,
        count(*) filter (where offered.has_power) as power_count,
        count(*) filter (where offered.has_temperature) as temperature_count,
        count(*) filter (where offered.has_dynamics) as dynamics_count
    from sessions.recordings as recordings
    inner join recording.minutes as wanted
        on recordings.athlete_id = wanted.athlete_id and recordings.session_id = wanted.activity_id
    inner join recording.minutes as offered
        on
            recordings.athlete_id = offered.athlete_id
            and recordings.activity_id = offered.activity_id
            and wanted.minute_number = offered.minute_number + cast(round(recordings.shift_s / 60) as bigint)
    where
        exists (
            select 1 from sessions.recordings as copies
            where
                copies.athlete_id = recordings.athlete_id
                and copies.session_id = recordings.session_id
                and copies.role = 'copy'
        )
        and recordings.role in ('primary', 'copy')
    group by
        recordings.athlete_id,
        recordings.session_id,
        recordings.activity_id,
        recordings.rank_number,
        recordings.shift_s
),

best as (
    select
        offers.*,
        first_value(offers.activity_id) over (
            partition by offers.athlete_id, offers.session_id
            order by offers.position_count desc, offers.rank_number asc
        ) = offers.activity_id as is_source_of_position,
        first_value(offers.activity_id) over (
            partition by offers.athlete_id, offers.session_id
            order by offers.altitude_count desc, offers.rank_number asc
        ) = offers.activity_id as is_source_of_altitude,
        first_value(offers.activity_id) over (
            partition by offers.athlete_id, offers.session_id
            order by offers.distance_count desc, offers.rank_number asc
        ) = offers.activity_id as is_source_of_distance,
        first_value(offers.activity_id) over (
            partition by offers.athlete_id, offers.session_id
            order by offers.speed_count desc, offers.rank_number asc
        ) = offers.activity_id as is_source_of_speed,
        first_value(offers.activity_id) over (
            partition by offers.athlete_id, offers.session_id
            order by offers.heart_rate_count desc, offers.rank_number asc
        ) = offers.activity_id as is_source_of_heart_rate,
        first_value(offers.activity_id) over (
            partition by offers.athlete_id, offers.session_id
            order by offers.cadence_count desc, offers.rank_number asc
        ) = offers.activity_id as is_source_of_cadence,
        first_value(offers.activity_id) over (
            partition by offers.athlete_id, offers.session_id
            order by offers.power_count desc, offers.rank_number asc
        ) = offers.activity_id as is_source_of_power,
        first_value(offers.activity_id) over (
            partition by offers.athlete_id, offers.session_id
            order by offers.temperature_count desc, offers.rank_number asc
        ) = offers.activity_id as is_source_of_temperature,
        first_value(offers.activity_id) over (
            partition by offers.athlete_id, offers.session_id
            order by offers.dynamics_count desc, offers.rank_number asc
        ) = offers.activity_id as is_source_of_dynamics
    from offers
)

select
    athlete_id,
    session_id,
    activity_id,
    shift_s,
    is_source_of_position,
    is_source_of_altitude,
    is_source_of_distance,
    is_source_of_speed,
    is_source_of_heart_rate,
    is_source_of_cadence,
    is_source_of_power,
    is_source_of_temperature,
    is_source_of_dynamics
from best
where
    rank_number > 1
    and (
        is_source_of_position
        or is_source_of_altitude
        or is_source_of_distance
        or is_source_of_speed
        or is_source_of_heart_rate
        or is_source_of_cadence
        or is_source_of_power
        or is_source_of_temperature
        or is_source_of_dynamics
    )
