-- One row per sign that can improve while pace does not, those that moved first.
select
    sign,
    unit,
    sign_change_pct,
    sign_error_pct,
    direction,
    is_improving_underneath,
    sentence
from marts.progress_signs
where athlete_id = $athlete_id
order by
    case direction when 'better' then 0 when 'worse' then 1 when 'level' then 2 else 6 end asc,
    sign asc
