-- Which were my hottest runs, and what did the heat cost?
with warm as (
    select
        athlete_id,
        activity_id,
        avg(temperature_c) as temperature_mean_c
    from marts.records
    where athlete_id = getvariable('athlete_id') and temperature_c is not null
    group by all
)

select
    activities.local_day,
    round(warm.temperature_mean_c, 1) as temperature_mean_c,
    round(activities.distance_m / 1000, 1) as distance_km,
    round(activities.heart_rate_mean_bpm) as heart_rate_mean_bpm,
    round(trend.heat_effect_pct, 1) as heat_effect_pct
from warm
inner join marts.activities as activities
    on warm.athlete_id = activities.athlete_id and warm.activity_id = activities.activity_id
left join marts.efficiency_trend as trend
    on warm.athlete_id = trend.athlete_id and warm.activity_id = trend.activity_id
where activities.sport = 'running'
order by warm.temperature_mean_c desc, activities.local_day asc
limit 20
