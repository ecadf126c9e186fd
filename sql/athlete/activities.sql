-- One row per activity: what the watch said, what its records show, and its load.
--
-- Load is on one scale: 100 is an hour at threshold. It is taken from what is there, in order of trust:
-- heart rate (training impulse against that of an hour at threshold); the grade-adjusted pace of an outdoor
-- run (hours x (speed / threshold speed)^2); the rating of the effort times the minutes (Foster), made into
-- this unit by the athlete's own sessions that have both; the usual load per hour of that sport.
-- `load_method` says which. The rating of a journal comes before the file's, for the day's longest run.
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

rated as (
    select
        journal.athlete_id,
        arg_max(
            activities.activity_id,
            row(
                activities.is_run,
                coalesce(activities.timer_s, activities.elapsed_s, 0),
                activities.activity_id
            )
        ) as activity_id,
        any_value(journal.effort_rating) as effort_rating
    from staging.journal as journal
    inner join staging.activities as activities
        on journal.athlete_id = activities.athlete_id and journal.local_day = activities.local_day
    where journal.effort_rating is not null
    group by journal.athlete_id, journal.local_day
),

joined as (
    select
        activities.* replace (coalesce(rated.effort_rating, activities.effort_rating) as effort_rating),
        coalesce(given.name, activities.name) as given_name,
        given.gear,
        summaries.record_count,
        coalesce(
            nullif(summaries.moving_s, 0), activities.timer_s, activities.elapsed_s, 0
        ) as moving_known_s,
        coalesce(activities.distance_m, summaries.travelled_m) as distance_known_m,
        summaries.moving_s as measured_moving_s,
        summaries.ascent_hysteresis_m,
        summaries.moving_m,
        summaries.grade_adjusted_m,
        summaries.recorded_s,
        coalesce(summaries.has_position, false) as has_position,
        coalesce(summaries.heart_rate_rejected_s, 0) as heart_rate_rejected_s,
        coalesce(summaries.heart_rate_out_of_range_s, 0) as heart_rate_out_of_range_s,
        coalesce(summaries.heart_rate_flat_s, 0) as heart_rate_flat_s,
        coalesce(summaries.heart_rate_cadence_locked_s, 0) as heart_rate_cadence_locked_s,
        coalesce(summaries.heart_rate_dropout_s, 0) as heart_rate_dropout_s,
        coalesce(summaries.speed_rejected_s, 0) as speed_rejected_s,
        summaries.heart_rate_mean_bpm as measured_heart_rate_mean_bpm,
        coalesce(summaries.heart_rate_session_mean_bpm, activities.heart_rate_mean_bpm)
            as session_mean_bpm,
        summaries.heart_rate_peak_bpm,
        coalesce(summaries.heart_rate_known_s / nullif(summaries.recorded_s, 0), 0)
            as heart_rate_coverage_ratio,
        loads.heart_rate_load_score,
        loads.trimp_score,
        loads.edwards_score,
        loads.lucia_score,
        loads.heart_rate_known_s,
        loads.heart_rate_known_m,
        loads.judged_s,
        loads.judged_m,
        loads.pace_judged_s,
        loads.easy_s,
        loads.moderate_s,
        loads.hard_s,
        loads.easy_m,
        loads.moderate_m,
        loads.hard_m,
        loads.easy_minus_3_bpm_s,
        loads.moderate_minus_3_bpm_s,
        loads.hard_minus_3_bpm_s,
        loads.easy_plus_3_bpm_s,
        loads.moderate_plus_3_bpm_s,
        loads.hard_plus_3_bpm_s,
        loads.easy_minus_3_bpm_m,
        loads.easy_plus_3_bpm_m,
        loads.zone_1_s,
        loads.zone_2_s,
        loads.zone_3_s,
        loads.zone_4_s,
        loads.zone_5_s,
        loads.zone_6_s,
        loads.zone_1_m,
        loads.zone_2_m,
        loads.zone_3_m,
        loads.zone_4_m,
        loads.zone_5_m,
        loads.zone_6_m,
        terrains.grade_smoothing_m,
        steadiness.steady_s,
        steadiness.speed_spread_ratio,
        steadiness.decoupling_ratio,
        steadiness.efficiency_m_per_beat,
        steadiness.decoupling_halves_ratio,
        indices.index_log_pct,
        indices.steady_heart_rate_bpm,
        races.race_source,
        coalesce(workouts.is_quality, false) as is_quality,
        anchors.athlete_heart_rate_max_bpm,
        anchors.athlete_heart_rate_resting_bpm,
        anchors.threshold_speed_m_per_s,
        constants.session_trimp_factor,
        constants.session_trimp_exponent
    from staging.activities as activities
    left join given
        on activities.athlete_id = given.athlete_id and activities.activity_id = given.session_id
    left join rated
        on activities.athlete_id = rated.athlete_id and activities.activity_id = rated.activity_id
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
    left join athlete.races as races
        on activities.athlete_id = races.athlete_id and activities.activity_id = races.activity_id
    left join athlete.workouts as workouts
        on activities.athlete_id = workouts.athlete_id and activities.activity_id = workouts.activity_id
    left join athlete.anchors as anchors
        on
            activities.athlete_id = anchors.athlete_id
            and activities.local_day between anchors.valid_from and anchors.valid_until_day
    left join athlete.athletes as athletes on activities.athlete_id = athletes.athlete_id
    left join settings.trimp_constants as constants on athletes.sex = constants.sex
),

