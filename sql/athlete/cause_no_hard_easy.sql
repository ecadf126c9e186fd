-- One row per athlete: the share of recent hard days that an easy one or rest followed, and how often a day
-- of rest came.
--
-- An easy long run is no hard day. Of the last day nobody knows what followed.
--
-- grain: athlete_id
with days as (
    select
        sessions.athlete_id,
        sessions.local_day,
        bool_or(sessions.is_hard) as is_hard,
        list(sessions.activity_id order by sessions.activity_id)
        filter (where sessions.is_hard) as hard_ids
    from athlete.sessions as sessions
    group by sessions.athlete_id, sessions.local_day
),

followed as (
    select
        days.*,
        coalesce(
            lead(days.local_day) over athlete - days.local_day = 1 and lead(days.is_hard) over athlete, false
        ) as is_followed_by_hard
    from days
    window athlete as (partition by days.athlete_id order by days.local_day)
),

counts as (
    select
        followed.athlete_id,
        count(*) filter (where followed.is_hard and followed.local_day < periods.last_day) as hard_count,
        count(*) filter (where followed.is_hard and followed.is_followed_by_hard) as dense_count,
        flatten(
            list(followed.hard_ids order by followed.local_day desc)
            filter (where followed.is_hard and followed.is_followed_by_hard)
        ) as dense_ids
    from followed
    inner join athlete.periods as periods
        on followed.athlete_id = periods.athlete_id and followed.local_day >= periods.recent_from
    group by followed.athlete_id
),

judged as (
    select
        habits.athlete_id,
        habits.recent_from,
        habits.last_day,
        habits.week_count,
        habits.classed_ratio,
        habits.seen_ratio,
        7 - habits.run_days_per_week_ratio as rest_days,
        counts.hard_count,
        counts.dense_count,
        counts.dense_ids,
        case
            when counts.hard_count > 2 and habits.seen_ratio > 0
                then 1 - counts.dense_count / counts.hard_count
        end as followed_ratio,
        1 / (1 + exp((rest_days - thresholds.rest_days_flag_per_week) / thresholds.rest_days_scale))
        * thresholds.rest_days_weight_ratio as rest_score,
        1 / (1 + exp((followed_ratio - thresholds.hard_easy_flag_ratio) / thresholds.hard_easy_scale))
            as followed_score,
        thresholds.*
    from athlete.speed_habits as habits
    cross join settings.judging as thresholds
    inner join counts on habits.athlete_id = counts.athlete_id
)

select
    athlete_id,
    followed_ratio as value,
    'ratio' as unit,
    hard_easy_flag_ratio as threshold,
    if(followed_score is null, null, greatest(followed_score, rest_score)) as exposure_score,
    seen_ratio
    * least(hard_count / hard_days_min_count, 1)
    * least(week_count / session_weeks_min_count, 1) as coverage_ratio,
    1 - (1 - pace_certainty_ratio) * (1 - classed_ratio) as certainty_ratio,
    cast(null as double) as response_score,
    hard_count > 0 or coalesce(seen_ratio = 0, true) as is_applicable,
    cast(null as date) as began_on,
    recent_from as window_start_on,
    last_day as window_end_on,
    case
        when hard_count = 0 then 'No hard day was seen in the last eight weeks.'
        when
            followed_ratio is null
            then
                format(
                    '{} hard day{} in the last eight weeks: too few to tell what follows them.',
                    hard_count,
                    if(hard_count = 1, '', 's')
                )
        else format(
            '{} of {} hard days were followed by an easy one or rest; {:.1f} days a week are without a run.',
            hard_count - dense_count,
            hard_count,
            rest_days
        )
    end as reason,
    case
        when followed_ratio <= hard_easy_flag_ratio
            then
                'Put an easy run or a day of rest after every hard day; if the week has no room for that, '
                || 'leave one hard session out.'
        when followed_ratio is not null and rest_days <= rest_days_flag_per_week
            then 'Leave one day a week entirely free of running, best after the long run.'
    end as advice,
    coalesce(dense_ids, cast([] as varchar[])) as activity_ids
from judged
