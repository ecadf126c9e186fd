-- One row per athlete with easy runs of half an hour and more: does heart rate rise earlier in them than it
-- did?
--
-- The minute at which heart rate first stays 4 bpm above what the pace cost when that run was fresh (minutes
-- 4 to 10), of runs of one device: the median of all differences between a recent run and one before
-- (Hodges-Lehmann). All runs are looked at for the same time, and none beyond its first fast part. The other
-- witness is decoupling, 2 points more; whichever says more is the exposure, and what the other says the
-- sign.
--
-- grain: athlete_id
with easy as (
    select
        periods.athlete_id,
        activities.activity_id,
        activities.device_key,
        activities.local_day >= periods.recent_from as is_recent,
        summaries.temperature_mean_c,
        anchors.zero_speed_heart_rate_bpm,
        least(activities.moving_s, coalesce(min(bouts.started_after_s), activities.moving_s)) as looked_at_s
    from athlete.periods as periods
    inner join athlete.activities as activities on periods.athlete_id = activities.athlete_id
    inner join athlete.anchors as anchors
        on periods.athlete_id = anchors.athlete_id and anchors.is_latest_anchor
    left join activity.summaries as summaries
        on activities.athlete_id = summaries.athlete_id and activities.activity_id = summaries.activity_id
    left join activity.bouts as bouts
        on activities.athlete_id = bouts.athlete_id and activities.activity_id = bouts.activity_id
    cross join settings.judging as thresholds
    where
        activities.local_day >= periods.base_from
        and activities.session_class in ('easy', 'long', 'unknown')
        and activities.heart_rate_coverage_ratio >= thresholds.heart_rate_coverage_min_ratio
        and activities.moving_s >= thresholds.drift_run_min_s
    group by
        periods.athlete_id,
        activities.activity_id,
        activities.device_key,
        activities.local_day,
        periods.recent_from,
        summaries.temperature_mean_c,
        anchors.zero_speed_heart_rate_bpm,
        activities.moving_s
),

horizons as (
    select
        easy.athlete_id,
        least(
            greatest(quantile_cont(easy.looked_at_s, 0.25), any_value(thresholds.drift_run_min_s)),
            any_value(measuring.openings_until_s)
        ) as until_s
    from easy
    cross join settings.judging as thresholds
    cross join settings.measuring as measuring
    where easy.looked_at_s >= thresholds.drift_run_min_s
    group by easy.athlete_id
),

intervals as (
    select
        easy.athlete_id,
        easy.activity_id,
        easy.device_key,
        easy.is_recent,
        easy.temperature_mean_c,
        easy.zero_speed_heart_rate_bpm,
        horizons.until_s,
        openings.interval_number * measuring.opening_s as from_s,
        openings.grade_adjusted_speed_m_per_s,
        openings.heart_rate_bpm
    from easy
    inner join horizons on easy.athlete_id = horizons.athlete_id and easy.looked_at_s >= horizons.until_s
    cross join settings.measuring as measuring
    inner join activity.openings as openings
        on
            easy.athlete_id = openings.athlete_id
            and easy.activity_id = openings.activity_id
            and horizons.until_s >= (openings.interval_number + 1) * measuring.opening_s
    where
        openings.moving_s >= measuring.opening_s / 2
        and openings.grade_adjusted_speed_m_per_s > 0
        and openings.heart_rate_bpm > easy.zero_speed_heart_rate_bpm
),

-- how many beats above zero speed a metre per second cost in the fresh minutes
fresh as (
    select
        intervals.athlete_id,
        intervals.activity_id,
        avg(
            (intervals.heart_rate_bpm - intervals.zero_speed_heart_rate_bpm)
            / intervals.grade_adjusted_speed_m_per_s
        ) as cost
    from intervals
    cross join settings.judging as thresholds
    where
        intervals.from_s >= thresholds.opening_from_s and intervals.from_s < thresholds.opening_fresh_until_s
    group by intervals.athlete_id, intervals.activity_id
),

