-- One row per activity with altitude: the metres climbed, as GoldenCheetah counts them.
--
-- A rise counts once it is more than three metres above the last level that counted; a fall of more than
-- that is the new level. Less is taken for the noise of the altimeter.
--
-- grain: athlete_id, activity_id
-- check: ascent_hysteresis_m >= 0
with altitudes as (
    select
        steps.athlete_id,
        steps.activity_id,
        list(steps.altitude_m order by steps.recorded_at) as altitudes_m,
        any_value(thresholds.ascent_hysteresis_m) as hysteresis_m
    from activity.steps as steps
    cross join settings.measuring as thresholds
    where steps.altitude_m is not null
    group by steps.athlete_id, steps.activity_id
),

climbs as (
    select
        altitudes.athlete_id,
        altitudes.activity_id,
        list_reduce( -- noqa: PRS
            list_transform(
                altitudes.altitudes_m,
                lambda level_m: struct_pack(level_m := level_m, climbed_m := cast(0 as double))
            ),
            lambda so_far, here: if(
                abs(here.level_m - so_far.level_m) > altitudes.hysteresis_m,
                struct_pack(
                    level_m := here.level_m,
                    climbed_m := so_far.climbed_m + greatest(here.level_m - so_far.level_m, 0)
                ),
                so_far
            )
        ) as climb
    from altitudes
)

select
    athlete_id,
    activity_id,
    climb.climbed_m as ascent_hysteresis_m
from climbs
