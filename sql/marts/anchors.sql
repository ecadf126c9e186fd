-- One row per athlete, anchor and stretch of days: what zones, loads and the split hang on, where it is from,
-- what speaks for it, and whether it is more than a guess.
--
-- What holds now: where is_latest_anchor. The stretches of an anchor follow each other without a gap.
--
-- grain: athlete_id, anchor, valid_from
-- check: valid_until_day >= valid_from
with listed as (
    select
        anchors.athlete_id,
        anchors.valid_from,
        anchors.valid_until_day,
        anchors.is_latest_anchor,
        unnest([
            struct_pack(
                anchor := 'heart_rate_max_bpm',
                value := anchors.athlete_heart_rate_max_bpm,
                source := anchors.athlete_heart_rate_max_source,
                is_confirmed := anchors.is_heart_rate_max_confirmed,
                reason := anchors.athlete_heart_rate_max_reason,
                activity_ids := anchors.athlete_heart_rate_max_ids
            ),
            struct_pack(
                anchor := 'heart_rate_resting_bpm',
                value := anchors.athlete_heart_rate_resting_bpm,
                source := anchors.athlete_heart_rate_resting_source,
                is_confirmed := anchors.athlete_heart_rate_resting_source != 'default',
                reason := anchors.athlete_heart_rate_resting_reason,
                activity_ids := anchors.athlete_heart_rate_resting_ids
            ),
            struct_pack(
                anchor := 'easy_below_bpm',
                value := anchors.easy_below_bpm,
                source := anchors.easy_below_source,
                is_confirmed := anchors.is_easy_known or anchors.is_heart_rate_max_confirmed,
                reason := anchors.easy_below_reason,
                activity_ids := anchors.easy_below_ids
            ),
            struct_pack(
                anchor := 'hard_from_bpm',
                value := anchors.hard_from_bpm,
                source := anchors.hard_from_source,
                is_confirmed := anchors.is_threshold_known or anchors.is_heart_rate_max_confirmed,
                reason := anchors.hard_from_reason,
                activity_ids := anchors.hard_from_ids
            ),
            struct_pack(
                anchor := 'threshold_speed_m_per_s',
                value := anchors.threshold_speed_m_per_s,
                source := anchors.threshold_speed_source,
                is_confirmed := true,
                reason := anchors.threshold_speed_reason,
                activity_ids := anchors.threshold_speed_ids
            )
        ]) as told
    from athlete.span_anchors as anchors
),

compared as (
    select
        listed.*,
        row(listed.told.value, listed.told.source, listed.told.is_confirmed) as content,
        lag(row(listed.told.value, listed.told.source, listed.told.is_confirmed)) over (
            partition by listed.athlete_id, listed.told['anchor'] order by listed.valid_from
        ) as content_before
    from listed
),

numbered as (
    select
        compared.*,
        count(*) filter (where coalesce(compared.content != compared.content_before, true)) over (
            partition by compared.athlete_id, compared.told['anchor'] order by compared.valid_from
        ) as stretch_number
    from compared
),

-- a stretch that goes on has the evidence of its end, or of now
stretches as (
    select
        numbered.athlete_id,
        numbered.told['anchor'] as anchor,
        min(numbered.valid_from) as valid_from,
        max(numbered.valid_until_day) as valid_until_day,
        bool_or(numbered.is_latest_anchor) as is_latest_anchor,
        arg_max(numbered.told, row(numbered.is_latest_anchor, numbered.valid_from)) as told
    from numbered
    group by numbered.athlete_id, numbered.told['anchor'], numbered.stretch_number
)

select
    stretches.athlete_id,
    stretches.anchor,
    stretches.valid_from,
    stretches.valid_until_day,
    stretches.is_latest_anchor,
    stretches.told['value'] as value,
    stretches.told['source'] as source,
    stretches.told['is_confirmed'] as is_confirmed,
    stretches.told['reason'] as reason,
    stretches.told['activity_ids'] as activity_ids
from stretches
where stretches.told.value is not null
