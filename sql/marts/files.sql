-- One row per file ever seen, in its last version, and what became of it.
--
-- grain: athlete_id, path
-- check: outcome in ('imported', 'salvaged', 'duplicate', 'not_an_activity', 'unsupported', 'quarantined')
-- check: reason is not null
select
    files.athlete_id,
    files.path,
    files.digest,
    files.format,
    files.size_bytes,
    files.outcome,
    files.reason,
    files.activity_id,
    files.duplicate_of_path
from staging.files as files
