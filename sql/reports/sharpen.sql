-- One row for an athlete with an activity: what had to be guessed, and how much hangs on it.
with runs as (
    select
        count(*) as activity_count,
        count(*) filter (where activities.heart_rate_mean_bpm is not null) as heart_rate_count,
        count(*) filter (where activities.utc_offset_source is null) as unplaced_count,
        count(*) filter (where activities.session_class = 'race') as race_count,
        count(*) filter (where activities.sport = 'running') as run_count,
        count(*) filter (where activities.sport = 'running' and activities.heart_rate_mean_bpm is null)
            as bare_run_count,
        count(*) filter (where activities.trimp_score is not null) as trimp_count
    from marts.activities as activities
    where activities.athlete_id = $athlete_id
),

anchors as (
    select
        max_by(anchors.value, anchors.valid_from) filter (where anchors.anchor = 'heart_rate_max_bpm')
            as heart_rate_max_bpm,
        max_by(anchors.source, anchors.valid_from) filter (where anchors.anchor = 'heart_rate_max_bpm')
            as heart_rate_max_source,
        max_by(anchors.is_confirmed, anchors.valid_from) filter (where anchors.anchor = 'heart_rate_max_bpm')
            as is_heart_rate_max_confirmed,
        max_by(anchors.value, anchors.valid_from) filter (where anchors.anchor = 'heart_rate_resting_bpm')
            as heart_rate_resting_bpm,
        max_by(anchors.source, anchors.valid_from) filter (where anchors.anchor = 'heart_rate_resting_bpm')
            as heart_rate_resting_source,
        max_by(anchors.value, anchors.valid_from) filter (where anchors.anchor = 'easy_below_bpm')
            as easy_below_bpm,
        max_by(anchors.source, anchors.valid_from) filter (where anchors.anchor = 'easy_below_bpm')
            as easy_below_source,
        max_by(anchors.value, anchors.valid_from) filter (where anchors.anchor = 'hard_from_bpm')
            as hard_from_bpm,
        max_by(anchors.source, anchors.valid_from) filter (where anchors.anchor = 'hard_from_bpm')
            as hard_from_source,
        max_by(anchors.source, anchors.valid_from) filter (where anchors.anchor = 'threshold_speed_m_per_s')
            as threshold_speed_source
    from marts.anchors as anchors
    where anchors.athlete_id = $athlete_id and anchors.is_latest_anchor
),

splits as (
    select
        max_by(splits.easy_time_ratio, splits.week_start_on) as easy_time_ratio,
        max_by(splits.easy_time_minus_3_bpm_ratio, splits.week_start_on) as easy_time_minus_3_bpm_ratio,
        max_by(splits.easy_time_plus_3_bpm_ratio, splits.week_start_on) as easy_time_plus_3_bpm_ratio
    from marts.intensity_split as splits
    where splits.athlete_id = $athlete_id and splits.window_weeks = 8 and splits.easy_time_ratio is not null
),

verdicts as (
    select
        any_value(plateau.verdict) as verdict,
        any_value(plateau.class_zero_speed_lower) as class_zero_speed_lower,
        any_value(plateau.class_zero_speed_higher) as class_zero_speed_higher,
        any_value(plateau.zero_speed_doubt_bpm) as zero_speed_doubt_bpm
    from marts.plateau as plateau
    where plateau.athlete_id = $athlete_id and plateau.is_latest and plateau.is_chosen
),

silent as (
    select list(causes.cause order by causes.cause) as silent_causes
    from marts.causes as causes
    where causes.athlete_id = $athlete_id and causes.status = 'not_assessable'
),

journals as (
    select count(*) as journal_count
    from marts.files as files
    where
        files.athlete_id = $athlete_id
        and files.format = 'journal'
        and files.outcome in ('imported', 'salvaged')
)

select
    athletes.birth_year,
    athletes.sex,
    runs.*,
    anchors.*,
    splits.*,
    verdicts.*,
    silent.silent_causes,
    journals.journal_count
from marts.athletes as athletes
cross join runs
cross join anchors
cross join splits
cross join verdicts
cross join silent
cross join journals
where athletes.athlete_id = $athlete_id and runs.activity_count > 0
