-- One row per athlete: is the body showing, these weeks, that it does not cope? 0 to 1 for each sign.
--
-- Resting heart rate and variability: flagged for themselves, or off the usual for three weeks. The rating of
-- easy runs: a point up on what it was. The index of easy runs: clearly lower, that is a higher heart rate at
-- the same pace. Null is not known; `sign_score` is the clearest of those that are.
--
-- grain: athlete_id
with easy as (
    select
        activities.athlete_id,
        activities.activity_id,
        activities.effort_rating,
        runs.comparable_log_pct,
        runs.run_noise_pct,
        activities.local_day > periods.last_day - cast(thresholds.sign_days as integer) as is_recent,
        activities.local_day < periods.recent_from as is_base
    from athlete.periods as periods
    inner join athlete.activities as activities
        on periods.athlete_id = activities.athlete_id and periods.base_from <= activities.local_day
    left join athlete.comparable_runs as runs
        on activities.athlete_id = runs.athlete_id and activities.activity_id = runs.activity_id
    cross join settings.judging as thresholds
    where activities.session_class in ('easy', 'long', 'unknown')
),

means as (
    select
        easy.athlete_id,
        avg(easy.effort_rating) filter (where easy.is_recent and easy.effort_rating > 0)
        - avg(easy.effort_rating) filter (where easy.is_base and easy.effort_rating > 0)
            as effort_change_rating,
        count(*) filter (where easy.is_recent and easy.effort_rating > 0) as recent_rated_count,
        count(*) filter (where easy.is_base and easy.effort_rating > 0) as base_rated_count,
        avg(easy.comparable_log_pct) filter (where easy.is_recent)
        - avg(easy.comparable_log_pct) filter (where easy.is_base) as index_change_pct,
        any_value(easy.run_noise_pct) as run_noise_pct,
        count(easy.comparable_log_pct) filter (where easy.is_recent) as recent_index_count,
        count(easy.comparable_log_pct) filter (where easy.is_base) as base_index_count
    from easy
    group by easy.athlete_id
),

changes as (
    select
        means.athlete_id,
        case
            when
                means.recent_rated_count >= thresholds.sign_min_runs
                and means.base_rated_count >= thresholds.cause_min_runs
                then means.effort_change_rating
        end as effort_change_rating,
        case
            when
                means.recent_index_count >= thresholds.sign_min_runs
                and means.base_index_count >= thresholds.cause_min_runs
                then means.index_change_pct
        end as index_change_pct,
        thresholds.standard_error_factor * means.run_noise_pct
        * sqrt(1 / means.recent_index_count + 1 / means.base_index_count) as index_error_pct
    from means
    cross join settings.judging as thresholds
),

signs as (
    select
        periods.athlete_id,
        greatest(resting.exposure_score, resting.sign_score) as resting_sign_score,
        greatest(hrv.exposure_score, hrv.sign_score) as hrv_sign_score,
        1 / (
            1 + exp(
                (thresholds.effort_sign_rating - changes.effort_change_rating)
                / thresholds.effort_sign_scale
            )
        ) as effort_sign_score,
        -- low enough to matter, and lower than the noise of runs explains
        case
            when changes.index_change_pct is not null and changes.index_error_pct > 0
                then 1 / (
                    1 + exp(
                        greatest(
                            (thresholds.index_sign_pct + changes.index_change_pct)
                            / thresholds.index_sign_scale,
                            (thresholds.interval_90 + changes.index_change_pct / changes.index_error_pct)
                            / thresholds.index_sign_error_scale
                        )
                    )
                )
        end as index_sign_score,
        thresholds.score_min
    from athlete.periods as periods
    cross join settings.judging as thresholds
    left join athlete.resting_heart_rate_changes as resting on periods.athlete_id = resting.athlete_id
    left join athlete.hrv_changes as hrv on periods.athlete_id = hrv.athlete_id
    left join changes on periods.athlete_id = changes.athlete_id
)

select
    athlete_id,
    resting_sign_score,
    hrv_sign_score,
    effort_sign_score,
    index_sign_score,
    greatest(resting_sign_score, hrv_sign_score, effort_sign_score, index_sign_score) as sign_score,
    nullif(
        concat_ws(
            ', ',
            if(resting_sign_score >= score_min, 'resting heart rate is up', null),
            if(hrv_sign_score >= score_min, 'heart-rate variability is down', null),
            if(effort_sign_score >= score_min, 'easy runs feel harder', null),
            if(index_sign_score >= score_min, 'heart rate is higher at the same pace', null)
        ),
        ''
    ) as signs_in_words,
    concat_ws(
        ', ',
        if(resting_sign_score < score_min, 'resting heart rate', null),
        if(hrv_sign_score < score_min, 'heart-rate variability', null),
        if(effort_sign_score < score_min, 'how easy runs feel', null),
        if(index_sign_score < score_min, 'heart rate at a given pace', null)
    ) as well_in_words
from signs
