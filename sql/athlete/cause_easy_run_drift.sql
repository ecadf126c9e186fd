-- One row per athlete with easy runs whose heart rate is known: did these become harder, step by step?
--
-- Heart rate, as a share of the reserve, follows a ramp within the last sixteen weeks: flat, then rising,
-- then flat again; of all ramps (eight weeks and longer) the one that fits best is taken. The level of each
-- device is its own, so a new watch is no rise; what heat adds is taken out where it is known; a run far off
-- all others is left out. The value is the rise in points per eight weeks.
--
-- The sign: with more effort the runs become faster as well. Heat or tiredness raise heart rate alone, and
-- such a rise counts half.
--
-- grain: athlete_id
with easy as (
    select
        periods.athlete_id,
        periods.last_day,
        activities.activity_id,
        activities.local_day,
        activities.device_key,
        thresholds.drift_days - (periods.last_day - activities.local_day) as day_number,
        anchors.zero_speed_heart_rate_bpm,
        activities.index_log_pct - coalesce(heat.heat_effect_pct, 0) as cool_log_pct,
        anchors.zero_speed_heart_rate_bpm
        + (
            coalesce(activities.steady_heart_rate_bpm, activities.heart_rate_mean_bpm)
            - anchors.zero_speed_heart_rate_bpm
        )
        * exp(coalesce(heat.heat_effect_pct, 0) / 100) as cool_heart_rate_bpm,
        anchors.athlete_heart_rate_max_bpm,
        anchors.athlete_heart_rate_max_bpm - anchors.athlete_heart_rate_resting_bpm as reserve_bpm,
        anchors.easy_below_bpm
    from athlete.periods as periods
    inner join athlete.activities as activities on periods.athlete_id = activities.athlete_id
    inner join athlete.anchors as anchors
        on periods.athlete_id = anchors.athlete_id and anchors.is_latest_anchor
    left join athlete.heat_effects as heat
        on activities.athlete_id = heat.athlete_id and activities.activity_id = heat.activity_id
    cross join settings.judging as thresholds
    where
        activities.session_class in ('easy', 'unknown')
        and activities.local_day > periods.last_day - cast(thresholds.drift_days as integer)
        and activities.heart_rate_coverage_ratio >= thresholds.heart_rate_coverage_min_ratio
        and coalesce(activities.steady_heart_rate_bpm, activities.heart_rate_mean_bpm) is not null
),

offs as (
    select
        easy.*,
        easy.cool_heart_rate_bpm
        - median(easy.cool_heart_rate_bpm) over (partition by easy.athlete_id, easy.device_key) as off_bpm,
        median(easy.cool_log_pct) over (partition by easy.athlete_id, easy.device_key) as device_log_pct
    from easy
),

spreads as (
    select
        offs.athlete_id,
        median(abs(offs.off_bpm)) as spread_bpm
    from offs
    group by offs.athlete_id
),

-- the heart rate that the speed alone would have cost at equal fitness
runs as (
    select
        offs.*,
        coalesce(offs.device_key, '') as level_key,
        offs.zero_speed_heart_rate_bpm
        + (offs.cool_heart_rate_bpm - offs.zero_speed_heart_rate_bpm)
        * exp((offs.cool_log_pct - offs.device_log_pct) / 100) as pace_heart_rate_bpm
    from offs
    inner join spreads on offs.athlete_id = spreads.athlete_id
    cross join settings.judging as thresholds
    where
        abs(offs.off_bpm)
        <= greatest(
            thresholds.outlier_spreads * thresholds.mad_to_sd * spreads.spread_bpm,
            thresholds.drift_outlier_min_bpm
        )
),

ramps as (
    select
        cast(starts.days_back as bigint) as days_back,
        cast(lengths.ramp_days as bigint) as ramp_days
    from settings.judging as thresholds
    cross join
        unnest(
            generate_series(
                thresholds.drift_ramp_min_days, thresholds.drift_days, thresholds.drift_ramp_step_days
            )
        ) as starts (days_back)
    cross join
        unnest(
            generate_series(
                thresholds.drift_ramp_min_days, thresholds.drift_days, thresholds.drift_ramp_step_days
            )
        ) as lengths (ramp_days)
    where lengths.ramp_days <= starts.days_back
),

