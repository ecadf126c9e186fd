-- One row per athlete and day whose verdict is carried by no window, or by several.
select
    plateau.athlete_id,
    plateau.as_of_day
from marts.plateau as plateau
group by plateau.athlete_id, plateau.as_of_day
having count(*) filter (where plateau.is_chosen) != 1
