-- One row per athlete with a heart-rate variability: how far it fell in the recent weeks, and stayed there.
--
-- In spreads of the athlete's own nights: logarithms, the mean of seven days against the sixty days that
-- ended two weeks before (Plews 2013); where the usual weeks differ by more than their nights explain, they
-- are the measure. Deep for some days, or less deep for two weeks, or the recent weeks against those before.
-- Half a spread for three days, as it is often told, is what nights do by chance: seven of ten healthy series
-- fall so low once in eight weeks. Days of illness say nothing of training; and only one source is used:
-- journal and watch measure differently.
--
-- grain: athlete_id
-- check: (value is null) = (exposure_score is null)
with nights as (
    select
        recovery.athlete_id,
        recovery.local_day,
        ln(recovery.hrv_s) as log_hrv,
        recovery.hrv_source,
        periods.recent_from,
        periods.last_day,
        count(*) over (partition by recovery.athlete_id, recovery.hrv_source) as source_night_count
    from athlete.recovery_days as recovery
    inner join athlete.periods as periods
        on
            recovery.athlete_id = periods.athlete_id
            and recovery.local_day between periods.base_from and periods.last_day
    where recovery.hrv_s > 0 and not coalesce(recovery.is_ill, false)
),

limits as (
    select
        to_days(cast(thresholds.hrv_lag_days as integer)) as lag_span,
        to_days(cast(thresholds.hrv_lag_days + thresholds.hrv_usual_days - 1 as integer)) as usual_span,
        to_days(cast(thresholds.hrv_deep_days - 1 as integer)) as deep_span,
        to_days(cast(thresholds.hrv_long_days - 1 as integer)) as long_span,
        thresholds.*
    from settings.judging as thresholds
),

own as (
    select nights.*
    from nights
    qualify
        first_value(nights.hrv_source) over (
            partition by nights.athlete_id
            order by nights.source_night_count desc, nights.hrv_source asc
        ) = nights.hrv_source
),

means as (
    select
        own.*,
        avg(own.log_hrv) over memory as usual_log,
        stddev_samp(own.log_hrv) over memory as night_spread,
        count(*) over memory as usual_night_count,
        avg(own.log_hrv) over week as week_log,
        count(*) over week as week_night_count
    from own
    cross join limits
    window
        memory as (
            partition by own.athlete_id order by own.local_day
            range between limits.usual_span preceding and limits.lag_span preceding
        ),
        week as (
            partition by own.athlete_id order by own.local_day
            range between interval 6 days preceding and current row
        )
),

weeks as (
    select
        means.*,
        limits.hrv_week_spread_factor
        * stddev_samp(
            case
                when
                    means.local_day < means.recent_from
                    and means.week_night_count >= limits.hrv_week_min_nights
                    then means.week_log
            end
        ) over (partition by means.athlete_id) as week_spread
    from means
    cross join limits
),

spread as (
    select
        weeks.*,
        greatest(weeks.night_spread, weeks.week_spread, limits.hrv_spread_min_ratio) as usual_spread
    from weeks
    cross join limits
),

held as (
    select
        spread.*,
        case
            when count(*) over deep >= limits.hrv_deep_min_nights
                then min((spread.usual_log - spread.week_log) / spread.usual_spread) over deep
        end as deep_spreads,
        case
            when count(*) over long >= limits.hrv_long_min_nights
                then min((spread.usual_log - spread.week_log) / spread.usual_spread) over long
        end as long_spreads
    from spread
    cross join limits
    where
        spread.week_night_count >= limits.hrv_week_min_nights
        and spread.usual_night_count >= limits.usual_min_nights
    window
        deep as (
            partition by spread.athlete_id order by spread.local_day
            range between limits.deep_span preceding and current row
        ),
        long as (
            partition by spread.athlete_id order by spread.local_day
            range between limits.long_span preceding and current row
        )
),

