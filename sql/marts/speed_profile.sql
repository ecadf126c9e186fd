-- One row per athlete and trait of the speed: a number, what the articles say of it, and how sure it is.
--
-- Traits that cannot be told have no row. The top speed is the best ten seconds of a watch: low confidence.
-- Of cadence only a very low one is worth a word.
--
-- grain: athlete_id, trait
-- check: trait in ('speed_reserve', 'cadence', 'strides', 'hill_sprints', 'even_repeats')
-- check: confidence in ('low', 'medium')
select
    profiles.athlete_id,
    'speed_reserve' as trait,
    profiles.reserve_ratio as value,
    'ratio' as unit,
    'low' as confidence,
    format(
        'Your speed over 5 km is {:.0f} % of your top speed: {}.',
        100 * profiles.reserve_ratio,
        if(
            profiles.reserve_ratio > thresholds.small_reserve_min_ratio,
            'a small reserve, which strides and short hill sprints enlarge',
            'a reserve that leaves room'
        )
    ) as sentence
from athlete.speed_profiles as profiles
cross join settings.judging as thresholds
where profiles.reserve_ratio is not null
union all by name
select
    profiles.athlete_id,
    'cadence' as trait,
    profiles.easy_cadence_per_min as value,
    'per minute' as unit,
    'medium' as confidence,
    format(
        'At easy pace you take {:.0f} steps a minute: {}.',
        profiles.easy_cadence_per_min,
        if(
            profiles.easy_cadence_per_min < thresholds.low_cadence_per_min
            and profiles.easy_speed_m_per_s >= thresholds.low_cadence_min_m_per_s,
            'very few at this speed, often a sign of overstriding; try 5 % more over a few weeks',
            'nothing that needs a change'
        )
    ) as sentence
from athlete.speed_profiles as profiles
cross join settings.judging as thresholds
where profiles.easy_cadence_per_min is not null
union all by name
select
    profiles.athlete_id,
    'strides' as trait,
    profiles.strides_per_week_ratio as value,
    'a week' as unit,
    'medium' as confidence,
    concat(
        format(
            'Strides {:.1f} times a week, {:.0f} of {:.0f} s{}',
            profiles.strides_per_week_ratio,
            profiles.strides_per_run_ratio,
            profiles.stride_s,
            coalesce(format(' with {:.0f} s between them', profiles.stride_recovery_s), '')
        ),
        case
            when profiles.strides_per_run_ratio < thresholds.strides_min_count
                then '; the articles have 4 to 8.'
            when profiles.strides_per_run_ratio > thresholds.strides_max_count
                then '; more than the 4 to 8 of the articles: quality before quantity.'
            when profiles.stride_s < thresholds.strides_min_s - thresholds.float_gap_s
                then '; the articles have 15 to 30 s.'
            when profiles.stride_s > thresholds.strides_max_s + thresholds.float_gap_s
                then '; longer than the 15 to 30 s of the articles.'
            when profiles.stride_recovery_s < thresholds.strides_recovery_min_s
                then '; rest one or two minutes between them.'
            when profiles.strides_per_week_ratio > thresholds.strides_max_per_week
                then '; once to three times a week are enough.'
            else ', as the articles have it.'
        end
    ) as sentence
from athlete.speed_profiles as profiles
cross join settings.judging as thresholds
where profiles.strides_per_week_ratio is not null
union all by name
select
    profiles.athlete_id,
    'hill_sprints' as trait,
    profiles.hill_sprints_per_week_ratio as value,
    'a week' as unit,
    'medium' as confidence,
    concat(
        format(
            'Hill sprints {:.1f} times a week, {:.0f} of {:.0f} s{}',
            profiles.hill_sprints_per_week_ratio,
            profiles.hill_sprints_per_run_ratio,
            profiles.hill_sprint_s,
            coalesce(format(' with {:.0f} s between them', profiles.hill_sprint_recovery_s), '')
        ),
        case
            when profiles.hill_sprints_per_run_ratio < thresholds.hill_sprints_min_count
                then '; the articles start with 4.'
            when profiles.hill_sprint_recovery_s < thresholds.hill_sprints_recovery_min_s
                then '; rest at least two minutes between them.'
            else ', as the articles have it.'
        end
    ) as sentence
from athlete.speed_profiles as profiles
cross join settings.judging as thresholds
where profiles.hill_sprints_per_week_ratio is not null
union all by name
select
    profiles.athlete_id,
    'even_repeats' as trait,
    profiles.evenness_ratio as value,
    'ratio' as unit,
    'medium' as confidence,
    format(
        'Your 400 m repeats differ by {:.1f} % from each other: {}.',
        100 * profiles.evenness_ratio,
        if(
            profiles.evenness_ratio <= thresholds.even_max_ratio,
            'even, which the articles take for readiness to race 5 km',
            'steady ones tell more than a few fast ones'
        )
    ) as sentence
from athlete.speed_profiles as profiles
cross join settings.judging as thresholds
where profiles.evenness_ratio is not null
