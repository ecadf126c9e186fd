-- One row per athlete and cause about which anything can be said: how well it fits, 0 to 1.
--
-- score = coverage x certainty x exposure x (0.5 + 0.2 alignment + 0.3 response) over the weights that are
-- known: a sign that cannot be seen neither helps nor harms. Exposure is 0.5 at the threshold and grows
-- beyond it. Alignment is 1 for what has always been so, or began shortly before the curve turned. Little
-- exposure that is badly covered is not known, and no counter-evidence.
--
-- grain: athlete_id, cause
-- check: score is null or score between 0 and 1
with turns as (
    select
        verdicts.athlete_id,
        turning_points.turned_on
    from athlete.verdicts as verdicts
    inner join athlete.turning_points as turning_points
        on
            verdicts.athlete_id = turning_points.athlete_id
            and verdicts.as_of_day = turning_points.as_of_day
    where verdicts.is_latest
),

aligned as (
    select
        evidence.*,
        case
            when evidence.began_on is null then 1
            when turns.turned_on is not null
                then
                    cast(
                        evidence.began_on between
                        turns.turned_on - cast(thresholds.alignment_before_days as integer)
                        and turns.turned_on + cast(thresholds.alignment_after_days as integer)
                        as integer
                    )
        end as alignment_score,
        thresholds.score_min,
        thresholds.ruled_out_coverage_min_ratio,
        thresholds.exposure_weight_ratio,
        thresholds.alignment_weight_ratio,
        thresholds.response_weight_ratio
    from athlete.cause_evidence as evidence
    cross join settings.judging as thresholds
    left join turns on evidence.athlete_id = turns.athlete_id
)

select
    athlete_id,
    cause,
    case
        when
            is_applicable
            and (exposure_score >= score_min or coverage_ratio >= ruled_out_coverage_min_ratio)
            then
                coverage_ratio * certainty_ratio * exposure_score
                * (
                    exposure_weight_ratio
                    + alignment_weight_ratio * coalesce(alignment_score, 0)
                    + response_weight_ratio * coalesce(response_score, 0)
                )
                / (
                    exposure_weight_ratio
                    + if(alignment_score is null, 0, alignment_weight_ratio)
                    + if(response_score is null, 0, response_weight_ratio)
                )
    end as score,
    cast(alignment_score as double) as alignment_score,
    response_score,
    is_applicable
from aligned
