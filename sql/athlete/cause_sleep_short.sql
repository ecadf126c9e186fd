-- One row per athlete with a night: is sleep short, in the mean of the last four weeks?
--
-- grain: athlete_id
with nights as (
    select
        recovery.athlete_id,
        recovery.sleep_s,
        recovery.local_day > periods.last_day - cast(thresholds.sleep_days as integer) as is_recent,
        recovery.local_day < periods.recent_from as is_base,
        periods.last_day - cast(thresholds.sleep_days as integer) + 1 as window_start_on,
        periods.last_day
    from athlete.recovery_days as recovery
    inner join athlete.periods as periods
        on
            recovery.athlete_id = periods.athlete_id
            and recovery.local_day between periods.base_from and periods.last_day
    cross join settings.judging as thresholds
    where recovery.sleep_s is not null
),

means as (
    select
        nights.athlete_id,
        any_value(nights.window_start_on) as window_start_on,
        any_value(nights.last_day) as last_day,
        count(*) filter (where nights.is_recent) as night_count,
        avg(nights.sleep_s) filter (where nights.is_recent) as sleep_s,
        count(*) filter (where nights.is_recent and nights.sleep_s < thresholds.sleep_bad_night_s)
            as bad_night_count,
        case
            when count(*) filter (where nights.is_base) >= any_value(thresholds.base_min_nights)
                then avg(nights.sleep_s) filter (where nights.is_base)
        end as base_s
    from nights
    cross join settings.judging as thresholds
    group by nights.athlete_id
),

judged as (
    select
        means.*,
        case when means.night_count >= thresholds.sleep_min_nights then means.sleep_s end as value,
        coalesce(
            means.night_count >= thresholds.sleep_min_nights and means.sleep_s <= thresholds.sleep_flag_s,
            false
        ) as is_short,
        thresholds.sleep_flag_s,
        thresholds.sleep_scale,
        thresholds.sleep_target_s,
        thresholds.sleep_min_nights,
        thresholds.sleep_full_nights
    from means
    cross join settings.judging as thresholds
)

select
    judged.athlete_id,
    judged.value,
    's' as unit,
    judged.sleep_flag_s as threshold,
    1 / (1 + exp((judged.value - judged.sleep_flag_s) / judged.sleep_scale)) as exposure_score,
    if(judged.value is null, 0, least(judged.night_count / judged.sleep_full_nights, 1)) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(null as double) as response_score,
    -- who slept enough before began to sleep too little
    case when judged.is_short and judged.base_s >= judged.sleep_flag_s then judged.window_start_on end
        as began_on,
    judged.window_start_on,
    judged.last_day as window_end_on,
    case
        when judged.value is null
            then format(
                'Needs {} nights of the last four weeks with their sleep; there {}.',
                judged.sleep_min_nights,
                if(judged.night_count = 1, 'is 1', concat('are ', judged.night_count))
            )
        else format(
            'You slept {:.1f} hours a night over the last four weeks{}{}.{}',
            judged.value / 3600,
            if(judged.base_s is null, '', format(', {:.1f} in the months before', judged.base_s / 3600)),
            case
                when judged.bad_night_count = 0 then ''
                else format(
                    '; {} of {} nights had less than six', judged.bad_night_count, judged.night_count
                )
            end,
            if(judged.is_short, ' The articles want 7 to 9.', '')
        )
    end as reason,
    case
        when judged.is_short
            then format(
                'Go to bed {:.0f} minutes earlier for four weeks, for {:.1f} hours a night, before anything '
                || 'else changes.',
                (judged.sleep_target_s - judged.value) / 60,
                judged.sleep_target_s / 3600
            )
    end as advice,
    cast([] as varchar[]) as activity_ids
from judged
