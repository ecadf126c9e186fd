-- One row per activity that can be judged: training impulse, Edwards and Lucia scores, and how its time and
-- distance divide into easy, moderate and hard and into the zones of the articles.
--
-- Heart rate judges, but it needs minutes to follow: half a minute at threshold speed or faster is hard
-- whatever heart rate says yet, if such is a part of the run only. Where heart rate is not known, pace
-- judges an outdoor run if the threshold speed is known. What nobody can judge is in none of the sums.
--
-- grain: athlete_id, activity_id
-- check: trimp_score is null or trimp_score >= 0
-- check: pace_judged_s <= judged_s
with borders as (
    select
        max(zones.from_speed_ratio) filter (where zones.zone_name = 'zone_2') as zone_2_from_ratio,
        max(zones.from_speed_ratio) filter (where zones.zone_name = 'zone_3') as zone_3_from_ratio,
        max(zones.from_speed_ratio) filter (where zones.zone_name = 'zone_4') as zone_4_from_ratio,
        max(zones.from_speed_ratio) filter (where zones.zone_name = 'zone_5') as zone_5_from_ratio,
        max(zones.from_speed_ratio) filter (where zones.zone_name = 'zone_6') as zone_6_from_ratio
    from settings.intensity_zones as zones
),

-- a belt's speed is no pace, and a threshold of running none of riding
paced as (
    select
        activities.athlete_id,
        activities.activity_id,
        anchors.valid_from,
        case
            when activities.is_run and not activities.is_indoor then anchors.threshold_speed_m_per_s
        end as threshold_speed_m_per_s
    from staging.activities as activities
    inner join athlete.anchors as anchors
        on
            activities.athlete_id = anchors.athlete_id
            and activities.local_day between anchors.valid_from and anchors.valid_until_day
),

anchored as (
    select
        paced.athlete_id,
        paced.activity_id,
        paced.valid_from,
        paced.threshold_speed_m_per_s * borders.zone_2_from_ratio as zone_2_from_m_per_s,
        paced.threshold_speed_m_per_s * borders.zone_3_from_ratio as zone_3_from_m_per_s,
        paced.threshold_speed_m_per_s * borders.zone_4_from_ratio as zone_4_from_m_per_s,
        paced.threshold_speed_m_per_s * borders.zone_5_from_ratio as zone_5_from_m_per_s,
        paced.threshold_speed_m_per_s * borders.zone_6_from_ratio as zone_6_from_m_per_s
    from paced
    cross join borders
),

seconds as (
    select * from activity.heart_rate_seconds
    union all by name
    select * from activity.speed_seconds
),

-- few groups first, joins afterwards: ten years have a million rows. Zone 0 by pace is standing, null is that
-- nobody knows the threshold speed; without a heart rate are the sums of all moving time.
paces as (
    select
        seconds.athlete_id,
        seconds.activity_id,
        anchored.valid_from,
        seconds.heart_rate_bpm,
        cast(seconds.speed_step_m_per_s > 0 as bigint)
        + cast(seconds.speed_step_m_per_s >= anchored.zone_2_from_m_per_s as bigint)
        + cast(seconds.speed_step_m_per_s >= anchored.zone_3_from_m_per_s as bigint)
        + cast(seconds.speed_step_m_per_s >= anchored.zone_4_from_m_per_s as bigint)
        + cast(seconds.speed_step_m_per_s >= anchored.zone_5_from_m_per_s as bigint)
        + cast(seconds.speed_step_m_per_s >= anchored.zone_6_from_m_per_s as bigint) as pace_zone,
        sum(seconds.duration_s) as duration_s,
        sum(seconds.distance_m) as distance_m
    from seconds
    inner join anchored
        on seconds.athlete_id = anchored.athlete_id and seconds.activity_id = anchored.activity_id
    group by all
),

