-- One row per athlete and sign that can improve while pace does not: what it did, the recent weeks against
-- those before.
--
-- The means of runs, sessions or weeks, and their difference in percent (of what it is, or in points of a
-- share), with its standard error. `direction` is better or worse only beyond the error (90 %), level within
-- it, and unknown where there is too little to compare; the sentence then says what it takes. Where three
-- signs and more are better and the verdict is no improvement, the runner improves underneath.
--
-- grain: athlete_id, sign
-- check: sign_error_pct is null or sign_error_pct >= 0
-- check: direction in ('better', 'worse', 'level', 'unknown')
with easy as (
    select
        periods.athlete_id,
        activities.activity_id,
        activities.moving_s,
        activities.decoupling_ratio,
        activities.session_rpe_score,
        activities.heart_rate_load_score,
        coalesce(runs.counts_for_trend, false) as is_steady,
        coalesce(outlines.bout_count, 0) as bout_count,
        pacings.speed_variation_ratio,
        activities.local_day >= periods.recent_from as is_recent
    from athlete.periods as periods
    inner join athlete.activities as activities on periods.athlete_id = activities.athlete_id
    left join athlete.trend_runs as runs
        on activities.athlete_id = runs.athlete_id and activities.activity_id = runs.activity_id
    left join activity.pacings as pacings
        on activities.athlete_id = pacings.athlete_id and activities.activity_id = pacings.activity_id
    left join activity.bout_outlines as outlines
        on activities.athlete_id = outlines.athlete_id and activities.activity_id = outlines.activity_id
    where
        activities.local_day >= periods.base_from
        and activities.session_class in ('easy', 'long', 'unknown')
),

recoveries as (
    select
        periods.athlete_id,
        activities.activity_id,
        activities.local_day >= periods.recent_from as is_recent,
        avg(
            bouts.heart_rate_drop_bpm
            / nullif(bouts.heart_rate_peak_bpm - anchors.athlete_heart_rate_resting_bpm, 0)
        ) as drop_ratio
    from athlete.periods as periods
    inner join athlete.activities as activities on periods.athlete_id = activities.athlete_id
    inner join activity.bouts as bouts
        on activities.athlete_id = bouts.athlete_id and activities.activity_id = bouts.activity_id
    inner join athlete.anchors as anchors
        on periods.athlete_id = anchors.athlete_id and anchors.is_latest_anchor
    cross join settings.judging as thresholds
    where
        activities.local_day >= periods.base_from
        and bouts.heart_rate_drop_bpm is not null
        and bouts.duration_s >= thresholds.answered_bout_min_s
    group by periods.athlete_id, activities.activity_id, activities.local_day, periods.recent_from
),

measured as (
    select
        easy.athlete_id,
        'decoupling' as sign,
        easy.is_recent,
        100 * easy.decoupling_ratio as sign_pct
    from easy
    cross join settings.judging as thresholds
    where easy.is_steady and easy.moving_s >= thresholds.drift_run_min_s
    union all
    select
        recoveries.athlete_id,
        'heart_rate_recovery' as sign,
        recoveries.is_recent,
        100 * recoveries.drop_ratio as sign_pct
    from recoveries
    union all
    select
        easy.athlete_id,
        'evenness' as sign,
        easy.is_recent,
        100 * easy.speed_variation_ratio as sign_pct
    from easy
    where easy.bout_count = 0
    union all
    select
        easy.athlete_id,
        'effort_felt' as sign,
        easy.is_recent,
        100 * ln(easy.session_rpe_score / easy.heart_rate_load_score) as sign_pct
    from easy
    where easy.session_rpe_score > 0 and easy.heart_rate_load_score > 0
    union all
    select
        periods.athlete_id,
        'load_carried' as sign,
        weeks.week_start_on >= periods.recent_from as is_recent,
        100 * weeks.load_score / nullif(
            avg(weeks.load_score) filter (where weeks.week_start_on < periods.recent_from)
                over (partition by periods.athlete_id),
            0
        ) as sign_pct
    from athlete.periods as periods
    inner join athlete.weeks as weeks on periods.athlete_id = weeks.athlete_id
    where weeks.week_start_on >= periods.base_from and weeks.day_count = 7 and weeks.load_unknown_count = 0
),

