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
with told as (
    select
        standings.*,
        -- equal numbers may differ by the rounding of a sum
        round(standings.easy_share_ratio, 6) as easy_share,
        case when standings.verdict != 'not_enough_data' then round(standings.slope_pct_per_month, 6) end
            as slope,
        round(standings.weekly_distance_m, 6) as weekly_distance
    from marts.standings as standings
),

-- of n athletes, below and beside are among the other n - 1; nulls are counted apart, and have no place
counted as (
    select
        told.*,
        count(*) over () as athlete_count,
        count(told.easy_share) over () as easy_share_known_count,
        rank() over (partition by told.easy_share is null order by told.easy_share) - 1 as easy_share_below,
        count(*) over (partition by told.easy_share) - 1 as easy_share_beside,
        count(told.slope) over () as slope_known_count,
        rank() over (partition by told.slope is null order by told.slope) - 1 as slope_below,
        count(*) over (partition by told.slope) - 1 as slope_beside,
        count(told.weekly_distance) over () as weekly_distance_known_count,
        rank() over (partition by told.weekly_distance is null order by told.weekly_distance) - 1
            as weekly_distance_below,
        count(*) over (partition by told.weekly_distance) - 1 as weekly_distance_beside
    from told
)

select
    counted.athlete_id,
    counted.birth_year,
    counted.sex,
    counted.first_day,
    counted.last_day,
    counted.last_run_day,
    counted.history_days,
    counted.activity_count,
    counted.run_count,
    counted.verdict,
    counted.is_stalled,
    counted.since,
    counted.is_since_before,
    counted.reason,
    counted.window_weeks,
    counted.window_start_on,
    counted.window_end_on,
    counted.comparable_run_count,
    counted.slope_pct_per_month,
    counted.slope_low_pct_per_month,
    counted.slope_high_pct_per_month,
    counted.change_pct,
    counted.change_low_pct,
    counted.change_high_pct,
    counted.p_improving,
    counted.p_plateau,
    counted.p_declining,
    counted.minimum_detectable_pct_per_month,
    counted.recent_run_count,
    counted.counted_run_count,
    counted.uncounted_reason,
    counted.leading_cause,
    counted.leading_reason,
    counted.leading_count,
    counted.easy_share_ratio,
    counted.judged_week_count,
    counted.judged_s,
    counted.judged_ratio,
    counted.heart_rate_coverage_ratio,
    counted.weekly_distance_m,
    counted.weekly_distance_before_m,
    counted.weekly_run_days,
    counted.load_trend_ratio,
    counted.fitness_score,
    counted.form_score,
    counted.phase,
    counted.athlete_count,
    counted.easy_share_known_count,
    case
        when
            counted.easy_share is not null and counted.easy_share_known_count >= thresholds.squad_min_athletes
            then
                (counted.easy_share_below + counted.easy_share_beside / cast(2 as double))
                / (counted.easy_share_known_count - 1)
    end as easy_share_place_ratio,
    counted.slope_known_count,
    case
        when counted.slope is not null and counted.slope_known_count >= thresholds.squad_min_athletes
            then
                (counted.slope_below + counted.slope_beside / cast(2 as double))
                / (counted.slope_known_count - 1)
    end as slope_place_ratio,
    counted.weekly_distance_known_count,
    case
        when
            counted.weekly_distance is not null
            and counted.weekly_distance_known_count >= thresholds.squad_min_athletes
            then
                (counted.weekly_distance_below + counted.weekly_distance_beside / cast(2 as double))
                / (counted.weekly_distance_known_count - 1)
    end as weekly_distance_place_ratio
from counted
cross join settings.judging as thresholds
