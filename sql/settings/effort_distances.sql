-- One row per distance over which best efforts are searched, the fastest that anybody has run it, and the
-- marks from which it is timed.
--
-- Efforts begin and end at marks, so that each is exactly as long as it says: a mark is a whole part of the
-- distance (5 m; 10 yards; 11.252 m). The men's world records of World Athletics (400 m to 3000 m outdoors; 5
-- and 10 km on the track; half and full marathon on the road): what is faster was no run, or its distance is
-- wrong.
--
-- grain: effort_distance_m
-- check: round(1000 * mark_m) * mark_count = round(1000 * effort_distance_m)
select
    cast(distances.effort_distance_m as double) as effort_distance_m,
    cast(distances.record_s as double) as record_s,
    cast(distances.mark_m as double) as mark_m,
    cast(round(distances.effort_distance_m / distances.mark_m) as bigint) as mark_count
from (
    values
    (400, 43.03, 5),
    (800, 100.91, 5),
    (1000, 131.96, 5),
    (1609.344, 223.13, 9.144),
    (3000, 437.55, 5),
    (5000, 755.36, 5),
    (10000, 1571, 5),
    (21097.5, 3402, 11.252),
    (42195, 7235, 11.252)
) as distances (effort_distance_m, record_s, mark_m)
