-- One row per athlete, plan, possible start and day of it: what was planned, what was done, and how well the
-- two agree.
--
-- A day of rest is kept by not running. A run is held against the distance, repeats included, and against its
-- fast parts: repeats of that length, strides, climbs, any fast parts of a fartlek, one of the fastest
-- miles of these weeks for a time trial. Jogging between them is not planned to the metre: more is only too
-- much from half as much again on. Fast parts that the watch was too slow to see say nothing. Days to come
-- have no adherence.
--
-- grain: athlete_id, plan_name, plan_started_on, plan_day_number
-- check: adherence_ratio is null or adherence_ratio between 0 and 1
with days as (
    select
        candidates.athlete_id,
        candidates.plan_name,
        candidates.plan_started_on,
        steps.plan_day_number,
        candidates.plan_started_on + cast(steps.plan_day_number as integer) - 1 as local_day,
        any_value(plans.trial_m) as trial_m,
        any_value(plans.plan_day_count) as plan_day_count,
        bool_and(steps.step_kind in ('rest', 'rest_or_cross')) as is_rest_day,
        string_agg(steps.step_words, ' + ' order by steps.step_number) as planned
    from athlete.plan_candidates as candidates
    inner join athlete.plans as plans
        on candidates.athlete_id = plans.athlete_id and candidates.plan_name = plans.plan_name
    inner join athlete.plan_steps as steps
        on candidates.athlete_id = steps.athlete_id and candidates.plan_name = steps.plan_name
    group by candidates.athlete_id, candidates.plan_name, candidates.plan_started_on, steps.plan_day_number
),

miles as (
    select
        activities.athlete_id,
        activities.local_day,
        efforts.effort_distance_m,
        min(efforts.elapsed_s) as elapsed_s
    from activity.best_efforts as efforts
    inner join athlete.activities as activities
        on efforts.athlete_id = activities.athlete_id and efforts.activity_id = activities.activity_id
    group by activities.athlete_id, activities.local_day, efforts.effort_distance_m
),

-- the fastest mile from the time trial before the plan to its end
trials as (
    select
        days.athlete_id,
        days.plan_name,
        days.plan_started_on,
        min(miles.elapsed_s) as best_s,
        any_value(days.trial_m) / min(miles.elapsed_s) as trial_speed_m_per_s
    from (
        select distinct
            days.athlete_id,
            days.plan_name,
            days.plan_started_on,
            days.trial_m,
            days.plan_day_count
        from days
    ) as days
    cross join settings.judging as thresholds
    inner join miles
        on
            days.athlete_id = miles.athlete_id
            and days.trial_m = miles.effort_distance_m
            and miles.local_day between
            days.plan_started_on - cast(thresholds.plan_trial_days as integer)
            and days.plan_started_on + cast(days.plan_day_count as integer) - 1
    group by days.athlete_id, days.plan_name, days.plan_started_on
),

run_days as (
    select
        activities.athlete_id,
        activities.local_day,
        count(*) as run_count,
        sum(activities.distance_m) as done_m,
        bool_or(coalesce(outlines.is_finely_recorded, false)) as is_finely_recorded
    from athlete.activities as activities
    left join activity.bout_outlines as outlines
        on activities.athlete_id = outlines.athlete_id and activities.activity_id = outlines.activity_id
    where activities.is_run
    group by activities.athlete_id, activities.local_day
),

day_bouts as (
    select
        activities.athlete_id,
        activities.local_day,
        bouts.distance_m,
        bouts.duration_s,
        bouts.grade_ratio
    from activity.bouts as bouts
    inner join athlete.activities as activities
        on bouts.athlete_id = activities.athlete_id and bouts.activity_id = activities.activity_id
),

steps as (
    select
        days.athlete_id,
        days.plan_name,
        days.plan_started_on,
        days.plan_day_number,
        days.local_day,
        steps.* exclude (athlete_id, plan_name, plan_day_number),
        trials.best_s,
        trials.trial_speed_m_per_s,
        if(steps.step_kind = 'fartlek', thresholds.phase_hard_min_count, steps.planned_count) as wanted_count,
        steps.planned_m * if(steps.step_kind = 'repeat', steps.planned_count, 1) as way_m,
        steps.planned_s * steps.planned_count * trials.trial_speed_m_per_s as timed_way_m
    from days
    inner join athlete.plan_steps as steps
        on
            days.athlete_id = steps.athlete_id
            and days.plan_name = steps.plan_name
            and days.plan_day_number = steps.plan_day_number
    cross join settings.judging as thresholds
    left join trials
        on
            days.athlete_id = trials.athlete_id
            and days.plan_name = trials.plan_name
            and days.plan_started_on = trials.plan_started_on
),

