-- One row per athlete, week and number of weeks up to it: how the running divides into easy, moderate and
-- hard.
--
-- Three countings that differ and are all given: by time, by distance, and by what the session was for (a
-- quality session or a race is hard as a whole). The first two again with the thresholds of heart rate a few
-- beats lower and higher. Time that neither heart rate nor pace can judge is in none.
--
-- The polarization index is Treff's, of the shares of time: log10(easy / moderate x hard x 100). An empty
-- middle counts as 1 % taken from the hard; nothing hard is 0; more hard than easy has no index.
--
-- grain: athlete_id, week_start_on, window_weeks
-- check: easy_time_ratio is null or abs(easy_time_ratio + moderate_time_ratio + hard_time_ratio - 1) < 1e-6
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
        coalesce(sum(runs.judged_s), 0) as judged_s,
        coalesce(sum(runs.pace_judged_s), 0) as pace_judged_s,
        coalesce(sum(runs.heart_rate_known_s), 0) as heart_rate_known_s,
        coalesce(sum(runs.moving_s), 0) as moving_s,
        coalesce(sum(runs.easy_minus_3_bpm_s), 0) as easy_minus_3_bpm_s,
        coalesce(sum(runs.moderate_minus_3_bpm_s), 0) as moderate_minus_3_bpm_s,
        coalesce(sum(runs.hard_minus_3_bpm_s), 0) as hard_minus_3_bpm_s,
        coalesce(sum(runs.easy_plus_3_bpm_s), 0) as easy_plus_3_bpm_s,
        coalesce(sum(runs.moderate_plus_3_bpm_s), 0) as moderate_plus_3_bpm_s,
        coalesce(sum(runs.hard_plus_3_bpm_s), 0) as hard_plus_3_bpm_s,
        coalesce(sum(runs.easy_m), 0) as easy_m,
        coalesce(sum(runs.moderate_m), 0) as moderate_m,
        coalesce(sum(runs.hard_m), 0) as hard_m,
        coalesce(sum(runs.judged_m), 0) as judged_m,
        coalesce(sum(runs.easy_minus_3_bpm_m), 0) as easy_minus_3_bpm_m,
        coalesce(sum(runs.easy_plus_3_bpm_m), 0) as easy_plus_3_bpm_m,
        coalesce(sum(runs.zone_1_s), 0) as zone_1_s,
        coalesce(sum(runs.zone_2_s), 0) as zone_2_s,
        coalesce(sum(runs.zone_3_s), 0) as zone_3_s,
        coalesce(sum(runs.zone_4_s), 0) as zone_4_s,
        coalesce(sum(runs.zone_5_s), 0) as zone_5_s,
        coalesce(sum(runs.zone_6_s), 0) as zone_6_s,
        coalesce(sum(runs.zone_1_m), 0) as zone_1_m,
        coalesce(sum(runs.zone_2_m), 0) as zone_2_m,
        coalesce(sum(runs.zone_3_m), 0) as zone_3_m,
        coalesce(sum(runs.zone_4_m), 0) as zone_4_m,
        coalesce(sum(runs.zone_5_m), 0) as zone_5_m,
        coalesce(sum(runs.zone_6_m), 0) as zone_6_m,
        count(*) as run_count,
        count(*) filter (where runs.session_class != 'unknown') as classed_count,
        count(*) filter (where runs.session_class in ('quality', 'race')) as hard_count
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
        sum(weekly.judged_s) as judged_s,
        sum(weekly.pace_judged_s) as pace_judged_s,
        sum(weekly.heart_rate_known_s) as heart_rate_known_s,
        sum(weekly.moving_s) as moving_s,
        sum(weekly.easy_minus_3_bpm_s) as easy_minus_3_bpm_s,
        sum(weekly.moderate_minus_3_bpm_s) as moderate_minus_3_bpm_s,
        sum(weekly.hard_minus_3_bpm_s) as hard_minus_3_bpm_s,
        sum(weekly.easy_plus_3_bpm_s) as easy_plus_3_bpm_s,
        sum(weekly.moderate_plus_3_bpm_s) as moderate_plus_3_bpm_s,
        sum(weekly.hard_plus_3_bpm_s) as hard_plus_3_bpm_s,
        sum(weekly.easy_m) as easy_m,
        sum(weekly.moderate_m) as moderate_m,
        sum(weekly.hard_m) as hard_m,
        sum(weekly.judged_m) as judged_m,
        sum(weekly.easy_minus_3_bpm_m) as easy_minus_3_bpm_m,
        sum(weekly.easy_plus_3_bpm_m) as easy_plus_3_bpm_m,
        sum(weekly.zone_1_s) as zone_1_s,
        sum(weekly.zone_2_s) as zone_2_s,
        sum(weekly.zone_3_s) as zone_3_s,
        sum(weekly.zone_4_s) as zone_4_s,
        sum(weekly.zone_5_s) as zone_5_s,
        sum(weekly.zone_6_s) as zone_6_s,
        sum(weekly.zone_1_m) as zone_1_m,
        sum(weekly.zone_2_m) as zone_2_m,
        sum(weekly.zone_3_m) as zone_3_m,
        sum(weekly.zone_4_m) as zone_4_m,
        sum(weekly.zone_5_m) as zone_5_m,
        sum(weekly.zone_6_m) as zone_6_m,
        cast(sum(weekly.run_count) as bigint) as run_count,
        sum(weekly.classed_count) as classed_count,
        sum(weekly.hard_count) as hard_count
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
        summed.easy_s / nullif(summed.judged_s, 0) as easy_time_ratio,
        summed.moderate_s / nullif(summed.judged_s, 0) as moderate_time_ratio,
        summed.hard_s / nullif(summed.judged_s, 0) as hard_time_ratio
    from summed
),

