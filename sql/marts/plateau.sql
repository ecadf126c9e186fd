-- One row per athlete, day looked back from, and window: the change of speed at equal heart rate, and the
-- verdict.
--
-- What happened between two dates (of the first and the last comparable run, if there is a slope), with a
-- 90 % interval. `is_chosen` marks the window that carries the verdict of its day, `is_latest` the last day.
-- Windows without a slope hold too few comparable runs. The class at a lower or higher zero-speed heart rate
-- is that in which the slope alone would be.
--
-- grain: athlete_id, as_of_day, window_weeks
-- check: verdict in ('improving', 'plateau', 'declining', 'undecided', 'not_enough_data')
-- check: slope_pct_per_month is null or slope_low_pct_per_month < slope_high_pct_per_month
with changes as (
    select
        verdicts.athlete_id,
        verdicts.as_of_day,
        verdicts.verdict,
        verdicts.is_first_look_of_turn,
        verdicts.is_against_season,
        verdicts.window_weeks as chosen_weeks,
        coalesce(
            verdicts.verdict != lag(verdicts.verdict) over (
                partition by verdicts.athlete_id order by verdicts.as_of_day
            ),
            true
        ) as is_new
    from athlete.verdicts as verdicts
),

stretches as (
    select
        changes.*,
        max(case when changes.is_new then changes.as_of_day end) over (
            partition by changes.athlete_id order by changes.as_of_day
        ) as since,
        min(changes.as_of_day) over (partition by changes.athlete_id) as first_look_on
    from changes
),

inside as (
    select
        looks.athlete_id,
        looks.as_of_day,
        looks.window_weeks,
        count(*) as run_count,
        max(runs.local_day) - min(runs.local_day) as span_days
    from athlete.looks as looks
    inner join athlete.comparable_runs as runs
        on
            looks.athlete_id = runs.athlete_id
            and runs.local_day between looks.window_start_on and looks.as_of_day
    group by looks.athlete_id, looks.as_of_day, looks.window_weeks
),

shortest as (
    select min(windows.window_weeks) as window_weeks
    from settings.trend_windows as windows
)

