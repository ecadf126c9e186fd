-- One row per athlete and stretch of ten and more days without a run: what such a rest is expected to cost,
-- and what the index showed once the runner was back.
--
-- grain: athlete_id, from_on
-- check: expected_cost_pct >= 0
select
    breaks.athlete_id,
    breaks.from_on,
    breaks.until_day,
    breaks.break_days,
    breaks.is_over,
    breaks.expected_cost_pct,
    breaks.break_change_pct,
    case
        when not breaks.is_over
            then format(
                '{} days without a run so far: expect to be {:.0f} % slower at the same heart rate.',
                breaks.break_days, breaks.expected_cost_pct
            )
        when breaks.break_change_pct is null
            then format(
                '{} days without a run cost about {:.0f} %; there are too few runs around them to see it.',
                breaks.break_days, breaks.expected_cost_pct
            )
        else format(
            '{} days without a run cost about {:.0f} % at first; from the fourth week on you were {:.1f} % '
            || '{} than before at the same heart rate.',
            breaks.break_days, breaks.expected_cost_pct, abs(breaks.break_change_pct),
            if(breaks.break_change_pct < 0, 'slower', 'faster')
        )
    end as reason
from athlete.breaks as breaks
