-- One row per flat fast part with cadence: how far the timing between steps was off the runner's own curve.
--
-- The curve is a line of the logarithms, over the first two fast parts of each run, which are fresh: the
-- time of a step, the contact with the ground and the vertical oscillation that this runner has at a speed.
-- What is left is the residual: more is later and heavier. Timing is lost from the first part on of which a
-- residual, against the first two of its run, is above two standard deviations of fresh ones, and above them
-- in all parts that follow.
--
-- grain: athlete_id, activity_id, bout_number
with timed as (
    select
        bouts.athlete_id,
        bouts.activity_id,
        bouts.bout_number,
        bouts.local_day,
        ln(bouts.work_speed_m_per_s) as log_speed,
        ln(60 / nullif(bouts.cadence_mean_per_min, 0)) as log_step,
        ln(nullif(bouts.ground_contact_mean_s, 0)) as log_contact,
        ln(nullif(bouts.vertical_oscillation_mean_m, 0)) as log_oscillation,
        row_number() over (
            partition by bouts.athlete_id, bouts.activity_id order by bouts.bout_number
        ) as place,
        count(*) over (partition by bouts.athlete_id, bouts.activity_id) as bout_count
    from athlete.work_bouts as bouts
    where
        bouts.bout_kind in ('stride', 'sprint', 'repeat', 'tempo')
        and bouts.cadence_mean_per_min > 0
        and bouts.work_speed_m_per_s > 0
),

curves as (
    select
        timed.athlete_id,
        regr_slope(timed.log_step, timed.log_speed) as step_slope,
        regr_intercept(timed.log_step, timed.log_speed) as step_intercept,
        -- a sensor that was worn once makes no curve either
        case
            when count(timed.log_contact) >= thresholds.timing_min_bouts
                then regr_slope(timed.log_contact, timed.log_speed)
        end as contact_slope,
        regr_intercept(timed.log_contact, timed.log_speed) as contact_intercept,
        case
            when count(timed.log_oscillation) >= thresholds.timing_min_bouts
                then regr_slope(timed.log_oscillation, timed.log_speed)
        end as oscillation_slope,
        regr_intercept(timed.log_oscillation, timed.log_speed) as oscillation_intercept
    from timed
    cross join settings.judging as thresholds
    where timed.place <= 2
    group by timed.athlete_id, thresholds.timing_min_bouts
    having count(*) >= thresholds.timing_min_bouts and max(timed.log_speed) > min(timed.log_speed)
),

residuals as (
    select
        timed.*,
        timed.log_step - curves.step_slope * timed.log_speed - curves.step_intercept as step_raw_ratio,
        timed.log_contact - curves.contact_slope * timed.log_speed - curves.contact_intercept
            as contact_raw_ratio,
        timed.log_oscillation - curves.oscillation_slope * timed.log_speed - curves.oscillation_intercept
            as oscillation_raw_ratio
    from timed
    inner join curves on timed.athlete_id = curves.athlete_id
),

against as (
    select
        residuals.*,
        residuals.step_raw_ratio - avg(residuals.step_raw_ratio) filter (where residuals.place <= 2) over run
            as step_residual_ratio,
        residuals.contact_raw_ratio
        - avg(residuals.contact_raw_ratio) filter (where residuals.place <= 2) over run
            as contact_residual_ratio,
        residuals.oscillation_raw_ratio
        - avg(residuals.oscillation_raw_ratio) filter (where residuals.place <= 2) over run
            as oscillation_residual_ratio
    from residuals
    window run as (partition by residuals.athlete_id, residuals.activity_id)
),

spread as (
    select
        against.*,
        2 * greatest(
            stddev_pop(against.step_residual_ratio) filter (where against.place <= 2) over athlete,
            thresholds.step_spread_min_ratio
        ) as step_limit_ratio,
        2 * greatest(
            stddev_pop(against.contact_residual_ratio) filter (where against.place <= 2) over athlete,
            thresholds.contact_spread_min_ratio
        ) as contact_limit_ratio
    from against
    cross join settings.judging as thresholds
    window athlete as (partition by against.athlete_id)
),

judged as (
    select
        spread.*,
        spread.step_residual_ratio > spread.step_limit_ratio
        or coalesce(spread.contact_residual_ratio > spread.contact_limit_ratio, false) as is_off
    from spread
)

select
    athlete_id,
    activity_id,
    bout_number,
    local_day,
    place as timed_number,
    bout_count,
    step_residual_ratio,
    contact_residual_ratio,
    oscillation_residual_ratio,
    bool_and(is_off) over (
        partition by athlete_id, activity_id order by place
        range between current row and unbounded following
    ) as is_timing_lost
from judged
