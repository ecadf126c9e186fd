-- One row per distance for which a race time is predicted.
--
-- grain: race_distance_m
select cast(distances.race_distance_m as double) as race_distance_m
from (
    values (1500), (1609.344), (3000), (5000), (10000), (15000), (21097.5), (42195)
) as distances (race_distance_m)
