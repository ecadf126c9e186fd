-- One row per athlete: was the watch of most recent activities another one than that of most before?
--
-- Two watches may measure nights differently: what changed with the watch is weak evidence. Null is unknown.
--
-- grain: athlete_id
select
    activities.athlete_id,
    mode(activities.device order by activities.started_at, activities.activity_id) filter (
        where activities.local_day >= periods.recent_from
    )
    != mode(activities.device order by activities.started_at, activities.activity_id) filter (
        where activities.local_day < periods.recent_from
    ) as is_other_watch
from athlete.activities as activities
inner join athlete.periods as periods
    on activities.athlete_id = periods.athlete_id and activities.local_day >= periods.base_from
group by activities.athlete_id
