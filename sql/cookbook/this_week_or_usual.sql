-- Is this week more than I am used to?
select
    week_start_on,
    run_count,
    round(distance_m / 1000, 1) as distance_km,
    round(avg(distance_m) over four_before / 1000, 1) as distance_before_km,
    round(100 * (distance_m / avg(distance_m) over four_before - 1)) as distance_change_pct,
    round(load_score) as load_score,
    round(avg(load_score) over four_before) as load_before_score,
    has_spike,
    is_down_week
from marts.weekly_load
where athlete_id = getvariable('athlete_id')
window
    four_before as (
        partition by athlete_id
        order by week_start_on
        range between interval 28 days preceding and interval 7 days preceding
    )
order by week_start_on desc
limit 12
