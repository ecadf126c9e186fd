-- Which weeks broke the 80/20, and by how much?
select
    week_start_on,
    run_count,
    round(100 * easy_distance_ratio) as easy_pct,
    round(100 * moderate_distance_ratio) as moderate_pct,
    round(100 * hard_distance_ratio) as hard_pct,
    round(100 * easy_shortfall_ratio) as shortfall_pct
from marts.intensity_split
where
    athlete_id = getvariable('athlete_id')
    and window_weeks = 1
    and easy_distance_ratio < 0.8
order by week_start_on desc
