-- How many kilometres has each pair of shoes?
select
    coalesce(gear, 'not told') as shoes,
    count(*) as run_count,
    round(sum(distance_m) / 1000) as distance_km,
    min(local_day) as first_day,
    max(local_day) as last_day
from marts.activities
where athlete_id = getvariable('athlete_id') and sport = 'running'
group by all
order by last_day desc, distance_km desc
