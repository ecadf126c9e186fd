-- One row per pair of causes of which the first follows from the second: where both are flagged, the second
-- explains the first, which then counts less.
--
-- grain: cause, explained_by
select
    pairs.cause,
    pairs.explained_by
from (
    values
    -- the middle zone is what the easy share lacks
    ('easy_share_low', 'medium_trap'),
    -- hard days in a row are how too many of them look
    ('no_hard_easy', 'too_much_speed'),
    ('speed_not_fresh', 'too_much_speed'),
    ('speed_not_fresh', 'no_hard_easy')
) as pairs (cause, explained_by)
