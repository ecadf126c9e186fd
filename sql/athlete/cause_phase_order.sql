-- One row per athlete: do base, speed, peak and recovery follow each other, of late?
--
-- Four ways to lose the order, of which the most telling one is the row: races nearly every weekend (the most
-- within five weeks); weeks with hard sessions on end, without one of base, recovery or rest; a way back into
-- hard sessions after weeks of rest without a base; more peaks in a year than anybody can have. Down weeks
-- are no recovery block, but they are some recovery: with them, and where weeks carry what only a plan could
-- tell, it is a notice and no leading cause.
--
-- grain: athlete_id
with limits as (
    select
        thresholds.*,
        to_days(cast(thresholds.race_cluster_days as integer) - 1) as race_cluster,
        to_days(cast(thresholds.year_days as integer)) as year_length
    from settings.judging as thresholds
),

races as (
    select
        activities.athlete_id,
        activities.local_day,
        count(*) over cluster_days as race_count,
        list_sort(list(activities.activity_id) over cluster_days) as activity_ids,
        count(*) filter (where activities.race_source = 'near_best') over cluster_days as guessed_count
    from athlete.activities as activities
    cross join limits
    where activities.session_class = 'race'
    window cluster_days as (
        partition by activities.athlete_id order by activities.local_day
        range between limits.race_cluster preceding and current row
    )
),

clusters as (
    select
        races.athlete_id,
        max(races.race_count) as race_count,
        arg_max(races.activity_ids, row(races.race_count, races.local_day)) as activity_ids,
        arg_max(races.guessed_count, row(races.race_count, races.local_day)) as guessed_count,
        arg_max(races.local_day, row(races.race_count, races.local_day)) as until_day
    from races
    inner join athlete.periods as periods on races.athlete_id = periods.athlete_id
    where races.local_day >= periods.recent_from
    group by races.athlete_id
),

weeks as (
    select
        phases.athlete_id,
        phases.week_start_on,
        phases.phase,
        coalesce(weeks.is_down_week, false) as is_down_week,
        phases.phase in ('speed', 'peak') as is_hard,
        count(*) filter (where phases.phase not in ('speed', 'peak')) over weeks_until as stretch_number
    from athlete.week_phases as phases
    inner join athlete.weeks as weeks
        on phases.athlete_id = weeks.athlete_id and phases.week_start_on = weeks.week_start_on
    where phases.phase is not null
    window weeks_until as (partition by phases.athlete_id order by phases.week_start_on)
),

stretches as (
    select
        weeks.athlete_id,
        count(*) filter (where weeks.is_hard) as week_count,
        count(*) filter (where weeks.is_hard and weeks.is_down_week) as down_count,
        min(weeks.week_start_on) filter (where weeks.is_hard) as from_on,
        weeks.stretch_number > 0 as has_start
    from weeks
    inner join athlete.periods as periods on weeks.athlete_id = periods.athlete_id
    group by weeks.athlete_id, weeks.stretch_number, periods.recent_from
    having max(weeks.week_start_on) filter (where weeks.is_hard) >= periods.recent_from
),

longest as (
    select
        stretches.athlete_id,
        max(stretches.week_count) as week_count,
        arg_max(stretches.down_count, row(stretches.week_count, stretches.from_on)) as down_count,
        arg_max(stretches.from_on, row(stretches.week_count, stretches.from_on)) as from_on,
        arg_max(stretches.has_start, row(stretches.week_count, stretches.from_on)) as has_start
    from stretches
    group by stretches.athlete_id
),

-- the weeks of base since the last long rest, where hard sessions have come since
returns as (
    select
        rests.athlete_id,
        max(rests.until_day) as rest_until_day
    from athlete.phases as rests
    inner join athlete.periods as periods on rests.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where
        rests.phase = 'break'
        and rests.week_count >= thresholds.rest_block_min_weeks
        and rests.until_day >= periods.base_from
    group by rests.athlete_id
),

bases as (
    select
        returns.athlete_id,
        returns.rest_until_day,
        min(weeks.week_start_on) filter (where weeks.is_hard) as hard_from,
        count(*) filter (where not weeks.is_hard) as week_count
    from returns
    inner join weeks
        on returns.athlete_id = weeks.athlete_id and returns.rest_until_day < weeks.week_start_on
    group by returns.athlete_id, returns.rest_until_day
),

returned as (
    select
        bases.athlete_id,
        bases.rest_until_day,
        bases.hard_from,
        (bases.hard_from - bases.rest_until_day - 1) / 7 as base_weeks
    from bases
    where bases.hard_from is not null
),

peaks as (
    select
        phases.athlete_id,
        count(*) as peak_count
    from athlete.phases as phases
    inner join athlete.periods as periods on phases.athlete_id = periods.athlete_id
    cross join limits
    where phases.phase = 'peak' and phases.until_day > periods.last_day - limits.year_length
    group by phases.athlete_id
),

histories as (
    select
        weeks.athlete_id,
        count(*) as week_count
    from weeks
    group by weeks.athlete_id
    having bool_or(weeks.phase != 'break') -- who only walks or rides has no phases
),

