-- One row per race, the oldest first: how it went, was prepared, and was recovered from.
select
    races.activity_id,
    races.local_day,
    races.name,
    races.distance_m,
    activities.elapsed_s,
    activities.heart_rate_mean_bpm,
    races.race_source,
    races.taper_days,
    races.taper_ratio,
    races.is_tapered,
    races.taper_speed_ratio,
    races.is_speed_kept,
    races.days_to_quality,
    races.rest_days,
    races.is_recovered,
    races.reason
from marts.race_preparation as races
inner join marts.activities as activities
    on races.athlete_id = activities.athlete_id and races.activity_id = activities.activity_id
where races.athlete_id = $athlete_id
order by races.local_day, races.activity_id
