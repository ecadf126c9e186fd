-- One row per window of the latest look that has a slope: what two methods by ranks say of the same runs.
--
-- Description only, for who knows them: the Mann-Kendall score (in standard deviations, ties corrected; Mann
-- 1945, Kendall 1975) and the Theil-Sen slope. No verdict hangs on them: a trend that is not significant is
-- no plateau (SCIENCE.md C2).
--
-- grain: athlete_id, as_of_day, window_weeks
with inside as (
    select
        slopes.athlete_id,
        slopes.as_of_day,
        slopes.window_weeks,
        runs.day_number,
        runs.comparable_log_pct,
        row_number() over (
            partition by slopes.athlete_id, slopes.as_of_day, slopes.window_weeks
            order by runs.day_number, runs.activity_id
        ) as run_number
    from athlete.slopes as slopes
    inner join athlete.looks as looks
        on
            slopes.athlete_id = looks.athlete_id
            and slopes.as_of_day = looks.as_of_day
            and slopes.window_weeks = looks.window_weeks
    inner join athlete.comparable_runs as runs
        on
            slopes.athlete_id = runs.athlete_id
            and runs.local_day between slopes.window_start_on and slopes.as_of_day
    where looks.is_latest
),

pairs as (
    select
        earlier.athlete_id,
        earlier.as_of_day,
        earlier.window_weeks,
        sum(sign(later.comparable_log_pct - earlier.comparable_log_pct)) as risen_less_fallen,
        median(
            (later.comparable_log_pct - earlier.comparable_log_pct)
            / nullif(later.day_number - earlier.day_number, 0)
        ) as pct_per_day
    from inside as earlier
    inner join inside as later
        on
            earlier.athlete_id = later.athlete_id
            and earlier.as_of_day = later.as_of_day
            and earlier.window_weeks = later.window_weeks
            and earlier.run_number < later.run_number
    group by earlier.athlete_id, earlier.as_of_day, earlier.window_weeks
),

ties as (
    select
        inside.athlete_id,
        inside.as_of_day,
        inside.window_weeks,
        count(*) as run_count
    from inside
    group by inside.athlete_id, inside.as_of_day, inside.window_weeks, inside.comparable_log_pct
),

-- of n runs S varies by n (n - 1) (2 n + 5) / 18, less the same for every group of equal ones
variances as (
    select
        ties.athlete_id,
        ties.as_of_day,
        ties.window_weeks,
        (
            sum(ties.run_count) * (sum(ties.run_count) - 1) * (2 * sum(ties.run_count) + 5)
            - sum(ties.run_count * (ties.run_count - 1) * (2 * ties.run_count + 5))
        )
        / 18 as variance
    from ties
    group by ties.athlete_id, ties.as_of_day, ties.window_weeks
)

select
    pairs.athlete_id,
    pairs.as_of_day,
    pairs.window_weeks,
    (pairs.risen_less_fallen - sign(pairs.risen_less_fallen)) / nullif(sqrt(variances.variance), 0)
        as mann_kendall_score,
    thresholds.month_days * pairs.pct_per_day as theil_sen_pct_per_month
from pairs
inner join variances
    on
        pairs.athlete_id = variances.athlete_id
        and pairs.as_of_day = variances.as_of_day
        and pairs.window_weeks = variances.window_weeks
cross join settings.judging as thresholds
