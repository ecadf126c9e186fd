-- One row if there are two races or more in the days of the verdict: what they say of them.
select
    race_count,
    has_races,
    first_race_on,
    last_race_on,
    race_change_pct,
    race_change_low_pct,
    race_change_high_pct,
    activity_ids
from marts.race_changes
where athlete_id = $athlete_id
