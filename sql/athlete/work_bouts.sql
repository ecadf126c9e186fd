-- One row per fast part of a run: what kind it was, and how fast for this athlete at that time.
--
-- Speeds are grade-adjusted on hills alone: on rolling ground people keep their speed more than their
-- effort. Against the critical speed of the day, or of the nearest within a year, or a threshold speed that
-- the athlete told, a part is work from half-marathon pace on, else `steady`; where no such speed is known,
-- from a speed clearly above that of the run's easy parts on. A heart rate that stays below the first
-- threshold for minutes says that it was easy, whatever the speed. A slower part between two fast ones,
-- without a stop, is a `float`: their recovery.
--
-- grain: athlete_id, activity_id, bout_number
-- check: bout_kind in ('stride','sprint','hill_sprint','hill_repeat','repeat','tempo','steady','float')
-- check: duration_s > 0
with speeds as (
    select
        speeds.athlete_id,
        speeds.valid_from,
        speeds.valid_until_day,
        speeds.critical_speed_m_per_s,
        speeds.d_prime_m
    from athlete.critical_speeds as speeds
    where speeds.is_critical_speed_confident
),

graded as (
    select
        bouts.*,
        activities.local_day,
        -- hills are run several times: one steep repetition is one on rolling ground
        coalesce(
            median(bouts.grade_ratio) over (
                partition by
                    bouts.athlete_id, bouts.activity_id, bouts.duration_s <= thresholds.stride_max_s
            ) >= thresholds.hill_min_ratio,
            false
        ) as is_uphill
    from activity.bouts as bouts
    inner join staging.activities as activities
        on bouts.athlete_id = activities.athlete_id and bouts.activity_id = activities.activity_id
    cross join settings.judging as thresholds
    where activities.is_run and bouts.duration_s > 0
),

bouts as (
    select
        bouts.*,
        -- no way at all is an unknown one: nobody stands in a fast part
        nullif(
            if(
                bouts.is_uphill,
                coalesce(bouts.grade_adjusted_speed_m_per_s, bouts.speed_m_per_s),
                coalesce(bouts.speed_m_per_s, bouts.grade_adjusted_speed_m_per_s)
            ),
            0
        ) as work_speed_m_per_s
    from graded as bouts
),

days as (
    select distinct
        bouts.athlete_id,
        bouts.local_day
    from bouts
),

nearest as (
    select
        days.athlete_id,
        days.local_day,
        arg_min(
            struct_pack(
                critical_speed_m_per_s := speeds.critical_speed_m_per_s, d_prime_m := speeds.d_prime_m
            ),
            row(
                case
                    when days.local_day < speeds.valid_from then speeds.valid_from - days.local_day
                    when days.local_day > speeds.valid_until_day then days.local_day - speeds.valid_until_day
                    else 0
                end,
                speeds.valid_from
            )
        ) as speed
    from days
    inner join speeds on days.athlete_id = speeds.athlete_id
    cross join settings.judging as thresholds
    where
        days.local_day >= speeds.valid_from - cast(thresholds.threshold_speed_memory_days as integer)
        and (
            speeds.valid_until_day >= days.local_day
            or days.local_day - speeds.valid_until_day <= thresholds.threshold_speed_memory_days
        )
    group by days.athlete_id, days.local_day
),

measured as (
    select
        bouts.*,
        anchors.easy_below_bpm,
        coalesce(nearest.speed.critical_speed_m_per_s, anchors.threshold_speed_m_per_s)
            as critical_speed_m_per_s,
        if(
            nearest.speed.critical_speed_m_per_s is null,
            thresholds.d_prime_usual_m,
            nearest.speed.d_prime_m
        ) as d_prime_m,
        bouts.work_speed_m_per_s / critical_speed_m_per_s as speed_to_critical_ratio,
        critical_speed_m_per_s * thresholds.single_effort_m / (thresholds.single_effort_m - d_prime_m)
            as five_km_speed_m_per_s,
        thresholds.float_gap_s,
        thresholds.float_max_ratio,
        thresholds.float_min_ratio,
        thresholds.walk_max_m_per_s,
        thresholds.work_speed_min_ratio,
        thresholds.work_above_easy_min_ratio,
        thresholds.heart_rate_follows_s,
        thresholds.hill_sprint_max_s,
        thresholds.stride_max_s,
        thresholds.stride_max_m,
        thresholds.stride_min_ratio,
        thresholds.sprint_recovery_min_s,
        thresholds.quality_hard_s
    from bouts
    cross join settings.judging as thresholds
    left join nearest on bouts.athlete_id = nearest.athlete_id and bouts.local_day = nearest.local_day
    left join athlete.anchors as anchors
        on
            bouts.athlete_id = anchors.athlete_id
            and bouts.local_day between anchors.valid_from and anchors.valid_until_day
),

