-- One row per athlete: in how many of the recent ordinary weeks there was a long run. Every week of the
-- articles has one.
--
-- Long is a quarter more time or way than the other runs of its week, and than usual unless it is far longer
-- than those; and 70 minutes or more, or a fifth of the week's time: who runs little has a long run, too. A
-- fast finish does no harm; a race counts if it took an hour and a half, a workout also if it is far longer
-- than the other runs. Lighter weeks and those without a run need none. Of two runs a week the median lies
-- between the two, so the usual run is the one that four in ten do not exceed.
--
-- grain: athlete_id
with runs as (
    select
        activities.athlete_id,
        activities.activity_id,
        weeks.week_start_on,
        weeks.week_start_on >= periods.recent_from and weeks.day_count = 7 as is_recent,
        weeks.day_count = 7 and not coalesce(weeks.is_down_week, false) as is_ordinary,
        weeks.moving_s as week_s,
        activities.moving_s,
        activities.distance_m,
        activities.session_class = 'race' as is_race,
        activities.session_class = 'race'
        or (
            activities.session_class = 'quality'
            and activities.hard_s > thresholds.long_run_hard_max_ratio * activities.moving_s
        ) as is_hard,
        activities.local_day >= periods.recent_from as is_recent_run,
        periods.recent_from,
        periods.last_day
    from athlete.periods as periods
    inner join athlete.weeks as weeks
        on periods.athlete_id = weeks.athlete_id and weeks.week_start_on + 6 >= periods.base_from
    inner join athlete.activities as activities
        on
            weeks.athlete_id = activities.athlete_id
            and activities.local_day between weeks.week_start_on and weeks.week_start_on + 6
    cross join settings.judging as thresholds
    where activities.is_run and activities.moving_s > 0
),

usual as (
    select
        runs.athlete_id,
        any_value(runs.recent_from) as recent_from,
        any_value(runs.last_day) as last_day,
        quantile_cont(runs.moving_s, 0.4) filter (where runs.is_recent_run) as usual_s,
        max(runs.moving_s) filter (where runs.is_recent_run and not runs.is_hard) as longest_s,
        count(*) filter (where runs.is_recent)
        / nullif(count(distinct runs.week_start_on) filter (where runs.is_recent), 0) as weekly_runs
    from runs
    group by runs.athlete_id
),

lengths as (
    select
        runs.*,
        greatest(
            runs.moving_s / median(runs.moving_s) over same_week,
            runs.distance_m / nullif(median(runs.distance_m) over same_week, 0)
        ) as length_ratio
    from runs
    window same_week as (partition by runs.athlete_id, runs.week_start_on)
),

-- whose length is that of the work in it is no long run
candidates as (
    select
        lengths.*,
        not lengths.is_hard
        or lengths.moving_s >= thresholds.long_anyway_min_s
        or (
            not lengths.is_race
            and lengths.moving_s >= thresholds.long_run_min_s
            and lengths.length_ratio >= thresholds.long_run_clear_ratio
        ) as is_candidate
    from lengths
    cross join settings.judging as thresholds
),

-- first of its week: the longest run that may be a long one
ranked as (
    select
        candidates.*,
        row_number() over (
            partition by candidates.athlete_id, candidates.week_start_on
            order by candidates.is_candidate desc, candidates.length_ratio desc, candidates.activity_id asc
        ) as length_rank
    from candidates
),

longest as (
    select
        ranked.athlete_id,
        ranked.week_start_on,
        bool_and(ranked.is_recent and ranked.is_ordinary) as is_asked,
        bool_or(ranked.is_recent) as is_recent,
        any_value(ranked.week_s) as week_s,
        any_value(ranked.activity_id) filter (where ranked.length_rank = 1) as longest_id,
        any_value(ranked.moving_s) filter (where ranked.length_rank = 1) as longest_s,
        bool_or(ranked.is_candidate) filter (where ranked.length_rank = 1) as is_candidate,
        greatest(
            any_value(ranked.moving_s) filter (where ranked.length_rank = 1)
            / median(ranked.moving_s) filter (where ranked.length_rank > 1),
            any_value(ranked.distance_m) filter (where ranked.length_rank = 1)
            / nullif(median(ranked.distance_m) filter (where ranked.length_rank > 1), 0)
        ) as to_others_ratio
    from ranked
    group by ranked.athlete_id, ranked.week_start_on
),

