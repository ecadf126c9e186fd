-- One row per length of window in which a trend is looked for.
--
-- grain: window_weeks
select cast(windows.window_weeks as bigint) as window_weeks
from (
    values (13), (16), (20), (26), (32), (39), (45), (52), (65), (78)
) as windows (window_weeks)
