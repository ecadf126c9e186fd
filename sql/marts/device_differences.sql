-- One row per device with comparable runs: how much faster runs look on the latest one, at equal heart rate.
--
-- Beside the difference stands the spread of the same difference across dates without a change (the placebo):
-- one that is no larger than that says nothing of the device.
--
-- grain: athlete_id, device_key
with chains as (
    select
        links.athlete_id,
        links.device_key,
        sum(links.difference_pct) as device_difference_pct,
        sqrt(sum(links.difference_error_pct * links.difference_error_pct)) as device_difference_error_pct,
        max(links.placebo_spread_pct) as placebo_spread_pct
    from athlete.device_links as links
    group by links.athlete_id, links.device_key
)

select
    devices.athlete_id,
    devices.device_key,
    devices.run_count,
    devices.first_run_on,
    devices.last_run_on,
    devices.use_rank = 1 as is_latest_device,
    case
        when devices.use_rank = 1 then cast(0 as double)
        else chains.device_difference_pct
    end as device_difference_pct,
    chains.device_difference_pct - thresholds.interval_90 * chains.device_difference_error_pct
        as device_difference_low_pct,
    chains.device_difference_pct + thresholds.interval_90 * chains.device_difference_error_pct
        as device_difference_high_pct,
    chains.placebo_spread_pct
from athlete.devices as devices
left join chains
    on devices.athlete_id = chains.athlete_id and devices.device_key = chains.device_key
cross join settings.judging as thresholds