weeks as (
    select
        longest.athlete_id,
        longest.week_start_on,
        longest.is_asked,
        longest.is_recent,
        longest.longest_id,
        coalesce(longest.to_others_ratio, longest.longest_s / usual.usual_s) >= thresholds.long_run_ratio
        and (
            longest.longest_s >= thresholds.long_run_ratio * usual.usual_s
            or longest.to_others_ratio >= thresholds.long_run_clear_ratio
        )
        and longest.is_candidate
        and (
            longest.longest_s >= thresholds.long_run_min_s
            or longest.longest_s >= thresholds.long_run_share_min_ratio * longest.week_s
        ) as has_long_run
    from longest
    inner join usual on longest.athlete_id = usual.athlete_id
    cross join settings.judging as thresholds
),

counted as (
    select
        weeks.athlete_id,
        count(*) filter (where weeks.is_asked) as week_count,
        count(*) filter (where weeks.is_asked and weeks.has_long_run) as long_count,
        count(*) filter (where not weeks.is_recent) as base_count,
        count(*) filter (where not weeks.is_recent and weeks.has_long_run) as base_long_count,
        max(weeks.week_start_on) filter (where weeks.has_long_run) as last_long_on,
        list(weeks.longest_id order by weeks.week_start_on desc, weeks.longest_id asc)
        filter (where weeks.is_asked and not weeks.has_long_run) as activity_ids
    from weeks
    group by weeks.athlete_id
),

judged as (
    select
        usual.*,
        counted.* exclude (athlete_id),
        case
            when
                counted.week_count >= thresholds.long_weeks_min_count
                and usual.weekly_runs >= thresholds.long_run_min_runs
                then counted.long_count / counted.week_count
        end as long_ratio
    from usual
    inner join counted on usual.athlete_id = counted.athlete_id
    cross join settings.judging as thresholds
)

select
    judged.athlete_id,
    judged.long_ratio as value,
    'ratio' as unit,
    thresholds.long_weeks_flag_ratio as threshold,
    1 / (1 + exp((judged.long_ratio - thresholds.long_weeks_flag_ratio) / thresholds.long_weeks_scale))
        as exposure_score,
    case
        when judged.long_ratio is null then cast(0 as double)
        else least(judged.week_count * 7 / (thresholds.recent_days - 2 * 7), 1)
    end as coverage_ratio,
    cast(1 as double) as certainty_ratio,
    cast(null as double) as response_score,
    case
        when
            judged.long_ratio <= thresholds.long_weeks_flag_ratio
            and judged.base_long_count > thresholds.long_weeks_flag_ratio * judged.base_count
            then judged.last_long_on + 7
    end as began_on,
    judged.recent_from as window_start_on,
    judged.last_day as window_end_on,
    case
        when judged.week_count < thresholds.long_weeks_min_count
            then
                format(
                    'Needs {} with runs.',
                    if(
                        judged.week_count = thresholds.long_weeks_min_count - 1,
                        'one more ordinary week',
                        concat(thresholds.long_weeks_min_count - judged.week_count, ' more ordinary weeks')
                    )
                )
        when judged.long_ratio is null then 'With so few runs a week, none can be the long one.'
        when judged.long_count = 0
            then
                format(
                    'None of {} ordinary weeks had a long run; the longest run took {:.0f} minutes, '
                    || 'a usual one takes {:.0f}.',
                    judged.week_count,
                    coalesce(judged.longest_s, judged.usual_s) / 60,
                    judged.usual_s / 60
                )
        else
            format(
                '{} of {} ordinary weeks had a long run; the articles have one in every week.',
                judged.long_count,
                judged.week_count
            )
    end as reason,
    case
        when judged.long_ratio <= thresholds.long_weeks_flag_ratio
            then
                format(
                    'Make one easy run a week the long one: {:.0f} minutes at first, then a tenth more each '
                    || 'week up to about {:.0f}, and shorten another so that the week stays as it is.',
                    thresholds.growth_max_ratio * coalesce(judged.longest_s, judged.usual_s) / 60,
                    greatest(
                        thresholds.long_run_goal_ratio * judged.usual_s,
                        thresholds.growth_max_ratio * thresholds.growth_max_ratio
                        * coalesce(judged.longest_s, judged.usual_s)
                    ) / 60
                )
    end as advice,
    coalesce(judged.activity_ids, cast([] as varchar[])) as activity_ids
from judged
cross join settings.judging as thresholds
