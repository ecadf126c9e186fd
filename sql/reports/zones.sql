-- One row per zone of the articles: where it begins and ends now, and what it counts as.
select
    zone,
    from_bpm,
    until_bpm,
    from_m_per_s,
    until_m_per_s,
    effort_class
from marts.zones
where athlete_id = $athlete_id
order by zone
