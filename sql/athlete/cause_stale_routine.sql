-- One row per athlete: how many kinds of run there are of late, and whether the easy ones are all as fast.
--
-- A kind is a route, a class of distance and a class of session; how many there are is told by their entropy:
-- four kinds of which one is nearly always run count as little more than one. The routine is stale where the
-- kinds are few and the pace of easy runs hardly varies. Weak evidence (SCIENCE.md A28), unless it is very
-- clear. Races are no routine. Runs in unknown places say nothing, but those inside are in one place.
--
-- grain: athlete_id
with runs as (
    select
        activities.athlete_id,
        activities.activity_id,
        activities.local_day,
        activities.session_class,
        activities.grade_adjusted_speed_m_per_s,
        coalesce(pacings.route_key, if(activities.is_indoor, 'indoor', null)) as place,
        floor(ln(nullif(activities.distance_m, 0) / 1000) / ln(thresholds.distance_class_ratio))
            as distance_class,
        periods.recent_from,
        periods.last_day
    from athlete.periods as periods
    inner join athlete.activities as activities
        on periods.athlete_id = activities.athlete_id and periods.recent_from <= activities.local_day
    left join activity.pacings as pacings
        on
            activities.athlete_id = pacings.athlete_id
            and activities.activity_id = pacings.activity_id
    cross join settings.judging as thresholds
    where activities.is_run and activities.session_class != 'race'
),

kinds as (
    select
        runs.*,
        case
            when runs.place is not null and runs.distance_class is not null
                then concat_ws(' ', runs.place, runs.distance_class, runs.session_class)
        end as kind
    from runs
),

usual as (
    select
        kinds.athlete_id,
        kinds.kind,
        count(*) as run_count,
        list(kinds.activity_id order by kinds.local_day desc, kinds.activity_id asc) as activity_ids
    from kinds
    where kinds.kind is not null
    group by kinds.athlete_id, kinds.kind
    qualify
        row_number() over (partition by kinds.athlete_id order by count(*) desc, kinds.kind asc) = 1
),

counted as (
    select
        kinds.athlete_id,
        any_value(kinds.recent_from) as recent_from,
        any_value(kinds.last_day) as last_day,
        count(*) as run_count,
        count(kinds.kind) as known_count,
        pow(2, entropy(kinds.kind) filter (where kinds.kind is not null)) as kind_count,
        stddev_pop(kinds.grade_adjusted_speed_m_per_s) filter (where kinds.session_class = 'easy')
        / avg(kinds.grade_adjusted_speed_m_per_s) filter (where kinds.session_class = 'easy')
            as pace_spread_ratio
    from kinds
    group by kinds.athlete_id
),

exposures as (
    select
        counted.*,
        case
            when counted.known_count >= thresholds.stale_min_runs and counted.pace_spread_ratio is not null
                then
                    least(
                        1 / (
                            1
                            + exp((counted.kind_count - thresholds.kinds_flag) / thresholds.kinds_scale)
                        ),
                        1 / (
                            1
                            + exp(
                                (counted.pace_spread_ratio - thresholds.pace_spread_flag_ratio)
                                / thresholds.pace_spread_scale
                            )
                        )
                    )
        end as exposure_score
    from counted
    cross join settings.judging as thresholds
)

select
    exposures.athlete_id,
    case when exposures.exposure_score is not null then exposures.kind_count end as value,
    'kinds of run' as unit,
    thresholds.kinds_flag as threshold,
    exposures.exposure_score,
    if(exposures.exposure_score is null, 0, exposures.known_count / exposures.run_count) as coverage_ratio,
    if(
        exposures.exposure_score >= thresholds.stale_clear_exposure,
        thresholds.stale_clear_certainty_ratio,
        thresholds.stale_certainty_ratio
    ) as certainty_ratio,
    cast(null as double) as response_score,
    cast(null as date) as began_on,
    exposures.recent_from as window_start_on,
    exposures.last_day as window_end_on,
    case
        when exposures.exposure_score is null
            then
                format(
                    'Needs {} recent runs with positions, some of them easy; there are {}.',
                    thresholds.stale_min_runs,
                    exposures.known_count
                )
        else
            format(
                'Of the last {} runs {} were the same: the same place, distance and kind of session; '
                || 'the pace of the easy runs varies by {:.0f} %.',
                exposures.known_count,
                usual.run_count,
                100 * exposures.pace_spread_ratio
            )
    end as reason,
    case
        when exposures.exposure_score >= thresholds.score_min
            then
                format(
                    'Run two of the next four easy runs somewhere else, one of them in hills, and make one '
                    || 'shorter and slower than the usual; in place of the session that you ran {} times '
                    || 'take one that you have not run for two months.',
                    usual.run_count
                )
    end as advice,
    coalesce(usual.activity_ids, cast([] as varchar[])) as activity_ids
from exposures
left join usual on exposures.athlete_id = usual.athlete_id
cross join settings.judging as thresholds
