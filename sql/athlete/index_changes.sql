-- One row per day on which a habit changed or speed work began: the index of easy runs before and after it.
--
-- Eight weeks before against up to eight weeks from that day on, of comparable easy runs: without outliers,
-- heat and the difference of devices. The error holds the noise of the runs and how well the devices are
-- known against each other. Without enough runs on both sides there is no row.
--
-- grain: athlete_id, changed_on
-- check: index_change_error_pct >= 0
with dates as (
    select
        starts.athlete_id,
        starts.started_on as changed_on
    from athlete.quality_starts as starts
    union
    select
        changes.athlete_id,
        changes.changed_on
    from athlete.habit_changes as changes
),

around as (
    select
        dates.athlete_id,
        dates.changed_on,
        runs.activity_id,
        runs.device_key,
        runs.comparable_log_pct,
        runs.run_noise_pct,
        runs.heat_c,
        runs.heat_cost_error_pct_per_c,
        summaries.temperature_mean_c,
        runs.local_day >= dates.changed_on as is_after
    from dates
    cross join settings.judging as thresholds
    inner join athlete.comparable_runs as runs
        on
            dates.athlete_id = runs.athlete_id
            and runs.local_day >= dates.changed_on - cast(thresholds.recent_days as integer)
            and runs.local_day < dates.changed_on + cast(thresholds.recent_days as integer)
    inner join athlete.activities as activities
        on runs.athlete_id = activities.athlete_id and runs.activity_id = activities.activity_id
    left join activity.summaries as summaries
        on runs.athlete_id = summaries.athlete_id and runs.activity_id = summaries.activity_id
    where activities.session_class in ('easy', 'long', 'unknown')
),

means as (
    select
        around.athlete_id,
        around.changed_on,
        count(*) filter (where not around.is_after) as before_count,
        count(*) filter (where around.is_after) as after_count,
        avg(around.comparable_log_pct) filter (where not around.is_after) as before_log_pct,
        avg(around.comparable_log_pct) filter (where around.is_after) as after_log_pct,
        avg(around.temperature_mean_c) filter (where around.is_after)
        - avg(around.temperature_mean_c) filter (where not around.is_after) as warmer_c,
        thresholds.standard_error_factor * any_value(around.run_noise_pct) as run_noise_pct,
        coalesce(
            (
                avg(around.heat_c) filter (where around.is_after)
                - avg(around.heat_c) filter (where not around.is_after)
            )
            * max(around.heat_cost_error_pct_per_c),
            0
        ) as heat_error_pct
    from around
    cross join settings.judging as thresholds
    group by
        around.athlete_id, around.changed_on, thresholds.response_min_runs, thresholds.standard_error_factor
    having
        least(count(*) filter (where not around.is_after), count(*) filter (where around.is_after))
        >= thresholds.response_min_runs
),

-- how much of an error in one link between devices would end up in the change
leans as (
    select
        means.athlete_id,
        means.changed_on,
        count(*) filter (where around.is_after) / any_value(means.after_count)
        - count(*) filter (where not around.is_after) / any_value(means.before_count) as share,
        any_value(links.difference_error_pct * links.difference_error_pct) as difference_variance
    from means
    inner join around on means.athlete_id = around.athlete_id and means.changed_on = around.changed_on
    inner join athlete.device_links as links
        on around.athlete_id = links.athlete_id and around.device_key = links.device_key
    group by means.athlete_id, means.changed_on, links.link_device_key
),

device_errors as (
    select
        leans.athlete_id,
        leans.changed_on,
        sum(leans.share * leans.share * leans.difference_variance) as variance
    from leans
    group by leans.athlete_id, leans.changed_on
)

select
    means.athlete_id,
    means.changed_on,
    means.before_count as before_run_count,
    means.after_count as after_run_count,
    means.before_log_pct,
    means.after_log_pct,
    means.warmer_c,
    means.after_log_pct - means.before_log_pct as index_change_pct,
    sqrt(
        means.run_noise_pct * means.run_noise_pct * (1 / means.before_count + 1 / means.after_count)
        + means.heat_error_pct * means.heat_error_pct
        + coalesce(device_errors.variance, 0)
    ) as index_change_error_pct
from means
left join device_errors
    on means.athlete_id = device_errors.athlete_id and means.changed_on = device_errors.changed_on
where means.run_noise_pct is not null
