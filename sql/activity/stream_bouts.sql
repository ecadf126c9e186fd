-- One row per stretch of a run that is clearly faster than its easy speed, as the stream shows it.
--
-- The fast seconds are looked at from several levels of speed. From each they are islands, with valleys
-- between them; a valley that is deep for its length separates bouts, whichever level shows it (a float may
-- be faster than easy). Between the valleys the island is taken that stands out most. What is short must
-- stand out more (GPS), and what is long must begin or end with a change of speed, unless it is fast indeed.
--
-- grain: athlete_id, activity_id, started_after_s
-- check: ended_after_s > started_after_s
with levelled as (
    select
        paces.athlete_id,
        paces.activity_id,
        paces.started_after_s,
        paces.elapsed_s,
        paces.effort_travelled_m - paces.effort_m as effort_before_m,
        paces.effort_travelled_m,
        unnest(
            range(
                cast(
                    floor(
                        ln(paces.speed_to_easy_ratio / thresholds.level_first_ratio)
                        / ln(thresholds.level_step_ratio)
                    ) as bigint
                )
                + 1
            )
        ) as level_number
    from activity.paces as paces
    cross join settings.measuring as thresholds
    where paces.step_s > 0 and paces.speed_to_easy_ratio >= thresholds.level_first_ratio
),

begun as (
    select
        levelled.*,
        coalesce(
            levelled.started_after_s - lag(levelled.elapsed_s) over (
                partition by levelled.athlete_id, levelled.activity_id, levelled.level_number
                order by levelled.started_after_s
            ) >= thresholds.valley_min_s,
            true
        ) as is_first
    from levelled
    cross join settings.measuring as thresholds
),

numbered as (
    select
        begun.*,
        count(*) filter (where begun.is_first) over (
            partition by begun.athlete_id, begun.activity_id, begun.level_number
            order by begun.started_after_s
            rows between unbounded preceding and current row
        ) as island_number
    from begun
),

islands as (
    select
        numbered.athlete_id,
        numbered.activity_id,
        numbered.level_number,
        numbered.island_number,
        min(numbered.started_after_s) as started_after_s,
        max(numbered.elapsed_s) as ended_after_s,
        max(numbered.elapsed_s) - min(numbered.started_after_s) as duration_s,
        min(numbered.effort_before_m) as effort_from_m,
        max(numbered.effort_travelled_m) as effort_to_m,
        (max(numbered.effort_travelled_m) - min(numbered.effort_before_m))
        / (max(numbered.elapsed_s) - min(numbered.started_after_s)) as effort_m_per_s
    from numbered
    group by numbered.athlete_id, numbered.activity_id, numbered.level_number, numbered.island_number
),

neighbours as (
    select
        islands.*,
        lag(islands.ended_after_s) over activity as valley_from_s,
        islands.started_after_s - lag(islands.ended_after_s) over activity as valley_s,
        islands.effort_from_m - lag(islands.effort_to_m) over activity as valley_m,
        least(islands.effort_m_per_s, lag(islands.effort_m_per_s) over activity) as beside_m_per_s,
        least(islands.duration_s, lag(islands.duration_s) over activity) as beside_s
    from islands
    window
        activity as (
            partition by islands.athlete_id, islands.activity_id, islands.level_number
            order by islands.island_number
        )
),

valleys as (
    select distinct
        neighbours.athlete_id,
        neighbours.activity_id,
        neighbours.valley_from_s as from_s,
        neighbours.started_after_s as until_s
    from neighbours
    cross join settings.measuring as thresholds
    where
        neighbours.valley_m / neighbours.valley_s
        <= neighbours.beside_m_per_s
        * (
            1
            - thresholds.valley_depth_min_ratio
            - thresholds.valley_noise_s / neighbours.valley_s
            - thresholds.valley_noise_s / neighbours.beside_s
        )
),

-- of valleys that lie in each other the innermost
cuts as (
    select
        valleys.athlete_id,
        valleys.activity_id,
        valleys.from_s,
        valleys.until_s
    from valleys
    anti join valleys as others
        on
            valleys.athlete_id = others.athlete_id
            and valleys.activity_id = others.activity_id
            and valleys.from_s <= others.from_s
            and valleys.until_s >= others.until_s
            and (valleys.from_s < others.from_s or valleys.until_s > others.until_s)
),

