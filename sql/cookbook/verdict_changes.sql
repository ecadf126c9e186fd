-- When did my verdict change, and from what to what?
with looks as (
    select
        *,
        lag(verdict) over (partition by athlete_id order by as_of_day) as verdict_before
    from marts.plateau
    where athlete_id = getvariable('athlete_id') and is_chosen
)

select
    as_of_day,
    verdict_before,
    verdict,
    window_weeks,
    round(slope_pct_per_month, 2) as slope_pct_per_month,
    round(slope_low_pct_per_month, 2) as slope_low_pct_per_month,
    round(slope_high_pct_per_month, 2) as slope_high_pct_per_month,
    reason
from looks
where verdict is distinct from verdict_before
order by as_of_day desc
