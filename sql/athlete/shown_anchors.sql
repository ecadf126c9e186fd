-- One row per athlete and day from which one looks around: what the runs of the two years before and after it
-- show of maximum and resting heart rate, and which runs those are.
--
-- A single run may have an artefact: the second highest peak counts, and the second lowest half minute. A
-- watch at the wrist is no witness where two runs without one are.
--
-- grain: athlete_id, as_of_day
with asked as (
    select distinct
        spans.athlete_id,
        spans.as_of_day
    from athlete.anchor_spans as spans
),

around as (
    select
        asked.athlete_id,
        asked.as_of_day,
        summaries.heart_rate_peak_bpm,
        summaries.heart_rate_mean_bpm,
        coalesce(activities.heart_rate_source != 'wrist', true) as is_trusted,
        struct_pack(
            bpm := summaries.heart_rate_peak_bpm,
            local_day := activities.local_day,
            activity_id := activities.activity_id
        ) as peak,
        struct_pack(bpm := summaries.heart_rate_low_bpm, activity_id := activities.activity_id) as low,
        summaries.heart_rate_low_bpm is not null as has_low
    from asked
    cross join settings.judging as thresholds
    inner join staging.activities as activities
        on
            asked.athlete_id = activities.athlete_id
            and activities.local_day between
            asked.as_of_day - cast(thresholds.anchor_memory_days as integer) + 1
            and asked.as_of_day + cast(thresholds.anchor_memory_days as integer) - 1
    inner join activity.summaries as summaries
        on
            activities.athlete_id = summaries.athlete_id
            and activities.activity_id = summaries.activity_id
    where activities.is_run and summaries.heart_rate_peak_bpm is not null
),

summed as (
    select
        around.athlete_id,
        around.as_of_day,
        count(*) as run_count,
        count(*) filter (where around.is_trusted) as trusted_count,
        max(around.peak, 2) filter (where around.is_trusted) as trusted_peaks,
        max(around.peak, 2) as all_peaks,
        min(around.low, 2) filter (where around.has_low) as lows,
        max(around.heart_rate_peak_bpm) as heart_rate_highest_bpm,
        median(around.heart_rate_mean_bpm) as heart_rate_usual_bpm
    from around
    group by around.athlete_id, around.as_of_day
),

chosen as (
    select
        summed.*,
        summed.trusted_count > 1 as is_shown_by_trusted,
        if(summed.trusted_count > 1, summed.trusted_count, summed.run_count) as witness_count,
        if(summed.trusted_count > 1, summed.trusted_peaks, summed.all_peaks) as peaks
    from summed
)

select
    athlete_id,
    as_of_day,
    is_shown_by_trusted,
    peaks[-1].bpm as shown_heart_rate_max_bpm,
    format(
        '{} of {} run{}{} within two years: {}',
        if(witness_count > 1, 'second highest peak', 'peak'),
        witness_count,
        if(witness_count > 1, 's', ''),
        if(trusted_count > 0, '', ' with heart rate from the wrist'),
        array_to_string(
            list_transform(peaks, lambda peak: format('{:.0f} on {}', peak.bpm, peak.local_day)), ', '
        )
    ) as shown_heart_rate_max_reason,
    list_transform(peaks, lambda peak: peak.activity_id) as shown_heart_rate_max_ids,
    heart_rate_highest_bpm,
    heart_rate_usual_bpm,
    lows[-1].bpm as shown_heart_rate_resting_bpm,
    format('second lowest half minute of {} runs within two years', run_count)
        as shown_heart_rate_resting_reason,
    list_transform(lows, lambda low: low.activity_id) as shown_heart_rate_resting_ids
from chosen
