-- One row per week and number of weeks looked back over (1, 4, 8), the oldest first.
select
    week_start_on,
    window_weeks,
    easy_s,
    moderate_s,
    hard_s,
    easy_time_ratio,
    moderate_time_ratio,
    hard_time_ratio,
    easy_distance_ratio,
    easy_session_ratio,
    easy_time_minus_3_bpm_ratio,
    easy_time_plus_3_bpm_ratio,
    easy_shortfall_ratio,
    polarization_index,
    heart_rate_coverage_ratio,
    easy_below_bpm,
    hard_from_bpm,
    athlete_heart_rate_max_bpm,
    athlete_heart_rate_max_source
from marts.intensity_split
where athlete_id = $athlete_id
order by week_start_on, window_weeks
