-- One row per cause that a plateau can have, in the order of the articles, with the question that it
-- answers.
--
-- grain: cause
select
    causes.cause,
    causes.question,
    causes.is_looked_for
from (
    values
    ('easy_share_low', 'Is enough of the running easy?', true),
    ('medium_trap', 'Are the easy runs run in the middle zone?', true),
    ('easy_run_drift', 'Have the easy runs become harder?', false),
    ('early_heart_rate_rise', 'Does heart rate rise earlier in easy runs than before?', false),
    ('resting_heart_rate_up', 'Is resting heart rate up?', false),
    ('hrv_down', 'Is heart-rate variability down?', false),
    ('sleep_short', 'Is sleep short?', false),
    ('load_not_absorbed', 'Is there time to absorb the load?', false),
    ('overcooked', 'Is it too much rather than too little?', false),
    ('no_speed_work', 'Is there any fast running?', false),
    ('too_much_speed', 'Is there too much fast running?', false),
    ('speed_added_not_replaced', 'Was speed work added on top instead of replacing an easy run?', false),
    ('easy_runs_harder_after_speed', 'Did the easy runs stay easy when speed work came?', false),
    ('same_workout', 'Is it always the same workout?', false),
    ('low_mileage', 'Is there enough running?', true),
    ('inconsistent', 'Is the running consistent?', true),
    ('fading_pace', 'Does the pace fade in races and repeats?', false),
    ('no_down_weeks', 'Are there lighter weeks?', true),
    ('no_hard_easy', 'Are hard days followed by easy ones?', false),
    ('fantasy_paces', 'Are workouts run at a pace out of reach?', false),
    ('everything_at_once', 'Did everything change at once?', false),
    ('stale_routine', 'Has the routine gone stale?', false),
    ('timing_drift', 'Does the timing between steps drift within sessions?', false),
    ('heat_mask', 'Does heat hide the trend?', false),
    ('device_change', 'Did a new watch or sensor make the change?', true),
    ('too_early', 'Has there been enough uninterrupted training?', true),
    ('no_strength', 'Is there any strength work?', false),
    ('speed_not_fresh', 'Is the fast running done fresh?', false),
    ('more_reps_slower', 'Do more repeats come with slower ones?', false),
    ('no_long_run', 'Is there a long run?', false),
    ('phase_order', 'Do base, speed and recovery follow each other?', false)
) as causes (cause, question, is_looked_for)
