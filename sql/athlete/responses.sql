-- One row per athlete: what the body answered, the recent weeks against those before them.
--
-- The index and heart rate at a pace are those of comparable easy runs, without outliers, heat and the
-- difference of devices; their error holds the noise of the runs, how well the devices are known against
-- each other, and what a degree costs. Decoupling is the median of steady easy runs of half an hour and
-- more. Work bouts on level ground and races are compared at one distance (Riegel), real races only; resting
-- heart rate and its variability as one source tells them, the one of most recent days. Null is unknown: too
-- few runs or days on either side; `is_slower` also where the change is within its error (90 %).
--
-- grain: athlete_id
-- check: (index_change_pct is null) = (index_change_error_pct is null)
with easy as (
    select
        periods.athlete_id,
        periods.last_day,
        activities.activity_id,
        activities.moving_s,
        activities.decoupling_ratio,
        activities.local_day >= periods.recent_from as is_recent
    from athlete.periods as periods
    inner join athlete.activities as activities on periods.athlete_id = activities.athlete_id
    where
        activities.local_day >= periods.base_from
        and activities.session_class in ('easy', 'long', 'unknown')
),

indexed as (
    select
        easy.*,
        runs.device_key,
        runs.comparable_log_pct,
        runs.run_noise_pct,
        runs.heat_c,
        runs.heat_cost_error_pct_per_c
    from easy
    inner join athlete.comparable_runs as runs
        on easy.athlete_id = runs.athlete_id and easy.activity_id = runs.activity_id
),

means as (
    select
        indexed.athlete_id,
        count(*) filter (where indexed.is_recent) as recent_count,
        count(*) filter (where not indexed.is_recent) as base_count,
        avg(indexed.comparable_log_pct) filter (where indexed.is_recent)
        - avg(indexed.comparable_log_pct) filter (where not indexed.is_recent) as change_pct,
        thresholds.standard_error_factor * any_value(indexed.run_noise_pct) as run_noise_pct,
        coalesce(
            (
                avg(indexed.heat_c) filter (where indexed.is_recent)
                - avg(indexed.heat_c) filter (where not indexed.is_recent)
            )
            * max(indexed.heat_cost_error_pct_per_c),
            0
        ) as heat_error_pct
    from indexed
    cross join settings.judging as thresholds
    group by indexed.athlete_id, thresholds.response_min_runs, thresholds.standard_error_factor
    having
        least(count(*) filter (where indexed.is_recent), count(*) filter (where not indexed.is_recent))
        >= thresholds.response_min_runs
),

-- how much of an error in one link between devices would end up in the change
leans as (
    select
        means.athlete_id,
        count(*) filter (where indexed.is_recent) / any_value(means.recent_count)
        - count(*) filter (where not indexed.is_recent) / any_value(means.base_count) as share,
        any_value(links.difference_error_pct * links.difference_error_pct) as difference_variance
    from means
    inner join indexed on means.athlete_id = indexed.athlete_id
    inner join athlete.device_links as links
        on indexed.athlete_id = links.athlete_id and indexed.device_key = links.device_key
    group by means.athlete_id, links.link_device_key
),

device_errors as (
    select
        leans.athlete_id,
        sum(leans.share * leans.share * leans.difference_variance) as variance
    from leans
    group by leans.athlete_id
),

index_changes as (
    select
        means.athlete_id,
        means.change_pct,
        sqrt(
            means.run_noise_pct * means.run_noise_pct * (1 / means.recent_count + 1 / means.base_count)
            + means.heat_error_pct * means.heat_error_pct
            + coalesce(device_errors.variance, 0)
        ) as error_pct
    from means
    left join device_errors on means.athlete_id = device_errors.athlete_id
    where means.run_noise_pct is not null
),

decouplings as (
    select
        easy.athlete_id,
        median(easy.decoupling_ratio) filter (where easy.is_recent)
        - median(easy.decoupling_ratio) filter (where not easy.is_recent) as decoupling_change_ratio
    from easy
    inner join athlete.trend_runs as runs
        on easy.athlete_id = runs.athlete_id and easy.activity_id = runs.activity_id
    cross join settings.judging as thresholds
    where
        runs.counts_for_trend
        and easy.decoupling_ratio is not null
        and easy.moving_s >= thresholds.drift_run_min_s
    group by easy.athlete_id, thresholds.response_min_runs
    having
        least(count(*) filter (where easy.is_recent), count(*) filter (where not easy.is_recent))
        >= thresholds.response_min_runs
),

