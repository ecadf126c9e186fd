-- One row per habit and day from which it was another: from what to what, and what easy pace did since.
--
-- The pace is that at the usual easy heart rate, of comparable easy runs eight weeks before and up to eight
-- weeks since, heat and devices taken out. `cause` is the cause whose advice the change answers; null where
-- it answers none. `direction` is better or worse only beyond the error (90 %), level if the error leaves no
-- room for a change that matters, and else unknown: more runs must tell.
--
-- grain: athlete_id, habit, changed_on
-- check: direction in ('better', 'worse', 'level', 'unknown')
with joined as (
    select
        changes.athlete_id,
        changes.habit,
        habits.label,
        changes.changed_on,
        if(changes.after_value > changes.before_value, habits.cause_if_more, habits.cause_if_less) as cause,
        changes.before_value,
        changes.after_value,
        changes.unit,
        changes.before_week_count,
        changes.after_week_count,
        points.reference_heart_rate_bpm,
        exp(indices.before_log_pct / 100) * points.reference_above_zero_speed_bpm as before_speed_m_per_s,
        exp(indices.after_log_pct / 100) * points.reference_above_zero_speed_bpm as after_speed_m_per_s,
        indices.index_change_pct,
        indices.index_change_error_pct,
        indices.warmer_c,
        case
            when indices.index_change_pct is null then 'unknown'
            when indices.index_change_pct >= thresholds.interval_90 * indices.index_change_error_pct
                then 'better'
            when indices.index_change_pct <= -thresholds.interval_90 * indices.index_change_error_pct
                then 'worse'
            when
                abs(indices.index_change_pct) + thresholds.interval_90 * indices.index_change_error_pct
                <= thresholds.level_max_pct
                then 'level'
            else 'unknown'
        end as direction
    from athlete.habit_changes as changes
    inner join settings.habits as habits on changes.habit = habits.habit
    cross join settings.judging as thresholds
    left join athlete.index_changes as indices
        on changes.athlete_id = indices.athlete_id and changes.changed_on = indices.changed_on
    left join athlete.reference_points as points on changes.athlete_id = points.athlete_id
),

paced as (
    select
        joined.*,
        case joined.unit
            when
                'ratio'
                then format('{:.0f} to {:.0f} %', 100 * joined.before_value, 100 * joined.after_value)
            when 'm'
                then
                    format(
                        '{:.1f} to {:.1f} {}',
                        joined.before_value / lengths.length_unit_m,
                        joined.after_value / lengths.length_unit_m,
                        lengths.length_symbol
                    )
            when 'bpm' then format('{:.0f} to {:.0f} bpm', joined.before_value, joined.after_value)
            when 's' then format('{:.1f} to {:.1f} h', joined.before_value / 3600, joined.after_value / 3600)
            else format('{:.1f} to {:.1f} {}', joined.before_value, joined.after_value, joined.unit)
        end as from_to,
        cast(round(lengths.length_unit_m / joined.before_speed_m_per_s) as bigint) as before_s,
        cast(round(lengths.length_unit_m / joined.after_speed_m_per_s) as bigint) as after_s,
        lengths.length_symbol
    from joined
    left join athlete.athletes as athletes on joined.athlete_id = athletes.athlete_id
    inner join settings.length_units as lengths
        on lengths.units = coalesce(athletes.units, 'km')
)

select
    paced.athlete_id,
    paced.habit,
    paced.changed_on,
    paced.cause,
    paced.before_value,
    paced.after_value,
    paced.unit,
    paced.before_week_count,
    paced.after_week_count,
    paced.reference_heart_rate_bpm,
    paced.before_speed_m_per_s,
    paced.after_speed_m_per_s,
    paced.index_change_pct,
    paced.index_change_error_pct,
    paced.direction,
    format(
        'From {} on {} went from {}. {}{}',
        paced.changed_on,
        paced.label,
        paced.from_to,
        if(
            paced.index_change_pct is null,
            'There are too few comparable easy runs to tell what pace did since.',
            format(
                'At {:.0f} bpm you ran {}:{:02d} /{} in the {} weeks before and {}:{:02d} in up to {} '
                || 'weeks since: {:.1f} % {}, give or take {:.1f}{}.',
                paced.reference_heart_rate_bpm,
                paced.before_s // 60,
                paced.before_s % 60,
                paced.length_symbol,
                thresholds.recent_days // 7,
                paced.after_s // 60,
                paced.after_s % 60,
                thresholds.recent_days // 7,
                abs(paced.index_change_pct),
                if(paced.index_change_pct < 0, 'slower', 'faster'),
                thresholds.interval_90 * paced.index_change_error_pct,
                case paced.direction
                    when 'level' then ', as good as level'
                    when 'unknown' then ', which may be chance'
                    else ''
                end
            )
        ),
        if(
            paced.warmer_c >= thresholds.warmer_flag_c,
            format(' It was {:.0f} degrees warmer.', paced.warmer_c),
            ''
        )
    ) as sentence
from paced
cross join settings.judging as thresholds
