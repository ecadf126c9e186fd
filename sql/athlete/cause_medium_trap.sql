-- One row per athlete: how much of the recent easy runs was spent in the middle, not easy and not hard.
--
-- If the answer changes with the thresholds three beats lower or higher, or the maximum heart rate is a
-- guess, the evidence counts half; if pace has judged most of it, less too. It began with the last four weeks
-- that were still easy, if most of the weeks before were.
--
-- grain: athlete_id
with limits as (
    select to_days(cast(thresholds.chronic_days as integer)) as four_weeks
    from settings.judging as thresholds
),

runs as (
    select
        periods.athlete_id,
        periods.recent_from,
        periods.last_day,
        activities.* exclude (athlete_id),
        activities.local_day >= periods.recent_from as is_recent,
        sum(activities.moderate_s) over weeks_before / nullif(sum(activities.judged_s) over weeks_before, 0)
            as four_weeks_ratio
    from athlete.periods as periods
    inner join athlete.activities as activities
        on periods.athlete_id = activities.athlete_id and periods.base_from <= activities.local_day
    cross join limits
    where activities.session_class in ('easy', 'long', 'unknown')
    window weeks_before as (
        partition by periods.athlete_id order by activities.local_day
        range between limits.four_weeks preceding and current row
    )
),

sums as (
    select
        runs.athlete_id,
        runs.recent_from,
        runs.last_day,
        count(runs.activity_id) filter (where runs.is_recent and runs.judged_s > 0) as judged_count,
        sum(runs.moderate_s) filter (where runs.is_recent)
        / nullif(sum(runs.judged_s) filter (where runs.is_recent), 0) as medium_ratio,
        sum(runs.moderate_minus_3_bpm_s) filter (where runs.is_recent)
        / nullif(sum(runs.judged_s) filter (where runs.is_recent), 0) as medium_low_ratio,
        sum(runs.moderate_plus_3_bpm_s) filter (where runs.is_recent)
        / nullif(sum(runs.judged_s) filter (where runs.is_recent), 0) as medium_high_ratio,
        least(
            coalesce(
                sum(runs.judged_s) filter (where runs.is_recent)
                / nullif(sum(runs.moving_s) filter (where runs.is_recent), 0),
                0
            ),
            1
        ) as known_ratio,
        coalesce(
            sum(runs.pace_judged_s) filter (where runs.is_recent)
            > sum(runs.judged_s) filter (where runs.is_recent) / 2,
            false
        ) as is_by_pace,
        median(runs.heart_rate_mean_bpm) filter (where runs.is_recent) as usual_bpm,
        sum(runs.moderate_s) filter (where not runs.is_recent)
        / nullif(sum(runs.judged_s) filter (where not runs.is_recent), 0) as base_ratio,
        max(runs.local_day) filter (where runs.four_weeks_ratio <= thresholds.medium_flag_ratio)
            as easy_day,
        list(runs.activity_id order by runs.moderate_s desc, runs.activity_id asc)
        filter (
            where runs.is_recent and runs.moderate_s > thresholds.medium_flag_ratio * runs.judged_s
        ) as activity_ids
    from runs
    cross join settings.judging as thresholds
    group by runs.athlete_id, runs.recent_from, runs.last_day
    having count(*) filter (where runs.is_recent) > 0
),

doubted as (
    select
        sums.*,
        anchors.easy_below_bpm,
        if(
            sums.is_by_pace,
            format('{:.0f} and 100 % of threshold speed', 100 * zones.from_speed_ratio),
            coalesce(
                format('{:.0f} and {:.0f} bpm', anchors.easy_below_bpm, anchors.hard_from_bpm),
                'the two thresholds'
            )
        ) as middle_in_words,
        if(
            sums.is_by_pace or anchors.easy_below_bpm is null,
            format('slower than {:.0f} % of threshold speed', 100 * zones.from_speed_ratio),
            format('below {:.0f} bpm', anchors.easy_below_bpm)
        ) as easy_in_words,
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
    cast(responses.is_slower as double) as response_score,
    case
        when
            sums.medium_ratio >= thresholds.medium_flag_ratio
            and sums.base_ratio <= thresholds.medium_flag_ratio
            then sums.easy_day
    end as began_on,
    sums.recent_from as window_start_on,
    sums.last_day as window_end_on,
    case
        when
            sums.medium_ratio is null
            then 'No easy run of the last eight weeks has heart rate, or a pace that could stand in for it.'
        else format(
            '{:.0f} % of the time in easy runs was between {}{}.{}{}',
            100 * sums.medium_ratio,
            sums.middle_in_words,
            if(
                sums.medium_ratio >= thresholds.medium_flag_ratio,
                ': too hard to be easy, too easy to be hard',
                ''
            ),
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
    case
        when sums.medium_ratio >= thresholds.medium_flag_ratio
            then
                format(
                    'Run the easy runs {} for four weeks{}, and leave the hard sessions as they are.',
                    sums.easy_in_words,
                    case
                        when not sums.is_by_pace and sums.usual_bpm >= sums.easy_below_bpm
                            then
                                format(
                                    ' ({:.0f} bpm lower than of late: slow down, walk uphill if you must)',
                                    ceil(sums.usual_bpm - sums.easy_below_bpm + 1)
                                )
                        else ''
                    end
                )
    end as advice,
    sums.activity_ids
from doubted as sums
left join athlete.responses as responses on sums.athlete_id = responses.athlete_id
cross join settings.judging as thresholds
