-- How did my 800s develop: how many, how fast, how even?
select
    local_day,
    signature,
    repeat_count,
    strftime(to_timestamp(repeat_s), '%-M:%S') as time_text,
    round(1000 / repeat_speed_m_per_s) as pace_s_per_km,
    round(recovery_mean_s) as recovery_mean_s,
    round(100 * fade_ratio, 1) as fade_pct,
    round(100 * evenness_ratio, 1) as unevenness_pct
from marts.workouts
where
    athlete_id = getvariable('athlete_id')
    and repeat_m between 770 and 830
    and repeat_count > 1
order by local_day
