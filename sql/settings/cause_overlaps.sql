-- One row per pair of causes of which the first follows from the second: where both are flagged, the second
-- explains the first, which then counts less.
--
-- grain: cause, explained_by
select
    pairs.cause,
    pairs.explained_by
from (
    values
    -- the middle zone is what the easy share lacks
    ('easy_share_low', 'medium_trap'),
    ('easy_share_low', 'too_much_speed'),
    -- hard days in a row are how too many of them look
    ('no_hard_easy', 'too_much_speed'),
    ('speed_not_fresh', 'too_much_speed'),
    ('speed_not_fresh', 'no_hard_easy'),
    -- mornings, beats and repetitions show what is too much; they are no causes of their own then
    ('resting_heart_rate_up', 'overcooked'),
    ('hrv_down', 'overcooked'),
    ('easy_runs_harder_after_speed', 'overcooked'),
    ('more_reps_slower', 'overcooked'),
    ('resting_heart_rate_up', 'load_not_absorbed'),
    ('hrv_down', 'load_not_absorbed'),
    -- what comes on top makes distance, days and hard sessions grow at once, and easy runs harder
    ('everything_at_once', 'speed_added_not_replaced'),
    ('load_not_absorbed', 'speed_added_not_replaced'),
    ('everything_at_once', 'load_not_absorbed'),
    ('everything_at_once', 'too_much_speed'),
    ('easy_runs_harder_after_speed', 'speed_added_not_replaced'),
    -- who runs harder from week to week, or drifts up within a run, gets into the middle zone
    ('medium_trap', 'easy_run_drift'),
    ('easy_share_low', 'easy_run_drift'),
    ('easy_runs_harder_after_speed', 'easy_run_drift'),
    ('easy_share_low', 'early_heart_rate_rise'),
    -- who drifts up within a run has more beats at the same pace
    ('easy_runs_harder_after_speed', 'early_heart_rate_rise'),
    ('easy_runs_harder_after_speed', 'heat_mask'),
    ('early_heart_rate_rise', 'heat_mask'),
    ('overcooked', 'heat_mask'),
    -- too fast a pace fades
    ('fading_pace', 'fantasy_paces'),
    -- little running, or none in many weeks, leaves out the long run; a break is the longest of them
    ('no_long_run', 'low_mileage'),
    ('no_down_weeks', 'low_mileage'),
    ('no_long_run', 'inconsistent'),
    ('low_mileage', 'inconsistent'),
    -- weeks that come and go look like changes
    ('everything_at_once', 'inconsistent'),
    ('speed_added_not_replaced', 'inconsistent'),
    ('everything_at_once', 'low_mileage'),
    -- after weeks that came to nothing an ordinary one is much
    ('inconsistent', 'too_early'),
    ('phase_order', 'too_early')
) as pairs (cause, explained_by)
