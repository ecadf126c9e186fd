-- One row per athlete and anchor: the heart rates that zones and loads hang on, where each is from, and
-- whether it is more than a guess.
--
-- grain: athlete_id, anchor
with listed as (
    select
        anchors.athlete_id,
        unnest([
            {
                'anchor': 'heart_rate_max_bpm',
                'value': anchors.athlete_heart_rate_max_bpm,
                'source': anchors.athlete_heart_rate_max_source,
                'is_confirmed': anchors.is_heart_rate_max_confirmed
            },
            {
                'anchor': 'heart_rate_resting_bpm',
                'value': anchors.athlete_heart_rate_resting_bpm,
                'source': anchors.athlete_heart_rate_resting_source,
                'is_confirmed': anchors.athlete_heart_rate_resting_source != 'default'
            },
            {
                'anchor': 'easy_below_bpm',
                'value': anchors.easy_below_bpm,
                'source': anchors.easy_below_source,
                'is_confirmed': anchors.is_heart_rate_max_confirmed
            },
            {
                'anchor': 'hard_from_bpm',
                'value': anchors.hard_from_bpm,
                'source': anchors.hard_from_source,
                'is_confirmed': anchors.is_threshold_known or anchors.is_heart_rate_max_confirmed
            }
        ]) as row_of_anchor
    from athlete.anchors as anchors
)

select
    listed.athlete_id,
    listed.row_of_anchor['anchor'] as anchor,
    listed.row_of_anchor['value'] as value,
    listed.row_of_anchor['source'] as source,
    listed.row_of_anchor['is_confirmed'] as is_confirmed
from listed
where listed.row_of_anchor['value'] is not null
