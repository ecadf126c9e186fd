-- One row per habit that is followed week by week: what it is counted in, how much of a change matters, and
-- which cause's advice a change answers.
--
-- A habit that is kept to the letter still differs by a third of what matters. `is_share_of_before` says that
-- what matters is a share of what was before.
--
-- grain: habit
select
    habits.habit,
    habits.label,
    habits.unit,
    cast(habits.matters_from as double) as matters_from,
    habits.is_share_of_before,
    habits.cause_if_more,
    habits.cause_if_less
from (
    values
    -- half of the way from the 65 % of who runs too hard to the articles' 80 %
    ('easy_share', 'the easy share of the distance', 'ratio', 0.08, false, 'easy_share_low', null),
    ('medium_share', 'the share of easy runs in the middle zone', 'ratio', 0.10, false, null, 'medium_trap'),
    -- SCIENCE.md A8: four points of the reserve are six beats; less than three is noise
    ('easy_heart_rate', 'the heart rate of easy runs', 'bpm', 4, false, null, 'easy_run_drift'),
    -- A17: 10 % is a new stress; a habit is more than that
    ('distance', 'the distance of a week', 'm', 0.15, true, 'low_mileage', 'load_not_absorbed'),
    ('longest_run', 'the longest run of a week', 'm', 0.15, true, 'no_long_run', null),
    -- two weeks out of three
    ('run_days', 'the days with a run', 'a week', 0.7, false, 'inconsistent', null),
    ('rest_days', 'the days of rest', 'a week', 0.7, false, 'load_not_absorbed', null),
    ('quality_sessions', 'the quality sessions', 'a week', 0.6, false, 'no_speed_work', 'too_much_speed'),
    -- a session in two weeks out of three
    (
        'speed_touches',
        'the days with strides, hill sprints or repeats',
        'a week',
        0.7,
        false,
        'no_speed_work',
        null
    ),
    ('fast_distance', 'the fast metres of a week', 'm', 0.25, true, null, 'more_reps_slower'),
    ('strength', 'the strength sessions', 'a week', 0.6, false, 'no_strength', null),
    -- half an hour a night is what separates short from enough
    ('sleep', 'the sleep of a night', 's', 1800, false, 'sleep_short', null),
    -- every second week
    ('down_weeks', 'the lighter weeks', 'of all weeks', 0.2, false, 'no_down_weeks', null)
) as habits (habit, label, unit, matters_from, is_share_of_before, cause_if_more, cause_if_less)
