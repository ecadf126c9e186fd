-- One row per athlete and day, rest days too: load, and what it leaves behind.
--
-- Fitness and fatigue are exponentially weighted means of the load, k = 1 - exp(-1/tau), from zero
-- (Banister; the form that GoldenCheetah and Elevate use); an unknown load counts as none there, and is null
-- itself. A load leaves load x exp(-age/tau): each year is a running sum, on top of what is left of the years
-- before. Form is yesterday's fitness less yesterday's fatigue.
--
-- Monotony and strain are Foster's, over seven days, with the population's standard deviation. The acute to
-- chronic ratio is the mean load of 7 days against that of the 28 that they end: a description, no lever
-- (Impellizzeri 2020); null until 28 days are known and hold any load.
--
-- grain: athlete_id, local_day
-- check: fitness_score >= 0
-- check: acute_chronic_ratio is null or acute_chronic_ratio >= 0
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

aged as (
    select
        loads.*,
        cast(date_trunc('year', loads.local_day) as date) as year_start_on,
        exp((dayofyear(loads.local_day) - 1) / thresholds.fitness_days) as fitness_growth,
        exp((dayofyear(loads.local_day) - 1) / thresholds.fatigue_days) as fatigue_growth,
        thresholds.fitness_days,
        thresholds.fatigue_days,
        thresholds.chronic_days,
        to_days(cast(thresholds.chronic_days - 1 as integer)) as chronic_span
    from loads
    cross join settings.judging as thresholds
),

year_sums as (
    select
        aged.athlete_id,
        aged.year_start_on,
        any_value(aged.fitness_days) as fitness_days,
        any_value(aged.fatigue_days) as fatigue_days,
        sum(aged.load_score * aged.fitness_growth) as fitness_sum,
        sum(aged.load_score * aged.fatigue_growth) as fatigue_sum
    from aged
    group by aged.athlete_id, aged.year_start_on
),

left_over as (
    select
        years.athlete_id,
        years.year_start_on,
        sum(
            earlier.fitness_sum
            * exp(-(years.year_start_on - earlier.year_start_on) / years.fitness_days)
        ) as fitness_before,
        sum(
            earlier.fatigue_sum
            * exp(-(years.year_start_on - earlier.year_start_on) / years.fatigue_days)
        ) as fatigue_before
    from year_sums as years
    inner join year_sums as earlier
        on years.athlete_id = earlier.athlete_id and years.year_start_on > earlier.year_start_on
    group by years.athlete_id, years.year_start_on
),

weighed as (
    select
        aged.*,
        (1 - exp(-1 / aged.fitness_days))
        * (
            coalesce(sum(aged.load_score * aged.fitness_growth) over this_year, 0)
            + coalesce(left_over.fitness_before, 0)
        )
        / aged.fitness_growth as fitness_score,
        (1 - exp(-1 / aged.fatigue_days))
        * (
            coalesce(sum(aged.load_score * aged.fatigue_growth) over this_year, 0)
            + coalesce(left_over.fatigue_before, 0)
        )
        / aged.fatigue_growth as fatigue_score,
        count(aged.load_score) over week as week_day_count,
        sum(aged.load_score) over week as week_load_score,
        -- seven equal loads have no spread but that of rounding
        avg(aged.load_score) over week
        / nullif(round(stddev_pop(aged.load_score) over week, 6), 0) as monotony,
        avg(aged.load_score) over chronic as chronic_load_score,
        count(aged.load_score) over chronic as chronic_day_count
    from aged
    left join left_over
        on aged.athlete_id = left_over.athlete_id and aged.year_start_on = left_over.year_start_on
    window
        this_year as (partition by aged.athlete_id, aged.year_start_on order by aged.local_day),
        week as (
            partition by aged.athlete_id order by aged.local_day
            range between interval 6 days preceding and current row
        ),
        chronic as (
            partition by aged.athlete_id order by aged.local_day
            range between aged.chronic_span preceding and current row
        )
)

select
    athlete_id,
    local_day,
    activity_count,
    run_count,
    distance_m,
    moving_s,
    load_score,
    load_unknown_count,
    fitness_score,
    fatigue_score,
    lag(fitness_score - fatigue_score) over (partition by athlete_id order by local_day) as form_score,
    case when week_day_count = 7 then monotony end as monotony,
    case when week_day_count = 7 then week_load_score * monotony end as strain_score,
    case
        when chronic_day_count = chronic_days then week_load_score / 7 / nullif(chronic_load_score, 0)
    end as acute_chronic_ratio,
    local_day - first_day < fitness_days as is_warming_up
from weighed
