-- One row per device but the latest, and each link of the chain that leads from it to the latest device.
--
-- Every device is compared with that one, among those used later, with which it can be compared best. What
-- has no chain to the device of the latest run cannot be compared, and is not here.
--
-- grain: athlete_id, device_key, link_device_key
with recursive best as (
    select
        contacts.athlete_id,
        contacts.device_key,
        contacts.other_device_key,
        theirs.use_rank as other_use_rank,
        contacts.run_count,
        contacts.other_run_count,
        contacts.difference_pct,
        contacts.difference_error_pct,
        contacts.placebo_spread_pct
    from athlete.device_contacts as contacts
    inner join athlete.devices as ours
        on contacts.athlete_id = ours.athlete_id and contacts.device_key = ours.device_key
    inner join athlete.devices as theirs
        on contacts.athlete_id = theirs.athlete_id and contacts.other_device_key = theirs.device_key
    where theirs.use_rank < ours.use_rank
    qualify
        row_number() over (
            partition by contacts.athlete_id, contacts.device_key
            order by contacts.difference_error_pct, theirs.use_rank
        ) = 1
),

chains as (
    select
        best.athlete_id,
        best.device_key,
        best.device_key as link_device_key,
        best.other_device_key,
        best.other_use_rank
    from best
    union all
    select
        chains.athlete_id,
        chains.device_key,
        best.device_key as link_device_key,
        best.other_device_key,
        best.other_use_rank
    from chains
    inner join best
        on chains.athlete_id = best.athlete_id and chains.other_device_key = best.device_key
),

ends as (
    select
        chains.athlete_id,
        chains.device_key
    from chains
    where chains.other_use_rank = 1
)

select
    chains.athlete_id,
    chains.device_key,
    chains.link_device_key,
    best.other_device_key,
    best.run_count,
    best.other_run_count,
    best.difference_pct,
    best.difference_error_pct,
    best.placebo_spread_pct
from chains
inner join ends
    on chains.athlete_id = ends.athlete_id and chains.device_key = ends.device_key
inner join best
    on chains.athlete_id = best.athlete_id and chains.link_device_key = best.device_key
