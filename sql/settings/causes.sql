-- One row per cause that a plateau can have, in the order of the articles: the question that it answers, the
-- article that asks it, and what it takes to answer.
--
-- An artefact is no cause of training: it only looks like one, and comes before all that are.
--
-- grain: cause
select
    causes.cause,
    causes.question,
    causes.article,
    causes.is_artefact,
    causes.needs
from (
    values
    (
        'easy_share_low', 'Is enough of the running easy?', '001, 004', false,
        'Needs runs with heart rate, or a race to know the paces by.'
    ),
    (
        'medium_trap', 'Are the easy runs run in the middle zone?', '000, 001', false,
        'Needs easy runs with heart rate, or a race to know the paces by.'
    ),
    (
        'easy_run_drift', 'Have the easy runs become harder?', '000', false,
        'Needs easy runs with heart rate over sixteen weeks.'
    ),
    (
        'early_heart_rate_rise', 'Does heart rate rise earlier in easy runs than before?', '000', false,
        'Needs easy runs of half an hour and more with heart rate, recent ones and older ones.'
    ),
    (
        'resting_heart_rate_up', 'Is resting heart rate up?', '001', false,
        'Needs the resting heart rate of most days: from a watch that is worn at night, or in journal.csv.'
    ),
    (
        'hrv_down', 'Is heart-rate variability down?', '001', false,
        'Needs heart-rate variability of at least three nights a week: from a watch, or in journal.csv.'
    ),
    (
        'sleep_short', 'Is sleep short?', '001', false,
        'Needs the hours slept: from a watch that is worn at night, or in journal.csv.'
    ),
    (
        'load_not_absorbed', 'Is there time to absorb the load?', '000', false,
        'Needs the load of ten weeks, from heart rate or pace.'
    ),
    (
        'overcooked', 'Is it too much rather than too little?', '001', false,
        'Needs comparable runs of half a year, or the resting heart rate of most days.'
    ),
    (
        'no_speed_work', 'Is there any fast running?', '001', false,
        'Needs eight weeks of runs recorded every second or two.'
    ),
    (
        'too_much_speed', 'Is there too much fast running?', '001, 003', false,
        'Needs eight weeks of runs whose effort is known.'
    ),
    (
        'speed_added_not_replaced', 'Was speed work added instead of replacing an easy run?', '003', false,
        'Needs four weeks before and after the day on which speed work began.'
    ),
    (
        'easy_runs_harder_after_speed', 'Did the easy runs stay easy when speed work came?', '003', false,
        'Needs easy runs with heart rate before and after the day on which speed work began.'
    ),
    (
        'same_workout', 'Is it always the same workout?', '001', false,
        'Needs four sessions with repeats within twelve weeks.'
    ),
    (
        'low_mileage', 'Is there enough running?', '001', false,
        'Needs eight weeks of runs with distance.'
    ),
    (
        'inconsistent', 'Is the running consistent?', '000, 001', false,
        'Needs half a year of runs.'
    ),
    (
        'fading_pace', 'Does the pace fade in races and repeats?', '001', false,
        'Needs races, or sessions with repeats.'
    ),
    (
        'no_down_weeks', 'Are there lighter weeks?', '001', false,
        'Needs twelve weeks of runs with distance.'
    ),
    (
        'no_hard_easy', 'Are hard days followed by easy ones?', '001, 004', false,
        'Needs eight weeks with hard sessions whose effort is known.'
    ),
    (
        'fantasy_paces', 'Are workouts run at a pace out of reach?', '001', false,
        'Needs sessions with repeats, and a race or other best efforts to hold them against.'
    ),
    (
        'everything_at_once', 'Did everything change at once?', '000, 001', false,
        'Needs four months of runs.'
    ),
    (
        'stale_routine', 'Has the routine gone stale?', '001', false,
        'Needs eight weeks of runs with positions.'
    ),
    (
        'timing_drift', 'Does the timing between steps drift within sessions?', '002', false,
        'Needs repeats recorded with cadence, better with ground contact time.'
    ),
    (
        'heat_mask', 'Does heat hide the trend?', '001', true,
        'Needs the temperature of the runs, or runs in the same season a year before.'
    ),
    (
        'device_change', 'Did a new watch or sensor make the change?', '001', true,
        'Needs enough steady runs with heart rate for a verdict.'
    ),
    (
        'too_early', 'Has there been enough uninterrupted training?', '000', false,
        'Needs a run.'
    ),
    (
        'no_strength', 'Is there any strength work?', '001, 004', false,
        'Needs strength sessions recorded by the watch, or a kept journal.csv: without either nobody knows.'
    ),
    (
        'speed_not_fresh', 'Is the fast running done fresh?', '001, 002', false,
        'Needs sessions with fast running, and the effort of the runs before them.'
    ),
    (
        'more_reps_slower', 'Do more repeats come with slower ones?', '002', false,
        'Needs sessions with repeats over two months.'
    ),
    (
        'no_long_run', 'Is there a long run?', '001', false,
        'Needs eight weeks of runs.'
    ),
    (
        'phase_order', 'Do base, speed and recovery follow each other?', '001', false,
        'Needs half a year of runs whose effort is known.'
    )
) as causes (cause, question, article, is_artefact, needs)
