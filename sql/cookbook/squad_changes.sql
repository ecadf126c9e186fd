-- Who changed most, for better or for worse?
select
    athlete_id,
    verdict,
    -- its 90 % interval is on one side of no change
    slope_low_pct_per_month > 0 or slope_high_pct_per_month < 0 as is_clear,
    round(slope_pct_per_month, 2) as slope_pct_per_month,
    round(change_pct, 1) as change_pct,
    round(change_low_pct, 1) as change_low_pct,
    round(change_high_pct, 1) as change_high_pct,
    window_start_on,
    window_end_on,
    round(100 * slope_place_ratio) as place_pct,
    slope_known_count as of_count
from marts.squad
where verdict != 'not_enough_data'
order by is_clear desc, abs(slope_pct_per_month) desc, athlete_id asc
limit 50
