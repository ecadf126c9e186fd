-- One row per two recordings of different files that could be one session: what speaks for it, and against.
--
-- They overlap in time; or they would, and began in the same second, if one clock were wrong by whole quarter
-- hours. Their streams decide. Positions must be equal but for a lag of a second or two and what rounding
-- loses, and heart rates alike, wherever both have them: two who run side by side are metres apart, and have
-- two hearts. Only where there is neither do the summaries speak. A clock that is wrong takes more proof.
--
-- grain: athlete_id, activity_id, other_activity_id
-- check: evidence in ('position', 'heart_rate', 'device', 'summary', 'none')
-- check: evidence != 'none' or not is_same
with days as (
    select
        outlines.*,
        cast(cast(outlines.started_at as date) as timestamp) as day_at
    from sessions.outlines as outlines
    where outlines.latest_activity_id is null
),

around as (
    select
        days.*,
        unnest([days.day_at - interval 1 day, days.day_at, days.day_at + interval 1 day]) as near_day_at
    from days
),

near as (
    select
        one.athlete_id,
        one.activity_id,
        other.activity_id as other_activity_id,
        one.first_minute_number <= other.last_minute_number
        and other.first_minute_number <= one.last_minute_number as is_overlapping,
        epoch(other.started_at) - epoch(one.started_at) as start_gap_s,
        cast(thresholds.zone_step_s * round(
            (epoch(other.started_at) - epoch(one.started_at)) / thresholds.zone_step_s
        ) as bigint) as zone_shift_s,
        least(one.minute_count, other.minute_count) as shorter_count,
        greatest(one.minute_count, other.minute_count) as longer_count,
        coalesce(one.sport = other.sport or 'generic' in (one.sport, other.sport), true) as is_same_sport,
        coalesce(
            one.device_serial = other.device_serial
            and coalesce(one.device_manufacturer = other.device_manufacturer, true),
            false
        ) as is_same_device,
        coalesce(one.device_serial != other.device_serial, false) as is_other_device,
        coalesce(
            abs(one.elapsed_s - other.elapsed_s) <= greatest(
                thresholds.elapsed_tolerance_s,
                -- where no distance bears it out, to the second
                case
                    when one.distance_m is not null and other.distance_m is not null
                        then thresholds.summary_tolerance_ratio * greatest(one.elapsed_s, other.elapsed_s)
                    else 0
                end
            ),
            false
        ) as is_same_elapsed,
        coalesce(
            abs(one.distance_m - other.distance_m)
            <= thresholds.summary_tolerance_ratio * greatest(one.distance_m, other.distance_m),
            true
        ) as is_same_distance
    from days as one
    inner join around as other
        on one.athlete_id = other.athlete_id and one.day_at = other.near_day_at
    cross join settings.matching as thresholds
    where one.activity_id < other.activity_id and one.file_digest != other.file_digest
),

candidates as materialized (
    select
        near.*,
        cast(0 as bigint) as shift_s
    from near
    where near.is_overlapping
    union all
    select
        near.*,
        near.zone_shift_s as shift_s
    from near
    cross join settings.matching as thresholds
    where
        near.zone_shift_s != 0
        and abs(near.zone_shift_s) <= thresholds.zone_shift_max_s
        and abs(near.start_gap_s - near.zone_shift_s) <= thresholds.start_tolerance_s
),

-- Materialized: all minutes joined with all others, which the planner chose now and then, are as many as
-- their number squared.
minutes as materialized (
    select
        candidates.other_activity_id,
        candidates.shift_s,
        minutes.minute_number + candidates.shift_s // 60 as other_minute_number,
        minutes.*
    from candidates
    inner join recording.minutes as minutes
        on candidates.athlete_id = minutes.athlete_id and candidates.activity_id = minutes.activity_id
),

