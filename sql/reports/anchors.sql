-- One row per anchor and stretch of days, the oldest stretch first.
select
    anchor,
    value,
    source,
    is_confirmed,
    is_latest_anchor,
    nullif(valid_from, date '1900-01-01') as valid_from,
    nullif(valid_until_day, date '9999-12-31') as valid_until_day,
    reason,
    activity_ids
from marts.anchors
where athlete_id = $athlete_id
order by valid_from nulls first, anchor
