-- One row per athlete whose trend is known: is it too much rather than too little?
--
-- So it looks where speed at the same heart rate gets worse, the load is no lower than usual, and resting
-- heart rate, variability or the feel of easy runs shows it as well. Without all three the exposure stays
-- below the threshold: a decline alone has many causes, too little load one of them.
--
-- grain: athlete_id
with declines as (
    select
        chances.athlete_id,
        -- of several windows the longest is the surest: the clearest of them would be so by chance
        arg_max(chances.p_declining, chances.window_weeks) as p_declining,
        max(chances.window_weeks) as window_weeks
    from athlete.looks as looks
    inner join athlete.chances as chances
        on
            looks.athlete_id = chances.athlete_id
            and looks.as_of_day = chances.as_of_day
            and looks.window_weeks = chances.window_weeks
    cross join settings.judging as thresholds
    where looks.is_latest and looks.window_weeks <= thresholds.overcooked_max_weeks
    group by chances.athlete_id
),

loads as (
    select
        days.athlete_id,
        max(days.fitness_score) filter (where days.local_day >= periods.recent_from)
        / nullif(median(days.fitness_score), 0) as load_to_usual_ratio
    from athlete.days as days
    inner join athlete.periods as periods on days.athlete_id = periods.athlete_id
    where not days.is_warming_up
    group by days.athlete_id
),

known as (
    select
        periods.athlete_id,
        periods.recent_from,
        periods.last_day,
        declines.p_declining,
        declines.window_weeks,
        responses.index_change_pct,
        responses.index_change_error_pct,
        loads.load_to_usual_ratio,
        greatest(signs.resting_sign_score, signs.hrv_sign_score, signs.effort_sign_score) as sign_score,
        list_avg([signs.resting_sign_score, signs.hrv_sign_score, signs.effort_sign_score])
            as mean_sign_score,
        concat_ws(
            ', ',
            if(signs.resting_sign_score >= thresholds.score_min, 'resting heart rate is up', null),
            if(signs.hrv_sign_score >= thresholds.score_min, 'heart-rate variability is down', null),
            if(signs.effort_sign_score >= thresholds.score_min, 'easy runs feel harder', null)
        ) as signs_in_words,
        1 / (1 + exp((thresholds.declining_flag_ratio - declines.p_declining) / thresholds.declining_scale))
            as trend_exposure_score,
        case
            when responses.index_change_error_pct > 0
                then 1 / (
                    1 + exp(
                        (
                            thresholds.interval_90
                            + responses.index_change_pct / responses.index_change_error_pct
                        )
                        / thresholds.overcooked_error_scale
                    )
                )
        end as recent_exposure_score,
        thresholds.declining_flag_ratio,
        thresholds.interval_90,
        thresholds.unsigned_exposure_max_ratio,
        thresholds.doubtful_certainty_ratio,
        thresholds.score_min
    from athlete.periods as periods
    cross join settings.judging as thresholds
    left join declines on periods.athlete_id = declines.athlete_id
    left join athlete.responses as responses on periods.athlete_id = responses.athlete_id
    left join loads on periods.athlete_id = loads.athlete_id
    left join athlete.recovery_signs as signs on periods.athlete_id = signs.athlete_id
    where declines.p_declining is not null or responses.index_change_error_pct > 0
),

judged as (
    select
        known.*,
        coalesce(known.recent_exposure_score > coalesce(known.trend_exposure_score, 0), false)
            as is_by_recent,
        greatest(known.trend_exposure_score, known.recent_exposure_score) as decline_score,
        greatest(known.trend_exposure_score, known.recent_exposure_score) >= known.score_min as is_declining,
        coalesce(known.load_to_usual_ratio >= 1, false) as is_loaded,
        coalesce(known.sign_score >= known.score_min, false) as has_sign
    from known
)

select
    judged.athlete_id,
    if(judged.is_by_recent, judged.index_change_pct, judged.p_declining) as value,
    if(judged.is_by_recent, '%', 'probability') as unit,
    if(
        judged.is_by_recent,
        -judged.interval_90 * judged.index_change_error_pct,
        judged.declining_flag_ratio
    ) as threshold,
    if(
        judged.is_loaded and judged.has_sign,
        judged.decline_score,
        least(judged.decline_score, judged.unsigned_exposure_max_ratio)
    ) as exposure_score,
    if(
        judged.is_declining and (judged.sign_score is null or judged.load_to_usual_ratio is null),
        judged.doubtful_certainty_ratio,
        1
    ) as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    case when judged.is_declining then judged.mean_sign_score end as response_score,
    case
        when judged.is_declining and judged.is_loaded and judged.has_sign
            then
                if(
                    judged.is_by_recent,
                    judged.recent_from,
                    judged.last_day - cast(7 * judged.window_weeks as integer) + 1
                )
    end as began_on,
    if(
        judged.is_by_recent,
        judged.recent_from,
        judged.last_day - cast(7 * judged.window_weeks as integer) + 1
    ) as window_start_on,
    judged.last_day as window_end_on,
    case
        when not judged.is_declining
            then 'You do not get slower at the same heart rate, which too much training would show first.'
        else concat(
            if(
                judged.is_by_recent,
                format(
                    'At the same heart rate you are {:.1f} % slower than in the months before',
                    -judged.index_change_pct
                ),
                format(
                    'At the same heart rate you get slower ({:.0f} % likely over the last {} weeks)',
                    100 * judged.p_declining,
                    judged.window_weeks
                )
            ),
            case
                when judged.load_to_usual_ratio is null then ', but how much you train is not known.'
                when not judged.is_loaded
                    then ', but you train less than usual: that fits too little rather than too much.'
                when judged.has_sign
                    then concat(
                        ', you train no less than usual, and ',
                        judged.signs_in_words,
                        ': that fits too much rather than too little.'
                    )
                when judged.sign_score is null
                    then
                        '; whether it is too much needs resting heart rate, heart-rate '
                        || 'variability or rated runs.'
                else ', but nothing else shows that it is too much.'
            end
        )
    end as reason,
    case
        when judged.is_declining and judged.is_loaded and judged.has_sign
            then
                'Back off first: five days off, then two weeks of easy running only with a second rest '
                || 'day; add nothing until easy runs feel easy again.'
    end as advice,
    cast([] as varchar[]) as activity_ids
from judged
