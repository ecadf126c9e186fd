-- One row per athlete of the lake: the settings, or their defaults.
--
-- grain: athlete_id
with seen as (
    select files.athlete_id from staging.files as files
    union
    select athletes.athlete_id from raw.athletes as athletes
)

select
    seen.athlete_id,
    athletes.birth_year,
    coalesce(athletes.sex, (
        select mode(activities.profile_sex)
        from staging.activities as activities
        where activities.athlete_id = seen.athlete_id
    ), 'unknown') as sex,
    coalesce(athletes.week_start, 'monday') as week_start,
    coalesce(athletes.units, 'km') as units
from seen
left join raw.athletes as athletes on seen.athlete_id = athletes.athlete_id
