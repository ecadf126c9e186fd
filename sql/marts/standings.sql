-- One row per athlete: where they stand on the day of their last activity.
--
-- The verdict and what it rests on, the first of the leading causes, the easy share of the latest eight
-- weeks, and how much is run: for whoever looks at more than one athlete. Null is what cannot be told: the
-- easy share where too few weeks, or too little of the time, are judged; what four weeks say where there are
-- not four. An athlete without any activity has not enough data.
--
-- grain: athlete_id
-- check: verdict in ('improving', 'plateau', 'declining', 'undecided', 'not_enough_data')
-- check: easy_share_ratio is null or easy_share_ratio between 0 and 1
-- check: judged_ratio is null or judged_ratio between 0 and 1
-- check: counted_run_count <= recent_run_count and recent_run_count <= run_count
-- check: leading_count > 0 or leading_cause is null
with totals as (
    select
        activities.athlete_id,
        count(*) as activity_count,
        count(case when activities.is_run then 1 end) as run_count,
        max(case when activities.is_run then activities.local_day end) as last_run_day
    from athlete.activities as activities
    group by activities.athlete_id
),

latest_days as (
    select
        days.*,
        days.local_day > periods.last_day - cast(thresholds.chronic_days as integer) as is_recent,
        days.local_day = periods.last_day as is_last
    from athlete.periods as periods
    cross join settings.judging as thresholds
    inner join athlete.days as days
        on
            periods.athlete_id = days.athlete_id
            and days.local_day > periods.last_day - 2 * cast(thresholds.chronic_days as integer)
),

four_weeks as (
    select
        days.athlete_id,
        count(*) as day_count,
        count(case when days.is_recent then 1 end) as recent_day_count,
        count(case when days.is_recent and days.run_count > 0 then 1 end) as run_day_count,
        sum(case when days.is_recent then days.distance_m end) as distance_m,
        sum(case when not days.is_recent then days.distance_m end) as before_m,
        sum(case when days.is_recent then days.load_score end) as load_score,
        sum(case when not days.is_recent then days.load_score end) as before_score,
        sum(days.load_unknown_count) as load_unknown_count,
        max(case when days.is_last then days.fitness_score end) as fitness_score,
        max(case when days.is_last then days.form_score end) as form_score
    from latest_days as days
    group by days.athlete_id
),

latest_weeks as (
    select
        weeks.athlete_id,
        max(weeks.week_start_on) as week_start_on
    from marts.weekly_load as weeks
    group by weeks.athlete_id
),

judged_weeks as (
    select
        latest.athlete_id,
        count(case when splits.easy_s + splits.moderate_s + splits.hard_s > 0 then 1 end)
            as judged_week_count,
        sum(splits.easy_s + splits.moderate_s + splits.hard_s) as judged_s,
        sum(weeks.moving_s) as moving_s
    from latest_weeks as latest
    cross join settings.judging as thresholds
    inner join marts.weekly_load as weeks
        on
            latest.athlete_id = weeks.athlete_id
            and weeks.week_start_on > latest.week_start_on - cast(thresholds.recent_days as integer)
    left join marts.intensity_split as splits
        on
            weeks.athlete_id = splits.athlete_id
            and weeks.week_start_on = splits.week_start_on
            and splits.window_weeks = 1
    group by latest.athlete_id
),

eight_weeks as (
    select
        latest.athlete_id,
        weeks.phase,
        judged.judged_week_count,
        coalesce(judged.judged_s, 0) as judged_s,
        case when judged.moving_s > 0 then least(coalesce(judged.judged_s, 0) / judged.moving_s, 1) end
            as judged_ratio,
        splits.easy_time_ratio,
        splits.heart_rate_coverage_ratio
    from latest_weeks as latest
    cross join settings.judging as thresholds
    inner join judged_weeks as judged on latest.athlete_id = judged.athlete_id
    inner join marts.weekly_load as weeks
        on latest.athlete_id = weeks.athlete_id and latest.week_start_on = weeks.week_start_on
    left join marts.intensity_split as splits
        on
            latest.athlete_id = splits.athlete_id
            and latest.week_start_on = splits.week_start_on
            and splits.window_weeks * 7 = thresholds.recent_days
),

recent_runs as (
    select
        trend.athlete_id,
        trend.reason,
        count(*) as run_count,
        count(case when trend.counts_for_trend then 1 end) as counted_run_count
    from marts.efficiency_trend as trend
    inner join athlete.periods as periods
        on trend.athlete_id = periods.athlete_id and trend.local_day >= periods.recent_from
    group by trend.athlete_id, trend.reason
),

