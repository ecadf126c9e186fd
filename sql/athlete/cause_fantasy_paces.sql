-- One row per athlete: by how much the repetitions of recent sessions are faster than what the articles give
-- for their length at the athlete's present level, where the sessions then fade or are broken off.
--
-- Only both together are a pace out of reach: who holds it is stronger than the races say. Broken off is a
-- session whose last repetition was given up, or with fewer metres than sessions of that kind had before.
--
-- grain: athlete_id
with before as (
    select
        workouts.athlete_id,
        workouts.workout_template,
        median(workouts.repeat_count * workouts.repeat_m) as usual_m
    from athlete.workouts as workouts
    inner join athlete.periods as periods
        on
            workouts.athlete_id = periods.athlete_id
            and workouts.local_day >= periods.base_from
            and workouts.local_day < periods.recent_from
    -- of sessions of no kind one may well be shorter than another
    where workouts.is_quality and workouts.workout_template != 'unclassified'
    group by workouts.athlete_id, workouts.workout_template
),

sessions as (
    select
        workouts.athlete_id,
        workouts.activity_id,
        periods.recent_from,
        periods.last_day,
        workouts.speed_excess_ratio,
        workouts.fade_ratio,
        workouts.repeat_speed_m_per_s,
        workouts.implied_speed_m_per_s,
        coalesce(workouts.fade_ratio > thresholds.repeat_fade_flag_ratio, false) as is_fading,
        workouts.is_cut_short
        or coalesce(
            workouts.repeat_count * workouts.repeat_m < thresholds.cut_short_max_ratio * before.usual_m, false
        ) as is_broken_off,
        thresholds.fantasy_flag_ratio
    from athlete.workouts as workouts
    inner join athlete.periods as periods
        on workouts.athlete_id = periods.athlete_id and workouts.local_day >= periods.recent_from
    cross join settings.judging as thresholds
    left join before
        on
            workouts.athlete_id = before.athlete_id
            and workouts.workout_template = before.workout_template
    where workouts.is_quality and workouts.bout_kind in ('repeat', 'tempo')
),

counts as (
    select
        sessions.athlete_id,
        any_value(sessions.recent_from) as recent_from,
        any_value(sessions.last_day) as last_day,
        count(sessions.speed_excess_ratio) as compared_count,
        median(sessions.speed_excess_ratio) as excess_ratio,
        median(sessions.fade_ratio) filter (where sessions.speed_excess_ratio is not null) as fade_ratio,
        count(*) filter (
            where (sessions.is_fading or sessions.is_broken_off) and sessions.speed_excess_ratio is not null
        ) as failed_count,
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
            greatest(
                1 / (1 + exp((thresholds.failed_flag_ratio - failed_ratio) / thresholds.failed_scale)),
                1 / (
                    1
                    + exp(
                        (thresholds.fantasy_fade_flag_ratio - counts.fade_ratio)
                        / thresholds.fantasy_fade_scale
                    )
                )
            )
        ) as both_score
    from counts
    cross join settings.judging as thresholds
)

select
    judged.athlete_id,
    judged.excess_ratio as value,
    'ratio' as unit,
    judged.fantasy_flag_ratio as threshold,
    if(judged.compared_count = 0, null, judged.both_score) as exposure_score,
    least(judged.compared_count / judged.repeat_sessions_min_count, 1) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(null as double) as response_score,
    cast(null as date) as began_on,
    judged.recent_from as window_start_on,
    judged.last_day as window_end_on,
    if(
        judged.compared_count = 0,
        'Needs a race or a time trial within half a year, to know the paces that fit.',
        concat(
            format(
                'Repetitions were {:.1f} % {} than fits your races, by the articles'' paces for their length',
                100 * abs(judged.excess_ratio),
                if(judged.excess_ratio >= 0, 'faster', 'slower')
            ),
            coalesce(
                format(
                    '; the last ones took {:.1f} % {} than the first',
                    100 * abs(judged.fade_ratio),
                    if(judged.fade_ratio >= 0, 'longer', 'less')
                ),
                ''
            ),
            format(
                '; {} of {} sessions faded, were broken off or shorter than such sessions were before.',
                judged.failed_count,
                judged.compared_count
            )
        )
    ) as reason,
    if(
        judged.compared_count > 0 and judged.both_score >= judged.score_min,
        format(
            'Run your repetitions {:.0f} % slower, about {}:{:02d} /{} instead of {}:{:02d}: train where you '
            || 'are, and race again in six weeks before the paces move.',
            100 * judged.excess_ratio,
            cast(round(lengths.length_unit_m / judged.implied_m_per_s) as bigint) // 60,
            cast(round(lengths.length_unit_m / judged.implied_m_per_s) as bigint) % 60,
            lengths.length_symbol,
            cast(round(lengths.length_unit_m / judged.speed_m_per_s) as bigint) // 60,
            cast(round(lengths.length_unit_m / judged.speed_m_per_s) as bigint) % 60
        ),
        null
    ) as advice,
    coalesce(judged.activity_ids, cast([] as varchar[])) as activity_ids
from judged
left join athlete.athletes as athletes on judged.athlete_id = athletes.athlete_id
inner join settings.length_units as lengths
    on lengths.units = coalesce(athletes.units, 'km')
