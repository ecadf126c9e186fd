-- One row per athlete and stretch of days within which no anchor can change: from one calendar quarter with
-- a run, or one day from which a told value holds, to the next.
--
-- grain: athlete_id, valid_from
-- check: valid_until_day >= valid_from
with history as (
    select
        activities.athlete_id,
        min(activities.local_day) as first_day,
        max(activities.local_day) as last_day
    from staging.activities as activities
    group by activities.athlete_id
),

borders as (
    select
        athletes.athlete_id,
        date '1900-01-01' as valid_from
    from athlete.athletes as athletes
    union
    select
        activities.athlete_id,
        cast(date_trunc('quarter', activities.local_day) as date) as valid_from
    from staging.activities as activities
    where activities.is_run
    union
    select
        told.athlete_id,
        told.valid_from
    from athlete.told_anchors as told
),

spans as (
    select
        borders.athlete_id,
        borders.valid_from,
        history.first_day,
        history.last_day,
        coalesce(
            lead(borders.valid_from) over (partition by borders.athlete_id order by borders.valid_from) - 1,
            date '9999-12-31'
        ) as valid_until_day
    from borders
    left join history on borders.athlete_id = history.athlete_id
)

select
    spans.athlete_id,
    spans.valid_from,
    spans.valid_until_day,
    -- evidence is looked for around the last run, or else around the day of the history that is nearest
    coalesce(
        max(runs.local_day),
        case
            when spans.valid_until_day < spans.first_day then spans.first_day
            when spans.valid_until_day > spans.last_day then spans.last_day
            when spans.last_day is not null then spans.valid_until_day
        end,
        spans.valid_from
    ) as as_of_day,
    coalesce(
        spans.last_day between spans.valid_from and spans.valid_until_day,
        spans.valid_until_day = date '9999-12-31'
    ) as is_latest_anchor
from spans
left join staging.activities as runs
    on
        spans.athlete_id = runs.athlete_id
        and runs.is_run
        and runs.local_day between spans.valid_from and spans.valid_until_day
group by spans.athlete_id, spans.valid_from, spans.valid_until_day, spans.first_day, spans.last_day
