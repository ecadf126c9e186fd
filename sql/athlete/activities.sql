-- One row per activity: what the watch said, what its records show, and its load.
--
-- Load is on one scale: 100 is an hour at threshold. Where heart rate is missing, it is estimated from the
-- time and the athlete's own usual load per hour of that sport, and says so.
--
-- grain: athlete_id, activity_id
-- check: load_score is null or load_score >= 0
with given as (
    select
        descriptions.athlete_id,
        descriptions.session_id,
        arg_min(descriptions.name, descriptions.rank_number) as name,
        arg_min(descriptions.gear, descriptions.rank_number) as gear
    from sessions.descriptions as descriptions
    group by descriptions.athlete_id, descriptions.session_id
),

joined as (
    select
        activities.*,
        coalesce(given.name, activities.name) as given_name,
        given.gear,
        summaries.record_count,
        coalesce(
            nullif(summaries.moving_s, 0), activities.timer_s, activities.elapsed_s, 0
        ) as moving_known_s,
        coalesce(activities.distance_m, summaries.travelled_m) as distance_known_m,
        summaries.moving_s as measured_moving_s,
        summaries.moving_m,
        summaries.grade_adjusted_m,
        summaries.recorded_s,
        coalesce(summaries.has_position, false) as has_position,
        coalesce(summaries.heart_rate_rejected_s, 0) as heart_rate_rejected_s,
        coalesce(summaries.speed_rejected_s, 0) as speed_rejected_s,
        summaries.heart_rate_mean_bpm as measured_heart_rate_mean_bpm,
        summaries.heart_rate_peak_bpm,
        coalesce(summaries.heart_rate_known_s / nullif(summaries.recorded_s, 0), 0)
            as heart_rate_coverage_ratio,
        loads.heart_rate_load_score,
        loads.trimp_score,
        loads.edwards_score,
        loads.easy_s,
        loads.moderate_s,
        loads.hard_s,
        loads.easy_minus_3_bpm_s,
        loads.easy_plus_3_bpm_s,
        loads.moderate_minus_3_bpm_s,
        loads.moderate_plus_3_bpm_s,
        loads.heart_rate_known_s,
        loads.heart_rate_known_m,
        loads.easy_m,
        terrains.grade_smoothing_m,
        steadiness.steady_s,
        steadiness.speed_spread_ratio,
        steadiness.decoupling_ratio,
        steadiness.efficiency_m_per_beat,
        indices.index_log_pct,
        indices.steady_heart_rate_bpm
    from staging.activities as activities
    left join given
        on activities.athlete_id = given.athlete_id and activities.activity_id = given.session_id
    left join activity.summaries as summaries
        on activities.athlete_id = summaries.athlete_id and activities.activity_id = summaries.activity_id
    left join activity.terrains as terrains
        on activities.athlete_id = terrains.athlete_id and activities.activity_id = terrains.activity_id
    left join activity.steadiness as steadiness
        on activities.athlete_id = steadiness.athlete_id and activities.activity_id = steadiness.activity_id
    left join athlete.activity_loads as loads
        on activities.athlete_id = loads.athlete_id and activities.activity_id = loads.activity_id
    left join athlete.run_indices as indices
        on activities.athlete_id = indices.athlete_id and activities.activity_id = indices.activity_id
),

measured as (
    select
        joined.*,
        case
            when joined.heart_rate_coverage_ratio >= thresholds.heart_rate_coverage_min_ratio
                then joined.heart_rate_load_score
        end as measured_load_score
    from joined
    cross join settings.judging as thresholds
),

usual as (
    select
        measured.*,
        median(measured.measured_load_score / nullif(measured.moving_known_s, 0))
            over (partition by measured.athlete_id, measured.sport) as usual_load_per_s,
        median(case when measured.is_run then measured.distance_known_m end)
            over (partition by measured.athlete_id) as usual_run_m,
        thresholds.quality_hard_s,
        thresholds.long_run_min_s,
        thresholds.long_run_ratio
    from measured
    cross join settings.judging as thresholds
)

select
    athlete_id,
    activity_id,
    given_name as name,
    gear,
    sport,
    sub_sport,
    is_run,
    is_indoor,
    started_at,
    local_day,
    utc_offset_s,
    utc_offset_source,
    elapsed_s,
    timer_s,
    moving_known_s as moving_s,
    distance_known_m as distance_m,
    ascent_m,
    coalesce(measured_heart_rate_mean_bpm, heart_rate_mean_bpm) as heart_rate_mean_bpm,
    coalesce(heart_rate_peak_bpm, heart_rate_max_bpm) as heart_rate_max_bpm,
    moving_m / nullif(measured_moving_s, 0) as speed_m_per_s,
    -- what a hill costs was measured on runners
    case when is_on_foot then grade_adjusted_m / nullif(measured_moving_s, 0) end
        as grade_adjusted_speed_m_per_s,
    grade_smoothing_m,
    trimp_score,
    edwards_score,
    coalesce(measured_load_score, usual_load_per_s * moving_known_s) as load_score,
    case
        when measured_load_score is not null then 'heart_rate'
        when usual_load_per_s is not null then 'duration'
    end as load_method,
    easy_s,
    moderate_s,
    hard_s,
    easy_minus_3_bpm_s,
    easy_plus_3_bpm_s,
    moderate_minus_3_bpm_s,
    moderate_plus_3_bpm_s,
    easy_m,
    heart_rate_known_s,
    heart_rate_known_m,
    easy_s / nullif(heart_rate_known_s, 0) as easy_ratio,
    steady_s,
    speed_spread_ratio,
    decoupling_ratio,
    efficiency_m_per_beat,
    index_log_pct,
    steady_heart_rate_bpm,
    case
        when not is_run then 'not_a_run'
        when coalesce(heart_rate_known_s, 0) = 0 then 'unknown'
        when hard_s >= quality_hard_s then 'quality'
        when moving_known_s >= long_run_min_s and distance_known_m >= long_run_ratio * usual_run_m then 'long'
        else 'easy'
    end as session_class,
    device,
    device_key,
    heart_rate_source,
    heart_rate_coverage_ratio,
    has_position,
    heart_rate_rejected_s,
    speed_rejected_s
from usual
