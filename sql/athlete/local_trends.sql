-- One row per run that counts: the mean of its neighbours on the same device, and how far it lies from them.
--
-- The residual is scaled to the spread of a single run: a mean of n neighbours has a spread of its own. The
-- curve that people look at is the mean over a wider stretch, this run included.
--
-- grain: athlete_id, activity_id
with neighbours as (
    select
        runs.athlete_id,
        runs.activity_id,
        any_value(runs.index_log_pct) as index_log_pct,
        count(*) filter (where others.activity_id != runs.activity_id and is_near) as near_count,
        avg(others.index_log_pct) filter (where others.activity_id != runs.activity_id and is_near)
            as near_pct,
        count(*) as smooth_count,
        avg(others.index_log_pct) as smooth_pct
    from (
        select
            ours.*,
            thresholds.local_days,
            thresholds.smooth_days
        from athlete.trend_runs as ours
        cross join settings.judging as thresholds
        where ours.counts_for_trend
    ) as runs
    inner join lateral (
        select
            theirs.activity_id,
            theirs.index_log_pct,
            abs(theirs.day_number - runs.day_number) <= runs.local_days as is_near
        from athlete.trend_runs as theirs
        where
            theirs.athlete_id = runs.athlete_id
            and theirs.device_key = runs.device_key
            and theirs.counts_for_trend
            and theirs.day_number between
            runs.day_number - runs.smooth_days and runs.day_number + runs.smooth_days
    ) as others on true
    group by runs.athlete_id, runs.activity_id
)

select
    neighbours.athlete_id,
    neighbours.activity_id,
    case
        when neighbours.near_count >= thresholds.local_min_runs
            then
                (neighbours.index_log_pct - neighbours.near_pct)
                * sqrt(neighbours.near_count / (neighbours.near_count + 1))
    end as residual_pct,
    neighbours.smooth_count,
    neighbours.smooth_pct
from neighbours
cross join settings.judging as thresholds
