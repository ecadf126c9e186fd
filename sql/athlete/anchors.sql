-- One row per athlete and stretch of days: the heart rates and the speed that everything else is measured
-- against, each with where it is from.
--
-- The stretches follow each other without a gap, from long before the first activity to long after the last.
-- How each value was chosen: athlete.span_anchors; neighbours that do not differ are one stretch here.
--
-- grain: athlete_id, valid_from
-- check: valid_until_day >= valid_from
-- check: athlete_heart_rate_max_bpm is null or athlete_heart_rate_max_bpm > athlete_heart_rate_resting_bpm
with valued as (
    select
        spans.*,
        row(
            spans.athlete_heart_rate_max_bpm,
            spans.athlete_heart_rate_max_source,
            spans.is_heart_rate_max_confirmed,
            spans.athlete_heart_rate_resting_bpm,
            spans.athlete_heart_rate_resting_source,
            spans.easy_below_bpm,
            spans.easy_below_source,
            spans.hard_from_bpm,
            spans.hard_from_source,
            spans.threshold_speed_m_per_s,
            spans.threshold_speed_source
        ) as everything
    from athlete.span_anchors as spans
),

compared as (
    select
        valued.*,
        coalesce(
            valued.everything
            != lag(valued.everything) over (partition by valued.athlete_id order by valued.valid_from),
            true
        ) as is_change
    from valued
),

numbered as (
    select
        compared.*,
        count(*) filter (where compared.is_change) over (
            partition by compared.athlete_id order by compared.valid_from
        ) as stretch_number
    from compared
)

select
    athlete_id,
    min(valid_from) as valid_from,
    max(valid_until_day) as valid_until_day,
    bool_or(is_latest_anchor) as is_latest_anchor,
    any_value(athlete_heart_rate_max_bpm) as athlete_heart_rate_max_bpm,
    any_value(athlete_heart_rate_max_source) as athlete_heart_rate_max_source,
    bool_or(is_heart_rate_max_confirmed) as is_heart_rate_max_confirmed,
    any_value(athlete_heart_rate_resting_bpm) as athlete_heart_rate_resting_bpm,
    any_value(athlete_heart_rate_resting_source) as athlete_heart_rate_resting_source,
    any_value(athlete_heart_rate_resting_bpm) + any_value(thresholds.zero_speed_above_resting_bpm)
        as zero_speed_heart_rate_bpm,
    any_value(easy_below_bpm) as easy_below_bpm,
    any_value(easy_below_source) as easy_below_source,
    bool_or(is_easy_known) as is_easy_known,
    any_value(hard_from_bpm) as hard_from_bpm,
    any_value(hard_from_source) as hard_from_source,
    bool_or(is_threshold_known) as is_threshold_known,
    any_value(threshold_speed_m_per_s) as threshold_speed_m_per_s,
    any_value(threshold_speed_source) as threshold_speed_source
from numbered
cross join settings.judging as thresholds
group by athlete_id, stretch_number
