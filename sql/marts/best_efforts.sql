-- One row per run and distance: the fastest time over it, ranked within the calendar year and over all.
--
-- A treadmill's belt is not calibrated: its efforts are there, without a rank and without a VDOT.
--
-- grain: athlete_id, activity_id, effort_distance_m
-- check: (season_rank is null) = is_indoor
-- check: (all_time_rank is null) = is_indoor
with runs as (
    select
        efforts.*,
        activities.local_day,
        activities.is_indoor,
        races.race_source,
        efforts.effort_distance_m * 60 / efforts.elapsed_s as metres_per_minute,
        efforts.elapsed_s / 60 as elapsed_minutes
    from activity.best_efforts as efforts
    inner join athlete.activities as activities
        on efforts.athlete_id = activities.athlete_id and efforts.activity_id = activities.activity_id
    left join athlete.races as races
        on efforts.athlete_id = races.athlete_id and efforts.activity_id = races.activity_id
    where activities.is_run
)

select
    runs.athlete_id,
    runs.activity_id,
    runs.local_day,
    runs.effort_distance_m,
    runs.elapsed_s,
    runs.moving_s,
    runs.start_offset_s,
    runs.is_indoor,
    runs.race_source,
    case
        when not runs.is_indoor and runs.elapsed_s between constants.vdot_min_s and constants.vdot_max_s
            then
                (
                    constants.vdot_cost_0
                    + constants.vdot_cost_1 * runs.metres_per_minute
                    + constants.vdot_cost_2 * pow(runs.metres_per_minute, 2)
                )
                / (
                    constants.vdot_share_0
                    + constants.vdot_share_1 * exp(constants.vdot_decay_1 * runs.elapsed_minutes)
                    + constants.vdot_share_2 * exp(constants.vdot_decay_2 * runs.elapsed_minutes)
                )
    end as vdot_score,
    case
        when not runs.is_indoor
            then row_number() over (
                partition by
                    runs.athlete_id, runs.effort_distance_m, runs.is_indoor, year(runs.local_day)
                order by runs.elapsed_s, runs.activity_id
            )
    end as season_rank,
    case
        when not runs.is_indoor
            then row_number() over (
                partition by runs.athlete_id, runs.effort_distance_m, runs.is_indoor
                order by runs.elapsed_s, runs.activity_id
            )
    end as all_time_rank
from runs
cross join settings.vdot_constants as constants
