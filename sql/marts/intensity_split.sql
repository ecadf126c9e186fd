-- One row per athlete, week and number of weeks up to it (1, 4, 8): easy, moderate and hard running against
-- 80/20, and the zones of the articles.
--
-- Half a minute at threshold speed or faster is hard before heart rate shows it. `pace_judged_ratio` is the
-- share of time that pace has judged: there, and where heart rate is not known.
--
-- grain: athlete_id, week_start_on, window_weeks
-- check: easy_time_ratio is null or easy_time_ratio between 0 and 1
select
    splits.athlete_id,
    splits.week_start_on,
    splits.window_weeks,
    splits.run_count,
    splits.easy_s,
    splits.moderate_s,
    splits.hard_s,
    splits.zone_1_s,
    splits.zone_2_s,
    splits.zone_3_s,
    splits.zone_4_s,
    splits.zone_5_s,
    splits.zone_6_s,
    splits.zone_1_m,
    splits.zone_2_m,
    splits.zone_3_m,
    splits.zone_4_m,
    splits.zone_5_m,
    splits.zone_6_m,
    splits.easy_time_ratio,
    splits.moderate_time_ratio,
    splits.hard_time_ratio,
    splits.easy_distance_ratio,
    splits.moderate_distance_ratio,
    splits.hard_distance_ratio,
    splits.easy_session_ratio,
    splits.easy_time_minus_3_bpm_ratio,
    splits.moderate_time_minus_3_bpm_ratio,
    splits.hard_time_minus_3_bpm_ratio,
    splits.easy_time_plus_3_bpm_ratio,
    splits.moderate_time_plus_3_bpm_ratio,
    splits.hard_time_plus_3_bpm_ratio,
    splits.easy_distance_minus_3_bpm_ratio,
    splits.easy_distance_plus_3_bpm_ratio,
    thresholds.easy_target_ratio - splits.easy_distance_ratio as easy_shortfall_ratio,
    splits.polarization_index,
    case
        when splits.polarization_index is not null
            then
                splits.polarization_index > thresholds.polarized_min_index
                and splits.easy_time_ratio > splits.hard_time_ratio
                and splits.hard_time_ratio > splits.moderate_time_ratio
    end as is_polarized,
    splits.heart_rate_coverage_ratio,
    splits.pace_judged_ratio,
    anchors.easy_below_bpm,
    anchors.hard_from_bpm,
    anchors.threshold_speed_m_per_s,
    anchors.athlete_heart_rate_max_bpm,
    anchors.athlete_heart_rate_max_source
from athlete.splits as splits
inner join athlete.anchors as anchors
    on
        splits.athlete_id = anchors.athlete_id
        and splits.week_start_on + 6 between anchors.valid_from and anchors.valid_until_day
cross join settings.judging as thresholds
