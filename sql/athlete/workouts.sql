-- One row per run with any fast running: which workout it was, and how it went.
--
-- The main set is that of the most metres; strides and hill sprints are it only where there is nothing else.
-- A workout is the template of settings.workout_templates all of whose sets fit the run's in their order,
-- strides beside them left out; a run that ends with its one fast part, begun late, is a progression, or a
-- long run with a fast finish; four and more parts of all lengths are a fartlek; anything else is
-- unclassified.
--
-- Quality is two fast parts and more that are no strides, or eight minutes at threshold and faster.
--
-- grain: athlete_id, activity_id
-- check: not (is_race and is_quality)
-- check: fast_s >= 0
with kept as (
    select
        sets.*,
        sets.bout_kind in ('repeat', 'hill_repeat', 'tempo', 'sprint') as is_work,
        bool_or(sets.bout_kind in ('repeat', 'hill_repeat', 'tempo', 'sprint')) over run as has_work,
        bool_or(sets.bout_kind not in ('steady', 'stride')) over run as has_other,
        coalesce(sets.bout_kind != 'steady' or sets.pace_number < thresholds.easy_pace_number, false)
            as is_any
    from athlete.work_sets as sets
    cross join settings.judging as thresholds
    window run as (partition by sets.athlete_id, sets.activity_id)
),

chosen as (
    select
        kept.*,
        row_number() over (
            partition by kept.athlete_id, kept.activity_id
            order by
                kept.is_work desc, kept.bout_kind = 'hill_sprint' desc, kept.fast_m desc, kept.set_number asc
        ) as main_place,
        -- strides, and parts at easy speed, are no set of a workout that has others
        kept.is_work or kept.bout_kind = 'hill_sprint' or not kept.has_other as counts_for_template
    from kept
    where kept.is_any
),

totals as (
    select
        chosen.athlete_id,
        chosen.activity_id,
        coalesce(sum(chosen.fast_s) filter (where chosen.bout_kind != 'steady'), 0) as fast_s,
        coalesce(sum(chosen.fast_m) filter (where chosen.bout_kind != 'steady'), 0) as fast_m,
        coalesce(sum(chosen.fast_s) filter (where chosen.is_work), 0) as work_s,
        coalesce(cast(sum(chosen.repeat_count) filter (where chosen.is_work) as bigint), 0) as work_count,
        coalesce(sum(chosen.fast_s) filter (where chosen.bout_kind = 'tempo'), 0) as tempo_s,
        coalesce(cast(sum(chosen.repeat_count) filter (where chosen.bout_kind = 'stride') as bigint), 0)
            as stride_count,
        coalesce(cast(sum(chosen.repeat_count) filter (where chosen.bout_kind = 'hill_sprint') as bigint), 0)
            as hill_sprint_count,
        coalesce(
            cast(
                sum(chosen.repeat_count) filter (
                    where
                    chosen.bout_kind in ('repeat', 'hill_repeat', 'sprint')
                    and coalesce(chosen.speed_to_critical_ratio >= 1, true)
                ) as bigint
            ),
            0
        ) as fast_repeat_count,
        count(*) filter (where chosen.counts_for_template) as set_count,
        cast(sum(chosen.repeat_count) filter (where chosen.counts_for_template) as bigint) as bout_count,
        bool_or(chosen.is_cut_short and chosen.is_work) as is_cut_short,
        string_agg(chosen.signature, ' + ' order by chosen.set_number) as signature
    from chosen
    group by chosen.athlete_id, chosen.activity_id
),

main as (
    select chosen.*
    from chosen
    where chosen.main_place = 1
),

ordered as (
    select
        chosen.*,
        totals.set_count,
        row_number() over (
            partition by chosen.athlete_id, chosen.activity_id order by chosen.set_number
        ) as template_set_number
    from chosen
    inner join totals
        on chosen.athlete_id = totals.athlete_id and chosen.activity_id = totals.activity_id
    where chosen.counts_for_template
),

fitting as (
    select
        ordered.athlete_id,
        ordered.activity_id,
        templates.workout_template,
        any_value(templates.preference_number) as preference_number
    from ordered
    inner join settings.workout_templates as templates
        on
            ordered.set_count = templates.set_count
            and ordered.template_set_number = templates.set_number
            and list_contains(templates.bout_kinds, ordered.bout_kind)
            and ordered.repeat_count between templates.repeat_min_count and templates.repeat_max_count
            and (ordered.is_by_distance or templates.repeat_min_m is null)
            and coalesce(ordered.repeat_m >= templates.repeat_min_m, true)
            and coalesce(ordered.repeat_m <= templates.repeat_max_m, true)
            and coalesce(ordered.repeat_s >= templates.repeat_min_s, true)
            and coalesce(ordered.repeat_s <= templates.repeat_max_s, true)
            and coalesce(ordered.pace_number >= templates.pace_from, true)
            and coalesce(ordered.pace_number <= templates.pace_until, true)
            and (
                templates.recovery_kinds is null
                or list_contains(templates.recovery_kinds, ordered.recovery_kind)
            )
    group by ordered.athlete_id, ordered.activity_id, templates.workout_template
    having count(*) = any_value(templates.set_count)
),

matched as (
    select
        fitting.athlete_id,
        fitting.activity_id,
        arg_min(fitting.workout_template, row(fitting.preference_number, fitting.workout_template))
            as workout_template
    from fitting
    group by fitting.athlete_id, fitting.activity_id
),

