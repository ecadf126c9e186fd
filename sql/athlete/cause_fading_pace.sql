-- One row per athlete: by how much races get slower in their second half, and repetitions in their last
-- third.
--
-- Whichever of the two says more, for its coverage, is the value. Races are looked for in half a year. Uphill
-- no watch knows a speed to some percent.
--
-- grain: athlete_id
with fades as (
    select
        races.athlete_id,
        races.activity_id,
        activities.local_day,
        'races' as source,
        pacings.second_half_ratio as fade_ratio
    from athlete.races as races
    inner join athlete.activities as activities
        on races.athlete_id = activities.athlete_id and races.activity_id = activities.activity_id
    inner join activity.pacings as pacings
        on races.athlete_id = pacings.athlete_id and races.activity_id = pacings.activity_id
    where pacings.second_half_ratio is not null
    union all by name
    select
        workouts.athlete_id,
        workouts.activity_id,
        workouts.local_day,
        'repeats' as source,
        workouts.fade_ratio
    from athlete.workouts as workouts
    where
        workouts.is_quality
        and workouts.bout_kind in ('repeat', 'tempo')
        and workouts.fade_ratio is not null
),

parts as (
    select
        fades.athlete_id,
        fades.source,
        any_value(periods.last_day) as last_day,
        min(periods.last_day)
        - cast(
            any_value(
                if(fades.source = 'races', thresholds.race_fade_days, thresholds.recent_days)
            ) as integer
        )
        + 1 as window_from,
        median(fades.fade_ratio) as fade_ratio,
        count(*) as session_count,
        any_value(
            if(
                fades.source = 'races',
                thresholds.race_fade_flag_ratio,
                thresholds.repeat_fade_flag_ratio
            )
        ) as flag_ratio,
        any_value(
            if(fades.source = 'races', thresholds.race_fade_scale, thresholds.repeat_fade_scale)
        ) as scale,
        least(
            count(*)
            / any_value(
                if(
                    fades.source = 'races',
                    thresholds.race_fade_min_count,
                    thresholds.repeat_sessions_min_count
                )
            ),
            1
        ) as coverage_ratio,
        list(fades.activity_id order by fades.fade_ratio desc, fades.activity_id asc) as activity_ids
    from fades
    inner join athlete.periods as periods on fades.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where
        periods.last_day - fades.local_day
        < if(fades.source = 'races', thresholds.race_fade_days, thresholds.recent_days)
    group by fades.athlete_id, fades.source
),

scored as (
    select
        parts.*,
        1 / (1 + exp((parts.flag_ratio - parts.fade_ratio) / parts.scale)) as exposure_score,
        row_number() over (
            partition by parts.athlete_id
            order by
                parts.coverage_ratio / (1 + exp((parts.flag_ratio - parts.fade_ratio) / parts.scale)) desc,
                parts.coverage_ratio desc,
                parts.source asc
        ) as place,
        max(parts.fade_ratio) filter (where parts.source = 'races') over (
            partition by parts.athlete_id
        ) as race_fade_ratio,
        max(parts.fade_ratio) filter (where parts.source = 'repeats') over (
            partition by parts.athlete_id
        ) as repeat_fade_ratio,
        max(parts.coverage_ratio) over (partition by parts.athlete_id) as most_coverage_ratio
    from parts
)

select
    athlete_id,
    fade_ratio as value,
    'ratio' as unit,
    flag_ratio as threshold,
    exposure_score,
    if(fade_ratio >= flag_ratio, coverage_ratio, most_coverage_ratio) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(null as double) as response_score,
    cast(null as date) as began_on,
    window_from as window_start_on,
    last_day as window_end_on,
    concat_ws(
        ' ',
        case
            when race_fade_ratio >= 0
                then format('The second half of a race takes {:.1f} % longer.', 100 * race_fade_ratio)
            when race_fade_ratio < 0 then 'The second half of a race is the faster one.'
        end,
        case
            when repeat_fade_ratio >= 0
                then
                    format(
                        'The last third of the repeats of a session takes {:.1f} % longer than the first.',
                        100 * repeat_fade_ratio
                    )
            when repeat_fade_ratio < 0 then 'The last repeats of a session are as fast as the first.'
        end
    ) as reason,
    case
        when fade_ratio < flag_ratio then null
        when source = 'races'
            then
                format(
                    'Begin the next race {:.0f} % slower than the last one, and let the second half be the '
                    || 'faster one; the first kilometre should feel too easy.',
                    100 * fade_ratio / 2
                )
        else format(
            'Run the first repetition {:.0f} % slower than you do now and make the last one the fastest; '
            || 'better all of them alike than a few fast ones.',
            100 * fade_ratio / 2
        )
    end as advice,
    activity_ids
from scored
where place = 1
