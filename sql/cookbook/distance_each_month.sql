-- How far did I run each month?
select
    cast(date_trunc('month', local_day) as date) as month_from,
    count(*) as run_count,
    round(sum(distance_m) / 1000, 1) as distance_km,
    round(sum(moving_s) / 3600, 1) as moving_h,
    round(max(distance_m) / 1000, 1) as longest_km
from marts.activities
where athlete_id = getvariable('athlete_id') and sport = 'running'
group by all
order by month_from desc
