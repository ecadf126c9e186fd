-- One row per athlete and stretch of four weeks: the speed that can be held for long, and D'.
--
-- The line of distance over time through the farthest of two to twenty minutes, outdoors and on no trail,
-- in the stretch and the months before it, of two runs at least: its slope is the critical speed, its
-- intercept D'. Efforts that were not all-out give no such line, or one hardly faster than the usual run.
-- Then the best race over 3 km to a half marathon stands alone, taken as 5 km (Riegel) less a usual D',
-- unless it was hardly faster than the usual run, too. Without a race nothing is known: training runs were
-- up to 10 % too slow on simulated runners, easy ones 30 %.
--
-- grain: athlete_id, valid_from
-- check: valid_from <= valid_until_day
-- check: critical_speed_m_per_s is null or critical_speed_m_per_s > 0
-- check: is_critical_speed_confident = (critical_speed_m_per_s is not null)
with histories as (
    select
        activities.athlete_id,
        min(activities.local_day - date '1970-01-01') as first_day_number,
        max(activities.local_day - date '1970-01-01') as last_day_number
    from staging.activities as activities
    group by activities.athlete_id
),

-- counted from a fixed day: a new run changes the last stretches and no others
stretches as (
    select
        histories.athlete_id,
        histories.first_day_number // thresholds.critical_speed_step_days as first_number,
        histories.last_day_number // thresholds.critical_speed_step_days as last_number,
        unnest(range(first_number, last_number + 1)) as stretch_number
    from histories
    cross join settings.judging as thresholds
),

runs as (
    select
        activities.athlete_id,
        activities.activity_id,
        activities.local_day - date '1970-01-01' as day_number,
        summaries.moving_m / nullif(summaries.moving_s, 0) as speed_m_per_s
    from staging.activities as activities
    inner join activity.summaries as summaries
        on activities.athlete_id = summaries.athlete_id and activities.activity_id = summaries.activity_id
    where
        activities.is_run
        and not activities.is_indoor
        and coalesce(activities.sub_sport != 'trail', true)
),

-- a run speaks for its own stretch and for those that begin soon after it
heard as (
    select
        runs.*,
        unnest(
            range(
                runs.day_number // thresholds.critical_speed_step_days,
                (runs.day_number + thresholds.critical_speed_memory_days)
                // thresholds.critical_speed_step_days
            )
        ) as stretch_number
    from runs
    cross join settings.judging as thresholds
),

usual as (
    select
        heard.athlete_id,
        heard.stretch_number,
        median(heard.speed_m_per_s) as usual_m_per_s
    from heard
    group by heard.athlete_id, heard.stretch_number
),

farthest as (
    select
        heard.athlete_id,
        heard.stretch_number,
        curve.duration_s,
        max(curve.distance_m) as distance_m,
        arg_max(heard.activity_id, row(curve.distance_m, heard.activity_id)) as activity_id
    from heard
    inner join activity.duration_curve as curve
        on heard.athlete_id = curve.athlete_id and heard.activity_id = curve.activity_id
    cross join settings.judging as thresholds
    where curve.duration_s between thresholds.line_effort_min_s and thresholds.line_effort_max_s
    group by heard.athlete_id, heard.stretch_number, curve.duration_s
),

lines as (
    select
        farthest.athlete_id,
        farthest.stretch_number,
        regr_slope(farthest.distance_m, farthest.duration_s) as slope_m_per_s,
        regr_intercept(farthest.distance_m, farthest.duration_s) as intercept_m,
        sqrt(
            greatest(
                regr_syy(farthest.distance_m, farthest.duration_s)
                - regr_sxy(farthest.distance_m, farthest.duration_s)
                * regr_slope(farthest.distance_m, farthest.duration_s),
                0
            )
            / nullif(count(*) - 2, 0)
            / nullif(regr_sxx(farthest.distance_m, farthest.duration_s), 0)
        ) as slope_error_m_per_s,
        count(*) as effort_count,
        max(farthest.duration_s) as longest_s,
        list_sort(list(distinct farthest.activity_id)) as activity_ids
    from farthest
    group by farthest.athlete_id, farthest.stretch_number
),

