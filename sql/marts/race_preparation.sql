-- One row per race: was running cut back before it, were the fast parts kept, and was there rest after it?
--
-- Before is the mean week of the third to sixth week before the race. The taper is the last week, of a race
-- beyond 10 km the last two. Fast parts are those of workouts, without strides. After it the articles want a
-- week without anything hard, two after a longer race. Null: nothing to hold it against, or not known yet.
--
-- grain: athlete_id, activity_id
-- check: taper_ratio is null or taper_ratio >= 0
with races as (
    select
        activities.athlete_id,
        activities.activity_id,
        activities.local_day,
        activities.name,
        activities.distance_m,
        activities.race_source,
        periods.first_day,
        periods.last_day,
        if(
            activities.distance_m >= thresholds.long_race_min_m,
            thresholds.long_race_taper_days,
            thresholds.short_race_taper_days
        ) as taper_days,
        if(
            activities.distance_m >= thresholds.long_race_min_m,
            thresholds.long_race_rest_days,
            thresholds.short_race_rest_days
        ) as rest_days,
        activities.local_day - cast(thresholds.before_taper_from_days as integer) as before_from,
        activities.local_day - cast(thresholds.before_taper_until_days as integer) as before_until_day
    from athlete.activities as activities
    inner join athlete.periods as periods on activities.athlete_id = periods.athlete_id
    cross join settings.judging as thresholds
    where activities.session_class = 'race'
),

volumes as (
    select
        races.athlete_id,
        races.activity_id,
        7 * avg(days.distance_m) filter (
            where days.local_day between races.before_from and races.before_until_day
        ) as before_weekly_m,
        7 * avg(days.distance_m) filter (
            where days.local_day >= races.local_day - cast(races.taper_days as integer)
        ) as taper_weekly_m
    from races
    inner join athlete.days as days
        on
            races.athlete_id = days.athlete_id
            and days.local_day between races.before_from and races.local_day - 1
    where races.first_day <= races.before_from
    group by races.athlete_id, races.activity_id
),

speeds as (
    select
        races.athlete_id,
        races.activity_id,
        median(bouts.work_speed_m_per_s) filter (
            where bouts.local_day between races.before_from and races.before_until_day
        ) as before_m_per_s,
        median(bouts.work_speed_m_per_s) filter (
            where bouts.local_day >= races.local_day - cast(races.taper_days as integer)
        ) as taper_m_per_s
    from races
    inner join athlete.work_bouts as bouts
        on
            races.athlete_id = bouts.athlete_id
            and bouts.local_day between races.before_from and races.local_day - 1
    where bouts.bout_kind not in ('stride', 'hill_sprint')
    group by races.athlete_id, races.activity_id
),

nexts as (
    select
        races.athlete_id,
        races.activity_id,
        min(activities.local_day) as next_day
    from races
    inner join athlete.activities as activities
        on races.athlete_id = activities.athlete_id and races.local_day < activities.local_day
    where activities.session_class in ('quality', 'race')
    group by races.athlete_id, races.activity_id
),

measured as (
    select
        races.*,
        volumes.taper_weekly_m / nullif(volumes.before_weekly_m, 0) as taper_ratio,
        speeds.taper_m_per_s / speeds.before_m_per_s as taper_speed_ratio,
        coalesce(nexts.next_day - races.local_day, races.last_day - races.local_day) as easy_days,
        nexts.next_day is not null as is_hard_again
    from races
    left join volumes on races.athlete_id = volumes.athlete_id and races.activity_id = volumes.activity_id
    left join speeds on races.athlete_id = speeds.athlete_id and races.activity_id = speeds.activity_id
    left join nexts on races.athlete_id = nexts.athlete_id and races.activity_id = nexts.activity_id
)

select
    measured.athlete_id,
    measured.activity_id,
    measured.local_day,
    measured.name,
    measured.distance_m,
    measured.race_source,
    measured.taper_days,
    measured.taper_ratio,
    measured.taper_ratio between thresholds.taper_min_ratio and thresholds.taper_max_ratio as is_tapered,
    measured.taper_speed_ratio,
    measured.taper_speed_ratio >= thresholds.taper_speed_min_ratio as is_speed_kept,
    case when measured.is_hard_again then measured.easy_days end as days_to_quality,
    measured.rest_days,
    case
        when measured.is_hard_again or measured.easy_days >= measured.rest_days
            then measured.easy_days >= measured.rest_days
    end as is_recovered,
    concat_ws(
        ' ',
        case
            when measured.taper_ratio is null
                then 'What was run in the six weeks before it is not known.'
            else
                format(
                    'In the last {} days you ran {:.0f} % {} than in a usual week before; '
                    || 'the articles cut back by 20 to 30 %.',
                    measured.taper_days,
                    100 * abs(1 - measured.taper_ratio),
                    if(measured.taper_ratio > 1, 'more', 'less')
                )
        end,
        case
            when measured.taper_speed_ratio >= thresholds.taper_speed_min_ratio
                then 'The fast parts stayed fast.'
            when measured.taper_speed_ratio is not null
                then
                    format('The fast parts were {:.0f} % slower.', 100 * (1 - measured.taper_speed_ratio))
        end,
        case
            when measured.is_hard_again
                then
                    format(
                        'The next hard session came after {}; {} are advised.',
                        if(measured.easy_days = 1, 'a day', concat(measured.easy_days, ' days')),
                        measured.rest_days
                    )
            when measured.easy_days < measured.rest_days
                then
                    format(
                        'Wait {} with anything hard.',
                        if(
                            measured.rest_days - measured.easy_days = 1,
                            'one more day',
                            concat(measured.rest_days - measured.easy_days, ' more days')
                        )
                    )
        end
    ) as reason
from measured
cross join settings.judging as thresholds
