-- One row per run: its index, whether it counts for the trend, and if not, why not.
--
-- grain: athlete_id, activity_id
with runs as (
    select
        activities.*,
        activities.local_day - lag(activities.local_day) over (
            partition by activities.athlete_id order by activities.started_at
        ) as days_since_run
    from athlete.activities as activities
    where activities.is_run
),

returns as (
    select
        runs.*,
        max(case when runs.days_since_run >= thresholds.break_days then runs.local_day end) over (
            partition by runs.athlete_id order by runs.started_at
        ) as back_on,
        thresholds.after_break_days,
        thresholds.steady_min_s,
        thresholds.steady_spread_max_ratio
    from runs
    cross join settings.judging as thresholds
),

reasoned as (
    select
        returns.*,
        case
            when coalesce(returns.heart_rate_known_s, 0) = 0 then 'no heart rate'
            when returns.is_indoor then 'treadmill or indoor'
            when not returns.has_position then 'no position, so the speed is not a satellite''s'
            when coalesce(returns.steady_s, 0) < returns.steady_min_s then 'too short a steady part'
            when returns.speed_spread_ratio > returns.steady_spread_max_ratio then 'uneven pace'
            when returns.index_log_pct is null then 'heart rate too low for the index'
            when
                returns.local_day < returns.back_on + cast(returns.after_break_days as integer)
                then 'just back from a break'
            else 'counts'
        end as reason
    from returns
)

select
    reasoned.athlete_id,
    reasoned.activity_id,
    reasoned.local_day,
    reasoned.local_day - date '1970-01-01' as day_number,
    reasoned.device_key,
    reasoned.index_log_pct,
    reasoned.steady_heart_rate_bpm,
    reasoned.reason = 'counts' as counts_for_trend,
    reasoned.reason
from reasoned
