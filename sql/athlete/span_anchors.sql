-- One row per athlete and stretch of days: each anchor with where it is from, what speaks for it, and whether
-- it is more than a guess.
--
-- In order of trust: athlete.toml, what the watch has been told, what nights and runs show, a default. A
-- maximum that two runs have exceeded is none, whatever the watch has been told; but a watch at the wrist is
-- no witness to that. Runs that were never hard show too low a maximum: the one usual at that age is then
-- believed before them, and without an age it is not confirmed. A value that the others contradict (a
-- maximum at or below the resting heart rate, a threshold outside both) is not known.
--
-- grain: athlete_id, valid_from
-- check: athlete_heart_rate_max_bpm is null or athlete_heart_rate_max_bpm > athlete_heart_rate_resting_bpm
-- check: easy_below_bpm is null or easy_below_bpm <= hard_from_bpm
with held as (
    select
        spans.athlete_id,
        spans.valid_from,
        told.anchor,
        case told.source when 'athlete.toml' then 0 when 'device' then 1 else 2 end as distrust,
        arg_max(
            struct_pack(
                value := told.value,
                source := told.source,
                reason := told.reason,
                activity_ids := told.activity_ids
            ),
            told.valid_from
        ) as told
    from athlete.anchor_spans as spans
    inner join athlete.told_anchors as told
        on spans.athlete_id = told.athlete_id and spans.valid_from >= told.valid_from
    group by spans.athlete_id, spans.valid_from, told.anchor, told.source
),

told as (
    select
        held.athlete_id,
        held.valid_from,
        arg_min(held.told, held.distrust) filter (where held.anchor = 'heart_rate_max_bpm') as maximum,
        arg_min(held.told, held.distrust) filter (where held.anchor = 'heart_rate_resting_bpm') as resting,
        arg_min(held.told, held.distrust) filter (where held.anchor = 'heart_rate_easy_below_bpm') as easy,
        arg_min(held.told, held.distrust) filter (where held.anchor = 'heart_rate_threshold_bpm') as hard,
        arg_min(held.told, held.distrust) filter (where held.anchor = 'threshold_speed_m_per_s') as speed
    from held
    group by held.athlete_id, held.valid_from
),

expected as (
    select
        spans.athlete_id,
        spans.valid_from,
        year(spans.as_of_day) - athletes.birth_year as age,
        thresholds.heart_rate_max_at_birth_bpm
        - thresholds.heart_rate_max_loss_per_year * (year(spans.as_of_day) - athletes.birth_year)
            as age_max_bpm
    from athlete.anchor_spans as spans
    inner join athlete.athletes as athletes on spans.athlete_id = athletes.athlete_id
    cross join settings.judging as thresholds
    where year(spans.as_of_day) > athletes.birth_year
),

maxima as (
    select
        spans.athlete_id,
        spans.valid_from,
        spans.valid_until_day,
        spans.is_latest_anchor,
        told.resting,
        told.easy,
        told.hard,
        case
            when tests.shown_threshold_bpm is not null
                then struct_pack(
                    value := tests.shown_threshold_bpm,
                    source := 'runs',
                    reason := tests.shown_threshold_reason,
                    activity_ids := tests.shown_threshold_ids
                )
        end as hard_shown,
        case
            when told.speed is not null then told.speed
            when speeds.shown_speed_m_per_s is not null
                then struct_pack(
                    value := speeds.shown_speed_m_per_s,
                    source := 'runs',
                    reason := speeds.shown_speed_reason,
                    activity_ids := speeds.shown_speed_ids
                )
        end as speed,
        shown.shown_heart_rate_resting_bpm,
        shown.shown_heart_rate_resting_reason,
        shown.shown_heart_rate_resting_ids,
        coalesce(
            shown.heart_rate_highest_bpm - shown.shown_heart_rate_max_bpm
            <= thresholds.heart_rate_peak_agreement_bpm
            and shown.shown_heart_rate_max_bpm
            >= thresholds.peak_above_usual_min_ratio * shown.heart_rate_usual_bpm,
            false
        ) as is_shown_well,
        case
            when
                told.maximum.source = 'athlete.toml'
                or told.maximum.value >= shown.shown_heart_rate_max_bpm
                or (told.maximum.value is not null and not coalesce(shown.is_shown_by_trusted, false))
                then told.maximum
            when
                told.maximum.value is null
                and expected.age_max_bpm > coalesce(shown.shown_heart_rate_max_bpm, 0)
                then struct_pack(
                    value := expected.age_max_bpm,
                    source := 'age',
                    reason := format(
                        'usual at the age of {} ({:g} - {:g} a year); the runs show no more',
                        expected.age,
                        thresholds.heart_rate_max_at_birth_bpm,
                        thresholds.heart_rate_max_loss_per_year
                    ),
                    activity_ids := cast([] as varchar[])
                )
            when shown.shown_heart_rate_max_bpm is not null
                then struct_pack(
                    value := shown.shown_heart_rate_max_bpm,
                    source := 'runs',
                    reason := shown.shown_heart_rate_max_reason,
                    activity_ids := shown.shown_heart_rate_max_ids
                )
        end as maximum
    from athlete.anchor_spans as spans
    left join told on spans.athlete_id = told.athlete_id and spans.valid_from = told.valid_from
    left join expected
        on spans.athlete_id = expected.athlete_id and spans.valid_from = expected.valid_from
    left join athlete.shown_anchors as shown
        on spans.athlete_id = shown.athlete_id and spans.as_of_day = shown.as_of_day
    left join athlete.shown_thresholds as tests
        on spans.athlete_id = tests.athlete_id and spans.as_of_day = tests.as_of_day
    left join athlete.shown_speeds as speeds
        on spans.athlete_id = speeds.athlete_id and spans.as_of_day = speeds.as_of_day
    cross join settings.judging as thresholds
),

