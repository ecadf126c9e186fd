-- One row per recording: the session that it is of, and what it is there.
--
-- Every session is a star: a primary, whose timeline counts, and copies that were each held against that
-- very primary; what is alike to a copy only is a session of its own. The primary is the one that nothing
-- has cut short, then the one that most are like, then the one nearest to the watch: FIT, a serial number,
-- undamaged, most channels; what it lacks the copies give. A recording that holds several others one after
-- the other (a whole day, of which other files have the parts) spans sessions: the finer ones count, unless
-- they are less than half of it; then all of them stay what they are.
--
-- grain: athlete_id, activity_id
-- check: role in ('primary', 'copy', 'span', 'superseded')
-- check: (role = 'primary') = (activity_id = session_id)
-- check: (role = 'primary') = coalesce(rank_number = 1, false)
with recursive same as (
    select
        pairs.athlete_id,
        pairs.activity_id,
        pairs.other_activity_id,
        pairs.shift_s,
        pairs.lag_s,
        pairs.common_count,
        pairs.is_same,
        pairs.is_inside
    from sessions.pairs as pairs
    where pairs.evidence != 'none'
    union all
    select
        pairs.athlete_id,
        pairs.other_activity_id as activity_id,
        pairs.activity_id as other_activity_id,
        -pairs.shift_s as shift_s,
        -pairs.lag_s as lag_s,
        pairs.common_count,
        pairs.is_same,
        pairs.is_inside
    from sessions.pairs as pairs
    where pairs.evidence != 'none'
),

pieces as (
    select
        same.athlete_id,
        same.activity_id,
        same.other_activity_id,
        same.common_count,
        piece.first_minute_number,
        piece.last_minute_number
    from same
    inner join sessions.outlines as whole
        on same.athlete_id = whole.athlete_id and same.activity_id = whole.activity_id
    inner join sessions.outlines as piece
        on same.athlete_id = piece.athlete_id and same.other_activity_id = piece.activity_id
    cross join settings.matching as thresholds
    where
        same.is_inside
        and same.shift_s = 0
        and piece.minute_count < thresholds.whole_min_ratio * whole.minute_count
),

apart as (
    select distinct
        one.athlete_id,
        one.activity_id
    from pieces as one
    inner join pieces as other
        on
            one.athlete_id = other.athlete_id
            and one.activity_id = other.activity_id
            and one.last_minute_number <= other.first_minute_number
),

covered as (
    select
        apart.athlete_id,
        apart.activity_id,
        minutes.minute_number,
        coalesce(bool_or(
            minutes.minute_number between pieces.first_minute_number and pieces.last_minute_number
        ), false) as is_covered
    from apart
    inner join recording.minutes as minutes
        on apart.athlete_id = minutes.athlete_id and apart.activity_id = minutes.activity_id
    inner join pieces
        on apart.athlete_id = pieces.athlete_id and apart.activity_id = pieces.activity_id
    cross join settings.matching as thresholds
    where
        coalesce(
            sqrt(minutes.north_m_per_s ** 2 + minutes.east_m_per_s ** 2) >= thresholds.track_min_m_per_s, true
        )
    group by apart.athlete_id, apart.activity_id, minutes.minute_number
),

spans as (
    select
        covered.athlete_id,
        covered.activity_id,
        count(*) filter (where covered.is_covered) >= any_value(thresholds.part_max_ratio) * count(*)
            as is_span
    from covered
    cross join settings.matching as thresholds
    group by covered.athlete_id, covered.activity_id
),

closest as (
    select
        same.athlete_id,
        same.activity_id,
        same.other_activity_id,
        same.shift_s,
        same.lag_s,
        row_number() over (
            partition by same.athlete_id, same.activity_id, other.file_digest
            order by same.common_count desc, abs(same.shift_s) asc, same.other_activity_id asc
        ) as nth_of_file
    from same
    inner join sessions.outlines as other
        on same.athlete_id = other.athlete_id and same.other_activity_id = other.activity_id
    where
        same.is_same
        and not exists (
            select 1 from spans
            where
                spans.athlete_id = same.athlete_id
                and spans.activity_id in (same.activity_id, same.other_activity_id)
                and spans.is_span
        )
        and not exists (
            select 1
            from pieces
            inner join spans
                on pieces.athlete_id = spans.athlete_id and pieces.activity_id = spans.activity_id
            where
                pieces.athlete_id = same.athlete_id
                and (
                    (
                        pieces.activity_id = same.activity_id
                        and pieces.other_activity_id = same.other_activity_id
                    )
                    or (
                        pieces.activity_id = same.other_activity_id
                        and pieces.other_activity_id = same.activity_id
                    )
                )
        )
),

-- of several sessions of one file each recording is like one at most, and that one's like in turn
alike as (
    select
        closest.athlete_id,
        closest.activity_id,
        closest.other_activity_id,
        closest.shift_s,
        closest.lag_s
    from closest
    inner join closest as mutual
        on
            closest.athlete_id = mutual.athlete_id
            and closest.activity_id = mutual.other_activity_id
            and closest.other_activity_id = mutual.activity_id
    where closest.nth_of_file = 1 and mutual.nth_of_file = 1
),

