-- One row per class of pace, the fastest first: from which share of the athlete's speed over 5 km it is.
--
-- By Riegel's exponent of 1.06 the speed over a distance is (distance / 5 km) ^ -0.06 of that over 5 km:
-- 1.071 for the mile, 1.031 for 3 km, 0.959 for 10 km, 0.94 for an hour (threshold), 0.917 for the half and
-- 0.880 for the whole marathon. The classes meet halfway. Beyond the mile it is sprinting; a marathon's pace
-- ends where it is halfway to easy running, a minute a mile slower.
--
-- grain: pace_class
select
    classes.pace_class,
    cast(classes.pace_number as bigint) as pace_number,
    cast(classes.from_five_km_ratio as double) as from_five_km_ratio
from (
    values
    ('sprint', 1, 1.15),
    ('mile', 2, 1.05),
    ('3k', 3, 1.015),
    ('5k', 4, 0.98),
    ('10k', 5, 0.95),
    ('threshold', 6, 0.928),
    ('half', 7, 0.898),
    ('marathon', 8, 0.84),
    ('easy', 9, 0.00)
) as classes (pace_class, pace_number, from_five_km_ratio)
