-- One row per calendar month from the first run on, empty ones too: what was run in it.
with months as (
    select
        unnest(generate_series(
            date_trunc('month', min(local_day)), date_trunc('month', max(local_day)), interval 1 month
        )) as month_start_on
    from marts.days
    where athlete_id = $athlete_id and run_count > 0
)

select
    cast(months.month_start_on as date) as month_start_on,
    coalesce(sum(days.run_count), 0) as run_count,
    coalesce(sum(days.distance_m), 0) as distance_m,
    coalesce(sum(days.moving_s), 0) as moving_s
from months
left join marts.days as days
    on
        days.athlete_id = $athlete_id
        and months.month_start_on <= days.local_day
        and days.local_day < months.month_start_on + interval 1 month
group by months.month_start_on
order by month_start_on