weighed as (
    select
        seconds.athlete_id,
        seconds.activity_id,
        seconds.pace_zone,
        weights.zone,
        weights.thresholds_passed,
        weights.thresholds_passed_minus_3_bpm,
        weights.thresholds_passed_plus_3_bpm,
        any_value(weights.threshold_hour_trimp_score) as threshold_hour_trimp_score,
        sum(seconds.duration_s / 60 * weights.trimp_per_min) as trimp_score,
        sum(seconds.duration_s / 60 * weights.edwards_weight) as edwards_score,
        sum(seconds.duration_s / 60 * (1 + weights.thresholds_passed)) as lucia_score,
        sum(seconds.duration_s) as duration_s,
        sum(seconds.distance_m) as distance_m
    from paces as seconds
    inner join athlete.heart_rate_weights as weights
        on
            seconds.athlete_id = weights.athlete_id
            and seconds.valid_from = weights.valid_from
            and seconds.heart_rate_bpm = weights.heart_rate_bpm
    group by all
),

known as (
    select
        weighed.athlete_id,
        weighed.activity_id,
        weighed.pace_zone,
        sum(weighed.duration_s) as duration_s,
        sum(weighed.distance_m) as distance_m
    from weighed
    group by weighed.athlete_id, weighed.activity_id, weighed.pace_zone
),

-- less than a second is the rounding of the sums
without_heart_rate as (
    select
        moving.athlete_id,
        moving.activity_id,
        moving.pace_zone,
        moving.duration_s - coalesce(known.duration_s, 0) as duration_s,
        greatest(moving.distance_m - coalesce(known.distance_m, 0), 0) as distance_m
    from paces as moving
    left join known
        on
            moving.athlete_id = known.athlete_id
            and moving.activity_id = known.activity_id
            and moving.pace_zone = known.pace_zone
    where
        moving.heart_rate_bpm is null
        and moving.pace_zone > 0
        and moving.duration_s - coalesce(known.duration_s, 0) >= 1
),

both_kinds as (
    select * from weighed
    union all by name
    select * from without_heart_rate
),

raced as (
    select
        both_kinds.*,
        both_kinds.thresholds_passed is not null as is_heart_rate_known,
        pace.thresholds_passed as passed_by_pace,
        coalesce(pace.thresholds_passed = 2, false) as is_pace_hard
    from both_kinds
    left join settings.intensity_zones as pace on both_kinds.pace_zone = pace.zone
),

-- repeats are a part of a run; where pace contradicts heart rate for most of it, the threshold speed is wrong
compared as (
    select
        raced.*,
        raced.is_pace_hard
        and (
            not raced.is_heart_rate_known
            or coalesce(
                sum(raced.duration_s) filter (where raced.is_pace_hard and raced.thresholds_passed < 2)
                    over activity
                <= thresholds.lag_share_max_ratio
                * sum(raced.duration_s) filter (where raced.is_heart_rate_known) over activity,
                true
            )
        ) as is_fast
    from raced
    cross join settings.judging as thresholds
    window activity as (partition by raced.athlete_id, raced.activity_id)
),

judged as (
    select
        compared.athlete_id,
        compared.activity_id,
        compared.duration_s,
        compared.distance_m,
        compared.trimp_score,
        compared.edwards_score,
        compared.lucia_score,
        compared.threshold_hour_trimp_score,
        compared.is_heart_rate_known,
        not compared.is_heart_rate_known
        or (compared.is_fast and compared.thresholds_passed < 2) as is_judged_by_pace,
        if(compared.is_fast, 2, coalesce(compared.thresholds_passed, compared.passed_by_pace)) as passed,
        if(compared.is_fast, 2, coalesce(compared.thresholds_passed_minus_3_bpm, compared.passed_by_pace))
            as passed_minus_3_bpm,
        if(compared.is_fast, 2, coalesce(compared.thresholds_passed_plus_3_bpm, compared.passed_by_pace))
            as passed_plus_3_bpm,
        zones.zone_name
    from compared
    inner join settings.intensity_zones as zones
        on
            zones.zone = if(
                compared.is_fast,
                greatest(compared.pace_zone, compared.zone),
                coalesce(compared.zone, compared.pace_zone)
            )
)

