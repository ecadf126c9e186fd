-- One row per record: its speed, and the speed on level ground that would have cost the same.
--
-- Without an altitude the ground counts as level.
--
-- grain: athlete_id, activity_id, recorded_at
-- check: grade_adjusted_m >= 0
with graded as (
    select
        steps.*,
        grades.travelled_m,
        grades.grade_long_ratio,
        if(
            terrains.grade_smoothing_m > 2 * thresholds.grade_half_window_m,
            grades.grade_long_ratio,
            grades.grade_short_ratio
        ) as grade_ratio
    from activity.steps as steps
    inner join activity.grades as grades
        on
            steps.athlete_id = grades.athlete_id
            and steps.activity_id = grades.activity_id
            and steps.recorded_at = grades.recorded_at
    inner join activity.terrains as terrains
        on steps.athlete_id = terrains.athlete_id and steps.activity_id = terrains.activity_id
    cross join settings.measuring as thresholds
),

weighed as (
    select
        graded.*,
        1 + coalesce(
            (100 * graded.grade_ratio) * (
                curve.grade_1 + (100 * graded.grade_ratio) * (
                    curve.grade_2 + (100 * graded.grade_ratio) * (
                        curve.grade_3 + (100 * graded.grade_ratio) * (
                            curve.grade_4 + (100 * graded.grade_ratio) * curve.grade_5
                        )
                    )
                )
            ),
            0
        ) as grade_factor
    from graded
    cross join settings.grade_curve as curve
)

select
    athlete_id,
    activity_id,
    recorded_at,
    latitude_deg,
    longitude_deg,
    altitude_m,
    travelled_m,
    step_s,
    step_m,
    moving_s,
    is_moving,
    speed_m_per_s,
    grade_ratio,
    grade_long_ratio,
    step_m * grade_factor as grade_adjusted_m,
    speed_m_per_s * grade_factor as grade_adjusted_speed_m_per_s,
    heart_rate_bpm,
    is_heart_rate_rejected,
    is_speed_rejected,
    cadence_per_min,
    power_w,
    temperature_c
from weighed