climbed as (
    select
        runs.*,
        ramps.days_back,
        ramps.ramp_days,
        least(greatest(runs.day_number - (thresholds.drift_days - ramps.days_back), 0) / ramps.ramp_days, 1)
            as climb
    from runs
    cross join ramps
    cross join settings.judging as thresholds
),

sums as (
    select
        climbed.athlete_id,
        climbed.days_back,
        climbed.ramp_days,
        climbed.level_key,
        count(*) as run_count,
        max(climbed.day_number) as last_day_number,
        avg(climbed.climb) as climb_mean,
        avg(climbed.cool_heart_rate_bpm) as heart_rate_mean_bpm,
        regr_sxx(climbed.cool_heart_rate_bpm, climbed.climb) as climb_squares,
        regr_sxy(climbed.cool_heart_rate_bpm, climbed.climb) as products,
        regr_syy(climbed.cool_heart_rate_bpm, climbed.climb) as heart_rate_squares,
        regr_sxx(climbed.pace_heart_rate_bpm, climbed.climb) as pace_climb_squares,
        regr_sxy(climbed.pace_heart_rate_bpm, climbed.climb) as pace_products,
        any_value(climbed.reserve_bpm) as reserve_bpm,
        any_value(climbed.athlete_heart_rate_max_bpm) as athlete_heart_rate_max_bpm,
        any_value(climbed.easy_below_bpm) as easy_below_bpm,
        any_value(climbed.last_day) as last_day
    from climbed
    group by climbed.athlete_id, climbed.days_back, climbed.ramp_days, climbed.level_key
),

fits as (
    select
        sums.athlete_id,
        sums.days_back,
        sums.ramp_days,
        sum(sums.run_count) as run_count,
        sum(sums.products) / nullif(sum(sums.climb_squares), 0) as rise_bpm,
        sum(sums.pace_products) / nullif(sum(sums.pace_climb_squares), 0) as pace_rise_bpm,
        -- of runs that lie on the ramp, rounding leaves less than nothing
        greatest(
            sum(sums.heart_rate_squares)
            - sum(sums.products) * sum(sums.products) / nullif(sum(sums.climb_squares), 0),
            if(sum(sums.climb_squares) > 0, 0, null)
        ) as residual_squares,
        sum(sums.climb_squares) as climb_squares,
        sum(sums.run_count) - count(*) - 1 as freedom_count,
        arg_max(sums.climb_mean, row(sums.last_day_number, sums.level_key)) as climb_mean,
        arg_max(sums.heart_rate_mean_bpm, row(sums.last_day_number, sums.level_key))
            as heart_rate_mean_bpm,
        any_value(sums.reserve_bpm) as reserve_bpm,
        any_value(sums.athlete_heart_rate_max_bpm) as athlete_heart_rate_max_bpm,
        any_value(sums.easy_below_bpm) as easy_below_bpm,
        any_value(sums.last_day) as last_day
    from sums
    group by sums.athlete_id, sums.days_back, sums.ramp_days
),

best as (
    select
        fits.*,
        100
        * fits.rise_bpm
        / fits.reserve_bpm
        * thresholds.drift_ramp_min_days
        / fits.ramp_days as drift_points,
        sqrt(fits.residual_squares / fits.freedom_count / fits.climb_squares) as rise_error_bpm,
        fits.heart_rate_mean_bpm - fits.rise_bpm * fits.climb_mean as before_bpm,
        fits.heart_rate_mean_bpm + fits.rise_bpm * (1 - fits.climb_mean) as after_bpm
    from fits
    cross join settings.judging as thresholds
    where fits.freedom_count > 0 and fits.reserve_bpm > 0
    qualify
        row_number() over (
            partition by fits.athlete_id
            -- ramps that differ only where nobody ran fit equally well, but for the rounding of a sum
            order by
                round(fits.residual_squares, 6) asc nulls last, fits.ramp_days desc, fits.days_back desc
        ) = 1
),

shown as (
    select
        runs.athlete_id,
        count(*) as run_count,
        max(runs.day_number) - min(runs.day_number) as span_days,
        list(runs.activity_id order by runs.cool_heart_rate_bpm desc, runs.activity_id asc) filter (
            where runs.local_day > runs.last_day - cast(thresholds.recent_days as integer)
        ) as activity_ids
    from runs
    cross join settings.judging as thresholds
    group by runs.athlete_id
),

