-- One row if the athlete runs: the usual week of the last eight, beside the articles'.
select
    usual_week,
    weekly_run_days,
    weekly_hard_days,
    back_to_back_count,
    longest_run_ratio,
    template_run_days,
    template_hard_count,
    template_long_ratio,
    reason
from marts.week_patterns
where athlete_id = $athlete_id
