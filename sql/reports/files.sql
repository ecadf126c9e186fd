-- One row per outcome: how many of the files seen ended that way; and of how many activities nobody knows the
-- time zone.
with unplaced as (
    select count(*) as unplaced_count
    from marts.activities
    where athlete_id = $athlete_id and utc_offset_source is null
)

select
    files.outcome,
    count(*) as file_count,
    any_value(unplaced.unplaced_count) as unplaced_count
from marts.files as files
cross join unplaced
where files.athlete_id = $athlete_id
group by files.outcome
order by file_count desc, files.outcome asc
