-- One row per duration for which the farthest is searched, timed from marks every five seconds.
--
-- Two to twenty minutes are what the critical speed is made of (SCIENCE.md B12).
--
-- grain: duration_s
-- check: mark_s * mark_count = duration_s
select
    cast(durations.duration_s as double) as duration_s,
    cast(5 as double) as mark_s,
    cast(durations.duration_s / 5 as bigint) as mark_count
from (
    values (60), (120), (180), (240), (300), (420), (600), (900), (1200), (1800), (3600), (7200)
) as durations (duration_s)
