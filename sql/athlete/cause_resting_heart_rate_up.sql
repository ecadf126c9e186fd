-- One row per athlete with a resting heart rate: is it up?
--
-- Another watch in these weeks may measure differently: then the evidence counts half. The sign that it is
-- the body is that something else shows it as well.
--
-- grain: athlete_id
with judged as (
    select
        changes.*,
        coalesce(changes.heart_rate_resting_source = 'watch' and watches.is_other_watch, false)
            as is_other_watch,
        greatest(signs.hrv_sign_score, signs.effort_sign_score, signs.index_sign_score) as other_sign_score,
        thresholds.resting_flag_ratio,
        thresholds.recovery_full_days,
        thresholds.recent_min_nights,
        thresholds.doubtful_certainty_ratio,
        coalesce(changes.value >= changes.threshold, false) as is_up
    from athlete.resting_heart_rate_changes as changes
    cross join settings.judging as thresholds
    left join athlete.usual_watches as watches on changes.athlete_id = watches.athlete_id
    left join athlete.recovery_signs as signs on changes.athlete_id = signs.athlete_id
)

select
    judged.athlete_id,
    judged.value,
    'ratio' as unit,
    judged.threshold,
    judged.exposure_score,
    case
        when judged.value is null then 0
        else least(greatest(judged.judged_day_count, judged.night_count / 2) / judged.recovery_full_days, 1)
    end as coverage_ratio,
    if(judged.is_other_watch and judged.is_up, judged.doubtful_certainty_ratio, 1) as certainty_ratio,
    case when judged.is_up then judged.other_sign_score end as response_score,
    case when judged.is_up then judged.began_on end as began_on,
    judged.recent_from as window_start_on,
    judged.last_day as window_end_on,
    case
        when judged.value is null
            then format(
                'Needs resting heart rate on four of seven days over some months; in the last eight weeks '
                || '{} it.',
                if(judged.night_count = 1, '1 night has', concat(judged.night_count, ' nights have'))
            )
        when judged.is_up and judged.is_held
            then format(
                'Resting heart rate was up for days on end: {:.0f} bpm and more in the week to {}, usually '
                || '{:.0f}. That is {:.0f} % above the usual; the articles call 10 % a red flag.{}',
                judged.resting_raised_bpm,
                judged.held_until_day,
                judged.resting_usual_bpm,
                100 * judged.value,
                if(
                    judged.is_other_watch,
                    ' But another watch came in between, and may measure differently.',
                    ''
                )
            )
        when judged.is_up
            then format(
                'Resting heart rate crept up: about {:.0f} bpm in the last eight weeks, {:.0f} before. That '
                || 'is {:.0f} % more; the articles call 10 % a red flag.{}',
                judged.resting_raised_bpm,
                judged.resting_usual_bpm,
                100 * judged.value,
                if(
                    judged.is_other_watch,
                    ' But another watch came in between, and may measure differently.',
                    ''
                )
            )
        else format('Resting heart rate is about {:.0f} bpm, as usual.', judged.resting_recent_bpm)
    end as reason,
    case
        when judged.is_up
            then format(
                'Take a second rest day a week and run only easily until the mean of seven mornings is back '
                || 'at {:.0f} bpm or less.',
                floor(judged.resting_usual_bpm * (1 + judged.resting_flag_ratio / 2))
            )
    end as advice,
    cast([] as varchar[]) as activity_ids
from judged
