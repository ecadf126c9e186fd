-- One row per window of the athlete's latest look, the one that carries the verdict first.
select
    as_of_day,
    verdict,
    since,
    is_since_before,
    is_first_look_of_turn,
    reason,
    window_weeks,
    window_start_on,
    window_end_on,
    run_count,
    slope_pct_per_month,
    slope_low_pct_per_month,
    slope_high_pct_per_month,
    change_pct,
    change_low_pct,
    change_high_pct,
    p_improving,
    p_plateau,
    p_declining,
    minimum_detectable_pct_per_month,
    reference_heart_rate_bpm,
    reference_speed_start_m_per_s,
    reference_speed_end_m_per_s
from marts.plateau
where athlete_id = $athlete_id and is_latest
order by is_chosen desc, window_weeks asc
