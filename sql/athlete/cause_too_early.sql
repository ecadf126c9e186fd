-- One row per athlete: for how long has training gone on without an interruption?
--
-- grain: athlete_id
with gaps as (
    select
        activities.athlete_id,
        activities.local_day,
        activities.local_day - lag(activities.local_day) over (
            partition by activities.athlete_id order by activities.local_day
        ) as gap_days
    from athlete.activities as activities
    where activities.is_run
),

starts as (
    select
        gaps.athlete_id,
        max(gaps.local_day) filter (
            where coalesce(gaps.gap_days > thresholds.interruption_days, true)
        ) as going_since,
        min(gaps.local_day) as first_day,
        max(gaps.local_day) as last_day
    from gaps
    cross join settings.judging as thresholds
    group by gaps.athlete_id
)

select
    starts.athlete_id,
    cast(starts.last_day - starts.going_since as double) as value,
    'days' as unit,
    thresholds.uninterrupted_flag_days as threshold,
    1 / (
        1 + exp(
            ((starts.last_day - starts.going_since) - thresholds.uninterrupted_flag_days)
            / thresholds.uninterrupted_scale
        )
    ) as exposure_score,
    cast(1 as double) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(null as double) as response_score,
    cast(null as date) as began_on,
    starts.going_since as window_start_on,
    starts.last_day as window_end_on,
    format(
        '{} for {} without a gap of more than {} days; the body takes months.',
        if(
            starts.going_since = starts.first_day,
            'As far as the files go back, you have trained',
            'You have trained'
        ),
        case
            when starts.last_day - starts.going_since < 7 then 'less than a week'
            when starts.last_day - starts.going_since < 7 * 2 then 'a week'
            else format('{} weeks', cast(floor((starts.last_day - starts.going_since) / 7) as bigint))
        end,
        thresholds.interruption_days
    ) as reason,
    case
        when starts.last_day - starts.going_since <= thresholds.uninterrupted_flag_days
            then
                format(
                    'Change nothing yet: go on as you do, without a gap, until {}, and look again then.',
                    starts.going_since + cast(thresholds.uninterrupted_flag_days as integer)
                )
    end as advice,
    cast([] as varchar[]) as activity_ids
from starts
cross join settings.judging as thresholds
