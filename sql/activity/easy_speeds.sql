-- One row per run: its own easy speed, on level ground, and whether it was recorded finely enough for bouts
-- of seconds.
--
-- A low quantile of the half minutes of running: in most sessions with work, a third of the running is easy
-- or slower. Walking says nothing; who mostly walks has no easy running speed.
--
-- grain: athlete_id, activity_id
-- check: easy_speed_m_per_s is null or easy_speed_m_per_s > 0
with speeds as (
    select
        windows.athlete_id,
        windows.activity_id,
        windows.grade_adjusted_m / windows.moving_s as level_speed_m_per_s,
        windows.moving_m / windows.moving_s as speed_m_per_s,
        windows.half_minute_number * thresholds.pace_window_s < thresholds.warm_up_s as is_warm_up,
        thresholds.run_min_m_per_s
    from activity.half_minutes as windows
    cross join settings.measuring as thresholds
    where windows.moving_s >= thresholds.half_minute_moving_min_s and windows.grade_adjusted_m > 0
),

gaps as (
    select
        slices.athlete_id,
        slices.activity_id,
        median(slices.step_s / slices.record_count) as gap_s,
        quantile_cont(slices.cadence_per_min, 0.3) filter (where slices.cadence_per_min > 0)
            as easy_cadence_per_min
    from activity.slices as slices
    where slices.is_moving and slices.step_s > 0
    group by slices.athlete_id, slices.activity_id
),

warm_ups as (
    select
        speeds.athlete_id,
        speeds.activity_id,
        median(speeds.speed_m_per_s) filter (
            where speeds.speed_m_per_s >= speeds.run_min_m_per_s and speeds.is_warm_up
        ) as warm_up_m_per_s,
        2 * count(*) filter (where speeds.speed_m_per_s >= speeds.run_min_m_per_s) >= count(*) as has_run
    from speeds
    group by speeds.athlete_id, speeds.activity_id
),

quantiles as (
    select
        speeds.athlete_id,
        speeds.activity_id,
        any_value(warm_ups.has_run) as has_run,
        any_value(thresholds.run_min_ratio * warm_ups.warm_up_m_per_s) as crawling_m_per_s,
        quantile_cont(speeds.level_speed_m_per_s, 0.3) as level_m_per_s,
        quantile_cont(speeds.speed_m_per_s, 0.3) as uneven_m_per_s,
        quantile_cont(speeds.level_speed_m_per_s, 0.3) filter (
            where speeds.speed_m_per_s >= thresholds.run_min_ratio * warm_ups.warm_up_m_per_s
        ) as level_work_m_per_s,
        quantile_cont(speeds.speed_m_per_s, 0.3) filter (
            where speeds.speed_m_per_s >= thresholds.run_min_ratio * warm_ups.warm_up_m_per_s
        ) as uneven_work_m_per_s
    from speeds
    cross join settings.measuring as thresholds
    inner join warm_ups
        on speeds.athlete_id = warm_ups.athlete_id and speeds.activity_id = warm_ups.activity_id
    where speeds.speed_m_per_s >= speeds.run_min_m_per_s
    group by speeds.athlete_id, speeds.activity_id
),

-- there may be so much crawling between repeats that it would be the easy speed: the warm-up tells
judged as (
    select
        quantiles.*,
        coalesce(quantiles.uneven_m_per_s < quantiles.crawling_m_per_s, false) as has_crawled
    from quantiles
),

easy as (
    select
        judged.athlete_id,
        judged.activity_id,
        judged.has_run,
        if(judged.has_crawled, judged.level_work_m_per_s, judged.level_m_per_s) as level_m_per_s,
        if(judged.has_crawled, judged.uneven_work_m_per_s, judged.uneven_m_per_s) as uneven_m_per_s
    from judged
)

select
    easy.athlete_id,
    easy.activity_id,
    if(easy.has_run, easy.level_m_per_s, null) as easy_speed_m_per_s,
    if(easy.has_run, easy.uneven_m_per_s, null) as easy_ground_speed_m_per_s,
    gaps.easy_cadence_per_min,
    coalesce(gaps.gap_s <= thresholds.fine_gap_max_s, false) as is_finely_recorded
from easy
cross join settings.measuring as thresholds
left join gaps on easy.athlete_id = gaps.athlete_id and easy.activity_id = gaps.activity_id
