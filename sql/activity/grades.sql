-- One row per record: the slope of the ground under it, smoothed over two lengths.
--
-- The slope is that of a straight line through the altitudes around the record, over distance and not over
-- time.
--
-- grain: athlete_id, activity_id, recorded_at
with limits as (
    select
        thresholds.grade_max_ratio,
        cast(1000 * thresholds.grade_min_run_m as bigint) as min_run_mm,
        cast(1000 * thresholds.grade_half_window_m as bigint) as short_mm,
        cast(1000 * thresholds.grade_half_window_noisy_m as bigint) as long_mm
    from settings.measuring as thresholds
),

travelled as (
    select
        steps.athlete_id,
        steps.activity_id,
        steps.recorded_at,
        steps.altitude_m,
        -- in whole millimetres: what is 25 m away is in the window, whatever the last bit of a sum
        cast(
            round(
                1000 * sum(steps.step_m) over (
                    partition by steps.athlete_id, steps.activity_id
                    order by steps.recorded_at
                    rows between unbounded preceding and current row
                )
            ) as bigint
        ) as travelled_mm
    from activity.steps as steps
),

-- first_value() and last_value() find the ends of a window for less than min() and max()
sloped as (
    select
        travelled.*,
        limits.grade_max_ratio,
        case
            when
                last_value(travelled.travelled_mm) over short_ahead
                - first_value(travelled.travelled_mm) over short_behind
                >= limits.min_run_mm
                then 1000 * regr_slope(travelled.altitude_m, travelled.travelled_mm) over short_window
        end as slope_short,
        case
            when
                last_value(travelled.travelled_mm) over long_ahead
                - first_value(travelled.travelled_mm) over long_behind
                >= limits.min_run_mm
                then 1000 * regr_slope(travelled.altitude_m, travelled.travelled_mm) over long_window
        end as slope_long
    from travelled
    cross join limits
    window
        short_window as (
            partition by travelled.athlete_id, travelled.activity_id order by travelled.travelled_mm
            range between limits.short_mm preceding
            and limits.short_mm following
        ),
        short_behind as (
            partition by travelled.athlete_id, travelled.activity_id order by travelled.travelled_mm
            range between limits.short_mm preceding and current row
        ),
        short_ahead as (
            partition by travelled.athlete_id, travelled.activity_id order by travelled.travelled_mm
            range between current row and limits.short_mm following
        ),
        long_window as (
            partition by travelled.athlete_id, travelled.activity_id order by travelled.travelled_mm
            range between limits.long_mm preceding
            and limits.long_mm following
        ),
        long_behind as (
            partition by travelled.athlete_id, travelled.activity_id order by travelled.travelled_mm
            range between limits.long_mm preceding and current row
        ),
        long_ahead as (
            partition by travelled.athlete_id, travelled.activity_id order by travelled.travelled_mm
            range between current row and limits.long_mm following
        )
)

select
    athlete_id,
    activity_id,
    recorded_at,
    travelled_mm / cast(1000 as double) as travelled_m,
    -- greatest() and least() pass over nulls: without the case an unknown slope would become the steepest
    case
        when isfinite(slope_short) then least(greatest(slope_short, -grade_max_ratio), grade_max_ratio)
    end as grade_short_ratio,
    case
        when isfinite(slope_long) then least(greatest(slope_long, -grade_max_ratio), grade_max_ratio)
    end as grade_long_ratio
from sloped
