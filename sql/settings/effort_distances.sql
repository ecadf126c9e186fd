-- One row per distance over which best efforts are searched.
--
-- grain: effort_distance_m
select cast(distances.effort_distance_m as double) as effort_distance_m
from (
    values (400), (1000), (1609.344), (3000), (5000), (10000), (21097.5), (42195)
) as distances (effort_distance_m)
