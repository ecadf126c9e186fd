-- One row per run: how many work bouts it holds, and whether it was recorded finely enough for short ones.
--
-- grain: athlete_id, activity_id
-- check: bout_count >= 0
with counted as (
    select
        bouts.athlete_id,
        bouts.activity_id,
        count(*) as bout_count
    from activity.bouts as bouts
    group by bouts.athlete_id, bouts.activity_id
)

select
    easy.athlete_id,
    easy.activity_id,
    coalesce(counted.bout_count, 0) as bout_count,
    easy.is_finely_recorded,
    easy.easy_speed_m_per_s
from activity.easy_speeds as easy
left join counted
    on easy.athlete_id = counted.athlete_id and easy.activity_id = counted.activity_id
