-- Does one of my watches or straps make me look faster than another?
select
    device_key,
    run_count,
    first_run_on,
    last_run_on,
    is_latest_device,
    round(device_difference_pct, 1) as difference_pct,
    round(device_difference_low_pct, 1) as difference_low_pct,
    round(device_difference_high_pct, 1) as difference_high_pct,
    round(placebo_spread_pct, 1) as spread_without_a_change_pct
from marts.device_differences
where athlete_id = getvariable('athlete_id')
order by last_run_on desc, device_key asc