-- seconds over the kilometre to which the best part of the race would shrink or grow
races as (
    select
        races.athlete_id,
        races.activity_id,
        activities.local_day >= periods.recent_from as is_recent,
        min(efforts.elapsed_s * pow(1000 / efforts.effort_distance_m, thresholds.riegel_exponent)) as worth_s
    from athlete.races as races
    inner join athlete.activities as activities
        on races.athlete_id = activities.athlete_id and races.activity_id = activities.activity_id
    inner join athlete.periods as periods
        on races.athlete_id = periods.athlete_id and activities.local_day >= periods.base_from
    inner join activity.best_efforts as efforts
        on races.athlete_id = efforts.athlete_id and races.activity_id = efforts.activity_id
    cross join settings.judging as thresholds
    where
        races.race_source != 'near_best'
        and not activities.is_indoor
        and efforts.effort_distance_m >= thresholds.evidence_min_m
    group by races.athlete_id, races.activity_id, activities.local_day, periods.recent_from
),

-- ln of the speed that each bout would have over the kilometre
sessions as (
    select
        bouts.athlete_id,
        bouts.activity_id,
        bouts.local_day >= periods.recent_from as is_recent,
        avg(ln(bouts.work_speed_m_per_s) + (thresholds.riegel_exponent - 1) * ln(bouts.distance_m / 1000))
            as worth
    from athlete.work_bouts as bouts
    inner join athlete.periods as periods
        on bouts.athlete_id = periods.athlete_id and bouts.local_day >= periods.base_from
    cross join settings.judging as thresholds
    where bouts.bout_kind in ('repeat', 'tempo') and bouts.work_speed_m_per_s > 0 and bouts.distance_m > 0
    group by bouts.athlete_id, bouts.activity_id, bouts.local_day, periods.recent_from
),

session_changes as (
    select
        sessions.athlete_id,
        exp(
            avg(sessions.worth) filter (where sessions.is_recent)
            - avg(sessions.worth) filter (where not sessions.is_recent)
        )
        - 1 as bout_speed_change_ratio
    from sessions
    cross join settings.judging as thresholds
    group by sessions.athlete_id, thresholds.response_min_runs
    having
        least(count(*) filter (where sessions.is_recent), count(*) filter (where not sessions.is_recent))
        >= thresholds.response_min_runs
),

nights as (
    select
        days.athlete_id,
        'resting' as kind,
        days.heart_rate_resting_source as source,
        days.local_day,
        ln(days.heart_rate_resting_bpm) as log_value
    from athlete.recovery_days as days
    where days.heart_rate_resting_bpm > 0
    union all
    select
        days.athlete_id,
        'hrv' as kind,
        days.hrv_source as source,
        days.local_day,
        ln(days.hrv_s) as log_value
    from athlete.recovery_days as days
    where days.hrv_s > 0
),

night_changes as (
    select
        nights.athlete_id,
        nights.kind,
        exp(
            avg(nights.log_value) filter (where nights.local_day >= periods.recent_from)
            - avg(nights.log_value) filter (where nights.local_day < periods.recent_from)
        )
        - 1 as change_ratio
    from nights
    inner join athlete.periods as periods
        on
            nights.athlete_id = periods.athlete_id
            and nights.local_day between periods.base_from and periods.last_day
    cross join settings.judging as thresholds
    group by nights.athlete_id, nights.kind, nights.source, thresholds.resting_nights_min_count
    having
        least(
            count(*) filter (where nights.local_day >= periods.recent_from),
            count(*) filter (where nights.local_day < periods.recent_from)
        )
        >= thresholds.resting_nights_min_count
    qualify
        row_number() over (
            partition by nights.athlete_id, nights.kind
            order by count(*) filter (where nights.local_day >= periods.recent_from) desc, nights.source asc
        ) = 1
),

race_changes as (
    select
        races.athlete_id,
        avg(100 * ln(races.worth_s)) filter (where not races.is_recent)
        - avg(100 * ln(races.worth_s)) filter (where races.is_recent) as race_change_pct
    from races
    group by races.athlete_id
)

select
    periods.athlete_id,
    index_changes.change_pct as index_change_pct,
    index_changes.error_pct as index_change_error_pct,
    case
        when abs(index_changes.change_pct) > thresholds.interval_90 * index_changes.error_pct
            then index_changes.change_pct < 0
    end as is_slower,
    points.reference_above_zero_speed_bpm * (exp(-index_changes.change_pct / 100) - 1)
        as heart_rate_at_pace_change_bpm,
    decouplings.decoupling_change_ratio,
    resting.change_ratio as resting_change_ratio,
    hrv.change_ratio as hrv_change_ratio,
    session_changes.bout_speed_change_ratio,
    race_changes.race_change_pct
from athlete.periods as periods
cross join settings.judging as thresholds
left join index_changes on periods.athlete_id = index_changes.athlete_id
left join athlete.reference_points as points on periods.athlete_id = points.athlete_id
left join decouplings on periods.athlete_id = decouplings.athlete_id
left join session_changes on periods.athlete_id = session_changes.athlete_id
left join night_changes as resting
    on periods.athlete_id = resting.athlete_id and resting.kind = 'resting'
left join night_changes as hrv
    on periods.athlete_id = hrv.athlete_id and hrv.kind = 'hrv'
left join race_changes on periods.athlete_id = race_changes.athlete_id
