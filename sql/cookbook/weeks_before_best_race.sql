-- What did I do in the weeks before my best race, or my best effort if I never raced?
with best as (
    select
        athlete_id,
        activity_id,
        local_day,
        vdot_score
    from marts.best_efforts
    where athlete_id = getvariable('athlete_id') and vdot_score is not null
    order by race_source is null, vdot_score desc, local_day asc, activity_id asc
    limit 1
)

select
    best.local_day as race_day,
    weeks.week_start_on,
    cast(floor((best.local_day - weeks.week_start_on) / 7) as bigint) as weeks_before,
    weeks.run_count,
    round(weeks.distance_m / 1000, 1) as distance_km,
    round(weeks.longest_run_m / 1000, 1) as longest_km,
    round(weeks.load_score) as load_score,
    round(weeks.form_score) as form_score,
    weeks.phase
from best
inner join marts.weekly_load as weeks on best.athlete_id = weeks.athlete_id
where weeks.week_start_on between best.local_day - 84 and best.local_day
order by weeks.week_start_on
