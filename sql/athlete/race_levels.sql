-- One row per race that tells the athlete's level: the speed over 5 km that it is worth.
--
-- From the stretch of 3 km to a half marathon that is worth most, by Riegel.
--
-- grain: athlete_id, activity_id
-- check: five_km_speed_m_per_s > 0
select
    races.athlete_id,
    races.activity_id,
    activities.local_day,
    max(
        thresholds.single_effort_m
        / efforts.elapsed_s
        * power(efforts.effort_distance_m / thresholds.single_effort_m, thresholds.riegel_exponent)
    ) as five_km_speed_m_per_s
from athlete.races as races
inner join staging.activities as activities
    on races.athlete_id = activities.athlete_id and races.activity_id = activities.activity_id
inner join activity.best_efforts as efforts
    on races.athlete_id = efforts.athlete_id and races.activity_id = efforts.activity_id
cross join settings.judging as thresholds
where
    efforts.effort_distance_m between thresholds.single_effort_min_m and thresholds.single_effort_max_m
    and efforts.elapsed_s between thresholds.riegel_min_s and thresholds.riegel_max_s
group by races.athlete_id, races.activity_id, activities.local_day
