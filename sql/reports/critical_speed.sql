-- One row: the critical speed that holds now, and the last run behind it.
with latest as (
    select *
    from marts.critical_speeds
    where athlete_id = $athlete_id
    order by valid_from desc
    limit 1
)

select
    latest.critical_speed_m_per_s,
    latest.critical_speed_error_m_per_s,
    latest.d_prime_m,
    latest.critical_speed_method,
    latest.effort_count,
    latest.is_critical_speed_confident,
    latest.activity_ids,
    (
        select max(activities.local_day)
        from marts.activities as activities
        where
            activities.athlete_id = $athlete_id
            and list_contains(latest.activity_ids, activities.activity_id)
    ) as local_day
from latest
