-- One row per athlete, plan and day on which it may have been started: the journal says so, or the runs of
-- at least three days have the repeats that the plan has on them.
--
-- A journal may name the plan on its first day, or on every day of it.
--
-- grain: athlete_id, plan_name, plan_started_on
-- check: start_source in ('journal', 'runs')
with entries as (
    select
        journal.athlete_id,
        journal.local_day,
        plans.plan_name,
        plans.plan_day_count,
        lag(journal.local_day) over (
            partition by journal.athlete_id, plans.plan_name order by journal.local_day
        ) as before_day
    from staging.journal as journal
    inner join athlete.plans as plans
        on
            journal.athlete_id = plans.athlete_id
            and lower(replace(trim(journal.plan_name), ' ', '_'))
            in (lower(replace(plans.plan_name, ' ', '_')), lower(replace(plans.title, ' ', '_')))
),

repeats as (
    select
        activities.athlete_id,
        activities.local_day,
        steps.plan_name,
        steps.plan_day_number,
        count(*) as repeat_count
    from activity.bouts as bouts
    inner join athlete.activities as activities
        on bouts.athlete_id = activities.athlete_id and bouts.activity_id = activities.activity_id
    cross join settings.judging as thresholds
    inner join athlete.plan_steps as steps
        on
            bouts.athlete_id = steps.athlete_id
            and steps.step_kind = 'repeat'
            and abs(coalesce(bouts.distance_m / steps.planned_m, bouts.duration_s / steps.planned_s) - 1)
            <= thresholds.plan_repeat_tolerance_ratio
    group by
        activities.athlete_id,
        activities.local_day,
        steps.plan_name,
        steps.plan_day_number,
        steps.step_number,
        steps.planned_count,
        thresholds.plan_repeats_min_ratio
    having count(*) >= thresholds.plan_repeats_min_ratio * steps.planned_count
),

followed as (
    select
        repeats.athlete_id,
        repeats.plan_name,
        repeats.local_day - cast(repeats.plan_day_number as integer) + 1 as plan_started_on
    from repeats
    cross join settings.judging as thresholds
    group by repeats.athlete_id, repeats.plan_name, plan_started_on, thresholds.plan_days_min_count
    having count(distinct repeats.plan_day_number) >= thresholds.plan_days_min_count
)

select
    entries.athlete_id,
    entries.plan_name,
    entries.local_day as plan_started_on,
    'journal' as start_source
from entries
where entries.before_day is null or entries.local_day - entries.before_day >= entries.plan_day_count
union all
select
    followed.athlete_id,
    followed.plan_name,
    followed.plan_started_on,
    'runs' as start_source
from followed
anti join entries
    on
        followed.athlete_id = entries.athlete_id
        and followed.plan_name = entries.plan_name
        and entries.local_day between
        followed.plan_started_on - cast(entries.plan_day_count as integer)
        and followed.plan_started_on + cast(entries.plan_day_count as integer)
