-- One row per athlete: what the settings, or a watch, say of them.
--
-- grain: athlete_id
-- check: sex in ('male', 'female', 'unknown')
select
    athletes.athlete_id,
    athletes.birth_year,
    athletes.sex,
    athletes.week_start,
    athletes.units
from athlete.athletes as athletes
