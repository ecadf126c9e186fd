-- One row per athlete and week of local days, empty weeks too: how much was run.
--
-- A week is compared with the three before it if all four are whole: an unfinished week is not a lighter one.
-- Nor is one whose runs have no distance. A load that is not known for one of the four has not changed by
-- anything that could be told.
--
-- grain: athlete_id, week_start_on
-- check: longest_run_m <= distance_m + 1
with dated as (
    select
        days.*,
        cast(
            date_trunc('week', days.local_day + if(athletes.week_start = 'sunday', 1, 0))
            as date
        ) - if(athletes.week_start = 'sunday', 1, 0) as week_start_on
    from athlete.days as days
    inner join athlete.athletes as athletes on days.athlete_id = athletes.athlete_id
),

longest as (
    select
        dated.athlete_id,
        dated.week_start_on,
        max(activities.distance_m) as longest_run_m
    from dated
    inner join athlete.activities as activities
        on dated.athlete_id = activities.athlete_id and dated.local_day = activities.local_day
    where activities.is_run
    group by dated.athlete_id, dated.week_start_on
),

sums as (
    select
        dated.athlete_id,
        dated.week_start_on,
        count(*) as day_count,
        cast(sum(dated.activity_count) as bigint) as activity_count,
        cast(sum(dated.run_count) as bigint) as run_count,
        count(*) filter (where dated.run_count > 0) as run_day_count,
        sum(dated.distance_m) as distance_m,
        sum(dated.moving_s) as moving_s,
        case
            when sum(dated.activity_count) = 0 or sum(dated.load_unknown_count) < sum(dated.activity_count)
                then sum(dated.load_score)
        end as load_score,
        cast(sum(dated.load_unknown_count) as bigint) as load_unknown_count,
        arg_max(dated.fitness_score, dated.local_day) as fitness_score,
        arg_max(dated.fatigue_score, dated.local_day) as fatigue_score,
        arg_max(dated.form_score, dated.local_day) as form_score
    from dated
    group by dated.athlete_id, dated.week_start_on
),

limits as (
    select
        thresholds.weeks_compared,
        thresholds.down_week_ratio,
        to_days(7 * cast(thresholds.weeks_compared as integer)) as stretch
    from settings.judging as thresholds
),

before as (
    select
        sums.*,
        limits.weeks_compared,
        limits.down_week_ratio,
        avg(sums.load_score) over weeks_before as load_before_score,
        avg(sums.distance_m) over weeks_before as distance_before_m,
        sum(sums.load_unknown_count) over weeks_before as load_unknown_before,
        count(*) filter (where sums.day_count = 7) over weeks_before as week_count_before
    from sums
    cross join limits
    window weeks_before as (
        partition by sums.athlete_id order by sums.week_start_on
        range between limits.stretch preceding and interval 7 days preceding
    )
)

select
    before.athlete_id,
    before.week_start_on,
    before.day_count,
    before.activity_count,
    before.run_count,
    before.run_day_count,
    before.distance_m,
    before.moving_s,
    before.load_score,
    before.load_unknown_count,
    case
        when
            before.week_count_before = before.weeks_compared
            and before.day_count = 7
            and before.load_unknown_count + before.load_unknown_before = 0
            then before.load_score / nullif(before.load_before_score, 0) - 1
    end as load_change_ratio,
    coalesce(longest.longest_run_m, 0) as longest_run_m,
    case
        when
            before.week_count_before = before.weeks_compared
            and before.day_count = 7
            and (before.run_count = 0 or least(before.distance_m, before.distance_before_m) > 0)
            then before.distance_m <= before.down_week_ratio * before.distance_before_m
    end as is_down_week,
    before.fitness_score,
    before.fatigue_score,
    before.form_score
from before
left join longest
    on before.athlete_id = longest.athlete_id and before.week_start_on = longest.week_start_on