cut as (
    select
        cuts.athlete_id,
        cuts.activity_id,
        list(cuts.from_s) as cuts_from_s,
        list(cuts.until_s) as cuts_until_s
    from cuts
    group by cuts.athlete_id, cuts.activity_id
),

placed as (
    select
        islands.athlete_id,
        islands.activity_id,
        islands.level_number,
        islands.started_after_s,
        islands.ended_after_s,
        islands.duration_s,
        islands.effort_from_m,
        islands.effort_to_m,
        islands.effort_m_per_s,
        islands.effort_m_per_s / easy.easy_speed_m_per_s as height_ratio,
        len(
            list_filter(coalesce(cut.cuts_until_s, []), lambda until_s: until_s <= islands.started_after_s)
        ) as cuts_before,
        len(
            list_filter(coalesce(cut.cuts_from_s, []), lambda from_s: from_s < islands.ended_after_s)
        ) as cuts_begun
    from islands
    inner join activity.easy_speeds as easy
        on islands.athlete_id = easy.athlete_id and islands.activity_id = easy.activity_id
    left join cut
        on islands.athlete_id = cut.athlete_id and islands.activity_id = cut.activity_id
),

high as (
    select
        placed.*,
        sqrt(placed.duration_s)
        * (placed.height_ratio - 1 - thresholds.valley_depth_min_ratio) as prominence
    from placed
    cross join settings.measuring as thresholds
    where
        placed.cuts_before = placed.cuts_begun
        and placed.duration_s >= thresholds.bout_min_s
        and placed.height_ratio
        >= 1 + thresholds.bout_height_min_ratio + thresholds.bout_noise_s / placed.duration_s
),

chosen as (
    select
        high.athlete_id,
        high.activity_id,
        high.cuts_before,
        arg_max(
            struct_pack(
                started_after_s := high.started_after_s,
                ended_after_s := high.ended_after_s,
                effort_from_m := high.effort_from_m,
                effort_to_m := high.effort_to_m,
                height_ratio := high.height_ratio
            ),
            high.prominence
        ) as best
    from high
    group by high.athlete_id, high.activity_id, high.cuts_before
),

flanks as (
    select
        chosen.athlete_id,
        chosen.activity_id,
        chosen.best,
        thresholds.flank_s,
        thresholds.bout_flank_free_ratio,
        thresholds.valley_depth_min_ratio,
        chosen.best.started_after_s - thresholds.flank_s as flank_from_s,
        chosen.best.ended_after_s + thresholds.flank_s as flank_until_s
    from chosen
    cross join settings.measuring as thresholds
),

flanked as (
    select
        flanks.*,
        (flanks.best.effort_to_m - flanks.best.effort_from_m)
        / (flanks.best.ended_after_s - flanks.best.started_after_s) as effort_m_per_s,
        (flanks.best.effort_from_m - before.effort_travelled_m)
        / nullif(flanks.best.started_after_s - before.elapsed_s, 0) as before_m_per_s,
        (after.effort_travelled_m - flanks.best.effort_to_m)
        / nullif(after.elapsed_s - flanks.best.ended_after_s, 0) as after_m_per_s
    from flanks
    asof left join activity.paces as before
        on
            flanks.athlete_id = before.athlete_id
            and flanks.activity_id = before.activity_id
            and flanks.flank_from_s >= before.elapsed_s
    asof left join activity.paces as after
        on
            flanks.athlete_id = after.athlete_id
            and flanks.activity_id = after.activity_id
            and flanks.flank_until_s >= after.elapsed_s
)

select
    athlete_id,
    activity_id,
    best.started_after_s,
    best.ended_after_s
from flanked
where
    best.height_ratio >= bout_flank_free_ratio
    or coalesce(before_m_per_s <= effort_m_per_s * (1 - valley_depth_min_ratio), false)
    or coalesce(after_m_per_s <= effort_m_per_s * (1 - valley_depth_min_ratio), false)
