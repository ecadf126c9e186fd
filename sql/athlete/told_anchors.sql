-- One row per athlete, anchor, source and day from which it holds: what athlete.toml says, what watches have
-- been set to, and what watches measured at night.
--
-- Each holds until the next of its source; the first one from the beginning, for nothing better is known of
-- the days before. A watch's new setting counts once some activities in a row have it, or the latest ones
-- have: somebody with two watches does not change with each run. Resting heart rate is a reading rather than
-- a setting, so of a calendar quarter the median counts.
--
-- The top of a watch's second zone is a first threshold, unless its zones are all equally wide: those are
-- tenths of a maximum or a reserve, which it had before it had an owner.
--
-- grain: athlete_id, anchor, source, valid_from
-- check: value is not null
with said as (
    select
        anchors.athlete_id,
        anchors.anchor,
        'athlete.toml' as source,
        coalesce(anchors.valid_from, date '1900-01-01') as valid_from,
        anchors.value,
        cast(null as varchar) as activity_id,
        cast(null as bigint) as told_count
    from raw.athlete_anchors as anchors
),

-- staging.activities is a view: once is enough
activities as materialized (
    select
        activities.athlete_id,
        activities.activity_id,
        activities.started_at,
        activities.local_day,
        activities.is_on_foot,
        activities.profile_heart_rate_max_bpm,
        activities.profile_heart_rate_resting_bpm,
        activities.profile_heart_rate_threshold_bpm,
        activities.profile_heart_rate_zone_1_bpm,
        activities.profile_heart_rate_zone_2_bpm,
        activities.profile_heart_rate_zone_3_bpm,
        activities.profile_heart_rate_zone_4_bpm
    from staging.activities as activities
),

settings_told as (
    select
        activities.athlete_id,
        activities.activity_id,
        activities.started_at,
        activities.local_day,
        unnest([
            struct_pack(anchor := 'heart_rate_max_bpm', value := activities.profile_heart_rate_max_bpm),
            struct_pack(
                anchor := 'heart_rate_threshold_bpm', value := activities.profile_heart_rate_threshold_bpm
            ),
            struct_pack(
                anchor := 'heart_rate_easy_below_bpm',
                value := case
                    when
                        abs(
                            activities.profile_heart_rate_zone_3_bpm
                            + activities.profile_heart_rate_zone_1_bpm
                            - 2 * activities.profile_heart_rate_zone_2_bpm
                        ) > thresholds.even_zones_max_bpm
                        or abs(
                            activities.profile_heart_rate_zone_4_bpm
                            + activities.profile_heart_rate_zone_2_bpm
                            - 2 * activities.profile_heart_rate_zone_3_bpm
                        ) > thresholds.even_zones_max_bpm
                        then activities.profile_heart_rate_zone_2_bpm
                end
            )
        ]) as told
    from activities
    cross join settings.judging as thresholds
    where activities.is_on_foot
),

changes as (
    select
        settings_told.*,
        coalesce(
            settings_told.told.value != lag(settings_told.told.value) over (
                partition by settings_told.athlete_id, settings_told.told['anchor']
                order by settings_told.started_at, settings_told.activity_id
            ),
            true
        ) as is_change
    from settings_told
    where settings_told.told.value is not null
),

numbered as (
    select
        changes.*,
        count(*) filter (where changes.is_change) over (
            partition by changes.athlete_id, changes.told['anchor']
            order by changes.started_at, changes.activity_id
        ) as setting_number
    from changes
),

device_settings as (
    select
        numbered.athlete_id,
        numbered.told['anchor'] as anchor,
        numbered.setting_number,
        min(numbered.local_day) as valid_from,
        any_value(numbered.told['value']) as value,
        arg_min(numbered.activity_id, row(numbered.started_at, numbered.activity_id)) as activity_id,
        count(*) as told_count,
        max(numbered.setting_number) over (
            partition by numbered.athlete_id, numbered.told['anchor']
        ) as latest_number
    from numbered
    group by numbered.athlete_id, numbered.told['anchor'], numbered.setting_number
),

-- of two that begin on one day the later
lasting as (
    select
        device_settings.athlete_id,
        device_settings.anchor,
        'device' as source,
        device_settings.valid_from,
        arg_max(device_settings.value, device_settings.setting_number) as value,
        arg_max(device_settings.activity_id, device_settings.setting_number) as activity_id,
        arg_max(device_settings.told_count, device_settings.setting_number) as told_count
    from device_settings
    cross join settings.judging as thresholds
    where
        device_settings.told_count >= thresholds.anchor_told_min_count
        or device_settings.setting_number = device_settings.latest_number
    group by device_settings.athlete_id, device_settings.anchor, device_settings.valid_from
),

device_resting as (
    select
        activities.athlete_id,
        'heart_rate_resting_bpm' as anchor,
        'device' as source,
        cast(date_trunc('quarter', activities.local_day) as date) as valid_from,
        round(median(activities.profile_heart_rate_resting_bpm)) as value,
        min(activities.activity_id) as activity_id,
        count(*) as told_count
    from activities
    where activities.profile_heart_rate_resting_bpm is not null
    group by activities.athlete_id, date_trunc('quarter', activities.local_day)
),

night_resting as (
    select
        nights.athlete_id,
        'heart_rate_resting_bpm' as anchor,
        'nights' as source,
        cast(date_trunc('quarter', nights.local_day) as date) as valid_from,
        round(median(nights.heart_rate_resting_bpm)) as value,
        cast(null as varchar) as activity_id,
        count(*) as told_count
    from staging.wellness_days as nights
    cross join settings.judging as thresholds
    where nights.heart_rate_resting_bpm is not null
    group by nights.athlete_id, date_trunc('quarter', nights.local_day)
    having count(*) >= any_value(thresholds.resting_nights_min_count)
),

told as (
    select said.* from said
    union all
    select lasting.* from lasting
    union all
    select device_resting.* from device_resting
    union all
    select night_resting.* from night_resting
),

ordered as (
    select
        told.*,
        row_number() over (partition by told.athlete_id, told.anchor, told.source order by told.valid_from)
        = 1 as is_first
    from told
)

select
    athlete_id,
    anchor,
    source,
    if(is_first, date '1900-01-01', valid_from) as valid_from,
    value,
    case
        when source = 'nights' then format('median of the {} nights of a quarter', told_count)
        when source = 'device'
            then format(
                '{} the watch ({} activit{})',
                if(anchor = 'heart_rate_resting_bpm', 'median of a quarter, as told by', 'set in'),
                told_count,
                if(told_count = 1, 'y', 'ies')
            )
        when valid_from = date '1900-01-01' then source
        else format('{}, from {} on{}', source, valid_from, if(is_first, ' and for the days before', ''))
    end as reason,
    if(activity_id is null, cast([] as varchar[]), [activity_id]) as activity_ids
from ordered
