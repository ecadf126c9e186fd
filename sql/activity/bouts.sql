-- One row per work bout of a run, in the order of time: a repeat, a stride, a tempo, a fast last part.
--
-- Where the watch marked it by a lap, from and to are the lap's; else they are what the stream shows
-- (activity.stream_bouts). Of short ones a coarse recording shows nothing: see activity.bout_outlines.
--
-- grain: athlete_id, activity_id, bout_number
-- check: bout_source in ('laps', 'stream')
-- check: duration_s > 0
-- check: recovery_s is null or recovery_s >= 0
with found as (
    select
        laps.athlete_id,
        laps.activity_id,
        'laps' as bout_source,
        laps.started_after_s,
        laps.ended_after_s
    from activity.lap_bouts as laps
    union all by name
    select
        bouts.athlete_id,
        bouts.activity_id,
        'stream' as bout_source,
        bouts.started_after_s,
        bouts.ended_after_s
    from activity.stream_bouts as bouts
    anti join activity.lap_bouts as laps
        on
            bouts.athlete_id = laps.athlete_id
            and bouts.activity_id = laps.activity_id
            and bouts.started_after_s < laps.ended_after_s
            and bouts.ended_after_s > laps.started_after_s
),

numbered as (
    select
        found.*,
        row_number() over activity as bout_number,
        lead(found.started_after_s) over activity as next_after_s
    from found
    window activity as (partition by found.athlete_id, found.activity_id order by found.started_after_s)
),

origins as (
    select
        paces.athlete_id,
        paces.activity_id,
        min(epoch(paces.recorded_at) - paces.elapsed_s) as origin_s
    from activity.paces as paces
    group by paces.athlete_id, paces.activity_id
),

sliced as (
    select
        numbered.athlete_id,
        numbered.activity_id,
        numbered.bout_number,
        numbered.started_after_s,
        numbered.ended_after_s,
        origins.origin_s,
        unnest(
            range(
                cast(floor((origins.origin_s + numbered.started_after_s) / thresholds.slice_s) as bigint),
                cast(ceil((origins.origin_s + numbered.ended_after_s) / thresholds.slice_s) as bigint) + 2
            )
        ) as slice_number
    from numbered
    cross join settings.measuring as thresholds
    inner join origins
        on numbered.athlete_id = origins.athlete_id and numbered.activity_id = origins.activity_id
),

-- share: of the time of a record the part that lies in the bout
weighed as (
    select
        sliced.athlete_id,
        sliced.activity_id,
        sliced.bout_number,
        steps.step_s,
        steps.step_m,
        steps.cadence_per_min,
        steps.ground_contact_s,
        steps.vertical_oscillation_m,
        steps.step_length_m,
        slices.grade_factor,
        slices.grade_ratio,
        slices.heart_rate_bpm,
        epoch(steps.recorded_at) - sliced.origin_s
        <= (sliced.started_after_s + sliced.ended_after_s) / 2 as is_first_half,
        (
            least(epoch(steps.recorded_at) - sliced.origin_s, sliced.ended_after_s)
            - greatest(epoch(steps.recorded_at) - sliced.origin_s - steps.step_s, sliced.started_after_s)
        )
        / steps.step_s as share
    from sliced
    inner join activity.steps as steps
        on
            sliced.athlete_id = steps.athlete_id
            and sliced.activity_id = steps.activity_id
            and sliced.slice_number = steps.slice_number
            and steps.step_s > 0
    inner join activity.clean_slices as slices
        on
            sliced.athlete_id = slices.athlete_id
            and sliced.activity_id = slices.activity_id
            and sliced.slice_number = slices.slice_number
),

