-- One row per activity as its file describes it, with what cannot be true taken out.
--
-- grain: athlete_id, activity_id
-- check: sport is not null
-- check: started_at is not null
select
    activities.athlete_id,
    activities.activity_id,
    activities.file_digest,
    activities.name,
    coalesce(activities.sport, 'generic') as sport,
    activities.sub_sport,
    coalesce(activities.sport in ('running', 'walking', 'hiking'), false) as is_on_foot,
    coalesce(activities.sport = 'running', false) as is_run,
    coalesce(
        activities.sub_sport in ('treadmill', 'indoor_running', 'virtual_activity'), false
    ) as is_indoor,
    activities.started_at,
    activities.utc_offset_s,
    activities.utc_offset_source,
    cast(
        activities.started_at + to_seconds(coalesce(activities.utc_offset_s, 0)) as date
    ) as local_day,
    case when activities.elapsed_s >= 0 then activities.elapsed_s end as elapsed_s,
    case when activities.timer_s >= 0 then activities.timer_s end as timer_s,
    case when activities.distance_m >= 0 then activities.distance_m end as distance_m,
    case when activities.ascent_m >= 0 then activities.ascent_m end as ascent_m,
    case
        when
            activities.heart_rate_mean_bpm between
            thresholds.heart_rate_possible_min_bpm and thresholds.heart_rate_possible_max_bpm
            then activities.heart_rate_mean_bpm
    end as heart_rate_mean_bpm,
    case
        when
            activities.heart_rate_max_bpm between
            thresholds.heart_rate_possible_min_bpm and thresholds.heart_rate_possible_max_bpm
            then activities.heart_rate_max_bpm
    end as heart_rate_max_bpm,
    activities.effort_rating,
    activities.heart_rate_source,
    nullif(
        concat_ws(' ', activities.device_manufacturer, activities.device_product), ''
    ) as device,
    concat_ws(
        ' ',
        coalesce(activities.device_manufacturer, '?'),
        coalesce(activities.device_product, '?'),
        coalesce(activities.heart_rate_source, '?')
    ) as device_key,
    activities.profile_sex,
    activities.profile_heart_rate_resting_bpm,
    activities.profile_heart_rate_max_bpm,
    activities.profile_heart_rate_threshold_bpm
from raw.activities as activities
cross join settings.measuring as thresholds