timings as (
    select
        timings.athlete_id,
        timings.activity_id,
        count(*) as timed_count,
        count(*) filter (where not timings.is_timing_lost) as timing_held_count
    from athlete.bout_timings as timings
    group by timings.athlete_id, timings.activity_id
),

runs as (
    select
        activities.athlete_id,
        activities.activity_id,
        activities.local_day,
        coalesce(activities.elapsed_s, activities.timer_s) as run_s,
        races.activity_id is not null as is_race
    from staging.activities as activities
    left join athlete.races as races
        on activities.athlete_id = races.athlete_id and activities.activity_id = races.activity_id
    where activities.is_run
),

-- what the athlete can do is what the races of the half year around say, not what workouts look like
levels as (
    select
        days.athlete_id,
        days.local_day,
        max(levels.five_km_speed_m_per_s) as five_km_speed_m_per_s
    from (select distinct
        main.athlete_id,
        main.local_day
    from main) as days
    cross join settings.judging as thresholds
    inner join athlete.race_levels as levels
        on
            days.athlete_id = levels.athlete_id
            and abs(days.local_day - levels.local_day) <= thresholds.evidence_memory_days
    group by days.athlete_id, days.local_day
),

implied as (
    select
        main.athlete_id,
        main.activity_id,
        -- the way of an hour, by Riegel from the speed over 5 km
        case
            when main.bout_kind not in ('repeat', 'tempo') then null
            when main.repeat_s <= thresholds.mile_pace_max_s
                then
                    levels.five_km_speed_m_per_s
                    * power(
                        thresholds.mile_m / thresholds.single_effort_m, 1 - thresholds.riegel_exponent
                    )
            when main.repeat_s <= thresholds.five_km_pace_max_s then levels.five_km_speed_m_per_s
            when main.repeat_s <= thresholds.ten_km_pace_max_s
                then
                    levels.five_km_speed_m_per_s
                    * power(
                        thresholds.ten_km_m / thresholds.single_effort_m, 1 - thresholds.riegel_exponent
                    )
            else
                thresholds.single_effort_m / thresholds.threshold_pace_s
                * power(
                    thresholds.threshold_pace_s
                    * levels.five_km_speed_m_per_s
                    / thresholds.single_effort_m,
                    1 / thresholds.riegel_exponent
                )
        end as implied_speed_m_per_s
    from main
    inner join levels on main.athlete_id = levels.athlete_id and main.local_day = levels.local_day
    cross join settings.judging as thresholds
)

select
    runs.athlete_id,
    runs.activity_id,
    runs.local_day,
    case
        when runs.is_race then 'race'
        when
            totals.bout_count = 1
            and main.bout_kind in ('repeat', 'tempo', 'steady')
            and main.fast_s >= thresholds.finish_min_s
            and main.started_after_s >= thresholds.late_min_s
            and runs.run_s - main.ended_after_s <= thresholds.finish_max_after_s
            and runs.run_s >= thresholds.long_run_min_s
            then 'fast_finish'
        when
            totals.bout_count = 1
            and main.bout_kind in ('repeat', 'tempo', 'steady')
            and main.fast_s >= thresholds.finish_min_s
            and main.started_after_s >= main.fast_s
            and runs.run_s - main.ended_after_s <= thresholds.finish_max_after_s
            then 'progression'
        when matched.workout_template is not null then matched.workout_template
        when
            main.bout_kind in ('repeat', 'hill_repeat')
            and totals.bout_count >= thresholds.fartlek_min_count
            and totals.set_count > 2
            then 'fartlek'
        else 'unclassified'
    end as workout_template,
    if(runs.is_race, null, totals.signature) as signature,
    runs.is_race,
    not runs.is_race
    and (
        (totals.work_count >= 2 and totals.work_s >= thresholds.quality_fast_min_s)
        or totals.tempo_s >= thresholds.quality_hard_s
    ) as is_quality,
    not runs.is_race and totals.fast_repeat_count >= 2 as has_fast_repeats,
    coalesce(totals.stride_count >= 2, false) as has_strides,
    coalesce(totals.hill_sprint_count >= 2, false) as has_hill_sprints,
    coalesce(totals.stride_count, 0) as stride_count,
    coalesce(totals.hill_sprint_count, 0) as hill_sprint_count,
    main.repeat_count,
    main.repeat_name,
    main.bout_kind,
    main.repeat_m,
    main.repeat_s,
    main.repeat_speed_m_per_s,
    main.pace_number,
    implied.implied_speed_m_per_s,
    main.repeat_speed_m_per_s / implied.implied_speed_m_per_s - 1 as speed_excess_ratio,
    main.recovery_mean_s,
    main.recovery_kind,
    main.evenness_ratio,
    main.fade_ratio,
    coalesce(totals.is_cut_short, false) as is_cut_short,
    coalesce(totals.fast_m, 0) as fast_m,
    coalesce(totals.fast_s, 0) as fast_s,
    timings.timed_count,
    timings.timing_held_count
from runs
cross join settings.judging as thresholds
left join totals
    on runs.athlete_id = totals.athlete_id and runs.activity_id = totals.activity_id
left join main
    on runs.athlete_id = main.athlete_id and runs.activity_id = main.activity_id
left join implied
    on runs.athlete_id = implied.athlete_id and runs.activity_id = implied.activity_id
left join matched
    on runs.athlete_id = matched.athlete_id and runs.activity_id = matched.activity_id
left join timings
    on runs.athlete_id = timings.athlete_id and runs.activity_id = timings.activity_id
where totals.activity_id is not null or runs.is_race
