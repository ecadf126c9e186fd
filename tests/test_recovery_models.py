"""What is known of days and nights, and the causes that hang on it, on rows small enough to work out."""

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from test_athlete_models import ann, days

RowsOf = Callable[..., pd.DataFrame]

FILES = """
    athlete_id | path | digest | format  | outcome     | modified_at
    ann        | a    | old    | journal | imported    | 2024-01-01
    ann        | a    | new    | journal | salvaged    | 2024-01-02
    ann        | a    | broken | journal | quarantined | 2024-01-03
    ann        | b    | other  | journal | imported    | 2024-01-04
    ann        | c    | other  | journal | duplicate   | 2024-01-01
    ann        | d    | run    | fit     | imported    | 2024-01-09
"""


# --- days and nights


def test_of_a_journal_the_last_version_that_can_be_read_counts(rows_of: RowsOf):
    """And of two journals, on a day that both have, the one that was written to last."""
    rows = rows_of(
        "staging.journal",
        {
            "raw.files": FILES,
            "raw.journal": """
                athlete_id | file_digest | local_day  | effort_rating | sleep_s
                ann        | old         | 2024-01-01 | 1             | 1
                ann        | old         | 2024-01-02 | 2             | 2
                ann        | new         | 2024-01-02 | 3             | 3
                ann        | new         | 2024-01-03 | 4             | 4
                ann        | other       | 2024-01-03 | 5             |
            """,
        },
    )
    assert list(rows.local_day) == [pd.Timestamp(2024, 1, 2), pd.Timestamp(2024, 1, 3)]
    assert list(rows.effort_rating) == [3, 5]
    assert math.isnan(rows.sleep_s[1])


def test_what_watches_tell_of_a_day_meets(rows_of: RowsOf):
    """The last resting heart rate, the longest sleep with its score; an account's word is the last."""
    rows = rows_of(
        "staging.wellness_days",
        {
            "raw.wellness_days": ann(
                recorded_at=[
                    datetime(2024, 1, 1, 23, 30),
                    datetime(2024, 1, 2, 12),
                    datetime(2024, 1, 3, 12),
                    None,
                    datetime(2024, 1, 4, 12),
                ],
                utc_offset_s=3600,
                local_day=[None, date(2024, 1, 2), date(2024, 1, 3), date(2024, 1, 3), None],
                heart_rate_resting_bpm=[50, 48, 48, 46, 200],
                hrv_s=[None, 0.06, None, None, 0.6],
                sleep_s=[25_200, 5400, 25_200, 21_600, 80_000],
                sleep_score=[70, 10, 70, 60, 5],
            )
        },
    )
    assert list(rows.local_day.dt.day) == [2, 3, 4]
    assert list(rows.heart_rate_resting_bpm[:2]) == [48, 46]
    assert list(rows.sleep_s[:2]) == [25_200, 21_600]
    assert list(rows.sleep_score[:2]) == [70, 60]
    assert rows.hrv_s[0] == 0.06
    assert rows.iloc[2][["heart_rate_resting_bpm", "hrv_s", "sleep_s", "sleep_score"]].isna().all()


JOURNAL = ann(
    local_day=days([0, 1, 2]),
    heart_rate_resting_bpm=[47, None, None],
    sleep_s=[None, 28_800, None],
    strength_count=[0, None, 2],
    is_ill=[None, True, None],
    effort_rating=[8, None, None],
    has_race=[None, False, True],
    race_m=[None, None, 10_000],
)
NIGHTS = """
    athlete_id | local_day  | heart_rate_resting_bpm | hrv_s | sleep_s | sleep_score
    ann        | 2024-01-01 | 50                     | 0.06  |         |
    ann        | 2024-01-02 | 51                     |       | 20000   | 55
    ann        | 2024-01-05 |                        | 0.05  |         |
"""


def sessions(numbers: Sequence[int], **columns: Any) -> pd.DataFrame:
    return ann(
        **{
            "activity_id": [f"{number}-{order}" for order, number in enumerate(numbers)],
            "local_day": days(numbers),
            "sport": "running",
            "is_run": True,
            "is_indoor": False,
            **columns,
        }
    )


