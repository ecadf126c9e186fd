-- One row per athlete and plan that was started: the journal says so, or the runs clearly follow it.
--
-- Clearly is a mean adherence of 0.7 over all of its days, better than from any other start nearby.
--
-- grain: athlete_id, plan_name, plan_started_on
with means as (
    select
        candidates.athlete_id,
        candidates.plan_name,
        candidates.plan_started_on,
        candidates.start_source,
        plans.plan_day_count,
        avg(days.adherence_ratio) as adherence_ratio,
        count(days.adherence_ratio) as known_day_count
    from athlete.plan_candidates as candidates
    inner join athlete.plans as plans
        on candidates.athlete_id = plans.athlete_id and candidates.plan_name = plans.plan_name
    inner join athlete.plan_candidate_days as days
        on
            candidates.athlete_id = days.athlete_id
            and candidates.plan_name = days.plan_name
            and candidates.plan_started_on = days.plan_started_on
    group by
        candidates.athlete_id,
        candidates.plan_name,
        candidates.plan_started_on,
        candidates.start_source,
        plans.plan_day_count
),

better as (
    select distinct
        means.athlete_id,
        means.plan_name,
        means.plan_started_on
    from means
    inner join means as others
        on
            means.athlete_id = others.athlete_id
            and means.plan_name = others.plan_name
            and abs(means.plan_started_on - others.plan_started_on) < means.plan_day_count
            and means.plan_started_on != others.plan_started_on
    where
        means.start_source = 'runs'
        and (
            others.adherence_ratio > means.adherence_ratio
            or (
                others.adherence_ratio = means.adherence_ratio
                and others.plan_started_on < means.plan_started_on
            )
        )
)

select
    means.athlete_id,
    means.plan_name,
    means.plan_started_on,
    means.start_source,
    means.adherence_ratio,
    means.known_day_count
from means
cross join settings.judging as thresholds
anti join better
    on
        means.athlete_id = better.athlete_id
        and means.plan_name = better.plan_name
        and means.plan_started_on = better.plan_started_on
where means.start_source = 'journal' or means.adherence_ratio >= thresholds.plan_followed_min_ratio
