-- Is my heart rate lower at the same pace than a year ago?
with runs as (
    select
        *,
        -- half a minute per km wide
        30 * floor(1000 / grade_adjusted_speed_m_per_s / 30) as pace_from_s_per_km,
        max(local_day) over (partition by athlete_id) - local_day as age_days
    from marts.activities
    where
        athlete_id = getvariable('athlete_id')
        and sport = 'running'
        and heart_rate_coverage_ratio > 0.8
        and grade_adjusted_speed_m_per_s > 0
)

select
    cast(pace_from_s_per_km as bigint) as pace_from_s_per_km,
    count(*) filter (age_days < 90) as recent_run_count,
    count(*) filter (age_days between 365 and 454) as year_ago_run_count,
    round(avg(heart_rate_mean_bpm) filter (age_days < 90), 1) as recent_bpm,
    round(avg(heart_rate_mean_bpm) filter (age_days between 365 and 454), 1) as year_ago_bpm,
    round(recent_bpm - year_ago_bpm, 1) as change_bpm
from runs
group by pace_from_s_per_km
having recent_run_count > 0 and year_ago_run_count > 0
order by pace_from_s_per_km
