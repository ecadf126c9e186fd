-- One row per number of weeks over which the intensity split is taken.
--
-- grain: window_weeks
select cast(windows.window_weeks as bigint) as window_weeks
from (values (1), (4), (8)) as windows (window_weeks)
