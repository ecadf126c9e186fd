-- One row per athlete: how many of the recent runs of a week were hard: quality, races, long runs made hard.
--
-- Fast parts are seen without heart rate, too; but then a hard run without any might be overlooked.
--
-- grain: athlete_id
with neighbours as (
    select distinct
        sessions.athlete_id,
        sessions.local_day
    from athlete.sessions as sessions
    where sessions.is_hard
),

pairs as (
    select
        neighbours.athlete_id,
        neighbours.local_day,
        lead(neighbours.local_day) over (partition by neighbours.athlete_id order by neighbours.local_day)
        - neighbours.local_day = 1 as is_followed_by_hard
    from neighbours
),

dense as (
    select
        pairs.athlete_id,
        count(*) filter (where pairs.is_followed_by_hard) as dense_count
    from pairs
    inner join athlete.periods as periods
        on pairs.athlete_id = periods.athlete_id and pairs.local_day >= periods.recent_from
    group by pairs.athlete_id
),

judged as (
    select
        habits.*,
        if(habits.seen_ratio > 0, habits.hard_per_week_ratio, null) as hard_per_week,
        coalesce(dense.dense_count, 0) as dense_count,
        thresholds.*
    from athlete.speed_habits as habits
    cross join settings.judging as thresholds
    left join dense on habits.athlete_id = dense.athlete_id
    where habits.run_count > 0
)

select
    athlete_id,
    hard_per_week as value,
    'a week' as unit,
    hard_sessions_flag_per_week as threshold,
    1 / (1 + exp((hard_sessions_flag_per_week - hard_per_week) / hard_sessions_scale)) as exposure_score,
    seen_ratio * least(week_count / session_weeks_min_count, 1) as coverage_ratio,
    1 - (1 - pace_certainty_ratio) * (1 - classed_ratio) as certainty_ratio,
    cast(null as double) as response_score,
    if(
        base_hard_per_week_ratio <= hard_sessions_flag_per_week
        and hard_per_week >= hard_sessions_flag_per_week,
        recent_from,
        null
    ) as began_on,
    recent_from as window_start_on,
    last_day as window_end_on,
    case
        when hard_per_week is null
            then 'Of no run of the last eight weeks it is known how hard it was.'
        else format(
            '{:.1f} of the {:.1f} runs of a week were hard: repeats, tempo, races or long runs with '
            || 'a fast part{}.',
            hard_per_week,
            run_count / week_count,
            if(dense_count > 1, format('; {} times on two days in a row', dense_count), '')
        )
    end as reason,
    if(
        hard_per_week >= hard_sessions_flag_per_week,
        format(
            'Keep two of the {:.1f} hard sessions of a week, with two easy days or rest between '
            || 'them, and run '
            || 'the others easy for four weeks; elite runners top out at two to three.',
            hard_per_week
        ),
        null
    ) as advice,
    coalesce(hard_ids, cast([] as varchar[])) as activity_ids
from judged
