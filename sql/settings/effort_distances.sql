-- One row per distance over which best efforts are searched, and the fastest that anybody has run it.
--
-- The men's world records of World Athletics (1000 m, mile and 3000 m outdoors; 10 km on the track; half and
-- full marathon on the road): what is faster was no run, or its distance is wrong.
--
-- grain: effort_distance_m
select
    cast(distances.effort_distance_m as double) as effort_distance_m,
    cast(distances.record_s as double) as record_s
from (
    values
    (400, 43.03),
    (1000, 131.96),
    (1609.344, 223.13),
    (3000, 437.55),
    (5000, 755.36),
    (10000, 1571),
    (21097.5, 3402),
    (42195, 7235)
) as distances (effort_distance_m, record_s)