excesses as (
    select
        intervals.*,
        intervals.heart_rate_bpm
        - intervals.zero_speed_heart_rate_bpm
        - fresh.cost * intervals.grade_adjusted_speed_m_per_s as excess_bpm
    from intervals
    inner join fresh
        on intervals.athlete_id = fresh.athlete_id and intervals.activity_id = fresh.activity_id
),

followed as (
    select
        excesses.*,
        (
            excesses.excess_bpm
            + lead(excesses.excess_bpm) over (
                partition by excesses.athlete_id, excesses.activity_id order by excesses.from_s
            )
        )
        / 2 as two_excess_bpm
    from excesses
),

risen as (
    select
        followed.athlete_id,
        followed.activity_id,
        any_value(followed.device_key) as device_key,
        any_value(followed.is_recent) as is_recent,
        any_value(followed.temperature_mean_c) as temperature_mean_c,
        any_value(followed.until_s) as until_s,
        coalesce(
            min(followed.from_s) filter (
                where followed.from_s >= thresholds.opening_fresh_until_s
                and followed.two_excess_bpm > thresholds.rise_bpm
            ),
            any_value(followed.until_s)
        )
        / 60 as risen_min
    from followed
    cross join settings.judging as thresholds
    group by followed.athlete_id, followed.activity_id
),

-- each with those of the other time on the same device
pairs as (
    select
        recent.athlete_id,
        recent.activity_id,
        before.activity_id as before_activity_id,
        recent.risen_min,
        before.risen_min as before_min,
        recent.risen_min - before.risen_min as shift_min
    from risen as recent
    inner join risen as before
        on
            recent.athlete_id = before.athlete_id
            and recent.device_key is not distinct from before.device_key
            and recent.is_recent
            and not before.is_recent
),

shifts as (
    select
        pairs.athlete_id,
        count(distinct pairs.activity_id) as recent_count,
        count(distinct pairs.before_activity_id) as base_count,
        median(pairs.shift_min) as shift_min,
        median(pairs.risen_min) as recent_min,
        median(pairs.before_min) as before_min
    from pairs
    group by pairs.athlete_id
),

scatters as (
    select
        risen.athlete_id,
        any_value(risen.until_s) / 60 as until_min,
        count(*) filter (where risen.is_recent) as recent_run_count,
        count(*) filter (where not risen.is_recent) as base_run_count,
        sqrt(
            (
                var_pop(risen.risen_min) filter (where risen.is_recent)
                + var_pop(risen.risen_min) filter (where not risen.is_recent)
            )
            / 2
        ) as spread_min,
        avg(risen.temperature_mean_c) filter (where risen.is_recent)
        - avg(risen.temperature_mean_c) filter (where not risen.is_recent) as warmer_c,
        list(risen.activity_id order by risen.risen_min, risen.activity_id) filter (where risen.is_recent)
            as activity_ids
    from risen
    group by risen.athlete_id
),

judged as (
    select
        scatters.*,
        periods.base_from,
        periods.last_day,
        coalesce(least(shifts.recent_count, shifts.base_count) >= thresholds.cause_min_runs, false)
            as is_enough,
        least(shifts.recent_count, shifts.base_count) as pair_run_count,
        shifts.shift_min,
        shifts.recent_min,
        shifts.before_min,
        thresholds.standard_error_factor
        * scatters.spread_min
        * sqrt(1 / shifts.recent_count + 1 / shifts.base_count) as error_min,
        1
        / (1 + exp((thresholds.rise_flag_min + shifts.shift_min) / thresholds.rise_scale))
            as minutes_exposure,
        1
        / (
            1
            + exp(
                (thresholds.decoupling_flag_ratio - responses.decoupling_change_ratio)
                / thresholds.decoupling_scale
            )
        ) as decoupling_exposure,
        1
        / (
            1
            + exp(
                (thresholds.decoupling_flag_ratio / 2 - responses.decoupling_change_ratio)
                / thresholds.decoupling_scale
            )
        ) as decoupling_sign,
        1
        / (1 + exp((thresholds.rise_flag_min / 2 + shifts.shift_min) / thresholds.rise_scale))
            as minutes_sign,
        responses.decoupling_change_ratio,
        thresholds.rise_flag_min,
        thresholds.score_min
    from scatters
    inner join athlete.periods as periods on scatters.athlete_id = periods.athlete_id
    left join shifts on scatters.athlete_id = shifts.athlete_id
    left join athlete.responses as responses on scatters.athlete_id = responses.athlete_id
    cross join settings.judging as thresholds
),

