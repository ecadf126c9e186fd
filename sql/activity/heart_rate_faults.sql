-- One row per stretch in which the sensor told something else than the heart rate: a flat line, the cadence.
--
-- Flat: a stuck sensor repeats one value in every record for more than a minute although the pace changes. A
-- watch that writes only changes leaves the value out meanwhile, and is believed. Cadence: a wrist sensor
-- that takes the steps for the pulse stays beside the cadence although that changes; where both are merely
-- alike, the one does not follow the other.
--
-- grain: athlete_id, activity_id, fault, started_at
-- check: ended_at >= started_at
-- check: fault in ('flat', 'cadence')
with compared as (
    select
        slices.athlete_id,
        slices.activity_id,
        slices.recorded_at,
        slices.step_s,
        case when slices.is_moving then slices.speed_m_per_s end as speed_m_per_s,
        slices.heart_rate_bpm,
        slices.cadence_per_min,
        slices.is_heart_rate_even,
        abs(slices.heart_rate_bpm - slices.cadence_per_min) <= thresholds.lock_max_bpm as is_at_cadence,
        slices.recorded_at - lag(slices.recorded_at) over activity
        <= to_seconds(cast(thresholds.gap_max_s as bigint)) as is_next,
        lag(slices.is_heart_rate_even) over activity
        and lag(slices.heart_rate_bpm) over activity = slices.heart_rate_bpm as is_as_before,
        abs(lag(slices.heart_rate_bpm) over activity - lag(slices.cadence_per_min) over activity)
        <= thresholds.lock_max_bpm as was_at_cadence
    from activity.slices as slices
    cross join settings.measuring as thresholds
    window activity as (partition by slices.athlete_id, slices.activity_id order by slices.recorded_at)
),

stretches as (
    select
        compared.*,
        last_value(
            case
                when
                    not coalesce(
                        compared.is_heart_rate_even and compared.is_next and compared.is_as_before, false
                    )
                    then compared.recorded_at
            end ignore nulls
        ) over activity as flat_since,
        last_value(
            case
                when
                    not coalesce(
                        compared.is_at_cadence and compared.is_next and compared.was_at_cadence, false
                    )
                    then compared.recorded_at
            end ignore nulls
        ) over activity as at_cadence_since
    from compared
    window activity as (partition by compared.athlete_id, compared.activity_id order by compared.recorded_at)
)

select
    stretches.athlete_id,
    stretches.activity_id,
    'flat' as fault,
    stretches.flat_since as started_at,
    max(stretches.recorded_at) as ended_at,
    sum(stretches.step_s) as duration_s,
    avg(stretches.heart_rate_bpm) as heart_rate_bpm
from stretches
cross join settings.measuring as thresholds
where stretches.is_heart_rate_even
group by stretches.athlete_id, stretches.activity_id, stretches.flat_since
having
    sum(stretches.step_s) > any_value(thresholds.fault_min_s)
    and max(stretches.speed_m_per_s) - min(stretches.speed_m_per_s)
    > any_value(thresholds.flat_speed_range_m_per_s)
union all
select
    stretches.athlete_id,
    stretches.activity_id,
    'cadence' as fault,
    stretches.at_cadence_since as started_at,
    max(stretches.recorded_at) as ended_at,
    sum(stretches.step_s) as duration_s,
    avg(stretches.heart_rate_bpm) as heart_rate_bpm
from stretches
cross join settings.measuring as thresholds
where stretches.is_at_cadence
group by stretches.athlete_id, stretches.activity_id, stretches.at_cadence_since
having
    sum(stretches.step_s) > any_value(thresholds.fault_min_s)
    and max(stretches.cadence_per_min) - min(stretches.cadence_per_min)
    > 2 * any_value(thresholds.lock_max_bpm)
