-- One row per look: the window that can carry a verdict, and the verdict.
--
-- The shortest window whose class is clear (95 %); without one the surest window, if it is sure enough,
-- with a class that is likely enough (60 %). (The first to be just likely, of ten windows tried one after
-- the other, would be wrong too often.) A sure slope without a likely class is undecided; no sure slope is
-- not enough data. What the same season a year before contradicts, in a window that is no whole year, is
-- undecided; so is a turn from improving to declining, or back, until a second look agrees, whatever has
-- been between.
--
-- grain: athlete_id, as_of_day
-- check: verdict in ('improving', 'plateau', 'declining', 'undecided', 'not_enough_data')
with judged as (
    select
        looks.athlete_id,
        looks.as_of_day,
        looks.is_latest,
        looks.window_weeks,
        slopes.standard_error_pct_per_month,
        coalesce(slopes.standard_error_pct_per_month <= thresholds.standard_error_max_pct_per_month, false)
            as is_sure,
        coalesce(
            slopes.standard_error_pct_per_month <= thresholds.clear_error_max_pct_per_month
            and greatest(chances.p_improving, chances.p_plateau, chances.p_declining)
            >= thresholds.verdict_clear_probability,
            false
        ) as is_clear,
        case
            when chances.p_improving >= thresholds.verdict_min_probability then 'improving'
            when chances.p_plateau >= thresholds.verdict_min_probability then 'plateau'
            when chances.p_declining >= thresholds.verdict_min_probability then 'declining'
        end as likely_class
    from athlete.looks as looks
    left join athlete.slopes as slopes
        on
            looks.athlete_id = slopes.athlete_id
            and looks.as_of_day = slopes.as_of_day
            and looks.window_weeks = slopes.window_weeks
    left join athlete.chances as chances
        on
            looks.athlete_id = chances.athlete_id
            and looks.as_of_day = chances.as_of_day
            and looks.window_weeks = chances.window_weeks
    cross join settings.judging as thresholds
),

chosen as (
    select
        judged.*,
        case
            when
                judged.is_clear or (judged.is_sure and judged.likely_class is not null)
                then judged.likely_class
            when judged.is_sure then 'undecided'
            else 'not_enough_data'
        end as first_verdict
    from judged
    qualify
        row_number() over (
            partition by judged.athlete_id, judged.as_of_day
            order by
                judged.is_clear desc,
                if(judged.is_clear, judged.window_weeks, null) nulls last,
                judged.is_sure and judged.likely_class is not null desc,
                judged.is_sure desc,
                -- two windows over the same runs are equal but for the rounding of a sum
                round(judged.standard_error_pct_per_month, 6) asc nulls last,
                judged.window_weeks asc
        ) = 1
),

seasoned as (
    select
        chosen.*,
        coalesce(
            chosen.window_weeks * 7 < thresholds.year_days - 7
            and (
                (chosen.first_verdict = 'improving' and seasons.season_change_high_pct < 0)
                or (chosen.first_verdict = 'declining' and seasons.season_change_low_pct > 0)
            ),
            false
        ) as is_against_season
    from chosen
    cross join settings.judging as thresholds
    left join athlete.season_changes as seasons
        on chosen.athlete_id = seasons.athlete_id and chosen.as_of_day = seasons.as_of_day
),

turned as (
    select
        seasoned.*,
        coalesce(
            seasoned.first_verdict in ('improving', 'declining')
            and seasoned.first_verdict != lag(
                case when seasoned.first_verdict in ('improving', 'declining') then seasoned.first_verdict end
                ignore nulls
            ) over (partition by seasoned.athlete_id order by seasoned.as_of_day),
            false
        ) as is_first_look_of_turn
    from seasoned
)

select
    turned.athlete_id,
    turned.as_of_day,
    turned.is_latest,
    case when turned.standard_error_pct_per_month is not null then turned.window_weeks end as window_weeks,
    if(turned.is_first_look_of_turn or turned.is_against_season, 'undecided', turned.first_verdict)
        as verdict,
    turned.is_first_look_of_turn,
    turned.is_against_season
from turned
