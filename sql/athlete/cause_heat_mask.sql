-- One row per athlete with comparable runs, recent ones and older ones: does heat hide what fitness did?
--
-- With temperatures: the recent runs were warmer by seven degrees and more than those before, what a degree
-- costs makes that a percent and more, and with it the change of the index is of another kind than as run,
-- or most of a loss. The cost is the runner's own, drawn towards what is usual by as much as it is
-- uncertain: a heat that came in one step says little of what a degree costs. Where even so nobody can tell,
-- it says so. Without temperatures: the same weeks of the year before, against the weeks before them, fell
-- as well; evidence that counts half.
--
-- grain: athlete_id
with runs as (
    select
        periods.athlete_id,
        periods.base_from,
        periods.last_day,
        runs.activity_id,
        runs.comparable_log_pct,
        runs.heat_c,
        runs.heat_cost_error_pct_per_c,
        heat.heat_cost_pct_per_c,
        coalesce(heat.heat_effect_pct, 0) as heat_effect_pct,
        summaries.temperature_mean_c,
        runs.local_day >= periods.base_from as is_this_year,
        runs.local_day
        >= periods.recent_from
        - if(runs.local_day >= periods.base_from, 0, cast(thresholds.year_days as integer))
            as is_recent
    from athlete.periods as periods
    cross join settings.judging as thresholds
    inner join athlete.comparable_runs as runs on periods.athlete_id = runs.athlete_id
    left join athlete.heat_effects as heat
        on runs.athlete_id = heat.athlete_id and runs.activity_id = heat.activity_id
    left join activity.summaries as summaries
        on runs.athlete_id = summaries.athlete_id and runs.activity_id = summaries.activity_id
    where
        runs.local_day >= periods.base_from
        or runs.local_day between periods.base_from - cast(thresholds.year_days as integer)
        and periods.last_day - cast(thresholds.year_days as integer)
),

changes as (
    select
        runs.athlete_id,
        runs.base_from,
        runs.last_day,
        runs.is_this_year,
        count(*) filter (where runs.is_recent) as recent_count,
        count(*) filter (where not runs.is_recent) as base_count,
        count(runs.temperature_mean_c) filter (where runs.is_recent) as recent_known_count,
        count(runs.temperature_mean_c) filter (where not runs.is_recent) as base_known_count,
        avg(runs.temperature_mean_c) filter (where runs.is_recent) as recent_c,
        avg(runs.temperature_mean_c) filter (where not runs.is_recent) as base_c,
        avg(runs.comparable_log_pct + runs.heat_effect_pct) filter (where runs.is_recent)
        - avg(runs.comparable_log_pct + runs.heat_effect_pct) filter (where not runs.is_recent)
            as as_run_pct,
        avg(runs.heat_c) filter (where runs.is_recent)
        - avg(runs.heat_c) filter (where not runs.is_recent) as more_heat_c,
        coalesce(min(runs.heat_cost_pct_per_c), 0) as shrunk_cost,
        nullif(max(runs.heat_cost_error_pct_per_c), 0) as cost_error,
        list(runs.activity_id order by runs.heat_effect_pct asc, runs.activity_id asc) filter (
            where runs.is_recent
        ) as activity_ids
    from runs
    group by runs.athlete_id, runs.base_from, runs.last_day, runs.is_this_year
),

years as (
    select
        now.athlete_id,
        now.base_from,
        now.last_day,
        now.recent_c,
        now.recent_c - now.base_c as warmer_c,
        least(now.recent_known_count / now.recent_count, now.base_known_count / now.base_count)
            as known_ratio,
        now.as_run_pct,
        now.more_heat_c,
        now.cost_error,
        -- what it was before it was shrunk by its own error
        if(
            now.shrunk_cost < 0,
            (now.shrunk_cost - sqrt(pow(now.shrunk_cost, 2) + 2 * 2 * pow(now.cost_error, 2))) / 2,
            0
        ) as own_cost,
        100 * thresholds.heat_prior_bpm_per_c / points.reference_above_zero_speed_bpm as usual_cost,
        100 * thresholds.heat_prior_error_bpm_per_c / points.reference_above_zero_speed_bpm
            as usual_cost_error,
        -- in percent a month: the middles of the two stretches are so far apart
        (thresholds.recent_days + thresholds.base_days) / 2 / thresholds.month_days as months,
        least(now.recent_count, now.base_count) as run_count,
        case
            when least(year_before.recent_count, year_before.base_count) >= thresholds.response_min_runs
                then year_before.as_run_pct
        end as year_before_change_pct,
        now.activity_ids,
        thresholds.plateau_pct_per_month
    from changes as now
    cross join settings.judging as thresholds
    inner join athlete.reference_points as points on now.athlete_id = points.athlete_id
    left join changes as year_before
        on now.athlete_id = year_before.athlete_id and not year_before.is_this_year
    where
        now.is_this_year
        and least(now.recent_count, now.base_count) >= thresholds.response_min_runs
),

costs as (
    select
        years.*,
        years.known_ratio >= thresholds.heat_known_min_ratio as is_told,
        years.more_heat_c
        * case
            when years.cost_error is null then years.usual_cost
            else greatest(
                (
                    -years.own_cost / pow(years.cost_error, 2)
                    + years.usual_cost / pow(years.usual_cost_error, 2)
                )
                / (1 / pow(years.cost_error, 2) + 1 / pow(years.usual_cost_error, 2)),
                0
            )
        end as took_pct,
        abs(years.more_heat_c)
        / sqrt(coalesce(1 / pow(years.cost_error, 2), 0) + 1 / pow(years.usual_cost_error, 2))
            as took_error_pct
    from years
    cross join settings.judging as thresholds
),

