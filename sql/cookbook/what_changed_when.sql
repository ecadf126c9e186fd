-- What did I change in my training, and what has easy pace done since?
select
    changed_on,
    habit,
    round(before_value, 2) as before_value,
    round(after_value, 2) as after_value,
    unit,
    round(index_change_pct, 1) as index_change_pct,
    round(index_change_error_pct, 1) as index_change_error_pct,
    direction,
    sentence
from marts.habit_changes
where athlete_id = getvariable('athlete_id')
order by changed_on desc, habit asc
