-- One row per Edwards zone: from which share of maximum heart rate, and what a minute in it weighs.
--
-- grain: zone
select
    cast(zones.zone as bigint) as zone,
    cast(zones.from_ratio as double) as from_ratio,
    cast(zones.to_ratio as double) as to_ratio
from (
    values (1, 0.5, 0.6), (2, 0.6, 0.7), (3, 0.7, 0.8), (4, 0.8, 0.9), (5, 0.9, 9.0)
) as zones (zone, from_ratio, to_ratio)
