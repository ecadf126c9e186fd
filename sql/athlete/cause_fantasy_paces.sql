-- One row per athlete: by how much the repetitions of recent sessions are faster than what the articles give
-- for their length at the athlete's present level, where the sessions then fade or are broken off.
--
-- Only both together are a pace out of reach: who holds it is stronger than the races say.
--
-- grain: athlete_id
with sessions as (
    select
        workouts.athlete_id,
        workouts.activity_id,
        periods.recent_from,
        periods.last_day,
        workouts.speed_excess_ratio,
        workouts.repeat_speed_m_per_s,
        workouts.implied_speed_m_per_s,
        coalesce(workouts.fade_ratio > thresholds.repeat_fade_flag_ratio, false)
        or workouts.is_cut_short as is_failed,
        thresholds.fantasy_flag_ratio
    from athlete.workouts as workouts
    inner join athlete.periods as periods
        on workouts.athlete_id = periods.athlete_id and workouts.local_day >= periods.recent_from
    cross join settings.judging as thresholds
    where workouts.is_quality and workouts.bout_kind in ('repeat', 'tempo')
),

counts as (
    select
        sessions.athlete_id,
        any_value(sessions.recent_from) as recent_from,
        any_value(sessions.last_day) as last_day,
        count(*) as session_count,
        count(sessions.speed_excess_ratio) as compared_count,
        median(sessions.speed_excess_ratio) as excess_ratio,
        count(*) filter (where sessions.is_failed and sessions.speed_excess_ratio is not null)
            as failed_count,
        median(sessions.repeat_speed_m_per_s) as speed_m_per_s,
        median(sessions.implied_speed_m_per_s) as implied_m_per_s,
        list(sessions.activity_id order by sessions.speed_excess_ratio desc, sessions.activity_id asc)
        filter (where sessions.speed_excess_ratio > sessions.fantasy_flag_ratio) as activity_ids
    from sessions
    group by sessions.athlete_id
),

judged as (
    select
        counts.*,
        counts.failed_count / nullif(counts.compared_count, 0) as failed_ratio,
        thresholds.*,
        least(
            1 / (1 + exp((thresholds.fantasy_flag_ratio - counts.excess_ratio) / thresholds.fantasy_scale)),
            1 / (1 + exp((thresholds.failed_flag_ratio - failed_ratio) / thresholds.failed_scale))
        ) as both_score
    from counts
    cross join settings.judging as thresholds
)

select
    athlete_id,
    excess_ratio as value,
    'ratio' as unit,
    fantasy_flag_ratio as threshold,
    if(compared_count = 0, null, both_score) as exposure_score,
    least(compared_count / repeat_sessions_min_count, 1) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(null as double) as response_score,
    cast(null as date) as began_on,
    recent_from as window_start_on,
    last_day as window_end_on,
    if(
        compared_count = 0,
        'Needs a race or a time trial of this year, to know the paces that fit.',
        format(
            'Repetitions were {:.1f} % {} than fits your races (by the articles'' paces for their '
            || 'length), and '
            || '{} of {} sessions faded or were broken off.',
            100 * abs(excess_ratio),
            if(excess_ratio >= 0, 'faster', 'slower'),
            failed_count,
            compared_count
        )
    ) as reason,
    if(
        both_score >= score_min,
        format(
            'Run your repetitions {:.0f} % slower, about {}:{:02d} /km instead of {}:{:02d}: train '
            || 'where you are, '
            || 'and race again in six weeks before the paces move.',
            100 * excess_ratio,
            cast(round(1000 / implied_m_per_s) as bigint) // 60,
            cast(round(1000 / implied_m_per_s) as bigint) % 60,
            cast(round(1000 / speed_m_per_s) as bigint) // 60,
            cast(round(1000 / speed_m_per_s) as bigint) % 60
        ),
        null
    ) as advice,
    coalesce(activity_ids, cast([] as varchar[])) as activity_ids
from judged
