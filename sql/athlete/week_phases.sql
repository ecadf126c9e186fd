-- One row per athlete and week: in which phase of training it was.
--
-- break: nothing was run. recovery: under 60 % of the usual distance, and nothing hard. peak: a race within
-- three weeks, 15 to 40 % less than usual, and the hard sessions kept. speed: at least 8 % of the sessions of
-- the five weeks around it are hard, and it lies among them. base: the rest. A week of base between two of
-- speed, or the other way round, is as they are. The usual distance is that of the twelve weeks before.
--
-- Null where nobody can tell: no session of the weeks around it has heart rate, or a pace that stands for it.
--
-- grain: athlete_id, week_start_on
-- check: phase is null or phase in ('base', 'speed', 'peak', 'recovery', 'break')
-- check: hard_session_count <= classed_count
with limits as (
    select
        to_days(cast(thresholds.phase_around_days as integer)) as around,
        to_days(cast(thresholds.rest_search_days as integer)) as memory,
        thresholds.phase_hard_min_ratio,
        thresholds.phase_hard_min_count,
        thresholds.weeks_compared,
        thresholds.recovery_volume_max_ratio,
        thresholds.peak_volume_max_ratio,
        thresholds.peak_days
    from settings.judging as thresholds
),

sessions as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        count(*) filter (where runs.session_class != 'unknown') as classed_count,
        count(*) filter (where runs.session_class != 'unknown' and runs.is_hard) as hard_session_count
    from athlete.weeks as weeks
    inner join athlete.sessions as runs
        on
            weeks.athlete_id = runs.athlete_id
            and runs.local_day between weeks.week_start_on and weeks.week_start_on + 6
    group by weeks.athlete_id, weeks.week_start_on
),

races as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        min(activities.local_day) as race_day
    from athlete.weeks as weeks
    cross join limits
    inner join athlete.activities as activities
        on
            weeks.athlete_id = activities.athlete_id
            and activities.local_day between
            weeks.week_start_on and weeks.week_start_on + cast(limits.peak_days as integer) - 1
    where activities.session_class = 'race'
    group by weeks.athlete_id, weeks.week_start_on
),

counted as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        weeks.day_count,
        weeks.run_count,
        weeks.distance_m,
        coalesce(sessions.classed_count, 0) as classed_count,
        coalesce(sessions.hard_session_count, 0) as hard_session_count,
        races.race_day
    from athlete.weeks as weeks
    left join sessions
        on weeks.athlete_id = sessions.athlete_id and weeks.week_start_on = sessions.week_start_on
    left join races
        on weeks.athlete_id = races.athlete_id and weeks.week_start_on = races.week_start_on
),

around as (
    select
        counted.*,
        limits.*,
        median(counted.distance_m) filter (where counted.distance_m > 0 and counted.day_count = 7)
            over weeks_before as usual_m,
        count(*) filter (where counted.distance_m > 0 and counted.day_count = 7)
            over weeks_before as usual_count,
        sum(counted.classed_count) over weeks_around as around_classed_count,
        sum(counted.hard_session_count) over weeks_around as around_hard_count,
        sum(counted.hard_session_count) over weeks_until as until_hard_count,
        sum(counted.hard_session_count) over weeks_from as from_hard_count
    from counted
    cross join limits
    window
        weeks_before as (
            partition by counted.athlete_id order by counted.week_start_on
            range between limits.memory preceding and interval 7 days preceding
        ),
        weeks_around as (
            partition by counted.athlete_id order by counted.week_start_on
            range between limits.around preceding and limits.around following
        ),
        weeks_until as (
            partition by counted.athlete_id order by counted.week_start_on
            range between limits.around preceding and current row
        ),
        weeks_from as (
            partition by counted.athlete_id order by counted.week_start_on
            range between current row and limits.around following
        )
),

shares as (
    select
        around.*,
        case
            when
                around.day_count = 7
                and (around.run_count = 0 or around.distance_m > 0)
                and around.usual_count >= around.weeks_compared
                then around.distance_m / nullif(around.usual_m, 0)
        end as volume_ratio,
        around.around_hard_count / nullif(around.around_classed_count, 0) as hard_session_ratio
    from around
),

labelled as (
    select
        shares.*,
        case
            when shares.run_count = 0 then 'break'
            when shares.hard_session_ratio is null then null
            when
                shares.volume_ratio < shares.recovery_volume_max_ratio and shares.hard_session_count = 0
                then 'recovery'
            when
                shares.race_day is not null
                and shares.volume_ratio <= shares.peak_volume_max_ratio
                and shares.hard_session_ratio >= shares.phase_hard_min_ratio
                then 'peak'
            when
                shares.hard_session_ratio >= shares.phase_hard_min_ratio
                and shares.around_hard_count >= shares.phase_hard_min_count
                and least(shares.until_hard_count, shares.from_hard_count) > 0
                then 'speed'
            else 'base'
        end as label
    from shares
),

neighbours as (
    select
        labelled.*,
        lag(labelled.label) over weeks_in_order as label_before,
        lead(labelled.label) over weeks_in_order as label_after
    from labelled
    window weeks_in_order as (partition by labelled.athlete_id order by labelled.week_start_on)
)

select
    athlete_id,
    week_start_on,
    run_count,
    distance_m,
    volume_ratio,
    classed_count,
    hard_session_count,
    hard_session_ratio,
    case
        when
            label in ('base', 'speed')
            and label_before in ('base', 'speed')
            and label_before = label_after
            then label_before
        else label
    end as phase
from neighbours
