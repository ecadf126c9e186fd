-- One row per watch and sensor with comparable runs, the first used first: how it differs from the latest.
select
    device_key,
    run_count,
    first_run_on,
    last_run_on,
    is_latest_device,
    device_difference_pct,
    device_difference_low_pct,
    device_difference_high_pct,
    placebo_spread_pct
from marts.device_differences
where athlete_id = $athlete_id
order by first_run_on, device_key
