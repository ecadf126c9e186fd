-- Of which athletes is too little known, and what is missing?
select
    athlete_id,
    case when verdict = 'not_enough_data' then reason end as trend_lacks,
    recent_run_count,
    counted_run_count,
    uncounted_reason,
    easy_share_ratio is not null as is_easy_share_known,
    judged_week_count,
    round(100 * judged_ratio) as judged_pct,
    round(100 * heart_rate_coverage_ratio) as heart_rate_pct,
    cast(floor(history_days / 7) as bigint) as history_weeks,
    last_run_day
from marts.squad
where verdict = 'not_enough_data' or easy_share_ratio is null
order by recent_run_count desc, athlete_id asc
