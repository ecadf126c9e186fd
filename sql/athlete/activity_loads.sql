-- One row per activity with heart rate: training impulse, Edwards score and time in the three zones.
--
-- Easy is below the first threshold, hard from the second on; an hour at the second is a load of 100. The
-- easy and the moderate time are taken again with the thresholds a few beats lower and higher, so that a
-- verdict can say whether it hangs on them.
--
-- grain: athlete_id, activity_id
-- check: trimp_score >= 0
with reserves as (
    select
        seconds.*,
        anchors.athlete_heart_rate_max_bpm,
        anchors.easy_below_bpm,
        anchors.hard_from_bpm,
        greatest(seconds.heart_rate_bpm - anchors.athlete_heart_rate_resting_bpm, 0)
        / (anchors.athlete_heart_rate_max_bpm - anchors.athlete_heart_rate_resting_bpm) as reserve_ratio,
        (anchors.hard_from_bpm - anchors.athlete_heart_rate_resting_bpm)
        / (anchors.athlete_heart_rate_max_bpm - anchors.athlete_heart_rate_resting_bpm) as threshold_ratio
    from activity.heart_rate_seconds as seconds
    inner join staging.activities as activities
        on seconds.athlete_id = activities.athlete_id and seconds.activity_id = activities.activity_id
    inner join athlete.anchors as anchors
        on
            activities.athlete_id = anchors.athlete_id
            and activities.local_day between anchors.valid_from and anchors.valid_until_day
    where anchors.athlete_heart_rate_max_bpm is not null
),

sums as (
    select
        seconds.athlete_id,
        seconds.activity_id,
        sum(seconds.duration_s) as heart_rate_known_s,
        sum(
            seconds.duration_s / 60 * seconds.reserve_ratio * constants.trimp_factor
            * exp(constants.trimp_exponent * seconds.reserve_ratio)
        ) as trimp_score,
        any_value(
            60 * seconds.threshold_ratio * constants.trimp_factor
            * exp(constants.trimp_exponent * seconds.threshold_ratio)
        ) as threshold_hour_trimp,
        sum(seconds.duration_s / 60 * coalesce(zones.zone, 0)) as edwards_score,
        coalesce(
            sum(seconds.duration_s) filter (where seconds.heart_rate_bpm < seconds.easy_below_bpm), 0
        ) as easy_s,
        coalesce(
            sum(seconds.duration_s) filter (
                where
                seconds.heart_rate_bpm >= seconds.easy_below_bpm
                and seconds.heart_rate_bpm < seconds.hard_from_bpm
            ),
            0
        ) as moderate_s,
        coalesce(
            sum(seconds.duration_s) filter (where seconds.heart_rate_bpm >= seconds.hard_from_bpm), 0
        ) as hard_s,
        coalesce(
            sum(seconds.duration_s) filter (
                where seconds.heart_rate_bpm < seconds.easy_below_bpm - thresholds.anchor_shift_bpm
            ),
            0
        ) as easy_minus_3_bpm_s,
        coalesce(
            sum(seconds.duration_s) filter (
                where seconds.heart_rate_bpm < seconds.easy_below_bpm + thresholds.anchor_shift_bpm
            ),
            0
        ) as easy_plus_3_bpm_s,
        coalesce(
            sum(seconds.duration_s) filter (
                where
                seconds.heart_rate_bpm >= seconds.easy_below_bpm - thresholds.anchor_shift_bpm
                and seconds.heart_rate_bpm < seconds.hard_from_bpm - thresholds.anchor_shift_bpm
            ),
            0
        ) as moderate_minus_3_bpm_s,
        coalesce(
            sum(seconds.duration_s) filter (
                where
                seconds.heart_rate_bpm >= seconds.easy_below_bpm + thresholds.anchor_shift_bpm
                and seconds.heart_rate_bpm < seconds.hard_from_bpm + thresholds.anchor_shift_bpm
            ),
            0
        ) as moderate_plus_3_bpm_s,
        sum(seconds.distance_m) as heart_rate_known_m,
        coalesce(
            sum(seconds.distance_m) filter (where seconds.heart_rate_bpm < seconds.easy_below_bpm), 0
        ) as easy_m
    from reserves as seconds
    inner join athlete.athletes as athletes on seconds.athlete_id = athletes.athlete_id
    inner join settings.trimp_constants as constants on athletes.sex = constants.sex
    left join settings.edwards_zones as zones
        on
            seconds.heart_rate_bpm >= zones.from_ratio * seconds.athlete_heart_rate_max_bpm
            and seconds.heart_rate_bpm < zones.to_ratio * seconds.athlete_heart_rate_max_bpm
    cross join settings.judging as thresholds
    group by seconds.athlete_id, seconds.activity_id
)

select
    athlete_id,
    activity_id,
    heart_rate_known_s,
    trimp_score,
    edwards_score,
    100 * trimp_score / threshold_hour_trimp as heart_rate_load_score,
    easy_s,
    moderate_s,
    hard_s,
    easy_minus_3_bpm_s,
    easy_plus_3_bpm_s,
    moderate_minus_3_bpm_s,
    moderate_plus_3_bpm_s,
    heart_rate_known_m,
    easy_m
from sums
