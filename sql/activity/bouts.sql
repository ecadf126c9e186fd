-- One row per work bout of a run, in the order of time: a repeat, a stride, a tempo, a fast last part.
--
-- Where the watch marked it by a lap, from and to are the lap's; else they are what the stream shows
-- (activity.stream_bouts). Of short ones a coarse recording shows nothing: see activity.bout_outlines.
--
-- grain: athlete_id, activity_id, bout_number
-- check: bout_source in ('laps', 'stream')
-- check: duration_s > 0
-- check: recovery_s is null or recovery_s >= 0
with marked as (
    select
        laps.athlete_id,
        laps.activity_id,
        median(laps.effort_ratio) as effort_ratio
    from activity.lap_bouts as laps
    group by laps.athlete_id, laps.activity_id
),

found as (
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
    cross join settings.measuring as thresholds
    left join marked
        on bouts.athlete_id = marked.athlete_id and bouts.activity_id = marked.activity_id
    where coalesce(bouts.effort_ratio >= thresholds.beside_laps_min_ratio * marked.effort_ratio, true)
),

numbered as (
    select
        found.*,
        row_number() over activity as bout_number,
        lag(found.ended_after_s) over activity as before_until_s,
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

placed as (
    select
        numbered.*,
        least(
            thresholds.edge_inset_s, (numbered.ended_after_s - numbered.started_after_s) / 2 / 2
        ) as inset_s
    from numbered
    cross join settings.measuring as thresholds
),

-- the records of a bout and of half a minute on either side
windows as (
    select
        placed.*,
        origins.origin_s,
        thresholds.slice_s,
        thresholds.edge_s,
        thresholds.edge_outside_s,
        least(thresholds.edge_s, (placed.ended_after_s - placed.started_after_s) / 2) as edge_within_s,
        placed.started_after_s + placed.inset_s as inside_from_s,
        placed.ended_after_s - placed.inset_s as inside_until_s,
        thresholds.edge_inside_s,
        greatest(
            placed.started_after_s - thresholds.edge_s - thresholds.edge_outside_s,
            coalesce(placed.before_until_s + thresholds.edge_inset_s, 0)
        ) as outside_from_s,
        least(
            placed.ended_after_s + thresholds.edge_s + thresholds.edge_outside_s,
            coalesce(
                placed.next_after_s - thresholds.edge_inset_s,
                placed.ended_after_s + thresholds.edge_s + thresholds.edge_outside_s
            )
        ) as outside_until_s
    from placed
    cross join settings.measuring as thresholds
    inner join origins
        on placed.athlete_id = origins.athlete_id and placed.activity_id = origins.activity_id
),

sliced as (
    select
        windows.*,
        unnest(
            range(
                cast(floor((windows.origin_s + windows.outside_from_s) / windows.slice_s) as bigint),
                cast(ceil((windows.origin_s + windows.outside_until_s) / windows.slice_s) as bigint) + 2
            )
        ) as slice_number
    from windows
),

near as (
    select
        sliced.*,
        epoch(steps.recorded_at) - sliced.origin_s - steps.step_s as from_s,
        epoch(steps.recorded_at) - sliced.origin_s as until_s,
        steps.step_s,
        steps.step_m,
        steps.step_m / steps.step_s as step_m_per_s,
        steps.cadence_per_min,
        steps.ground_contact_s,
        steps.vertical_oscillation_m,
        steps.step_length_m,
        slices.grade_factor,
        slices.grade_ratio,
        slices.heart_rate_bpm
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

-- seconds of each record in each of the six windows
overlapped as (
    select
        near.*,
        greatest(
            least(near.until_s, near.started_after_s - near.edge_s)
            - greatest(near.from_s, near.outside_from_s),
            0
        ) as before_s,
        greatest(
            least(near.until_s, near.started_after_s + near.edge_within_s)
            - greatest(near.from_s, near.started_after_s - near.edge_s),
            0
        ) as begin_s,
        greatest(
            least(near.until_s, near.inside_until_s, near.inside_from_s + near.edge_inside_s)
            - greatest(near.from_s, near.inside_from_s),
            0
        ) as early_s,
        greatest(
            least(near.until_s, near.inside_until_s)
            - greatest(near.from_s, near.inside_from_s, near.inside_until_s - near.edge_inside_s),
            0
        ) as late_s,
        greatest(
            least(near.until_s, near.ended_after_s + near.edge_s)
            - greatest(near.from_s, near.ended_after_s - near.edge_within_s),
            0
        ) as end_s,
        greatest(
            least(near.until_s, near.outside_until_s)
            - greatest(near.from_s, near.ended_after_s + near.edge_s),
            0
        ) as after_s
    from near
    where near.bout_source = 'stream'
),

speeds as (
    select
        overlapped.athlete_id,
        overlapped.activity_id,
        overlapped.bout_number,
        sum(overlapped.before_s * overlapped.step_m_per_s)
        / nullif(sum(overlapped.before_s), 0) as before_m_per_s,
        sum(overlapped.begin_s * overlapped.step_m_per_s) as begin_m,
        sum(overlapped.begin_s) as begin_s,
        sum(overlapped.early_s * overlapped.step_m_per_s)
        / nullif(sum(overlapped.early_s), 0) as early_m_per_s,
        sum(overlapped.late_s * overlapped.step_m_per_s) / nullif(sum(overlapped.late_s), 0) as late_m_per_s,
        sum(overlapped.end_s * overlapped.step_m_per_s) as end_m,
        sum(overlapped.end_s) as end_s,
        sum(overlapped.after_s * overlapped.step_m_per_s)
        / nullif(sum(overlapped.after_s), 0) as after_m_per_s
    from overlapped
    group by overlapped.athlete_id, overlapped.activity_id, overlapped.bout_number
),

-- of the seconds at an edge so many were inside that the metres come out
edges as (
    select
        windows.athlete_id,
        windows.activity_id,
        windows.bout_number,
        windows.bout_source,
        coalesce(
            windows.started_after_s + windows.edge_within_s
            - case
                when
                    speeds.begin_s >= windows.edge_s + windows.edge_within_s - 1
                    and speeds.early_m_per_s * (1 - thresholds.valley_depth_min_ratio)
                    >= speeds.before_m_per_s
                    then
                        least(
                            greatest(
                                (speeds.begin_m - speeds.before_m_per_s * speeds.begin_s)
                                / (speeds.early_m_per_s - speeds.before_m_per_s),
                                1
                            ),
                            speeds.begin_s
                        )
            end,
            windows.started_after_s
        ) as started_after_s,
        coalesce(
            windows.ended_after_s - windows.edge_within_s
            + case
                when
                    speeds.end_s >= windows.edge_s + windows.edge_within_s - 1
                    and speeds.late_m_per_s * (1 - thresholds.valley_depth_min_ratio)
                    >= speeds.after_m_per_s
                    then
                        least(
                            greatest(
                                (speeds.end_m - speeds.after_m_per_s * speeds.end_s)
                                / (speeds.late_m_per_s - speeds.after_m_per_s),
                                1
                            ),
                            speeds.end_s
                        )
            end,
            windows.ended_after_s
        ) as ended_after_s
    from windows
    cross join settings.measuring as thresholds
    left join speeds
        on
            windows.athlete_id = speeds.athlete_id
            and windows.activity_id = speeds.activity_id
            and windows.bout_number = speeds.bout_number
),

timed as (
    select
        edges.*,
        lead(edges.started_after_s) over (
            partition by edges.athlete_id, edges.activity_id order by edges.bout_number
        ) as next_after_s
    from edges
),

-- share: of the time of a record the part that lies in the bout
weighed as (
    select
        timed.athlete_id,
        timed.activity_id,
        timed.bout_number,
        near.step_s,
        near.step_m,
        near.cadence_per_min,
        near.ground_contact_s,
        near.vertical_oscillation_m,
        near.step_length_m,
        near.grade_factor,
        near.grade_ratio,
        near.heart_rate_bpm,
        near.until_s <= (timed.started_after_s + timed.ended_after_s) / 2 as is_first_half,
        (least(near.until_s, timed.ended_after_s) - greatest(near.from_s, timed.started_after_s))
        / near.step_s as share
    from timed
    inner join near
        on
            timed.athlete_id = near.athlete_id
            and timed.activity_id = near.activity_id
            and timed.bout_number = near.bout_number
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

slices as (
    select slices.*
    from activity.clean_slices as slices
    semi join timed
        on slices.athlete_id = timed.athlete_id and slices.activity_id = timed.activity_id
),

-- what was there after a bout: where it ended, where the next one began, the heart rate a minute later
followed as (
    select
        timed.athlete_id,
        timed.activity_id,
        timed.bout_number,
        next.travelled_m - next.step_m * (next.elapsed_s - timed.next_after_s) / nullif(next.step_s, 0)
        - last.travelled_m + last.step_m * (last.elapsed_s - timed.ended_after_s) / nullif(last.step_s, 0)
            as recovery_m,
        case
            when
                coalesce(timed.next_after_s >= timed.later_after_s, true)
                and later.elapsed_s - later.step_s <= timed.later_after_s
                then last.heart_rate_bpm - later.heart_rate_bpm
        end as heart_rate_drop_bpm
    from (
        select
            timed.*,
            timed.ended_after_s + thresholds.recovery_window_s as later_after_s
        from timed
        cross join settings.measuring as thresholds
    ) as timed
    asof left join slices as last
        on
            timed.athlete_id = last.athlete_id
            and timed.activity_id = last.activity_id
            and timed.ended_after_s <= last.elapsed_s
    asof left join slices as next
        on
            timed.athlete_id = next.athlete_id
            and timed.activity_id = next.activity_id
            and timed.next_after_s <= next.elapsed_s
    asof left join slices as later
        on
            timed.athlete_id = later.athlete_id
            and timed.activity_id = later.activity_id
            and timed.later_after_s <= later.elapsed_s
)

select
    timed.athlete_id,
    timed.activity_id,
    timed.bout_number,
    timed.bout_source,
    timed.started_after_s,
    timed.ended_after_s - timed.started_after_s as duration_s,
    summed.distance_m,
    summed.distance_m / (timed.ended_after_s - timed.started_after_s) as speed_m_per_s,
    summed.grade_adjusted_m / (timed.ended_after_s - timed.started_after_s)
        as grade_adjusted_speed_m_per_s,
    summed.grade_ratio,
    summed.grade_adjusted_m / (timed.ended_after_s - timed.started_after_s)
    / easy.easy_speed_m_per_s as speed_to_easy_ratio,
    summed.heart_rate_mean_bpm,
    summed.heart_rate_peak_bpm,
    timed.next_after_s - timed.ended_after_s as recovery_s,
    followed.recovery_m,
    followed.recovery_m / nullif(timed.next_after_s - timed.ended_after_s, 0) as recovery_speed_m_per_s,
    followed.heart_rate_drop_bpm,
    summed.halves_ratio,
    summed.cadence_mean_per_min,
    summed.ground_contact_mean_s,
    summed.vertical_oscillation_mean_m,
    summed.step_length_mean_m
from timed
inner join summed
    on
        timed.athlete_id = summed.athlete_id
        and timed.activity_id = summed.activity_id
        and timed.bout_number = summed.bout_number
inner join followed
    on
        timed.athlete_id = followed.athlete_id
        and timed.activity_id = followed.activity_id
        and timed.bout_number = followed.bout_number
inner join activity.easy_speeds as easy
    on timed.athlete_id = easy.athlete_id and timed.activity_id = easy.activity_id
