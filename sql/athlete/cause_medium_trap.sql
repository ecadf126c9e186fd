-- One row per athlete: how much of the recent easy runs was spent in the middle, not easy and not hard.
--
-- If the answer changes with the thresholds three beats lower or higher, or the maximum heart rate is a
-- guess, the evidence counts half; if pace has judged most of it, less too.
--
-- grain: athlete_id
with sums as (
    select
        periods.athlete_id,
        periods.recent_from,
        periods.last_day,
        count(activities.activity_id) filter (where activities.judged_s > 0) as judged_count,
        sum(activities.moderate_s) / nullif(sum(activities.judged_s), 0) as medium_ratio,
        sum(activities.moderate_minus_3_bpm_s) / nullif(sum(activities.judged_s), 0) as medium_low_ratio,
        sum(activities.moderate_plus_3_bpm_s) / nullif(sum(activities.judged_s), 0) as medium_high_ratio,
        least(coalesce(sum(activities.judged_s) / nullif(sum(activities.moving_s), 0), 0), 1) as known_ratio,
        coalesce(sum(activities.pace_judged_s) > sum(activities.judged_s) / 2, false) as is_by_pace,
        list(activities.activity_id order by activities.moderate_s desc, activities.activity_id asc)
        filter (
            where activities.moderate_s > thresholds.medium_flag_ratio * activities.judged_s
        ) as activity_ids
    from athlete.periods as periods
    inner join athlete.activities as activities on periods.athlete_id = activities.athlete_id
    cross join settings.judging as thresholds
    where
        activities.session_class in ('easy', 'long', 'unknown')
        and activities.local_day >= periods.recent_from
    group by periods.athlete_id, periods.recent_from, periods.last_day
),

doubted as (
    select
        sums.*,
        if(
            sums.is_by_pace,
            format('{:.0f} and 100 % of threshold speed', 100 * zones.from_speed_ratio),
            coalesce(
                format('{:.0f} and {:.0f} bpm', anchors.easy_below_bpm, anchors.hard_from_bpm),
                'the two thresholds'
            )
        ) as middle_in_words,
        coalesce(
            (sums.medium_low_ratio > thresholds.medium_flag_ratio)
            != (sums.medium_high_ratio > thresholds.medium_flag_ratio),
            false
        ) as is_sensitive,
        not(
            anchors.is_heart_rate_max_confirmed
            or sums.is_by_pace
            or coalesce(anchors.is_easy_known and anchors.is_threshold_known, false)
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
    sums.medium_ratio as value,
    'ratio' as unit,
    thresholds.medium_flag_ratio as threshold,
    1
    / (1 + exp((thresholds.medium_flag_ratio - sums.medium_ratio) / thresholds.medium_scale))
        as exposure_score,
    sums.known_ratio as coverage_ratio,
    if(sums.is_sensitive or sums.is_guess, thresholds.doubtful_certainty_ratio, 1)
    * if(sums.is_by_pace, thresholds.pace_certainty_ratio, 1) as certainty_ratio,
    sums.recent_from as window_start_on,
    sums.last_day as window_end_on,
    case
        when
            sums.medium_ratio is null
            then 'No easy run of the last eight weeks has heart rate, or a pace that could stand in for it.'
        else format(
            '{:.0f} % of the time in easy runs was between {}: '
            || 'too hard to be easy, too easy to be hard.{}{}',
            100 * sums.medium_ratio,
            sums.middle_in_words,
            if(
                sums.is_sensitive,
                ' With thresholds 3 bpm lower or higher the answer would be another.',
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
