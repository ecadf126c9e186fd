-- One row per recording that was merged, or nearly: with what, and why, in words.
--
-- grain: athlete_id, activity_id
-- check: reason is not null
with files as (
    select
        outlines.athlete_id,
        outlines.activity_id,
        min(files.path) as path
    from sessions.outlines as outlines
    inner join raw.files as files
        on outlines.athlete_id = files.athlete_id and outlines.file_digest = files.digest
    where files.outcome in ('imported', 'salvaged')
    group by outlines.athlete_id, outlines.activity_id
),

both_ways as (
    select
        pairs.athlete_id,
        pairs.activity_id,
        pairs.other_activity_id,
        pairs.shift_s,
        pairs.evidence,
        pairs.common_count,
        pairs.position_count,
        pairs.position_equal_count,
        pairs.heart_rate_count,
        pairs.heart_rate_equal_count
    from sessions.pairs as pairs
    union all
    select
        pairs.athlete_id,
        pairs.other_activity_id as activity_id,
        pairs.activity_id as other_activity_id,
        -pairs.shift_s as shift_s,
        pairs.evidence,
        pairs.common_count,
        pairs.position_count,
        pairs.position_equal_count,
        pairs.heart_rate_count,
        pairs.heart_rate_equal_count
    from sessions.pairs as pairs
),

worded as (
    select
        both_ways.*,
        other.session_id as other_session_id,
        other.role as other_role,
        files.path as other_path,
        parse_filename(files.path) as other_file,
        concat_ws(
            ', ',
            case both_ways.evidence
                when 'device' then 'same device and start'
                when 'summary' then 'same start, time and distance'
            end,
            case
                when both_ways.position_count >= thresholds.common_min_count
                    then concat(
                        'position agrees in ',
                        both_ways.position_equal_count, ' of ', both_ways.position_count, ' minutes'
                    )
            end,
            case
                when both_ways.heart_rate_count >= thresholds.common_min_count
                    then concat(
                        'heart rate agrees in ',
                        both_ways.heart_rate_equal_count, ' of ', both_ways.heart_rate_count, ' minutes'
                    )
            end,
            case
                when both_ways.shift_s > 0
                    then concat('its clock is ', round(both_ways.shift_s / 3600, 2), ' h behind')
                when both_ways.shift_s < 0
                    then concat('its clock is ', round(-both_ways.shift_s / 3600, 2), ' h ahead')
            end
        ) as words
    from both_ways
    inner join sessions.recordings as other
        on both_ways.athlete_id = other.athlete_id and both_ways.other_activity_id = other.activity_id
    inner join files
        on both_ways.athlete_id = files.athlete_id and both_ways.other_activity_id = files.activity_id
    cross join settings.matching as thresholds
),

lent as (
    select
        sources.athlete_id,
        sources.activity_id,
        concat_ws(
            ', ',
            case when sources.is_source_of_position then 'position' end,
            case when sources.is_source_of_altitude then 'altitude' end,
            case when sources.is_source_of_distance then 'distance' end,
            case when sources.is_source_of_speed then 'speed' end,
            case when sources.is_source_of_heart_rate then 'heart rate' end,
            case when sources.is_source_of_cadence then 'cadence' end,
            case when sources.is_source_of_power then 'power' end,
            case when sources.is_source_of_temperature then 'temperature' end,
            case when sources.is_source_of_dynamics then 'running dynamics' end
        ) as channels
    from sessions.sources as sources
),

said as (
    select
        recordings.athlete_id,
        recordings.activity_id,
        case recordings.role
            when 'superseded' then 'a later version of the file counts'
            when 'span'
                then concat(
                    'holds several sessions, of which ', parse_filename(primaries.path),
                    ' and others have the parts: these count'
                )
            when 'copy'
                then concat(
                    'the same session as ', parse_filename(primaries.path), ': ', worded.words,
                    '; used from it: ' || lent.channels
                )
        end as reason
    from sessions.recordings as recordings
    left join files as primaries
        on recordings.athlete_id = primaries.athlete_id and recordings.session_id = primaries.activity_id
    left join worded
        on
            recordings.athlete_id = worded.athlete_id
            and recordings.activity_id = worded.activity_id
            and recordings.session_id = worded.other_activity_id
    left join lent
        on recordings.athlete_id = lent.athlete_id and recordings.activity_id = lent.activity_id
    where recordings.role != 'primary'
    union all
    select
        recordings.athlete_id,
        recordings.session_id as activity_id,
        concat(
            'also in ', parse_filename(files.path), '; used from that: ' || lent.channels
        ) as reason
    from sessions.recordings as recordings
    inner join files
        on recordings.athlete_id = files.athlete_id and recordings.activity_id = files.activity_id
    left join lent
        on recordings.athlete_id = lent.athlete_id and recordings.activity_id = lent.activity_id
    where recordings.role = 'copy'
    union all
    select
        recordings.athlete_id,
        recordings.activity_id,
        concat(
            'overlaps with ', worded.other_file, ' but ',
            case
                when worded.evidence != 'none' then 'only a part is the same'
                when worded.words = '' then 'has too little in common to tell if it is the same'
                else 'only: ' || worded.words
            end,
            ', so counted as a session of its own'
        ) as reason
    from sessions.recordings as recordings
    inner join worded
        on recordings.athlete_id = worded.athlete_id and recordings.activity_id = worded.activity_id
    cross join settings.matching as thresholds
    where
        recordings.role = 'primary'
        and worded.other_role = 'primary'
        and worded.shift_s = 0
        and worded.common_count >= thresholds.common_min_count
)

select
    athlete_id,
    activity_id,
    string_agg(distinct reason, '; ' order by reason) as reason
from said
group by athlete_id, activity_id
