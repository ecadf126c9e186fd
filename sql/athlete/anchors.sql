-- One row per athlete: the heart rates that everything else is measured against, each with where it is from.
--
-- In order of trust: athlete.toml, what the watch has been told, what the runs show, a default. A maximum
-- that two runs have exceeded is none, whatever the watch has been told; but a watch at the wrist is no
-- witness to that. Runs that were never hard show too low a maximum: the one usual at that age is then
-- believed before them, and without an age it is not confirmed. A value that the others contradict (a
-- maximum at or below the resting heart rate, a threshold outside both) is not known.
--
-- grain: athlete_id
-- check: athlete_heart_rate_max_bpm is null or athlete_heart_rate_max_bpm > athlete_heart_rate_resting_bpm
with latest as (
    select
        sessions.athlete_id,
        max(sessions.local_day) as last_day
    from staging.activities as sessions
    group by sessions.athlete_id
),

told as (
    select
        anchors.athlete_id,
        arg_max(anchors.value, coalesce(anchors.valid_from, date '1900-01-01'))
        filter (where anchors.anchor = 'heart_rate_max_bpm') as told_max_bpm,
        arg_max(anchors.value, coalesce(anchors.valid_from, date '1900-01-01'))
        filter (where anchors.anchor = 'heart_rate_resting_bpm') as told_resting_bpm,
        arg_max(anchors.value, coalesce(anchors.valid_from, date '1900-01-01'))
        filter (where anchors.anchor = 'heart_rate_threshold_bpm') as told_threshold_bpm
    from raw.athlete_anchors as anchors
    left join latest on anchors.athlete_id = latest.athlete_id
    where coalesce(anchors.valid_from <= latest.last_day, true)
    group by anchors.athlete_id
),

device as (
    select
        activities.athlete_id,
        arg_max(activities.profile_heart_rate_max_bpm, activities.started_at) as device_max_bpm,
        arg_max(activities.profile_heart_rate_resting_bpm, activities.started_at) as device_resting_bpm,
        arg_max(activities.profile_heart_rate_threshold_bpm, activities.started_at) as device_threshold_bpm
    from staging.activities as activities
    group by activities.athlete_id
),

recent as (
    select
        activities.athlete_id,
        summaries.heart_rate_peak_bpm,
        summaries.heart_rate_low_bpm,
        summaries.heart_rate_mean_bpm,
        coalesce(activities.heart_rate_source != 'wrist', true) as is_trusted,
        activities.local_day
        > max(activities.local_day) over (partition by activities.athlete_id)
        - cast(thresholds.anchor_memory_days as integer)
            as is_remembered
    from staging.activities as activities
    inner join activity.summaries as summaries
        on
            activities.athlete_id = summaries.athlete_id
            and activities.activity_id = summaries.activity_id
    cross join settings.judging as thresholds
    where activities.is_run and summaries.heart_rate_peak_bpm is not null
),

peaks as (
    select
        recent.athlete_id,
        recent.heart_rate_peak_bpm,
        recent.heart_rate_low_bpm,
        recent.heart_rate_mean_bpm,
        recent.is_trusted,
        row_number() over (
            partition by recent.athlete_id, recent.is_trusted order by recent.heart_rate_peak_bpm desc
        ) as peak_rank,
        row_number() over (
            partition by recent.athlete_id order by recent.heart_rate_low_bpm
        ) as low_rank
    from recent
    where recent.is_remembered
),

shown as (
    select
        peaks.athlete_id,
        max(peaks.heart_rate_peak_bpm) filter (where peaks.is_trusted and peaks.peak_rank = 2) as trusted_bpm,
        max(peaks.heart_rate_peak_bpm) filter (where peaks.peak_rank = 2) as second_bpm,
        max(peaks.heart_rate_peak_bpm) as highest_bpm,
        median(peaks.heart_rate_mean_bpm) as usual_bpm,
        coalesce(
            min(peaks.heart_rate_low_bpm) filter (where peaks.low_rank = 2), min(peaks.heart_rate_low_bpm)
        ) as lowest_bpm
    from peaks
    group by peaks.athlete_id
),

expected as (
    select
        athletes.athlete_id,
        thresholds.heart_rate_max_at_birth_bpm
        - thresholds.heart_rate_max_loss_per_year * (year(latest.last_day) - athletes.birth_year)
            as age_max_bpm
    from athlete.athletes as athletes
    inner join latest on athletes.athlete_id = latest.athlete_id
    cross join settings.judging as thresholds
),

