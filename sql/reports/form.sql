-- One row: the latest day's fitness, fatigue and form, and how even and how heavy its last seven days were.
select
    local_day,
    fitness_score,
    fatigue_score,
    form_score,
    monotony,
    strain_score,
    acute_chronic_ratio,
    is_warming_up
from marts.days
where athlete_id = $athlete_id
order by local_day desc
limit 1
