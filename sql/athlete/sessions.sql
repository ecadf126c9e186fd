-- One row per activity that is not an older version of another one: a file that grew in place counts once.
--
-- A folder in sync may show a file half written, and whole the next day: same path, same start, other
-- content. Only here are all batches seen; `activity/` measures both versions.
--
-- grain: athlete_id, activity_id
with versions as (
    select
        activities.athlete_id,
        activities.activity_id,
        activities.started_at,
        activities.file_digest,
        files.path,
        max(files.modified_at) over (
            partition by activities.athlete_id, activities.file_digest
        ) as modified_at
    from staging.activities as activities
    inner join raw.files as files
        on activities.athlete_id = files.athlete_id and activities.file_digest = files.digest
),

ranked as (
    select
        versions.*,
        first_value(versions.file_digest) over (
            partition by versions.athlete_id, versions.path, versions.started_at
            order by versions.modified_at desc nulls last, versions.file_digest asc
        ) as latest_digest
    from versions
)

select
    activities.athlete_id,
    activities.activity_id,
    activities.name,
    activities.sport,
    activities.sub_sport,
    activities.is_on_foot,
    activities.is_run,
    activities.is_indoor,
    activities.started_at,
    activities.utc_offset_s,
    activities.utc_offset_source,
    activities.local_day,
    activities.elapsed_s,
    activities.timer_s,
    activities.distance_m,
    activities.ascent_m,
    activities.heart_rate_mean_bpm,
    activities.heart_rate_max_bpm,
    activities.heart_rate_source,
    activities.device,
    activities.device_key,
    activities.profile_sex,
    activities.profile_heart_rate_resting_bpm,
    activities.profile_heart_rate_max_bpm,
    activities.profile_heart_rate_threshold_bpm
from staging.activities as activities
anti join ranked as superseded
    on
        activities.athlete_id = superseded.athlete_id
        and activities.activity_id = superseded.activity_id
        and superseded.file_digest != superseded.latest_digest
