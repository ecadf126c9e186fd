"""What stands beside the verdict: what races say, critical speed, what is not told of who does not run."""

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

RowsOf = Callable[..., pd.DataFrame]

PLATEAU = """
athlete_id | window_weeks | window_start_on | window_end_on | is_latest | is_chosen | slope_pct_per_month
ann        | 52           | 2025-12-01      | 2026-11-21    | true      | true      | 0.1
ann        | 78           | 2025-01-01      | 2026-11-21    | true      | false     | 0.1
bob        | 52           | 2025-12-01      | 2026-11-21    | true      | true      | 0.1
cat        | 52           | 2025-12-01      | 2026-11-21    | true      | true      |
"""


def races(*rows: tuple[str, str, str, float, str]) -> pd.DataFrame:
    names = ["athlete_id", "activity_id", "local_day", "vdot_score", "race_source"]
    return pd.DataFrame(rows, columns=names).assign(effort_distance_m=range(5000, 5000 + len(rows)))


def test_two_races_say_what_changed_from_one_to_the_other(rows_of: RowsOf):
    """VDOT 50 then 51: 100 ln(51 / 50) = 1.98 %; each race has 2.1 %, so the change sqrt(2) x 2.1 %."""
    efforts = races(
        ("ann", "before", "2025-06-01", 40, "name"),
        ("ann", "first", "2026-01-01", 49, "name"),
        ("ann", "first", "2026-01-01", 50, "name"),
        ("ann", "last", "2026-10-01", 51, "journal"),
        ("ann", "training", "2026-11-01", 60, "near_best"),
        ("bob", "other", "2026-10-01", 51, "name"),
        ("cat", "first", "2026-01-01", 50, "name"),
        ("cat", "last", "2026-10-01", 51, "name"),
    )
    rows = rows_of("marts.race_changes", {"marts.plateau": PLATEAU, "marts.best_efforts": efforts})
    assert list(rows.athlete_id) == ["ann"], "one race shows no change; no slope, no window"
    row = rows.iloc[0]
    assert (row.race_count, row.has_races, list(row.activity_ids)) == (2, True, ["first", "last"])
    assert row.race_change_pct == pytest.approx(100 * math.log(51 / 50))
    half = (row.race_change_high_pct - row.race_change_low_pct) / 2
    assert half == pytest.approx(1.645 * math.sqrt(2) * 2.1)


def test_the_races_of_others_change_nothing(rows_of: RowsOf):
    efforts = races(
        ("ann", "first", "2026-01-01", 50, "name"),
        ("ann", "last", "2026-10-01", 51, "near_best"),
        ("bob", "first", "2026-02-01", 40, "name"),
        ("bob", "last", "2026-09-01", 44, "name"),
    )
    together = rows_of("marts.race_changes", {"marts.plateau": PLATEAU, "marts.best_efforts": efforts})
    for athlete_id in ("ann", "bob"):
        own = efforts[efforts.athlete_id == athlete_id]
        alone = rows_of("marts.race_changes", {"marts.plateau": PLATEAU, "marts.best_efforts": own})
        among = together[together.athlete_id == athlete_id].reset_index(drop=True)
        pd.testing.assert_frame_equal(alone, among)


def test_without_two_races_the_efforts_near_the_best_stand_in(rows_of: RowsOf):
    efforts = races(
        ("bob", "race", "2026-01-01", 50, "name"),
        ("bob", "hard", "2026-05-01", 50, "near_best"),
        ("bob", "other", "2026-09-01", 50, "near_best"),
        ("ann", "race", "2026-09-01", 50, "name"),
        ("ann", "other", "2026-09-01", 50, "near_best"),
    )
    rows = rows_of("marts.race_changes", {"marts.plateau": PLATEAU, "marts.best_efforts": efforts})
    assert list(rows.athlete_id) == ["bob"], "two on one day show no change"
    assert (rows.iloc[0].race_count, rows.iloc[0].has_races) == (3, False)
    assert rows.iloc[0].race_change_pct == pytest.approx(0)


def test_the_critical_speed_of_every_stretch_can_be_asked_for(rows_of: RowsOf):
    given = """
    athlete_id | valid_from | valid_until_day | critical_speed_m_per_s | is_critical_speed_confident
    ann        | 1900-01-01 | 2026-01-01      | 3.9                    | false
    ann        | 2026-01-02 | 9999-12-31      | 4.0                    | true
    """
    rows = rows_of("marts.critical_speeds", {"athlete.critical_speeds": given})
    assert list(rows.critical_speed_m_per_s) == [3.9, 4.0]
    assert list(rows.is_critical_speed_confident) == [False, True]


