-- One row per stretch of a run that is clearly faster than its easy speed, as the stream shows it.
--
-- The fast seconds are looked at from several levels of speed. From each they are islands, with valleys
-- between them; a valley that is deep for its length separates bouts, whichever level shows it (a float may
-- be faster than easy). Between the valleys the island is taken that stands out most. What is short must
-- stand out more (GPS), and what is long must begin or end with a change of speed, unless it is fast indeed.
--
-- grain: athlete_id, activity_id, started_after_s
-- check: ended_after_s > started_after_s
with jitters as (
    select
        paces.athlete_id,
        paces.activity_id,
        median(paces.jitter_ratio) as jitter_ratio
    from activity.paces as paces
    where paces.effort_ratio > 0
    group by paces.athlete_id, paces.activity_id
),

levelled as (
    select
        paces.athlete_id,
        paces.activity_id,
        paces.started_after_s,
        paces.elapsed_s,
        paces.effort_sum_s - paces.effort_s as effort_from_s,
        paces.effort_sum_s as effort_to_s,
        paces.effort_most_sum_s - paces.effort_most_s as effort_most_from_s,
        paces.effort_most_sum_s as effort_most_to_s,
        paces.cadence_ratio,
        unnest(
            range(
                cast(
                    floor(
                        ln(paces.effort_ratio / thresholds.level_first_ratio)
                        / ln(thresholds.level_step_ratio)
                    ) as bigint
                )
                + 1
            )
        ) as level_number
    from activity.paces as paces
    cross join settings.measuring as thresholds
    where paces.step_s > 0 and paces.effort_ratio >= thresholds.level_first_ratio
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

fragments as (
    select
        numbered.athlete_id,
        numbered.activity_id,
        numbered.level_number,
        numbered.island_number,
        min(numbered.started_after_s) as started_after_s,
        max(numbered.elapsed_s) as ended_after_s,
        max(numbered.elapsed_s) - min(numbered.started_after_s) as duration_s,
        min(numbered.effort_from_s) as effort_from_s,
        max(numbered.effort_to_s) as effort_to_s,
        min(numbered.effort_most_from_s) as effort_most_from_s,
        max(numbered.effort_most_to_s) as effort_most_to_s,
        (max(numbered.effort_to_s) - min(numbered.effort_from_s))
        / (max(numbered.elapsed_s) - min(numbered.started_after_s)) as height_ratio,
        avg(numbered.cadence_ratio) as cadence_ratio
    from numbered
    group by numbered.athlete_id, numbered.activity_id, numbered.level_number, numbered.island_number
),

-- a tempo over hills comes apart: where there is no valley between two, they are one
separated as (
    select
        fragments.*,
        coalesce(
            (fragments.effort_most_from_s - lag(fragments.effort_most_to_s) over activity)
            / (fragments.started_after_s - lag(fragments.ended_after_s) over activity)
            < greatest(
                least(fragments.height_ratio, lag(fragments.height_ratio) over activity)
                * (1 - thresholds.bout_edge_min_ratio),
                1 + thresholds.bout_edge_min_ratio
            )
            - thresholds.valley_noise_s
            / (fragments.started_after_s - lag(fragments.ended_after_s) over activity),
            true
        ) as is_first
    from fragments
    cross join settings.measuring as thresholds
    window
        activity as (
            partition by fragments.athlete_id, fragments.activity_id, fragments.level_number
            order by fragments.started_after_s
        )
),

counted as (
    select
        separated.*,
        count(*) filter (where separated.is_first) over (
            partition by separated.athlete_id, separated.activity_id, separated.level_number
            order by separated.started_after_s
            rows between unbounded preceding and current row
        ) as joined_number
    from separated
),

islands as (
    select
        counted.athlete_id,
        counted.activity_id,
        counted.level_number,
        counted.joined_number as island_number,
        min(counted.started_after_s) as started_after_s,
        max(counted.ended_after_s) as ended_after_s,
        max(counted.ended_after_s) - min(counted.started_after_s) as duration_s,
        min(counted.effort_most_from_s) as effort_most_from_s,
        max(counted.effort_most_to_s) as effort_most_to_s,
        (max(counted.effort_to_s) - min(counted.effort_from_s))
        / (max(counted.ended_after_s) - min(counted.started_after_s)) as height_ratio,
        sum(counted.cadence_ratio * counted.duration_s)
        / sum(counted.duration_s) filter (where counted.cadence_ratio is not null) as cadence_ratio
    from counted
    group by counted.athlete_id, counted.activity_id, counted.level_number, counted.joined_number
),

neighbours as (
    select
        islands.*,
        lag(islands.ended_after_s) over activity as valley_from_s,
        islands.started_after_s - lag(islands.ended_after_s) over activity as valley_s,
        islands.effort_most_from_s - lag(islands.effort_most_to_s) over activity as valley_effort_s,
        least(islands.height_ratio, lag(islands.height_ratio) over activity) as beside_ratio,
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
    inner join jitters
        on neighbours.athlete_id = jitters.athlete_id and neighbours.activity_id = jitters.activity_id
    where
        neighbours.valley_effort_s / neighbours.valley_s
        <= neighbours.beside_ratio
        * (
            1
            - thresholds.valley_depth_min_ratio
            - (thresholds.valley_noise_s + thresholds.valley_jitter_s * coalesce(jitters.jitter_ratio, 0))
            * (1 / neighbours.valley_s + 1 / neighbours.beside_s)
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
        islands.effort_most_from_s,
        islands.effort_most_to_s,
        islands.height_ratio,
        islands.cadence_ratio,
        coalesce(jitters.jitter_ratio, 0) as jitter_ratio,
        easy.is_finely_recorded,
        len(
            list_filter(coalesce(cut.cuts_until_s, []), lambda until_s: until_s <= islands.started_after_s)
        ) as cuts_before,
        len(
            list_filter(coalesce(cut.cuts_from_s, []), lambda from_s: from_s < islands.ended_after_s)
        ) as cuts_begun
    from islands
    inner join activity.easy_speeds as easy
        on islands.athlete_id = easy.athlete_id and islands.activity_id = easy.activity_id
    inner join jitters
        on islands.athlete_id = jitters.athlete_id and islands.activity_id = jitters.activity_id
    left join cut
        on islands.athlete_id = cut.athlete_id and islands.activity_id = cut.activity_id
),

candidates as (
    select
        placed.*,
        placed.started_after_s
        - if(placed.duration_s < thresholds.bout_long_s, thresholds.flank_s, thresholds.flank_long_s)
            as flank_from_s,
        placed.ended_after_s
        + if(placed.duration_s < thresholds.bout_long_s, thresholds.flank_s, thresholds.flank_long_s)
            as flank_until_s
    from placed
    cross join settings.measuring as thresholds
    where
        placed.cuts_before = placed.cuts_begun
        and placed.duration_s
        >= if(placed.is_finely_recorded, thresholds.bout_min_s, thresholds.coarse_bout_min_s)
        and placed.height_ratio
        >= 1 + thresholds.bout_height_min_ratio + thresholds.bout_noise_beside_walk_s / placed.duration_s
),

-- most runs have none
near as (
    select
        paces.athlete_id,
        paces.activity_id,
        paces.elapsed_s,
        paces.effort_most_sum_s
    from activity.paces as paces
    semi join candidates
        on paces.athlete_id = candidates.athlete_id and paces.activity_id = candidates.activity_id
),

flanked as (
    select
        placed.*,
        (placed.effort_most_from_s - before.effort_most_sum_s)
        / nullif(placed.started_after_s - before.elapsed_s, 0) as before_ratio,
        (after.effort_most_sum_s - placed.effort_most_to_s)
        / nullif(after.elapsed_s - placed.ended_after_s, 0) as after_ratio
    from candidates as placed
    asof left join near as before
        on
            placed.athlete_id = before.athlete_id
            and placed.activity_id = before.activity_id
            and placed.flank_from_s >= before.elapsed_s
    asof left join near as after
        on
            placed.athlete_id = after.athlete_id
            and placed.activity_id = after.activity_id
            and placed.flank_until_s >= after.elapsed_s
),

high as (
    select
        flanked.*,
        sqrt(flanked.duration_s) * (flanked.height_ratio - 1 - thresholds.bout_edge_min_ratio) as prominence
    from flanked
    cross join settings.measuring as thresholds
    where
        (
            (
                flanked.height_ratio
                >= 1 + thresholds.bout_height_min_ratio
                + (
                    if(
                        coalesce(flanked.before_ratio, 0) < thresholds.walk_min_ratio,
                        thresholds.bout_noise_after_stand_s,
                        thresholds.bout_noise_s
                    )
                    + thresholds.bout_jitter_s * flanked.jitter_ratio
                )
                / flanked.duration_s
            )
            or (
                flanked.height_ratio
                >= 1 + thresholds.bout_height_min_ratio
                + (
                    thresholds.bout_noise_beside_walk_s + thresholds.bout_jitter_s * flanked.jitter_ratio
                )
                / flanked.duration_s
                and coalesce(
                    least(flanked.before_ratio, flanked.after_ratio)
                    between thresholds.walk_min_ratio and thresholds.walk_max_ratio
                    and flanked.before_ratio >= thresholds.walk_min_ratio,
                    false
                )
            )
        )
        and not coalesce(
            flanked.jitter_ratio > thresholds.jitter_max_ratio
            and flanked.duration_s < thresholds.cadence_needed_s
            and flanked.cadence_ratio < thresholds.cadence_min_ratio,
            false
        )
        and (
            (
                flanked.duration_s >= thresholds.bout_long_s
                and flanked.height_ratio >= thresholds.bout_long_min_ratio
            )
            or coalesce(
                greatest(flanked.before_ratio, flanked.after_ratio)
                <= flanked.height_ratio
                * (
                    1
                    - if(
                        flanked.duration_s < thresholds.bout_long_s,
                        thresholds.bout_edge_min_ratio,
                        thresholds.valley_depth_min_ratio
                    )
                ),
                false
            )
        )
),

-- of the levels the one with the island that stands out most; of equal ones the lowest
chosen as (
    select
        high.*,
        first_value(high.level_number) over (
            partition by high.athlete_id, high.activity_id, high.cuts_before
            order by high.prominence desc, high.level_number asc
        ) as chosen_number
    from high
)

select
    athlete_id,
    activity_id,
    started_after_s,
    ended_after_s,
    height_ratio as effort_ratio
from chosen
where level_number = chosen_number
