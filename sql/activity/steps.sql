-- One row per record: how long it stood for, how far it went, and whether the athlete was moving meanwhile.
--
-- Time is weighed, never counted in rows: a watch may write every second or every half minute. A record
-- stands for the time since the one before it. Where somebody stopped the timer meanwhile, it is a pause, and
-- so is a longer silence, unless the distance went on: then it was a dropout, and counts as moving. Between
-- two records with a distance it grows evenly; the speed that the watch tells makes metres only where no
-- distance does, so that none is counted twice.
--
-- grain: athlete_id, activity_id, recorded_at
-- check: step_s >= 0
-- check: step_m >= 0
-- check: moving_s >= 0
with neighbours as (
    select
        records.athlete_id,
        records.activity_id,
        records.recorded_at,
        records.latitude_deg,
        records.longitude_deg,
        records.altitude_m,
        records.speed_m_per_s,
        records.speed_limit_m_per_s,
        records.heart_rate_bpm,
        records.is_heart_rate_rejected,
        records.cadence_per_min,
        records.temperature_c,
        records.ground_contact_s,
        records.vertical_oscillation_m,
        records.step_length_m,
        row_number() over until_now as record_number,
        lag(records.recorded_at) over until_now as before_at,
        lag(records.distance_m ignore nulls) over until_now as distance_before_m,
        lag(
            case when records.distance_m is not null then records.recorded_at end ignore nulls
        ) over until_now as distance_before_at,
        first_value(records.distance_m ignore nulls) over from_now as distance_next_m,
        first_value(
            case when records.distance_m is not null then records.recorded_at end ignore nulls
        ) over from_now as distance_next_at
    from staging.records as records
    window
        until_now as (partition by records.athlete_id, records.activity_id order by records.recorded_at),
        from_now as (
            partition by records.athlete_id, records.activity_id order by records.recorded_at
            rows between current row and unbounded following
        )
),

gaps as (
    select
        neighbours.*,
        cast(date_diff('millisecond', neighbours.before_at, neighbours.recorded_at) as double)
        / 1000 as gap_s,
        (neighbours.distance_next_m - neighbours.distance_before_m)
        * date_diff('millisecond', neighbours.before_at, neighbours.recorded_at)
        / date_diff('millisecond', neighbours.distance_before_at, neighbours.distance_next_at) as advance_m
    from neighbours
),

stops as (
    select
        stops.athlete_id,
        stops.activity_id,
        list(stops.stopped_at) as stops_at
    from staging.timer_stops as stops
    group by stops.athlete_id, stops.activity_id
),

stopped as (
    select
        gaps.*,
        coalesce(
            case
                when gaps.gap_s > 1
                    then
                        list_bool_or(
                            list_transform(
                                stops.stops_at,
                                lambda stopped_at: stopped_at >= gaps.before_at
                                and stopped_at < gaps.recorded_at
                            )
                        )
            end,
            false
        ) as is_pause
    from gaps
    left join stops on gaps.athlete_id = stops.athlete_id and gaps.activity_id = stops.activity_id
),

judged as (
    select
        gaps.*,
        thresholds.moving_min_m_per_s,
        cast(ceil(epoch(gaps.recorded_at) / thresholds.slice_s) as bigint) as slice_number,
        coalesce(gaps.advance_m > gaps.gap_s * gaps.speed_limit_m_per_s, false) as is_jump,
        case
            when gaps.advance_m between 0 and gaps.gap_s * gaps.speed_limit_m_per_s
                then gaps.advance_m
        end as believed_m,
        case
            when gaps.gap_s <= thresholds.gap_max_s and not gaps.is_pause then gaps.gap_s
            else cast(0 as double)
        end as step_s,
        coalesce(
            not gaps.is_pause
            and gaps.gap_s > thresholds.gap_max_s
            and gaps.gap_s <= thresholds.gap_moving_max_s
            and gaps.advance_m between
            gaps.gap_s * thresholds.moving_min_m_per_s and gaps.gap_s * gaps.speed_limit_m_per_s,
            false
        ) as is_dropout
    from stopped as gaps
    cross join settings.measuring as thresholds
),

weighed as (
    select
        judged.*,
        coalesce(
            judged.speed_m_per_s, case when judged.gap_s > 0 then judged.believed_m / judged.gap_s end
        ) as known_speed_m_per_s
    from judged
)

select
    athlete_id,
    activity_id,
    recorded_at,
    record_number,
    slice_number,
    latitude_deg,
    longitude_deg,
    step_s,
    coalesce(believed_m, known_speed_m_per_s * step_s, 0) as step_m,
    case
        when is_dropout then gap_s
        when known_speed_m_per_s >= moving_min_m_per_s then step_s
        else cast(0 as double)
    end as moving_s,
    coalesce(is_dropout or (step_s > 0 and known_speed_m_per_s >= moving_min_m_per_s), false) as is_moving,
    known_speed_m_per_s as speed_m_per_s,
    altitude_m,
    heart_rate_bpm,
    is_heart_rate_rejected,
    is_jump as is_speed_rejected,
    cadence_per_min,
    temperature_c,
    ground_contact_s,
    vertical_oscillation_m,
    step_length_m
from weighed