-- seconds for 5 km that each race is worth
worth as (
    select
        heard.athlete_id,
        heard.stretch_number,
        heard.activity_id,
        efforts.elapsed_s
        * power(
            thresholds.single_effort_m / efforts.effort_distance_m, thresholds.riegel_exponent
        ) as single_s
    from heard
    inner join athlete.races as races
        on heard.athlete_id = races.athlete_id and heard.activity_id = races.activity_id
    inner join activity.best_efforts as efforts
        on heard.athlete_id = efforts.athlete_id and heard.activity_id = efforts.activity_id
    cross join settings.judging as thresholds
    where
        efforts.effort_distance_m between thresholds.single_effort_min_m and thresholds.single_effort_max_m
        and efforts.elapsed_s >= thresholds.riegel_min_s
        and efforts.elapsed_s <= thresholds.riegel_max_s
),

singles as (
    select
        worth.athlete_id,
        worth.stretch_number,
        min(worth.single_s) as single_s,
        arg_min(worth.activity_id, row(worth.single_s, worth.activity_id)) as activity_id
    from worth
    group by worth.athlete_id, worth.stretch_number
),

judged as (
    select
        stretches.*,
        lines.slope_m_per_s,
        lines.intercept_m,
        lines.slope_error_m_per_s,
        lines.effort_count,
        lines.activity_ids,
        singles.activity_id as single_activity_id,
        (thresholds.single_effort_m - thresholds.d_prime_usual_m) / singles.single_s as single_m_per_s,
        thresholds.d_prime_usual_m,
        thresholds.d_prime_error_m / singles.single_s as single_error_m_per_s,
        thresholds.critical_speed_step_days,
        thresholds.critical_speed_bias_ratio,
        coalesce(
            lines.effort_count >= thresholds.line_min_efforts
            and len(lines.activity_ids) >= thresholds.line_min_runs
            and lines.longest_s >= thresholds.line_longest_min_s
            and lines.intercept_m between thresholds.d_prime_min_m and thresholds.d_prime_max_m
            and lines.slope_error_m_per_s <= thresholds.line_error_max_ratio * lines.slope_m_per_s
            and lines.slope_m_per_s >= thresholds.critical_above_usual_min_ratio * usual.usual_m_per_s,
            false
        ) as is_line
    from stretches
    left join lines
        on stretches.athlete_id = lines.athlete_id and stretches.stretch_number = lines.stretch_number
    cross join settings.judging as thresholds
    left join usual
        on stretches.athlete_id = usual.athlete_id and stretches.stretch_number = usual.stretch_number
    left join singles
        on
            stretches.athlete_id = singles.athlete_id
            and stretches.stretch_number = singles.stretch_number
            and (thresholds.single_effort_m - thresholds.d_prime_usual_m) / singles.single_s
            >= thresholds.critical_above_usual_min_ratio * usual.usual_m_per_s
)

select
    athlete_id,
    if(
        stretch_number = first_number,
        date '1900-01-01',
        date '1970-01-01' + cast(stretch_number * critical_speed_step_days as integer)
    ) as valid_from,
    if(
        stretch_number = last_number,
        date '9999-12-31',
        date '1970-01-01' + cast((stretch_number + 1) * critical_speed_step_days - 1 as integer)
    ) as valid_until_day,
    if(is_line, slope_m_per_s, single_m_per_s) as critical_speed_m_per_s,
    case when is_line then intercept_m when single_m_per_s is not null then d_prime_usual_m end as d_prime_m,
    sqrt(
        power(if(is_line, slope_error_m_per_s, single_error_m_per_s), 2)
        + power(critical_speed_bias_ratio * if(is_line, slope_m_per_s, single_m_per_s), 2)
    ) as critical_speed_error_m_per_s,
    case when is_line then 'line' when single_m_per_s is not null then 'race' end
        as critical_speed_method,
    case when is_line then effort_count when single_m_per_s is not null then 1 else 0 end as effort_count,
    is_line or single_m_per_s is not null as is_critical_speed_confident,
    case when is_line then activity_ids when single_m_per_s is not null then [single_activity_id] end
        as activity_ids
from judged