classed as (
    select
        costs.*,
        costs.as_run_pct + costs.took_pct as without_heat_pct,
        case
            when (costs.as_run_pct + costs.took_pct) / costs.months > costs.plateau_pct_per_month
                then 'better'
            when (costs.as_run_pct + costs.took_pct) / costs.months < -costs.plateau_pct_per_month
                then 'worse'
            else 'the same'
        end as class_without_heat,
        case
            when costs.as_run_pct / costs.months > costs.plateau_pct_per_month then 'better'
            when costs.as_run_pct / costs.months < -costs.plateau_pct_per_month then 'worse'
            else 'the same'
        end as class_as_run
    from costs
),

judged as (
    select
        classed.*,
        -- so warm that heat may hide something, and nobody knows what a degree costs
        classed.is_told
        and classed.warmer_c >= thresholds.warmer_flag_c
        and classed.took_pct < thresholds.heat_took_flag_pct
        and classed.took_pct + thresholds.interval_90 * classed.took_error_pct
        >= thresholds.heat_took_flag_pct
            as is_unknown,
        1 / (1 + exp((thresholds.warmer_flag_c - classed.warmer_c) / thresholds.warmer_scale))
        / (1 + exp((thresholds.heat_took_flag_pct - classed.took_pct) / thresholds.heat_took_scale))
            as heat_exposure,
        1
        / (
            1
            + exp(
                (thresholds.heat_took_flag_pct + classed.year_before_change_pct) / thresholds.heat_took_scale
            )
        )
            as season_exposure
    from classed
    cross join settings.judging as thresholds
),

exposed as (
    select
        judged.*,
        case
            when judged.is_told and not judged.is_unknown
                then
                    judged.heat_exposure
                    * if(
                        judged.class_as_run != 'better'
                        and (
                            judged.class_as_run != judged.class_without_heat
                            or judged.took_pct + thresholds.interval_90 * judged.took_error_pct
                            >= -thresholds.heat_share_min_ratio * judged.as_run_pct
                        ),
                        1,
                        thresholds.doubtful_certainty_ratio
                    )
            when not judged.is_told and judged.as_run_pct < 0 then judged.season_exposure
            when not judged.is_told and judged.year_before_change_pct is not null then cast(0 as double)
        end as exposure_score,
        thresholds.score_min
    from judged
    cross join settings.judging as thresholds
)

select
    exposed.athlete_id,
    case
        when exposed.exposure_score is not null
            then if(exposed.is_told, exposed.warmer_c, -exposed.year_before_change_pct)
    end as value,
    if(exposed.is_told, '°C', '%') as unit,
    if(exposed.is_told, thresholds.warmer_flag_c, thresholds.heat_took_flag_pct) as threshold,
    exposed.exposure_score,
    case
        when exposed.exposure_score is null then cast(0 as double)
        else
            least(exposed.run_count / thresholds.cause_min_runs, 1)
            * if(exposed.is_told, exposed.known_ratio, 1)
    end as coverage_ratio,
    if(
        not exposed.is_told and exposed.exposure_score >= exposed.score_min,
        thresholds.doubtful_certainty_ratio,
        1
    ) as certainty_ratio,
    cast(null as double) as response_score,
    exposed.base_from as window_start_on,
    exposed.last_day as window_end_on,
    replace(
        case
            when not exposed.is_told and exposed.year_before_change_pct is null
                then 'Most files tell no temperature, and there are no runs in the same weeks a year before.'
            when not exposed.is_told
                then format(
                    'Without temperatures only the season is known: in the same weeks a year before, pace at '
                    || 'the same heart rate changed by {:+.1f} %, now by {:+.1f} %.',
                    -- with + 0 a minus before nothing goes away
                    round(exposed.year_before_change_pct, 1) + 0,
                    round(exposed.as_run_pct, 1) + 0
                )
            when exposed.is_unknown
                then format(
                    'The recent runs were {:.0f} degrees warmer, but your runs do not show what a degree '
                    || 'costs you.',
                    exposed.warmer_c
                )
            when exposed.exposure_score >= exposed.score_min
                then format(
                    'The recent runs were {:.0f} degrees warmer than those before ({:.0f} °C), which '
                    || 'took about {:.1f} % of your pace at the same heart rate: as run it went {:+.1f} %, '
                    || 'without the heat {:+.1f} %.',
                    exposed.warmer_c,
                    exposed.recent_c,
                    exposed.took_pct,
                    round(exposed.as_run_pct, 1) + 0,
                    round(exposed.without_heat_pct, 1) + 0
                )
            when abs(exposed.warmer_c) < thresholds.warmer_flag_c
                then format(
                    'The recent runs were as warm as those before ({:.0f} °C, {:+.0f}).',
                    round(exposed.recent_c) + 0,
                    round(exposed.warmer_c) + 0
                )
            else format(
                'The recent runs were {:.0f} degrees {} than those before, which cost {:.1f} % and does not '
                || 'change the answer.',
                abs(exposed.warmer_c),
                if(exposed.warmer_c > 0, 'warmer', 'colder'),
                greatest(exposed.took_pct, 0)
            )
        end,
        ' -',
        ' −'
    ) as reason,
    case
        when exposed.exposure_score >= exposed.score_min and exposed.is_told
            then format(
                'Go by heart rate, not by pace, until it is cooler than {:.0f} °C: in this heat the same '
                || 'effort is about {:.1f} % slower. Compare again with runs in the cool of the morning.',
                exposed.recent_c - thresholds.warmer_flag_c,
                exposed.took_pct
            )
        when exposed.exposure_score >= exposed.score_min
            then
                'Compare with the same weeks of the year before, and run now and then in the cool of the '
                || 'morning.'
    end as advice,
    coalesce(exposed.activity_ids, cast([] as varchar[])) as activity_ids
from exposed
cross join settings.judging as thresholds
