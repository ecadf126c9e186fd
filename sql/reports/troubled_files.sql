-- One row per file of which less than all could be read, and why.
select
    path,
    outcome,
    reason
from marts.files
where athlete_id = $athlete_id and outcome in ('salvaged', 'unsupported', 'quarantined')
order by path
