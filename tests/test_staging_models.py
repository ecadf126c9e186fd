"""What staging makes of the raw tables, on rows small enough to work out by hand."""

from collections.abc import Callable

import pandas as pd

RowsOf = Callable[..., pd.DataFrame]

ONE_RUN = """
    athlete_id | activity_id | file_digest | sport   | started_at
    ann        | run         | 1           | running | 2024-01-01 06:00:00
"""


def test_a_file_counts_once_in_its_last_version_and_a_duplicate_has_its_originals_activity(rows_of: RowsOf):
    files = rows_of(
        "marts.files",
        given={
            "raw.files": """
                athlete_id | path  | digest | modified_at         | outcome     | reason | activity_id
                ann        | a.fit | 1      | 2024-01-01 00:00:00 | quarantined | empty  |
                ann        | a.fit | 2      | 2024-01-02 00:00:00 | imported    | one    | run
                ann        | b.fit | 2      | 2024-01-02 00:00:00 | duplicate   | same   |
                ann        | c.fit |        | 2024-01-02 00:00:00 | quarantined | closed |
                bob        | d.fit | 2      | 2024-01-02 00:00:00 | imported    | one    | bobs
            """
        },
    )
    assert list(files.path) == ["a.fit", "b.fit", "c.fit", "d.fit"]
    assert list(files.outcome) == ["imported", "duplicate", "quarantined", "imported"]
    assert files.activity_id.fillna("").tolist() == ["run", "run", "", "bobs"]
    assert list(files.reason) == ["one", "the same content as a.fit", "closed", "one"]


def test_a_lap_that_lasts_less_than_nothing_lasts_nobody_knows_how_long(rows_of: RowsOf):
    laps = rows_of(
        "staging.laps",
        given={
            "raw.activities": ONE_RUN,
            "raw.laps": """
                athlete_id | activity_id | lap_number | elapsed_s | distance_m
                ann        | run         | 1          | -5        | 1000
                ann        | run         | 2          | 300       | 1000
            """,
        },
    )
    assert laps.elapsed_s.isna().tolist() == [True, False]


def test_only_a_stop_of_the_timer_is_a_stop(rows_of: RowsOf):
    stops = rows_of(
        "staging.timer_stops",
        given={
            "raw.activities": ONE_RUN,
            "raw.events": """
                athlete_id | activity_id | event_number | recorded_at         | event | event_type
                ann        | run         | 1            | 2024-01-01 06:00:00 | timer | start
                ann        | run         | 2            | 2024-01-01 06:10:00 | timer | stop_all
                ann        | run         | 3            | 2024-01-01 06:20:00 | lap   | stop
            """,
        },
    )
    assert stops.stopped_at.tolist() == [pd.Timestamp("2024-01-01 06:10:00")]


def test_an_evening_run_far_west_stays_on_its_own_day(rows_of: RowsOf):
    """20:30 on a Sunday in California is Monday in UTC."""
    activities = rows_of(
        "staging.activities",
        given={
            "raw.activities": """
                athlete_id | activity_id | sport   | started_at          | utc_offset_s | device_manufacturer
                ann        | run         | running | 2024-01-08 04:30:00 | -28800       | garmin
                ann        | walk        |         | 2024-01-08 04:30:00 |              |
            """
        },
    )
    assert activities.local_day.tolist() == [pd.Timestamp("2024-01-07"), pd.Timestamp("2024-01-08")]
    assert activities.sport.tolist() == ["running", "generic"]
    assert activities.is_run.tolist() == [True, False]
    assert activities.device_key.tolist() == ["garmin ? ?", "? ? ?"]


DESCRIBED = {
    "raw.files": """
        athlete_id | path                    | digest | format | modified_at
        ann        | /a/e.zip/activities.csv | old    | strava | 2024-01-01 00:00:00
        ann        | /b/activities.csv       | new    | strava | 2024-02-01 00:00:00
        ann        | /b/activities/1.fit     | one    | fit    | 2024-02-01 00:00:00
        ann        | /a/e.zip/activities/1.fit.gz | one | fit  | 2024-01-01 00:00:00
        ann        | /a/e.zip/activities/2.fit.gz | two | fit  | 2024-01-01 00:00:00
        ann        | /c/activities/3.fit.gz  | three  | fit    | 2024-01-01 00:00:00
        bob        | /b/activities/1.fit     | his    | fit    | 2024-02-01 00:00:00
    """,
    "raw.activities": """
        athlete_id | activity_id | file_digest
        ann        | run         | one
        ann        | swim        | two
        ann        | bike        | two
        ann        | other       | three
        bob        | his run     | his
    """,
    "raw.descriptions": """
        athlete_id | file_digest | described_path      | name     | sport   | gear
        ann        | old         | activities/1.fit.gz | Old name | running | red
        ann        | new         | activities/1.fit.gz | New name | walking | blue
        ann        | old         | activities/2.fit.gz | Both     | running |
        ann        | old         | activities/3.fit.gz | Nowhere  | running |
    """,
}


def test_a_list_describes_the_files_beside_it_and_the_latest_list_counts(rows_of: RowsOf):
    rows = rows_of("sessions.descriptions", DESCRIBED).set_index("activity_id")
    assert dict(rows["name"]) == {"run": "New name", "swim": "Both", "bike": "Both"}
    assert list(rows.loc["run", ["sport", "gear"]]) == ["walking", "blue"]


def test_the_sport_of_a_list_is_not_that_of_each_of_several_sessions(rows_of: RowsOf):
    rows = rows_of("sessions.descriptions", DESCRIBED).set_index("activity_id")
    assert rows["sport"].isna().to_dict() == {"run": False, "swim": True, "bike": True}
