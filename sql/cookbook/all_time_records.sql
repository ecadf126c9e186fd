-- What are my records over each distance, and when did I run them?
select
    round(efforts.effort_distance_m / 1000, 2) as distance_km,
    strftime(to_timestamp(efforts.elapsed_s), '%-H:%M:%S') as time_text,
    round(efforts.elapsed_s / (efforts.effort_distance_m / 1000)) as pace_s_per_km,
    efforts.local_day,
    activities.name,
    efforts.race_source,
    round(efforts.vdot_score, 1) as vdot_score
from marts.best_efforts as efforts
inner join
    marts.activities as activities
    on efforts.athlete_id = activities.athlete_id and efforts.activity_id = activities.activity_id
where efforts.athlete_id = getvariable('athlete_id') and efforts.all_time_rank = 1
order by efforts.effort_distance_m, efforts.local_day
