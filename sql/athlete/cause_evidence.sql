-- One row per athlete and cause about which anything can be said: how far the runner is exposed to it, how
-- well that is known, and what is behind it.
--
-- grain: athlete_id, cause
with evidence as (
    select
        'easy_share_low' as cause,
        evidence.*
    from athlete.cause_easy_share_low as evidence
    union all by name
    select
        'medium_trap' as cause,
        evidence.*
    from athlete.cause_medium_trap as evidence
    union all by name
    select
        'easy_run_drift' as cause,
        evidence.*
    from athlete.cause_easy_run_drift as evidence
    union all by name
    select
        'early_heart_rate_rise' as cause,
        evidence.*
    from athlete.cause_early_heart_rate_rise as evidence
    union all by name
    select
        'resting_heart_rate_up' as cause,
        evidence.*
    from athlete.cause_resting_heart_rate_up as evidence
    union all by name
    select
        'hrv_down' as cause,
        evidence.*
    from athlete.cause_hrv_down as evidence
    union all by name
    select
        'sleep_short' as cause,
        evidence.*
    from athlete.cause_sleep_short as evidence
    union all by name
    select
        'load_not_absorbed' as cause,
        evidence.*
    from athlete.cause_load_not_absorbed as evidence
    union all by name
    select
        'overcooked' as cause,
        evidence.*
    from athlete.cause_overcooked as evidence
    union all by name
    select
        'no_speed_work' as cause,
        evidence.*
    from athlete.cause_no_speed_work as evidence
    union all by name
    select
        'too_much_speed' as cause,
        evidence.*
    from athlete.cause_too_much_speed as evidence
    union all by name
    select
        'speed_added_not_replaced' as cause,
        evidence.*
    from athlete.cause_speed_added_not_replaced as evidence
    union all by name
    select
        'easy_runs_harder_after_speed' as cause,
        evidence.*
    from athlete.cause_easy_runs_harder_after_speed as evidence
    union all by name
    select
        'same_workout' as cause,
        evidence.*
    from athlete.cause_same_workout as evidence
    union all by name
    select
        'low_mileage' as cause,
        evidence.*
    from athlete.cause_low_mileage as evidence
    union all by name
    select
        'inconsistent' as cause,
        evidence.*
    from athlete.cause_inconsistent as evidence
    union all by name
    select
        'fading_pace' as cause,
        evidence.*
    from athlete.cause_fading_pace as evidence
    union all by name
    select
        'no_down_weeks' as cause,
        evidence.*
    from athlete.cause_no_down_weeks as evidence
    union all by name
    select
        'no_hard_easy' as cause,
        evidence.*
    from athlete.cause_no_hard_easy as evidence
    union all by name
    select
        'fantasy_paces' as cause,
        evidence.*
    from athlete.cause_fantasy_paces as evidence
    union all by name
    select
        'everything_at_once' as cause,
        evidence.*
    from athlete.cause_everything_at_once as evidence
    union all by name
    select
        'stale_routine' as cause,
        evidence.*
    from athlete.cause_stale_routine as evidence
    union all by name
    select
        'timing_drift' as cause,
        evidence.*
    from athlete.cause_timing_drift as evidence
    union all by name
    select
        'heat_mask' as cause,
        evidence.*
    from athlete.cause_heat_mask as evidence
    union all by name
    select
        'device_change' as cause,
        evidence.*
    from athlete.cause_device_change as evidence
    union all by name
    select
        'too_early' as cause,
        evidence.*
    from athlete.cause_too_early as evidence
    union all by name
    select
        'no_strength' as cause,
        evidence.*
    from athlete.cause_no_strength as evidence
    union all by name
    select
        'speed_not_fresh' as cause,
        evidence.*
    from athlete.cause_speed_not_fresh as evidence
    union all by name
    select
        'more_reps_slower' as cause,
        evidence.*
    from athlete.cause_more_reps_slower as evidence
    union all by name
    select
        'no_long_run' as cause,
        evidence.*
    from athlete.cause_no_long_run as evidence
    union all by name
    select
        'phase_order' as cause,
        evidence.*
    from athlete.cause_phase_order as evidence
)

select
    athlete_id,
    cause,
    value,
    unit,
    threshold,
    exposure_score,
    coverage_ratio,
    certainty_ratio,
    response_score,
    coalesce(is_applicable, true) as is_applicable,
    began_on,
    window_start_on,
    window_end_on,
    reason,
    advice,
    activity_ids
from evidence
