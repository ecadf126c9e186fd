-- One row per question that comes before every cause: can the measurement be trusted?
select
    gate,
    status,
    reason,
    activity_ids
from marts.measurement_gates
where athlete_id = $athlete_id
order by
    case status when 'flag' then 0 when 'ok' then 1 else 2 end asc,
    gate asc
