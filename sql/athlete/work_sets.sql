-- One row per set of a workout: repetitions of one kind and about one length, one after the other.
--
-- A set is called by its distance or by its time, whichever is nearer to a length that people use and varies
-- less; in doubt by its distance, and strides by their time. Fade is what the last third of the repetitions
-- takes longer for the same way than the first third.
--
-- grain: athlete_id, activity_id, set_number
-- check: repeat_count >= 1
-- check: evenness_ratio is null or evenness_ratio >= 0
with worked as (
    select
        bouts.*,
        -- tempo and marathon pace are one set where one follows the other
        if(
            bouts.duration_s >= thresholds.quality_hard_s and bouts.bout_kind = 'steady',
            'tempo',
            bouts.bout_kind
        )
            as set_kind,
        lag(set_kind) over run as kind_before,
        lag(bouts.duration_s) over run as duration_before_s,
        lag(bouts.distance_m) over run as distance_before_m
    from athlete.work_bouts as bouts
    cross join settings.judging as thresholds
    where bouts.bout_kind != 'float'
    window run as (partition by bouts.athlete_id, bouts.activity_id order by bouts.bout_number)
),

marked as (
    select
        worked.*,
        not coalesce(
            worked.set_kind = worked.kind_before
            and (
                abs(worked.duration_s - worked.duration_before_s)
                <= greatest(thresholds.same_set_max_ratio * worked.duration_before_s, thresholds.bout_edge_s)
                or abs(worked.distance_m - worked.distance_before_m)
                <= thresholds.same_set_max_ratio * worked.distance_before_m
            ),
            false
        ) as is_new_set
    from worked
    cross join settings.judging as thresholds
),

numbered as (
    select
        marked.*,
        count(*) filter (where marked.is_new_set) over (
            partition by marked.athlete_id, marked.activity_id order by marked.bout_number
        ) as set_number
    from marked
),

counted as (
    select
        numbered.*,
        count(*) over (
            partition by numbered.athlete_id, numbered.activity_id, numbered.set_number
        ) as set_size,
        count(*) over (partition by numbered.athlete_id, numbered.activity_id) as bout_count,
        row_number() over (
            partition by numbered.athlete_id, numbered.activity_id order by numbered.bout_number
        ) as run_place
    from numbered
),

-- a last repetition that was given up is one of its set
joined as (
    select
        counted.* exclude (set_number),
        counted.set_number
        - cast(
            coalesce(
                counted.set_size = 1
                and counted.run_place = counted.bout_count
                and lag(counted.set_size)
                    over (
                        partition by counted.athlete_id, counted.activity_id order by counted.bout_number
                    )
                >= thresholds.thirds
                and counted.set_kind = counted.kind_before
                and counted.duration_s < thresholds.cut_short_max_ratio * counted.duration_before_s
                and counted.distance_m < thresholds.cut_short_max_ratio * counted.distance_before_m,
                false
            )
            as integer
        ) as set_number
    from counted
    cross join settings.judging as thresholds
),

placed as (
    select
        joined.*,
        row_number() over (
            partition by joined.athlete_id, joined.activity_id, joined.set_number
            order by joined.bout_number
        ) as place,
        count(*) over (
            partition by joined.athlete_id, joined.activity_id, joined.set_number
        ) as repeat_count
    from joined
),

