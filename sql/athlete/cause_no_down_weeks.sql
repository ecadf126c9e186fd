-- One row per athlete: the longest run of weeks without a lighter one that reaches into the last twelve.
--
-- Lighter is 20 % less distance than the three weeks before, or 20 % fewer hard sessions in as many runs, and
-- fewer than in each of the three: the articles drop the volume or the intensity. Where nobody ran, nothing
-- is lighter or heavier; nor is a week after one without a run, of which the mean of the three is low. A
-- stretch whose lightest weeks are nearly that light counts as little as a short one: a week is not planned
-- to the kilometre.
--
-- grain: athlete_id
with limits as (
    select
        thresholds.*,
        to_days(7 * cast(thresholds.weeks_compared as integer)) as stretch
    from settings.judging as thresholds
),

compared as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        weeks.is_down_week,
        weeks.run_count,
        weeks.distance_m,
        phases.hard_session_count,
        min(weeks.run_count) over weeks_before as fewest_before,
        avg(weeks.run_count) over weeks_before as runs_before,
        avg(phases.hard_session_count) over weeks_before as hard_before,
        min(phases.hard_session_count) over weeks_before as fewest_hard_before
    from athlete.weeks as weeks
    inner join athlete.week_phases as phases
        on weeks.athlete_id = phases.athlete_id and weeks.week_start_on = phases.week_start_on
    cross join limits
    window weeks_before as (
        partition by weeks.athlete_id order by weeks.week_start_on
        range between limits.stretch preceding and interval 7 days preceding
    )
),

lighter as (
    select
        compared.*,
        compared.run_count > 0 and compared.fewest_before = 0 as is_after_empty_week,
        compared.is_down_week
        or coalesce(
            compared.hard_before >= 1
            and compared.hard_session_count < compared.fewest_hard_before
            and compared.hard_session_count <= limits.down_week_ratio * compared.hard_before
            and compared.run_count >= floor(compared.runs_before),
            false
        ) as is_lighter
    from compared
    cross join limits
    where compared.is_down_week is not null
),

numbered as (
    select
        lighter.*,
        count(*) filter (where lighter.is_lighter) over (
            partition by lighter.athlete_id order by lighter.week_start_on
        ) as stretch_number
    from lighter
),

stretches as (
    select
        numbered.*,
        case
            when numbered.stretch_number > 0
                then
                    min(case when not numbered.is_lighter then numbered.week_start_on end) over (
                        partition by numbered.athlete_id, numbered.stretch_number
                    )
        end as stretch_from,
        numbered.week_start_on > periods.last_day - cast(limits.rest_search_days as integer) as is_inside,
        periods.last_day - cast(limits.rest_search_days as integer) + 1 as search_from,
        periods.last_day
    from numbered
    inner join athlete.periods as periods on numbered.athlete_id = periods.athlete_id
    cross join limits
),

ordered as (
    select
        stretches.*,
        row_number() over (
            partition by stretches.athlete_id, stretches.stretch_number
            order by stretches.is_lighter, not stretches.is_inside, stretches.distance_m
        ) as lightest_number
    from stretches
),

lengths as (
    select
        ordered.athlete_id,
        ordered.stretch_number,
        any_value(ordered.search_from) as search_from,
        any_value(ordered.last_day) as last_day,
        min(ordered.stretch_from) as stretch_from,
        min(ordered.run_count) filter (where ordered.is_lighter) as lighter_run_count,
        count(*) filter (where not ordered.is_lighter and not ordered.is_after_empty_week) as whole_weeks,
        count(*) filter (
            where ordered.is_inside and not ordered.is_lighter and not ordered.is_after_empty_week
        ) as inside_weeks,
        count(*) filter (where ordered.is_inside) as week_count,
        sum(ordered.run_count) filter (where ordered.is_inside) as run_count,
        median(ordered.distance_m) filter (where ordered.is_inside and not ordered.is_lighter) as usual_m,
        avg(ordered.distance_m) filter (
            where
            ordered.is_inside and not ordered.is_lighter and ordered.lightest_number <= limits.lightest_count
        ) as lightest_m
    from ordered
    cross join limits
    group by ordered.athlete_id, ordered.stretch_number
),

-- what came before a week off is over
ended as (
    select
        lengths.*,
        if(
            lead(lengths.lighter_run_count) over (
                partition by lengths.athlete_id order by lengths.stretch_number
            ) = 0,
            lengths.inside_weeks,
            lengths.whole_weeks
        ) as stretch_weeks
    from lengths
),

longest as (
    select
        ended.athlete_id,
        any_value(ended.search_from) as search_from,
        any_value(ended.last_day) as last_day,
        max(ended.stretch_weeks) as stretch_weeks,
        arg_max_null(ended.stretch_from, row(ended.stretch_weeks, ended.stretch_number)) as stretch_from,
        arg_max(ended.usual_m, row(ended.stretch_weeks, ended.stretch_number)) as usual_m,
        arg_max(
            ended.lightest_m / nullif(ended.usual_m, 0), row(ended.stretch_weeks, ended.stretch_number)
        ) as lightest_ratio,
        sum(ended.week_count) as week_count
    from ended
    where ended.week_count > 0
    group by ended.athlete_id
    having sum(ended.run_count) > 0
),

exposures as (
    select
        longest.*,
        least(
            1 / (
                1
                + exp(
                    (thresholds.weeks_without_rest_flag - longest.stretch_weeks)
                    / thresholds.weeks_without_rest_scale
                )
            ),
            1 / (
                1
                + exp(
                    (thresholds.lightest_flag_ratio - coalesce(longest.lightest_ratio, 1))
                    / thresholds.lightest_scale
                )
            )
        ) as exposure_score
    from longest
    cross join settings.judging as thresholds
)

select
    exposures.athlete_id,
    cast(exposures.stretch_weeks as double) as value,
    'weeks' as unit,
    thresholds.weeks_without_rest_flag as threshold,
    exposures.exposure_score,
    least(exposures.week_count * 7 / (thresholds.rest_search_days - 7), 1) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(responses.is_slower as double) as response_score,
    case when exposures.exposure_score >= thresholds.score_min then exposures.stretch_from end as began_on,
    exposures.search_from as window_start_on,
    exposures.last_day as window_end_on,
    if(
        exposures.stretch_weeks > 1,
        format(
            'Of late up to {} weeks followed each other without a lighter one; '
            || 'the articles ask for one every few weeks.',
            exposures.stretch_weeks
        ),
        'Of late no two weeks followed each other without a lighter one.'
    ) as reason,
    case
        when exposures.exposure_score >= thresholds.score_min
            then
                format(
                    'Make the next week a lighter one: about {:.0f} {} instead of {:.0f}, '
                    || 'the same runs but shorter; then one like it every fourth week.',
                    thresholds.lighter_goal_ratio * exposures.usual_m / lengths.length_unit_m,
                    lengths.length_symbol,
                    exposures.usual_m / lengths.length_unit_m
                )
    end as advice,
    cast([] as varchar[]) as activity_ids
from exposures
left join athlete.athletes as athletes on exposures.athlete_id = athletes.athlete_id
inner join settings.length_units as lengths
    on lengths.units = coalesce(athletes.units, 'km')
left join athlete.responses as responses on exposures.athlete_id = responses.athlete_id
cross join settings.judging as thresholds
