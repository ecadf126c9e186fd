-- At what time of the day do I run, and how fast and how hard is it then?
select
    case
        when hour(started_at + to_seconds(coalesce(utc_offset_s, 0))) < 9 then '1 before 9'
        when hour(started_at + to_seconds(coalesce(utc_offset_s, 0))) < 12 then '2 morning'
        when hour(started_at + to_seconds(coalesce(utc_offset_s, 0))) < 17 then '3 afternoon'
        else '4 evening'
    end as day_part,
    count(*) as run_count,
    round(sum(distance_m) / 1000) as distance_km,
    round(sum(moving_s) / (sum(distance_m) / 1000)) as pace_s_per_km,
    round(avg(heart_rate_mean_bpm)) as heart_rate_mean_bpm
from marts.activities
where
    athlete_id = getvariable('athlete_id')
    and sport = 'running'
    and distance_m > 0
group by all
order by day_part
