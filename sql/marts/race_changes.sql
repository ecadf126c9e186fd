-- One row per athlete with two races or more in the days that the latest verdict speaks of: what they say.
--
-- A line through the VDOT of the races, from the first to the last of them, with what a race tells at all as
-- its noise. Without two races, the efforts near the best stand in: a weak witness, for few are all-out.
--
-- grain: athlete_id
-- check: race_count >= 2
-- check: race_change_low_pct < race_change_high_pct
with runs as (
    select
        efforts.athlete_id,
        efforts.activity_id,
        efforts.local_day,
        efforts.local_day - plateau.window_start_on as day_number,
        efforts.race_source != 'near_best' as is_race,
        max(efforts.vdot_score) as vdot_score
    from marts.best_efforts as efforts
    inner join marts.plateau as plateau
        on
            efforts.athlete_id = plateau.athlete_id
            and efforts.local_day between plateau.window_start_on and plateau.window_end_on
    where
        plateau.is_latest
        and plateau.is_chosen
        and plateau.slope_pct_per_month is not null
        and efforts.race_source is not null
        and efforts.vdot_score is not null
    group by
        efforts.athlete_id,
        efforts.activity_id,
        efforts.local_day,
        plateau.window_start_on,
        efforts.race_source
),

witnesses as (
    select
        runs.*,
        count(*) filter (where runs.is_race) over (partition by runs.athlete_id) as told_count
    from runs
),

lines as (
    select
        witnesses.athlete_id,
        count(*) as race_count,
        bool_and(witnesses.is_race) as is_race,
        min(witnesses.local_day) as first_race_on,
        max(witnesses.local_day) as last_race_on,
        max(witnesses.day_number) - min(witnesses.day_number) as span_days,
        regr_slope(100 * ln(witnesses.vdot_score), witnesses.day_number) as slope_pct_per_day,
        regr_sxx(100 * ln(witnesses.vdot_score), witnesses.day_number) as day_squares,
        list(witnesses.activity_id order by witnesses.local_day, witnesses.activity_id) as activity_ids
    from witnesses
    where witnesses.is_race or witnesses.told_count < 2
    group by witnesses.athlete_id
    having count(*) >= 2 and max(witnesses.day_number) > min(witnesses.day_number)
)

select
    lines.athlete_id,
    lines.race_count,
    lines.is_race as has_races,
    lines.first_race_on,
    lines.last_race_on,
    lines.slope_pct_per_day * lines.span_days as race_change_pct,
    (
        lines.slope_pct_per_day
        - thresholds.interval_90 * thresholds.race_noise_pct / sqrt(lines.day_squares)
    )
    * lines.span_days as race_change_low_pct,
    (
        lines.slope_pct_per_day
        + thresholds.interval_90 * thresholds.race_noise_pct / sqrt(lines.day_squares)
    )
    * lines.span_days as race_change_high_pct,
    lines.activity_ids
from lines
cross join settings.judging as thresholds