summed as (
    select
        weighed.athlete_id,
        weighed.activity_id,
        weighed.bout_number,
        sum(weighed.share * weighed.step_m) as distance_m,
        sum(weighed.share * weighed.step_m * weighed.grade_factor) as grade_adjusted_m,
        sum(weighed.share * weighed.step_m * weighed.grade_ratio)
        / nullif(
            sum(weighed.share * weighed.step_m) filter (where weighed.grade_ratio is not null), 0
        ) as grade_ratio,
        sum(weighed.share * weighed.step_s * weighed.heart_rate_bpm)
        / nullif(
            sum(weighed.share * weighed.step_s) filter (where weighed.heart_rate_bpm is not null), 0
        ) as heart_rate_mean_bpm,
        max(weighed.heart_rate_bpm) as heart_rate_peak_bpm,
        (
            sum(weighed.share * weighed.step_m) filter (where not weighed.is_first_half)
            / sum(weighed.share * weighed.step_s) filter (where not weighed.is_first_half)
        )
        / nullif(
            sum(weighed.share * weighed.step_m) filter (where weighed.is_first_half)
            / sum(weighed.share * weighed.step_s) filter (where weighed.is_first_half),
            0
        ) as halves_ratio,
        sum(weighed.share * weighed.step_s * weighed.cadence_per_min)
        / nullif(
            sum(weighed.share * weighed.step_s) filter (where weighed.cadence_per_min is not null), 0
        ) as cadence_mean_per_min,
        sum(weighed.share * weighed.step_s * weighed.ground_contact_s)
        / nullif(
            sum(weighed.share * weighed.step_s) filter (where weighed.ground_contact_s is not null), 0
        ) as ground_contact_mean_s,
        sum(weighed.share * weighed.step_s * weighed.vertical_oscillation_m)
        / nullif(
            sum(weighed.share * weighed.step_s) filter (where weighed.vertical_oscillation_m is not null), 0
        ) as vertical_oscillation_mean_m,
        sum(weighed.share * weighed.step_s * weighed.step_length_m)
        / nullif(
            sum(weighed.share * weighed.step_s) filter (where weighed.step_length_m is not null), 0
        ) as step_length_mean_m
    from weighed
    where weighed.share > 0
    group by weighed.athlete_id, weighed.activity_id, weighed.bout_number
),

-- what was there after a bout: where it ended, where the next one began, the heart rate a minute later
followed as (
    select
        numbered.athlete_id,
        numbered.activity_id,
        numbered.bout_number,
        next.travelled_m - next.step_m * (next.elapsed_s - numbered.next_after_s) / nullif(next.step_s, 0)
        - last.travelled_m + last.step_m * (last.elapsed_s - numbered.ended_after_s) / nullif(last.step_s, 0)
            as recovery_m,
        case
            when
                coalesce(numbered.next_after_s >= numbered.later_after_s, true)
                and later.elapsed_s - later.step_s <= numbered.later_after_s
                then last.heart_rate_bpm - later.heart_rate_bpm
        end as heart_rate_drop_bpm
    from (
        select
            numbered.*,
            numbered.ended_after_s + thresholds.recovery_window_s as later_after_s
        from numbered
        cross join settings.measuring as thresholds
    ) as numbered
    asof left join activity.clean_slices as last
        on
            numbered.athlete_id = last.athlete_id
            and numbered.activity_id = last.activity_id
            and numbered.ended_after_s <= last.elapsed_s
    asof left join activity.clean_slices as next
        on
            numbered.athlete_id = next.athlete_id
            and numbered.activity_id = next.activity_id
            and numbered.next_after_s <= next.elapsed_s
    asof left join activity.clean_slices as later
        on
            numbered.athlete_id = later.athlete_id
            and numbered.activity_id = later.activity_id
            and numbered.later_after_s <= later.elapsed_s
)

select
    numbered.athlete_id,
    numbered.activity_id,
    numbered.bout_number,
    numbered.bout_source,
    numbered.started_after_s,
    numbered.ended_after_s - numbered.started_after_s as duration_s,
    summed.distance_m,
    summed.distance_m / (numbered.ended_after_s - numbered.started_after_s) as speed_m_per_s,
    summed.grade_adjusted_m / (numbered.ended_after_s - numbered.started_after_s)
        as grade_adjusted_speed_m_per_s,
    summed.grade_ratio,
    summed.grade_adjusted_m / (numbered.ended_after_s - numbered.started_after_s)
    / easy.easy_speed_m_per_s as speed_to_easy_ratio,
    summed.heart_rate_mean_bpm,
    summed.heart_rate_peak_bpm,
    numbered.next_after_s - numbered.ended_after_s as recovery_s,
    followed.recovery_m,
    followed.recovery_m / nullif(numbered.next_after_s - numbered.ended_after_s, 0) as recovery_speed_m_per_s,
    followed.heart_rate_drop_bpm,
    summed.halves_ratio,
    summed.cadence_mean_per_min,
    summed.ground_contact_mean_s,
    summed.vertical_oscillation_mean_m,
    summed.step_length_mean_m
from numbered
inner join summed
    on
        numbered.athlete_id = summed.athlete_id
        and numbered.activity_id = summed.activity_id
        and numbered.bout_number = summed.bout_number
inner join followed
    on
        numbered.athlete_id = followed.athlete_id
        and numbered.activity_id = followed.activity_id
        and numbered.bout_number = followed.bout_number
inner join activity.easy_speeds as easy
    on numbered.athlete_id = easy.athlete_id and numbered.activity_id = easy.activity_id
