-- One row per file ever seen, in its last version; a duplicate has the activity of its original.
--
-- Of several files with one content the first by path is the original, whichever was read first: so the order
-- of runs does not show. A duplicate of a version that is gone is an original again.
--
-- grain: athlete_id, path
with versions as (
    select
        files.athlete_id,
        files.path,
        files.digest,
        files.format,
        files.size_bytes,
        files.outcome,
        files.reason
    from raw.files as files
    qualify
        row_number() over (
            partition by files.athlete_id, files.path
            order by
                files.modified_at desc nulls last,
                files.digest asc nulls last,
                files.reader_version desc nulls last
        ) = 1
),

contents as (
    select
        files.athlete_id,
        files.digest,
        arg_max(files.outcome, files.reader_version) as outcome,
        arg_max(files.reason, files.reader_version) as reason,
        min(files.activity_id) as activity_id
    from raw.files as files
    where files.digest is not null and files.outcome <> 'duplicate'
    group by files.athlete_id, files.digest
),

copied as (
    select
        versions.athlete_id,
        versions.digest,
        min(versions.path) as original_path
    from versions
    semi join raw.files as copies
        on
            versions.athlete_id = copies.athlete_id
            and versions.digest = copies.digest
            and copies.outcome = 'duplicate'
    group by versions.athlete_id, versions.digest
)

select
    versions.athlete_id,
    versions.path,
    versions.digest,
    versions.format,
    versions.size_bytes,
    case
        when versions.path = copied.original_path then coalesce(contents.outcome, versions.outcome)
        when copied.original_path is not null then 'duplicate'
        else versions.outcome
    end as outcome,
    case
        when versions.path = copied.original_path then coalesce(contents.reason, versions.reason)
        when copied.original_path is not null then 'the same content as ' || copied.original_path
        else versions.reason
    end as reason,
    contents.activity_id,
    nullif(copied.original_path, versions.path) as duplicate_of_path
from versions
left join contents
    on versions.athlete_id = contents.athlete_id and versions.digest = contents.digest
left join copied
    on versions.athlete_id = copied.athlete_id and versions.digest = copied.digest
