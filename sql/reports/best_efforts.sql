-- One row per distance: the fastest ever, and the fastest of the latest season that has one.
with ranked as (
    select
        effort_distance_m,
        elapsed_s,
        moving_s,
        race_source,
        vdot_score,
        local_day,
        activity_id,
        row_number() over (partition by effort_distance_m order by all_time_rank asc, local_day asc) as ever,
        row_number() over (
            partition by effort_distance_m order by season_rank asc, local_day desc
        ) as lately
    from marts.best_efforts
    where athlete_id = $athlete_id and all_time_rank is not null
)

select
    ever.effort_distance_m,
    ever.elapsed_s,
    ever.moving_s,
    ever.race_source,
    ever.vdot_score,
    ever.local_day,
    ever.activity_id,
    lately.elapsed_s as season_elapsed_s,
    lately.race_source as season_race_source,
    lately.local_day as season_local_day,
    lately.activity_id as season_activity_id
from ranked as ever
inner join ranked as lately
    on ever.effort_distance_m = lately.effort_distance_m and lately.lately = 1
where ever.ever = 1
order by ever.effort_distance_m
