-- One row per athlete, plan that was started, and day of it: planned, done, and how well the two agree.
--
-- grain: athlete_id, plan_name, plan_started_on, plan_day_number
select
    days.athlete_id,
    days.plan_name,
    days.plan_started_on,
    days.plan_day_number,
    days.local_day,
    days.planned,
    days.planned_m,
    days.done_m,
    case
        when days.adherence_ratio is null then null
        when days.done_m is null then 'no run'
        when days.work_ratio is null
            then format('{:.1f} {}', days.done_m / lengths.length_unit_m, lengths.length_symbol)
        else format(
            '{:.1f} {}, {:.0f} % of the fast parts',
            days.done_m / lengths.length_unit_m,
            lengths.length_symbol,
            100 * days.work_ratio
        )
    end as done,
    days.adherence_ratio
from athlete.plan_candidate_days as days
inner join athlete.plan_starts as starts
    on
        days.athlete_id = starts.athlete_id
        and days.plan_name = starts.plan_name
        and days.plan_started_on = starts.plan_started_on
left join athlete.athletes as athletes on days.athlete_id = athletes.athlete_id
inner join settings.length_units as lengths
    on lengths.units = coalesce(athletes.units, 'km')
