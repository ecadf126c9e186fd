-- One row per athlete: the verdict, the first of the leading causes, how much and how easy, the last run.
--
-- Who got slower first, by how much; then who stands on a plateau, the longest first; then who got faster,
-- and at the end those of whom nobody can tell.
select
    squad.athlete_id,
    squad.verdict,
    squad.since,
    squad.is_since_before,
    squad.reason,
    squad.window_start_on,
    squad.window_end_on,
    squad.change_pct,
    squad.change_low_pct,
    squad.change_high_pct,
    squad.slope_pct_per_month,
    squad.slope_place_ratio,
    squad.leading_cause,
    squad.leading_reason,
    squad.leading_count,
    squad.easy_share_ratio,
    squad.easy_share_place_ratio,
    squad.weekly_distance_m,
    squad.weekly_distance_place_ratio,
    squad.last_run_day as last_run_on,
    cast($today as date) - squad.last_run_day as days_since_run
from marts.squad as squad
order by
    case squad.verdict
        when 'declining' then 1
        when 'plateau' then 2
        when 'improving' then 3
        when 'undecided' then 4
        else 5
    end,
    case when squad.verdict in ('declining', 'improving') then squad.change_pct end,
    squad.since,
    squad.athlete_id