flanked as (
    select
        measured.*,
        lag(measured.recovery_s) over run as recovery_before_s,
        lag(measured.work_speed_m_per_s) over run as speed_before_m_per_s,
        lead(measured.work_speed_m_per_s) over run as speed_after_m_per_s
    from measured
    window run as (partition by measured.athlete_id, measured.activity_id order by measured.bout_number)
),

floated as (
    select
        flanked.*,
        coalesce(
            flanked.recovery_before_s <= flanked.float_gap_s
            and flanked.recovery_s <= flanked.float_gap_s
            and flanked.work_speed_m_per_s <= flanked.float_max_ratio * flanked.speed_before_m_per_s
            and flanked.work_speed_m_per_s <= flanked.float_max_ratio * flanked.speed_after_m_per_s,
            false
        ) as is_float
    from flanked
),

followed as (
    select
        floated.*,
        lead(floated.is_float, 1, false) over run as is_float_next,
        lead(floated.duration_s + floated.recovery_s) over run as float_s,
        lead(floated.distance_m + floated.recovery_m) over run as float_m
    from floated
    window run as (partition by floated.athlete_id, floated.activity_id order by floated.bout_number)
),

judged as (
    select
        followed.*,
        if(followed.is_float_next, followed.recovery_s + followed.float_s, followed.recovery_s)
            as whole_recovery_s,
        if(followed.is_float_next, followed.recovery_m + followed.float_m, followed.recovery_m)
            as whole_recovery_m,
        coalesce(
            followed.speed_to_critical_ratio >= followed.work_speed_min_ratio,
            followed.speed_to_easy_ratio >= followed.work_above_easy_min_ratio,
            false
        )
        and not coalesce(
            followed.duration_s >= followed.heart_rate_follows_s
            and followed.heart_rate_peak_bpm < followed.easy_below_bpm,
            false
        ) as is_hard
    from followed
),

classed as (
    select
        judged.athlete_id,
        judged.activity_id,
        judged.bout_number,
        max_by(classes.pace_class, classes.from_five_km_ratio) as pace_class,
        max_by(classes.pace_number, classes.from_five_km_ratio) as pace_number
    from judged
    inner join settings.pace_classes as classes
        on judged.work_speed_m_per_s >= classes.from_five_km_ratio * judged.five_km_speed_m_per_s
    group by judged.athlete_id, judged.activity_id, judged.bout_number
)

select
    judged.athlete_id,
    judged.activity_id,
    judged.bout_number,
    judged.local_day,
    case
        when judged.is_float then 'float'
        when judged.is_uphill and judged.duration_s <= judged.hill_sprint_max_s then 'hill_sprint'
        when
            judged.duration_s <= judged.stride_max_s
            and judged.distance_m <= judged.stride_max_m
            and judged.speed_to_easy_ratio < judged.stride_min_ratio
            then 'steady'
        when
            judged.duration_s <= judged.stride_max_s
            and judged.distance_m <= judged.stride_max_m
            and judged.recovery_s >= judged.sprint_recovery_min_s
            and coalesce(classed.pace_number = 1, false)
            then 'sprint'
        when judged.duration_s <= judged.stride_max_s and judged.distance_m <= judged.stride_max_m
            then 'stride'
        when not judged.is_hard then 'steady'
        when judged.is_uphill then 'hill_repeat'
        when judged.duration_s >= judged.quality_hard_s then 'tempo'
        else 'repeat'
    end as bout_kind,
    classed.pace_class,
    classed.pace_number,
    judged.bout_source,
    judged.started_after_s,
    judged.duration_s,
    judged.distance_m,
    judged.work_speed_m_per_s,
    judged.speed_to_critical_ratio,
    judged.speed_to_easy_ratio,
    judged.grade_ratio,
    judged.heart_rate_mean_bpm,
    judged.heart_rate_peak_bpm,
    judged.heart_rate_drop_bpm,
    judged.whole_recovery_s as recovery_s,
    judged.whole_recovery_m as recovery_m,
    case
        when judged.whole_recovery_s is null or judged.whole_recovery_m is null then null
        when
            judged.whole_recovery_m
            >= judged.float_min_ratio
            * judged.whole_recovery_s
            * judged.work_speed_m_per_s
            / judged.speed_to_easy_ratio
            then 'float'
        when judged.whole_recovery_m > judged.walk_max_m_per_s * judged.whole_recovery_s then 'jog'
        else 'walk'
    end as recovery_kind,
    judged.halves_ratio,
    judged.cadence_mean_per_min,
    judged.ground_contact_mean_s,
    judged.vertical_oscillation_mean_m,
    judged.step_length_mean_m
from judged
left join classed
    on
        judged.athlete_id = classed.athlete_id
        and judged.activity_id = classed.activity_id
        and judged.bout_number = classed.bout_number
