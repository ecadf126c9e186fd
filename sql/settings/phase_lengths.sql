-- One row per phase of training: how many weeks the articles give it.
--
-- Where they give two lengths (speed 4 to 8, build 6 to 10; recovery 1 to 4, and 1 to 3) the wider counts. A
-- break is no phase of theirs, beyond the two weeks off that most elites take.
--
-- grain: phase
select
    lengths.phase,
    cast(lengths.min_week_count as bigint) as min_week_count,
    cast(lengths.max_week_count as bigint) as max_week_count
from (
    values
    ('base', 8, 12),
    ('speed', 4, 10),
    ('peak', 2, 3),
    ('recovery', 1, 4),
    ('break', 0, 2)
) as lengths (phase, min_week_count, max_week_count)