matched as (
    select
        steps.athlete_id,
        steps.plan_name,
        steps.plan_started_on,
        steps.plan_day_number,
        steps.step_number,
        count(*) filter (
            where case steps.step_kind
                when 'fartlek' then true
                when 'hill' then bouts.grade_ratio >= thresholds.plan_hill_min_ratio
                when 'strides'
                    then
                        bouts.duration_s between
                        steps.planned_s * (1 - thresholds.plan_stride_tolerance_ratio)
                        and steps.planned_max_s * (1 + thresholds.plan_stride_tolerance_ratio)
                else
                    abs(coalesce(bouts.distance_m / steps.planned_m, bouts.duration_s / steps.planned_s) - 1)
                    <= thresholds.plan_repeat_tolerance_ratio
            end
        ) as done_count
    from steps
    cross join settings.judging as thresholds
    inner join day_bouts as bouts
        on steps.athlete_id = bouts.athlete_id and steps.local_day = bouts.local_day
    where steps.wanted_count > 0 and steps.step_kind != 'time_trial'
    group by
        steps.athlete_id, steps.plan_name, steps.plan_started_on, steps.plan_day_number, steps.step_number
),

judged as (
    select
        steps.*,
        case
            when steps.step_kind = 'time_trial'
                then
                    cast(
                        coalesce(
                            miles.elapsed_s <= steps.best_s * thresholds.plan_trial_max_ratio, false
                        ) as double
                    )
            when steps.wanted_count > 0 and run_days.is_finely_recorded
                then least(coalesce(matched.done_count, 0) / steps.wanted_count, 1)
        end as work_ratio
    from steps
    cross join settings.judging as thresholds
    left join matched
        on
            steps.athlete_id = matched.athlete_id
            and steps.plan_name = matched.plan_name
            and steps.plan_started_on = matched.plan_started_on
            and steps.plan_day_number = matched.plan_day_number
            and steps.step_number = matched.step_number
    left join run_days on steps.athlete_id = run_days.athlete_id and steps.local_day = run_days.local_day
    left join miles
        on
            steps.athlete_id = miles.athlete_id
            and steps.local_day = miles.local_day
            and steps.step_kind = 'time_trial'
            and steps.planned_m = miles.effort_distance_m
),

summed as (
    select
        judged.athlete_id,
        judged.plan_name,
        judged.plan_started_on,
        judged.plan_day_number,
        sum(coalesce(judged.way_m, case when judged.step_kind = 'repeat' then judged.timed_way_m end))
            as planned_m,
        bool_and(judged.step_kind != 'repeat' or coalesce(judged.way_m, judged.timed_way_m) is not null)
            as is_whole_way,
        bool_or(judged.step_kind = 'time_trial') as is_trial_day,
        sum(judged.work_ratio) as work_sum,
        count(judged.work_ratio) as work_count
    from judged
    group by judged.athlete_id, judged.plan_name, judged.plan_started_on, judged.plan_day_number
),

compared as (
    select
        days.*,
        summed.planned_m,
        summed.work_sum,
        summed.work_count,
        coalesce(run_days.run_count, 0) as run_count,
        run_days.done_m,
        periods.last_day,
        case
            when summed.is_trial_day or summed.planned_m is null then null
            when run_days.done_m < thresholds.plan_way_min_ratio * summed.planned_m
                then run_days.done_m / summed.planned_m
            when summed.is_whole_way
                then least(thresholds.plan_way_max_ratio * summed.planned_m / nullif(run_days.done_m, 0), 1)
            else cast(1 as double)
        end as way_ratio
    from days
    inner join summed
        on
            days.athlete_id = summed.athlete_id
            and days.plan_name = summed.plan_name
            and days.plan_started_on = summed.plan_started_on
            and days.plan_day_number = summed.plan_day_number
    inner join athlete.periods as periods on days.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    left join run_days on days.athlete_id = run_days.athlete_id and days.local_day = run_days.local_day
)

select
    compared.athlete_id,
    compared.plan_name,
    compared.plan_started_on,
    compared.plan_day_number,
    compared.local_day,
    compared.planned,
    compared.planned_m,
    compared.done_m,
    case
        when compared.work_count > 0 and compared.run_count > 0 then compared.work_sum / compared.work_count
    end as work_ratio,
    case
        when compared.local_day > compared.last_day then null
        when compared.is_rest_day then cast(compared.run_count = 0 as double)
        when compared.run_count = 0 then cast(0 as double)
        else
            (coalesce(compared.way_ratio, 0) + coalesce(compared.work_sum, 0))
            / nullif(if(compared.way_ratio is null, 0, 1) + compared.work_count, 0)
    end as adherence_ratio
from compared
