-- One row per file ever seen, in the version that was seen last.
--
-- grain: athlete_id, path
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
qualify
    row_number() over (
        partition by files.athlete_id, files.path
        order by files.modified_at desc nulls last, files.digest asc nulls last
    ) = 1