marks as (
    select
        one.athlete_id,
        one.activity_id,
        one.other_activity_id,
        one.shift_s,
        one.heart_rate_bpm,
        abs(other.heart_rate_bpm - one.heart_rate_bpm) as heart_rate_apart_bpm,
        abs(other.cadence_per_min - one.cadence_per_min) as cadence_apart_per_min,
        abs(other.distance_m - one.distance_m)
        <= thresholds.distance_equal_min_m + thresholds.summary_tolerance_ratio * one.distance_m
            as is_distance_equal,
        (other.latitude_deg - one.latitude_deg) * measuring.degree_m as north_m,
        (other.longitude_deg - one.longitude_deg)
        * measuring.degree_m * cos(radians(one.latitude_deg)) as east_m,
        (one.north_m_per_s + other.north_m_per_s) / 2 as north_m_per_s,
        (one.east_m_per_s + other.east_m_per_s) / 2 as east_m_per_s
    from minutes as one
    inner join recording.minutes as other
        on
            one.athlete_id = other.athlete_id
            and one.other_activity_id = other.activity_id
            and one.other_minute_number = other.minute_number
    cross join settings.matching as thresholds
    cross join settings.measuring as measuring
),

moving as (
    select
        marks.*,
        sqrt(marks.north_m_per_s ** 2 + marks.east_m_per_s ** 2) >= thresholds.track_min_m_per_s as is_moving
    from marks
    cross join settings.matching as thresholds
),

lags as (
    select
        moving.athlete_id,
        moving.activity_id,
        moving.other_activity_id,
        moving.shift_s,
        median(
            (moving.north_m * moving.north_m_per_s + moving.east_m * moving.east_m_per_s)
            / (moving.north_m_per_s ** 2 + moving.east_m_per_s ** 2)
        ) as lag_s
    from moving
    where moving.is_moving
    group by moving.athlete_id, moving.activity_id, moving.other_activity_id, moving.shift_s
),

aligned as (
    select
        moving.*,
        case when abs(lags.lag_s) <= thresholds.lag_max_s then lags.lag_s else cast(0 as double) end as lag_s
    from moving
    left join lags
        on
            moving.athlete_id = lags.athlete_id
            and moving.activity_id = lags.activity_id
            and moving.other_activity_id = lags.other_activity_id
            and moving.shift_s = lags.shift_s
    cross join settings.matching as thresholds
),

apart as (
    select
        aligned.*,
        case
            when aligned.is_moving
                then sqrt(
                    (aligned.north_m - aligned.lag_s * aligned.north_m_per_s) ** 2
                    + (aligned.east_m - aligned.lag_s * aligned.east_m_per_s) ** 2
                )
        end as apart_m
    from aligned
),

counted as (
    select
        apart.athlete_id,
        apart.activity_id,
        apart.other_activity_id,
        apart.shift_s,
        any_value(apart.lag_s) as lag_s,
        count(*) as common_count,
        count(apart.apart_m) as position_count,
        count(*) filter (where apart.apart_m <= thresholds.position_equal_max_m) as position_equal_count,
        count(*) filter (where apart.apart_m > thresholds.position_far_m) as position_far_count,
        count(apart.heart_rate_apart_bpm) as heart_rate_count,
        count(*) filter (
            where apart.heart_rate_apart_bpm <= thresholds.heart_rate_equal_max_bpm
        ) as heart_rate_equal_count,
        count(*) filter (
            where apart.heart_rate_apart_bpm <= thresholds.heart_rate_identical_max_bpm
        ) as heart_rate_identical_count,
        max(case when apart.heart_rate_apart_bpm is not null then apart.heart_rate_bpm end)
        - min(case when apart.heart_rate_apart_bpm is not null then apart.heart_rate_bpm end)
            as heart_rate_spread_bpm,
        count(apart.cadence_apart_per_min) as cadence_count,
        count(*) filter (
            where apart.cadence_apart_per_min <= thresholds.cadence_equal_max_per_min
        ) as cadence_equal_count,
        count(apart.is_distance_equal) as distance_count,
        count(*) filter (where apart.is_distance_equal) as distance_equal_count
    from apart
    cross join settings.matching as thresholds
    group by apart.athlete_id, apart.activity_id, apart.other_activity_id, apart.shift_s
),

