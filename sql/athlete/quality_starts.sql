-- One row per day on which speed work began: four weeks without, then three sessions or more in four weeks.
--
-- What the four weeks from that day on had, over the usual four weeks before: the mean of four or of eight
-- weeks, whichever is more, so that a week of illness before is no addition after. An unknown load makes no
-- ratio. New stresses are those of the first two weeks: 10 % more distance, a day more of running, the
-- speed work itself, a long run that is 15 % longer.
--
-- grain: athlete_id, started_on
-- check: new_stress_count between 1 and 4
with limits as (
    select to_days(cast(thresholds.start_days - 1 as integer)) as later_days
    from settings.judging as thresholds
),

quality as (
    select distinct
        activities.athlete_id,
        activities.local_day
    from athlete.activities as activities
    where activities.session_class = 'quality'
),

counted as (
    select
        quality.athlete_id,
        quality.local_day,
        quality.local_day - lag(quality.local_day) over by_day as days_since,
        count(*) over four_weeks as session_count
    from quality
    cross join limits
    window
        by_day as (partition by quality.athlete_id order by quality.local_day),
        four_weeks as (
            partition by quality.athlete_id order by quality.local_day
            range between current row and limits.later_days following
        )
),

starts as (
    select
        counted.athlete_id,
        counted.local_day as started_on,
        counted.session_count,
        least(thresholds.start_days, periods.last_day - counted.local_day + 1) as after_days,
        least(2 * thresholds.start_days, counted.local_day - periods.first_day) as usual_days,
        thresholds.start_days,
        thresholds.start_stress_days
    from counted
    inner join athlete.periods as periods on counted.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where
        (counted.days_since is null or counted.days_since > thresholds.start_days)
        and counted.session_count >= thresholds.start_min_sessions
        and counted.local_day - periods.first_day >= thresholds.start_days
        and periods.last_day - counted.local_day + 1 >= thresholds.start_after_min_days
),

around as (
    select
        starts.athlete_id,
        starts.started_on,
        starts.session_count,
        starts.after_days,
        starts.usual_days,
        starts.start_days,
        starts.start_stress_days,
        activities.activity_id,
        activities.is_run,
        activities.session_class,
        activities.local_day,
        activities.load_score,
        activities.distance_m,
        activities.local_day - starts.started_on as day_number
    from starts
    inner join athlete.activities as activities
        on
            starts.athlete_id = activities.athlete_id
            and activities.local_day between
            starts.started_on - cast(starts.usual_days as integer)
            and starts.started_on + cast(starts.after_days - 1 as integer)
),

sums as (
    select
        around.athlete_id,
        around.started_on,
        any_value(around.session_count) as session_count,
        any_value(around.after_days) as after_days,
        any_value(around.usual_days) as usual_days,
        any_value(around.start_days) as start_days,
        any_value(around.start_stress_days) as stress_days,
        count(*) filter (
            where around.is_run and around.day_number < 0 and -around.day_number <= around.start_days
        )
            as run_count_before,
        count(*) filter (where around.load_score is null) as load_unknown_count,
        coalesce(sum(around.load_score) filter (where around.day_number >= 0), 0) as load_after,
        coalesce(sum(around.load_score) filter (where around.day_number < 0), 0) as load_usual,
        coalesce(
            sum(around.load_score) filter (
                where around.day_number < 0 and -around.day_number <= around.start_days
            ),
            0
        ) as load_before,
        coalesce(sum(around.distance_m) filter (where around.is_run and around.day_number >= 0), 0)
            as after_m,
        coalesce(sum(around.distance_m) filter (where around.is_run and around.day_number < 0), 0) as usual_m,
        coalesce(
            sum(around.distance_m) filter (
                where around.is_run and around.day_number < 0 and -around.day_number <= around.start_days
            ),
            0
        ) as before_m,
        coalesce(
            sum(around.distance_m) filter (
                where around.is_run and around.day_number >= 0 and around.session_class != 'quality'
            ),
            0
        ) as easy_after_m,
        coalesce(
            sum(around.distance_m) filter (
                where around.is_run
                and around.day_number >= 0
                and around.day_number < around.start_stress_days
            ),
            0
        ) as first_m,
        count(distinct around.local_day) filter (
            where around.is_run and around.day_number >= 0 and around.day_number < around.start_stress_days
        ) as first_run_days,
        count(distinct around.local_day) filter (where around.is_run and around.day_number < 0)
            as usual_run_days,
        max(around.distance_m) filter (
            where around.is_run and around.day_number >= 0 and around.day_number < around.start_stress_days
        ) as first_longest_m,
        max(around.distance_m) filter (where around.is_run and around.day_number < 0) as usual_longest_m,
        list(around.activity_id order by around.local_day, around.activity_id) filter (
            where around.session_class = 'quality' and around.day_number >= 0
        ) as activity_ids
    from around
    group by around.athlete_id, around.started_on
),

rates as (
    select
        sums.*,
        greatest(sums.load_before / sums.start_days, sums.load_usual / sums.usual_days) as load_per_day,
        greatest(sums.before_m / sums.start_days, sums.usual_m / sums.usual_days) as metres_per_day
    from sums
)

select
    rates.athlete_id,
    rates.started_on,
    rates.session_count,
    case
        when
            rates.load_unknown_count = 0
            then rates.load_after / rates.after_days / nullif(rates.load_per_day, 0)
    end as start_load_ratio,
    7 * rates.metres_per_day as usual_week_m,
    rates.after_m / rates.after_days / rates.metres_per_day as start_distance_ratio,
    rates.easy_after_m / rates.after_days / rates.metres_per_day as start_easy_ratio,
    1
    + cast(
        rates.first_m / rates.stress_days > thresholds.stress_volume_ratio * rates.metres_per_day as bigint
    )
    + cast(
        7 * rates.first_run_days / rates.stress_days
        >= 7 * rates.usual_run_days / rates.usual_days + thresholds.stress_run_days as bigint
    )
    + cast(
        coalesce(rates.first_longest_m > thresholds.stress_long_run_ratio * rates.usual_longest_m, false)
        as bigint
    ) as new_stress_count,
    rates.activity_ids
from rates
cross join settings.judging as thresholds
where rates.run_count_before >= thresholds.response_min_runs and rates.metres_per_day > 0
