-- One row per look and window with a slope: how likely it is that the athlete improved, stood still or
-- declined.
--
-- A plateau is a slope within +-0.25 % a month; the slope is taken as normal around its estimate.
--
-- grain: athlete_id, as_of_day, window_weeks
-- check: abs(p_improving + p_plateau + p_declining - 1) < 1e-6
with bounds as (
    select
        slopes.athlete_id,
        slopes.as_of_day,
        slopes.window_weeks,
        unnest([-1, 1]) as side,
        thresholds.plateau_pct_per_month,
        slopes.slope_pct_per_month,
        slopes.standard_error_pct_per_month
    from athlete.slopes as slopes
    cross join settings.judging as thresholds
),

scores as (
    select
        bounds.*,
        (bounds.side * bounds.plateau_pct_per_month - bounds.slope_pct_per_month)
        / bounds.standard_error_pct_per_month as z
    from bounds
),

tails as (
    select
        scores.*,
        exp(-scores.z * scores.z / 2) / sqrt(2 * pi()) as density,
        1 / (1 + curve.normal_p * abs(scores.z)) as t,
        curve.normal_1,
        curve.normal_2,
        curve.normal_3,
        curve.normal_4,
        curve.normal_5
    from scores
    cross join settings.normal_curve as curve
),

below as (
    select
        tails.*,
        if(tails.z >= 0, 1 - tails.density * tails.series, tails.density * tails.series) as p_below
    from (
        select
            terms.*,
            terms.t * (
                terms.normal_1 + terms.t * (
                    terms.normal_2 + terms.t * (
                        terms.normal_3 + terms.t * (terms.normal_4 + terms.t * terms.normal_5)
                    )
                )
            ) as series
        from tails as terms
    ) as tails
)

select
    below.athlete_id,
    below.as_of_day,
    below.window_weeks,
    1 - max(below.p_below) filter (where below.side = 1) as p_improving,
    max(below.p_below) filter (where below.side = 1)
    - max(below.p_below) filter (where below.side = -1) as p_plateau,
    max(below.p_below) filter (where below.side = -1) as p_declining
from below
group by below.athlete_id, below.as_of_day, below.window_weeks
