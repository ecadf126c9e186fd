-- One row per athlete, plan of a file that the athlete gave, day and step of it, as its last version has it.
--
-- A version that cannot be read takes nothing back. Where two files tell of one plan, the one that was
-- written to last counts for all of it.
--
-- grain: athlete_id, plan_name, plan_day_number, step_number
with versions as (
    select
        files.athlete_id,
        files.path,
        files.digest,
        files.modified_at
    from raw.files as files
    where files.format = 'plan' and files.outcome <> 'quarantined'
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
    steps.athlete_id,
    steps.plan_name,
    steps.plan_day_number,
    steps.step_number,
    steps.step_kind,
    steps.step_words,
    steps.planned_m,
    steps.planned_s,
    steps.planned_max_s,
    steps.planned_count,
    steps.pace_name
from raw.plan_steps as steps
inner join contents
    on steps.athlete_id = contents.athlete_id and steps.file_digest = contents.digest
qualify
    dense_rank() over (
        partition by steps.athlete_id, steps.plan_name
        order by contents.modified_at desc nulls last, steps.file_digest asc
    ) = 1
