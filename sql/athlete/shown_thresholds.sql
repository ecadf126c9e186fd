-- One row per athlete and day from which one looks around, if there is a run within two years that was a
-- test of the second threshold: the heart rate of the hardest test within half a year, or of the nearest.
--
-- A test is half an hour at hardly less than critical speed, where that is sure. Of three or more the second
-- highest counts: by chance alone heart rate differs by 5 or 6 bpm from run to run. A watch at the wrist is
-- only asked where there is no other.
--
-- grain: athlete_id, as_of_day
with asked as (
    select distinct
        spans.athlete_id,
        spans.as_of_day
    from athlete.anchor_spans as spans
),

tests as (
    select
        tests.athlete_id,
        tests.activity_id,
        tests.test_heart_rate_bpm,
        activities.local_day,
        coalesce(activities.heart_rate_source != 'wrist', true) as is_trusted
    from activity.threshold_tests as tests
    cross join settings.judging as thresholds
    inner join staging.activities as activities
        on tests.athlete_id = activities.athlete_id and tests.activity_id = activities.activity_id
    inner join athlete.critical_speeds as speeds
        on
            tests.athlete_id = speeds.athlete_id
            and activities.local_day between speeds.valid_from and speeds.valid_until_day
            and speeds.is_critical_speed_confident
    where tests.test_speed_m_per_s >= thresholds.test_speed_min_ratio * speeds.critical_speed_m_per_s
),

near as (
    select
        asked.athlete_id,
        asked.as_of_day,
        abs(asked.as_of_day - tests.local_day) as distance_days,
        min(abs(asked.as_of_day - tests.local_day)) over (
            partition by asked.athlete_id, asked.as_of_day
        ) as nearest_days,
        struct_pack(
            is_trusted := tests.is_trusted,
            bpm := tests.test_heart_rate_bpm,
            local_day := tests.local_day,
            activity_id := tests.activity_id
        ) as test,
        thresholds.test_memory_days
    from asked
    cross join settings.judging as thresholds
    inner join tests
        on
            asked.athlete_id = tests.athlete_id
            and tests.local_day between
            asked.as_of_day - cast(thresholds.anchor_memory_days as integer) + 1
            and asked.as_of_day + cast(thresholds.anchor_memory_days as integer) - 1
),

highest as (
    select
        near.athlete_id,
        near.as_of_day,
        count(*) as test_count,
        max(near.test, 2)[if(count(*) > 2, 2, 1)] as test
    from near
    where near.distance_days < near.test_memory_days or near.distance_days = near.nearest_days
    group by near.athlete_id, near.as_of_day
)

select
    athlete_id,
    as_of_day,
    test.bpm as shown_threshold_bpm,
    format(
        'half an hour at critical speed on {}{}, its last 20 minutes; the {} of {}',
        test.local_day,
        if(test.is_trusted, '', ' (heart rate from the wrist)'),
        if(test_count > 2, 'second highest', 'highest'),
        test_count
    ) as shown_threshold_reason,
    [test.activity_id] as shown_threshold_ids
from highest