compared as (
    select
        candidates.*,
        coalesce(counted.lag_s, 0) as lag_s,
        coalesce(counted.common_count, 0) as common_count,
        coalesce(counted.position_count, 0) as position_count,
        coalesce(counted.position_equal_count, 0) as position_equal_count,
        coalesce(counted.position_far_count, 0) as position_far_count,
        coalesce(counted.heart_rate_count, 0) as heart_rate_count,
        coalesce(counted.heart_rate_equal_count, 0) as heart_rate_equal_count,
        coalesce(counted.heart_rate_identical_count, 0) as heart_rate_identical_count,
        coalesce(counted.heart_rate_spread_bpm, 0) as heart_rate_spread_bpm,
        coalesce(counted.cadence_count, 0) as cadence_count,
        coalesce(counted.cadence_equal_count, 0) as cadence_equal_count,
        coalesce(counted.distance_count, 0) as distance_count,
        coalesce(counted.distance_equal_count, 0) as distance_equal_count,
        abs(candidates.start_gap_s - candidates.shift_s) <= thresholds.start_tolerance_s as is_same_start
    from candidates
    left join counted
        on
            candidates.athlete_id = counted.athlete_id
            and candidates.activity_id = counted.activity_id
            and candidates.other_activity_id = counted.other_activity_id
            and candidates.shift_s = counted.shift_s
    cross join settings.matching as thresholds
),

judged as (
    select
        compared.*,
        compared.position_count >= thresholds.common_min_count as has_positions,
        compared.position_equal_count >= thresholds.equal_min_ratio * compared.position_count
            as is_position_equal,
        compared.position_equal_count >= thresholds.identical_min_ratio * compared.position_count
            as is_position_identical,
        compared.position_far_count > thresholds.position_far_max_ratio * compared.position_count
            as is_position_far,
        compared.heart_rate_count >= thresholds.common_min_count as has_heart_rates,
        compared.heart_rate_equal_count >= thresholds.equal_min_ratio * compared.heart_rate_count
            as is_heart_rate_equal,
        compared.heart_rate_identical_count >= thresholds.identical_min_ratio * compared.heart_rate_count
        and compared.heart_rate_spread_bpm >= thresholds.heart_rate_spread_min_bpm
            as is_heart_rate_identical,
        (
            compared.cadence_count >= thresholds.common_min_count
            and compared.cadence_equal_count < thresholds.equal_min_ratio * compared.cadence_count
        )
        or (
            compared.distance_count >= thresholds.common_min_count
            and compared.distance_equal_count < thresholds.equal_min_ratio * compared.distance_count
        ) as is_motion_other,
        compared.common_count >= thresholds.common_min_ratio * compared.shorter_count as is_inside,
        compared.is_same_start
        or compared.common_count >= thresholds.part_max_ratio * compared.longer_count as is_no_part,
        thresholds.identical_min_count
    from compared
    cross join settings.matching as thresholds
),

told as (
    select
        judged.*,
        case
            when
                judged.shift_s != 0
                then case
                    when not (judged.is_position_identical or not judged.has_positions) then 'none'
                    when not (judged.is_heart_rate_identical or not judged.has_heart_rates) then 'none'
                    when judged.position_count >= judged.identical_min_count then 'position'
                    when judged.heart_rate_count >= judged.identical_min_count then 'heart_rate'
                    else 'none'
                end
            when
                judged.has_positions and judged.is_position_equal
                and (judged.is_heart_rate_equal or not judged.has_heart_rates)
                then 'position'
            when
                judged.has_heart_rates and judged.is_heart_rate_equal
                and not judged.has_positions and judged.is_same_start
                then 'heart_rate'
            when
                judged.heart_rate_count >= judged.identical_min_count and judged.is_heart_rate_identical
                and not (judged.has_positions and judged.is_position_far)
                then 'heart_rate'
            when
                judged.has_positions or judged.has_heart_rates or judged.is_motion_other
                or not judged.is_same_start
                then 'none'
            when judged.is_same_device then 'device'
            when
                judged.is_same_sport and not judged.is_other_device
                and judged.is_same_elapsed and judged.is_same_distance
                then 'summary'
            else 'none'
        end as evidence
    from judged
),

best as (
    select
        told.*,
        told.evidence != 'none' and told.is_inside and told.is_no_part as is_same
    from told
    qualify
        row_number() over (
            partition by told.athlete_id, told.activity_id, told.other_activity_id
            order by
                told.evidence != 'none' and told.is_inside and told.is_no_part desc,
                told.evidence = 'none' asc,
                abs(told.shift_s) asc
        ) = 1
)

select
    athlete_id,
    activity_id,
    other_activity_id,
    shift_s,
    lag_s,
    evidence,
    is_same,
    is_inside,
    common_count,
    position_count,
    position_equal_count,
    heart_rate_count,
    heart_rate_equal_count
from best
where evidence != 'none' or shift_s = 0
