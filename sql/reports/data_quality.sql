-- One row per thing that cleaning did not believe: for how long, in how many activities.
with faults as (
    select
        unnest([
            'heart_rate_out_of_range',
            'heart_rate_flat',
            'heart_rate_cadence_locked',
            'heart_rate_dropout',
            'speed'
        ]) as fault,
        unnest([
            heart_rate_out_of_range_s,
            heart_rate_flat_s,
            heart_rate_cadence_locked_s,
            heart_rate_dropout_s,
            speed_rejected_s
        ]) as rejected_s,
        moving_s
    from marts.activities
    where athlete_id = $athlete_id
)

select
    fault,
    coalesce(sum(rejected_s), 0) as rejected_s,
    count(*) filter (where faults.rejected_s > 0) as activity_count,
    sum(moving_s) as moving_s
from faults
group by fault
order by rejected_s desc, fault asc
