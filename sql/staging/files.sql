-- One row per file ever seen, in its last version; a duplicate has the activity of its original.
--
-- grain: athlete_id, path
with contents as (
    select
        files.athlete_id,
        files.digest,
        min(files.activity_id) as activity_id
    from raw.files as files
    where files.digest is not null
    group by files.athlete_id, files.digest
)

select
    files.athlete_id,
    files.path,
    files.digest,
    files.format,
    files.size_bytes,
    files.outcome,
    files.reason,
    contents.activity_id,
    files.duplicate_of_path
from raw.files as files
left join contents
    on files.athlete_id = contents.athlete_id and files.digest = contents.digest
qualify
    row_number() over (
        partition by files.athlete_id, files.path
        order by
            files.modified_at desc nulls last,
            files.digest asc nulls last,
            files.reader_version desc nulls last
    ) = 1
