-- One row per athlete and stretch of days within which no anchor can change: from one calendar quarter with
-- an activity, or one day from which a told value holds, to the next.
--
-- grain: athlete_id, valid_from
-- check: valid_until_day >= valid_from
with quarters as (
    select
        activities.athlete_id,
        cast(date_trunc('quarter', activities.local_day) as date) as begins_on,
        max(activities.local_day) as last_day
    from staging.activities as activities
    group by activities.athlete_id, date_trunc('quarter', activities.local_day)
),

-- the evidence of the first quarter is the best there is for the days before
history as (
    select
        quarters.athlete_id,
        if(
            row_number() over (partition by quarters.athlete_id order by quarters.begins_on) = 1,
            date '1900-01-01',
            quarters.begins_on
        ) as valid_from,
        quarters.last_day,
        max(quarters.last_day) over (partition by quarters.athlete_id) as today
    from quarters
),

borders as (
    select
        athletes.athlete_id,
        date '1900-01-01' as valid_from
    from athlete.athletes as athletes
    union
    select
        history.athlete_id,
        history.valid_from
    from history
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
        coalesce(
            lead(borders.valid_from) over (partition by borders.athlete_id order by borders.valid_from) - 1,
            date '9999-12-31'
        ) as valid_until_day
    from borders
)

select
    spans.athlete_id,
    spans.valid_from,
    spans.valid_until_day,
    coalesce(history.last_day, spans.valid_from) as as_of_day,
    coalesce(
        history.today between spans.valid_from and spans.valid_until_day,
        spans.valid_until_day = date '9999-12-31'
    ) as is_latest_anchor
from spans
asof left join history on spans.athlete_id = history.athlete_id and spans.valid_from >= history.valid_from
