-- One row per athlete of whom strength work would be known: how much of it there is in the recent weeks.
--
-- It would be known of who ever recorded a session or wrote one down, or keeps a journal. A journal that
-- never speaks of strength, neither of some nor of none, is weak evidence. Somebody of whom there is neither
-- may well lift weights: that has no row.
--
-- grain: athlete_id
with told as (
    select
        periods.athlete_id,
        any_value(periods.recent_from) as recent_from,
        any_value(periods.last_day) as last_day,
        sum(recovery.strength_count) filter (where recovery.local_day >= periods.recent_from)
            as session_count,
        sum(recovery.strength_count) filter (
            where recovery.local_day between periods.base_from and periods.recent_from - 1
        ) as base_count,
        max(recovery.local_day) filter (where recovery.strength_count > 0) as last_session_day,
        coalesce(bool_or(recovery.strength_count > 0), false) as has_sessions,
        coalesce(
            bool_or(recovery.strength_count is not null and recovery.local_day >= periods.recent_from), false
        ) as is_asked,
        count(distinct date_trunc('week', recovery.local_day)) filter (
            where recovery.has_journal and recovery.local_day >= periods.recent_from
        ) as journal_week_count
    from athlete.periods as periods
    inner join athlete.recovery_days as recovery
        on periods.athlete_id = recovery.athlete_id and periods.last_day >= recovery.local_day
    group by periods.athlete_id
),

judged as (
    select
        told.*,
        7 * coalesce(told.session_count, 0) / thresholds.recent_days as per_week,
        7 * coalesce(told.base_count, 0) / thresholds.base_days as base_per_week,
        thresholds.strength_flag_per_week,
        thresholds.strength_scale,
        thresholds.strength_certainty_ratio,
        thresholds.doubtful_certainty_ratio,
        7 * coalesce(told.session_count, 0) / thresholds.recent_days <= thresholds.strength_flag_per_week
            as is_little
    from told
    cross join settings.judging as thresholds
    where told.has_sessions or told.is_asked or told.journal_week_count >= thresholds.journal_min_weeks
)

select
    judged.athlete_id,
    judged.per_week as value,
    'sessions/week' as unit,
    judged.strength_flag_per_week as threshold,
    1 / (1 + exp((judged.per_week - judged.strength_flag_per_week) / judged.strength_scale))
        as exposure_score,
    cast(1 as double) as coverage_ratio,
    judged.strength_certainty_ratio
    * if(judged.has_sessions or judged.is_asked, 1, judged.doubtful_certainty_ratio) as certainty_ratio,
    cast(null as double) as response_score,
    case
        when judged.is_little and judged.base_per_week >= judged.strength_flag_per_week
            then greatest(judged.last_session_day + 1, judged.recent_from)
    end as began_on,
    judged.recent_from as window_start_on,
    judged.last_day as window_end_on,
    case
        when coalesce(judged.session_count, 0) = 0
            then format(
                'No strength session in the last eight weeks{}; the articles want two a week.{}',
                case
                    when judged.last_session_day is not null
                        then format(', the last one was on {}', judged.last_session_day)
                    else ''
                end,
                if(
                    judged.has_sessions or judged.is_asked,
                    '',
                    ' Your journal never speaks of strength: write 0 where there was none.'
                )
            )
        else format(
            '{} strength session{} in the last eight weeks, {:.1f} a week; the articles want two, and one '
            || 'keeps what you have.',
            cast(judged.session_count as bigint),
            if(judged.session_count = 1, '', 's'),
            judged.per_week
        )
    end as reason,
    case
        when judged.is_little
            then
                'Begin with one short session a week, after four weeks two, never on the day before a hard '
                || 'run: squats, deadlifts, lunges and calf raises, two or three sets of 4 to 8.'
    end as advice,
    cast([] as varchar[]) as activity_ids
from judged
