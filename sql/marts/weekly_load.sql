-- One row per athlete and week, empty weeks too: distance, time and load, and how they change.
--
-- A run is held against the longest of the thirty days before it: by more than a tenth longer, and injuries
-- become more frequent (SCIENCE.md A45). The ramp is the slope of the twelve whole weeks that a week ends.
--
-- grain: athlete_id, week_start_on
with limits as (
    select
        to_days(cast(thresholds.spike_days as integer)) as spike_memory,
        to_days(cast(thresholds.rest_search_days as integer) - 7) as ramp_memory,
        thresholds.growth_max_ratio,
        thresholds.weeks_compared
    from settings.judging as thresholds
),

runs as (
    select
        activities.athlete_id,
        activities.local_day,
        activities.distance_m / max(activities.distance_m) over days_before - 1 as longest_growth_ratio
    from athlete.activities as activities
    cross join limits
    where activities.is_run and activities.distance_m > 0
    window days_before as (
        partition by activities.athlete_id order by activities.local_day
        range between limits.spike_memory preceding and interval 1 day preceding
    )
),

spikes as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        max(runs.longest_growth_ratio) as longest_growth_ratio
    from athlete.weeks as weeks
    inner join runs
        on
            weeks.athlete_id = runs.athlete_id
            and runs.local_day between weeks.week_start_on and weeks.week_start_on + 6
    group by weeks.athlete_id, weeks.week_start_on
),

ramps as (
    select
        weeks.athlete_id,
        weeks.week_start_on,
        count(*) over weeks_until as week_count,
        7 * regr_slope(weeks.distance_m, weeks.week_start_on - date '1970-01-01') over weeks_until as ramp_m
    from athlete.weeks as weeks
    cross join limits
    where weeks.day_count = 7
    window weeks_until as (
        partition by weeks.athlete_id order by weeks.week_start_on
        range between limits.ramp_memory preceding and current row
    )
)

select
    weeks.athlete_id,
    weeks.week_start_on,
    weeks.activity_count,
    weeks.run_count,
    weeks.run_day_count,
    weeks.distance_m,
    weeks.moving_s,
    weeks.load_score,
    weeks.load_unknown_count,
    weeks.load_change_ratio,
    weeks.longest_run_m,
    spikes.longest_growth_ratio,
    coalesce(spikes.longest_growth_ratio > limits.growth_max_ratio - 1, false) as has_spike,
    case when ramps.week_count > limits.weeks_compared then ramps.ramp_m end as ramp_m,
    weeks.is_down_week,
    phases.phase,
    weeks.fitness_score,
    weeks.fatigue_score,
    weeks.form_score
from athlete.weeks as weeks
cross join limits
left join athlete.week_phases as phases
    on weeks.athlete_id = phases.athlete_id and weeks.week_start_on = phases.week_start_on
left join spikes
    on weeks.athlete_id = spikes.athlete_id and weeks.week_start_on = spikes.week_start_on
left join ramps
    on weeks.athlete_id = ramps.athlete_id and weeks.week_start_on = ramps.week_start_on
