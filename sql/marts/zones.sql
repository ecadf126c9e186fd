-- One row per athlete and zone of the articles: from where to where it reaches now, and what that counts as.
--
-- Zones are shares of the maximum heart rate, easy and hard are divided by the two thresholds: they do not
-- nest, and a zone with a threshold inside is part the one and part the other. Null: from the lowest on, or
-- up to the highest; sprints have no heart rate; without a threshold speed there is no pace.
--
-- grain: athlete_id, zone
-- check: effort_class in ('easy', 'easy or moderate', 'moderate', 'moderate or hard', 'hard', 'easy or hard')
with anchored as (
    select
        anchors.athlete_id,
        zones.zone,
        zones.from_speed_ratio,
        zones.thresholds_passed,
        ceil(zones.from_ratio * anchors.athlete_heart_rate_max_bpm) as from_bpm,
        zones.from_speed_ratio * anchors.threshold_speed_m_per_s as from_m_per_s,
        anchors.easy_below_bpm,
        anchors.hard_from_bpm
    from athlete.anchors as anchors
    cross join settings.intensity_zones as zones
    where anchors.is_latest_anchor
),

bordered as (
    select
        anchored.*,
        lead(anchored.from_bpm) over zones - 1 as until_bpm,
        lead(anchored.from_m_per_s) over zones as until_m_per_s
    from anchored
    window zones as (partition by anchored.athlete_id order by anchored.zone)
),

classed as (
    select
        bordered.*,
        case
            when bordered.from_bpm is null or bordered.easy_below_bpm is null then bordered.thresholds_passed
            else
                cast(bordered.from_bpm >= bordered.easy_below_bpm as bigint)
                + cast(bordered.from_bpm >= bordered.hard_from_bpm as bigint)
        end as passed_first,
        case
            when bordered.from_bpm is null or bordered.easy_below_bpm is null then bordered.thresholds_passed
            when bordered.until_bpm is null then 2
            else
                cast(bordered.until_bpm >= bordered.easy_below_bpm as bigint)
                + cast(bordered.until_bpm >= bordered.hard_from_bpm as bigint)
        end as passed_last
    from bordered
)

select
    classed.athlete_id,
    classed.zone,
    nullif(classed.from_bpm, 0) as from_bpm,
    classed.until_bpm,
    nullif(classed.from_m_per_s, 0) as from_m_per_s,
    classed.until_m_per_s,
    case classed.passed_first
        when 0
            then
                if(
                    classed.passed_last = 0,
                    'easy',
                    if(classed.passed_last = 1, 'easy or moderate', 'easy or hard')
                )
        when 1 then if(classed.passed_last = 1, 'moderate', 'moderate or hard')
        else 'hard'
    end as effort_class
from classed
