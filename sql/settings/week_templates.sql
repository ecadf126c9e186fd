-- One row per number of running days for which the articles have a week: how many of its sessions are hard,
-- and how much of it the long run is.
--
-- From the weeks of article 001: three runs (5 x 3 minutes, 5 miles, 8 miles), five (6, 4, 7, 3 and 12 miles)
-- and seven (8, 10, 5, 10, 6, 8 and 16 miles). Of five and fewer runs a workout takes a day after which
-- comes an easy one; the long run is no hard session here, though the articles let its end be fast.
--
-- grain: run_day_count
select
    cast(templates.run_day_count as bigint) as run_day_count,
    cast(templates.template_hard_count as bigint) as template_hard_count,
    cast(templates.template_long_ratio as double) as template_long_ratio,
    templates.template_words
from (
    values
    (3, 1, 0.42, 'one workout, one easy run and one long run'),
    (5, 2, 12 / 32, 'two workouts, two easy runs and one long run, with a day between the hard ones'),
    (7, 2, 16 / 63, 'two workouts, four easy runs and one long run')
) as templates (run_day_count, template_hard_count, template_long_ratio, template_words)
