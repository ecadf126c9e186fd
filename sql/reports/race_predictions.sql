-- One row per race distance: the time to be expected, the models' least and most, and from what.
select
    race_distance_m,
    predicted_s,
    riegel_s,
    cameron_s,
    vdot_s,
    critical_speed_s,
    least(riegel_s, cameron_s, vdot_s, critical_speed_s) as fastest_s,
    greatest(riegel_s, cameron_s, vdot_s, critical_speed_s) as slowest_s,
    effort_distance_m,
    elapsed_s,
    local_day,
    age_days,
    activity_id,
    race_source,
    confidence,
    reason
from marts.race_predictions
where athlete_id = $athlete_id
order by race_distance_m
