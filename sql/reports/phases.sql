-- One row per block of weeks in one phase of training, the oldest first.
select
    from_on,
    until_day,
    phase,
    week_count,
    weekly_m,
    weekly_change_m,
    hard_session_count,
    min_week_count,
    max_week_count,
    reason
from marts.phases
where athlete_id = $athlete_id
order by from_on
