-- One row per athlete: did easy runs stay easy when speed work last began?
--
-- The index of comparable easy runs, eight weeks before against up to eight weeks from that day on: the same
-- heart rate for 2 % less speed is harder. A change that is not clearly beyond its error counts half, and so
-- does one that came with seven degrees more.
--
-- grain: athlete_id
with latest as (
    select
        starts.athlete_id,
        max(starts.started_on) as started_on
    from athlete.quality_starts as starts
    inner join athlete.periods as periods on starts.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where starts.started_on > periods.last_day - cast(thresholds.start_memory_days as integer)
    group by starts.athlete_id
),

easy as (
    select
        latest.athlete_id,
        list(runs.activity_id order by runs.comparable_log_pct, runs.activity_id) as activity_ids
    from latest
    cross join settings.judging as thresholds
    inner join athlete.comparable_runs as runs
        on
            latest.athlete_id = runs.athlete_id
            and latest.started_on <= runs.local_day
            and runs.local_day < latest.started_on + cast(thresholds.recent_days as integer)
    inner join athlete.activities as activities
        on runs.athlete_id = activities.athlete_id and runs.activity_id = activities.activity_id
    where activities.session_class in ('easy', 'long', 'unknown')
    group by latest.athlete_id
),

-- whether the runs could show speed work at all is told by the other question about its beginning
asked as (
    select
        added.athlete_id,
        added.is_applicable,
        added.coverage_ratio,
        added.window_start_on,
        added.window_end_on,
        latest.started_on,
        changes.before_run_count,
        changes.after_run_count,
        changes.index_change_pct,
        changes.index_change_error_pct,
        changes.index_change_pct <= -thresholds.harder_flag_pct as is_harder,
        changes.index_change_pct <= -thresholds.harder_flag_pct / 2
        and changes.index_change_pct > -thresholds.interval_90 * changes.index_change_error_pct as is_chance,
        changes.warmer_c,
        coalesce(changes.warmer_c >= thresholds.warmer_flag_c, false) as is_warmer,
        points.reference_heart_rate_bpm,
        points.reference_above_zero_speed_bpm * (exp(-changes.index_change_pct / 100) - 1) as more_bpm,
        easy.activity_ids
    from athlete.cause_speed_added_not_replaced as added
    cross join settings.judging as thresholds
    left join latest on added.athlete_id = latest.athlete_id
    left join athlete.index_changes as changes
        on latest.athlete_id = changes.athlete_id and latest.started_on = changes.changed_on
    left join athlete.reference_points as points on added.athlete_id = points.athlete_id
    left join easy on added.athlete_id = easy.athlete_id
)

select
    asked.athlete_id,
    asked.index_change_pct as value,
    '%' as unit,
    -thresholds.harder_flag_pct as threshold,
    1 / (1 + exp((thresholds.harder_flag_pct + asked.index_change_pct) / thresholds.harder_scale))
        as exposure_score,
    if(
        asked.index_change_pct is null,
        0,
        least(least(asked.before_run_count, asked.after_run_count) / thresholds.harder_full_runs, 1)
    ) as coverage_ratio,
    if(
        asked.is_chance or (asked.is_harder and asked.is_warmer),
        thresholds.doubtful_certainty_ratio,
        1
    ) as certainty_ratio,
    asked.is_applicable,
    asked.started_on as began_on,
    asked.window_start_on,
    asked.window_end_on,
    case
        when asked.started_on is null and asked.is_applicable
            then 'Needs heart rate, or a race to know the paces by, to see which runs are speed work.'
        when asked.started_on is null then 'No speed work was begun in the last half year.'
        when asked.index_change_pct is null
            then format(
                'Needs {} steady easy runs with heart rate before and after {}, when speed work began.',
                thresholds.response_min_runs,
                asked.started_on
            )
        else format(
            'Since speed work began on {}, easy runs at the same heart rate are {:.1f} % {}, give or take '
            || '{:.1f}: {:.0f} bpm {} at the same pace.{}',
            asked.started_on,
            abs(asked.index_change_pct),
            if(asked.index_change_pct < 0, 'slower', 'faster'),
            thresholds.interval_90 * asked.index_change_error_pct,
            abs(asked.more_bpm),
            if(asked.more_bpm > 0, 'more', 'less'),
            concat(
                if(
                    abs(asked.index_change_pct) < thresholds.interval_90 * asked.index_change_error_pct,
                    ' That may be chance.',
                    ''
                ),
                if(
                    asked.is_harder and asked.is_warmer,
                    format(' It was {:.0f} degrees warmer, which does that too.', asked.warmer_c),
                    ''
                )
            )
        )
    end as reason,
    case
        when asked.is_harder
            then format(
                'For four weeks keep one speed session a week and make it shorter by a third; go back to two '
                || 'when easy runs at {:.0f} bpm are as fast again as before {}.',
                asked.reference_heart_rate_bpm,
                asked.started_on
            )
    end as advice,
    coalesce(asked.activity_ids, cast([] as varchar[])) as activity_ids
from asked
cross join settings.judging as thresholds
