-- One row per athlete: the share of the quality sessions of twelve weeks that were the same one.
--
-- The same are sessions whose main sets have repetitions of one length, one more or less of them, rest
-- alike, at one pace. If over the weeks they grew, got faster or rested shorter, they were no mere
-- repetition.
--
-- grain: athlete_id
with sessions as (
    select
        workouts.*,
        periods.last_day,
        periods.last_day - cast(thresholds.same_workout_days as integer) + 1 as window_from,
        workouts.local_day - date '1970-01-01' as day_number
    from athlete.workouts as workouts
    inner join athlete.periods as periods on workouts.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where
        workouts.is_quality
        and workouts.repeat_count is not null
        and workouts.local_day > periods.last_day - cast(thresholds.same_workout_days as integer)
),

likes as (
    select
        sessions.athlete_id,
        sessions.activity_id as like_id,
        others.activity_id,
        others.local_day,
        others.day_number,
        others.repeat_count * others.repeat_m as set_m,
        others.repeat_speed_m_per_s,
        others.recovery_mean_s,
        count(*) over (partition by sessions.athlete_id, sessions.activity_id) as like_count
    from sessions
    cross join settings.judging as thresholds
    inner join sessions as others
        on
            sessions.athlete_id = others.athlete_id
            and (sessions.bout_kind = 'hill_repeat') = (others.bout_kind = 'hill_repeat')
            and (
                abs(ln(others.repeat_m / sessions.repeat_m)) <= thresholds.same_length_max_ratio
                or abs(ln(others.repeat_s / sessions.repeat_s)) <= thresholds.same_length_max_ratio
            )
            and abs(others.repeat_count - sessions.repeat_count) <= 1
            and coalesce(
                abs(others.recovery_mean_s / sessions.recovery_mean_s - 1)
                <= thresholds.same_recovery_max_ratio,
                true
            )
            and abs(others.repeat_speed_m_per_s / sessions.repeat_speed_m_per_s - 1)
            <= thresholds.same_pace_max_ratio
),

picked as (
    select
        likes.athlete_id,
        arg_max(likes.like_id, row(likes.like_count, likes.like_id)) as like_id
    from likes
    group by likes.athlete_id
),

groups as (
    select
        likes.athlete_id,
        any_value(likes.like_count) as like_count,
        list(likes.activity_id order by likes.local_day desc, likes.activity_id asc) as activity_ids,
        max(likes.day_number) - min(likes.day_number) as span_days,
        regr_slope(likes.set_m, likes.day_number) * span_days / avg(likes.set_m) as volume_change_ratio,
        regr_slope(likes.repeat_speed_m_per_s, likes.day_number)
        * span_days
        / avg(likes.repeat_speed_m_per_s) as speed_change_ratio,
        regr_slope(likes.recovery_mean_s, likes.day_number) * span_days / avg(likes.recovery_mean_s)
            as recovery_change_ratio
    from likes
    inner join picked on likes.athlete_id = picked.athlete_id and likes.like_id = picked.like_id
    group by likes.athlete_id
),

counts as (
    select
        sessions.athlete_id,
        any_value(sessions.last_day) as last_day,
        any_value(sessions.window_from) as window_from,
        count(*) as session_count
    from sessions
    group by sessions.athlete_id
),

judged as (
    select
        counts.*,
        groups.like_count,
        groups.activity_ids,
        sessions.signature,
        case
            when counts.session_count >= thresholds.same_workout_min_count
                then groups.like_count / counts.session_count
        end as same_ratio,
        -- of one day there is no slope: it comes out as what is no number, and larger than any
        groups.span_days > 0
        and (
            coalesce(groups.volume_change_ratio >= thresholds.progress_volume_min_ratio, false)
            or coalesce(groups.speed_change_ratio >= thresholds.progress_speed_min_ratio, false)
            or coalesce(groups.recovery_change_ratio <= -thresholds.progress_recovery_min_ratio, false)
        ) as is_progress,
        thresholds.same_workout_flag_ratio,
        thresholds.same_workout_scale,
        thresholds.same_workout_min_count,
        thresholds.progress_exposure_ratio
    from counts
    inner join groups on counts.athlete_id = groups.athlete_id
    inner join picked on counts.athlete_id = picked.athlete_id
    inner join sessions
        on picked.athlete_id = sessions.athlete_id and picked.like_id = sessions.activity_id
    cross join settings.judging as thresholds
)

select
    athlete_id,
    same_ratio as value,
    'ratio' as unit,
    same_workout_flag_ratio as threshold,
    1 / (1 + exp((same_workout_flag_ratio - same_ratio) / same_workout_scale))
    * if(is_progress, progress_exposure_ratio, 1) as exposure_score,
    least(session_count / same_workout_min_count, 1) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(null as double) as response_score,
    cast(null as date) as began_on,
    window_from as window_start_on,
    last_day as window_end_on,
    case
        when same_ratio is null
            then
                format(
                    'Needs {} within twelve weeks.',
                    if(
                        session_count = same_workout_min_count - 1,
                        'one more quality session',
                        concat(same_workout_min_count - session_count, ' more quality sessions')
                    )
                )
        when like_count = 1
            then format('No two of the {} quality sessions of twelve weeks were the same.', session_count)
        else format(
            '{} of the {} quality sessions of twelve weeks were like {}{}.',
            like_count,
            session_count,
            signature,
            if(
                is_progress and like_count > 2,
                ', with more of it, faster or with shorter rests over time',
                ''
            )
        )
    end as reason,
    if(
        same_ratio >= same_workout_flag_ratio and not is_progress,
        format(
            'Replace every second {} by another session for six weeks, such as hill repeats, longer '
            || 'intervals or '
            || 'a tempo run; or change one thing at a time in it: one more repetition, or a shorter rest.',
            signature
        ),
        null
    ) as advice,
    activity_ids
from judged
