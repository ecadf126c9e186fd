-- One row per activity: its totals, measured from its records.
--
-- A peak of heart rate is the highest median of a quarter of a minute of slices, a low the lowest mean of
-- half a minute; only where heart rate was known all the while, and a peak not in the first minutes. The
-- session's mean heart rate is what GoldenCheetah makes its TRIMP of.
--
-- grain: athlete_id, activity_id
-- check: moving_s >= 0
-- check: moving_m <= travelled_m + 1e-6
-- check: heart_rate_known_s >= 0
-- check: heart_rate_known_s + heart_rate_rejected_s + heart_rate_dropout_s <= recorded_s + 1e-6
with limits as (
    select
        to_seconds(cast(thresholds.peak_window_s as bigint)) as peak_window,
        to_seconds(cast(thresholds.peak_window_s - thresholds.slice_s as bigint)) as peak_reach,
        to_seconds(cast(thresholds.pace_window_s as bigint)) as pace_window,
        to_seconds(cast(thresholds.pace_window_s - thresholds.slice_s as bigint)) as pace_reach,
        to_seconds(cast(thresholds.peak_after_s as bigint)) as peak_after
    from settings.measuring as thresholds
),

windowed as (
    select
        slices.*,
        last_value(
            case
                when slices.is_after_pause or slices.step_s = 0 or slices.heart_rate_bpm is null
                    then slices.recorded_at
            end ignore nulls
        ) over activity as unbroken_since,
        first_value(slices.recorded_at) over activity + limits.peak_after as peak_from,
        limits.peak_window,
        limits.pace_window,
        -- of each slice the lowest: a spike of seconds lies in two or three slices, and fills none but one;
        -- median() over a window costs twice as much as that of the list of it
        list(slices.heart_rate_lowest_bpm) over (
            partition by slices.athlete_id, slices.activity_id order by slices.recorded_at
            range between limits.peak_reach preceding and current row
        ) as heart_rates_around_bpm,
        avg(slices.heart_rate_bpm) over (
            partition by slices.athlete_id, slices.activity_id order by slices.recorded_at
            range between limits.pace_reach preceding and current row
        ) as heart_rate_half_minute_bpm
    from activity.clean_slices as slices
    cross join limits
    window activity as (partition by slices.athlete_id, slices.activity_id order by slices.recorded_at)
),

sums as (
    select
        windowed.athlete_id,
        windowed.activity_id,
        sum(windowed.record_count) as record_count,
        sum(windowed.step_s) as recorded_s,
        sum(windowed.moving_s) as moving_s,
        max(windowed.travelled_m) as travelled_m,
        sum(windowed.moving_m) as moving_m,
        sum(windowed.grade_adjusted_m) as grade_adjusted_m,
        sum(windowed.minetti_adjusted_m) as minetti_adjusted_m,
        sum(windowed.heart_rate_known_s) as heart_rate_known_s,
        sum(windowed.heart_rate_bpm * windowed.heart_rate_known_s)
        / nullif(sum(windowed.heart_rate_known_s), 0) as heart_rate_mean_bpm,
        sum(windowed.heart_rate_bpm * windowed.step_s) filter (where windowed.is_moving)
        / nullif(
            sum(windowed.step_s) filter (where windowed.is_moving and windowed.heart_rate_bpm is not null), 0
        ) as heart_rate_session_mean_bpm,
        max(list_median(windowed.heart_rates_around_bpm)) filter (
            where
            windowed.recorded_at >= windowed.unbroken_since + windowed.peak_window
            and windowed.recorded_at >= windowed.peak_from
        ) as heart_rate_peak_bpm,
        min(windowed.heart_rate_half_minute_bpm) filter (
            where windowed.recorded_at >= windowed.unbroken_since + windowed.pace_window
        ) as heart_rate_low_bpm,
        sum(windowed.heart_rate_out_of_range_s) as heart_rate_out_of_range_s,
        sum(windowed.heart_rate_flat_s) as heart_rate_flat_s,
        sum(windowed.heart_rate_cadence_locked_s) as heart_rate_cadence_locked_s,
        sum(windowed.heart_rate_dropout_s) as heart_rate_dropout_s,
        sum(windowed.speed_rejected_s) as speed_rejected_s,
        sum(windowed.cadence_per_min * windowed.step_s) filter (
            where windowed.is_moving and windowed.cadence_per_min > 0
        )
        / nullif(
            sum(windowed.step_s) filter (where windowed.is_moving and windowed.cadence_per_min > 0), 0
        ) as cadence_mean_per_min,
        sum(windowed.temperature_c * windowed.step_s)
        / nullif(sum(windowed.step_s) filter (where windowed.temperature_c is not null), 0)
            as temperature_mean_c,
        bool_or(windowed.has_position) as has_position
    from windowed
    group by windowed.athlete_id, windowed.activity_id
)

select
    sums.athlete_id,
    sums.activity_id,
    cast(sums.record_count as bigint) as record_count,
    sums.recorded_s,
    sums.moving_s,
    sums.travelled_m,
    sums.moving_m,
    sums.grade_adjusted_m,
    sums.minetti_adjusted_m,
    ascents.ascent_hysteresis_m,
    sums.heart_rate_known_s,
    sums.heart_rate_mean_bpm,
    sums.heart_rate_session_mean_bpm,
    sums.heart_rate_peak_bpm,
    sums.heart_rate_low_bpm,
    sums.heart_rate_out_of_range_s + sums.heart_rate_flat_s + sums.heart_rate_cadence_locked_s
        as heart_rate_rejected_s,
    sums.heart_rate_out_of_range_s,
    sums.heart_rate_flat_s,
    sums.heart_rate_cadence_locked_s,
    -- without any heart rate there was no sensor to drop out
    if(sums.heart_rate_known_s > 0, sums.heart_rate_dropout_s, 0) as heart_rate_dropout_s,
    sums.speed_rejected_s,
    sums.cadence_mean_per_min,
    sums.temperature_mean_c,
    sums.has_position
from sums
left join activity.ascents as ascents
    on sums.athlete_id = ascents.athlete_id and sums.activity_id = ascents.activity_id
