-- One row per athlete: how many of the recent runs of a week had any fast running in them.
--
-- Strides of half a minute leave no trace in a recording of every five seconds: what long fast parts and
-- heart rate show is counted, and the evidence counts half.
--
-- grain: athlete_id
with judged as (
    select
        habits.*,
        if(habits.seen_ratio > 0, habits.speed_per_week_ratio, null) as touches,
        thresholds.*
    from athlete.speed_habits as habits
    cross join settings.judging as thresholds
    where habits.run_count > 0
)

select
    athlete_id,
    touches as value,
    'a week' as unit,
    touches_flag_per_week as threshold,
    1 / (1 + exp((touches - touches_flag_per_week) / touches_scale)) as exposure_score,
    seen_ratio * least(week_count / session_weeks_min_count, 1) as coverage_ratio,
    1 - doubtful_certainty_ratio * (1 - fine_ratio) as certainty_ratio,
    cast(null as double) as response_score,
    case
        when base_speed_per_week_ratio < touches_flag_per_week or touches > touches_flag_per_week then null
        when last_speed_on < recent_from then last_speed_on + 1
        else recent_from
    end as began_on,
    recent_from as window_start_on,
    last_day as window_end_on,
    case
        when touches is null
            then
                'No run of the last eight weeks has speeds or heart rates from which fast running '
                || 'could be seen.'
        else
            concat(
                if(
                    touches = 0,
                    'No run of the last eight weeks had strides, repeats, tempo or a race in it',
                    format(
                        '{:.1f} runs a week had fast running in them: strides, repeats, tempo or a race',
                        touches
                    )
                ),
                case
                    when last_speed_on is null then ', nor did any before.'
                    when last_day - last_speed_on >= 7 * 2
                        then format('; the last one {} weeks ago.', (last_day - last_speed_on) // 7)
                    when last_day - last_speed_on >= 7 then '; the last one a week ago.'
                    else '.'
                end,
                if(
                    fine_ratio < doubtful_certainty_ratio,
                    ' Your watch does not record every second: short strides would not be seen.',
                    ''
                )
            )
    end as reason,
    if(
        touches <= touches_flag_per_week,
        format(
            'You run {} a week: end one or two of the easy runs with 4 to 6 strides of 15 to 30 s, '
            || 'walking 1 to 2 min between them. After two or three weeks replace one easy run by 6 x 1 min '
            || 'hard, 2 min jog.',
            case round(run_count / week_count)
                when 1 then 'once'
                when 2 then 'twice'
                else format('{:.0f} times', run_count / week_count)
            end
        ),
        null
    ) as advice,
    coalesce(speed_ids, cast([] as varchar[])) as activity_ids
from judged
