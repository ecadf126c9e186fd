-- One row per zone of the articles: from which share of maximum heart rate, and of threshold speed, it is.
--
-- The articles give zones 1-2 as 60-70 % of maximum heart rate, zone 5 as 90-100 %, and no number for zone 3
-- (steady, marathon effort), zone 4 (tempo, the pace of an hour) and zone 6 (sprinting). So these are ours:
-- the border of 1 and 2 in the middle of their range, that of 3 and 4 in the middle of the hole from 70 to
-- 90 %; below 60 % is zone 1. Of sprints heart rate knows nothing: zone 6 is pace alone, of half a minute and
-- more. By pace, 3 begins where easy ends; 4 halfway from marathon pace to that of an hour (0.91 and 0.97 of
-- critical speed by Daniels' equations); 5 at threshold speed; 6 above what two minutes are run at (1.23).
-- None of the two thresholds passed is easy, one moderate, both hard.
--
-- grain: zone
select
    cast(zones.zone as bigint) as zone,
    zones.zone_name,
    cast(zones.from_ratio as double) as from_ratio,
    cast(zones.from_speed_ratio as double) as from_speed_ratio,
    cast(zones.thresholds_passed as bigint) as thresholds_passed
from (
    values
    (1, 'zone_1', 0.00, 0.00, 0),
    (2, 'zone_2', 0.65, 0.70, 0),
    (3, 'zone_3', 0.70, 0.80, 1),
    (4, 'zone_4', 0.80, 0.94, 1),
    (5, 'zone_5', 0.90, 1.00, 2),
    (6, 'zone_6', null, 1.25, 2)
) as zones (zone, zone_name, from_ratio, from_speed_ratio, thresholds_passed)
