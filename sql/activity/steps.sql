-- One row per record: how long it stood for, how far it went, and whether the athlete was moving meanwhile.
--
-- Time is weighed, never counted in rows: a watch may write every second or every half minute. A record
-- stands for the time since the one before it. A longer silence is a pause, unless the distance went on and
-- nobody stopped the timer: then it was a dropout, and counts as moving. Heart rate is held where a watch
-- writes only its changes. Between two records with a distance it grows evenly; the speed that the watch
-- tells makes metres only where no distance does, so that none is counted twice.
--
-- grain: athlete_id, activity_id, recorded_at
-- check: step_s >= 0
-- check: step_m >= 0
-- check: moving_s >= 0
with limits as (
    select to_seconds(cast(thresholds.heart_rate_hold_s as bigint)) as heart_rate_hold
    from settings.measuring as thresholds
),

located as (
    select
        records.*,
        case
            when
                last_value(records.distance_m ignore nulls) over until_now is not null
                and first_value(records.distance_m ignore nulls) over from_now is not null
                then fill(records.distance_m) over activity
        end as reached_m
    from staging.records as records
    window
        activity as (partition by records.athlete_id, records.activity_id order by records.recorded_at),
        until_now as (
            partition by records.athlete_id, records.activity_id order by records.recorded_at
            rows between unbounded preceding and current row
        ),
        from_now as (
            partition by records.athlete_id, records.activity_id order by records.recorded_at
            rows between current row and unbounded following
        )
),

gaps as (
    select
        records.*,
        cast(
            date_diff('millisecond', lag(records.recorded_at) over activity, records.recorded_at)
            as double
        ) / 1000 as gap_s,
        lag(records.recorded_at) over activity as before_at,
        records.reached_m - lag(records.reached_m) over activity as advance_m,
        last_value(records.heart_rate_bpm ignore nulls) over (
            partition by records.athlete_id, records.activity_id
            order by records.recorded_at
            range between limits.heart_rate_hold preceding and current row
        ) as heart_rate_held_bpm
    from located as records
    cross join limits
    window activity as (
        partition by records.athlete_id, records.activity_id order by records.recorded_at
    )
),

judged as (
    select
        gaps.*,
        thresholds.gap_max_s,
        thresholds.moving_min_m_per_s,
        coalesce(gaps.advance_m > gaps.gap_s * gaps.speed_limit_m_per_s, false) as is_jump,
        case
            when gaps.advance_m between 0 and gaps.gap_s * gaps.speed_limit_m_per_s
                then gaps.advance_m
        end as believed_m,
        coalesce(
            gaps.gap_s > thresholds.gap_max_s
            and gaps.gap_s <= thresholds.gap_moving_max_s
            and coalesce(stops.stopped_at < gaps.before_at, true)
            and gaps.advance_m between
            gaps.gap_s * thresholds.moving_min_m_per_s and gaps.gap_s * gaps.speed_limit_m_per_s,
            false
        ) as is_dropout
    from gaps
    cross join settings.measuring as thresholds
    asof left join staging.timer_stops as stops
        on
            gaps.athlete_id = stops.athlete_id
            and gaps.activity_id = stops.activity_id
            and gaps.recorded_at > stops.stopped_at
),

weighed as (
    select
        judged.*,
        case when judged.gap_s <= judged.gap_max_s then judged.gap_s else cast(0 as double) end as step_s,
        coalesce(
            judged.speed_m_per_s, case when judged.gap_s > 0 then judged.believed_m / judged.gap_s end
        ) as known_speed_m_per_s
    from judged
)

select
    athlete_id,
    activity_id,
    recorded_at,
    latitude_deg,
    longitude_deg,
    altitude_m,
    distance_m,
    step_s,
    coalesce(believed_m, known_speed_m_per_s * step_s, 0) as step_m,
    case
        when is_dropout then gap_s
        when known_speed_m_per_s >= moving_min_m_per_s then step_s
        else cast(0 as double)
    end as moving_s,
    coalesce(is_dropout or (step_s > 0 and known_speed_m_per_s >= moving_min_m_per_s), false) as is_moving,
    known_speed_m_per_s as speed_m_per_s,
    heart_rate_held_bpm as heart_rate_bpm,
    is_heart_rate_rejected,
    is_jump as is_speed_rejected,
    cadence_per_min,
    power_w,
    temperature_c
from weighed
