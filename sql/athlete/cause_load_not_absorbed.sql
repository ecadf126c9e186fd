-- One row per athlete with loads: is there time to absorb them?
--
-- Three ways in which there is not, of which the clearest counts: no fresh day (form above -5) for a
-- fortnight and more; days all alike (monotony) in the most strenuous tenth of the athlete's own; or fitness
-- that rose by 8 % a week for three weeks. None is a cause by itself: without a sign that the body does not
-- cope, the exposure stays below the threshold, and where no sign can be seen, nothing is told; nor is it of
-- who does not run.
--
-- grain: athlete_id
with days as (
    select
        days.*,
        periods.recent_from,
        periods.last_day,
        days.fitness_score / nullif(
            max(case when not days.is_warming_up then days.fitness_score end) over week_before, 0
        ) - 1 as ramp_ratio,
        coalesce(
            max(
                case
                    when days.is_warming_up or days.form_score > thresholds.fresh_min_form_score
                        then days.local_day
                end
            ) over (partition by days.athlete_id order by days.local_day),
            min(days.local_day) over (partition by days.athlete_id) - 1
        ) as fresh_day,
        quantile_cont(days.strain_score, 0.9) over (partition by days.athlete_id) as strenuous_score
    from athlete.days as days
    inner join athlete.periods as periods on days.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    window week_before as (
        partition by days.athlete_id order by days.local_day
        range between interval 7 days preceding and interval 7 days preceding
    )
),

limits as (
    select
        thresholds.fitness_ramp_days,
        to_days(cast(thresholds.fitness_ramp_days - 1 as integer)) as ramp_span
    from settings.judging as thresholds
),

ramps as (
    select
        days.*,
        case
            when count(days.ramp_ratio) over three_weeks = limits.fitness_ramp_days
                then min(days.ramp_ratio) over three_weeks
        end as held_ramp_ratio
    from days
    cross join limits
    window three_weeks as (
        partition by days.athlete_id order by days.local_day
        range between limits.ramp_span preceding and current row
    )
),

recent as (
    select
        ramps.athlete_id,
        any_value(ramps.recent_from) as recent_from,
        any_value(ramps.last_day) as last_day,
        count(*) as day_count,
        count(*) filter (where not ramps.is_warming_up and ramps.load_unknown_count = 0) as known_day_count,
        max(ramps.local_day - ramps.fresh_day) as without_fresh_days,
        arg_max(ramps.fresh_day, row(ramps.local_day - ramps.fresh_day, ramps.local_day)) as last_fresh_day,
        max(ramps.monotony) filter (where ramps.strain_score >= ramps.strenuous_score) as monotony,
        min(ramps.local_day) filter (
            where
            ramps.strain_score >= ramps.strenuous_score and ramps.monotony > thresholds.monotony_flag
        ) as monotonous_from,
        max(ramps.held_ramp_ratio) as ramp_ratio,
        -- in a row an unknown ratio would be the largest
        arg_max(ramps.local_day, row(ramps.held_ramp_ratio, ramps.local_day))
        filter (where ramps.held_ramp_ratio is not null) as ramp_until_day
    from ramps
    cross join settings.judging as thresholds
    where ramps.local_day >= ramps.recent_from
    group by ramps.athlete_id
    having sum(ramps.run_count) > 0
),

ways as (
    select
        recent.*,
        signs.sign_score,
        signs.signs_in_words,
        signs.well_in_words,
        unnest([
            struct_pack(
                place := 'days',
                value := cast(recent.without_fresh_days as double),
                unit := 'days',
                threshold := thresholds.without_fresh_flag_days,
                scale := thresholds.without_fresh_scale,
                began_on := recent.last_fresh_day + 1,
                words := format(
                    'For {} days on end there was no day on which you were fresh (form above {:.0f}).',
                    recent.without_fresh_days,
                    thresholds.fresh_min_form_score
                )
            ),
            struct_pack(
                place := 'likeness',
                value := recent.monotony,
                unit := 'monotony',
                threshold := thresholds.monotony_flag,
                scale := thresholds.monotony_scale,
                began_on := recent.monotonous_from,
                words := format(
                    'In your most strenuous weeks the days were much alike (monotony {:.1f}): hard days need '
                    || 'easy ones beside them.',
                    recent.monotony
                )
            ),
            struct_pack(
                place := 'ramp',
                value := recent.ramp_ratio,
                unit := 'ratio',
                threshold := thresholds.fitness_ramp_flag_ratio,
                scale := thresholds.fitness_ramp_scale,
                began_on := recent.ramp_until_day - cast(thresholds.fitness_ramp_days as integer) + 1,
                words := format(
                    'For three weeks on end your load grew so fast that fitness rose by {:.0f} % a week.',
                    100 * recent.ramp_ratio
                )
            )
        ]) as way,
        thresholds.unsigned_exposure_max_ratio,
        thresholds.doubtful_certainty_ratio,
        thresholds.score_min
    from recent
    cross join settings.judging as thresholds
    left join athlete.recovery_signs as signs on recent.athlete_id = signs.athlete_id
),

chosen as (
    select
        ways.*,
        1 / (1 + exp((ways.way.threshold - ways.way.value) / ways.way.scale)) as load_exposure_score
    from ways
    where ways.way.value is not null
    qualify
        row_number() over (
            partition by ways.athlete_id
            order by (ways.way.threshold - ways.way.value) / ways.way.scale, ways.way['place']
        ) = 1
),

judged as (
    select
        chosen.*,
        chosen.load_exposure_score >= chosen.score_min as is_loaded,
        chosen.load_exposure_score >= chosen.score_min
        and coalesce(chosen.sign_score >= chosen.score_min, false) as is_flagged,
        chosen.load_exposure_score >= chosen.score_min and chosen.sign_score is null as is_unseen
    from chosen
    where chosen.known_day_count > 0
)

select
    judged.athlete_id,
    judged.way['value'] as value,
    judged.way['unit'] as unit,
    judged.way['threshold'] as threshold,
    if(
        judged.is_flagged,
        judged.load_exposure_score,
        least(judged.load_exposure_score, judged.unsigned_exposure_max_ratio)
    ) as exposure_score,
    judged.known_day_count / judged.day_count * if(judged.is_unseen, judged.doubtful_certainty_ratio, 1)
        as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    judged.sign_score as response_score,
    case when judged.is_flagged then judged.way['began_on'] end as began_on,
    judged.recent_from as window_start_on,
    judged.last_day as window_end_on,
    case
        when judged.is_flagged
            then concat(judged.way['words'], ' And the body shows it: ', judged.signs_in_words, '.')
        when judged.is_unseen
            then concat(
                judged.way['words'],
                ' Whether you cope cannot be told: that needs resting heart rate, heart-rate variability, '
                || 'rated runs or steady runs with heart rate, recent ones and older ones.'
            )
        when judged.is_loaded
            then concat(
                judged.way['words'],
                ' But nothing shows that you do not cope: ',
                judged.well_in_words,
                ' as usual.'
            )
        when judged.without_fresh_days = 0
            then 'There were fresh days: every day of the last eight weeks was one.'
        else format(
            'There were fresh days: you were never without one for more than {} in the last eight weeks.',
            if(judged.without_fresh_days = 1, 'a day', concat(judged.without_fresh_days, ' days'))
        )
    end as reason,
    case
        when judged.is_flagged
            then
                'Make next week a down week: a quarter less of everything, two rest days, no hard session; '
                || 'then go on where you were, and plan such a week every fourth.'
    end as advice,
    cast([] as varchar[]) as activity_ids
from judged
