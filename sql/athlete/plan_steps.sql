-- One row per athlete, plan, day and step of it: the plans that come with nextgear, and the athlete's own. Of
-- two plans of one name the athlete's own counts.
--
-- grain: athlete_id, plan_name, plan_day_number, step_number
select
    steps.athlete_id,
    steps.plan_name,
    steps.plan_day_number,
    steps.step_number,
    steps.step_kind,
    steps.step_words,
    steps.planned_m,
    steps.planned_s,
    steps.planned_max_s,
    steps.planned_count,
    steps.pace_name
from staging.plan_steps as steps
union all
select
    athletes.athlete_id,
    built_in.plan_name,
    built_in.plan_day_number,
    built_in.step_number,
    built_in.step_kind,
    built_in.step_words,
    built_in.planned_m,
    built_in.planned_s,
    built_in.planned_max_s,
    built_in.planned_count,
    built_in.pace_name
from athlete.athletes as athletes
cross join settings.plan_steps as built_in
anti join staging.plan_steps as steps
    on athletes.athlete_id = steps.athlete_id and built_in.plan_name = steps.plan_name
