-- One row per point of the curve of what a rest costs: days without a run, and the loss of fitness by then.
--
-- Nothing in the first days, then as maximum oxygen uptake falls (Coyle, Mujika; SCIENCE.md B14): in between
-- it is linear, beyond the last point it stays.
--
-- grain: break_days
select
    cast(points.break_days as bigint) as break_days,
    cast(points.cost_pct as double) as cost_pct,
    lead(cast(points.break_days as bigint)) over (order by points.break_days) as next_break_days,
    lead(cast(points.cost_pct as double)) over (order by points.break_days) as next_cost_pct
from (
    values (0, 0), (5, 0), (21, 6), (56, 14), (84, 16)
) as points (break_days, cost_pct)
