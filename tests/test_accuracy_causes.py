"""A small sample of the benchmark of the causes, and the arithmetic of its figures.

Nine runners cannot show that the goals are met, but causes that are no longer told apart fail here.
"""

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from accuracy_causes import (
    DOSES,
    KNOCK_OUTS,
    PAIRS,
    PARTS,
    Case,
    cases,
    false_alarms,
    figures,
    judged,
    knocked_out,
    monotony,
    of_cause,
    pairs_found,
    tables,
    top_shares,
)

from pipeline.simulate_causes import INJECTIONS

SAMPLE = ("medium_trap", "no_down_weeks", "sleep_short", "no_strength", "fading_pace")


@pytest.fixture(scope="module")
def told() -> pd.DataFrame:
    """Two healthy runners, and one with each of some causes."""
    return judged([Case(0), Case(1), *(Case(3, (cause,)) for cause in SAMPLE)], None)


def test_a_clear_cause_is_among_the_first_three(told: pd.DataFrame):
    shares = top_shares(of_cause(told))
    assert set(shares.index) == set(SAMPLE)
    assert shares.top_3.sum() >= len(SAMPLE) - 1  # 95 % is the goal


def test_healthy_runners_are_told_of_no_more_than_one_cause(told: pd.DataFrame):
    healthy = told[told.injected == "healthy"]
    assert healthy.is_leading.sum() <= 1  # in at most one of ten runners is the goal
    assert (healthy.status != "not_assessable").groupby(healthy.athlete_id).sum().min() >= 25


# --- the runners


def test_the_benchmark_has_every_cause_at_every_dose_and_healthy_runners():
    some = cases(10)
    assert len({case.athlete_id for case in some}) == len(some)
    single = [case for case in some if case.part in ("clear", "doses")]
    assert {(case.causes[0], case.dose) for case in single} == {
        (cause, dose) for cause in INJECTIONS for dose in DOSES
    }
    count = Counter(case.part for case in some)
    assert set(count) == set(PARTS)
    assert (count["clear"], count["healthy"]) == (10 * len(INJECTIONS), 100)
    assert {case.causes for case in some if case.part == "pairs"} == set(PAIRS)


def test_only_what_was_asked_for_is_run():
    assert {case.causes for case in cases(2, causes=["sleep_short"])} == {("sleep_short",)}


def test_a_watch_without_nights_is_the_same_life_without_them():
    with_nights, without = Case(1, ("sleep_short",)), Case(1, ("sleep_short",), knocked_out="nights")
    assert with_nights.diary.days == without.diary.days
    assert (with_nights.diary.has_wellness, without.diary.has_wellness) == (True, False)
    assert set(PAIRS) & {pair[::-1] for pair in PAIRS} == set()
    assert {cause for _, blind in KNOCK_OUTS.values() for cause in blind} <= set(INJECTIONS)


# --- the arithmetic


def rows_of(
    *rows: tuple[str, float, int, str, float | None, int | None], knocked_out: str = ""
) -> pd.DataFrame:
    """Rows of (injected, dose, seed, cause, score, rank); from 0.5 on it leads, none is not assessable."""
    columns: dict[str, list[Any]] = {
        "injected": [row[0] for row in rows],
        "dose": [row[1] for row in rows],
        "seed": [row[2] for row in rows],
        "cause": [row[3] for row in rows],
        "score": [row[4] for row in rows],
        "rank": [row[5] for row in rows],
    }
    table = pd.DataFrame(columns).astype({"rank": "Int64", "score": float})
    return table.assign(
        athlete_id=[f"{row[0]}-{row[1]}-{row[2]}{knocked_out}" for row in rows],
        status=["not_assessable" if row[4] is None else "flag" if row[5] else "ok" for row in rows],
        is_leading=[bool(row[5] and row[4] and row[4] >= 0.5) for row in rows],
        knocked_out=knocked_out,
    )


def test_first_and_among_the_first_three_are_counted_per_cause():
    rows = rows_of(
        ("a", 1, 0, "a", 0.9, 1),
        ("a", 1, 1, "a", 0.6, 3),
        ("a", 1, 1, "b", 0.9, 1),
        ("a", 1, 2, "a", 0.6, 4),
        ("a", 1, 3, "a", 0.4, None),  # ruled out
        ("b", 1, 0, "b", None, None),
        ("b", 0.5, 0, "b", 0.9, 1),  # another dose
    )
    shares = top_shares(of_cause(rows))
    assert shares.to_dict("index") == {"a": {"top_1": 0.25, "top_3": 0.5}, "b": {"top_1": 0, "top_3": 0}}
    assert of_cause(rows)["first"].tolist()[1] == "b"


def test_a_score_that_grows_with_the_dose_has_rank_correlation_one():
    grows = [("a", dose, 0, "a", dose / 2, 1) for dose in DOSES]
    falls = [("b", dose, 0, "b", 0.9 - dose / 2, 1) for dose in DOSES]
    silent = [("c", dose, 0, "c", None if dose < 1 else 0.8, None) for dose in DOSES]
    found = monotony(of_cause(rows_of(*grows, *falls, *silent)))
    assert (found["a"], found["b"]) == (pytest.approx(1), pytest.approx(-1))
    assert 0 < found["c"] < 1


def test_any_leading_cause_of_a_healthy_runner_is_one_false_alarm():
    rows = rows_of(
        ("healthy", 1, 0, "a", 0.9, 1),
        ("healthy", 1, 0, "b", 0.8, 2),
        ("healthy", 1, 1, "a", 0.4, 1),
        ("healthy", 1, 1, "b", 0.1, None),
        ("a", 1, 1, "b", 0.9, 1),
    )
    assert false_alarms(rows).tolist() == [True, False]


def test_of_two_causes_both_have_to_be_found():
    rows = rows_of(
        ("a+b", 1, 0, "a", 0.9, 1),
        ("a+b", 1, 0, "b", 0.8, 3),
        ("a+b", 1, 1, "a", 0.9, 1),
        ("a+b", 1, 1, "b", 0.8, 4),
        ("a+b", 1, 1, "c", 0.9, 2),
    )
    assert pairs_found(rows).tolist() == [True, False]


def test_without_nights_sleep_is_not_assessable_and_the_others_keep_their_order():
    def both(seed: int, sleep: float | None, first: str, second: str, name: str) -> pd.DataFrame:
        return rows_of(
            ("sleep_short", 1, seed, "sleep_short", sleep, None if sleep is None else 1),
            ("sleep_short", 1, seed, first, 0.8, 2),
            ("sleep_short", 1, seed, second, 0.7, 3),
            knocked_out=name,
        )

    rows = pd.concat(
        [
            both(0, 0.9, "a", "b", ""),
            both(0, None, "a", "b", "nights"),
            both(1, 0.9, "a", "b", ""),
            both(1, 0.9, "b", "a", "nights"),
        ],
        ignore_index=True,
    )
    untold, kept = knocked_out(rows)
    assert untold.tolist() == [True, False]
    assert kept.tolist() == [True, False]


def test_the_tables_name_what_was_told_instead_and_which_goal_is_missed():
    rows = rows_of(("a", 1, 0, "a", 0.6, 2), ("a", 1, 0, "b", 0.9, 1), ("healthy", 1, 0, "a", 0.1, None))
    text = list(tables(rows, 0))
    assert {figure.what: figure.value for figure in figures(rows)}["the cause is first"] == 0
    assert "| the cause is first | 0.0 % **missed** | >= 85 % | 1 |" in text
    (line,) = [line for line in text if line.startswith("| a |")]
    assert line.startswith("| a | 0% | 100% | 0.60 |")
    assert "b 1" in line
