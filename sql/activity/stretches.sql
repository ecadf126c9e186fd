-- One row per record of a run: when and how far along it was, with jumps of the position bridged.
--
-- What is covered while the timer stands is none of it. Five seconds much faster than those before and after,
-- whose quarter of a minute is much faster than those before and after, too, are a jump: they count as far as
-- the quarters beside them went. Where only the five seconds stand out, the watch caught up after a lag, and
-- the metres are right. Whole micrometres and milliseconds: their sums are exact, no mark is passed twice.
--
-- grain: athlete_id, activity_id, recorded_at
-- check: moving_gap_ms <= round(1000 * gap_s)
-- check: moving_gap_ms >= 0
-- check: stretch_um >= 0
-- check: travelled_um >= stretch_um
with timed as (
    select
        steps.athlete_id,
        steps.activity_id,
        steps.recorded_at,
        steps.is_moving,
        if(steps.step_s > 0 or steps.is_moving, steps.step_m, 0) as step_m,
        cast(
            date_diff('millisecond', first_value(steps.recorded_at) over activity, steps.recorded_at)
            as double
        ) / 1000 as offset_s,
        coalesce(
            date_diff('millisecond', lag(steps.recorded_at) over activity, steps.recorded_at)
            / cast(1000 as double),
            0
        ) as gap_s
    from activity.steps as steps
    inner join staging.activities as activities
        on steps.athlete_id = activities.athlete_id and steps.activity_id = activities.activity_id
    where activities.is_run
    window activity as (
        partition by steps.athlete_id, steps.activity_id order by steps.recorded_at
    )
),

numbered as (
    select
        timed.*,
        thresholds.moving_min_m_per_s,
        -- a record stands for the time before it
        cast(ceil(timed.offset_s / thresholds.jump_window_s) as bigint) as part_number
    from timed
    cross join settings.measuring as thresholds
),

parts as (
    select
        numbered.athlete_id,
        numbered.activity_id,
        numbered.part_number,
        sum(numbered.step_m) as part_m,
        sum(numbered.gap_s) as part_s,
        sum(numbered.step_m) / sum(numbered.gap_s) as part_m_per_s
    from numbered
    where numbered.gap_s > 0
    group by numbered.athlete_id, numbered.activity_id, numbered.part_number
),

quarters as (
    select
        parts.*,
        lag(parts.part_m_per_s, 2) over activity as before_m_per_s,
        lead(parts.part_m_per_s, 2) over activity as after_m_per_s,
        lag(parts.part_m) over activity + parts.part_m + lead(parts.part_m) over activity as quarter_m,
        lag(parts.part_s) over activity + parts.part_s + lead(parts.part_s) over activity as quarter_s
    from parts
    window activity as (partition by parts.athlete_id, parts.activity_id order by parts.part_number)
),

compared as (
    select
        quarters.*,
        lag(quarters.quarter_m / quarters.quarter_s, 2) over activity as quarter_before_m_per_s,
        lead(quarters.quarter_m / quarters.quarter_s, 2) over activity as quarter_after_m_per_s
    from quarters
    window activity as (
        partition by quarters.athlete_id, quarters.activity_id order by quarters.part_number
    )
),

jumps as (
    select
        compared.athlete_id,
        compared.activity_id,
        compared.part_number,
        greatest(
            1
            - (
                compared.quarter_m
                - compared.quarter_s
                * greatest(compared.quarter_before_m_per_s, compared.quarter_after_m_per_s)
            )
            / compared.part_m,
            0
        ) as believed_ratio
    from compared
    cross join settings.measuring as thresholds
    where
        compared.part_m_per_s > thresholds.jump_min_ratio * compared.before_m_per_s
        and compared.part_m_per_s > thresholds.jump_min_ratio * compared.after_m_per_s
        and compared.quarter_m
        > thresholds.jump_min_ratio * compared.quarter_s * compared.quarter_before_m_per_s
        and compared.quarter_m
        > thresholds.jump_min_ratio * compared.quarter_s * compared.quarter_after_m_per_s
        and compared.quarter_m
        - compared.quarter_s * greatest(compared.quarter_before_m_per_s, compared.quarter_after_m_per_s)
        >= thresholds.jump_min_m
),

bridged as (
    select
        numbered.*,
        cast(round(1000 * 1000 * numbered.step_m * coalesce(jumps.believed_ratio, 1)) as bigint)
            as stretch_um,
        -- standing costs no time to move, but no metre is free
        cast(
            round(
                1000 * if(
                    numbered.is_moving,
                    numbered.gap_s,
                    least(numbered.gap_s, numbered.step_m / numbered.moving_min_m_per_s)
                )
            ) as bigint
        ) as moving_gap_ms
    from numbered
    left join jumps
        on
            numbered.athlete_id = jumps.athlete_id
            and numbered.activity_id = jumps.activity_id
            and numbered.part_number = jumps.part_number
)

select
    athlete_id,
    activity_id,
    recorded_at,
    offset_s,
    gap_s,
    moving_gap_ms,
    stretch_um,
    cast(sum(moving_gap_ms) over activity as bigint) as moving_offset_ms,
    cast(sum(stretch_um) over activity as bigint) as travelled_um
from bridged
window activity as (
    partition by athlete_id, activity_id order by recorded_at
    rows between unbounded preceding and current row
)
