-- One row per athlete: when speed work last began, did it come on top of all else, or in the place of
-- something?
--
-- The value is the geometric mean of load and distance, the four weeks from that day on over the usual four
-- before: replaced is up to 1.1, added beyond 1.2. If the easy running grew as well, or all else with it,
-- more was added than speed, and the evidence counts less for it. The sign: easy runs at a lower index
-- since.
--
-- grain: athlete_id
with classed as (
    select
        periods.athlete_id,
        periods.last_day,
        periods.last_day - cast(thresholds.start_memory_days as integer) + 1 as window_start_on,
        count(*) filter (where activities.session_class != 'unknown') / count(*) as known_ratio
    from athlete.periods as periods
    inner join athlete.activities as activities on periods.athlete_id = activities.athlete_id
    cross join settings.judging as thresholds
    where
        activities.is_run
        and activities.local_day > periods.last_day - cast(thresholds.start_memory_days as integer)
    group by periods.athlete_id, periods.last_day, thresholds.start_memory_days
),

latest as (
    select
        classed.*,
        starts.started_on,
        starts.session_count,
        starts.start_load_ratio,
        starts.start_distance_ratio,
        starts.start_easy_ratio,
        starts.new_stress_count,
        starts.usual_week_m,
        starts.activity_ids,
        sqrt(coalesce(starts.start_load_ratio, starts.start_distance_ratio) * starts.start_distance_ratio)
            as stress_ratio
    from classed
    left join athlete.quality_starts as starts
        on classed.athlete_id = starts.athlete_id and classed.window_start_on <= starts.started_on
    qualify
        row_number() over (partition by classed.athlete_id order by starts.started_on desc nulls last) = 1
)

select
    latest.athlete_id,
    latest.stress_ratio as value,
    'ratio' as unit,
    thresholds.added_flag_ratio as threshold,
    1 / (1 + exp((thresholds.added_flag_ratio - latest.stress_ratio) / thresholds.added_scale))
        as exposure_score,
    latest.known_ratio as coverage_ratio,
    if(
        latest.start_easy_ratio > thresholds.added_easy_max_ratio
        or latest.new_stress_count >= thresholds.added_stress_max_count,
        thresholds.added_with_more_certainty_ratio,
        1
    )
        as certainty_ratio,
    1
    / (
        1
        + exp(
            thresholds.logistic_per_sd * changes.index_change_pct / nullif(changes.index_change_error_pct, 0)
        )
    ) as response_score,
    latest.started_on is not null or latest.known_ratio < thresholds.ruled_out_coverage_min_ratio
        as is_applicable,
    latest.started_on as began_on,
    latest.window_start_on,
    latest.last_day as window_end_on,
    case
        when latest.started_on is null and latest.known_ratio < thresholds.ruled_out_coverage_min_ratio
            then 'Needs heart rate, or a race to know the paces by, to see which runs are speed work.'
        when latest.started_on is null then 'No speed work was begun in the last half year.'
        else format(
            'Speed work began on {} ({} sessions in four weeks): a week since then has {:.0f} % {} '
            || 'distance{}.{}',
            latest.started_on,
            latest.session_count,
            100 * abs(latest.start_distance_ratio - 1),
            if(latest.start_distance_ratio < 1, 'less', 'more'),
            coalesce(
                format(
                    ' and {:.0f} % {} load',
                    100 * abs(latest.start_load_ratio - 1),
                    if(latest.start_load_ratio < 1, 'less', 'more')
                ),
                ''
            ),
            case
                when latest.stress_ratio >= thresholds.added_flag_ratio and latest.new_stress_count > 1
                    then format(' {} new stresses came within two weeks.', latest.new_stress_count)
                when latest.stress_ratio < thresholds.added_flag_ratio and latest.start_easy_ratio < 1
                    then ' It took the place of easy running.'
                else ''
            end
        )
    end as reason,
    case
        when latest.stress_ratio >= thresholds.added_flag_ratio
            then format(
                'Let each speed session take the place of an easy run: back to about {:.0f} {} a week, as '
                || 'before {}, with one speed session in it, for four weeks.',
                latest.usual_week_m / lengths.length_unit_m,
                lengths.length_symbol,
                latest.started_on
            )
    end as advice,
    coalesce(latest.activity_ids, cast([] as varchar[])) as activity_ids
from latest
left join athlete.athletes as athletes on latest.athlete_id = athletes.athlete_id
inner join settings.length_units as lengths
    on lengths.units = coalesce(athletes.units, 'km')
cross join settings.judging as thresholds
left join athlete.index_changes as changes
    on latest.athlete_id = changes.athlete_id and latest.started_on = changes.changed_on
