-- One row per athlete: is enough of the recent distance easy? The articles ask for 80 %.
--
-- If the answer changes with the threshold three beats lower or higher, or that hangs on a maximum heart rate
-- which is a guess, the evidence counts half; if pace has judged most of it, less too.
--
-- grain: athlete_id
with sums as (
    select
        periods.athlete_id,
        periods.recent_from,
        periods.last_day,
        count(activities.activity_id) filter (where activities.judged_s > 0) as judged_count,
        sum(activities.easy_m) / nullif(sum(activities.judged_m), 0) as easy_share_ratio,
        sum(activities.easy_minus_3_bpm_m) / nullif(sum(activities.judged_m), 0) as easy_low_ratio,
        sum(activities.easy_plus_3_bpm_m) / nullif(sum(activities.judged_m), 0) as easy_high_ratio,
        least(coalesce(sum(activities.judged_s) / nullif(sum(activities.moving_s), 0), 0), 1) as known_ratio,
        coalesce(sum(activities.pace_judged_s) > sum(activities.judged_s) / 2, false) as is_by_pace,
        list(activities.activity_id order by activities.easy_ratio, activities.activity_id)
        filter (where activities.easy_ratio < thresholds.easy_share_flag_ratio) as activity_ids
    from athlete.periods as periods
    inner join athlete.activities as activities on periods.athlete_id = activities.athlete_id
    cross join settings.judging as thresholds
    where activities.is_run and activities.local_day >= periods.recent_from
    group by periods.athlete_id, periods.recent_from, periods.last_day
),

doubted as (
    select
        sums.*,
        if(
            sums.is_by_pace,
            format('slower than {:.0f} % of threshold speed', 100 * zones.from_speed_ratio),
            coalesce(format('below {:.0f} bpm', anchors.easy_below_bpm), 'by the thresholds of then')
        ) as easy_in_words,
        coalesce(
            (sums.easy_low_ratio < thresholds.easy_share_flag_ratio)
            != (sums.easy_high_ratio < thresholds.easy_share_flag_ratio),
            false
        ) as is_sensitive,
        not(
            anchors.is_heart_rate_max_confirmed or sums.is_by_pace or coalesce(anchors.is_easy_known, false)
        ) as is_guess
    from sums
    inner join athlete.anchors as anchors
        on sums.athlete_id = anchors.athlete_id and anchors.is_latest_anchor
    cross join settings.judging as thresholds
    cross join settings.intensity_zones as zones
    where
        zones.zone_name = 'zone_3'
        and (sums.judged_count >= thresholds.cause_min_runs or sums.judged_count = 0)
)

select
    sums.athlete_id,
    sums.easy_share_ratio as value,
    'ratio' as unit,
    thresholds.easy_share_flag_ratio as threshold,
    1 / (1 + exp((sums.easy_share_ratio - thresholds.easy_share_flag_ratio) / thresholds.easy_share_scale))
        as exposure_score,
    sums.known_ratio as coverage_ratio,
    if(sums.is_sensitive or sums.is_guess, thresholds.doubtful_certainty_ratio, 1)
    * if(sums.is_by_pace, thresholds.pace_certainty_ratio, 1) as certainty_ratio,
    sums.recent_from as window_start_on,
    sums.last_day as window_end_on,
    case
        when
            sums.easy_share_ratio is null
            then 'No run of the last eight weeks has heart rate, or a pace that could stand in for it.'
        else format(
            '{:.0f} % of the recent distance was easy ({}); the articles ask for {:.0f} %.{}{}',
            100 * sums.easy_share_ratio,
            sums.easy_in_words,
            100 * thresholds.easy_target_ratio,
            if(
                sums.is_sensitive,
                ' With a threshold 3 bpm lower or higher the answer would be another.',
                ''
            ),
            if(
                sums.is_guess,
                ' Your maximum heart rate is a guess from runs that were never hard, or only once; '
                || 'set heart_rate_max_bpm in athlete.toml.',
                ''
            )
        )
    end as reason,
    sums.activity_ids
from doubted as sums
cross join settings.judging as thresholds
