-- One row per athlete with a resting heart rate: how far it rose in the recent weeks, and stayed there.
--
-- Either for some days: the mean of seven days against the median of the sixty days that it ends, held for
-- five days in a row, so that one bad night shows nothing and a rise that has passed still does. Or slowly:
-- the median of the recent weeks against that of the weeks before. Days of illness say nothing of training,
-- nor do nights far off all others; and only one source is used: journal and watch measure differently.
--
-- grain: athlete_id
-- check: (value is null) = (exposure_score is null)
with nights as (
    select
        recovery.athlete_id,
        recovery.local_day,
        recovery.heart_rate_resting_bpm,
        recovery.heart_rate_resting_source,
        periods.recent_from,
        periods.last_day,
        count(*) over (
            partition by recovery.athlete_id, recovery.heart_rate_resting_source
        ) as source_night_count
    from athlete.recovery_days as recovery
    inner join athlete.periods as periods
        on
            recovery.athlete_id = periods.athlete_id
            and recovery.local_day between periods.base_from and periods.last_day
    where recovery.heart_rate_resting_bpm is not null and not coalesce(recovery.is_ill, false)
),

limits as (
    select
        to_days(cast(thresholds.resting_usual_days - 1 as integer)) as usual_span,
        to_days(cast(thresholds.resting_held_days - 1 as integer)) as held_span,
        thresholds.*
    from settings.judging as thresholds
),

usual as (
    select
        nights.*,
        median(nights.heart_rate_resting_bpm) over memory as usual_bpm,
        count(*) over memory as usual_night_count
    from nights
    cross join limits
    window
        memory as (
            partition by nights.athlete_id, nights.heart_rate_resting_source order by nights.local_day
            range between limits.usual_span preceding and current row
        )
    qualify
        first_value(nights.heart_rate_resting_source) over (
            partition by nights.athlete_id
            order by nights.source_night_count desc, nights.heart_rate_resting_source asc
        ) = nights.heart_rate_resting_source
),

rises as (
    select
        usual.athlete_id,
        usual.local_day,
        usual.recent_from,
        usual.usual_bpm,
        avg(usual.heart_rate_resting_bpm) over week / usual.usual_bpm - 1 as rise_ratio,
        count(*) over week >= limits.week_min_nights
        and usual.usual_night_count >= limits.usual_min_nights as is_judged
    from usual
    cross join limits
    where
        abs(usual.heart_rate_resting_bpm - usual.usual_bpm)
        <= limits.resting_outlier_ratio * usual.usual_bpm
    window week as (
        partition by usual.athlete_id order by usual.local_day
        range between interval 6 days preceding and current row
    )
),

held as (
    select
        rises.*,
        case
            when count(*) over days_in_a_row >= limits.held_min_nights
                then min(rises.rise_ratio) over days_in_a_row
        end as held_ratio,
        limits.resting_flag_ratio
    from rises
    cross join limits
    where rises.is_judged
    window days_in_a_row as (
        partition by rises.athlete_id order by rises.local_day
        range between limits.held_span preceding and current row
    )
),

spreads as (
    select
        held.athlete_id,
        stddev_samp(held.rise_ratio) as week_spread_ratio
    from held
    where held.local_day < held.recent_from
    group by held.athlete_id
),

recent as (
    select
        held.athlete_id,
        count(*) as judged_day_count,
        max(held.held_ratio) as held_ratio,
        -- in a row an unknown ratio would be the largest
        arg_max(held.usual_bpm, row(held.held_ratio, held.local_day))
        filter (where held.held_ratio is not null) as held_usual_bpm,
        arg_max(held.local_day, row(held.held_ratio, held.local_day))
        filter (where held.held_ratio is not null) as held_until_day,
        min(held.local_day) filter (where held.rise_ratio >= held.resting_flag_ratio) as risen_on
    from held
    where held.local_day >= held.recent_from
    group by held.athlete_id
),

medians as (
    select
        usual.athlete_id,
        any_value(usual.heart_rate_resting_source) as heart_rate_resting_source,
        any_value(usual.recent_from) as recent_from,
        any_value(usual.last_day) as last_day,
        count(*) filter (where usual.local_day >= usual.recent_from) as recent_night_count,
        count(*) filter (where usual.local_day < usual.recent_from) as base_night_count,
        median(usual.heart_rate_resting_bpm) filter (where usual.local_day >= usual.recent_from)
            as recent_bpm,
        median(usual.heart_rate_resting_bpm) filter (where usual.local_day < usual.recent_from) as base_bpm,
        median(usual.heart_rate_resting_bpm) filter (
            where usual.local_day > usual.last_day - cast(thresholds.sign_days as integer)
        ) as sign_bpm,
        count(*) filter (
            where usual.local_day > usual.last_day - cast(thresholds.sign_days as integer)
        ) as sign_night_count
    from usual
    cross join settings.judging as thresholds
    group by usual.athlete_id
),

both_ways as (
    select
        medians.*,
        recent.judged_day_count,
        recent.held_ratio,
        recent.held_usual_bpm,
        recent.held_until_day,
        recent.risen_on,
        case
            when
                medians.recent_night_count >= limits.recent_min_nights
                and medians.base_night_count >= limits.base_min_nights
                then medians.recent_bpm / medians.base_bpm - 1
        end as slow_ratio,
        case
            when
                medians.sign_night_count >= limits.sign_min_nights
                and medians.base_night_count >= limits.base_min_nights
                then medians.sign_bpm / medians.base_bpm - 1
        end as sign_ratio,
        greatest(limits.resting_flag_ratio, limits.resting_week_spreads * spreads.week_spread_ratio)
            as threshold,
        limits.resting_scale,
        greatest(limits.resting_sign_ratio, limits.resting_sign_spreads * spreads.week_spread_ratio)
            as sign_threshold,
        limits.resting_sign_scale
    from medians
    cross join limits
    left join recent on medians.athlete_id = recent.athlete_id
    left join spreads on medians.athlete_id = spreads.athlete_id
),

chosen as (
    select
        both_ways.*,
        greatest(both_ways.held_ratio, both_ways.slow_ratio) as value,
        coalesce(both_ways.held_ratio >= coalesce(both_ways.slow_ratio, -1), false) as is_held
    from both_ways
)

select
    athlete_id,
    value,
    threshold,
    1 / (1 + exp((threshold - value) / resting_scale)) as exposure_score,
    1 / (1 + exp((sign_threshold - sign_ratio) / resting_sign_scale)) as sign_score,
    heart_rate_resting_source,
    recent_night_count as night_count,
    coalesce(judged_day_count, 0) as judged_day_count,
    is_held,
    held_until_day,
    if(is_held, held_usual_bpm, base_bpm) as resting_usual_bpm,
    if(is_held, held_usual_bpm, base_bpm) * (1 + value) as resting_raised_bpm,
    recent_bpm as resting_recent_bpm,
    if(is_held, risen_on, recent_from) as began_on,
    recent_from,
    last_day
from chosen