uncounted as (
    select
        runs.athlete_id,
        runs.reason,
        row_number() over (
            partition by runs.athlete_id order by runs.run_count desc, runs.reason asc
        ) as place
    from recent_runs as runs
    where runs.counted_run_count = 0
),

counted as (
    select
        runs.athlete_id,
        cast(sum(runs.run_count) as bigint) as recent_run_count,
        cast(sum(runs.counted_run_count) as bigint) as counted_run_count
    from recent_runs as runs
    group by runs.athlete_id
),

leaders as (
    select
        causes.athlete_id,
        count(*) as leading_count,
        min(causes.rank) as first_rank
    from marts.causes as causes
    where causes.is_leading
    group by causes.athlete_id
)

select
    athletes.athlete_id,
    athletes.birth_year,
    athletes.sex,
    periods.first_day,
    periods.last_day,
    totals.last_run_day,
    coalesce(date_diff('day', periods.first_day, periods.last_day) + 1, 0) as history_days,
    coalesce(totals.activity_count, 0) as activity_count,
    coalesce(totals.run_count, 0) as run_count,
    coalesce(looks.verdict, 'not_enough_data') as verdict,
    case
        when looks.verdict in ('plateau', 'declining') then true
        when looks.verdict = 'improving' then false
    end as is_stalled,
    looks.since,
    coalesce(looks.is_since_before, false) as is_since_before,
    coalesce(looks.reason, 'no activity yet') as reason,
    looks.window_weeks,
    looks.window_start_on,
    looks.window_end_on,
    coalesce(looks.run_count, 0) as comparable_run_count,
    looks.slope_pct_per_month,
    looks.slope_low_pct_per_month,
    looks.slope_high_pct_per_month,
    looks.change_pct,
    looks.change_low_pct,
    looks.change_high_pct,
    looks.p_improving,
    looks.p_plateau,
    looks.p_declining,
    looks.minimum_detectable_pct_per_month,
    coalesce(counted.recent_run_count, 0) as recent_run_count,
    coalesce(counted.counted_run_count, 0) as counted_run_count,
    uncounted.reason as uncounted_reason,
    causes.cause as leading_cause,
    causes.reason as leading_reason,
    coalesce(leaders.leading_count, 0) as leading_count,
    case
        when
            eight_weeks.judged_week_count >= thresholds.easy_share_min_weeks
            and eight_weeks.judged_ratio >= thresholds.easy_share_min_judged_ratio
            then eight_weeks.easy_time_ratio
    end as easy_share_ratio,
    coalesce(eight_weeks.judged_week_count, 0) as judged_week_count,
    coalesce(eight_weeks.judged_s, 0) as judged_s,
    eight_weeks.judged_ratio,
    eight_weeks.heart_rate_coverage_ratio,
    case
        when four_weeks.recent_day_count = thresholds.chronic_days
            then four_weeks.distance_m * 7 / thresholds.chronic_days
    end as weekly_distance_m,
    case
        when four_weeks.day_count = 2 * thresholds.chronic_days
            then four_weeks.before_m * 7 / thresholds.chronic_days
    end as weekly_distance_before_m,
    case
        when four_weeks.recent_day_count = thresholds.chronic_days
            then cast(four_weeks.run_day_count as double) * 7 / thresholds.chronic_days
    end as weekly_run_days,
    case
        when four_weeks.day_count = 2 * thresholds.chronic_days and four_weeks.load_unknown_count = 0
            then four_weeks.load_score / nullif(four_weeks.before_score, 0) - 1
    end as load_trend_ratio,
    four_weeks.fitness_score,
    four_weeks.form_score,
    eight_weeks.phase
from marts.athletes as athletes
cross join settings.judging as thresholds
left join athlete.periods as periods on athletes.athlete_id = periods.athlete_id
left join totals on athletes.athlete_id = totals.athlete_id
left join marts.plateau as looks
    on athletes.athlete_id = looks.athlete_id and looks.is_latest and looks.is_chosen
left join counted on athletes.athlete_id = counted.athlete_id
left join uncounted on athletes.athlete_id = uncounted.athlete_id and uncounted.place = 1
left join leaders on athletes.athlete_id = leaders.athlete_id
left join marts.causes as causes
    on
        leaders.athlete_id = causes.athlete_id
        and leaders.first_rank = causes.rank
        and causes.is_leading
left join eight_weeks on athletes.athlete_id = eight_weeks.athlete_id
left join four_weeks on athletes.athlete_id = four_weeks.athlete_id