def test_what_was_written_down_counts_before_the_watch_and_says_so(rows_of: RowsOf):
    strength = sessions([0, 2, 3], sport="training", sub_sport="strength_training", is_run=False)
    rows = rows_of(
        "athlete.recovery_days",
        {"staging.journal": JOURNAL, "staging.wellness_days": NIGHTS, "staging.activities": strength},
    ).set_index("local_day")
    assert list(rows.index) == [pd.Timestamp(2024, 1, number) for number in (1, 2, 3, 4, 5)]
    assert list(rows.heart_rate_resting_bpm[:2]) == [47, 51]
    assert list(rows.heart_rate_resting_source[:2]) == ["journal", "watch"]
    assert (rows.sleep_s.iloc[1], rows.sleep_source.iloc[1], rows.sleep_score.iloc[1]) == (
        28_800,
        "journal",
        55,
    )
    assert (rows.hrv_s.iloc[4], rows.hrv_source.iloc[4]) == (0.05, "watch")
    assert list(rows.strength_count.fillna(-1)) == [1, -1, 2, 1, -1]
    assert list(rows.strength_source.fillna("")) == ["activity", "", "journal", "activity", ""]
    assert list(rows.is_ill.isna()) == [True, False, True, True, True]
    assert rows.is_ill.iloc[1]
    assert list(rows.has_journal) == [True, True, True, False, False]


def test_a_day_of_the_mart_has_its_night(rows_of: RowsOf):
    rows = rows_of(
        "marts.days",
        {
            "athlete.days": ann(
                local_day=days([0, 1]), fitness_score=0, activity_count=1, run_count=1, load_unknown_count=0
            ),
            "athlete.recovery_days": ann(
                local_day=days([0]), heart_rate_resting_bpm=47, heart_rate_resting_source="watch", is_ill=True
            ),
        },
    )
    assert rows.heart_rate_resting_bpm[0] == 47
    assert rows.is_ill[0]
    assert math.isnan(rows.heart_rate_resting_bpm[1])
    assert rows.strength_count.isna().all()


# --- what the journal says of runs


def test_the_rating_of_a_day_is_that_of_its_longest_run(rows_of: RowsOf):
    """Not of a longer ride; and it counts before what was pressed on the watch."""
    rows = rows_of(
        "athlete.activities",
        {
            "staging.journal": JOURNAL,
            "staging.activities": sessions(
                [0, 0, 0, 1],
                timer_s=[1800, 3600, 7200, 3600],
                is_run=[True, True, False, True],
                effort_rating=[2, 3, 4, 5],
            ),
        },
    )
    assert list(rows.effort_rating) == [2, 8, 4, 5]
    assert list(rows.session_rpe_score) == [60, 480, 480, 300]


def test_a_race_of_the_journal_is_the_run_of_its_length_and_what_was_none_is_none(rows_of: RowsOf):
    rows = rows_of(
        "athlete.races",
        {
            "staging.journal": JOURNAL,
            "staging.activities": sessions(
                [0, 1, 2, 2, 2],
                name=["Town race", "Town race", None, None, None],
                distance_m=[42_000, 42_000, 3000, 10_100, 21_000],
            ),
        },
    )
    assert dict(zip(rows.activity_id, rows.race_source, strict=True)) == {"0-0": "name", "2-3": "journal"}


def test_a_race_without_its_file_is_nobodys(rows_of: RowsOf):
    given = {"staging.journal": JOURNAL, "staging.activities": sessions([2], distance_m=5000)}
    assert rows_of("athlete.races", given).empty


def test_a_race_without_a_distance_is_the_longest_run_of_the_day(rows_of: RowsOf):
    given = {
        "staging.journal": ann(local_day=days([0]), has_race=True),
        "staging.activities": sessions([0, 0], distance_m=[2000, 5000]),
    }
    assert list(rows_of("athlete.races", given).activity_id) == ["0-1"]
