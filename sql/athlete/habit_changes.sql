-- One row per habit and week from which it was another for good: eight known weeks or more before, four or
-- more since.
--
-- The means of up to twelve weeks before and up to eight weeks since, apart by so much that it matters
-- (settings.habits) and by a multiple of what the habit scatters anyway. The first week is itself
-- nearer to those since. Of neighbouring weeks the clearest, and of equals the first.
--
-- grain: athlete_id, habit, changed_on
-- check: before_value != after_value
with limits as (
    select
        to_days(7 * cast(thresholds.habit_before_weeks as integer)) as before_days,
        to_days(7 * cast(thresholds.habit_after_weeks as integer) - 7) as after_days
    from settings.judging as thresholds
),

compared as (
    select
        weeks.athlete_id,
        weeks.habit,
        weeks.unit,
        weeks.week_start_on,
        weeks.value,
        avg(weeks.value) over before as before_value,
        avg(weeks.value) over since as after_value,
        count(*) over before as before_week_count,
        count(*) over since as after_week_count,
        var_samp(weeks.value) over before as before_variance,
        var_samp(weeks.value) over since as after_variance
    from athlete.habit_weeks as weeks
    cross join limits
    window
        before as (
            partition by weeks.athlete_id, weeks.habit order by weeks.week_start_on
            range between limits.before_days preceding
            and interval 7 days preceding
        ),
        since as (
            partition by weeks.athlete_id, weeks.habit order by weeks.week_start_on
            range between current row
            and limits.after_days following
        )
),

sized as (
    select
        compared.*,
        compared.after_value - compared.before_value as change,
        habits.matters_from * if(habits.is_share_of_before, compared.before_value, 1) as matters,
        sqrt(
            (
                (compared.before_week_count - 1) * compared.before_variance
                + (compared.after_week_count - 1) * compared.after_variance
            )
            / (compared.before_week_count + compared.after_week_count - 2)
        ) as spread
    from compared
    inner join settings.habits as habits on compared.habit = habits.habit
    cross join settings.judging as thresholds
    where
        compared.before_week_count >= thresholds.habit_before_min_weeks
        and compared.after_week_count >= thresholds.habit_after_min_weeks
),

clear as (
    select
        sized.*,
        abs(sized.change)
        / greatest(sized.spread, sized.matters / thresholds.habit_evenness)
        / sqrt(1 / sized.before_week_count + 1 / sized.after_week_count) as change_spreads
    from sized
    cross join settings.judging as thresholds
    where
        abs(sized.change) >= sized.matters
        and sized.matters > 0
        and abs(sized.value - sized.after_value) < abs(sized.value - sized.before_value)
),

ranked as (
    select
        clear.*,
        max(row(clear.change_spreads, date '1970-01-01' - clear.week_start_on)) over (
            partition by clear.athlete_id, clear.habit, clear.change > 0 order by clear.week_start_on
            range between limits.after_days preceding
            and limits.after_days following
        ) as clearest
    from clear
    cross join settings.judging as thresholds
    cross join limits
    where clear.change_spreads >= thresholds.habit_change_spreads
)

select
    ranked.athlete_id,
    ranked.habit,
    ranked.week_start_on as changed_on,
    ranked.before_value,
    ranked.after_value,
    ranked.unit,
    ranked.before_week_count,
    ranked.after_week_count
from ranked
where row(ranked.change_spreads, date '1970-01-01' - ranked.week_start_on) = ranked.clearest
