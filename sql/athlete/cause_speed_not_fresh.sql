-- One row per athlete: the share of recent sessions with fast repetitions that began before the last hard or
-- long run was a day and a half ago.
--
-- Two mornings and an evening between them are a day and a half; so what was on the day before last counts
-- as rested anyway. Strides after an easy run may stand on any day.
--
-- grain: athlete_id
with ordered as (
    select
        sessions.*,
        max(if(sessions.is_hard or sessions.is_long, sessions.ended_at, null)) over before as tired_at,
        max(if(sessions.is_hard or sessions.is_long, sessions.local_day, null)) over before as tired_on
    from athlete.sessions as sessions
    window before as (
        partition by sessions.athlete_id order by sessions.started_at
        range between unbounded preceding and interval 1 millisecond preceding
    )
),

speed as (
    select
        ordered.athlete_id,
        ordered.activity_id,
        ordered.local_day,
        coalesce(
            ordered.local_day - ordered.tired_on <= 1
            and date_diff('second', ordered.tired_at, ordered.started_at)
            < 3600 * thresholds.fresh_after_hours,
            false
        ) as is_tired
    from ordered
    cross join settings.judging as thresholds
    where ordered.has_fast_repeats
),

counts as (
    select
        speed.athlete_id,
        any_value(periods.recent_from) as recent_from,
        any_value(periods.last_day) as last_day,
        count(*) as session_count,
        count(*) filter (where speed.is_tired) as tired_count,
        list(speed.activity_id order by speed.local_day desc, speed.activity_id asc)
        filter (where speed.is_tired) as activity_ids
    from speed
    inner join athlete.periods as periods
        on speed.athlete_id = periods.athlete_id and speed.local_day >= periods.recent_from
    group by speed.athlete_id
)

select
    counts.athlete_id,
    counts.tired_count / counts.session_count as value,
    'ratio' as unit,
    thresholds.not_fresh_flag_ratio as threshold,
    1 / (1 + exp((thresholds.not_fresh_flag_ratio - value) / thresholds.not_fresh_scale)) as exposure_score,
    least(counts.session_count / thresholds.speed_sessions_min_count, 1) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(null as double) as response_score,
    cast(null as date) as began_on,
    counts.recent_from as window_start_on,
    counts.last_day as window_end_on,
    format(
        '{} of {} sessions with fast repeats came less than {:.0f} hours after a hard or long run.',
        counts.tired_count,
        counts.session_count,
        thresholds.fresh_after_hours
    ) as reason,
    if(
        value >= thresholds.not_fresh_flag_ratio,
        'Run fast repeats on the day after rest or a short easy run: move the session a day later, or the '
        || 'hard or long run before it a day earlier.',
        null
    ) as advice,
    coalesce(counts.activity_ids, cast([] as varchar[])) as activity_ids
from counts
cross join settings.judging as thresholds
