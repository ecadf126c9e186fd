"""How the evidence for the causes is scored, explained away and ranked: small rows whose answer is plain."""

import re
from collections.abc import Callable

import pandas as pd
import pytest

from pipeline import warehouse

RowsOf = Callable[..., pd.DataFrame]

ATHLETE = "athlete_id | as_of_day\nann | 2026-06-30"
# The curve turned on the first of March.
TURNED = {
    "athlete.verdicts": "athlete_id | as_of_day | is_latest\nann | 2026-06-30 | true",
    "athlete.turning_points": "athlete_id | as_of_day | turned_on\nann | 2026-06-30 | 2026-03-01",
}
STRAIGHT = {**TURNED, "athlete.turning_points": "athlete_id | as_of_day | turned_on"}


def judged(rows_of: RowsOf, evidence: str, given: dict[str, str] = STRAIGHT) -> pd.DataFrame:
    """marts.causes of ann by cause, from rows of evidence of which most columns are alike."""
    columns, *lines = [line.strip() for line in evidence.strip().splitlines()]
    rows = [
        f"athlete_id | {columns} | certainty_ratio | is_applicable",
        *[f"ann | {line} | 1 | true" for line in lines],
    ]
    tables = {"athlete.athletes": "athlete_id\nann", "athlete.cause_evidence": "\n".join(rows), **given}
    return rows_of("marts.causes", tables).set_index("cause")


def test_exposure_and_coverage_make_the_score_of_what_has_always_been_so(rows_of: RowsOf):
    causes = judged(
        rows_of,
        """
        cause       | exposure_score | coverage_ratio
        medium_trap | 0.9            | 0.8
        """,
    )
    assert causes.score["medium_trap"] == pytest.approx(0.72)
    assert causes.alignment_score["medium_trap"] == 1
    assert causes.status["medium_trap"] == "flag" and causes.is_leading["medium_trap"]


@pytest.mark.parametrize(
    ("response", "score"),
    [("1", 0.8), ("0", 0.8 * 0.7), ("0.5", 0.8 * 0.85), ("", 0.8)],
)
def test_the_sign_that_a_cause_leaves_adds_and_its_absence_takes_away(
    rows_of: RowsOf, response: str, score: float
):
    causes = judged(
        rows_of,
        f"""
        cause       | exposure_score | coverage_ratio | response_score
        medium_trap | 0.8            | 1              | {response}
        """,
    )
    assert causes.score["medium_trap"] == pytest.approx(score)


@pytest.mark.parametrize(
    ("began_on", "given", "score"),
    [
        ("2026-02-01", TURNED, 0.8),  # four weeks before the curve turned
        ("2026-05-01", TURNED, 0.8 * 5 / 7),  # two months after it
        ("2025-10-01", TURNED, 0.8 * 5 / 7),  # long before it
        ("2026-05-01", STRAIGHT, 0.8),  # there is no turn to hold it against
    ],
)
def test_what_began_before_the_curve_turned_fits_better(
    rows_of: RowsOf, began_on: str, given: dict[str, str], score: float
):
    causes = judged(
        rows_of,
        f"""
        cause       | exposure_score | coverage_ratio | began_on
        medium_trap | 0.8            | 1              | {began_on}
        """,
        given,
    )
    assert causes.score["medium_trap"] == pytest.approx(score)


def test_a_cause_that_another_explains_stands_behind_it(rows_of: RowsOf):
    causes = judged(
        rows_of,
        """
        cause          | exposure_score | coverage_ratio
        too_much_speed | 0.90           | 1
        no_hard_easy   | 0.99           | 1
        """,
    )
    assert causes.explained_by["no_hard_easy"] == "too_much_speed"
    assert causes.score["no_hard_easy"] == pytest.approx(0.99 * 0.8)
    assert list(causes["rank"].loc[["too_much_speed", "no_hard_easy"]]) == [1, 2]


def test_a_cause_that_is_not_flagged_explains_nothing(rows_of: RowsOf):
    causes = judged(
        rows_of,
        """
        cause          | exposure_score | coverage_ratio
        too_much_speed | 0.40           | 1
        no_hard_easy   | 0.99           | 1
        """,
    )
    assert causes.score["no_hard_easy"] == pytest.approx(0.99)
    assert pd.isna(causes.explained_by["no_hard_easy"])


def test_an_artefact_of_the_measurement_comes_before_every_cause_of_training(rows_of: RowsOf):
    causes = judged(
        rows_of,
        """
        cause         | exposure_score | coverage_ratio
        device_change | 0.60           | 1
        heat_mask     | 0.70           | 0.5
        medium_trap   | 0.99           | 1
        """,
    )
    ranks = causes["rank"].dropna().sort_values()
    assert list(ranks.index) == ["device_change", "medium_trap", "heat_mask"]  # the last is no leading one
    assert list(causes.is_leading[ranks.index]) == [True, True, False]


def test_a_question_that_makes_no_sense_for_a_runner_is_not_asked(rows_of: RowsOf):
    tables = {
        "athlete.athletes": "athlete_id\nann",
        "athlete.cause_evidence": """
            athlete_id | cause                    | is_applicable | reason
            ann        | speed_added_not_replaced | false         | No speed work began.
        """,
        **STRAIGHT,
    }
    causes = rows_of("marts.causes", tables).set_index("cause")
    row = causes.loc["speed_added_not_replaced"]
    assert (row.status, row.reason) == ("not_applicable", "No speed work began.")
    assert causes.score.isna().all()


