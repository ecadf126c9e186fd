-- One row per device with runs that count: when it was used. Strap or wrist is part of what a device is.
--
-- grain: athlete_id, device_key
-- check: use_rank >= 1
select
    runs.athlete_id,
    runs.device_key,
    count(*) as run_count,
    min(runs.local_day) as first_run_on,
    max(runs.local_day) as last_run_on,
    row_number() over (
        partition by runs.athlete_id
        order by max(runs.local_day) desc, count(*) desc, runs.device_key asc
    ) as use_rank
from athlete.trend_runs as runs
where runs.counts_for_trend
group by runs.athlete_id, runs.device_key
