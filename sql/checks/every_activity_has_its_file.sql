-- One row per activity that no imported or salvaged file of the ledger accounts for.
select
    activities.athlete_id,
    activities.activity_id
from raw.activities as activities
anti join raw.files as files
    on
        activities.athlete_id = files.athlete_id
        and activities.file_digest = files.digest
        and files.outcome in ('imported', 'salvaged')
