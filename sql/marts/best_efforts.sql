-- One row per run and distance: the fastest time over it, ranked within the calendar year and over all.
--
-- grain: athlete_id, activity_id, effort_distance_m
select
    efforts.athlete_id,
    efforts.activity_id,
    activities.local_day,
    efforts.effort_distance_m,
    efforts.elapsed_s,
    efforts.start_offset_s,
    row_number() over (
        partition by efforts.athlete_id, efforts.effort_distance_m, year(activities.local_day)
        order by efforts.elapsed_s, efforts.activity_id
    ) as season_rank,
    row_number() over (
        partition by efforts.athlete_id, efforts.effort_distance_m
        order by efforts.elapsed_s, efforts.activity_id
    ) as all_time_rank
from activity.best_efforts as efforts
inner join athlete.activities as activities
    on efforts.athlete_id = activities.athlete_id and efforts.activity_id = activities.activity_id
where activities.is_run
