-- One row per athlete: the longest run of recent weeks without a lighter one (20 % under the three before).
--
-- Where nobody ran, nothing is lighter or heavier.
--
-- grain: athlete_id
with inside as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        weeks.is_down_week,
        weeks.run_count,
        periods.last_day - cast(thresholds.rest_search_days as integer) + 1 as search_from,
        periods.last_day
    from athlete.weeks as weeks
    inner join athlete.periods as periods on weeks.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where
        weeks.week_start_on > periods.last_day - cast(thresholds.rest_search_days as integer)
        and weeks.is_down_week is not null
),

stretches as (
    select
        inside.*,
        count(*) filter (where inside.is_down_week) over (
            partition by inside.athlete_id order by inside.week_start_on
        ) as stretch_number
    from inside
),

lengths as (
    select
        stretches.athlete_id,
        any_value(stretches.search_from) as search_from,
        any_value(stretches.last_day) as last_day,
        count(*) filter (where not stretches.is_down_week) as stretch_weeks,
        count(*) as week_count,
        sum(stretches.run_count) as run_count
    from stretches
    group by stretches.athlete_id, stretches.stretch_number
),

longest as (
    select
        lengths.athlete_id,
        any_value(lengths.search_from) as search_from,
        any_value(lengths.last_day) as last_day,
        max(lengths.stretch_weeks) as stretch_weeks,
        sum(lengths.week_count) as week_count
    from lengths
    group by lengths.athlete_id
    having sum(lengths.run_count) > 0
)

select
    longest.athlete_id,
    cast(longest.stretch_weeks as double) as value,
    'weeks' as unit,
    thresholds.weeks_without_rest_flag as threshold,
    1 / (
        1
        + exp(
            (thresholds.weeks_without_rest_flag - longest.stretch_weeks) / thresholds.weeks_without_rest_scale
        )
    ) as exposure_score,
    least(longest.week_count * 7 / (thresholds.rest_search_days - 7), 1) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    longest.search_from as window_start_on,
    longest.last_day as window_end_on,
    format(
        '{} of the last {} weeks followed each other without a lighter one.',
        longest.stretch_weeks,
        cast(longest.week_count as bigint)
    ) as reason,
    cast([] as varchar[]) as activity_ids
from longest
cross join settings.judging as thresholds
