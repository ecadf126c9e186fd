-- One row per athlete and day from which one looks around, if there is a run within two years that was a
-- test of the second threshold: the heart rate of the hardest test, or of three or more the second
-- hardest.
--
-- A test is half an hour at hardly less than critical speed, where that is sure, and clearly faster than
-- the runs of every day: who always runs hard takes no test. By chance alone heart rate differs by 5 or 6
-- bpm from run to run, more than the threshold moves in two years: the highest of several is high by
-- chance. A watch at the wrist is only asked where there is no other; a treadmill's belt, which is not
-- calibrated, never.
--
-- grain: athlete_id, as_of_day
with asked as (
    select distinct
        spans.athlete_id,
        spans.as_of_day
    from athlete.anchor_spans as spans
),

usual as (
    select
        activities.athlete_id,
        median(summaries.moving_m / nullif(summaries.moving_s, 0)) as usual_m_per_s
    from staging.activities as activities
    inner join activity.summaries as summaries
        on activities.athlete_id = summaries.athlete_id and activities.activity_id = summaries.activity_id
    where activities.is_run and not activities.is_indoor
    group by activities.athlete_id
),

tests as (
    select
        tests.athlete_id,
        activities.local_day,
        coalesce(activities.heart_rate_source != 'wrist', true) as is_trusted,
        struct_pack(
            bpm := tests.test_heart_rate_bpm,
            local_day := activities.local_day,
            activity_id := tests.activity_id
        ) as test
    from activity.threshold_tests as tests
    cross join settings.judging as thresholds
    inner join staging.activities as activities
        on tests.athlete_id = activities.athlete_id and tests.activity_id = activities.activity_id
    inner join athlete.critical_speeds as speeds
        on
            tests.athlete_id = speeds.athlete_id
            and activities.local_day between speeds.valid_from and speeds.valid_until_day
            and speeds.is_critical_speed_confident
    left join usual on tests.athlete_id = usual.athlete_id
    where
        not activities.is_indoor
        and tests.test_speed_m_per_s >= thresholds.test_speed_min_ratio * speeds.critical_speed_m_per_s
        and coalesce(
            tests.test_speed_m_per_s >= thresholds.critical_above_usual_min_ratio * usual.usual_m_per_s, true
        )
),

hardest as (
    select
        asked.athlete_id,
        asked.as_of_day,
        count(*) as test_count,
        count(*) filter (where tests.is_trusted) as trusted_count,
        max(tests.test, 2) filter (where tests.is_trusted) as hardest_trusted,
        max(tests.test, 2) as hardest
    from asked
    cross join settings.judging as thresholds
    inner join tests
        on
            asked.athlete_id = tests.athlete_id
            and tests.local_day between
            asked.as_of_day - cast(thresholds.anchor_memory_days as integer) + 1
            and asked.as_of_day + cast(thresholds.anchor_memory_days as integer) - 1
    group by asked.athlete_id, asked.as_of_day
),

chosen as (
    select
        hardest.athlete_id,
        hardest.as_of_day,
        hardest.trusted_count > 0 as is_trusted,
        if(hardest.trusted_count > 0, hardest.trusted_count, hardest.test_count) as test_count,
        if(hardest.trusted_count > 0, hardest.hardest_trusted, hardest.hardest) as tests
    from hardest
),

picked as (
    select
        chosen.*,
        chosen.tests[if(chosen.test_count > 2, 2, 1)] as test
    from chosen
)

select
    athlete_id,
    as_of_day,
    test.bpm as shown_threshold_bpm,
    format(
        'half an hour at critical speed on {}{}, its last 20 minutes; the {} of {} within two years',
        test.local_day,
        if(is_trusted, '', ' (heart rate from the wrist)'),
        if(test_count > 2, 'second highest', 'highest'),
        test_count
    ) as shown_threshold_reason,
    [test.activity_id] as shown_threshold_ids
from picked
