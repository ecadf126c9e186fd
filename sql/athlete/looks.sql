-- One row per athlete, day from which one looks back, and length of the window looked at.
--
-- "Now" is the day of the last activity, never the wall clock; earlier looks are every four weeks before it.
--
-- grain: athlete_id, as_of_day, window_weeks
with spans as (
    select
        activities.athlete_id,
        min(activities.local_day) as first_day,
        max(activities.local_day) as last_day
    from athlete.activities as activities
    group by activities.athlete_id
),

days as (
    select
        spans.athlete_id,
        spans.first_day,
        spans.last_day,
        cast(unnest(generate_series(cast(0 as bigint), thresholds.look_count, cast(1 as bigint))) as integer)
        * cast(thresholds.look_days as integer) as days_back
    from spans
    cross join settings.judging as thresholds
)

select
    days.athlete_id,
    days.last_day - days.days_back as as_of_day,
    windows.window_weeks,
    days.days_back = 0 as is_latest,
    days.last_day - days.days_back - 7 * cast(windows.window_weeks as integer) + 1 as window_start_on
from days
cross join settings.trend_windows as windows
where days.days_back = 0 or days.last_day - days.days_back > days.first_day
