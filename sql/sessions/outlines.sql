-- One row per recording, an activity of one file: from when to when, how much, and is there a later version?
--
-- A folder in sync may show a file half written, and whole the next day: same path, same start, other
-- content. Of these only the latest counts, whatever the older ones say.
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
    from raw.activities as activities
    inner join raw.files as files
        on activities.athlete_id = files.athlete_id and activities.file_digest = files.digest
),

ranked as (
    select
        versions.*,
        first_value(versions.file_digest) over same_start as latest_digest,
        first_value(versions.activity_id) over same_start as latest_activity_id
    from versions
    window same_start as (
        partition by versions.athlete_id, versions.path, versions.started_at
        order by versions.modified_at desc nulls last, versions.file_digest asc, versions.activity_id asc
    )
),

superseded as (
    select
        ranked.athlete_id,
        ranked.activity_id,
        min(ranked.latest_activity_id) as latest_activity_id
    from ranked
    where ranked.file_digest != ranked.latest_digest
    group by ranked.athlete_id, ranked.activity_id
),

formats as (
    select
        files.athlete_id,
        files.digest,
        min(case files.format when 'fit' then 0 when 'tcx' then 1 else 2 end) as format_rank,
        bool_or(files.outcome = 'salvaged') as is_salvaged
    from raw.files as files
    group by files.athlete_id, files.digest
),

measured as (
    select
        minutes.athlete_id,
        minutes.activity_id,
        count(*) as minute_count,
        sum(minutes.record_count) as record_count,
        min(minutes.minute_number) as first_minute_number,
        max(minutes.minute_number) as last_minute_number,
        list_sum([
            cast(bool_or(minutes.has_position) as bigint),
            cast(bool_or(minutes.has_altitude) as bigint),
            cast(bool_or(minutes.has_distance) as bigint),
            cast(bool_or(minutes.has_speed) as bigint),
            cast(bool_or(minutes.has_heart_rate) as bigint),
            cast(bool_or(minutes.has_cadence) as bigint),
            cast(bool_or(minutes.has_power) as bigint),
            cast(bool_or(minutes.has_temperature) as bigint),
            cast(bool_or(minutes.has_dynamics) as bigint)
        ]) as channel_count
    from recording.minutes as minutes
    group by minutes.athlete_id, minutes.activity_id
)

select
    activities.athlete_id,
    activities.activity_id,
    activities.file_digest,
    activities.sport,
    activities.started_at,
    case when activities.elapsed_s >= 0 then activities.elapsed_s end as elapsed_s,
    case when activities.distance_m >= 0 then activities.distance_m end as distance_m,
    activities.device_manufacturer,
    case when activities.device_serial not in ('', '0') then activities.device_serial end as device_serial,
    cast(
        least(floor(epoch(activities.started_at) / 60), measured.first_minute_number) as bigint
    ) as first_minute_number,
    cast(
        greatest(
            floor((epoch(activities.started_at) + greatest(coalesce(activities.elapsed_s, 0), 0)) / 60),
            measured.last_minute_number
        ) as bigint
    ) as last_minute_number,
    coalesce(measured.minute_count, 0) as minute_count,
    cast(coalesce(measured.record_count, 0) as bigint) as record_count,
    cast(coalesce(measured.channel_count, 0) as bigint) as channel_count,
    cast(coalesce(formats.format_rank, 2) as bigint) as format_rank,
    coalesce(formats.is_salvaged, false) as is_salvaged,
    superseded.latest_activity_id
from raw.activities as activities
left join measured
    on activities.athlete_id = measured.athlete_id and activities.activity_id = measured.activity_id
left join formats
    on activities.athlete_id = formats.athlete_id and activities.file_digest = formats.digest
left join superseded
    on activities.athlete_id = superseded.athlete_id and activities.activity_id = superseded.activity_id
