-- One row per run that was a race, or an effort like one, and what says so.
--
-- What the journal says of a day comes first: a race is the run nearest to its distance, which may be longer
-- by a warm-up, or without a distance the longest run; and where it says that there was none, none was.
--
-- A name counts unless it also speaks of training; a distance in it only where the run was that long, and
-- clearly faster than usual. Without a name: nearly the athlete's best of the year over 3 km or more, nearly
-- worth the best over any distance (Riegel), most of the run, clearly faster than usual, and either at a
-- clearly higher heart rate or, if that is not known, over a distance at which races are held.
--
-- grain: athlete_id, activity_id
-- check: race_source in ('journal', 'name', 'near_best')
with limits as (
    select
        to_days(cast(thresholds.best_memory_days as integer)) as best_memory,
        thresholds.evidence_min_m,
        thresholds.race_length_min_ratio,
        thresholds.riegel_exponent
    from settings.judging as thresholds
),

given as (
    select
        descriptions.athlete_id,
        descriptions.session_id,
        arg_min(descriptions.name, descriptions.rank_number) as name
    from sessions.descriptions as descriptions
    group by descriptions.athlete_id, descriptions.session_id
),

runs as (
    select
        activities.athlete_id,
        activities.activity_id,
        activities.local_day,
        activities.is_indoor,
        lower(strip_accents(coalesce(given.name, activities.name))) as name,
        coalesce(activities.distance_m, summaries.travelled_m) as length_m,
        summaries.moving_m / nullif(summaries.moving_s, 0) as speed_m_per_s,
        summaries.heart_rate_mean_bpm
    from staging.activities as activities
    left join given
        on activities.athlete_id = given.athlete_id and activities.activity_id = given.session_id
    left join activity.summaries as summaries
        on activities.athlete_id = summaries.athlete_id and activities.activity_id = summaries.activity_id
    where activities.is_run
),

written as (
    select
        journal.athlete_id,
        arg_min(
            runs.activity_id,
            row(
                coalesce(abs(ln(nullif(runs.length_m, 0) / journal.race_m)), 0),
                -coalesce(runs.length_m, 0),
                runs.activity_id
            )
        ) as activity_id
    from staging.journal as journal
    inner join runs on journal.athlete_id = runs.athlete_id and journal.local_day = runs.local_day
    cross join limits
    where
        journal.has_race
        and (
            journal.race_m is null
            or runs.length_m is null
            or runs.length_m >= limits.race_length_min_ratio * journal.race_m
        )
    group by journal.athlete_id, journal.local_day
),

compared as (
    select
        runs.*,
        runs.speed_m_per_s / nullif(median(runs.speed_m_per_s) over last_year, 0) as speed_to_usual_ratio,
        runs.heart_rate_mean_bpm / median(runs.heart_rate_mean_bpm) over last_year
            as heart_rate_to_usual_ratio,
        count(runs.speed_m_per_s) over last_year as run_count
    from runs
    cross join limits
    window last_year as (
        partition by runs.athlete_id, runs.is_indoor order by runs.local_day
        range between limits.best_memory preceding and current row
    )
),

named as (
    select
        compared.*,
        regexp_replace(concat(' ', compared.name, ' '), '[^\pL\pN]+', ' ', 'g') as spaced_name,
        regexp_matches(compared.name, '[0-9] ?[x×*] ?[0-9]') as is_repeats -- 5 x 1 km, 3x10 min
    from compared
),

spoken as (
    select
        named.athlete_id,
        named.activity_id,
        bool_or(
            parts.name_kind = 'race'
            or (
                parts.name_kind = 'distance'
                and named.length_m between
                thresholds.race_length_min_ratio * parts.race_distance_m
                and thresholds.race_length_max_ratio * parts.race_distance_m
                and named.speed_to_usual_ratio >= thresholds.race_named_above_usual_min_ratio
            )
        )
        and not bool_or(parts.name_kind = 'no_race' or named.is_repeats) as is_race
    from named
    inner join settings.race_names as parts on contains(named.spaced_name, parts.name_part)
    cross join settings.judging as thresholds
    group by named.athlete_id, named.activity_id
),

-- a race that was measured a little short is its distance, too
covered as (
    select
        efforts.athlete_id,
        efforts.activity_id,
        efforts.effort_distance_m,
        efforts.elapsed_s
    from activity.best_efforts as efforts
    union all
    select
        runs.athlete_id,
        runs.activity_id,
        distances.race_distance_m as effort_distance_m,
        distances.race_distance_m / runs.speed_m_per_s as elapsed_s
    from runs
    cross join limits
    inner join settings.race_distances as distances
        on
            runs.length_m < distances.race_distance_m
            and runs.length_m >= distances.race_distance_m * limits.race_length_min_ratio
),

efforts as (
    select
        compared.*,
        covered.effort_distance_m,
        covered.elapsed_s,
        min(covered.elapsed_s) over (
            partition by compared.athlete_id, covered.effort_distance_m order by compared.local_day
            range between limits.best_memory preceding and current row
        ) as best_s,
        covered.elapsed_s / power(covered.effort_distance_m, limits.riegel_exponent) as worth_s,
        min(covered.elapsed_s / power(covered.effort_distance_m, limits.riegel_exponent)) over (
            partition by compared.athlete_id order by compared.local_day
            range between limits.best_memory preceding and current row
        ) as best_worth_s
    from compared
    inner join covered
        on compared.athlete_id = covered.athlete_id and compared.activity_id = covered.activity_id
    cross join limits
    where not compared.is_indoor and covered.effort_distance_m >= limits.evidence_min_m
),

near_best as (
    select distinct
        efforts.athlete_id,
        efforts.activity_id
    from efforts
    cross join settings.judging as thresholds
    where
        efforts.run_count >= thresholds.race_min_runs
        and efforts.effort_distance_m >= thresholds.single_effort_min_m
        and efforts.best_s >= thresholds.near_best_min_ratio * efforts.elapsed_s
        and efforts.best_worth_s >= thresholds.race_worth_min_ratio * efforts.worth_s
        and efforts.speed_to_usual_ratio >= thresholds.race_above_usual_min_ratio
        and if(
            efforts.heart_rate_to_usual_ratio is null,
            efforts.length_m <= thresholds.race_length_max_ratio * efforts.effort_distance_m,
            efforts.length_m * thresholds.race_coverage_min_ratio <= efforts.effort_distance_m
            and efforts.heart_rate_to_usual_ratio >= thresholds.race_heart_rate_min_ratio
        )
)

select
    runs.athlete_id,
    runs.activity_id,
    case
        when written.activity_id is not null then 'journal'
        when spoken.is_race then 'name'
        else 'near_best'
    end as race_source
from runs
left join written
    on runs.athlete_id = written.athlete_id and runs.activity_id = written.activity_id
left join staging.journal as journal
    on runs.athlete_id = journal.athlete_id and runs.local_day = journal.local_day
left join spoken
    on runs.athlete_id = spoken.athlete_id and runs.activity_id = spoken.activity_id
left join near_best
    on runs.athlete_id = near_best.athlete_id and runs.activity_id = near_best.activity_id
where
    written.activity_id is not null
    or (
        coalesce(journal.has_race, true)
        and (spoken.is_race or near_best.activity_id is not null)
    )
