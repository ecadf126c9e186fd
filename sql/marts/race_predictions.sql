-- One row per athlete and race distance: what time is to be expected, by four models, and from what.
--
-- The evidence is a run outdoors of the last half year: of those nearly as good as the best (by VDOT), the
-- one whose distance is nearest. Riegel, Cameron and VDOT start from it, critical speed from its own efforts
-- if those are believed. A model says nothing outside of the times that it was made for.
--
-- grain: athlete_id, race_distance_m
-- check: confidence in ('high', 'medium', 'low', 'none')
-- check: (confidence = 'none') = (activity_id is null)
-- check: predicted_s is null or predicted_s > 0
with latest as (
    select
        activities.athlete_id,
        max(activities.local_day) as last_day
    from athlete.activities as activities
    group by activities.athlete_id
),

recent as (
    select
        efforts.*,
        latest.last_day - efforts.local_day as age_days,
        max(efforts.vdot_score) over (partition by efforts.athlete_id) as best_vdot_score
    from marts.best_efforts as efforts
    inner join latest on efforts.athlete_id = latest.athlete_id
    cross join settings.judging as thresholds
    where
        efforts.vdot_score is not null
        and efforts.effort_distance_m >= thresholds.evidence_min_m
        and latest.last_day - efforts.local_day <= thresholds.evidence_memory_days
),

ranked as (
    select
        latest.athlete_id,
        latest.last_day,
        distances.race_distance_m,
        recent.activity_id,
        recent.local_day,
        recent.age_days,
        recent.effort_distance_m,
        recent.elapsed_s,
        recent.vdot_score,
        recent.race_source,
        distances.race_distance_m / recent.effort_distance_m as times_as_far,
        row_number() over (
            partition by latest.athlete_id, distances.race_distance_m
            order by
                abs(ln(distances.race_distance_m / recent.effort_distance_m)) asc,
                recent.vdot_score desc,
                recent.activity_id asc
        ) as nearness
    from latest
    cross join settings.race_distances as distances
    cross join settings.judging as thresholds
    left join recent
        on
            latest.athlete_id = recent.athlete_id
            and recent.vdot_score >= thresholds.evidence_min_ratio * recent.best_vdot_score
),

predicted as (
    select
        ranked.*,
        thresholds.near_distance_max_ratio,
        thresholds.evidence_recent_days,
        ranked.elapsed_s * power(ranked.times_as_far, thresholds.riegel_exponent) as riegel_s,
        ranked.elapsed_s
        * ranked.times_as_far
        * (
            thresholds.cameron_0
            + thresholds.cameron_1 * ranked.effort_distance_m
            + thresholds.cameron_2 * power(ranked.effort_distance_m, thresholds.cameron_exponent)
        )
        / (
            thresholds.cameron_0
            + thresholds.cameron_1 * ranked.race_distance_m
            + thresholds.cameron_2 * power(ranked.race_distance_m, thresholds.cameron_exponent)
        ) as cameron_s,
        points.elapsed_s
        + (ranked.vdot_score - points.vdot_score)
        / (points.next_vdot_score - points.vdot_score)
        * (points.next_elapsed_s - points.elapsed_s) as vdot_s,
        (ranked.race_distance_m - speeds.d_prime_m) / speeds.critical_speed_m_per_s as critical_speed_s,
        thresholds.riegel_min_s,
        thresholds.riegel_max_s,
        thresholds.critical_speed_min_s,
        thresholds.critical_speed_max_s
    from ranked
    cross join settings.judging as thresholds
    left join settings.vdot_points as points
        on
            ranked.race_distance_m = points.race_distance_m
            and ranked.vdot_score >= points.vdot_score
            and ranked.vdot_score < points.next_vdot_score
    left join athlete.critical_speeds as speeds
        on
            ranked.athlete_id = speeds.athlete_id
            and ranked.last_day between speeds.valid_from and speeds.valid_until_day
            and speeds.is_critical_speed_confident
    where ranked.nearness = 1
),

valid as (
    select
        predicted.* exclude (riegel_s, cameron_s, critical_speed_s),
        case
            when predicted.riegel_s between predicted.riegel_min_s and predicted.riegel_max_s
                then predicted.riegel_s
        end as riegel_s,
        case
            when predicted.cameron_s between predicted.riegel_min_s and predicted.riegel_max_s
                then predicted.cameron_s
        end as cameron_s,
        case
            when
                predicted.critical_speed_s between
                predicted.critical_speed_min_s and predicted.critical_speed_max_s
                then predicted.critical_speed_s
        end as critical_speed_s
    from predicted
)

select
    athlete_id,
    race_distance_m,
    list_median([riegel_s, cameron_s, vdot_s, critical_speed_s]) as predicted_s,
    riegel_s,
    cameron_s,
    vdot_s,
    critical_speed_s,
    activity_id,
    local_day,
    age_days,
    effort_distance_m,
    elapsed_s,
    vdot_score,
    race_source,
    case
        when activity_id is null then 'none'
        when race_source is null then 'low'
        when
            race_source = 'near_best'
            or age_days > evidence_recent_days
            or greatest(times_as_far, 1 / times_as_far) > near_distance_max_ratio
            then 'medium'
        else 'high'
    end as confidence,
    case
        when activity_id is null then 'no run outdoors of a mile or more in the last half year'
        when race_source is null then 'a training run: probably slower than you can'
        when race_source = 'near_best' then 'an effort near your best'
        else 'a race'
    end as reason
from valid
