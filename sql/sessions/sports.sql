-- One row per session whose sport the athlete corrected, or told more closely, in a platform's list.
--
-- Only those: what is said here of a session has its batch measured anew.
--
-- grain: athlete_id, session_id
-- check: sport is not null
with said as (
    select
        descriptions.athlete_id,
        descriptions.session_id,
        descriptions.activity_id,
        descriptions.rank_number,
        descriptions.sport,
        descriptions.sub_sport
    from sessions.descriptions as descriptions
    inner join raw.activities as activities
        on
            descriptions.athlete_id = activities.athlete_id
            and descriptions.activity_id = activities.activity_id
    where
        descriptions.sport != coalesce(activities.sport, 'generic')
        or descriptions.sub_sport != coalesce(activities.sub_sport, 'generic')
)

select
    said.athlete_id,
    said.session_id,
    said.activity_id,
    said.sport,
    said.sub_sport
from said
qualify
    row_number() over (
        partition by said.athlete_id, said.session_id
        order by said.rank_number asc, said.activity_id asc
    ) = 1
