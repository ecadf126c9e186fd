-- One row per lasting change of a habit, the latest first.
select
    habit,
    changed_on,
    cause,
    before_value,
    after_value,
    unit,
    index_change_pct,
    index_change_error_pct,
    direction,
    sentence
from marts.habit_changes
where athlete_id = $athlete_id
order by changed_on desc, habit asc
