-- One row per athlete and stretch of days: what the runs within two years of it show of maximum and resting
-- heart rate, and which runs those are.
--
-- A single run may have an artefact: the second highest peak counts, and the second lowest half minute. A
-- watch at the wrist is no witness where runs without one are.
--
-- grain: athlete_id, valid_from
with around as (
    select
        spans.athlete_id,
        spans.valid_from,
        activities.activity_id,
        activities.local_day,
        summaries.heart_rate_peak_bpm,
        summaries.heart_rate_low_bpm,
        summaries.heart_rate_mean_bpm,
        coalesce(activities.heart_rate_source != 'wrist', true) as is_trusted,
        count(*) filter (where coalesce(activities.heart_rate_source != 'wrist', true)) over (
            partition by spans.athlete_id, spans.valid_from
        ) as trusted_count
    from athlete.anchor_spans as spans
    cross join settings.judging as thresholds
    inner join staging.activities as activities
        on
            spans.athlete_id = activities.athlete_id
            and activities.local_day between
            spans.as_of_day - cast(thresholds.anchor_memory_days as integer) + 1
            and spans.as_of_day + cast(thresholds.anchor_memory_days as integer) - 1
    inner join activity.summaries as summaries
        on
            activities.athlete_id = summaries.athlete_id
            and activities.activity_id = summaries.activity_id
    where activities.is_run and summaries.heart_rate_peak_bpm is not null
),

witnesses as (
    select
        around.*,
        around.trusted_count > 1 as is_shown_by_trusted,
        around.is_trusted or around.trusted_count <= 1 as is_witness
    from around
),

ranked as (
    select
        witnesses.*,
        row_number() over (
            partition by witnesses.athlete_id, witnesses.valid_from, witnesses.is_witness
            order by witnesses.heart_rate_peak_bpm desc, witnesses.local_day desc, witnesses.activity_id desc
        ) as peak_rank,
        row_number() over (
            partition by witnesses.athlete_id, witnesses.valid_from
            order by witnesses.heart_rate_low_bpm, witnesses.local_day, witnesses.activity_id
        ) as low_rank
    from witnesses
)

select
    ranked.athlete_id,
    ranked.valid_from,
    any_value(ranked.is_shown_by_trusted) as is_shown_by_trusted,
    min(ranked.heart_rate_peak_bpm) filter (where ranked.is_witness and ranked.peak_rank <= 2)
        as shown_heart_rate_max_bpm,
    format(
        '{} of {} run{}{} within two years: {}',
        if(count(*) filter (where ranked.is_witness) > 1, 'second highest peak', 'peak'),
        count(*) filter (where ranked.is_witness),
        if(count(*) filter (where ranked.is_witness) > 1, 's', ''),
        if(bool_or(ranked.is_trusted and ranked.is_witness), '', ' with heart rate from the wrist'),
        string_agg(
            format('{:.0f} on {}', ranked.heart_rate_peak_bpm, ranked.local_day), ', '
            order by ranked.peak_rank
        ) filter (where ranked.is_witness and ranked.peak_rank <= 2)
    ) as shown_heart_rate_max_reason,
    list(ranked.activity_id order by ranked.peak_rank)
    filter (where ranked.is_witness and ranked.peak_rank <= 2) as shown_heart_rate_max_ids,
    max(ranked.heart_rate_peak_bpm) as heart_rate_highest_bpm,
    median(ranked.heart_rate_mean_bpm) as heart_rate_usual_bpm,
    max(ranked.heart_rate_low_bpm) filter (where ranked.low_rank <= 2) as shown_heart_rate_resting_bpm,
    format('second lowest half minute of {} runs within two years', count(*))
        as shown_heart_rate_resting_reason,
    list(ranked.activity_id order by ranked.low_rank) filter (where ranked.low_rank <= 2)
        as shown_heart_rate_resting_ids
from ranked
group by ranked.athlete_id, ranked.valid_from