told as (
    select
        shown.*,
        periods.last_day,
        periods.last_day - cast(thresholds.drift_days as integer) + 1 as window_start_on,
        coalesce(
            shown.run_count >= thresholds.drift_min_runs
            and shown.span_days >= thresholds.drift_days - thresholds.drift_ramp_step_days,
            false
        ) as is_enough,
        best.days_back,
        best.ramp_days,
        best.drift_points,
        best.rise_bpm,
        best.rise_error_bpm,
        best.pace_rise_bpm,
        best.before_bpm,
        best.after_bpm,
        best.athlete_heart_rate_max_bpm,
        best.easy_below_bpm
    from shown
    inner join athlete.periods as periods on shown.athlete_id = periods.athlete_id
    left join best on shown.athlete_id = best.athlete_id
    cross join settings.judging as thresholds
),

judged as (
    select
        told.*,
        case when told.is_enough then told.drift_points end as value,
        coalesce(told.is_enough and told.drift_points >= thresholds.drift_flag_points, false) as is_drift,
        told.after_bpm <= thresholds.easy_effort_max_ratio * told.athlete_heart_rate_max_bpm as is_still_easy,
        told.drift_points >= thresholds.drift_flag_points / 2
        and told.rise_bpm < thresholds.interval_90 * told.rise_error_bpm as is_chance,
        told.pace_rise_bpm < thresholds.drift_pace_min_ratio * told.rise_bpm as is_heart_alone,
        thresholds.drift_flag_points
    from told
    cross join settings.judging as thresholds
)

select
    judged.athlete_id,
    judged.value,
    '% of reserve in 8 weeks' as unit,
    judged.drift_flag_points as threshold,
    1 / (1 + exp((judged.drift_flag_points - judged.value) / thresholds.drift_scale)) as exposure_score,
    if(judged.is_enough, least(judged.run_count / thresholds.drift_full_runs, 1), 0) as coverage_ratio,
    if(
        judged.is_chance or (judged.is_drift and (judged.is_still_easy or judged.is_heart_alone)),
        thresholds.doubtful_certainty_ratio,
        1
    ) as certainty_ratio,
    case
        when judged.is_drift
            then least(greatest(judged.pace_rise_bpm / judged.rise_bpm, 0), 1)
    end as response_score,
    case
        when judged.is_drift
            then judged.last_day - cast(judged.days_back as integer) + 1
    end as began_on,
    judged.window_start_on,
    judged.last_day as window_end_on,
    case
        when judged.value is null
            then format(
                'Needs {} easy runs with heart rate, spread over sixteen weeks; there are {}.',
                thresholds.drift_min_runs,
                judged.run_count
            )
        when judged.is_drift
            then format(
                'Easy runs rose from about {:.0f} to {:.0f} bpm within {:.0f} weeks: {:.0f} % of your '
                || 'heart-rate reserve every eight weeks, heat and changes of watch taken out as far as they '
                || 'are known.{}{}{}',
                judged.before_bpm,
                judged.after_bpm,
                judged.ramp_days / 7,
                judged.value,
                if(judged.is_still_easy, ' That is still easy running.', ''),
                if(
                    judged.is_heart_alone,
                    ' The pace did not rise with it, which is heat or tiredness rather than haste.',
                    ''
                ),
                if(judged.is_chance, ' Your easy runs differ so much that this may be chance.', '')
            )
        else format(
            'Easy runs are at about {:.0f} bpm, {}.',
            judged.after_bpm,
            case
                when abs(judged.after_bpm - judged.before_bpm) < thresholds.anchor_shift_bpm
                    then 'as before'
                else format('{:.0f} bpm before', judged.before_bpm)
            end
        )
    end as reason,
    case
        when judged.is_drift
            then format(
                'Keep the easy runs of the next four weeks {}: slow down, or walk, when the watch '
                || 'shows more.',
                if(
                    judged.before_bpm > judged.easy_below_bpm,
                    format('below {:.0f} bpm', judged.easy_below_bpm),
                    format('at about {:.0f} bpm, where they were before', judged.before_bpm)
                )
            )
    end as advice,
    coalesce(judged.activity_ids, cast([] as varchar[])) as activity_ids
from judged
cross join settings.judging as thresholds
