-- One row per outcome: how many of the files seen ended that way.
select
    outcome,
    count(*) as file_count
from marts.files
where athlete_id = $athlete_id
group by outcome
order by file_count desc, outcome asc
