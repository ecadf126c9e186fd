-- One row per athlete: whether there are more fast metres a week than before, and slower ones.
--
-- Two comparisons: the recent weeks with those before, and four weeks with four weeks; that counts which says
-- more. Slower is meant of sessions with their like: repetitions of one name in both stretches.
--
-- grain: athlete_id
with spans as (
    select
        periods.athlete_id,
        'long' as comparison,
        periods.last_day,
        periods.recent_from as now_from,
        periods.base_from as then_from,
        periods.base_from as like_from
    from athlete.periods as periods
    union all by name
    select
        periods.athlete_id,
        'short' as comparison,
        periods.last_day,
        periods.last_day - cast(thresholds.short_change_days as integer) + 1 as now_from,
        periods.last_day - cast(2 * thresholds.short_change_days as integer) + 1 as then_from,
        periods.base_from as like_from
    from athlete.periods as periods
    cross join settings.judging as thresholds
),

volumes as (
    select
        spans.athlete_id,
        spans.comparison,
        any_value(spans.last_day) as last_day,
        any_value(spans.now_from) as now_from,
        any_value(spans.then_from) as then_from,
        sum(workouts.fast_m) filter (where sessions.local_day >= spans.now_from)
        / nullif(
            count(distinct(spans.last_day - sessions.local_day) // 7)
            filter (where sessions.local_day >= spans.now_from),
            0
        ) as now_m,
        sum(workouts.fast_m) filter (where sessions.local_day < spans.now_from)
        / nullif(
            count(distinct(spans.last_day - sessions.local_day) // 7)
            filter (where sessions.local_day < spans.now_from),
            0
        ) as then_m
    from spans
    inner join athlete.sessions as sessions
        on spans.athlete_id = sessions.athlete_id and spans.then_from <= sessions.local_day
    left join athlete.workouts as workouts
        on
            sessions.athlete_id = workouts.athlete_id
            and sessions.activity_id = workouts.activity_id
            and not workouts.is_race
    group by spans.athlete_id, spans.comparison
),

alike as (
    select
        spans.athlete_id,
        spans.comparison,
        if(workouts.bout_kind in ('stride', 'sprint'), workouts.bout_kind, workouts.repeat_name) as like_name,
        median(workouts.repeat_speed_m_per_s) filter (where workouts.local_day >= spans.now_from)
            as now_m_per_s,
        median(workouts.repeat_speed_m_per_s) filter (where workouts.local_day < spans.now_from)
            as then_m_per_s,
        least(
            count(*) filter (where workouts.local_day >= spans.now_from),
            count(*) filter (where workouts.local_day < spans.now_from)
        ) as like_count
    from spans
    inner join athlete.workouts as workouts
        on spans.athlete_id = workouts.athlete_id and spans.like_from <= workouts.local_day
    where workouts.bout_kind in ('repeat', 'stride', 'sprint') and not workouts.is_race
    group by spans.athlete_id, spans.comparison, like_name
),

speeds as (
    select
        alike.athlete_id,
        alike.comparison,
        sum(alike.like_count) as like_count,
        sum(alike.like_count * (alike.now_m_per_s / alike.then_m_per_s - 1)) / sum(alike.like_count)
            as speed_change_ratio
    from alike
    where alike.now_m_per_s is not null and alike.then_m_per_s is not null
    group by alike.athlete_id, alike.comparison
),

scored as (
    select
        volumes.*,
        volumes.now_m / nullif(volumes.then_m, 0) - 1 as volume_change_ratio,
        speeds.speed_change_ratio,
        least(speeds.like_count / thresholds.like_sessions_min_count, 1) as coverage_ratio,
        1 / (1 + exp((thresholds.more_reps_flag_ratio - volume_change_ratio) / thresholds.more_reps_scale))
            as more_score,
        -- what is sure of the easy runs' loss
        least(coalesce(responses.index_change_pct + responses.index_change_error_pct, 0), 0) / 100
            as easy_change_ratio,
        1
        / (
            1
            + exp(
                (thresholds.slower_flag_ratio + speeds.speed_change_ratio - easy_change_ratio)
                / thresholds.slower_scale
            )
        ) as slower_score,
        least(more_score, slower_score) as both_score,
        row_number() over (
            partition by volumes.athlete_id
            order by
                both_score * least(speeds.like_count / thresholds.like_sessions_min_count, 1) desc,
                volumes.comparison asc
        ) as place,
        thresholds.more_reps_flag_ratio,
        thresholds.slower_flag_ratio,
        thresholds.score_min
    from volumes
    inner join speeds
        on volumes.athlete_id = speeds.athlete_id and volumes.comparison = speeds.comparison
    cross join settings.judging as thresholds
    left join athlete.responses as responses on volumes.athlete_id = responses.athlete_id
    where volumes.then_m > 0 and volumes.now_m > 0
),

recent as (
    select
        workouts.athlete_id,
        list(workouts.activity_id order by workouts.local_day desc, workouts.activity_id asc) as activity_ids
    from athlete.workouts as workouts
    inner join athlete.periods as periods
        on workouts.athlete_id = periods.athlete_id and workouts.local_day >= periods.recent_from
    where workouts.fast_m > 0 and not workouts.is_race
    group by workouts.athlete_id
)

select
    scored.athlete_id,
    scored.volume_change_ratio as value,
    'ratio' as unit,
    scored.more_reps_flag_ratio as threshold,
    scored.both_score as exposure_score,
    scored.coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(null as double) as response_score,
    if(scored.both_score >= scored.score_min, scored.now_from, null) as began_on,
    scored.then_from as window_start_on,
    scored.last_day as window_end_on,
    format(
        'Fast running went from {:.1f} to {:.1f} {} a week, and repeats of the same length became '
        || '{:.1f} % {}{}.',
        scored.then_m / lengths.length_unit_m,
        scored.now_m / lengths.length_unit_m,
        lengths.length_symbol,
        100 * abs(scored.speed_change_ratio),
        if(scored.speed_change_ratio < 0, 'slower', 'faster'),
        if(scored.easy_change_ratio < 0, '; easy runs became slower, too', '')
    ) as reason,
    if(
        scored.both_score >= scored.score_min,
        format(
            'Go back to about {:.1f} {} of fast running a week for four weeks, and let the repeats '
            || 'become faster '
            || 'before there are more of them.',
            scored.then_m / lengths.length_unit_m,
            lengths.length_symbol
        ),
        null
    ) as advice,
    coalesce(recent.activity_ids, cast([] as varchar[])) as activity_ids
from scored
left join athlete.athletes as athletes on scored.athlete_id = athletes.athlete_id
inner join settings.length_units as lengths
    on lengths.units = coalesce(athletes.units, 'km')
left join recent on scored.athlete_id = recent.athlete_id
where scored.place = 1
