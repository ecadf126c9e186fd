-- One row per athlete and stretch of four weeks: the speed that can be held for long, D', and from what.
--
-- What holds now: the row with the latest valid_from. Where it is not confident, the efforts were not
-- all-out, and nothing rests on it.
--
-- grain: athlete_id, valid_from
select
    speeds.athlete_id,
    speeds.valid_from,
    speeds.valid_until_day,
    speeds.critical_speed_m_per_s,
    speeds.critical_speed_error_m_per_s,
    speeds.d_prime_m,
    speeds.critical_speed_method,
    speeds.effort_count,
    speeds.is_critical_speed_confident,
    speeds.activity_ids
from athlete.critical_speeds as speeds
