-- How is the easy share distributed over the athletes, and do those with less of it stall more often?
with tenths as (
    select
        -- all of it easy belongs to the last tenth
        floor(round(10 * easy_share_ratio, 6)) - if(easy_share_ratio >= 1, 1, 0) as tenth,
        is_stalled
    from marts.squad
),

counted as (
    select
        tenth,
        count(*) as athlete_count,
        count(is_stalled) as told_count,
        count(case when is_stalled then 1 end) as stalled_count
    from tenths
    group by tenth
)

select
    cast(10 * tenth as bigint) as easy_from_pct,
    athlete_count,
    -- of those of whom it is known, as is the next
    case
        when tenth is not null
            then round(100 * athlete_count / sum(athlete_count) over (partition by tenth is null))
    end as athletes_pct,
    case
        when tenth is not null
            then
                round(
                    100 * sum(athlete_count) over (partition by tenth is null order by tenth)
                    / sum(athlete_count) over (partition by tenth is null)
                )
    end as up_to_here_pct,
    told_count,
    round(100 * stalled_count / nullif(told_count, 0)) as stalled_of_told_pct
from counted
order by easy_from_pct nulls last
