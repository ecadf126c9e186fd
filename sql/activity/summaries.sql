-- One row per activity: its totals, measured from its records.
--
-- A peak of heart rate is the highest median of a quarter of a minute, a low the lowest mean of half a
-- minute; only where heart rate was known all the while, and a peak not in the first minutes.
--
-- grain: athlete_id, activity_id
-- check: moving_s >= 0
-- check: heart_rate_known_s >= 0
with limits as (
    select
        to_seconds(cast(thresholds.peak_window_s as bigint)) as peak_window,
        to_seconds(cast(thresholds.pace_window_s as bigint)) as pace_window,
        to_seconds(cast(thresholds.peak_after_s as bigint)) as peak_after
    from settings.measuring as thresholds
),

windowed as (
    select
        records.*,
        last_value(
            case when records.step_s = 0 or records.heart_rate_bpm is null then records.recorded_at end
            ignore nulls
        ) over activity as unbroken_since,
        first_value(records.recorded_at) over activity + limits.peak_after as peak_from,
        limits.peak_window,
        limits.pace_window,
        -- median() over a window costs twice as much as that of the list of it
        list(records.heart_rate_bpm) over (
            partition by records.athlete_id, records.activity_id
            order by records.recorded_at
            range between limits.peak_window preceding and current row
        ) as heart_rates_around_bpm,
        avg(records.heart_rate_bpm) over (
            partition by records.athlete_id, records.activity_id
            order by records.recorded_at
            range between limits.pace_window preceding and current row
        ) as heart_rate_half_minute_bpm
    from activity.grade_adjusted_speed as records
    cross join limits
    window activity as (
        partition by records.athlete_id, records.activity_id order by records.recorded_at
    )
)

select
    windowed.athlete_id,
    windowed.activity_id,
    count(*) as record_count,
    sum(windowed.step_s) as recorded_s,
    sum(windowed.moving_s) as moving_s,
    sum(windowed.step_m) as travelled_m,
    sum(windowed.step_m) filter (where windowed.is_moving) as moving_m,
    sum(windowed.grade_adjusted_m) filter (where windowed.is_moving) as grade_adjusted_m,
    coalesce(sum(windowed.step_s) filter (where windowed.heart_rate_bpm is not null), 0)
        as heart_rate_known_s,
    sum(windowed.heart_rate_bpm * windowed.step_s)
    / nullif(sum(windowed.step_s) filter (where windowed.heart_rate_bpm is not null), 0)
        as heart_rate_mean_bpm,
    max(list_median(windowed.heart_rates_around_bpm)) filter (
        where
        windowed.recorded_at >= windowed.unbroken_since + windowed.peak_window
        and windowed.recorded_at >= windowed.peak_from
    ) as heart_rate_peak_bpm,
    min(windowed.heart_rate_half_minute_bpm) filter (
        where windowed.recorded_at >= windowed.unbroken_since + windowed.pace_window
    ) as heart_rate_low_bpm,
    coalesce(sum(windowed.step_s) filter (where windowed.is_heart_rate_rejected), 0) as heart_rate_rejected_s,
    coalesce(sum(windowed.step_s) filter (where windowed.is_speed_rejected), 0) as speed_rejected_s,
    bool_or(windowed.latitude_deg is not null) as has_position
from windowed
group by windowed.athlete_id, windowed.activity_id