rested as (
    select
        maxima.* exclude (resting),
        case
            when maxima.resting is not null then maxima.resting
            when maxima.shown_heart_rate_resting_bpm < thresholds.heart_rate_resting_default_bpm
                then struct_pack(
                    value := maxima.shown_heart_rate_resting_bpm,
                    source := 'runs',
                    reason := maxima.shown_heart_rate_resting_reason,
                    activity_ids := maxima.shown_heart_rate_resting_ids
                )
            else struct_pack(
                value := thresholds.heart_rate_resting_default_bpm,
                source := 'default',
                reason := 'nothing is known; no run shows less',
                activity_ids := cast([] as varchar[])
            )
        end as resting
    from maxima
    cross join settings.judging as thresholds
),

possible as (
    select
        rested.* exclude (maximum, easy, hard, hard_shown),
        case when rested.maximum.value > rested.resting.value then rested.maximum end as maximum,
        case
            when
                rested.easy.value > rested.resting.value
                and rested.easy.value < rested.maximum.value
                and coalesce(rested.easy.value <= rested.hard.value, true)
                and (
                    rested.easy.source != 'device'
                    or rested.easy.value between
                    thresholds.easy_zone_min_ratio * rested.maximum.value
                    and thresholds.easy_zone_max_ratio * rested.maximum.value
                )
                then rested.easy
        end as told_easy,
        case
            when rested.hard.value > rested.resting.value and rested.hard.value < rested.maximum.value
                then rested.hard
            -- slower running is no test, however slow the critical speed
            when
                rested.hard_shown.value > thresholds.easy_below_max_ratio * rested.maximum.value
                and rested.hard_shown.value < rested.maximum.value
                then rested.hard_shown
        end as known_hard
    from rested
    cross join settings.judging as thresholds
),

hard as (
    select
        possible.* exclude (known_hard),
        possible.known_hard is not null as is_threshold_known,
        coalesce(
            possible.known_hard,
            struct_pack(
                value := greatest(
                    possible.resting.value
                    + (possible.maximum.value - possible.resting.value) * thresholds.hard_from_reserve_ratio,
                    possible.told_easy.value
                ),
                source := 'default',
                reason := format(
                    '{:.0f} % of the way from resting to maximum', 100 * thresholds.hard_from_reserve_ratio
                ),
                activity_ids := cast([] as varchar[])
            )
        ) as hard
    from possible
    cross join settings.judging as thresholds
),

easy as (
    select
        hard.* exclude (told_easy),
        hard.told_easy is not null as is_easy_known,
        coalesce(
            hard.told_easy,
            struct_pack(
                value := hard.maximum.value * thresholds.easy_below_max_ratio,
                source := 'default',
                reason := format('{:.0f} % of the maximum', 100 * thresholds.easy_below_max_ratio),
                activity_ids := cast([] as varchar[])
            )
        ) as easy
    from hard
    cross join settings.judging as thresholds
)

select
    easy.athlete_id,
    easy.valid_from,
    easy.valid_until_day,
    easy.is_latest_anchor,
    easy.maximum.value as athlete_heart_rate_max_bpm,
    easy.maximum.source as athlete_heart_rate_max_source,
    coalesce(easy.maximum.source != 'runs' or easy.is_shown_well, false) as is_heart_rate_max_confirmed,
    easy.maximum.reason as athlete_heart_rate_max_reason,
    easy.maximum.activity_ids as athlete_heart_rate_max_ids,
    easy.resting.value as athlete_heart_rate_resting_bpm,
    easy.resting.source as athlete_heart_rate_resting_source,
    easy.resting.reason as athlete_heart_rate_resting_reason,
    easy.resting.activity_ids as athlete_heart_rate_resting_ids,
    -- a second threshold under the first leaves no middle
    case
        when easy.easy.value > easy.hard.value then easy.hard.value
        else easy.easy.value
    end as easy_below_bpm,
    easy.easy.source as easy_below_source,
    easy.is_easy_known,
    concat(
        easy.easy.reason,
        case
            when easy.easy.value > easy.hard.value
                then format(' ({:.0f} bpm, capped where hard begins)', easy.easy.value)
        end
    ) as easy_below_reason,
    easy.easy.activity_ids as easy_below_ids,
    easy.hard.value as hard_from_bpm,
    easy.hard.source as hard_from_source,
    easy.is_threshold_known,
    easy.hard.reason as hard_from_reason,
    easy.hard.activity_ids as hard_from_ids,
    easy.speed.value as threshold_speed_m_per_s,
    easy.speed.source as threshold_speed_source,
    easy.speed.reason as threshold_speed_reason,
    easy.speed.activity_ids as threshold_speed_ids
from easy