polarized as (
    select
        shares.*,
        if(shares.moderate_s > 0, shares.moderate_time_ratio, thresholds.polarization_floor_ratio)
            as middle_ratio,
        if(
            shares.moderate_s > 0,
            shares.hard_time_ratio,
            shares.hard_time_ratio - thresholds.polarization_floor_ratio
        ) as outer_ratio
    from shares
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
    shares.zone_1_s,
    shares.zone_2_s,
    shares.zone_3_s,
    shares.zone_4_s,
    shares.zone_5_s,
    shares.zone_6_s,
    shares.zone_1_m,
    shares.zone_2_m,
    shares.zone_3_m,
    shares.zone_4_m,
    shares.zone_5_m,
    shares.zone_6_m,
    shares.easy_time_ratio,
    shares.moderate_time_ratio,
    shares.hard_time_ratio,
    shares.easy_m / nullif(shares.judged_m, 0) as easy_distance_ratio,
    shares.moderate_m / nullif(shares.judged_m, 0) as moderate_distance_ratio,
    shares.hard_m / nullif(shares.judged_m, 0) as hard_distance_ratio,
    1 - shares.hard_count / nullif(shares.classed_count, 0) as easy_session_ratio,
    shares.easy_minus_3_bpm_s / nullif(shares.judged_s, 0) as easy_time_minus_3_bpm_ratio,
    shares.moderate_minus_3_bpm_s / nullif(shares.judged_s, 0) as moderate_time_minus_3_bpm_ratio,
    shares.hard_minus_3_bpm_s / nullif(shares.judged_s, 0) as hard_time_minus_3_bpm_ratio,
    shares.easy_plus_3_bpm_s / nullif(shares.judged_s, 0) as easy_time_plus_3_bpm_ratio,
    shares.moderate_plus_3_bpm_s / nullif(shares.judged_s, 0) as moderate_time_plus_3_bpm_ratio,
    shares.hard_plus_3_bpm_s / nullif(shares.judged_s, 0) as hard_time_plus_3_bpm_ratio,
    shares.easy_minus_3_bpm_m / nullif(shares.judged_m, 0) as easy_distance_minus_3_bpm_ratio,
    shares.easy_plus_3_bpm_m / nullif(shares.judged_m, 0) as easy_distance_plus_3_bpm_ratio,
    case
        when shares.hard_time_ratio = 0 then cast(0 as double)
        when shares.hard_time_ratio <= shares.easy_time_ratio and shares.outer_ratio > 0
            then log10(shares.easy_time_ratio / shares.middle_ratio * shares.outer_ratio * 100)
    end as polarization_index,
    least(coalesce(shares.heart_rate_known_s / nullif(shares.moving_s, 0), 0), 1)
        as heart_rate_coverage_ratio,
    coalesce(shares.pace_judged_s / nullif(shares.judged_s, 0), 0) as pace_judged_ratio
from polarized as shares
