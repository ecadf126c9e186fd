-- One row per athlete and block of weeks in a row that were in the same phase of training.
--
-- grain: athlete_id, from_on
-- check: until_day >= from_on
with numbered as (
    select
        weeks.*,
        weeks.week_start_on
        - 7 * cast(row_number() over (
            partition by weeks.athlete_id, weeks.phase order by weeks.week_start_on
        ) as integer) as block_key
    from athlete.week_phases as weeks
    where weeks.phase is not null
)

select
    athlete_id,
    min(week_start_on) as from_on,
    max(week_start_on) + 6 as until_day,
    phase,
    count(*) as week_count,
    avg(distance_m) as weekly_m,
    case
        when count(*) > 2 then 7 * regr_slope(distance_m, week_start_on - date '1970-01-01')
    end as weekly_change_m,
    cast(sum(hard_session_count) as bigint) as hard_session_count
from numbered
group by athlete_id, phase, block_key