measured as (
    select
        joined.*,
        case
            when joined.heart_rate_coverage_ratio >= thresholds.heart_rate_coverage_min_ratio
                then joined.heart_rate_load_score
        end as measured_load_score,
        -- what a hill costs was measured on runners
        case when joined.is_on_foot then joined.grade_adjusted_m / nullif(joined.measured_moving_s, 0) end
            as grade_adjusted_speed_m_per_s,
        case
            when joined.effort_rating > 0 and joined.effort_rating <= thresholds.effort_rating_max
                then joined.effort_rating * nullif(joined.moving_known_s, 0) / 60
        end as session_rpe_score,
        case
            when joined.session_mean_bpm < joined.athlete_heart_rate_resting_bpm then cast(0 as double)
            else joined.session_mean_bpm - joined.athlete_heart_rate_resting_bpm
        end
        / (joined.athlete_heart_rate_max_bpm - joined.athlete_heart_rate_resting_bpm)
            as session_reserve_ratio,
        thresholds.pace_load_max_ratio,
        thresholds.rated_min_count,
        thresholds.load_per_rated_min
    from joined
    cross join settings.judging as thresholds
),

compared as (
    select
        measured.*,
        case
            when
                measured.is_run
                and not measured.is_indoor
                and measured.grade_adjusted_speed_m_per_s
                <= measured.pace_load_max_ratio * measured.threshold_speed_m_per_s
                then
                    100 * measured.measured_moving_s / 3600
                    * pow(measured.grade_adjusted_speed_m_per_s / measured.threshold_speed_m_per_s, 2)
        end as pace_load_score,
        measured.session_rpe_score * if(
            count(measured.measured_load_score / measured.session_rpe_score) over athlete
            >= measured.rated_min_count,
            median(measured.measured_load_score / measured.session_rpe_score) over athlete,
            measured.load_per_rated_min
        ) as rated_load_score
    from measured
    window athlete as (partition by measured.athlete_id)
),

usual as (
    select
        compared.*,
        nullif(compared.moving_known_s, 0) * median(
            coalesce(compared.measured_load_score, compared.pace_load_score, compared.rated_load_score)
            / nullif(compared.moving_known_s, 0)
        ) over (partition by compared.athlete_id, compared.sport) as usual_load_score,
        median(case when compared.is_run then compared.distance_known_m end)
            over (partition by compared.athlete_id) as usual_run_m,
        thresholds.quality_hard_s,
        thresholds.long_run_min_s,
        thresholds.long_run_ratio
    from compared
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
    ascent_hysteresis_m,
    coalesce(measured_heart_rate_mean_bpm, heart_rate_mean_bpm) as heart_rate_mean_bpm,
    coalesce(heart_rate_peak_bpm, heart_rate_max_bpm) as heart_rate_max_bpm,
    moving_m / nullif(measured_moving_s, 0) as speed_m_per_s,
    grade_adjusted_speed_m_per_s,
    grade_smoothing_m,
    trimp_score,
    session_trimp_factor * session_reserve_ratio * exp(session_trimp_exponent * session_reserve_ratio)
    * moving_known_s / 60 as trimp_session_mean_score,
    edwards_score,
    lucia_score,
    effort_rating,
    session_rpe_score,
    heart_rate_load_score,
    pace_load_score,
    rated_load_score,
    coalesce(measured_load_score, pace_load_score, rated_load_score, usual_load_score) as load_score,
    case
        when measured_load_score is not null then 'heart_rate'
        when pace_load_score is not null then 'pace'
        when rated_load_score is not null then 'rpe'
        when usual_load_score is not null then 'duration'
    end as load_method,
    heart_rate_known_s,
    heart_rate_known_m,
    judged_s,
    judged_m,
    pace_judged_s,
    easy_s,
    moderate_s,
    hard_s,
    easy_m,
    moderate_m,
    hard_m,
    easy_minus_3_bpm_s,
    moderate_minus_3_bpm_s,
    hard_minus_3_bpm_s,
    easy_plus_3_bpm_s,
    moderate_plus_3_bpm_s,
    hard_plus_3_bpm_s,
    easy_minus_3_bpm_m,
    easy_plus_3_bpm_m,
    zone_1_s,
    zone_2_s,
    zone_3_s,
    zone_4_s,
    zone_5_s,
    zone_6_s,
    zone_1_m,
    zone_2_m,
    zone_3_m,
    zone_4_m,
    zone_5_m,
    zone_6_m,
    easy_s / nullif(judged_s, 0) as easy_ratio,
    steady_s,
    speed_spread_ratio,
    decoupling_ratio,
    decoupling_halves_ratio,
    efficiency_m_per_beat,
    index_log_pct,
    steady_heart_rate_bpm,
    case
        when not is_run then 'not_a_run'
        when race_source is not null then 'race'
        when is_quality or hard_s >= quality_hard_s then 'quality'
        when coalesce(judged_s, 0) = 0 then 'unknown'
        when moving_known_s >= long_run_min_s and distance_known_m >= long_run_ratio * usual_run_m then 'long'
        else 'easy'
    end as session_class,
    race_source,
    device,
    device_key,
    heart_rate_source,
    heart_rate_coverage_ratio,
    coalesce(pace_judged_s / nullif(judged_s, 0), 0) as pace_judged_ratio,
    has_position,
    heart_rate_rejected_s,
    heart_rate_out_of_range_s,
    heart_rate_flat_s,
    heart_rate_cadence_locked_s,
    heart_rate_dropout_s,
    speed_rejected_s
from usual
