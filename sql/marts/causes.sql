-- One row per athlete and cause that a plateau can have: flagged, ruled out, or impossible to tell.
--
-- A flag is exposure beyond the threshold; `rank` orders the flags by score, artefacts of the measurement
-- with a leading score first, and `is_leading` are those with a score of at least 0.5. A cause that
-- another flagged one explains counts 0.8 of its score. "Fits" and "consistent with", never "because": one
-- runner proves none.
--
-- grain: athlete_id, cause
-- check: status in ('flag', 'ok', 'not_assessable', 'not_applicable')
-- check: score is null or score between 0 and 1
-- check: (status in ('flag', 'ok')) = (score is not null)
-- check: (status = 'flag') = (rank is not null)
-- check: not is_leading or status = 'flag'
with judged as (
    select
        athletes.athlete_id,
        causes.cause,
        causes.question,
        causes.article,
        causes.is_artefact,
        causes.needs,
        evidence.* exclude (athlete_id, cause, is_applicable, response_score),
        scores.score as own_score,
        scores.alignment_score,
        scores.response_score,
        case
            when not scores.is_applicable then 'not_applicable'
            when scores.score is null then 'not_assessable'
            when evidence.exposure_score >= thresholds.score_min then 'flag'
            else 'ok'
        end as status,
        thresholds.score_min,
        thresholds.explained_ratio
    from athlete.athletes as athletes
    cross join settings.causes as causes
    cross join settings.judging as thresholds
    left join athlete.cause_scores as scores
        on athletes.athlete_id = scores.athlete_id and causes.cause = scores.cause
    left join athlete.cause_evidence as evidence
        on athletes.athlete_id = evidence.athlete_id and causes.cause = evidence.cause
),

explained as (
    select
        judged.athlete_id,
        judged.cause,
        arg_max(others.cause, row(others.own_score, others.cause)) as explained_by
    from judged
    inner join settings.cause_overlaps as pairs on judged.cause = pairs.cause
    inner join judged as others
        on judged.athlete_id = others.athlete_id and pairs.explained_by = others.cause
    where judged.status = 'flag' and others.status = 'flag' and others.own_score >= others.score_min
    group by judged.athlete_id, judged.cause
),

scored as (
    select
        judged.*,
        explained.explained_by,
        judged.own_score * if(explained.explained_by is null, 1, judged.explained_ratio) as score
    from judged
    left join explained
        on judged.athlete_id = explained.athlete_id and judged.cause = explained.cause
)

select
    scored.athlete_id,
    scored.cause,
    scored.question,
    scored.article,
    scored.is_artefact,
    scored.status,
    scored.score,
    case
        when scored.status = 'flag'
            then
                row_number() over (
                    partition by scored.athlete_id, scored.status
                    order by
                        scored.is_artefact and scored.score >= scored.score_min desc,
                        scored.score desc,
                        scored.cause asc
                )
    end as rank,
    coalesce(scored.status = 'flag' and scored.score >= scored.score_min, false) as is_leading,
    scored.value,
    scored.unit,
    scored.threshold,
    scored.exposure_score,
    scored.coverage_ratio,
    scored.certainty_ratio,
    scored.alignment_score,
    scored.response_score,
    scored.explained_by,
    scored.began_on,
    scored.window_start_on,
    scored.window_end_on,
    -- little that speaks for or against it is no evidence, and the sentence alone would read like some
    if(
        scored.status = 'not_assessable' and scored.exposure_score is not null,
        concat(scored.needs, coalesce(' Too little so far: ' || scored.reason, '')),
        coalesce(scored.reason, scored.needs)
    ) as reason,
    scored.needs,
    if(scored.status = 'flag', scored.advice, null) as advice,
    coalesce(scored.activity_ids, cast([] as varchar[])) as activity_ids
from scored
