-- One row per athlete and day, rest days too: load, fitness, fatigue and form; resting heart rate,
-- variability, sleep, strength and illness as far as they are known.
--
-- Scores are exponentially weighted with 42 and 7 days, k = 1 - exp(-1/tau), as GoldenCheetah and Elevate do;
-- TrainingPeaks (k = 1/tau) is close, Runalyze (k = 2/(N + 1)) is about twice as quick. Form is yesterday's.
--
-- grain: athlete_id, local_day
select
    days.athlete_id,
    days.local_day,
    days.activity_count,
    days.run_count,
    days.distance_m,
    days.moving_s,
    days.load_score,
    days.load_unknown_count,
    days.fitness_score,
    days.fatigue_score,
    days.form_score,
    days.monotony,
    days.strain_score,
    days.acute_chronic_ratio,
    days.is_warming_up,
    recovery.heart_rate_resting_bpm,
    recovery.heart_rate_resting_source,
    recovery.hrv_s,
    recovery.hrv_source,
    recovery.sleep_s,
    recovery.sleep_source,
    recovery.sleep_score,
    recovery.strength_count,
    recovery.is_ill
from athlete.days as days
left join athlete.recovery_days as recovery
    on days.athlete_id = recovery.athlete_id and days.local_day = recovery.local_day
