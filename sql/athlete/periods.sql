-- One row per athlete: the stretch called recent and the one before it, both ending with the last activity.
--
-- grain: athlete_id
select
    activities.athlete_id,
    min(activities.local_day) as first_day,
    max(activities.local_day) as last_day,
    max(activities.local_day) - cast(thresholds.recent_days as integer) + 1 as recent_from,
    max(activities.local_day)
    - cast(thresholds.recent_days + thresholds.base_days as integer)
    + 1 as base_from
from athlete.activities as activities
cross join settings.judging as thresholds
group by activities.athlete_id, thresholds.recent_days, thresholds.base_days
