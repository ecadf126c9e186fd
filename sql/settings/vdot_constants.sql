-- One row: what makes VDOT of a race (Daniels and Gilbert 1979).
--
-- VDOT is the oxygen cost of the speed (v, in m/min) over the share of the maximum that can be held for the
-- time (t, in min): (vdot_cost_0 + vdot_cost_1 v + vdot_cost_2 v^2)
-- / (vdot_share_0 + vdot_share_1 exp(vdot_decay_1 t) + vdot_share_2 exp(vdot_decay_2 t)).
select
    cast(-4.6 as double) as vdot_cost_0,
    cast(0.182258 as double) as vdot_cost_1,
    cast(0.000104 as double) as vdot_cost_2,
    cast(0.8 as double) as vdot_share_0,
    cast(0.1894393 as double) as vdot_share_1,
    cast(-0.012778 as double) as vdot_decay_1,
    cast(0.2989558 as double) as vdot_share_2,
    cast(-0.1932605 as double) as vdot_decay_2,
    -- made for races of 3.5 minutes to 4 hours; Daniels' table goes on to a marathon in 4:49
    cast(210 as double) as vdot_min_s,
    cast(17500 as double) as vdot_max_s
