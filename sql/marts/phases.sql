-- One row per athlete and block of weeks in one phase of training, held against the lengths of the articles.
--
-- grain: athlete_id, from_on
-- check: phase in ('base', 'speed', 'peak', 'recovery', 'break')
select
    phases.athlete_id,
    phases.from_on,
    phases.until_day,
    phases.phase,
    phases.week_count,
    phases.weekly_m,
    phases.weekly_change_m,
    phases.hard_session_count,
    lengths.min_week_count,
    lengths.max_week_count,
    case
        when phases.week_count > lengths.max_week_count then 'longer than the articles advise'
        when phases.until_day >= periods.last_day then 'not over yet'
        when phases.week_count < lengths.min_week_count then 'shorter than the articles advise'
        else 'as long as the articles advise'
    end as reason
from athlete.phases as phases
inner join athlete.periods as periods on phases.athlete_id = periods.athlete_id
inner join settings.phase_lengths as lengths on phases.phase = lengths.phase