ways as (
    select
        clusters.athlete_id,
        cast(clusters.race_count as double) as value,
        'races in five weeks' as unit,
        thresholds.race_cluster_flag as threshold,
        1 / (1 + exp((thresholds.race_cluster_flag - clusters.race_count) / thresholds.race_cluster_scale))
            as exposure_score,
        if(
            clusters.guessed_count = clusters.race_count, thresholds.guessed_races_certainty_ratio, 1
        ) as certainty_ratio,
        cast(null as date) as began_on,
        format(
            'You raced, or ran as hard as in a race, {} times in the five weeks until {}; '
            || 'the articles: pick your key races.',
            clusters.race_count,
            clusters.until_day
        ) as reason,
        'Pick one race in the next six weeks that counts. Run the others as a workout or leave them out, '
        || 'and take a week of easy running after it.' as advice,
        clusters.activity_ids
    from clusters
    cross join settings.judging as thresholds
    union all by name
    select
        longest.athlete_id,
        cast(longest.week_count as double) as value,
        'weeks' as unit,
        thresholds.hard_weeks_flag as threshold,
        1 / (1 + exp((thresholds.hard_weeks_flag - longest.week_count) / thresholds.hard_weeks_scale))
            as exposure_score,
        if(longest.down_count = 0, thresholds.hard_weeks_certainty_ratio, thresholds.notice_certainty_ratio)
            as certainty_ratio,
        case when longest.has_start then longest.from_on end as began_on,
        format(
            '{} weeks with hard sessions followed each other without one of recovery or base{}; '
            || 'the articles give a block of speed and its peak {:.0f} at most.',
            longest.week_count,
            if(longest.down_count = 0, ', nor a lighter one', ''),
            thresholds.hard_weeks_flag
        ) as reason,
        format(
            'End the block: one or two weeks of short, slow runs at {:.0f} % of the usual distance without '
            || 'a workout, then some weeks of base with strides only.',
            100 * thresholds.recovery_volume_max_ratio
        ) as advice,
        cast([] as varchar[]) as activity_ids
    from longest
    cross join settings.judging as thresholds
    union all by name
    select
        returned.athlete_id,
        returned.base_weeks as value,
        'weeks of base' as unit,
        thresholds.base_weeks_flag as threshold,
        1 / (1 + exp((returned.base_weeks - thresholds.base_weeks_flag) / thresholds.base_weeks_scale))
            as exposure_score,
        thresholds.hard_weeks_certainty_ratio as certainty_ratio,
        returned.hard_from as began_on,
        format(
            'After the weeks without a run until {} the hard sessions came back with {} of base '
            || 'before them; the articles ask for eight to twelve.',
            returned.rest_until_day,
            if(
                round(returned.base_weeks) = 1, 'one week', format('{:.0f} weeks', returned.base_weeks)
            )
        ) as reason,
        'Go back to base: easy runs, a long one each week and some strides until eight weeks of it are done; '
        || 'then one hard session a week.' as advice,
        cast([] as varchar[]) as activity_ids
    from returned
    cross join settings.judging as thresholds
    union all by name
    select
        peaks.athlete_id,
        cast(peaks.peak_count as double) as value,
        'peaks a year' as unit,
        thresholds.peaks_flag as threshold,
        1 / (1 + exp((thresholds.peaks_flag - peaks.peak_count) / thresholds.peaks_scale))
            as exposure_score,
        thresholds.notice_certainty_ratio as certainty_ratio,
        cast(null as date) as began_on,
        format(
            'You cut back before a race {} times within a year; the articles know one or two peaks, '
            || 'three for short races.',
            peaks.peak_count
        ) as reason,
        'Choose the two races of the next year that count, and train through the others.' as advice,
        cast([] as varchar[]) as activity_ids
    from peaks
    cross join settings.judging as thresholds
),

most_telling as (
    select ways.*
    from ways
    qualify
        row_number() over (
            partition by ways.athlete_id
            order by ways.exposure_score * ways.certainty_ratio desc, ways.unit asc
        ) = 1
)

select
    histories.athlete_id,
    coalesce(ways.value, 0) as value,
    coalesce(ways.unit, 'weeks') as unit,
    coalesce(ways.threshold, thresholds.hard_weeks_flag) as threshold,
    coalesce(ways.exposure_score, 0) as exposure_score,
    least(histories.week_count / thresholds.phase_history_weeks, 1) as coverage_ratio,
    coalesce(ways.certainty_ratio, 1) as certainty_ratio,
    cast(null as double) as response_score,
    case when ways.exposure_score >= thresholds.score_min then ways.began_on end as began_on,
    periods.base_from as window_start_on,
    periods.last_day as window_end_on,
    case
        when ways.exposure_score >= thresholds.score_min then ways.reason
        else 'Nothing speaks against the order: no races on end, and no block of hard weeks that is too long.'
    end as reason,
    case when ways.exposure_score >= thresholds.score_min then ways.advice end as advice,
    coalesce(
        case when ways.exposure_score >= thresholds.score_min then ways.activity_ids end,
        cast([] as varchar[])
    ) as activity_ids
from histories
inner join athlete.periods as periods on histories.athlete_id = periods.athlete_id
left join most_telling as ways on histories.athlete_id = ways.athlete_id
cross join settings.judging as thresholds
