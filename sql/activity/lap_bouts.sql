-- One row per lap of a run that holds a work bout and nothing else, as the stream bears out.
--
-- A lap may be work if the watch calls it so while it calls others rest, or if it was marked by hand. It must
-- be faster than the laps beside it; a lap every kilometre is none, nor is one of which the stream finds only
-- a part to be fast (a warm-up that was never marked). Where the stream finds nothing, a lap marked by hand
-- must be one of a series that alternates.
--
-- grain: athlete_id, activity_id, started_after_s
-- check: ended_after_s > started_after_s
with marked_runs as (
    select distinct
        laps.athlete_id,
        laps.activity_id
    from staging.laps as laps
    where
        laps.lap_intensity in ('rest', 'recovery', 'warmup', 'cooldown')
        or laps.lap_trigger = 'manual'
        or laps.workout_step_number is not null
),

paces as (
    select paces.*
    from activity.paces as paces
    semi join marked_runs
        on paces.athlete_id = marked_runs.athlete_id and paces.activity_id = marked_runs.activity_id
),

origins as (
    select
        paces.athlete_id,
        paces.activity_id,
        min(epoch(paces.recorded_at) - paces.elapsed_s) as origin_s
    from paces
    group by paces.athlete_id, paces.activity_id
),

timed as (
    select
        laps.athlete_id,
        laps.activity_id,
        laps.lap_number,
        laps.lap_trigger,
        laps.lap_intensity,
        laps.workout_step_number,
        greatest(epoch(laps.started_at) - origins.origin_s, 0) as started_after_s,
        coalesce(
            least(
                epoch(laps.started_at) + laps.elapsed_s,
                epoch(lead(laps.started_at) over activity)
            ),
            epoch(laps.started_at) + laps.elapsed_s
        )
        - origins.origin_s as ended_after_s,
        bool_or(laps.lap_intensity in ('rest', 'recovery', 'warmup', 'cooldown')) over (
            partition by laps.athlete_id, laps.activity_id
        ) as has_rest
    from staging.laps as laps
    inner join origins
        on laps.athlete_id = origins.athlete_id and laps.activity_id = origins.activity_id
    window activity as (partition by laps.athlete_id, laps.activity_id order by laps.started_at)
),

-- how far on level ground at the begin and at the end, on the line within the slice
measured as (
    select
        timed.*,
        first.effort_sum_s
        - coalesce(first.effort_s * (first.elapsed_s - timed.started_after_s) / nullif(first.step_s, 0), 0)
            as effort_from_s,
        last.effort_sum_s
        - coalesce(last.effort_s * (last.elapsed_s - timed.ended_after_s) / nullif(last.step_s, 0), 0)
            as effort_to_s
    from timed
    asof left join paces as first
        on
            timed.athlete_id = first.athlete_id
            and timed.activity_id = first.activity_id
            and timed.started_after_s <= first.elapsed_s
    asof left join paces as last
        on
            timed.athlete_id = last.athlete_id
            and timed.activity_id = last.activity_id
            and timed.ended_after_s <= last.elapsed_s
    where timed.ended_after_s > timed.started_after_s
),

speeds as (
    select
        measured.*,
        (measured.effort_to_s - measured.effort_from_s)
        / (measured.ended_after_s - measured.started_after_s) as effort_ratio
    from measured
),

compared as (
    select
        speeds.*,
        greatest(lag(speeds.effort_ratio) over activity, lead(speeds.effort_ratio) over activity)
            as beside_ratio
    from speeds
    window activity as (partition by speeds.athlete_id, speeds.activity_id order by speeds.lap_number)
),

marked as (
    select
        compared.athlete_id,
        compared.activity_id,
        compared.started_after_s,
        compared.ended_after_s,
        compared.effort_ratio,
        coalesce(compared.has_rest, false)
        or coalesce(compared.lap_number - lag(compared.lap_number) over activity = 2, false)
        or coalesce(lead(compared.lap_number) over activity - compared.lap_number = 2, false)
            as is_of_series,
        thresholds.lap_agreement_min_ratio
    from compared
    cross join settings.measuring as thresholds
    where
        (
            (compared.has_rest and compared.lap_intensity in ('active', 'interval'))
            or (
                not coalesce(compared.has_rest, false)
                and (compared.lap_trigger = 'manual' or compared.workout_step_number is not null)
            )
        )
        and compared.ended_after_s - compared.started_after_s >= thresholds.bout_min_s
        and compared.effort_ratio >= compared.beside_ratio * (1 + thresholds.lap_contrast_min_ratio)
        and compared.effort_ratio >= thresholds.lap_height_min_ratio
    window activity as (partition by compared.athlete_id, compared.activity_id order by compared.lap_number)
)

select
    marked.athlete_id,
    marked.activity_id,
    marked.started_after_s,
    marked.ended_after_s,
    marked.effort_ratio
from marked
left join activity.stream_bouts as bouts
    on
        marked.athlete_id = bouts.athlete_id
        and marked.activity_id = bouts.activity_id
        and marked.started_after_s < bouts.ended_after_s
        and marked.ended_after_s > bouts.started_after_s
group by
    marked.athlete_id, marked.activity_id, marked.started_after_s, marked.ended_after_s, marked.effort_ratio
having
    (count(bouts.athlete_id) = 0 and bool_or(marked.is_of_series))
    or sum(
        least(marked.ended_after_s, bouts.ended_after_s)
        - greatest(marked.started_after_s, bouts.started_after_s)
    )
    >= any_value(marked.lap_agreement_min_ratio) * (marked.ended_after_s - marked.started_after_s)
