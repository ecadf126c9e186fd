-- One row per athlete and day of which anything is known besides running: resting heart rate, variability,
-- sleep, strength, illness.
--
-- The journal counts before the watch: who types a number does so because the watch has none, or a wrong one.
-- Which of the two it was is told, for the two measure differently, and a change of habit is no change of the
-- body. A strength session that was recorded and written down is one. Null is unknown, 0 is none.
--
-- grain: athlete_id, local_day
-- check: (heart_rate_resting_bpm is null) = (heart_rate_resting_source is null)
-- check: (hrv_s is null) = (hrv_source is null)
-- check: (sleep_s is null) = (sleep_source is null)
-- check: (strength_count is null) = (strength_source is null)
with strength as (
    select
        activities.athlete_id,
        activities.local_day,
        count(*) as recorded_count
    from staging.activities as activities
    where activities.sub_sport = 'strength_training'
    group by activities.athlete_id, activities.local_day
),

known as (
    select
        journal.athlete_id,
        journal.local_day
    from staging.journal as journal
    union
    select
        nights.athlete_id,
        nights.local_day
    from staging.wellness_days as nights
    union
    select
        strength.athlete_id,
        strength.local_day
    from strength
)

select
    known.athlete_id,
    known.local_day,
    coalesce(journal.heart_rate_resting_bpm, nights.heart_rate_resting_bpm) as heart_rate_resting_bpm,
    case
        when journal.heart_rate_resting_bpm is not null then 'journal'
        when nights.heart_rate_resting_bpm is not null then 'watch'
    end as heart_rate_resting_source,
    coalesce(journal.hrv_s, nights.hrv_s) as hrv_s,
    case when journal.hrv_s is not null then 'journal' when nights.hrv_s is not null then 'watch' end
        as hrv_source,
    coalesce(journal.sleep_s, nights.sleep_s) as sleep_s,
    case when journal.sleep_s is not null then 'journal' when nights.sleep_s is not null then 'watch' end
        as sleep_source,
    nights.sleep_score,
    greatest(strength.recorded_count, journal.strength_count) as strength_count,
    case
        when strength.recorded_count >= coalesce(journal.strength_count, 0) then 'activity'
        when journal.strength_count is not null then 'journal'
    end as strength_source,
    journal.is_ill,
    journal.local_day is not null as has_journal
from known
left join staging.journal as journal
    on known.athlete_id = journal.athlete_id and known.local_day = journal.local_day
left join staging.wellness_days as nights
    on known.athlete_id = nights.athlete_id and known.local_day = nights.local_day
left join strength
    on known.athlete_id = strength.athlete_id and known.local_day = strength.local_day
