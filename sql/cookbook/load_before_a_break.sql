-- What was my load before each break of ten days and more?
select
    breaks.from_on,
    breaks.break_days,
    round(sum(days.load_score) filter (days.local_day >= breaks.from_on - 7)) as load_7_days_score,
    round(7 * avg(days.load_score)) as load_usual_week_score,
    round(max(days.acute_chronic_ratio), 2) as acute_chronic_max_ratio,
    round(min(days.form_score)) as form_min_score,
    count(*) filter (days.is_ill) as ill_day_count
from marts.breaks as breaks
inner join marts.days as days
    on
        breaks.athlete_id = days.athlete_id
        and days.local_day between breaks.from_on - 28 and breaks.from_on - 1
where breaks.athlete_id = getvariable('athlete_id')
group by all
order by breaks.from_on desc
