-- One row per athlete and day, rest days too: load, and what it leaves behind.
--
-- Fitness and fatigue are exponentially weighted means of the load, k = 1 - exp(-1/tau), from zero
-- (Banister; the form that GoldenCheetah uses); an unknown load counts as none there, and is null itself.
-- Form is yesterday's fitness less yesterday's fatigue. Monotony and strain are Foster's, over seven days,
-- with the population's standard deviation.
--
-- grain: athlete_id, local_day
-- check: fitness_score >= 0
with spans as (
    select
        activities.athlete_id,
        min(activities.local_day) as first_day,
        max(activities.local_day) as last_day
    from athlete.activities as activities
    group by activities.athlete_id
),

spine as (
    select
        spans.athlete_id,
        spans.first_day,
        cast(unnest(generate_series(spans.first_day, spans.last_day, interval 1 day)) as date) as local_day
    from spans
),

loads as (
    select
        spine.athlete_id,
        spine.local_day,
        any_value(spine.first_day) as first_day,
        count(activities.activity_id) as activity_count,
        count(activities.activity_id) filter (where activities.is_run) as run_count,
        coalesce(sum(activities.distance_m) filter (where activities.is_run), 0) as distance_m,
        coalesce(sum(activities.moving_s) filter (where activities.is_run), 0) as moving_s,
        case
            when count(activities.activity_id) = 0 then cast(0 as double)
            else sum(activities.load_score)
        end as load_score,
        count(activities.activity_id) filter (where activities.load_score is null) as load_unknown_count
    from spine
    left join athlete.activities as activities
        on spine.athlete_id = activities.athlete_id and spine.local_day = activities.local_day
    group by spine.athlete_id, spine.local_day
),

decayed as (
    select
        today.athlete_id,
        today.local_day,
        coalesce(
            sum(before.load_score * exp(-(today.local_day - before.local_day) / thresholds.fitness_days))
            * (1 - exp(-1 / any_value(thresholds.fitness_days))),
            0
        ) as fitness_score,
        coalesce(
            sum(before.load_score * exp(-(today.local_day - before.local_day) / thresholds.fatigue_days))
            * (1 - exp(-1 / any_value(thresholds.fatigue_days))),
            0
        ) as fatigue_score
    from loads as today
    cross join settings.judging as thresholds
    left join loads as before
        on
            today.athlete_id = before.athlete_id
            and today.local_day >= before.local_day
            and today.local_day - before.local_day <= thresholds.load_memory_days
            and before.load_score > 0
    group by today.athlete_id, today.local_day
),

week_before as (
    select
        loads.*,
        count(loads.load_score) over week as week_day_count,
        sum(loads.load_score) over week as week_load_score,
        avg(loads.load_score) over week / nullif(stddev_pop(loads.load_score) over week, 0) as monotony
    from loads
    window week as (
        partition by loads.athlete_id order by loads.local_day
        range between interval 6 days preceding and current row
    )
)

select
    week_before.athlete_id,
    week_before.local_day,
    week_before.activity_count,
    week_before.run_count,
    week_before.distance_m,
    week_before.moving_s,
    week_before.load_score,
    week_before.load_unknown_count,
    decayed.fitness_score,
    decayed.fatigue_score,
    lag(decayed.fitness_score - decayed.fatigue_score) over (
        partition by week_before.athlete_id order by week_before.local_day
    ) as form_score,
    case when week_before.week_day_count = 7 then week_before.monotony end as monotony,
    case
        when week_before.week_day_count = 7 then week_before.week_load_score * week_before.monotony
    end as strain_score,
    week_before.local_day - week_before.first_day < thresholds.fitness_days as is_warming_up
from week_before
inner join decayed
    on week_before.athlete_id = decayed.athlete_id and week_before.local_day = decayed.local_day
cross join settings.judging as thresholds
