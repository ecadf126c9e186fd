-- One row per slice, cleaned: heart rate only where it is the heart's, and the pace on level ground.
--
-- Heart rate is held where a watch writes only its changes, but not over a value that was rejected. Each
-- second without it is counted under one reason. Without an altitude the ground counts as level; which of the
-- two smoothings is used is one choice per activity (activity.terrains).
--
-- grain: athlete_id, activity_id, recorded_at
-- check: grade_adjusted_m >= 0
-- check: heart_rate_known_s >= 0
with limits as (
    select
        thresholds.grade_half_window_m,
        to_seconds(cast(thresholds.heart_rate_hold_s as bigint)) as heart_rate_hold,
        to_seconds(cast(thresholds.pace_window_s - thresholds.slice_s as bigint)) as pace_reach
    from settings.measuring as thresholds
),

joined as (
    select
        slices.*,
        grades.travelled_m,
        grades.grade_long_ratio,
        if(
            terrains.grade_smoothing_m > 2 * limits.grade_half_window_m,
            grades.grade_long_ratio,
            grades.grade_short_ratio
        ) as grade_ratio,
        limits.heart_rate_hold,
        limits.pace_reach,
        flat.fault is not null as is_flat,
        flat.fault is null and locked.fault is not null as is_locked
    from activity.slices as slices
    cross join limits
    inner join activity.grades as grades
        on
            slices.athlete_id = grades.athlete_id
            and slices.activity_id = grades.activity_id
            and slices.recorded_at = grades.recorded_at
    inner join activity.terrains as terrains
        on slices.athlete_id = terrains.athlete_id and slices.activity_id = terrains.activity_id
    left join activity.heart_rate_faults as flat
        on
            slices.athlete_id = flat.athlete_id
            and slices.activity_id = flat.activity_id
            and slices.recorded_at between flat.started_at and flat.ended_at
            and flat.fault = 'flat'
    left join activity.heart_rate_faults as locked
        on
            slices.athlete_id = locked.athlete_id
            and slices.activity_id = locked.activity_id
            and slices.recorded_at between locked.started_at and locked.ended_at
            and locked.fault = 'cadence'
),

-- told: 0 is a value that was rejected, null is none
told as (
    select
        joined.*,
        joined.step_s - joined.heart_rate_out_of_range_s as in_range_s,
        case
            when joined.is_flat or joined.is_locked then 0
            when joined.heart_rate_bpm is not null then joined.heart_rate_bpm
            when joined.heart_rate_out_of_range_s > 0 then 0
        end as told_bpm,
        100 * joined.grade_ratio as grade_pct,
        100 * joined.grade_long_ratio as grade_long_pct
    from joined
),

windowed as (
    select
        told.*,
        nullif(
            last_value(told.told_bpm ignore nulls) over (
                partition by told.athlete_id, told.activity_id order by told.recorded_at
                range between told.heart_rate_hold preceding and current row
            ),
            0
        ) as held_bpm,
        sum(told.step_s) over until_now as elapsed_recorded_s,
        epoch(told.recorded_at) - epoch(first_value(told.recorded_at) over until_now)
        + first_value(told.step_s) over until_now as elapsed_s,
        last_value(
            case when told.is_after_pause or not told.is_moving then told.recorded_at end ignore nulls
        ) over until_now as stood_at,
        sum(told.speed_m_per_s * told.step_s) over half_minute
        / nullif(sum(told.step_s) filter (where told.speed_m_per_s is not null) over half_minute, 0)
            as speed_half_minute_m_per_s,
        1 + coalesce(
            told.grade_pct * (
                curve.grade_1 + told.grade_pct * (
                    curve.grade_2 + told.grade_pct * (
                        curve.grade_3 + told.grade_pct * (curve.grade_4 + told.grade_pct * curve.grade_5)
                    )
                )
            ),
            0
        ) as grade_factor,
        1 + told.grade_long_pct * (
            curve.grade_1 + told.grade_long_pct * (
                curve.grade_2 + told.grade_long_pct * (
                    curve.grade_3
                    + told.grade_long_pct * (curve.grade_4 + told.grade_long_pct * curve.grade_5)
                )
            )
        ) as grade_long_factor,
        1 + coalesce(
            told.grade_ratio * (
                curve.minetti_1 + told.grade_ratio * (
                    curve.minetti_2 + told.grade_ratio * (
                        curve.minetti_3
                        + told.grade_ratio * (curve.minetti_4 + told.grade_ratio * curve.minetti_5)
                    )
                )
            )
            / curve.minetti_0,
            0
        ) as minetti_factor
    from told
    cross join settings.grade_curve as curve
    window
        until_now as (
            partition by told.athlete_id, told.activity_id order by told.recorded_at
            rows between unbounded preceding and current row
        ),
        half_minute as (
            partition by told.athlete_id, told.activity_id order by told.recorded_at
            range between told.pace_reach preceding and current row
        )
)

select
    athlete_id,
    activity_id,
    recorded_at,
    slice_number,
    record_count,
    has_position,
    elapsed_s,
    elapsed_recorded_s,
    travelled_m,
    step_s,
    step_m,
    moving_s,
    moving_m,
    is_moving,
    is_after_pause,
    stood_at,
    speed_m_per_s,
    speed_half_minute_m_per_s,
    grade_ratio,
    grade_long_ratio,
    grade_factor,
    moving_m * grade_factor as grade_adjusted_m,
    step_m * grade_long_factor as grade_adjusted_long_m,
    moving_m * minetti_factor as minetti_adjusted_m,
    speed_half_minute_m_per_s * grade_factor as grade_adjusted_speed_m_per_s,
    held_bpm as heart_rate_bpm,
    if(told_bpm > 0, heart_rate_lowest_bpm, held_bpm) as heart_rate_lowest_bpm,
    if(held_bpm is not null, in_range_s, 0) as heart_rate_known_s,
    heart_rate_out_of_range_s,
    if(is_flat, in_range_s, 0) as heart_rate_flat_s,
    if(is_locked, in_range_s, 0) as heart_rate_cadence_locked_s,
    if(held_bpm is null and not is_flat and not is_locked, in_range_s, 0) as heart_rate_dropout_s,
    speed_rejected_s,
    cadence_per_min,
    temperature_c,
    ground_contact_s
from windowed
