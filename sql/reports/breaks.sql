-- One row per ten days and more without a run, the oldest first: what that cost.
select
    from_on,
    until_day,
    break_days,
    is_over,
    expected_cost_pct,
    break_change_pct,
    reason
from marts.breaks
where athlete_id = $athlete_id
order by from_on