def test_little_exposure_that_is_badly_covered_rules_nothing_out(rows_of: RowsOf):
    causes = judged(
        rows_of,
        """
        cause       | exposure_score | coverage_ratio | advice
        sleep_short | 0.05           | 0.4            | Sleep.
        medium_trap | 0.05           | 0.9            | Slow down.
        """,
    )
    assert causes.status["sleep_short"] == "not_assessable"
    assert causes.status["medium_trap"] == "ok"
    assert pd.isna(causes.advice["medium_trap"])  # what is ruled out needs no advice


def test_a_runner_of_whom_nothing_is_known_has_no_scores(rows_of: RowsOf):
    assert rows_of("athlete.cause_scores", {}).empty


def test_what_nobody_can_tell_says_what_it_would_take(rows_of: RowsOf):
    causes = judged(rows_of, "cause | exposure_score | coverage_ratio")
    assert len(causes) == 31
    assert set(causes.status) == {"not_assessable"}
    assert causes.reason.str.startswith("Needs ").all() and causes.reason.str.endswith(".").all()


def test_every_cause_has_a_model_whose_evidence_is_looked_at(
    models: dict[str, warehouse.Model], rows_of: RowsOf
):
    asked = set(rows_of("settings.causes", {}).cause)
    there = {name.removeprefix("athlete.cause_") for name in models if re.match(r"athlete\.cause_", name)}
    assert there - {"evidence", "scores"} == asked
    assert {f"athlete.cause_{cause}" for cause in asked} <= models["athlete.cause_evidence"].reads


def test_what_is_explained_and_what_explains_are_causes(rows_of: RowsOf):
    asked = set(rows_of("settings.causes", {}).cause)
    overlaps = rows_of("settings.cause_overlaps", {})
    assert set(overlaps.cause) | set(overlaps.explained_by) <= asked


# --- can the numbers be trusted?


def gates(rows_of: RowsOf, activities: pd.DataFrame, **given: str) -> pd.DataFrame:
    """marts.measurement_gates of ann by gate; the recent weeks begin on the sixth of May."""
    return rows_of(
        "marts.measurement_gates",
        {
            "athlete.athletes": "athlete_id\nann",
            "athlete.periods": "athlete_id | base_from | recent_from\nann | 2026-01-14 | 2026-05-06",
            "athlete.activities": activities,
            "athlete.cause_evidence": "athlete_id | cause",
            **{name.replace("__", "."): rows for name, rows in given.items()},
            **STRAIGHT,
        },
    ).set_index("gate")


def runs(count: int, first: str, *, is_indoor: bool, source: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": [f"{first}-{number}" for number in range(count)],
            "local_day": pd.date_range(first, periods=count).date,
            "is_run": True,
            "is_indoor": is_indoor,
            "heart_rate_source": source,
        }
    )


def test_a_move_to_the_treadmill_and_to_the_wrist_is_said(rows_of: RowsOf):
    before = runs(10, "2026-02-01", is_indoor=False, source="strap")
    after = runs(10, "2026-06-01", is_indoor=True, source="wrist")
    found = gates(rows_of, pd.concat([before, after]))
    assert found.status["treadmill"] == found.status["heart_rate_sensor"] == "flag"
    assert found.reason["treadmill"] == "100 % of the recent runs were on a treadmill, 0 % of those before."
    assert set(found.activity_ids["treadmill"]) == set(after.activity_id)
    same = gates(rows_of, pd.concat([before, after.assign(is_indoor=False, heart_rate_source="strap")]))
    assert same.status["treadmill"] == same.status["heart_rate_sensor"] == "ok"


def test_an_athlete_who_is_not_there_has_no_gates(rows_of: RowsOf):
    assert rows_of("athlete.measurement_gates", {}).empty


def test_without_runs_before_nothing_can_be_compared(rows_of: RowsOf):
    found = gates(rows_of, runs(10, "2026-06-01", is_indoor=True, source="wrist"))
    assert set(found.status) == {"not_assessable"}
    assert len(found) == 5


@pytest.mark.parametrize(
    ("easy_low_m", "is_confirmed", "status"),
    [(7600, True, "ok"), (7400, True, "flag"), (7600, False, "flag")],
)
def test_zones_are_doubted_where_three_beats_or_a_guess_decide(
    rows_of: RowsOf, easy_low_m: float, is_confirmed: bool, status: str
):
    easy = {"judged_m": 10_000, "easy_minus_3_bpm_m": easy_low_m, "easy_plus_3_bpm_m": 8000}
    activities = runs(10, "2026-06-01", is_indoor=False, source="strap").assign(**easy)
    anchor = f"""
        athlete_id | is_latest_anchor | is_heart_rate_max_confirmed | athlete_heart_rate_max_bpm
        ann        | true             | {is_confirmed}              | 181
    """
    assert gates(rows_of, activities, athlete__anchors=anchor).status["zones"] == status
