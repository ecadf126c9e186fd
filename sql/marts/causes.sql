-- One row per athlete and cause that a plateau can have: flagged, ruled out, or impossible to tell.
--
-- score = coverage x certainty x exposure, where exposure is 0.5 at the threshold and grows beyond it, and
-- certainty is halved if the answer hangs on a guess; causes with a score of at least 0.5 are ranked. "Fits"
-- and "consistent with", never "because": one runner proves no cause.
--
-- grain: athlete_id, cause
-- check: status in ('flag', 'ok', 'not_assessable', 'not_applicable')
-- check: score is null or score between 0 and 1
-- check: (status = 'not_assessable') = (score is null)
with evidence as (
    select
        'device_change' as cause,
        evidence.*
    from athlete.cause_device_change as evidence
    union all by name
    select
        'too_early' as cause,
        evidence.*
    from athlete.cause_too_early as evidence
    union all by name
    select
        'easy_share_low' as cause,
        evidence.*
    from athlete.cause_easy_share_low as evidence
    union all by name
    select
        'medium_trap' as cause,
        evidence.*
    from athlete.cause_medium_trap as evidence
    union all by name
    select
        'low_mileage' as cause,
        evidence.*
    from athlete.cause_low_mileage as evidence
    union all by name
    select
        'inconsistent' as cause,
        evidence.*
    from athlete.cause_inconsistent as evidence
    union all by name
    select
        'no_down_weeks' as cause,
        evidence.*
    from athlete.cause_no_down_weeks as evidence
),

scored as (
    select
        athletes.athlete_id,
        causes.cause,
        causes.question,
        causes.is_looked_for,
        evidence.* exclude (athlete_id, cause),
        case
            when
                evidence.exposure_score >= thresholds.score_min
                or evidence.coverage_ratio >= thresholds.ruled_out_coverage_min_ratio
                then evidence.coverage_ratio * evidence.certainty_ratio * evidence.exposure_score
        end as score,
        thresholds.score_min
    from athlete.athletes as athletes
    cross join settings.causes as causes
    cross join settings.judging as thresholds
    left join evidence
        on athletes.athlete_id = evidence.athlete_id and causes.cause = evidence.cause
)

select
    scored.athlete_id,
    scored.cause,
    scored.question,
    case
        when scored.score is null then 'not_assessable'
        when scored.exposure_score >= scored.score_min then 'flag'
        else 'ok'
    end as status,
    scored.score,
    case
        when scored.score >= scored.score_min
            then
                row_number() over (
                    partition by scored.athlete_id order by scored.score desc nulls last, scored.cause asc
                )
    end as rank,
    scored.value,
    scored.unit,
    scored.threshold,
    scored.coverage_ratio,
    scored.certainty_ratio,
    scored.window_start_on,
    scored.window_end_on,
    coalesce(
        scored.reason,
        if(
            scored.is_looked_for,
            'The runs needed to tell are not there.',
            'This version does not look for it yet.'
        )
    ) as reason,
    coalesce(scored.activity_ids, cast([] as varchar[])) as activity_ids
from scored