select
    athlete_id,
    activity_id,
    sum(trimp_score) as trimp_score,
    sum(edwards_score) as edwards_score,
    sum(lucia_score) as lucia_score,
    100 * sum(trimp_score) / any_value(threshold_hour_trimp_score) as heart_rate_load_score,
    coalesce(sum(duration_s) filter (where is_heart_rate_known), 0) as heart_rate_known_s,
    coalesce(sum(distance_m) filter (where is_heart_rate_known), 0) as heart_rate_known_m,
    sum(duration_s) as judged_s,
    sum(distance_m) as judged_m,
    coalesce(sum(duration_s) filter (where is_judged_by_pace), 0) as pace_judged_s,
    coalesce(sum(duration_s) filter (where passed = 0), 0) as easy_s,
    coalesce(sum(duration_s) filter (where passed = 1), 0) as moderate_s,
    coalesce(sum(duration_s) filter (where passed = 2), 0) as hard_s,
    coalesce(sum(distance_m) filter (where passed = 0), 0) as easy_m,
    coalesce(sum(distance_m) filter (where passed = 1), 0) as moderate_m,
    coalesce(sum(distance_m) filter (where passed = 2), 0) as hard_m,
    coalesce(sum(duration_s) filter (where passed_minus_3_bpm = 0), 0) as easy_minus_3_bpm_s,
    coalesce(sum(duration_s) filter (where passed_minus_3_bpm = 1), 0) as moderate_minus_3_bpm_s,
    coalesce(sum(duration_s) filter (where passed_minus_3_bpm = 2), 0) as hard_minus_3_bpm_s,
    coalesce(sum(duration_s) filter (where passed_plus_3_bpm = 0), 0) as easy_plus_3_bpm_s,
    coalesce(sum(duration_s) filter (where passed_plus_3_bpm = 1), 0) as moderate_plus_3_bpm_s,
    coalesce(sum(duration_s) filter (where passed_plus_3_bpm = 2), 0) as hard_plus_3_bpm_s,
    coalesce(sum(distance_m) filter (where passed_minus_3_bpm = 0), 0) as easy_minus_3_bpm_m,
    coalesce(sum(distance_m) filter (where passed_plus_3_bpm = 0), 0) as easy_plus_3_bpm_m,
    coalesce(sum(duration_s) filter (where zone_name = 'zone_1'), 0) as zone_1_s,
    coalesce(sum(duration_s) filter (where zone_name = 'zone_2'), 0) as zone_2_s,
    coalesce(sum(duration_s) filter (where zone_name = 'zone_3'), 0) as zone_3_s,
    coalesce(sum(duration_s) filter (where zone_name = 'zone_4'), 0) as zone_4_s,
    coalesce(sum(duration_s) filter (where zone_name = 'zone_5'), 0) as zone_5_s,
    coalesce(sum(duration_s) filter (where zone_name = 'zone_6'), 0) as zone_6_s,
    coalesce(sum(distance_m) filter (where zone_name = 'zone_1'), 0) as zone_1_m,
    coalesce(sum(distance_m) filter (where zone_name = 'zone_2'), 0) as zone_2_m,
    coalesce(sum(distance_m) filter (where zone_name = 'zone_3'), 0) as zone_3_m,
    coalesce(sum(distance_m) filter (where zone_name = 'zone_4'), 0) as zone_4_m,
    coalesce(sum(distance_m) filter (where zone_name = 'zone_5'), 0) as zone_5_m,
    coalesce(sum(distance_m) filter (where zone_name = 'zone_6'), 0) as zone_6_m
from judged
group by athlete_id, activity_id
