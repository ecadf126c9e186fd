-- One row per look inside whose window the smoothed curve turned: when, and what has happened since.
--
-- The highest or lowest week of the curve, if it stands out on both sides by more than the noise of the runs
-- can do: up to it and down since, or the other way round.
--
-- grain: athlete_id, as_of_day
-- check: since_turn_low_pct < since_turn_high_pct
-- check: since_turn_low_pct > 0 or since_turn_high_pct < 0
with windows as (
    select
        verdicts.athlete_id,
        verdicts.as_of_day,
        slopes.first_run_on,
        slopes.last_run_on
    from athlete.verdicts as verdicts
    inner join athlete.slopes as slopes
        on
            verdicts.athlete_id = slopes.athlete_id
            and verdicts.as_of_day = slopes.as_of_day
            and verdicts.window_weeks = slopes.window_weeks
),

points as (
    select
        windows.athlete_id,
        windows.as_of_day,
        curve.local_day,
        curve.fitness_log_pct,
        (curve.fitness_high_log_pct - curve.fitness_log_pct) / thresholds.interval_90 as error_pct
    from windows
    inner join athlete.fitness_curves as curve
        on
            windows.athlete_id = curve.athlete_id
            and curve.local_day between windows.first_run_on and windows.last_run_on
    cross join settings.judging as thresholds
),

framed as (
    select
        points.*,
        min(points.local_day) over look as first_day,
        max(points.local_day) over look as last_day,
        arg_min(points.fitness_log_pct, points.local_day) over look as first_log_pct,
        arg_max(points.fitness_log_pct, points.local_day) over look as last_log_pct,
        arg_min(points.error_pct, points.local_day) over look as first_error_pct,
        arg_max(points.error_pct, points.local_day) over look as last_error_pct
    from points
    window look as (partition by points.athlete_id, points.as_of_day)
),

compared as (
    select
        framed.athlete_id,
        framed.as_of_day,
        framed.local_day,
        framed.last_log_pct - framed.fitness_log_pct as since_turn_pct,
        sqrt(framed.last_error_pct * framed.last_error_pct + framed.error_pct * framed.error_pct)
            as since_error_pct,
        framed.fitness_log_pct - framed.first_log_pct as before_turn_pct,
        sqrt(framed.first_error_pct * framed.first_error_pct + framed.error_pct * framed.error_pct)
            as before_error_pct
    from framed
    cross join settings.judging as thresholds
    where
        framed.local_day - framed.first_day > 2 * thresholds.smooth_days
        and framed.last_day - framed.local_day > 2 * thresholds.smooth_days
),

turned as (
    select
        compared.*,
        least(
            abs(compared.since_turn_pct) / compared.since_error_pct,
            abs(compared.before_turn_pct) / compared.before_error_pct
        ) as spreads
    from compared
    where sign(compared.since_turn_pct) * sign(compared.before_turn_pct) < 0
)

select
    turned.athlete_id,
    turned.as_of_day,
    turned.local_day as turned_on,
    turned.since_turn_pct,
    turned.since_turn_pct - thresholds.interval_90 * turned.since_error_pct as since_turn_low_pct,
    turned.since_turn_pct + thresholds.interval_90 * turned.since_error_pct as since_turn_high_pct
from turned
cross join settings.judging as thresholds
where turned.spreads >= thresholds.turn_min_spreads
qualify
    row_number() over (
        partition by turned.athlete_id, turned.as_of_day order by turned.spreads desc, turned.local_day asc
    ) = 1
