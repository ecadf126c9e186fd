-- One row per athlete, week and number of weeks up to it: how the running divides into easy, moderate and
-- hard.
--
-- Three countings that differ and are all given: by time, by distance, and by the class of the session,
-- which takes heart rate to tell.
--
-- grain: athlete_id, week_start_on, window_weeks
with runs as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        activities.* exclude (athlete_id)
    from athlete.weeks as weeks
    inner join athlete.activities as activities
        on
            weeks.athlete_id = activities.athlete_id
            and activities.local_day between weeks.week_start_on and weeks.week_start_on + 6
    where activities.is_run
),

weekly as (
    select
        runs.athlete_id,
        runs.week_start_on,
        coalesce(sum(runs.easy_s), 0) as easy_s,
        coalesce(sum(runs.moderate_s), 0) as moderate_s,
        coalesce(sum(runs.hard_s), 0) as hard_s,
        coalesce(sum(runs.easy_minus_3_bpm_s), 0) as easy_minus_3_bpm_s,
        coalesce(sum(runs.easy_plus_3_bpm_s), 0) as easy_plus_3_bpm_s,
        coalesce(sum(runs.easy_m), 0) as easy_m,
        coalesce(sum(runs.heart_rate_known_m), 0) as heart_rate_known_m,
        coalesce(sum(runs.moving_s), 0) as moving_s,
        count(*) as run_count,
        count(*) filter (where runs.session_class != 'unknown') as classed_count,
        count(*) filter (where runs.session_class = 'quality') as quality_count
    from runs
    group by runs.athlete_id, runs.week_start_on
),

summed as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        windows.window_weeks,
        sum(weekly.easy_s) as easy_s,
        sum(weekly.moderate_s) as moderate_s,
        sum(weekly.hard_s) as hard_s,
        sum(weekly.easy_s + weekly.moderate_s + weekly.hard_s) as known_s,
        sum(weekly.easy_minus_3_bpm_s) as easy_minus_3_bpm_s,
        sum(weekly.easy_plus_3_bpm_s) as easy_plus_3_bpm_s,
        sum(weekly.easy_m) as easy_m,
        sum(weekly.heart_rate_known_m) as heart_rate_known_m,
        sum(weekly.moving_s) as moving_s,
        cast(sum(weekly.run_count) as bigint) as run_count,
        sum(weekly.classed_count) as classed_count,
        sum(weekly.quality_count) as quality_count
    from athlete.weeks as weeks
    cross join settings.split_windows as windows
    inner join weekly
        on
            weeks.athlete_id = weekly.athlete_id
            and weeks.week_start_on >= weekly.week_start_on
            and weekly.week_start_on > weeks.week_start_on - 7 * cast(windows.window_weeks as integer)
    group by weeks.athlete_id, weeks.week_start_on, windows.window_weeks
),

shares as (
    select
        summed.*,
        summed.easy_s / nullif(summed.known_s, 0) as easy_time_ratio,
        summed.moderate_s / nullif(summed.known_s, 0) as moderate_time_ratio,
        summed.hard_s / nullif(summed.known_s, 0) as hard_time_ratio,
        case
            when summed.moderate_s > 0 then summed.moderate_s / nullif(summed.known_s, 0)
            else thresholds.polarization_floor_ratio
        end as middle_ratio,
        case
            when summed.moderate_s > 0 then summed.hard_s / nullif(summed.known_s, 0)
            else summed.hard_s / nullif(summed.known_s, 0) - thresholds.polarization_floor_ratio
        end as outer_ratio
    from summed
    cross join settings.judging as thresholds
)

select
    shares.athlete_id,
    shares.week_start_on,
    shares.window_weeks,
    shares.run_count,
    shares.easy_s,
    shares.moderate_s,
    shares.hard_s,
    shares.easy_time_ratio,
    shares.moderate_time_ratio,
    shares.hard_time_ratio,
    shares.easy_m / nullif(shares.heart_rate_known_m, 0) as easy_distance_ratio,
    1 - shares.quality_count / nullif(shares.classed_count, 0) as easy_session_ratio,
    shares.easy_minus_3_bpm_s / nullif(shares.known_s, 0) as easy_time_minus_3_bpm_ratio,
    shares.easy_plus_3_bpm_s / nullif(shares.known_s, 0) as easy_time_plus_3_bpm_ratio,
    case
        when shares.hard_time_ratio = 0 then cast(0 as double)
        when shares.hard_time_ratio <= shares.easy_time_ratio and shares.outer_ratio > 0
            then log10(shares.easy_time_ratio / shares.middle_ratio * shares.outer_ratio * 100)
    end as polarization_index,
    least(coalesce(shares.known_s / nullif(shares.moving_s, 0), 0), 1) as heart_rate_coverage_ratio
from shares
