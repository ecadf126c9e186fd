-- One row per distance and calendar month with an effort over it: the fastest of that month, oldest first.
select
    effort_distance_m,
    local_day,
    elapsed_s,
    race_source,
    activity_id
from marts.best_efforts
where athlete_id = $athlete_id and all_time_rank is not null
qualify
    row_number() over (
        partition by effort_distance_m, date_trunc('month', local_day)
        order by elapsed_s asc, local_day asc, activity_id asc
    ) = 1
order by effort_distance_m, local_day
