-- One row per cause, the flagged ones first, with the days of the runs behind it and the newest five of them.
with behind as (
    select
        causes.cause,
        list(distinct activities.local_day order by activities.local_day) as local_days,
        list(
            struct_pack(
                local_day := activities.local_day,
                name := activities.name,
                distance_m := activities.distance_m
            )
            order by activities.started_at desc
        )[:5] as newest_runs
    from marts.causes as causes
    inner join marts.activities as activities
        on
            causes.athlete_id = activities.athlete_id
            and list_contains(causes.activity_ids, activities.activity_id)
    where causes.athlete_id = $athlete_id
    group by causes.cause
)

select
    causes.cause,
    causes.status,
    causes.is_leading,
    causes.score,
    causes.rank,
    causes.value,
    causes.unit,
    causes.threshold,
    causes.reason,
    causes.advice,
    causes.question,
    causes.needs,
    causes.explained_by,
    causes.activity_ids,
    behind.local_days,
    behind.newest_runs
from marts.causes as causes
left join behind on causes.cause = behind.cause
where causes.athlete_id = $athlete_id
order by causes.rank asc nulls last, causes.score desc nulls last, causes.cause asc
