-- One row per question about the measurement that was answered with a doubt; those of causes are told there.
select
    gate,
    reason
from marts.measurement_gates
where athlete_id = $athlete_id and status = 'flag' and gate not in ('device', 'heat')
order by gate asc