told as (
    select
        judged.*,
        case
            when judged.is_enough
                then greatest(judged.minutes_exposure, coalesce(judged.decoupling_exposure, 0))
        end as exposure,
        case
            when
                judged.minutes_exposure >= coalesce(judged.decoupling_exposure, 0)
                then judged.decoupling_sign
            else judged.minutes_sign
        end as sign,
        coalesce(judged.warmer_c >= thresholds.warmer_flag_c, false) as is_warmer,
        coalesce(judged.decoupling_exposure, 0) < judged.score_min
        and judged.shift_min > -thresholds.interval_90 * judged.error_min as is_chance
    from judged
    cross join settings.judging as thresholds
)

select
    told.athlete_id,
    case when told.is_enough then told.shift_min end as value,
    'minutes' as unit,
    -told.rise_flag_min as threshold,
    told.exposure as exposure_score,
    if(told.is_enough, least(told.pair_run_count / thresholds.rise_full_runs, 1), 0) as coverage_ratio,
    if(
        told.exposure >= told.score_min and (told.is_warmer or told.is_chance),
        thresholds.doubtful_certainty_ratio,
        1
    ) as certainty_ratio,
    case when told.exposure >= told.score_min then told.sign end as response_score,
    case
        when told.exposure >= told.score_min then told.last_day - cast(thresholds.recent_days as integer) + 1
    end as began_on,
    told.base_from as window_start_on,
    told.last_day as window_end_on,
    case
        when not told.is_enough
            then format(
                'Needs {} easy runs of half an hour and more on one device in the last eight weeks, and '
                || 'as many '
                || 'in the sixteen before; there are {} and {}.',
                thresholds.cause_min_runs,
                told.recent_run_count,
                told.base_run_count
            )
        else format(
            'In easy runs heart rate climbs {:.0f} bpm above what the pace cost at the start after {:.0f} '
            || 'minutes, '
            || 'it was {:.0f} before{}{}.{}{}',
            thresholds.rise_bpm,
            told.recent_min,
            told.before_min,
            if(
                greatest(told.recent_min, told.before_min) >= told.until_min,
                format(' (runs are looked at for {:.0f} minutes)', told.until_min),
                ''
            ),
            coalesce(
                format(
                    '; from the first half to the second it drifts {:.1f} points {}',
                    100 * abs(told.decoupling_change_ratio),
                    if(told.decoupling_change_ratio > 0, 'more', 'less')
                ),
                ''
            ),
            if(
                told.exposure >= told.score_min and told.is_warmer,
                format(' It was {:.0f} degrees warmer, which does that too.', told.warmer_c),
                ''
            ),
            if(told.exposure >= told.score_min and told.is_chance, ' That may be chance.', '')
        )
    end as reason,
    case
        when told.exposure >= told.score_min
            then format(
                'Run a quarter less for two weeks, all of it easy, and slow down by minute {:.0f}, before '
                || 'heart rate climbs{}.',
                told.recent_min,
                if(
                    round(told.before_min) > round(told.recent_min),
                    format(': it should hold for {:.0f} minutes again', told.before_min),
                    ''
                )
            )
    end as advice,
    coalesce(told.activity_ids, cast([] as varchar[])) as activity_ids
from told
cross join settings.judging as thresholds
