-- What was my fastest 5 km in each season, that is, each quarter of a year?
select
    year(local_day) as year_number,
    quarter(local_day) as quarter_number,
    arg_min(local_day, elapsed_s) as local_day,
    strftime(to_timestamp(min(elapsed_s)), '%-H:%M:%S') as time_text,
    round(min(elapsed_s) / 5) as pace_s_per_km,
    count(*) as run_count
from marts.best_efforts
where
    athlete_id = getvariable('athlete_id')
    and effort_distance_m = 5000
    and not is_indoor
group by all
order by year_number desc, quarter_number desc
