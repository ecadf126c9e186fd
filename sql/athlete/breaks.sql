-- One row per athlete and stretch of days without a run: how long it was, and what the index showed before
-- and after it.
--
-- The index is the median of the comparable runs of the weeks before, and of those after the first three
-- weeks, in which every runner is slower: what is still lost then. Null where there are too few of them.
--
-- grain: athlete_id, from_on
-- check: break_days > 0 and until_day >= from_on
with run_days as (
    select distinct
        activities.athlete_id,
        activities.local_day
    from athlete.activities as activities
    where activities.is_run
),

gaps as (
    select
        run_days.athlete_id,
        run_days.local_day + 1 as from_on,
        lead(run_days.local_day) over (
            partition by run_days.athlete_id order by run_days.local_day
        ) as back_on,
        periods.last_day
    from run_days
    inner join athlete.periods as periods on run_days.athlete_id = periods.athlete_id
),

found as (
    select
        gaps.athlete_id,
        gaps.from_on,
        gaps.back_on,
        coalesce(gaps.back_on - 1, gaps.last_day) as until_day,
        coalesce(gaps.back_on - 1, gaps.last_day) - gaps.from_on + 1 as break_days
    from gaps
    cross join settings.judging as thresholds
    where coalesce(gaps.back_on - 1, gaps.last_day) - gaps.from_on + 1 >= thresholds.gap_min_days
),

shown as (
    select
        found.athlete_id,
        found.from_on,
        median(runs.comparable_log_pct) filter (where runs.local_day < found.from_on) as before_log_pct,
        count(*) filter (where runs.local_day < found.from_on) as before_count,
        median(runs.comparable_log_pct) filter (
            where runs.local_day > found.until_day + cast(thresholds.after_break_days as integer)
        ) as after_log_pct,
        count(*) filter (
            where runs.local_day > found.until_day + cast(thresholds.after_break_days as integer)
        ) as after_count
    from found
    cross join settings.judging as thresholds
    inner join athlete.comparable_runs as runs
        on
            found.athlete_id = runs.athlete_id
            and runs.local_day between
            found.from_on - cast(thresholds.around_gap_days as integer)
            and found.until_day + cast(thresholds.around_gap_days as integer)
    group by found.athlete_id, found.from_on
)

select
    found.athlete_id,
    found.from_on,
    found.until_day,
    found.break_days,
    found.back_on is not null as is_over,
    curve.cost_pct
    + coalesce(
        (curve.next_cost_pct - curve.cost_pct)
        * (found.break_days - curve.break_days)
        / (curve.next_break_days - curve.break_days),
        0
    ) as expected_cost_pct,
    case
        when least(shown.before_count, shown.after_count) >= thresholds.season_min_runs
            then shown.after_log_pct - shown.before_log_pct
    end as break_change_pct
from found
inner join settings.detraining_curve as curve
    on
        found.break_days >= curve.break_days
        and (found.break_days < curve.next_break_days or curve.next_break_days is null)
left join shown on found.athlete_id = shown.athlete_id and found.from_on = shown.from_on
cross join settings.judging as thresholds
