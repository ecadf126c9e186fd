-- One row per athlete: the verdict, the first of the leading causes, the last run, and the last four weeks.
--
-- Who got slower first, by how much; then who stands on a plateau, the longest first; then who got faster,
-- and at the end those of whom nobody can tell.
with asked as (select cast($today as date) as today),

days as (
    select
        days.athlete_id,
        max(if(days.run_count > 0, days.local_day, null)) as last_run_on,
        sum(if(days.local_day between asked.today - 27 and asked.today, days.distance_m, 0)) / 4
            as weekly_distance_m
    from marts.days as days
    cross join asked
    group by days.athlete_id
),

first_causes as (
    select
        athlete_id,
        arg_min(cause, rank) as leading_cause,
        arg_min(reason, rank) as leading_reason,
        count(*) as leading_count
    from marts.causes
    where is_leading
    group by athlete_id
)

select
    verdicts.athlete_id,
    verdicts.verdict,
    verdicts.since,
    verdicts.is_since_before,
    verdicts.reason,
    verdicts.window_start_on,
    verdicts.window_end_on,
    verdicts.run_count,
    verdicts.change_pct,
    verdicts.change_low_pct,
    verdicts.change_high_pct,
    first_causes.leading_cause,
    first_causes.leading_reason,
    first_causes.leading_count,
    days.last_run_on,
    asked.today - days.last_run_on as days_since_run,
    days.weekly_distance_m
from marts.plateau as verdicts
cross join asked
left join days on verdicts.athlete_id = days.athlete_id
left join first_causes on verdicts.athlete_id = first_causes.athlete_id
where verdicts.is_latest and verdicts.is_chosen
order by
    case verdicts.verdict
        when 'declining' then 1
        when 'plateau' then 2
        when 'improving' then 3
        when 'undecided' then 4
        else 5
    end,
    case when verdicts.verdict in ('declining', 'improving') then verdicts.change_pct end,
    verdicts.since,
    verdicts.athlete_id