compared as (
    select
        measured.athlete_id,
        measured.sign,
        least(count(*) filter (where measured.is_recent), count(*) filter (where not measured.is_recent))
            as count_on_either_side,
        avg(measured.sign_pct) filter (where measured.is_recent)
        - avg(measured.sign_pct) filter (where not measured.is_recent) as change_pct,
        sqrt(
            var_samp(measured.sign_pct) filter (where measured.is_recent)
            / count(*) filter (where measured.is_recent)
            + var_samp(measured.sign_pct) filter (where not measured.is_recent)
            / count(*) filter (where not measured.is_recent)
        ) as error_pct
    from measured
    where measured.sign_pct is not null
    group by measured.athlete_id, measured.sign
),

joined as (
    select
        periods.athlete_id,
        signs.sign,
        signs.label,
        signs.unit,
        signs.better_direction,
        signs.matters_from,
        signs.needs,
        case
            when signs.sign = 'index' then responses.index_change_pct
            when compared.count_on_either_side < thresholds.response_min_runs then null
            when signs.sign != 'load_carried' or responses.resting_change_ratio is not null
                then compared.change_pct
        end as sign_change_pct,
        case
            when signs.sign = 'index' then responses.index_change_error_pct
            when compared.count_on_either_side >= thresholds.response_min_runs then compared.error_pct
        end as error_pct,
        coalesce(
            signs.sign = 'load_carried' and responses.resting_change_ratio > thresholds.resting_stable_ratio,
            false
        ) as is_carried_at_a_price,
        verdicts.verdict,
        thresholds.interval_90
    from athlete.periods as periods
    cross join settings.progress_signs as signs
    cross join settings.judging as thresholds
    left join athlete.responses as responses on periods.athlete_id = responses.athlete_id
    left join compared
        on periods.athlete_id = compared.athlete_id and signs.sign = compared.sign
    left join athlete.verdicts as verdicts
        on periods.athlete_id = verdicts.athlete_id and verdicts.is_latest
),

directed as (
    select
        joined.*,
        case when joined.sign_change_pct is not null then joined.error_pct end as sign_error_pct,
        case
            when joined.sign_change_pct is null or joined.error_pct is null then 'unknown'
            when joined.is_carried_at_a_price then 'worse'
            when
                abs(joined.sign_change_pct)
                < greatest(joined.matters_from, joined.interval_90 * joined.error_pct)
                then 'level'
            when joined.better_direction * joined.sign_change_pct > 0 then 'better'
            else 'worse'
        end as direction
    from joined
),

counted as (
    select
        directed.*,
        count(*) filter (where directed.direction = 'better') over (partition by directed.athlete_id)
            as better_count
    from directed
)

select
    counted.athlete_id,
    counted.sign,
    counted.unit,
    counted.sign_change_pct,
    counted.sign_error_pct,
    counted.direction,
    counted.better_count,
    counted.better_count >= thresholds.signs_min_count and coalesce(counted.verdict, '') != 'improving'
        as is_improving_underneath,
    case
        when counted.direction = 'unknown' then format('{}: unknown. {}', counted.label, counted.needs)
        when counted.is_carried_at_a_price
            then format('{}: worse, resting heart rate rose with it.', counted.label)
        else format(
            '{}: {}, {:.1f} {} {} than in the weeks before, give or take {:.1f}.',
            counted.label,
            counted.direction,
            abs(counted.sign_change_pct),
            counted.unit,
            if(counted.sign_change_pct < 0, 'less', 'more'),
            counted.interval_90 * counted.sign_error_pct
        )
    end as sentence
from counted
cross join settings.judging as thresholds
