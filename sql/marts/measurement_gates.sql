-- One row per athlete and question that comes before every cause of training: can the numbers be trusted?
--
-- grain: athlete_id, gate
select
    athlete_id,
    gate,
    status,
    reason,
    activity_ids
from athlete.measurement_gates