@pytest.mark.parametrize(
    ("easy", "moderate", "hard", "index", "is_polarized"),
    [
        (0.80, 0.05, 0.15, 2.380, True),
        (0.46, 0.35, 0.19, 1.397, False),
        (0.15, 0.01, 0.15, 2.352, False),  # no more easy than hard
        (0.30, 0.50, 0.20, None, None),
    ],
)
def test_polarized_is_most_easy_and_least_between(
    rows_of: RowsOf, easy: float, moderate: float, hard: float, index: float | None, is_polarized: bool | None
):
    splits = pd.DataFrame(
        [
            {
                "athlete_id": "ann",
                "week_start_on": "2026-11-16",
                "window_weeks": 8,
                "easy_time_ratio": easy,
                "moderate_time_ratio": moderate,
                "hard_time_ratio": hard,
                "polarization_index": index,
            }
        ]
    )
    anchors = "athlete_id | valid_from | valid_until_day\nann | 1900-01-01 | 9999-12-31"
    rows = rows_of("marts.intensity_split", {"athlete.splits": splits, "athlete.anchors": anchors})
    told = rows.iloc[0].is_polarized
    assert (None if pd.isna(told) else bool(told)) == is_polarized


WEEKS = [
    f"2026-{month:02}-{day:02}" for month, day in ((9, 28), (10, 5), (10, 12), (10, 19), (10, 26), (11, 2))
]


@pytest.mark.parametrize("cause", ["low_mileage", "no_down_weeks"])
@pytest.mark.parametrize(("run_count", "is_told"), [(0, False), (3, True)])
def test_of_weeks_without_any_run_neither_mileage_nor_rest_is_told(
    rows_of: RowsOf, cause: str, run_count: int, is_told: bool
):
    weeks: dict[str, Any] = {
        "athlete_id": "ann",
        "week_start_on": WEEKS,
        "day_count": 7,
        "run_count": run_count,
        "distance_m": 10_000.0 * run_count,
        "is_down_week": False,
    }
    period = "athlete_id | base_from | recent_from | last_day\nann | 2026-05-25 | 2026-09-14 | 2026-11-08"
    rows = rows_of(
        f"athlete.cause_{cause}", {"athlete.weeks": pd.DataFrame(weeks), "athlete.periods": period}
    )
    assert bool(len(rows)) == is_told


@pytest.mark.parametrize(
    ("last_day", "words"),
    [("2026-11-05", "less than a week"), ("2026-11-09", "a week"), ("2026-11-15", "2 weeks")],
)
def test_one_week_is_not_weeks(rows_of: RowsOf, last_day: str, words: str):
    given = f"""
    athlete_id | activity_id | local_day  | is_run
    ann        | first       | 2026-11-01 | true
    ann        | between     | 2026-11-05 | true
    ann        | last        | {last_day} | true
    """
    rows = rows_of("athlete.cause_too_early", {"athlete.activities": given})
    assert f"you have trained for {words} without" in rows.iloc[0].reason


def test_a_zone_with_a_threshold_inside_counts_as_the_one_and_the_other(rows_of: RowsOf):
    """Of 190 bpm: zone 2 from 123.5, 3 from 133, 4 from 152, 5 from 171; easy below 148, hard from 169."""
    anchors = pd.DataFrame(
        [
            ("ann", True, 190, 148, 169, 4.0),
            ("ann", False, 180, 140, 160, None),
            ("bob", True, 200, 140, 180, None),
        ],
        columns=[
            "athlete_id",
            "is_latest_anchor",
            "athlete_heart_rate_max_bpm",
            "easy_below_bpm",
            "hard_from_bpm",
            "threshold_speed_m_per_s",
        ],
    )
    zones = rows_of("marts.zones", {"athlete.anchors": anchors})
    ann, bob = (zones[zones.athlete_id == name].set_index("zone") for name in ("ann", "bob"))
    assert list(ann.effort_class) == [
        "easy",
        "easy",
        "easy or moderate",
        "moderate or hard",
        "hard",
        "hard",
    ]
    assert [ann.from_bpm[zone] for zone in (2, 3, 4, 5)] == [124, 133, 152, 171]
    assert [ann.until_bpm[zone] for zone in (1, 2, 3, 4)] == [123, 132, 151, 170]
    assert ann.loc[[1, 6], "from_bpm"].isna().all() and ann.loc[[5, 6], "until_bpm"].isna().all()
    assert ann.from_m_per_s[5] == pytest.approx(4.0) and ann.until_m_per_s[4] == pytest.approx(4.0)
    assert list(bob.effort_class)[1:5] == ["easy", "moderate", "moderate", "hard"], "borders that meet"
    assert bob.from_m_per_s.isna().all()


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ("mi", "You run 10 mi in a usual week of late; the articles begin to see gains above 15 mi."),
        ("km", "You run 16 km in a usual week of late; the articles begin to see gains above 24 km."),
        ("", "You run 16 km in a usual week of late; the articles begin to see gains above 24 km."),
    ],
)
def test_a_sentence_is_in_the_athletes_units(rows_of: RowsOf, units: str, words: str):
    """A week of 16,000 m is 9.94 miles; 24,000 m are 14.9."""
    weeks: dict[str, Any] = {
        "athlete_id": "ann",
        "week_start_on": WEEKS,
        "day_count": 7,
        "run_count": 3,
        "distance_m": 16_000.0,
        "is_down_week": False,
    }
    given = {
        "athlete.athletes": f"athlete_id | units\nann | {units}",
        "athlete.weeks": pd.DataFrame(weeks),
        "athlete.periods": "athlete_id | base_from | recent_from | last_day\n"
        "ann | 2026-05-25 | 2026-09-14 | 2026-11-08",
    }
    assert rows_of("athlete.cause_low_mileage", given).iloc[0].reason == words
