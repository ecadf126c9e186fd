-- Which athletes have stalled, for how long, and what may be behind it?
select
    athlete_id,
    verdict,
    since,
    is_since_before,
    cast(floor(date_diff('day', since, last_day) / 7) as bigint) as stalled_weeks,
    round(change_pct, 1) as change_pct,
    round(change_low_pct, 1) as change_low_pct,
    round(change_high_pct, 1) as change_high_pct,
    window_weeks,
    leading_cause,
    leading_reason,
    last_run_day
from marts.squad
where is_stalled
order by stalled_weeks desc, athlete_id asc
