-- One row per athlete and day from which one looks around, if critical speed is sure within a year: what
-- it is on that day, or on the nearest on which it is sure.
--
-- grain: athlete_id, as_of_day
with asked as (
    select distinct
        spans.athlete_id,
        spans.as_of_day
    from athlete.anchor_spans as spans
),

sure as (
    select
        asked.athlete_id,
        asked.as_of_day,
        speeds.valid_from,
        speeds.critical_speed_m_per_s,
        speeds.effort_count,
        speeds.activity_ids,
        case
            when asked.as_of_day < speeds.valid_from then speeds.valid_from - asked.as_of_day
            when asked.as_of_day > speeds.valid_until_day then asked.as_of_day - speeds.valid_until_day
            else 0
        end as distance_days
    from asked
    inner join athlete.critical_speeds as speeds
        on asked.athlete_id = speeds.athlete_id and speeds.is_critical_speed_confident
),

ranked as (
    select
        sure.*,
        row_number() over (
            partition by sure.athlete_id, sure.as_of_day order by sure.distance_days, sure.valid_from
        ) as place
    from sure
)

select
    ranked.athlete_id,
    ranked.as_of_day,
    ranked.critical_speed_m_per_s as shown_speed_m_per_s,
    format(
        'critical speed, from {} hard effort{}{}',
        ranked.effort_count,
        if(ranked.effort_count = 1, '', 's'),
        if(ranked.distance_days = 0, '', format(', {} days away and the nearest', ranked.distance_days))
    ) as shown_speed_reason,
    ranked.activity_ids as shown_speed_ids
from ranked
cross join settings.judging as thresholds
where ranked.place = 1 and ranked.distance_days < thresholds.threshold_speed_memory_days