periods as (
    select
        weeks.athlete_id,
        any_value(weeks.hrv_source) as hrv_source,
        any_value(weeks.recent_from) as recent_from,
        any_value(weeks.last_day) as last_day,
        count(*) filter (where weeks.local_day >= weeks.recent_from) as recent_night_count,
        count(*) filter (where weeks.local_day < weeks.recent_from) as base_night_count,
        avg(weeks.log_hrv) filter (where weeks.local_day >= weeks.recent_from) as recent_log,
        avg(weeks.log_hrv) filter (where weeks.local_day < weeks.recent_from) as base_log,
        greatest(
            stddev_samp(weeks.log_hrv) filter (where weeks.local_day < weeks.recent_from),
            any_value(weeks.week_spread),
            any_value(thresholds.hrv_spread_min_ratio)
        ) as base_spread,
        avg(weeks.log_hrv) filter (
            where weeks.local_day > weeks.last_day - cast(thresholds.sign_days as integer)
        ) as sign_log,
        count(*) filter (
            where weeks.local_day > weeks.last_day - cast(thresholds.sign_days as integer)
        ) as sign_night_count
    from weeks
    cross join settings.judging as thresholds
    group by weeks.athlete_id
),

candidates as (
    select
        held.athlete_id,
        'deep' as fall_kind,
        held.local_day,
        held.deep_spreads as spreads,
        thresholds.hrv_deep_flag_spreads as flag_spreads,
        thresholds.hrv_deep_scale as scale,
        held.usual_log,
        held.usual_spread,
        held.local_day - cast(thresholds.hrv_deep_days as integer) + 1 as began_on
    from held
    cross join settings.judging as thresholds
    where held.local_day >= held.recent_from and held.deep_spreads is not null
    union all
    select
        held.athlete_id,
        'long' as fall_kind,
        held.local_day,
        held.long_spreads as spreads,
        thresholds.hrv_long_flag_spreads as flag_spreads,
        thresholds.hrv_long_scale as scale,
        held.usual_log,
        held.usual_spread,
        held.local_day - cast(thresholds.hrv_long_days as integer) + 1 as began_on
    from held
    cross join settings.judging as thresholds
    where held.local_day >= held.recent_from and held.long_spreads is not null
    union all
    select
        periods.athlete_id,
        'slow' as fall_kind,
        periods.last_day as local_day,
        (periods.base_log - periods.recent_log) / periods.base_spread as spreads,
        thresholds.hrv_long_flag_spreads as flag_spreads,
        thresholds.hrv_long_scale as scale,
        periods.base_log as usual_log,
        periods.base_spread as usual_spread,
        periods.recent_from as began_on
    from periods
    cross join settings.judging as thresholds
    where
        periods.recent_night_count >= thresholds.recent_min_nights
        and periods.base_night_count >= thresholds.base_min_nights
),

chosen as (
    select
        candidates.*,
        1 / (1 + exp((candidates.flag_spreads - candidates.spreads) / candidates.scale)) as exposure_score
    from candidates
    qualify
        row_number() over (
            partition by candidates.athlete_id
            order by
                (candidates.flag_spreads - candidates.spreads) / candidates.scale asc,
                candidates.local_day desc,
                candidates.fall_kind asc
        ) = 1
),

judged as (
    select
        held.athlete_id,
        count(*) as judged_day_count
    from held
    where held.local_day >= held.recent_from
    group by held.athlete_id
)

select
    periods.athlete_id,
    1 - exp(-chosen.spreads * chosen.usual_spread) as value,
    1 - exp(-chosen.flag_spreads * chosen.usual_spread) as threshold,
    chosen.exposure_score,
    case
        when
            periods.sign_night_count >= thresholds.sign_min_nights
            and periods.base_night_count >= thresholds.base_min_nights
            then
                1 / (
                    1 + exp(
                        (
                            thresholds.hrv_long_flag_spreads
                            - (periods.base_log - periods.sign_log) / periods.base_spread
                        )
                        / thresholds.hrv_long_scale
                    )
                )
    end as sign_score,
    periods.hrv_source,
    periods.recent_night_count as night_count,
    coalesce(judged.judged_day_count, 0) as judged_day_count,
    chosen.fall_kind,
    chosen.local_day as held_until_day,
    exp(chosen.usual_log) as hrv_usual_s,
    exp(chosen.usual_log - chosen.spreads * chosen.usual_spread) as hrv_lowered_s,
    exp(periods.recent_log) as hrv_recent_s,
    chosen.began_on,
    periods.recent_from,
    periods.last_day
from periods
cross join settings.judging as thresholds
left join chosen on periods.athlete_id = chosen.athlete_id
left join judged on periods.athlete_id = judged.athlete_id
