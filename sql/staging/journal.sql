-- One row per athlete and day of the journal, as its last version has it.
--
-- A version that cannot be read takes nothing back. Where two journals tell of one day, the one that was
-- written to last counts for all of it.
--
-- grain: athlete_id, local_day
with versions as (
    select
        files.athlete_id,
        files.path,
        files.digest,
        files.modified_at
    from raw.files as files
    where files.format = 'journal' and files.outcome <> 'quarantined'
    qualify
        row_number() over (
            partition by files.athlete_id, files.path
            order by files.modified_at desc nulls last, files.digest asc, files.reader_version desc
        ) = 1
),

contents as (
    select
        versions.athlete_id,
        versions.digest,
        max(versions.modified_at) as modified_at
    from versions
    group by versions.athlete_id, versions.digest
)

select
    journal.athlete_id,
    journal.local_day,
    journal.heart_rate_resting_bpm,
    journal.hrv_s,
    journal.sleep_s,
    journal.effort_rating,
    journal.strength_count,
    journal.is_ill,
    journal.has_race,
    journal.race_name,
    journal.race_m,
    journal.shoes,
    journal.plan_name,
    journal.note
from raw.journal as journal
inner join contents
    on journal.athlete_id = contents.athlete_id and journal.file_digest = contents.digest
qualify
    row_number() over (
        partition by journal.athlete_id, journal.local_day
        order by contents.modified_at desc nulls last, journal.file_digest asc
    ) = 1
