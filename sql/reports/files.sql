-- One row per outcome: how many of the files seen ended that way; how many activities are in all, and of how
-- many of them nobody knows the time zone.
with totals as (
    select
        count(*) as activity_count,
        count(*) filter (where utc_offset_source is null) as unplaced_count
    from marts.activities
    where athlete_id = $athlete_id
)

select
    files.outcome,
    count(*) as file_count,
    any_value(totals.activity_count) as activity_count,
    any_value(totals.unplaced_count) as unplaced_count
from marts.files as files
cross join totals
where files.athlete_id = $athlete_id
group by files.outcome
order by file_count desc, files.outcome asc
