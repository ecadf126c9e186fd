-- One row per race distance and speed: the VDOT that the race shows, and the next point of the curve.
--
-- VDOT has no formula for the time; between points a centimetre per second apart a straight line is exact to
-- a second in a week.
--
-- grain: race_distance_m, vdot_score
-- check: next_vdot_score > vdot_score
-- check: next_elapsed_s < elapsed_s
with centimetres as (select unnest(range(100, 800)) as speed_cm_per_s),

speeds as (
    select
        distances.race_distance_m,
        distances.race_distance_m * 100 / centimetres.speed_cm_per_s as elapsed_s
    from settings.race_distances as distances
    cross join centimetres
),

scored as (
    select
        speeds.race_distance_m,
        speeds.elapsed_s,
        (
            constants.vdot_cost_0
            + constants.vdot_cost_1 * speeds.race_distance_m * 60 / speeds.elapsed_s
            + constants.vdot_cost_2 * pow(speeds.race_distance_m * 60 / speeds.elapsed_s, 2)
        )
        / (
            constants.vdot_share_0
            + constants.vdot_share_1 * exp(constants.vdot_decay_1 * speeds.elapsed_s / 60)
            + constants.vdot_share_2 * exp(constants.vdot_decay_2 * speeds.elapsed_s / 60)
        ) as vdot_score
    from speeds
    cross join settings.vdot_constants as constants
    where speeds.elapsed_s between constants.vdot_min_s and constants.vdot_max_s
),

followed as (
    select
        scored.*,
        lead(scored.vdot_score) over distance as next_vdot_score,
        lead(scored.elapsed_s) over distance as next_elapsed_s
    from scored
    window distance as (partition by scored.race_distance_m order by scored.elapsed_s desc)
)

select
    race_distance_m,
    vdot_score,
    elapsed_s,
    next_vdot_score,
    next_elapsed_s
from followed
where next_vdot_score is not null
