"""No verdict from what cannot carry one: exports that are too few, too poor or of something else."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from pipeline import flow, ingest, simulate
from pipeline.console import Console
from pipeline.simulate import Habits, Runner

EASY = Habits(
    runs_per_week=2,
    weekly_distance_m=13_000,
    workouts_per_week=0,
    strides_per_week=0,
    down_week_every=0,
    races_per_year=0,
)
HALF_A_YEAR = Runner(weeks=28, habits=((0, EASY),), missing_week_ratio=0, recording_interval_s=10)
OFTEN = replace(HALF_A_YEAR, weeks=8, habits=((0, replace(EASY, runs_per_week=4, weekly_distance_m=26_000)),))

# Who: the runner, and how many of the first exports there are.
CASES: dict[str, tuple[Runner, int | None]] = {
    "one": (OFTEN, 1),
    "five": (OFTEN, 5),
    "twelve": (OFTEN, 12),
    "thirty": (OFTEN, 30),
    "no-heart-rate": (replace(HALF_A_YEAR, has_heart_rate=False), None),
    "no-position": (replace(HALF_A_YEAR, has_position=False, is_indoors=False), None),
    "treadmill": (replace(HALF_A_YEAR, has_position=False), None),
    "gap-of-months": (replace(HALF_A_YEAR, weeks=38, breaks=((6, 26),)), None),
    "walks": (replace(HALF_A_YEAR, sport="walking"), None),
    "rides": (replace(HALF_A_YEAR, sport="cycling"), None),
}
# What the sentence has to name, beside more weeks: they alone would change nothing.
MISSING = {
    "no-heart-rate": "heart rate",
    "no-position": "gps",
    "treadmill": "treadmill",
    "walks": "no run",
    "rides": "no run",
}
NUMBERS = (
    "slope_pct_per_month",
    "slope_low_pct_per_month",
    "slope_high_pct_per_month",
    "change_pct",
    "p_improving",
    "p_plateau",
    "p_declining",
    "minimum_detectable_pct_per_month",
)
# A wide interval is an answer; these have nothing to draw a line through.
WITHOUT_A_SLOPE = [athlete_id for athlete_id in CASES if athlete_id != "gap-of-months"]


class Silence:
    """No progress to be told."""

    def expect(self, more: int) -> None:
        """So many files."""

    def advance(self, path: str, outcome: str) -> None:
        """One of them."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> flow.Home:
    """A data folder in which each case is an athlete, after an ordinary run."""
    home = flow.Home(tmp_path_factory.mktemp("too-little"))
    for athlete_id, (runner, count) in CASES.items():
        paths = simulate.write(runner, tmp_path_factory.mktemp(athlete_id))[:count]
        ingest.ingest(paths, home.lake_of(athlete_id), None, Silence(), workers=1, batch_files=len(paths))
    flow.build(home, Console(is_quiet=True))
    return home


def verdict_of(home: flow.Home, athlete_id: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(flow.report(home, athlete_id, format="json"))
    return document["verdict"]


def answer(home: flow.Home, athlete_id: str) -> str:
    """What `nextgear why` says of the verdict, on one line and in lower case."""
    said, _, _ = flow.why(home, athlete_id).partition("\n\n")
    return " ".join(said.split()).lower()


@pytest.mark.parametrize("athlete_id", CASES)
def test_there_is_no_verdict(home: flow.Home, athlete_id: str):
    assert verdict_of(home, athlete_id)["class"] == "not_enough_data"
    assert re.match("not enough|cannot tell", answer(home, athlete_id))


@pytest.mark.parametrize("athlete_id", WITHOUT_A_SLOPE)
def test_there_is_no_number_where_there_is_no_slope(home: flow.Home, athlete_id: str):
    verdict = verdict_of(home, athlete_id)
    assert {name: verdict[name] for name in NUMBERS} == dict.fromkeys(NUMBERS)
    assert "% (90 %" not in answer(home, athlete_id)


def test_two_handfuls_of_runs_half_a_year_apart_leave_every_answer_open(home: flow.Home):
    verdict = verdict_of(home, "gap-of-months")
    if verdict["slope_pct_per_month"] is not None:
        assert verdict["slope_low_pct_per_month"] < -0.25
        assert verdict["slope_high_pct_per_month"] > 0.25
        assert max(verdict["p_improving"], verdict["p_plateau"], verdict["p_declining"]) < 0.6


@pytest.mark.parametrize("athlete_id", CASES)
def test_it_is_said_what_would_settle_it(home: flow.Home, athlete_id: str):
    assert "would settle it" in answer(home, athlete_id)


@pytest.mark.parametrize("athlete_id", MISSING)
def test_what_is_missing_is_named(home: flow.Home, athlete_id: str):
    assert MISSING[athlete_id] in answer(home, athlete_id)


@pytest.mark.parametrize("athlete_id", CASES)
def test_no_window_begins_before_the_first_run(home: flow.Home, athlete_id: str):
    began = verdict_of(home, athlete_id)["window_start"]
    assert began is None or began >= HALF_A_YEAR.first_day.isoformat()


@pytest.mark.parametrize("athlete_id", ["walks", "rides"])
def test_who_does_not_run_has_no_running_mileage_to_find_fault_with(home: flow.Home, athlete_id: str):
    document = json.loads(flow.report(home, athlete_id, format="json"))
    assert {cause["status"] for cause in document["causes"]}.isdisjoint({"flag", "ok"})
