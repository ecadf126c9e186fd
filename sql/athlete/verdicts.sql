-- One row per look: the window that can carry a verdict, and the verdict.
--
-- The shortest window whose slope is sure enough and whose class is likely enough. A sure slope without a
-- likely class is undecided; no sure slope is not enough data. A turn from improving to declining, or back,
-- is undecided until a second look agrees, whatever has been between the two.
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
        slopes.standard_error_pct_per_month <= thresholds.standard_error_max_pct_per_month as is_sure,
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
            when judged.is_sure and judged.likely_class is not null then judged.likely_class
            when judged.is_sure then 'undecided'
            else 'not_enough_data'
        end as first_verdict
    from judged
    qualify
        row_number() over (
            partition by judged.athlete_id, judged.as_of_day
            order by
                coalesce(judged.is_sure and judged.likely_class is not null, false) desc,
                coalesce(judged.is_sure, false) desc,
                if(judged.is_sure and judged.likely_class is not null, judged.window_weeks, null) nulls last,
                judged.standard_error_pct_per_month nulls last,
                judged.window_weeks asc
        ) = 1
),

turned as (
    select
        chosen.*,
        coalesce(
            chosen.first_verdict in ('improving', 'declining')
            and chosen.first_verdict != lag(
                case when chosen.first_verdict in ('improving', 'declining') then chosen.first_verdict end
                ignore nulls
            ) over (partition by chosen.athlete_id order by chosen.as_of_day),
            false
        ) as is_first_look_of_turn
    from chosen
)

select
    turned.athlete_id,
    turned.as_of_day,
    turned.is_latest,
    case when turned.standard_error_pct_per_month is not null then turned.window_weeks end as window_weeks,
    if(turned.is_first_look_of_turn, 'undecided', turned.first_verdict) as verdict,
    turned.is_first_look_of_turn
from turned