select
    looks.athlete_id,
    looks.as_of_day,
    looks.window_weeks,
    coalesce(slopes.first_run_on, greatest(looks.window_start_on, periods.first_day)) as window_start_on,
    coalesce(slopes.last_run_on, looks.as_of_day) as window_end_on,
    looks.is_latest,
    looks.window_weeks
    = coalesce(
        stretches.chosen_weeks, max(looks.window_weeks) over (partition by looks.athlete_id, looks.as_of_day)
    )
        as is_chosen,
    stretches.verdict,
    stretches.since,
    coalesce(
        stretches.since = stretches.first_look_on
        and periods.first_day < stretches.first_look_on - cast(thresholds.look_days as integer),
        false
    ) as is_since_before,
    stretches.is_first_look_of_turn,
    stretches.is_against_season,
    coalesce(inside.run_count, 0) as run_count,
    slopes.run_noise_pct,
    slopes.slope_pct_per_month,
    slopes.slope_pct_per_month - thresholds.interval_90 * slopes.standard_error_pct_per_month
        as slope_low_pct_per_month,
    slopes.slope_pct_per_month + thresholds.interval_90 * slopes.standard_error_pct_per_month
        as slope_high_pct_per_month,
    slopes.standard_error_pct_per_month,
    slopes.device_error_pct_per_month,
    ranks.mann_kendall_score,
    ranks.theil_sen_pct_per_month,
    slopes.slope_zero_speed_lower_pct_per_month,
    slopes.slope_zero_speed_higher_pct_per_month,
    case
        when slopes.slope_zero_speed_lower_pct_per_month > thresholds.plateau_pct_per_month then 'improving'
        when slopes.slope_zero_speed_lower_pct_per_month < -thresholds.plateau_pct_per_month then 'declining'
        when slopes.slope_zero_speed_lower_pct_per_month is not null then 'plateau'
    end as class_zero_speed_lower,
    case
        when slopes.slope_zero_speed_higher_pct_per_month > thresholds.plateau_pct_per_month then 'improving'
        when slopes.slope_zero_speed_higher_pct_per_month < -thresholds.plateau_pct_per_month then 'declining'
        when slopes.slope_zero_speed_higher_pct_per_month is not null then 'plateau'
    end as class_zero_speed_higher,
    thresholds.zero_speed_doubt_bpm,
    slopes.slope_pct_per_month * slopes.window_months as change_pct,
    (slopes.slope_pct_per_month - thresholds.interval_90 * slopes.standard_error_pct_per_month)
    * slopes.window_months as change_low_pct,
    (slopes.slope_pct_per_month + thresholds.interval_90 * slopes.standard_error_pct_per_month)
    * slopes.window_months as change_high_pct,
    chances.p_improving,
    chances.p_plateau,
    chances.p_declining,
    thresholds.plateau_pct_per_month + thresholds.interval_90 * slopes.standard_error_pct_per_month
        as minimum_detectable_pct_per_month,
    seasons.season_change_pct,
    seasons.season_change_low_pct,
    seasons.season_change_high_pct,
    seasons.season_run_count,
    seasons.season_before_run_count,
    if(looks.window_weeks = stretches.chosen_weeks, turns.turned_on, null) as turned_on,
    if(looks.window_weeks = stretches.chosen_weeks, turns.since_turn_pct, null) as since_turn_pct,
    if(looks.window_weeks = stretches.chosen_weeks, turns.since_turn_low_pct, null) as since_turn_low_pct,
    if(looks.window_weeks = stretches.chosen_weeks, turns.since_turn_high_pct, null) as since_turn_high_pct,
    points.reference_heart_rate_bpm,
    exp((slopes.end_log_pct - slopes.slope_pct_per_month * slopes.window_months) / 100)
    * points.reference_above_zero_speed_bpm as reference_speed_start_m_per_s,
    exp(
        (
            slopes.end_log_pct
            - (slopes.slope_pct_per_month + thresholds.interval_90 * slopes.standard_error_pct_per_month)
            * slopes.window_months
        )
        / 100
    )
    * points.reference_above_zero_speed_bpm as reference_speed_start_low_m_per_s,
    exp(
        (
            slopes.end_log_pct
            - (slopes.slope_pct_per_month - thresholds.interval_90 * slopes.standard_error_pct_per_month)
            * slopes.window_months
        )
        / 100
    )
    * points.reference_above_zero_speed_bpm as reference_speed_start_high_m_per_s,
    exp(slopes.end_log_pct / 100) * points.reference_above_zero_speed_bpm as reference_speed_end_m_per_s,
    case
        when coalesce(inside.run_count, 0) < thresholds.trend_min_runs
            then
                format(
                    'a trend needs {} comparable runs, and has {}',
                    thresholds.trend_min_runs,
                    coalesce(inside.run_count, 0)
                )
        when inside.span_days < 7 * shortest.window_weeks * thresholds.trend_min_span_ratio
            then
                format(
                    'the {} comparable runs span {} days: the shortest trend needs {:.0f}',
                    inside.run_count,
                    inside.span_days,
                    ceil(7 * shortest.window_weeks * thresholds.trend_min_span_ratio)
                )
        when slopes.slope_pct_per_month is null
            then
                format(
                    'the {} comparable runs are too unevenly spread over these {} weeks',
                    inside.run_count,
                    looks.window_weeks
                )
        -- so wide a slope may still be clear: then it carries the verdict
        when
            slopes.standard_error_pct_per_month > thresholds.standard_error_max_pct_per_month
            and (looks.window_weeks != stretches.chosen_weeks or stretches.verdict = 'not_enough_data')
            then
                format(
                    if(
                        slopes.device_error_pct_per_month > slopes.standard_error_pct_per_month / sqrt(2),
                        'a new watch or sensor among these {} runs hides a change under {:.2f} % a month',
                        'the {} comparable runs scatter too much: '
                        || 'a change under {:.2f} % a month cannot be seen'
                    ),
                    slopes.run_count,
                    thresholds.plateau_pct_per_month
                    + thresholds.interval_90 * slopes.standard_error_pct_per_month
                )
        when
            greatest(chances.p_improving, chances.p_plateau, chances.p_declining)
            < thresholds.verdict_min_probability
            then 'no class is likely enough'
        when stretches.is_against_season and looks.window_weeks = stretches.chosen_weeks
            then 'against the same season a year before the change is the opposite one'
        when stretches.is_first_look_of_turn and looks.window_weeks = stretches.chosen_weeks
            then 'a turn that one look shows; the next must confirm it'
        else format('{} comparable runs', slopes.run_count)
    end as reason
from athlete.looks as looks
inner join stretches on looks.athlete_id = stretches.athlete_id and looks.as_of_day = stretches.as_of_day
left join athlete.slopes as slopes
    on
        looks.athlete_id = slopes.athlete_id
        and looks.as_of_day = slopes.as_of_day
        and looks.window_weeks = slopes.window_weeks
left join athlete.rank_trends as ranks
    on
        looks.athlete_id = ranks.athlete_id
        and looks.as_of_day = ranks.as_of_day
        and looks.window_weeks = ranks.window_weeks
left join athlete.chances as chances
    on
        looks.athlete_id = chances.athlete_id
        and looks.as_of_day = chances.as_of_day
        and looks.window_weeks = chances.window_weeks
left join inside
    on
        looks.athlete_id = inside.athlete_id
        and looks.as_of_day = inside.as_of_day
        and looks.window_weeks = inside.window_weeks
left join athlete.season_changes as seasons
    on looks.athlete_id = seasons.athlete_id and looks.as_of_day = seasons.as_of_day
left join athlete.turning_points as turns
    on looks.athlete_id = turns.athlete_id and looks.as_of_day = turns.as_of_day
left join athlete.periods as periods on looks.athlete_id = periods.athlete_id
left join athlete.reference_points as points on looks.athlete_id = points.athlete_id
cross join settings.judging as thresholds
cross join shortest
