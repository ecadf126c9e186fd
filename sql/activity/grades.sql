-- One row per record: the slope of the ground under it, smoothed over two lengths.
--
-- The slope is that of a straight line through the altitudes around the record, over distance and not over
-- time.
--
-- grain: athlete_id, activity_id, recorded_at
with travelled as (
    select
        steps.*,
        sum(steps.step_m) over (
            partition by steps.athlete_id, steps.activity_id order by steps.recorded_at
        ) as travelled_m
    from activity.steps as steps
),

sloped as (
    select
        travelled.*,
        thresholds.grade_max_ratio,
        case
            when
                max(travelled.travelled_m) over short_window - min(travelled.travelled_m) over short_window
                >= thresholds.grade_min_run_m
                then regr_slope(travelled.altitude_m, travelled.travelled_m) over short_window
        end as slope_short,
        case
            when
                max(travelled.travelled_m) over long_window - min(travelled.travelled_m) over long_window
                >= thresholds.grade_min_run_m
                then regr_slope(travelled.altitude_m, travelled.travelled_m) over long_window
        end as slope_long
    from travelled
    cross join settings.measuring as thresholds
    window
        short_window as (
            partition by travelled.athlete_id, travelled.activity_id
            order by travelled.travelled_m
            range between thresholds.grade_half_window_m preceding
            and thresholds.grade_half_window_m following
        ),
        long_window as (
            partition by travelled.athlete_id, travelled.activity_id
            order by travelled.travelled_m
            range between thresholds.grade_half_window_noisy_m preceding
            and thresholds.grade_half_window_noisy_m following
        )
)

select
    athlete_id,
    activity_id,
    recorded_at,
    travelled_m,
    -- greatest() and least() pass over nulls: without the case an unknown slope would become the steepest
    case
        when isfinite(slope_short) then least(greatest(slope_short, -grade_max_ratio), grade_max_ratio)
    end as grade_short_ratio,
    case
        when isfinite(slope_long) then least(greatest(slope_long, -grade_max_ratio), grade_max_ratio)
    end as grade_long_ratio
from sloped
