-- One row per sport, and reason why a run counts or not, within the longest window: how many activities.
with longest as (
    select as_of_day - 7 * cast(max(window_weeks) as integer) as before_it
    from marts.plateau
    where athlete_id = $athlete_id and is_latest
    group by as_of_day
)

select
    activities.sport,
    trend.counts_for_trend,
    trend.reason,
    count(*) as activity_count
from marts.activities as activities
inner join longest on activities.local_day > longest.before_it
left join marts.efficiency_trend as trend
    on activities.athlete_id = trend.athlete_id and activities.activity_id = trend.activity_id
where activities.athlete_id = $athlete_id
group by activities.sport, trend.counts_for_trend, trend.reason
order by activity_count desc, activities.sport asc, trend.reason asc
