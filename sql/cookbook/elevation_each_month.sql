-- How much did I climb each month, and how hilly was it?
select
    cast(date_trunc('month', local_day) as date) as month_from,
    round(sum(ascent_m)) as ascent_m,
    round(sum(ascent_m) / (sum(distance_m) / 1000), 1) as ascent_m_per_km,
    round(max(ascent_m)) as most_in_a_run_m,
    count(*) as run_count
from marts.activities
where
    athlete_id = getvariable('athlete_id')
    and sport = 'running'
    and ascent_m is not null
    and distance_m > 0
group by all
order by month_from desc