chosen as (
    select
        athletes.athlete_id,
        shown.highest_bpm,
        shown.usual_bpm,
        coalesce(shown.trusted_bpm, shown.second_bpm) as second_bpm,
        case
            when told.told_max_bpm is not null then told.told_max_bpm
            when device.device_max_bpm is not null then greatest(device.device_max_bpm, shown.trusted_bpm)
            else greatest(
                coalesce(shown.trusted_bpm, shown.second_bpm, shown.highest_bpm), expected.age_max_bpm
            )
        end as athlete_heart_rate_max_bpm,
        case
            when told.told_max_bpm is not null then 'athlete.toml'
            when device.device_max_bpm >= coalesce(shown.trusted_bpm, 0) then 'device'
            when
                device.device_max_bpm is null
                and expected.age_max_bpm
                > coalesce(shown.trusted_bpm, shown.second_bpm, shown.highest_bpm, 0)
                then 'age'
            when shown.highest_bpm is not null then 'runs'
        end as athlete_heart_rate_max_source,
        coalesce(
            told.told_resting_bpm,
            device.device_resting_bpm,
            least(shown.lowest_bpm, thresholds.heart_rate_resting_default_bpm)
        ) as athlete_heart_rate_resting_bpm,
        case
            when told.told_resting_bpm is not null then 'athlete.toml'
            when device.device_resting_bpm is not null then 'device'
            when shown.lowest_bpm < thresholds.heart_rate_resting_default_bpm then 'runs'
            else 'default'
        end as athlete_heart_rate_resting_source,
        coalesce(told.told_threshold_bpm, device.device_threshold_bpm) as athlete_heart_rate_threshold_bpm,
        case when told.told_threshold_bpm is not null then 'athlete.toml' else 'device' end
            as threshold_source
    from athlete.athletes as athletes
    left join told on athletes.athlete_id = told.athlete_id
    left join device on athletes.athlete_id = device.athlete_id
    left join shown on athletes.athlete_id = shown.athlete_id
    left join expected on athletes.athlete_id = expected.athlete_id
    cross join settings.judging as thresholds
),

possible as (
    select
        chosen.* exclude (athlete_heart_rate_max_bpm, athlete_heart_rate_max_source),
        case
            when chosen.athlete_heart_rate_max_bpm > chosen.athlete_heart_rate_resting_bpm
                then chosen.athlete_heart_rate_max_bpm
        end as athlete_heart_rate_max_bpm,
        case
            when chosen.athlete_heart_rate_max_bpm > chosen.athlete_heart_rate_resting_bpm
                then chosen.athlete_heart_rate_max_source
        end as athlete_heart_rate_max_source,
        coalesce(
            chosen.athlete_heart_rate_threshold_bpm > chosen.athlete_heart_rate_resting_bpm
            and chosen.athlete_heart_rate_threshold_bpm < chosen.athlete_heart_rate_max_bpm,
            false
        ) as is_threshold_known
    from chosen
),

thresholded as (
    select
        possible.*,
        if(
            possible.is_threshold_known,
            possible.athlete_heart_rate_threshold_bpm,
            possible.athlete_heart_rate_resting_bpm
            + (possible.athlete_heart_rate_max_bpm - possible.athlete_heart_rate_resting_bpm)
            * thresholds.hard_from_reserve_ratio
        ) as hard_from_bpm,
        possible.athlete_heart_rate_max_bpm * thresholds.easy_below_max_ratio as easy_below_bpm
    from possible
    cross join settings.judging as thresholds
)

select
    thresholded.athlete_id,
    date '1900-01-01' as valid_from,
    date '9999-12-31' as valid_until_day,
    true as is_latest_anchor,
    thresholded.athlete_heart_rate_max_bpm,
    thresholded.athlete_heart_rate_max_source,
    coalesce(
        thresholded.athlete_heart_rate_max_source != 'runs'
        or (
            thresholded.highest_bpm - thresholded.second_bpm <= thresholds.heart_rate_peak_agreement_bpm
            and thresholded.second_bpm >= thresholds.peak_above_usual_min_ratio * thresholded.usual_bpm
        ),
        false
    ) as is_heart_rate_max_confirmed,
    thresholded.athlete_heart_rate_resting_bpm,
    thresholded.athlete_heart_rate_resting_source,
    thresholded.athlete_heart_rate_resting_bpm
    + thresholds.zero_speed_above_resting_bpm as zero_speed_heart_rate_bpm,
    -- a second threshold under the first leaves no middle
    case
        when thresholded.easy_below_bpm > thresholded.hard_from_bpm then thresholded.hard_from_bpm
        else thresholded.easy_below_bpm
    end as easy_below_bpm,
    'default' as easy_below_source,
    thresholded.hard_from_bpm,
    thresholded.is_threshold_known,
    if(thresholded.is_threshold_known, thresholded.threshold_source, 'default') as hard_from_source
from thresholded
cross join settings.judging as thresholds
