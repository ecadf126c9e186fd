-- One row per athlete: how often the recent runs were hard and how often fast, per week with any running.
--
-- Weeks are counted back from the last activity; one without a run says nothing of what a week is like.
--
-- grain: athlete_id
with dated as (
    select
        sessions.*,
        periods.recent_from,
        periods.base_from,
        periods.last_day,
        (periods.last_day - sessions.local_day) // 7 as week_number,
        sessions.local_day >= periods.recent_from as is_recent
    from athlete.sessions as sessions
    inner join athlete.periods as periods on sessions.athlete_id = periods.athlete_id
),

counts as (
    select
        dated.athlete_id,
        any_value(dated.recent_from) as recent_from,
        any_value(dated.last_day) as last_day,
        count(distinct dated.week_number) filter (where dated.is_recent) as week_count,
        count(distinct dated.local_day) filter (where dated.is_recent) as run_day_count,
        count(*) filter (where dated.is_recent) as run_count,
        count(*) filter (where dated.is_recent and dated.is_seen) as seen_count,
        count(*) filter (where dated.is_recent and dated.session_class != 'unknown') as classed_count,
        count(*) filter (where dated.is_recent and dated.is_finely_recorded) as fine_count,
        count(*) filter (where dated.is_recent and dated.has_fast_running) as speed_count,
        count(*) filter (where dated.is_recent and dated.is_hard) as hard_count,
        count(distinct dated.week_number) filter (
            where not dated.is_recent and dated.local_day >= dated.base_from
        ) as base_week_count,
        count(*) filter (
            where not dated.is_recent and dated.local_day >= dated.base_from and dated.has_fast_running
        ) as base_speed_count,
        count(*) filter (
            where not dated.is_recent and dated.local_day >= dated.base_from and dated.is_hard
        ) as base_hard_count,
        max(dated.local_day) filter (where dated.has_fast_running) as last_speed_on,
        list(dated.activity_id order by dated.local_day desc, dated.activity_id asc)
        filter (where dated.is_recent and dated.has_fast_running) as speed_ids,
        list(dated.activity_id order by dated.local_day desc, dated.activity_id asc)
        filter (where dated.is_recent and dated.is_hard) as hard_ids
    from dated
    group by dated.athlete_id
)

select
    athlete_id,
    recent_from,
    last_day,
    week_count,
    run_count,
    cast(run_day_count as double) / nullif(week_count, 0) as run_days_per_week_ratio,
    seen_count / nullif(run_count, 0) as seen_ratio,
    classed_count / nullif(run_count, 0) as classed_ratio,
    fine_count / nullif(run_count, 0) as fine_ratio,
    speed_count / nullif(week_count, 0) as speed_per_week_ratio,
    hard_count / nullif(week_count, 0) as hard_per_week_ratio,
    base_speed_count / nullif(base_week_count, 0) as base_speed_per_week_ratio,
    base_hard_count / nullif(base_week_count, 0) as base_hard_per_week_ratio,
    last_speed_on,
    speed_ids,
    hard_ids
from counts
