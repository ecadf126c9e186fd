-- One row per way in which loads were found, null if they were not: of how many activities.
select
    load_method,
    count(*) as activity_count
from marts.activities
where athlete_id = $athlete_id
group by load_method
order by activity_count desc, load_method asc
