-- One row per length over which grades were smoothed, null without an altitude: of how many runs.
select
    activities.grade_smoothing_m,
    count(*) as activity_count
from marts.activities as activities
inner join marts.efficiency_trend as runs
    on activities.athlete_id = runs.athlete_id and activities.activity_id = runs.activity_id
where activities.athlete_id = $athlete_id
group by activities.grade_smoothing_m
order by activities.grade_smoothing_m nulls last
