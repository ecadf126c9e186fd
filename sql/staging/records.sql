-- One row per record of the watch: what cannot be true is null, and said so.
--
-- Where a copy of the session knows a channel better than its primary does, the channel is the copy's, on the
-- line between its records before and after: the primary's clock counts.
--
-- grain: athlete_id, activity_id, recorded_at
with own as (
    select
        records.athlete_id,
        records.activity_id,
        records.recorded_at,
        activities.is_on_foot,
        activities.is_merged,
        cast(records.latitude_deg as double) as latitude_deg,
        cast(records.longitude_deg as double) as longitude_deg,
        cast(records.altitude_m as double) as altitude_m,
        cast(records.distance_m as double) as distance_m,
        cast(records.speed_m_per_s as double) as speed_m_per_s,
        cast(records.heart_rate_bpm as double) as heart_rate_bpm,
        cast(records.cadence_per_min as double) as cadence_per_min,
        cast(records.power_w as double) as power_w,
        cast(records.temperature_c as double) as temperature_c,
        cast(records.ground_contact_s as double) as ground_contact_s,
        cast(records.vertical_oscillation_m as double) as vertical_oscillation_m,
        cast(records.step_length_m as double) as step_length_m
    from raw.records as records
    inner join staging.activities as activities
        on records.athlete_id = activities.athlete_id and records.activity_id = activities.activity_id
),

merged as (
    select
        sources.athlete_id,
        sources.session_id as activity_id,
        bool_or(sources.is_source_of_position) as is_position_lent,
        bool_or(sources.is_source_of_altitude) as is_altitude_lent,
        bool_or(sources.is_source_of_distance) as is_distance_lent,
        bool_or(sources.is_source_of_speed) as is_speed_lent,
        bool_or(sources.is_source_of_heart_rate) as is_heart_rate_lent,
        bool_or(sources.is_source_of_cadence) as is_cadence_lent,
        bool_or(sources.is_source_of_power) as is_power_lent,
        bool_or(sources.is_source_of_temperature) as is_temperature_lent,
        bool_or(sources.is_source_of_dynamics) as is_dynamics_lent
    from sessions.sources as sources
    group by sources.athlete_id, sources.session_id
),

lent as (
    select
        sources.athlete_id,
        sources.session_id,
        sources.activity_id,
        records.recorded_at + to_seconds(sources.shift_s) as recorded_at,
        case
            when sources.is_source_of_position then cast(records.latitude_deg as double)
        end as latitude_deg,
        case
            when sources.is_source_of_position then cast(records.longitude_deg as double)
        end as longitude_deg,
        case
            when sources.is_source_of_altitude then cast(records.altitude_m as double)
        end as altitude_m,
        case
            when sources.is_source_of_distance then cast(records.distance_m as double)
        end as distance_m,
        case
            when sources.is_source_of_speed then cast(records.speed_m_per_s as double)
        end as speed_m_per_s,
        case
            when sources.is_source_of_heart_rate then cast(records.heart_rate_bpm as double)
        end as heart_rate_bpm,
        case
            when sources.is_source_of_cadence then cast(records.cadence_per_min as double)
        end as cadence_per_min,
        case
            when sources.is_source_of_power then cast(records.power_w as double)
        end as power_w,
        case
            when sources.is_source_of_temperature then cast(records.temperature_c as double)
        end as temperature_c,
        case
            when sources.is_source_of_dynamics then cast(records.ground_contact_s as double)
        end as ground_contact_s,
        case
            when sources.is_source_of_dynamics then cast(records.vertical_oscillation_m as double)
        end as vertical_oscillation_m,
        case
            when sources.is_source_of_dynamics then cast(records.step_length_m as double)
        end as step_length_m
    from sessions.sources as sources
    inner join raw.records as records
        on sources.athlete_id = records.athlete_id and sources.activity_id = records.activity_id
),

wanted as (
    select
        own.athlete_id,
        own.activity_id as session_id,
        own.recorded_at,
        sources.activity_id
    from own
    inner join sessions.sources as sources
        on own.athlete_id = sources.athlete_id and own.activity_id = sources.session_id
    where own.is_merged
),

-- share: how far the wanted moment is from the copy's record before it, 0, to the one after it, 1
between_two as (
    select
        wanted.athlete_id,
        wanted.session_id as activity_id,
        wanted.recorded_at,
        epoch(after.recorded_at) - epoch(before.recorded_at) as gap_s,
        coalesce(
            (epoch(wanted.recorded_at) - epoch(before.recorded_at))
            / nullif(epoch(after.recorded_at) - epoch(before.recorded_at), 0),
            0
        ) as share,
        before.latitude_deg
        + share * (after.latitude_deg - before.latitude_deg) as latitude_deg,
        before.longitude_deg
        + share * (after.longitude_deg - before.longitude_deg) as longitude_deg,
        before.altitude_m
        + share * (after.altitude_m - before.altitude_m) as altitude_m,
        before.distance_m
        + share * (after.distance_m - before.distance_m) as distance_m,
        before.speed_m_per_s
        + share * (after.speed_m_per_s - before.speed_m_per_s) as speed_m_per_s,
        before.heart_rate_bpm
        + share * (after.heart_rate_bpm - before.heart_rate_bpm) as heart_rate_bpm,
        before.cadence_per_min
        + share * (after.cadence_per_min - before.cadence_per_min) as cadence_per_min,
        before.power_w
        + share * (after.power_w - before.power_w) as power_w,
        before.temperature_c
        + share * (after.temperature_c - before.temperature_c) as temperature_c,
        before.ground_contact_s
        + share * (after.ground_contact_s - before.ground_contact_s) as ground_contact_s,
        before.vertical_oscillation_m
        + share * (after.vertical_oscillation_m - before.vertical_oscillation_m) as vertical_oscillation_m,
        before.step_length_m
        + share * (after.step_length_m - before.step_length_m) as step_length_m
    from wanted
    asof inner join lent as before
        on
            wanted.athlete_id = before.athlete_id
            and wanted.session_id = before.session_id
            and wanted.activity_id = before.activity_id
            and wanted.recorded_at >= before.recorded_at
    asof inner join lent as after
        on
            wanted.athlete_id = after.athlete_id
            and wanted.session_id = after.session_id
            and wanted.activity_id = after.activity_id
            and wanted.recorded_at <= after.recorded_at
),

