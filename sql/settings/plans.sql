-- One row per plan that comes with nextgear: what one should bring along.
--
-- The mile plan is that of article 004, which gives ranges: the lower end is what it takes. A journal starts
-- a plan by its name, or by its title.
--
-- grain: plan_name
select
    plans.plan_name,
    plans.title,
    cast(plans.needed_run_days as bigint) as needed_run_days,
    cast(plans.needed_weekly_m as double) as needed_weekly_m,
    cast(plans.needed_base_days as bigint) as needed_base_days,
    cast(plans.needed_history_days as bigint) as needed_history_days
from (
    values
    ('mile_4_weeks', 'Four-week mile', 4, 20 * 1609.344, 8 * 7, 182)
) as plans (
    plan_name,
    title,
    needed_run_days,
    needed_weekly_m,
    needed_base_days,
    needed_history_days
)
