-- One row per sign that can improve while pace does not: what it is called, which way is better, how much
-- matters, and what it takes to see it.
--
-- Article 000: efficiency, recovery, pacing stability, workload tolerance and effort move before pace does.
--
-- grain: sign
-- check: better_direction in (-1, 1)
select
    signs.sign,
    signs.label,
    signs.unit,
    cast(signs.better_direction as bigint) as better_direction,
    cast(signs.matters_from as double) as matters_from,
    signs.needs
from (
    values
    -- a month's usual gain
    (
        'index', 'Pace at the same easy heart rate', '%', 1, 0.5,
        'Needs steady easy runs with heart rate, recent ones and older ones.'
    ),
    -- of runs that drift by two to five
    (
        'decoupling', 'The drift of heart rate within easy runs', 'points', -1, 0.5,
        'Needs steady easy runs of half an hour and more with heart rate, recent ones and older ones.'
    ),
    -- two beats of a hundred
    (
        'heart_rate_recovery', 'What heart rate loses in the minute after a hard bout', 'points', 1, 2,
        'Needs sessions with repeats and heart rate, recent ones and older ones.'
    ),
    -- of the five percent by which half minutes differ
    (
        'evenness', 'The unevenness of easy pace', 'points', -1, 0.3,
        'Needs easy runs with a pace, recent ones and older ones.'
    ),
    -- less is one short run
    (
        'load_carried', 'The weekly load at an unchanged resting heart rate', '%', 1, 5,
        'Needs resting heart rate, from a watch that is worn at night or in journal.csv, and known loads.'
    ),
    -- a quarter of a point of a run that feels like a five
    (
        'effort_felt', 'How hard a run feels for its load', '%', -1, 5,
        'Needs ratings of the effort, in the watch or in journal.csv, and heart rate.'
    )
) as signs (sign, label, unit, better_direction, matters_from, needs)