borrowed as (
    select
        between_two.athlete_id,
        between_two.activity_id,
        between_two.recorded_at,
        max(between_two.latitude_deg) as latitude_deg,
        max(between_two.longitude_deg) as longitude_deg,
        max(between_two.altitude_m) as altitude_m,
        max(between_two.distance_m) as distance_m,
        max(between_two.speed_m_per_s) as speed_m_per_s,
        max(between_two.heart_rate_bpm) as heart_rate_bpm,
        max(between_two.cadence_per_min) as cadence_per_min,
        max(between_two.power_w) as power_w,
        max(between_two.temperature_c) as temperature_c,
        max(between_two.ground_contact_s) as ground_contact_s,
        max(between_two.vertical_oscillation_m) as vertical_oscillation_m,
        max(between_two.step_length_m) as step_length_m
    from between_two
    cross join settings.measuring as thresholds
    where between_two.gap_s <= thresholds.gap_max_s
    group by between_two.athlete_id, between_two.activity_id, between_two.recorded_at
),

numbers as (
    select
        own.athlete_id,
        own.activity_id,
        own.recorded_at,
        own.is_on_foot,
        own.latitude_deg,
        own.longitude_deg,
        own.altitude_m,
        own.distance_m,
        own.speed_m_per_s,
        own.heart_rate_bpm,
        own.cadence_per_min,
        own.power_w,
        own.temperature_c,
        own.ground_contact_s,
        own.vertical_oscillation_m,
        own.step_length_m
    from own
    where not own.is_merged
    union all
    select
        own.athlete_id,
        own.activity_id,
        own.recorded_at,
        own.is_on_foot,
        if(merged.is_position_lent, borrowed.latitude_deg, own.latitude_deg) as latitude_deg,
        if(merged.is_position_lent, borrowed.longitude_deg, own.longitude_deg) as longitude_deg,
        if(merged.is_altitude_lent, borrowed.altitude_m, own.altitude_m) as altitude_m,
        if(merged.is_distance_lent, borrowed.distance_m, own.distance_m) as distance_m,
        if(merged.is_speed_lent, borrowed.speed_m_per_s, own.speed_m_per_s) as speed_m_per_s,
        if(merged.is_heart_rate_lent, borrowed.heart_rate_bpm, own.heart_rate_bpm) as heart_rate_bpm,
        if(merged.is_cadence_lent, borrowed.cadence_per_min, own.cadence_per_min) as cadence_per_min,
        if(merged.is_power_lent, borrowed.power_w, own.power_w) as power_w,
        if(merged.is_temperature_lent, borrowed.temperature_c, own.temperature_c) as temperature_c,
        if(merged.is_dynamics_lent, borrowed.ground_contact_s, own.ground_contact_s) as ground_contact_s,
        if(merged.is_dynamics_lent, borrowed.vertical_oscillation_m, own.vertical_oscillation_m)
            as vertical_oscillation_m,
        if(merged.is_dynamics_lent, borrowed.step_length_m, own.step_length_m) as step_length_m
    from own
    inner join merged
        on own.athlete_id = merged.athlete_id and own.activity_id = merged.activity_id
    left join borrowed
        on
            own.athlete_id = borrowed.athlete_id
            and own.activity_id = borrowed.activity_id
            and own.recorded_at = borrowed.recorded_at
    where own.is_merged
)

select
    records.athlete_id,
    records.activity_id,
    records.recorded_at,
    records.latitude_deg,
    records.longitude_deg,
    case
        when
            records.altitude_m between thresholds.altitude_min_m and thresholds.altitude_max_m
            then records.altitude_m
    end as altitude_m,
    case when records.distance_m >= 0 then records.distance_m end as distance_m,
    case
        when
            records.speed_m_per_s between 0 and
            if(records.is_on_foot, thresholds.foot_speed_max_m_per_s, thresholds.speed_max_m_per_s)
            then records.speed_m_per_s
    end as speed_m_per_s,
    if(records.is_on_foot, thresholds.foot_speed_max_m_per_s, thresholds.speed_max_m_per_s)
        as speed_limit_m_per_s,
    case
        when
            records.heart_rate_bpm between
            thresholds.heart_rate_possible_min_bpm and thresholds.heart_rate_possible_max_bpm
            then records.heart_rate_bpm
    end as heart_rate_bpm,
    coalesce(
        records.heart_rate_bpm not between
        thresholds.heart_rate_possible_min_bpm and thresholds.heart_rate_possible_max_bpm,
        false
    ) as is_heart_rate_rejected,
    case
        when records.cadence_per_min between 0 and thresholds.cadence_max_per_min
            then records.cadence_per_min
    end as cadence_per_min,
    case when records.power_w >= 0 then records.power_w end as power_w,
    records.temperature_c,
    records.ground_contact_s,
    records.vertical_oscillation_m,
    records.step_length_m
from numbers as records
cross join settings.measuring as thresholds
