-- One row per athlete and question that comes before every cause of training: can the numbers be trusted?
--
-- The sensor and the treadmill are compared between the recent weeks and those before: a share that moved by
-- more than a third makes the two stretches hard to compare. The zones are doubted where the maximum heart
-- rate is a guess, or where thresholds three beats off would turn round an answer about easy running.
--
-- grain: athlete_id, gate
-- check: gate in ('device', 'heat', 'heart_rate_sensor', 'treadmill', 'zones')
-- check: status in ('flag', 'ok', 'not_assessable')
with runs as (
    select
        activities.athlete_id,
        count(*) filter (where activities.local_day >= periods.recent_from) as recent_count,
        count(*) filter (where activities.local_day < periods.recent_from) as base_count,
        avg(cast(activities.is_indoor as integer)) filter (where activities.local_day >= periods.recent_from)
            as recent_indoor_ratio,
        avg(cast(activities.is_indoor as integer)) filter (where activities.local_day < periods.recent_from)
            as base_indoor_ratio,
        avg(cast(activities.heart_rate_source = 'wrist' as integer))
        filter (where activities.local_day >= periods.recent_from) as recent_wrist_ratio,
        avg(cast(activities.heart_rate_source = 'wrist' as integer))
        filter (where activities.local_day < periods.recent_from) as base_wrist_ratio,
        list(activities.activity_id order by activities.local_day desc, activities.activity_id asc)
        filter (where activities.is_indoor) as indoor_ids,
        list(activities.activity_id order by activities.local_day desc, activities.activity_id asc)
        filter (where activities.heart_rate_source = 'wrist') as wrist_ids
    from athlete.periods as periods
    inner join athlete.activities as activities
        on periods.athlete_id = activities.athlete_id and periods.base_from <= activities.local_day
    where activities.is_run
    group by activities.athlete_id
),

mixes as (
    select
        runs.athlete_id,
        kinds.gate,
        if(kinds.gate = 'treadmill', runs.recent_indoor_ratio, runs.recent_wrist_ratio) as recent_ratio,
        if(kinds.gate = 'treadmill', runs.base_indoor_ratio, runs.base_wrist_ratio) as base_ratio,
        if(kinds.gate = 'treadmill', 'on a treadmill', 'with heart rate from the wrist') as in_words,
        if(kinds.gate = 'treadmill', runs.indoor_ids, runs.wrist_ids) as activity_ids,
        least(runs.recent_count, runs.base_count) >= thresholds.cause_min_runs as has_both,
        thresholds.mix_shift_flag_ratio
    from runs
    cross join (values ('treadmill'), ('heart_rate_sensor')) as kinds (gate)
    cross join settings.judging as thresholds
),

shares as (
    select
        activities.athlete_id,
        sum(activities.easy_minus_3_bpm_m) / nullif(sum(activities.judged_m), 0) as easy_low_ratio,
        sum(activities.easy_plus_3_bpm_m) / nullif(sum(activities.judged_m), 0) as easy_high_ratio
    from athlete.periods as periods
    inner join athlete.activities as activities
        on periods.athlete_id = activities.athlete_id and periods.recent_from <= activities.local_day
    where activities.is_run
    group by activities.athlete_id
),

doubts as (
    select
        athletes.athlete_id,
        coalesce(
            anchors.is_heart_rate_max_confirmed or (anchors.is_easy_known and anchors.is_threshold_known),
            false
        ) as is_known,
        anchors.athlete_heart_rate_max_bpm,
        (shares.easy_low_ratio < thresholds.easy_share_flag_ratio)
        != (shares.easy_high_ratio < thresholds.easy_share_flag_ratio) as is_sensitive
    from athlete.athletes as athletes
    cross join settings.judging as thresholds
    left join athlete.anchors as anchors
        on athletes.athlete_id = anchors.athlete_id and anchors.is_latest_anchor
    left join shares on athletes.athlete_id = shares.athlete_id
)

select
    athletes.athlete_id,
    if(causes.cause = 'device_change', 'device', 'heat') as gate,
    case
        when scores.score is null then 'not_assessable'
        when evidence.exposure_score >= thresholds.score_min then 'flag'
        else 'ok'
    end as status,
    coalesce(evidence.reason, causes.needs) as reason,
    coalesce(evidence.activity_ids, cast([] as varchar[])) as activity_ids
from athlete.athletes as athletes
cross join settings.causes as causes
cross join settings.judging as thresholds
left join athlete.cause_evidence as evidence
    on athletes.athlete_id = evidence.athlete_id and causes.cause = evidence.cause
left join athlete.cause_scores as scores
    on athletes.athlete_id = scores.athlete_id and causes.cause = scores.cause
where causes.is_artefact
union all
select
    athletes.athlete_id,
    kinds.gate,
    case
        when not coalesce(mixes.has_both, false) or mixes.recent_ratio is null or mixes.base_ratio is null
            then 'not_assessable'
        when abs(mixes.recent_ratio - mixes.base_ratio) > mixes.mix_shift_flag_ratio then 'flag'
        else 'ok'
    end as status,
    case
        when not coalesce(mixes.has_both, false) then 'Needs recent runs, and older ones.'
        when mixes.recent_ratio is null or mixes.base_ratio is null
            then 'The files do not say where the heart rate is from.'
        else format(
            '{:.0f} % of the recent runs were {}, {:.0f} % of those before.',
            100 * mixes.recent_ratio,
            mixes.in_words,
            100 * mixes.base_ratio
        )
    end as reason,
    coalesce(mixes.activity_ids, cast([] as varchar[])) as activity_ids
from athlete.athletes as athletes
cross join (values ('treadmill'), ('heart_rate_sensor')) as kinds (gate)
left join mixes on athletes.athlete_id = mixes.athlete_id and kinds.gate = mixes.gate
union all
select
    doubts.athlete_id,
    'zones' as gate,
    case
        when doubts.is_sensitive is null then 'not_assessable'
        when doubts.is_known and not doubts.is_sensitive then 'ok'
        else 'flag'
    end as status,
    case
        when doubts.is_sensitive is null then 'No zones are asked for: no run has an effort that is known.'
        when not doubts.is_known
            then format(
                'The maximum heart rate, {:.0f} bpm, is a guess: the runs were never hard, or only once.',
                doubts.athlete_heart_rate_max_bpm
            )
        when doubts.is_sensitive then 'Thresholds 3 bpm off would turn round an answer about easy running.'
        else 'Thresholds 3 bpm off would not change what is said of easy running.'
    end as reason,
    cast([] as varchar[]) as activity_ids
from doubts
