-- One row per recording that a platform's list of files describes: what the athlete called it, and its gear.
--
-- A list names files as they lie beside it, wherever it was found, and says `.gz` of what was unpacked since.
-- Of several lists the latest counts. What it says of the sport holds for a file with one activity only.
-- Paths of Windows have `\` where the list has `/`.
--
-- grain: athlete_id, activity_id
with lists as (
    select
        files.athlete_id,
        files.digest,
        files.modified_at,
        regexp_replace(replace(files.path, '\', '/'), '[^/]*$', '') as folder
    from raw.files as files
    where files.format = 'strava'
),

files as (
    select
        files.athlete_id,
        files.digest,
        regexp_replace(replace(files.path, '\', '/'), '\.gz$', '') as path
    from raw.files as files
    where files.digest is not null
),

activities as (
    select
        activities.athlete_id,
        activities.activity_id,
        activities.file_digest,
        count(*) over (partition by activities.athlete_id, activities.file_digest) = 1 as is_alone
    from raw.activities as activities
)

select
    recordings.athlete_id,
    recordings.session_id,
    recordings.activity_id,
    recordings.rank_number,
    descriptions.name,
    case when activities.is_alone then descriptions.sport end as sport,
    case when activities.is_alone then descriptions.sub_sport end as sub_sport,
    descriptions.gear
from raw.descriptions as descriptions
inner join lists
    on descriptions.athlete_id = lists.athlete_id and descriptions.file_digest = lists.digest
inner join files
    on
        descriptions.athlete_id = files.athlete_id
        and files.path = lists.folder || regexp_replace(descriptions.described_path, '\.gz$', '')
inner join activities
    on files.athlete_id = activities.athlete_id and files.digest = activities.file_digest
inner join sessions.recordings as recordings
    on activities.athlete_id = recordings.athlete_id and activities.activity_id = recordings.activity_id
where recordings.role in ('primary', 'copy')
qualify
    row_number() over (
        partition by recordings.athlete_id, recordings.activity_id
        order by lists.modified_at desc nulls last, lists.digest asc, descriptions.described_path asc
    ) = 1
