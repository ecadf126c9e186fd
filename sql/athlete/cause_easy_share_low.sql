-- One row per athlete: is enough of the recent distance easy? The articles ask for 80 %.
--
-- If the answer changes with the threshold three beats lower or higher, or that hangs on a maximum heart
-- rate which is a guess, the evidence counts half; if pace has judged most of it, less too; and if most of
-- what is lacking is in runs that are no hard sessions, a little less. It began in the last four weeks that
-- still had enough, if most of the weeks before did.
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
        sum(activities.easy_m) over weeks_before / nullif(sum(activities.judged_m) over weeks_before, 0)
            as four_weeks_ratio
    from athlete.periods as periods
    inner join athlete.activities as activities
        on periods.athlete_id = activities.athlete_id and periods.base_from <= activities.local_day
    cross join limits
    where activities.is_run
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
        sum(runs.easy_m) filter (where runs.is_recent)
        / nullif(sum(runs.judged_m) filter (where runs.is_recent), 0) as easy_share_ratio,
        sum(runs.easy_minus_3_bpm_m) filter (where runs.is_recent)
        / nullif(sum(runs.judged_m) filter (where runs.is_recent), 0) as easy_low_ratio,
        sum(runs.easy_plus_3_bpm_m) filter (where runs.is_recent)
        / nullif(sum(runs.judged_m) filter (where runs.is_recent), 0) as easy_high_ratio,
        sum(runs.judged_m) filter (where runs.is_recent) * 7 / any_value(thresholds.recent_days) as weekly_m,
        sum(runs.judged_m - runs.easy_m) filter (
            where runs.is_recent and runs.session_class in ('quality', 'race')
        )
        / nullif(sum(runs.judged_m - runs.easy_m) filter (where runs.is_recent), 0) as from_hard_ratio,
        count(*) filter (where runs.is_recent and runs.session_class in ('quality', 'race')) * 7
        / any_value(thresholds.recent_days) as hard_per_week,
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
        sum(runs.easy_m) filter (where not runs.is_recent)
        / nullif(sum(runs.judged_m) filter (where not runs.is_recent), 0) as base_ratio,
        max(runs.local_day) filter (where runs.four_weeks_ratio >= thresholds.easy_share_flag_ratio)
            as enough_day,
        list(runs.activity_id order by runs.easy_ratio, runs.activity_id)
        filter (where runs.is_recent and runs.easy_ratio < thresholds.easy_share_flag_ratio) as activity_ids
    from runs
    cross join settings.judging as thresholds
    group by runs.athlete_id, runs.recent_from, runs.last_day
    having count(*) filter (where runs.is_recent) > 0
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
    * if(sums.is_by_pace, thresholds.pace_certainty_ratio, 1)
    * if(
        sums.from_hard_ratio < 1 - sums.from_hard_ratio, thresholds.easy_share_by_easy_certainty_ratio, 1
    ) as certainty_ratio,
    cast(responses.is_slower as double) as response_score,
    case
        when
            sums.easy_share_ratio <= thresholds.easy_share_flag_ratio
            and sums.base_ratio >= thresholds.easy_share_flag_ratio
            then sums.enough_day
    end as began_on,
    sums.recent_from as window_start_on,
    sums.last_day as window_end_on,
    case
        when
            sums.easy_share_ratio is null
            then 'No run of the last eight weeks has heart rate, or a pace that could stand in for it.'
        else format(
            '{:.0f} % of the recent distance was easy ({}); the articles ask for {:.0f} %.{}{}{}',
            100 * sums.easy_share_ratio,
            sums.easy_in_words,
            100 * thresholds.easy_target_ratio,
            case
                when sums.easy_share_ratio > thresholds.easy_share_flag_ratio then ''
                when sums.from_hard_ratio > 1 - sums.from_hard_ratio
                    then format(' Most of the rest is in hard sessions, {:.1f} a week.', sums.hard_per_week)
                else ' Most of the rest is in runs that are no hard sessions.'
            end,
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
    case
        when sums.easy_share_ratio <= thresholds.easy_share_flag_ratio
            then
                format(
                    '{} ({}): about {:.0f} of your {:.0f} {} a week have to become easy.',
                    if(
                        sums.from_hard_ratio > 1 - sums.from_hard_ratio,
                        'Replace one hard session a week by an easy run',
                        'Run whatever is no hard session easy from the first minute'
                    ),
                    sums.easy_in_words,
                    greatest(
                        (thresholds.easy_target_ratio - sums.easy_share_ratio)
                        * sums.weekly_m / lengths.length_unit_m,
                        1
                    ),
                    sums.weekly_m / lengths.length_unit_m,
                    lengths.length_symbol
                )
    end as advice,
    sums.activity_ids
from doubted as sums
left join athlete.athletes as athletes on sums.athlete_id = athletes.athlete_id
inner join settings.length_units as lengths
    on lengths.units = coalesce(athletes.units, 'km')
left join athlete.responses as responses on sums.athlete_id = responses.athlete_id
cross join settings.judging as thresholds
