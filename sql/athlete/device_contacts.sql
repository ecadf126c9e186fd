-- One row per two devices of an athlete: how much better runs on the second look than near ones on the first.
--
-- All pairs of runs within some weeks of each other. How far such a difference can be trusted is asked of the
-- placebo: the same difference across dates at which nothing changed. Its spread, less the noise of the runs
-- in it, is what fitness wanders in so many days; devices that took turns are hardly days apart, a watch that
-- was replaced is weeks apart from the next one.
--
-- grain: athlete_id, device_key, other_device_key
-- check: difference_error_pct > 0
with runs as (
    select
        counted.athlete_id,
        counted.activity_id,
        counted.day_number,
        counted.device_key,
        trends.even_log_pct,
        trends.run_noise_pct
    from athlete.trend_runs as counted
    inner join athlete.local_trends as trends
        on counted.athlete_id = trends.athlete_id and counted.activity_id = trends.activity_id
    where counted.counts_for_trend and not trends.is_outlier
),

pairs as (
    select
        ours.athlete_id,
        ours.activity_id,
        ours.device_key,
        ours.day_number,
        theirs.activity_id as other_activity_id,
        theirs.device_key as other_device_key,
        theirs.day_number as other_day_number,
        theirs.even_log_pct - ours.even_log_pct as difference_pct,
        theirs.day_number - ours.day_number as days_later
    from runs as ours
    cross join settings.judging as thresholds
    inner join runs as theirs
        on
            ours.athlete_id = theirs.athlete_id
            and theirs.day_number between
            ours.day_number
            - thresholds.device_contact_days and ours.day_number
            + thresholds.device_contact_days
            and ours.activity_id != theirs.activity_id
),

contacts as (
    select
        pairs.athlete_id,
        pairs.device_key,
        pairs.other_device_key,
        count(*) as pair_count,
        avg(pairs.difference_pct) as difference_pct,
        avg(pairs.days_later) as days_later
    from pairs
    where pairs.device_key != pairs.other_device_key
    group by pairs.athlete_id, pairs.device_key, pairs.other_device_key
),

-- weight of a run in the mean over all pairs: how many of them it is in
weights as (
    select
        pairs.athlete_id,
        pairs.device_key,
        pairs.other_device_key,
        count(*) as pair_count
    from pairs
    where pairs.device_key != pairs.other_device_key
    group by pairs.athlete_id, pairs.device_key, pairs.other_device_key, pairs.activity_id
),

shares as (
    select
        weights.athlete_id,
        weights.device_key,
        weights.other_device_key,
        count(*) as run_count,
        sum(weights.pair_count * weights.pair_count)
        / (sum(weights.pair_count) * sum(weights.pair_count)) as run_share
    from weights
    group by weights.athlete_id, weights.device_key, weights.other_device_key
),

dates as (
    select
        pairs.*,
        unnest(
            generate_series(
                thresholds.placebo_every_days
                * cast(floor(pairs.day_number / thresholds.placebo_every_days) + 1 as bigint),
                pairs.other_day_number,
                thresholds.placebo_every_days
            )
        ) as placebo_day_number
    from pairs
    cross join settings.judging as thresholds
    where pairs.device_key = pairs.other_device_key and pairs.days_later > 0
),

earlier_weights as (
    select
        dates.athlete_id,
        dates.device_key,
        dates.placebo_day_number,
        count(*) as pair_count,
        sum(dates.difference_pct) as difference_pct,
        sum(dates.days_later) as days_later
    from dates
    group by dates.athlete_id, dates.device_key, dates.placebo_day_number, dates.activity_id
),

later_weights as (
    select
        dates.athlete_id,
        dates.device_key,
        dates.placebo_day_number,
        count(*) as pair_count
    from dates
    group by dates.athlete_id, dates.device_key, dates.placebo_day_number, dates.other_activity_id
),

later_shares as (
    select
        later_weights.athlete_id,
        later_weights.device_key,
        later_weights.placebo_day_number,
        count(*) as run_count,
        sum(later_weights.pair_count * later_weights.pair_count) as pair_squares
    from later_weights
    group by later_weights.athlete_id, later_weights.device_key, later_weights.placebo_day_number
),

placebos as (
    select
        earlier.athlete_id,
        earlier.device_key,
        earlier.placebo_day_number,
        sum(earlier.difference_pct) / sum(earlier.pair_count) as difference_pct,
        sum(earlier.days_later) / sum(earlier.pair_count) as days_later,
        (sum(earlier.pair_count * earlier.pair_count) + any_value(later.pair_squares))
        / (sum(earlier.pair_count) * sum(earlier.pair_count)) as run_share
    from earlier_weights as earlier
    inner join later_shares as later
        on
            earlier.athlete_id = later.athlete_id
            and earlier.device_key = later.device_key
            and earlier.placebo_day_number = later.placebo_day_number
    cross join settings.judging as thresholds
    group by earlier.athlete_id, earlier.device_key, earlier.placebo_day_number
    having
        count(*) >= any_value(thresholds.local_min_runs)
        and any_value(later.run_count) >= any_value(thresholds.local_min_runs)
),

spreads as (
    select
        placebos.athlete_id,
        count(*) as placebo_count,
        var_pop(placebos.difference_pct) as placebo_variance,
        avg(placebos.days_later) as days_later,
        avg(placebos.run_share) as run_share
    from placebos
    group by placebos.athlete_id
),

noises as (
    select
        runs.athlete_id,
        any_value(thresholds.standard_error_factor * runs.run_noise_pct) as run_noise_pct
    from runs
    cross join settings.judging as thresholds
    group by runs.athlete_id
),

wanders as (
    select
        noises.athlete_id,
        noises.run_noise_pct * noises.run_noise_pct as noise_variance,
        -- without a placebo nobody knows how far fitness wanders: then as much as noise, in so many days
        if(
            spreads.placebo_count >= thresholds.placebo_min_count,
            greatest(
                spreads.placebo_variance - noises.run_noise_pct * noises.run_noise_pct * spreads.run_share, 0
            )
            / spreads.days_later,
            noises.run_noise_pct * noises.run_noise_pct / thresholds.device_contact_days
        ) as wander_variance_per_day,
        sqrt(spreads.placebo_variance) as placebo_spread_pct
    from noises
    cross join settings.judging as thresholds
    left join spreads on noises.athlete_id = spreads.athlete_id
)

select
    contacts.athlete_id,
    contacts.device_key,
    contacts.other_device_key,
    ours.run_count,
    theirs.run_count as other_run_count,
    contacts.difference_pct,
    contacts.days_later as later_by_days,
    wanders.placebo_spread_pct,
    sqrt(
        wanders.noise_variance * (ours.run_share + theirs.run_share)
        + wanders.wander_variance_per_day * abs(contacts.days_later)
    ) as difference_error_pct
from contacts
inner join shares as ours
    on
        contacts.athlete_id = ours.athlete_id
        and contacts.device_key = ours.device_key
        and contacts.other_device_key = ours.other_device_key
inner join shares as theirs
    on
        contacts.athlete_id = theirs.athlete_id
        and contacts.device_key = theirs.other_device_key
        and contacts.other_device_key = theirs.device_key
inner join wanders on contacts.athlete_id = wanders.athlete_id
where wanders.noise_variance > 0
