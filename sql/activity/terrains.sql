-- One row per activity: how noisy its altitude is, and over which distance grades are therefore smoothed.
--
-- Noise makes hills: where the two smoothings disagree, only the long one can be believed.
--
-- grain: athlete_id, activity_id
select
    grades.athlete_id,
    grades.activity_id,
    median(abs(grades.grade_short_ratio - grades.grade_long_ratio)) as grade_noise_ratio,
    case
        when
            median(abs(grades.grade_short_ratio - grades.grade_long_ratio))
            <= any_value(thresholds.grade_noise_max_ratio)
            then 2 * any_value(thresholds.grade_half_window_m)
        when count(grades.grade_long_ratio) > 0 then 2 * any_value(thresholds.grade_half_window_noisy_m)
    end as grade_smoothing_m
from activity.grades as grades
cross join settings.measuring as thresholds
group by grades.athlete_id, grades.activity_id
