-- One row per file ever seen, in its last version, and what became of it.
--
-- A file all of whose activities are copies of sessions of other files is a duplicate, too; the reasons of
-- both say what was merged with what.
--
-- grain: athlete_id, path
-- check: outcome in ('imported', 'salvaged', 'duplicate', 'not_an_activity', 'unsupported', 'quarantined')
-- check: reason is not null
with originals as (
    select
        files.athlete_id,
        files.digest,
        min(files.path) as path
    from raw.files as files
    where files.digest is not null
    group by files.athlete_id, files.digest
),

contents as (
    select
        activities.athlete_id,
        activities.file_digest,
        bool_and(recordings.role != 'primary') as is_copy,
        arg_min(recordings.session_id, activities.activity_id) as session_id,
        string_agg(distinct reasons.reason, '; ' order by reasons.reason) as reason
    from raw.activities as activities
    inner join sessions.recordings as recordings
        on activities.athlete_id = recordings.athlete_id and activities.activity_id = recordings.activity_id
    left join sessions.reasons as reasons
        on activities.athlete_id = reasons.athlete_id and activities.activity_id = reasons.activity_id
    group by activities.athlete_id, activities.file_digest
),

lists as (
    select
        files.athlete_id,
        files.path,
        files.digest,
        regexp_replace(files.path, '[^/\\]*$', '') as folder
    from raw.files as files
    where files.format = 'strava'
),

-- What a list of files names and nobody ever saw: a copy of an export may be incomplete.
absent as (
    select
        lists.athlete_id,
        lists.path,
        lists.digest,
        count(*) as absent_count,
        min(descriptions.described_path) as first_path
    from raw.descriptions as descriptions
    inner join lists
        on descriptions.athlete_id = lists.athlete_id and descriptions.file_digest = lists.digest
    where
        not exists (
            select 1 from raw.files as files
            where
                files.athlete_id = lists.athlete_id
                and regexp_replace(files.path, '\.gz$', '')
                = lists.folder || regexp_replace(descriptions.described_path, '\.gz$', '')
        )
    group by lists.athlete_id, lists.path, lists.digest
),

seen as (
    select
        files.*,
        coalesce(contents.is_copy, false) and files.outcome in ('imported', 'salvaged') as is_copy,
        contents.session_id,
        case when files.outcome in ('imported', 'salvaged') then contents.reason end as session_reason,
        absent.absent_count || ' of the files that it names not found beside it: ' || absent.first_path
        || case when absent.absent_count > 1 then ', ...' else '' end as absent_reason,
        originals.path as original_path
    from staging.files as files
    left join contents
        on files.athlete_id = contents.athlete_id and files.digest = contents.file_digest
    left join raw.activities as primaries
        on contents.athlete_id = primaries.athlete_id and contents.session_id = primaries.activity_id
    left join originals
        on primaries.athlete_id = originals.athlete_id and primaries.file_digest = originals.digest
    left join absent
        on
            files.athlete_id = absent.athlete_id
            and files.path = absent.path
            and files.digest = absent.digest
)

select
    athlete_id,
    path,
    digest,
    format,
    size_bytes,
    case when is_copy then 'duplicate' else outcome end as outcome,
    case
        when is_copy and outcome = 'imported' then session_reason
        else concat_ws('; ', reason, session_reason, absent_reason)
    end as reason,
    coalesce(session_id, activity_id) as activity_id,
    case when is_copy then original_path else duplicate_of_path end as duplicate_of_path
from seen