sums as (
    select
        placed.athlete_id,
        placed.activity_id,
        placed.set_number,
        placed.repeat_count,
        any_value(placed.local_day) as local_day,
        mode(placed.bout_kind order by placed.bout_kind) as bout_kind,
        min(placed.started_after_s) as started_after_s,
        max(placed.started_after_s + placed.duration_s) as ended_after_s,
        sum(placed.duration_s) as fast_s,
        sum(placed.distance_m) as fast_m,
        median(placed.duration_s) as repeat_s,
        median(placed.distance_m) as repeat_m,
        median(placed.work_speed_m_per_s) as repeat_speed_m_per_s,
        median(placed.speed_to_critical_ratio) as speed_to_critical_ratio,
        cast(quantile_disc(placed.pace_number, 0.5) as bigint) as pace_number,
        stddev_pop(placed.duration_s) / avg(placed.duration_s) as duration_spread_ratio,
        stddev_pop(placed.distance_m) / avg(placed.distance_m) as distance_spread_ratio,
        avg(placed.recovery_s) filter (where placed.place < placed.repeat_count) as recovery_mean_s,
        mode(placed.recovery_kind order by placed.recovery_kind)
        filter (where placed.place < placed.repeat_count) as recovery_kind,
        if(
            placed.repeat_count >= thresholds.thirds,
            stddev_pop(1 / placed.work_speed_m_per_s) / avg(1 / placed.work_speed_m_per_s),
            null
        ) as evenness_ratio,
        if(
            placed.repeat_count >= thresholds.thirds,
            avg(1 / placed.work_speed_m_per_s) filter (
                where placed.place > placed.repeat_count - placed.repeat_count // thresholds.thirds
            )
            / avg(1 / placed.work_speed_m_per_s) filter (
                where placed.place <= placed.repeat_count // thresholds.thirds
            )
            - 1,
            null
        ) as fade_ratio,
        coalesce(
            placed.repeat_count >= thresholds.thirds
            and last(placed.distance_m order by placed.place)
            < thresholds.cut_short_max_ratio * median(placed.distance_m)
            and last(placed.duration_s order by placed.place)
            < thresholds.cut_short_max_ratio * median(placed.duration_s),
            false
        ) as is_cut_short
    from placed
    cross join settings.judging as thresholds
    group by
        placed.athlete_id,
        placed.activity_id,
        placed.set_number,
        placed.repeat_count,
        thresholds.thirds,
        thresholds.cut_short_max_ratio
),

named as (
    select
        sums.athlete_id,
        sums.activity_id,
        sums.set_number,
        arg_min(
            struct_pack(repeat_name := sizes.repeat_name, size_unit := sizes.size_unit),
            row(
                if(
                    sizes.size_unit = 'm',
                    abs(ln(sums.repeat_m / sizes.repeat_size))
                    + sums.distance_spread_ratio
                    + if(sums.bout_kind = 'stride', thresholds.distance_preferred_ratio, 0),
                    abs(ln(sums.repeat_s / sizes.repeat_size))
                    + sums.duration_spread_ratio
                    + if(sums.bout_kind = 'stride', 0, thresholds.distance_preferred_ratio)
                ),
                sizes.size_unit,
                sizes.repeat_size
            )
        ) as nearest
    from sums
    cross join settings.repeat_sizes as sizes
    cross join settings.judging as thresholds
    where sums.repeat_m > 0 or sizes.size_unit = 's'
    group by sums.athlete_id, sums.activity_id, sums.set_number
)

select
    sums.athlete_id,
    sums.activity_id,
    sums.set_number,
    sums.local_day,
    sums.bout_kind,
    sums.repeat_count,
    named.nearest.repeat_name,
    named.nearest.size_unit = 'm' as is_by_distance,
    sums.repeat_m,
    sums.repeat_s,
    sums.repeat_speed_m_per_s,
    sums.speed_to_critical_ratio,
    sums.pace_number,
    sums.recovery_mean_s,
    sums.recovery_kind,
    sums.fast_m,
    sums.fast_s,
    sums.started_after_s,
    sums.ended_after_s,
    sums.evenness_ratio,
    sums.fade_ratio,
    sums.is_cut_short,
    concat(
        if(sums.repeat_count > 1, format('{} x ', sums.repeat_count), ''),
        named.nearest.repeat_name,
        if(sums.bout_kind in ('hill_sprint', 'hill_repeat'), ' uphill', ''),
        coalesce(
            format(
                ' @ {}:{:02d} /{}',
                cast(round(lengths.length_unit_m / sums.repeat_speed_m_per_s) as bigint) // 60,
                cast(round(lengths.length_unit_m / sums.repeat_speed_m_per_s) as bigint) % 60,
                lengths.length_symbol
            ),
            ''
        ),
        coalesce(
            format(
                ', {}:{:02d} {}',
                cast(round(sums.recovery_mean_s) as bigint) // 60,
                cast(round(sums.recovery_mean_s) as bigint) % 60,
                coalesce(sums.recovery_kind, 'rest')
            ),
            ''
        )
    ) as signature
from sums
left join athlete.athletes as athletes on sums.athlete_id = athletes.athlete_id
inner join settings.length_units as lengths
    on lengths.units = coalesce(athletes.units, 'km')
left join named
    on
        sums.athlete_id = named.athlete_id
        and sums.activity_id = named.activity_id
        and sums.set_number = named.set_number
