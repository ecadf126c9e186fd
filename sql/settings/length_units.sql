-- One row per unit of length that an athlete can read in: its sign, and how many metres it has.
--
-- What is told in sentences is told in these; distances with a name of their own (5 km, a mile) keep it.
--
-- grain: units
select
    lengths.units,
    lengths.length_symbol,
    cast(lengths.length_unit_m as double) as length_unit_m
from (
    values
    ('km', 'km', 1000),
    ('mi', 'mi', 1609.344)
) as lengths (units, length_symbol, length_unit_m)
