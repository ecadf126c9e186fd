-- One row per athlete with a heart-rate variability: is it down?
--
-- Another watch in these weeks may measure differently: then the evidence counts half.
--
-- grain: athlete_id
with judged as (
    select
        changes.*,
        coalesce(changes.hrv_source = 'watch' and watches.is_other_watch, false) as is_other_watch,
        greatest(signs.resting_sign_score, signs.effort_sign_score, signs.index_sign_score)
            as other_sign_score,
        thresholds.recovery_full_days,
        thresholds.doubtful_certainty_ratio,
        coalesce(changes.exposure_score >= thresholds.score_min, false) as is_down
    from athlete.hrv_changes as changes
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
    if(judged.is_other_watch and judged.is_down, judged.doubtful_certainty_ratio, 1) as certainty_ratio,
    case when judged.is_down then judged.other_sign_score end as response_score,
    case when judged.is_down then judged.began_on end as began_on,
    judged.recent_from as window_start_on,
    judged.last_day as window_end_on,
    case
        when judged.value is null
            then format(
                'Needs heart-rate variability on three of seven days over some months; in the last eight '
                || 'weeks {} it.',
                if(judged.night_count = 1, '1 night has', concat(judged.night_count, ' nights have'))
            )
        when judged.is_down and judged.fall_kind = 'slow'
            then format(
                'Heart-rate variability went down: {:.0f} ms in the last eight weeks, {:.0f} before, {:.0f} '
                || '% less, which is more than your nights differ by chance.',
                1000 * judged.hrv_lowered_s,
                1000 * judged.hrv_usual_s,
                100 * judged.value
            )
        when judged.is_down
            then format(
                'Heart-rate variability stayed at {:.0f} ms or less for {} up to {}, usually {:.0f}: {:.0f} '
                || '% less, which is more than your nights differ by chance.',
                1000 * judged.hrv_lowered_s,
                if(judged.fall_kind = 'deep', 'days', 'two weeks'),
                judged.held_until_day,
                1000 * judged.hrv_usual_s,
                100 * judged.value
            )
        else format('Heart-rate variability is about {:.0f} ms, as usual.', 1000 * judged.hrv_recent_s)
    end
    || if(
        judged.is_down and judged.is_other_watch,
        ' But another watch came in between, and may measure differently.',
        ''
    ) as reason,
    case
        when judged.is_down
            then format(
                'Go easy when it is down: swap the next hard session for an easy run, and come back to speed '
                || 'when the mean of seven nights is above {:.0f} ms again.',
                1000 * judged.hrv_usual_s * (1 - judged.threshold)
            )
    end as advice,
    cast([] as varchar[]) as activity_ids
from judged
