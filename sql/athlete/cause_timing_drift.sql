-- One row per athlete: by how much contact and step time grow from the first to the last fast parts of a
-- session, beyond what the speed explains.
--
-- The ground contact says it better than the cadence; without it the evidence counts half. In either case a
-- watch sees the timing only roughly.
--
-- grain: athlete_id
with lasts as (
    select
        timings.athlete_id,
        timings.activity_id,
        any_value(timings.local_day) as local_day,
        any_value(timings.bout_count) as bout_count,
        count(*) filter (where not timings.is_timing_lost) as timing_held_count,
        avg(timings.step_residual_ratio) filter (
            where timings.timed_number > timings.bout_count - timings.bout_count // thresholds.thirds
        ) as step_drift_ratio,
        avg(timings.contact_residual_ratio) filter (
            where timings.timed_number > timings.bout_count - timings.bout_count // thresholds.thirds
        ) as contact_drift_ratio
    from athlete.bout_timings as timings
    cross join settings.judging as thresholds
    group by timings.athlete_id, timings.activity_id
    having any_value(timings.bout_count) > any_value(thresholds.thirds)
),

counts as (
    select
        lasts.athlete_id,
        any_value(periods.last_day) as last_day,
        any_value(periods.last_day - cast(thresholds.timing_days as integer) + 1) as window_from,
        count(*) as session_count,
        cast(sum(lasts.bout_count) as bigint) as bout_count,
        cast(sum(lasts.timing_held_count) as bigint) as timing_held_count,
        median(lasts.step_drift_ratio) as step_drift_ratio,
        if(
            count(lasts.contact_drift_ratio) >= any_value(thresholds.timing_min_sessions),
            median(lasts.contact_drift_ratio),
            null
        ) as contact_drift_ratio,
        list(
            lasts.activity_id
            order by coalesce(lasts.contact_drift_ratio, lasts.step_drift_ratio) desc, lasts.activity_id asc
        ) filter (where lasts.timing_held_count < lasts.bout_count) as activity_ids
    from lasts
    inner join athlete.periods as periods on lasts.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where lasts.local_day > periods.last_day - cast(thresholds.timing_days as integer)
    group by lasts.athlete_id
),

judged as (
    select
        counts.*,
        thresholds.*,
        1
        / (
            1
            + exp((thresholds.step_drift_flag_ratio - counts.step_drift_ratio) / thresholds.step_drift_scale)
        )
            as step_score,
        1 / (
            1
            + exp(
                (thresholds.contact_drift_flag_ratio - counts.contact_drift_ratio)
                / thresholds.contact_drift_scale
            )
        ) as contact_score,
        counts.session_count >= thresholds.timing_min_sessions as is_enough
    from counts
    cross join settings.judging as thresholds
)

select
    athlete_id,
    if(is_enough, coalesce(contact_drift_ratio, step_drift_ratio), null) as value,
    'ratio' as unit,
    if(contact_drift_ratio is null, step_drift_flag_ratio, contact_drift_flag_ratio) as threshold,
    if(is_enough, greatest(contact_score, step_score), null) as exposure_score,
    least(session_count / repeat_sessions_min_count, 1) as coverage_ratio,
    timing_certainty_ratio * if(contact_drift_ratio is null, doubtful_certainty_ratio, 1) as certainty_ratio,
    cast(null as double) as response_score,
    cast(null as date) as began_on,
    window_from as window_start_on,
    last_day as window_end_on,
    replace(
        case
            when not is_enough
                then
                    format(
                        'Needs {} of four and more fast parts, recorded with cadence and better with ground '
                        || 'contact time.',
                        if(
                            session_count = timing_min_sessions - 1,
                            'one more session',
                            concat(timing_min_sessions - session_count, ' more sessions')
                        )
                    )
            when contact_drift_ratio is null
                then
                    format(
                        'From the first to the last repetitions the time of a step changes by {:+.1f} % '
                        || 'at equal speed; '
                        || 'the timing held for {} of {} repetitions. Ground contact time would tell more.',
                        100 * step_drift_ratio,
                        timing_held_count,
                        bout_count
                    )
            else format(
                'From the first to the last repetitions ground contact changes by {:+.1f} % and the '
                || 'time of a step by '
                || '{:+.1f} % at equal speed; the timing held for {} of {} repetitions.',
                100 * contact_drift_ratio,
                100 * step_drift_ratio,
                timing_held_count,
                bout_count
            )
        end,
        ' -',
        ' −'
    ) as reason,
    if(
        is_enough and greatest(contact_score, step_score) >= score_min,
        format(
            'Stop a session when the steps become slower or heavier: after about {:.0f} repetitions '
            || 'instead of {:.0f}, with longer rests; add one only when the timing holds to the end.',
            -- at least one less than now, and never fewer than two
            greatest(least(timing_held_count / session_count, round(bout_count / session_count) - 1), 2),
            bout_count / session_count
        ),
        null
    ) as advice,
    coalesce(activity_ids, cast([] as varchar[])) as activity_ids
from judged
