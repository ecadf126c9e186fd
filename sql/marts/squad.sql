-- One row per athlete: where they stand, and where that is among all athletes.
--
-- A place is the share of the others who have less, and half of those who have the same: 0 has the least, 1
-- the most. It is told among those of whom the number is known, whenever they ran last, and null if these are
-- few. The place of the slope is among those of whom there is a verdict: rates compare, changes over windows
-- of different lengths do not.
--
-- Of all models this alone looks from one athlete at another: it needs the standings of all of them, and
-- nothing else.
--
-- across: athletes
-- grain: athlete_id
-- check: easy_share_place_ratio is null or easy_share_place_ratio between 0 and 1
-- check: slope_place_ratio is null or slope_place_ratio between 0 and 1
-- check: weekly_distance_place_ratio is null or weekly_distance_place_ratio between 0 and 1
with numbers as (
    select
        standings.athlete_id,
        -- equal numbers may differ by the rounding of a sum
        round(standings.easy_share_ratio, 6) as easy_share,
        case when standings.verdict != 'not_enough_data' then round(standings.slope_pct_per_month, 6) end
            as slope,
        round(standings.weekly_distance_m, 6) as weekly_distance
    from marts.standings as standings
),

counts as (
    select
        count(*) as athlete_count,
        count(numbers.easy_share) as easy_share_known_count,
        count(numbers.slope) as slope_known_count,
        count(numbers.weekly_distance) as weekly_distance_known_count
    from numbers
),

-- how many have less, and how many have no more, the athlete with them; nulls are counted apart
orders as (
    select
        numbers.*,
        rank() over by_easy_share - 1 as easy_share_below,
        count(*) over by_easy_share as easy_share_until,
        rank() over by_slope - 1 as slope_below,
        count(*) over by_slope as slope_until,
        rank() over by_weekly_distance - 1 as weekly_distance_below,
        count(*) over by_weekly_distance as weekly_distance_until
    from numbers
    window
        by_easy_share as (partition by numbers.easy_share is null order by numbers.easy_share),
        by_slope as (partition by numbers.slope is null order by numbers.slope),
        by_weekly_distance as (
            partition by numbers.weekly_distance is null order by numbers.weekly_distance
        )
)

select
    standings.athlete_id,
    standings.birth_year,
    standings.sex,
    standings.first_day,
    standings.last_day,
    standings.last_run_day,
    standings.history_days,
    standings.activity_count,
    standings.run_count,
    standings.verdict,
    standings.is_stalled,
    standings.since,
    standings.is_since_before,
    standings.reason,
    standings.window_weeks,
    standings.window_start_on,
    standings.window_end_on,
    standings.comparable_run_count,
    standings.slope_pct_per_month,
    standings.slope_low_pct_per_month,
    standings.slope_high_pct_per_month,
    standings.change_pct,
    standings.change_low_pct,
    standings.change_high_pct,
    standings.p_improving,
    standings.p_plateau,
    standings.p_declining,
    standings.minimum_detectable_pct_per_month,
    standings.recent_run_count,
    standings.counted_run_count,
    standings.uncounted_reason,
    standings.leading_cause,
    standings.leading_reason,
    standings.leading_count,
    standings.easy_share_ratio,
    standings.judged_week_count,
    standings.judged_s,
    standings.judged_ratio,
    standings.heart_rate_coverage_ratio,
    standings.weekly_distance_m,
    standings.weekly_distance_before_m,
    standings.weekly_run_days,
    standings.load_trend_ratio,
    standings.fitness_score,
    standings.form_score,
    standings.phase,
    counts.athlete_count,
    counts.easy_share_known_count,
    case
        when orders.easy_share is not null and counts.easy_share_known_count >= thresholds.squad_min_athletes
            then
                cast(orders.easy_share_below + orders.easy_share_until - 1 as double)
                / 2
                / (counts.easy_share_known_count - 1)
    end as easy_share_place_ratio,
    counts.slope_known_count,
    case
        when orders.slope is not null and counts.slope_known_count >= thresholds.squad_min_athletes
            then
                cast(orders.slope_below + orders.slope_until - 1 as double)
                / 2
                / (counts.slope_known_count - 1)
    end as slope_place_ratio,
    counts.weekly_distance_known_count,
    case
        when
            orders.weekly_distance is not null
            and counts.weekly_distance_known_count >= thresholds.squad_min_athletes
            then
                cast(orders.weekly_distance_below + orders.weekly_distance_until - 1 as double)
                / 2
                / (counts.weekly_distance_known_count - 1)
    end as weekly_distance_place_ratio
from marts.standings as standings
inner join orders on standings.athlete_id = orders.athlete_id
cross join counts
cross join settings.judging as thresholds