longest as (
    select
        alike.athlete_id,
        alike.activity_id,
        max(outlines.minute_count) as longest_count,
        count(*) as alike_count
    from alike
    inner join sessions.outlines as outlines
        on alike.athlete_id = outlines.athlete_id and alike.other_activity_id = outlines.activity_id
    group by alike.athlete_id, alike.activity_id
),

ranked as (
    select
        outlines.athlete_id,
        outlines.activity_id,
        outlines.minute_count >= thresholds.whole_min_ratio * longest.longest_count as is_whole,
        row_number() over (
            partition by outlines.athlete_id
            order by
                outlines.minute_count >= thresholds.whole_min_ratio * longest.longest_count desc,
                longest.alike_count desc,
                outlines.format_rank asc,
                outlines.device_serial is not null desc,
                outlines.is_salvaged asc,
                outlines.channel_count desc,
                outlines.minute_count desc,
                outlines.record_count desc,
                outlines.elapsed_s desc nulls last,
                outlines.activity_id asc
        ) as place
    from longest
    inner join sessions.outlines as outlines
        on longest.athlete_id = outlines.athlete_id and longest.activity_id = outlines.activity_id
    cross join settings.matching as thresholds
),

-- in turn: which of those left have no better one beside them, and which are like one of these
rounds as (
    select
        ranked.athlete_id,
        ranked.activity_id,
        ranked.place,
        cast(null as boolean) as is_best,
        cast(null as varchar) as session_id
    from ranked
    union all
    select
        still.athlete_id,
        still.activity_id,
        still.place,
        case
            when still.is_best is null then count(*) filter (where beside.place < still.place) = 0
        end as is_best,
        case
            when still.is_best then still.activity_id
            when still.is_best is not null
                then arg_min(beside.activity_id, beside.place) filter (where beside.is_best)
        end as session_id
    from rounds as still
    left join alike
        on still.athlete_id = alike.athlete_id and still.activity_id = alike.activity_id
    left join rounds as beside
        on
            alike.athlete_id = beside.athlete_id
            and alike.other_activity_id = beside.activity_id
            and beside.session_id is null
    where still.session_id is null
    group by still.athlete_id, still.activity_id, still.place, still.is_best
),

starred as (
    select
        rounds.athlete_id,
        rounds.activity_id,
        rounds.session_id,
        ranked.place,
        ranked.is_whole,
        coalesce(-alike.shift_s, 0) as shift_s,
        coalesce(alike.lag_s, 0) as lag_s
    from rounds
    inner join ranked
        on rounds.athlete_id = ranked.athlete_id and rounds.activity_id = ranked.activity_id
    left join alike
        on
            rounds.athlete_id = alike.athlete_id
            and rounds.session_id = alike.activity_id
            and rounds.activity_id = alike.other_activity_id
    where rounds.session_id is not null
),

spanned as (
    select
        pieces.athlete_id,
        pieces.activity_id,
        arg_max(
            coalesce(starred.session_id, pieces.other_activity_id),
            row(pieces.common_count, pieces.other_activity_id)
        ) as session_id
    from pieces
    inner join spans
        on pieces.athlete_id = spans.athlete_id and pieces.activity_id = spans.activity_id and spans.is_span
    left join starred
        on pieces.athlete_id = starred.athlete_id and pieces.other_activity_id = starred.activity_id
    where
        not exists (
            select 1 from spans as longer
            where
                longer.athlete_id = pieces.athlete_id
                and longer.activity_id = pieces.other_activity_id
                and longer.is_span
        )
    group by pieces.athlete_id, pieces.activity_id
),

current as (
    select
        outlines.athlete_id,
        outlines.activity_id,
        coalesce(starred.session_id, spanned.session_id, outlines.activity_id) as session_id,
        spanned.session_id is not null as is_span,
        coalesce(starred.is_whole, spanned.session_id is null) as is_whole,
        cast(coalesce(starred.shift_s + cast(round(starred.lag_s) as bigint), 0) as bigint) as shift_s,
        case
            when spanned.session_id is null
                then row_number() over (
                    partition by
                        outlines.athlete_id,
                        coalesce(starred.session_id, spanned.session_id, outlines.activity_id)
                    order by spanned.session_id is not null asc, starred.place asc
                )
        end as rank_number
    from sessions.outlines as outlines
    left join starred
        on outlines.athlete_id = starred.athlete_id and outlines.activity_id = starred.activity_id
    left join spanned
        on outlines.athlete_id = spanned.athlete_id and outlines.activity_id = spanned.activity_id
    where outlines.latest_activity_id is null
)

select
    athlete_id,
    activity_id,
    session_id,
    case
        when is_span then 'span'
        when activity_id = session_id then 'primary'
        else 'copy'
    end as role,
    rank_number,
    is_whole,
    shift_s
from current
union all
select
    outlines.athlete_id,
    outlines.activity_id,
    current.session_id,
    'superseded' as role,
    cast(null as bigint) as rank_number,
    false as is_whole,
    cast(0 as bigint) as shift_s
from sessions.outlines as outlines
inner join current
    on outlines.athlete_id = current.athlete_id and outlines.latest_activity_id = current.activity_id
