-- Treadmill or outdoors: how much, how fast, at what heart rate?
select
    case when sub_sport in ('treadmill', 'indoor_running') then 'treadmill' else 'outdoors' end as place,
    count(*) as run_count,
    round(sum(distance_m) / 1000) as distance_km,
    round(sum(moving_s) / 3600, 1) as moving_h,
    round(sum(moving_s) / (sum(distance_m) / 1000)) as pace_s_per_km,
    round(avg(heart_rate_mean_bpm)) as heart_rate_mean_bpm,
    round(median(index_log_pct), 1) as index_median_log_pct
from marts.activities
where
    athlete_id = getvariable('athlete_id')
    and sport = 'running'
    and distance_m > 0
group by all
order by run_count desc
