-- One row per athlete, stretch of anchors and beat of heart rate: what a minute at it counts.
--
-- TRIMP is Banister's, of the share of heart-rate reserve, none below rest. Edwards weighs five zones of
-- maximum heart rate 1 to 5. With no threshold passed running is easy, with one moderate, with both hard; the
-- same with both a few beats lower and higher, so that a verdict can say whether it hangs on them. The zone
-- is that of the articles.
--
-- grain: athlete_id, valid_from, heart_rate_bpm
-- check: trimp_per_min >= 0
with beats as (
    select distinct
        seconds.athlete_id,
        seconds.heart_rate_bpm
    from activity.heart_rate_seconds as seconds
),

anchored as (
    select
        beats.athlete_id,
        beats.heart_rate_bpm,
        anchors.valid_from,
        anchors.easy_below_bpm,
        anchors.hard_from_bpm,
        beats.heart_rate_bpm / anchors.athlete_heart_rate_max_bpm as max_ratio,
        greatest(beats.heart_rate_bpm - anchors.athlete_heart_rate_resting_bpm, 0)
        / (anchors.athlete_heart_rate_max_bpm - anchors.athlete_heart_rate_resting_bpm) as reserve_ratio,
        (anchors.hard_from_bpm - anchors.athlete_heart_rate_resting_bpm)
        / (anchors.athlete_heart_rate_max_bpm - anchors.athlete_heart_rate_resting_bpm) as threshold_ratio
    from beats
    inner join athlete.anchors as anchors on beats.athlete_id = anchors.athlete_id
    where anchors.athlete_heart_rate_max_bpm is not null
),

zoned as (
    select
        anchored.athlete_id,
        anchored.valid_from,
        anchored.heart_rate_bpm,
        max(zones.zone) as zone
    from anchored
    inner join settings.intensity_zones as zones on anchored.max_ratio >= zones.from_ratio
    group by anchored.athlete_id, anchored.valid_from, anchored.heart_rate_bpm
)

select
    anchored.athlete_id,
    anchored.valid_from,
    anchored.heart_rate_bpm,
    anchored.reserve_ratio * constants.trimp_factor
    * exp(constants.trimp_exponent * anchored.reserve_ratio) as trimp_per_min,
    60 * anchored.threshold_ratio * constants.trimp_factor
    * exp(constants.trimp_exponent * anchored.threshold_ratio) as threshold_hour_trimp_score,
    coalesce(edwards.zone, 0) as edwards_weight,
    cast(anchored.heart_rate_bpm >= anchored.easy_below_bpm as bigint)
    + cast(anchored.heart_rate_bpm >= anchored.hard_from_bpm as bigint) as thresholds_passed,
    cast(anchored.heart_rate_bpm >= anchored.easy_below_bpm - thresholds.anchor_shift_bpm as bigint)
    + cast(anchored.heart_rate_bpm >= anchored.hard_from_bpm - thresholds.anchor_shift_bpm as bigint)
        as thresholds_passed_minus_3_bpm,
    cast(anchored.heart_rate_bpm >= anchored.easy_below_bpm + thresholds.anchor_shift_bpm as bigint)
    + cast(anchored.heart_rate_bpm >= anchored.hard_from_bpm + thresholds.anchor_shift_bpm as bigint)
        as thresholds_passed_plus_3_bpm,
    zoned.zone
from anchored
inner join zoned
    on
        anchored.athlete_id = zoned.athlete_id
        and anchored.valid_from = zoned.valid_from
        and anchored.heart_rate_bpm = zoned.heart_rate_bpm
inner join athlete.athletes as athletes on anchored.athlete_id = athletes.athlete_id
inner join settings.trimp_constants as constants on athletes.sex = constants.sex
left join settings.edwards_zones as edwards
    on anchored.max_ratio >= edwards.from_ratio and anchored.max_ratio < edwards.to_ratio
cross join settings.judging as thresholds
