-- One row per athlete with a verdict window: did the watch or the heart-rate sensor change inside it?
--
-- How two devices differ is taken out of the slope as far as it is known, and the rest widens its interval: a
-- change still hides what happened across it.
--
-- grain: athlete_id
with windows as (
    select
        verdicts.athlete_id,
        verdicts.as_of_day,
        verdicts.as_of_day - 7 * cast(verdicts.window_weeks as integer) + 1 as window_start_on
    from athlete.verdicts as verdicts
    where verdicts.is_latest and verdicts.window_weeks is not null
),

devices as (
    select
        windows.athlete_id,
        windows.window_start_on,
        windows.as_of_day,
        runs.device_key,
        count(*) as run_count,
        min(runs.local_day) as first_day,
        max(runs.local_day) as last_day,
        list(runs.activity_id order by runs.local_day, runs.activity_id) as activity_ids
    from windows
    inner join athlete.trend_runs as runs
        on
            windows.athlete_id = runs.athlete_id
            and runs.local_day between windows.window_start_on and windows.as_of_day
    where runs.counts_for_trend
    group by windows.athlete_id, windows.window_start_on, windows.as_of_day, runs.device_key
),

shares as (
    select
        devices.athlete_id,
        devices.window_start_on,
        devices.as_of_day,
        1 - max(devices.run_count) / sum(devices.run_count) as other_ratio,
        count(*) as device_count,
        arg_max(devices.first_day, row(devices.last_day, devices.device_key)) as latest_from,
        string_agg(devices.device_key, ', ' order by devices.run_count desc, devices.device_key asc)
            as device_names,
        flatten(
            list(devices.activity_ids order by devices.run_count desc, devices.device_key asc)
        )[max(devices.run_count) + 1:] as activity_ids
    from devices
    group by devices.athlete_id, devices.window_start_on, devices.as_of_day
)

select
    shares.athlete_id,
    shares.other_ratio as value,
    'ratio' as unit,
    thresholds.device_other_flag_ratio as threshold,
    1 / (1 + exp((thresholds.device_other_flag_ratio - shares.other_ratio) / thresholds.device_other_scale))
        as exposure_score,
    cast(1 as double) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(null as double) as response_score,
    true as is_applicable,
    case when shares.other_ratio >= thresholds.device_other_flag_ratio then shares.latest_from end
        as began_on,
    case
        when shares.other_ratio >= thresholds.device_other_flag_ratio
            then
                'Run the same easy loop twice with each device that you still have, within two weeks, or '
                || 'once with two of them: that tells how they differ. Until then trust the runs of one only.'
    end as advice,
    shares.window_start_on,
    shares.as_of_day as window_end_on,
    if(
        shares.device_count = 1,
        format('All steady runs are from one device ({}).', shares.device_names),
        format(
            'The steady runs are from {} devices ({}), {:.0f} % of them not from the most used one; '
            || 'how these differ is known only so well.',
            shares.device_count,
            shares.device_names,
            100 * shares.other_ratio
        )
    ) as reason,
    shares.activity_ids
from shares
cross join settings.judging as thresholds
