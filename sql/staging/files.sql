-- One row per file ever seen, in the version that was seen.
--
-- grain: athlete_id, path, digest
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
from raw.files as files
