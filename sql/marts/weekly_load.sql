-- One row per athlete and week, empty weeks too: distance, time and load, and how they change.
--
-- grain: athlete_id, week_start_on
select
    weeks.athlete_id,
    weeks.week_start_on,
    weeks.activity_count,
    weeks.run_count,
    weeks.run_day_count,
    weeks.distance_m,
    weeks.moving_s,
    weeks.load_score,
    weeks.load_unknown_count,
    weeks.load_change_ratio,
    weeks.longest_run_m,
    weeks.is_down_week,
    phases.phase,
    weeks.fitness_score,
    weeks.fatigue_score,
    weeks.form_score
from athlete.weeks as weeks
left join athlete.week_phases as phases
    on weeks.athlete_id = phases.athlete_id and weeks.week_start_on = phases.week_start_on
