-- One row per session as its files describe it, with what cannot be true taken out.
--
-- Most sessions have one file. Of several the first that knows counts, the primary before the others; a total
-- only from one that was not cut short. What the athlete said of the sport counts before what files say.
--
-- grain: athlete_id, activity_id
-- check: sport is not null
-- check: started_at is not null
with sane as (
    select
        recordings.session_id,
        recordings.rank_number,
        recordings.role = 'primary' or recordings.is_whole as is_whole,
        activities.*,
        nullif(activities.sport, 'generic') as known_sport,
        nullif(activities.sub_sport, 'generic') as known_sub_sport,
        coalesce(sources.is_source_of_heart_rate, false) as is_source_of_heart_rate,
        sources.activity_id is not null as has_lent
    from raw.activities as activities
    inner join sessions.recordings as recordings
        on activities.athlete_id = recordings.athlete_id and activities.activity_id = recordings.activity_id
    left join sessions.sources as sources
        on
            recordings.athlete_id = sources.athlete_id
            and recordings.session_id = sources.session_id
            and recordings.activity_id = sources.activity_id
    where recordings.role in ('primary', 'copy')
),

merged as (
    select
        sane.athlete_id,
        sane.session_id as activity_id,
        arg_min(sane.file_digest, sane.rank_number) as file_digest,
        arg_min(sane.name, sane.rank_number) as name,
        coalesce(arg_min(sane.known_sport, sane.rank_number), 'generic') as sport,
        arg_min(
            struct_pack(sport := sane.known_sport, sub_sport := sane.known_sub_sport), sane.rank_number
        ) filter (where sane.known_sub_sport is not null) as finer,
        arg_min(sane.sub_sport, sane.rank_number) as primary_sub_sport,
        arg_min(sane.started_at, sane.rank_number) as started_at,
        arg_min(
            struct_pack(s := sane.utc_offset_s, source := sane.utc_offset_source),
            row(
                case sane.utc_offset_source when 'file' then 0 when 'position' then 1 else 2 end,
                sane.rank_number
            )
        ) as utc_offset,
        arg_min(sane.elapsed_s, sane.rank_number) filter (where sane.elapsed_s >= 0 and sane.is_whole)
            as elapsed_s,
        arg_min(sane.timer_s, sane.rank_number) filter (where sane.timer_s >= 0 and sane.is_whole)
            as timer_s,
        arg_min(sane.distance_m, sane.rank_number) filter (where sane.distance_m >= 0 and sane.is_whole)
            as distance_m,
        arg_min(sane.ascent_m, sane.rank_number) filter (where sane.ascent_m >= 0 and sane.is_whole)
            as ascent_m,
        arg_min(sane.heart_rate_mean_bpm, sane.rank_number) filter (
            where
            sane.is_whole
            and sane.heart_rate_mean_bpm between
            thresholds.heart_rate_possible_min_bpm and thresholds.heart_rate_possible_max_bpm
        ) as heart_rate_mean_bpm,
        arg_min(sane.heart_rate_max_bpm, sane.rank_number) filter (
            where
            sane.is_whole
            and sane.heart_rate_max_bpm between
            thresholds.heart_rate_possible_min_bpm and thresholds.heart_rate_possible_max_bpm
        ) as heart_rate_max_bpm,
        arg_min(sane.effort_rating, sane.rank_number) as effort_rating,
        max(sane.heart_rate_source) filter (where sane.is_source_of_heart_rate) as lent_source,
        bool_or(sane.is_source_of_heart_rate) as has_lent_heart_rate,
        bool_or(sane.has_lent) as is_merged,
        arg_min(sane.heart_rate_source, sane.rank_number) as own_source,
        arg_min(
            struct_pack(manufacturer := sane.device_manufacturer, product := sane.device_product),
            sane.rank_number
        ) filter (
            where sane.device_manufacturer is not null or sane.device_product is not null
        ) as watch,
        arg_min(sane.profile_sex, sane.rank_number) as profile_sex,
        arg_min(sane.profile_heart_rate_resting_bpm, sane.rank_number) as profile_heart_rate_resting_bpm,
        arg_min(sane.profile_heart_rate_max_bpm, sane.rank_number) as profile_heart_rate_max_bpm,
        arg_min(sane.profile_heart_rate_threshold_bpm, sane.rank_number)
            as profile_heart_rate_threshold_bpm,
        arg_min(
            struct_pack(
                zone_1 := sane.profile_heart_rate_zone_1_bpm,
                zone_2 := sane.profile_heart_rate_zone_2_bpm,
                zone_3 := sane.profile_heart_rate_zone_3_bpm,
                zone_4 := sane.profile_heart_rate_zone_4_bpm
            ),
            sane.rank_number
        ) filter (where sane.profile_heart_rate_zone_4_bpm is not null) as profile_zones
    from sane
    cross join settings.measuring as thresholds
    group by sane.athlete_id, sane.session_id
),

named as (
    select
        merged.* exclude (sport),
        merged.utc_offset.s as utc_offset_s,
        merged.utc_offset.source as utc_offset_source,
        coalesce(sports.sport, merged.sport) as sport,
        case
            when sports.sport != merged.sport then sports.sub_sport
            else coalesce(
                sports.sub_sport,
                case
                    when merged.finer.sport = merged.sport or merged.sport = 'generic'
                        then merged.finer.sub_sport
                end,
                merged.primary_sub_sport
            )
        end as sub_sport,
        case when merged.has_lent_heart_rate then merged.lent_source else merged.own_source end
            as heart_rate_source
    from merged
    left join sessions.sports as sports
        on merged.athlete_id = sports.athlete_id and merged.activity_id = sports.session_id
)

select
    athlete_id,
    activity_id,
    file_digest,
    name,
    sport,
    sub_sport,
    sport in ('running', 'walking', 'hiking') as is_on_foot,
    sport = 'running' as is_run,
    coalesce(sub_sport in ('treadmill', 'indoor_running', 'virtual_activity'), false) as is_indoor,
    is_merged,
    started_at,
    utc_offset_s,
    utc_offset_source,
    cast(started_at + to_seconds(coalesce(utc_offset_s, 0)) as date) as local_day,
    elapsed_s,
    timer_s,
    distance_m,
    ascent_m,
    heart_rate_mean_bpm,
    heart_rate_max_bpm,
    effort_rating,
    heart_rate_source,
    nullif(concat_ws(' ', watch.manufacturer, watch.product), '') as device,
    concat_ws(
        ' ',
        coalesce(watch.manufacturer, '?'),
        coalesce(watch.product, '?'),
        coalesce(heart_rate_source, '?')
    ) as device_key,
    profile_sex,
    profile_heart_rate_resting_bpm,
    profile_heart_rate_max_bpm,
    profile_heart_rate_threshold_bpm,
    profile_zones.zone_1 as profile_heart_rate_zone_1_bpm,
    profile_zones.zone_2 as profile_heart_rate_zone_2_bpm,
    profile_zones.zone_3 as profile_heart_rate_zone_3_bpm,
    profile_zones.zone_4 as profile_heart_rate_zone_4_bpm
from named
