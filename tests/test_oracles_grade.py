"""Grades and what they cost, against numbers that were published by others (SCIENCE.md B7, B9, D)."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import pandas as pd
import pytest

from pipeline import flow, warehouse
from pipeline.console import Console

NothingLanded = Callable[[Iterable[str]], duckdb.DuckDBPyConnection]
RowsOf = Callable[..., pd.DataFrame]

RUN = """
    athlete_id | activity_id | sport   | started_at
    ann        | run         | running | 2024-01-01 06:00:00
"""

# Read off Strava's grade-adjusted pace of 2017: percent of grade and how much harder than level.
STRAVA = {
    -34: 1.70,
    -30: 1.50,
    -26: 1.30,
    -22: 1.15,
    -18: 1.02,
    -14: 0.91,
    -10: 0.88,
    -8: 0.88,
    -6: 0.89,
    -4: 0.91,
    -2: 0.95,
    0: 1.00,
    2: 1.05,
    4: 1.14,
    6: 1.24,
    8: 1.34,
    10: 1.47,
    14: 1.76,
    18: 2.11,
    22: 2.40,
    26: 2.81,
    30: 3.16,
    34: 3.49,
}
STEEPEST_PCT = 45  # no grade is taken for more

# Minetti 2002, his polynomial at the grade over that at level; Runalyze publishes the same ratios.
MINETTI = {-0.10: 0.5977, -0.02: 0.8969, 0.01: 1.0554, 0.05: 1.3014, 0.15: 2.0603}

# Strava's own pace and grade-adjusted pace, min:s per kilometre, of public files of the Elevate project.
ELEVATE = {"sloatsburg": "4:58", "pyselsky": "6:38", "loup-blanc": "5:31"}


def uphill(grade_ratio: float) -> pd.DataFrame:
    """Two kilometres at 3 m/s and one grade, a record a second."""
    second = np.arange(668)
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": "run",
            "recorded_at": pd.Timestamp("2024-01-01 06:00:00") + pd.to_timedelta(second, unit="s"),
            "distance_m": 3.0 * second,
            "altitude_m": 1000 + 3 * second * grade_ratio,
        }
    )


@pytest.fixture(scope="module")
def factor(nothing_landed: NothingLanded) -> Callable[[float], float]:
    """How much harder than level a grade in percent is, by the curve in settings."""
    rows = nothing_landed(["settings.grade_curve"]).table("settings.grade_curve").df().iloc[0]
    terms = [rows[f"grade_{power}"] for power in range(1, 6)]
    return lambda pct: 1 + sum(term * pct**power for power, term in enumerate(terms, 1))


def test_the_curve_is_on_the_published_factors(factor: Callable[[float], float]):
    """At +12 % the published 1.50 is off its neighbours (1.47 at 10, 1.76 at 14) and is left out."""
    errors = [abs(factor(pct) / published - 1) for pct, published in STRAVA.items()]
    assert median(errors) < 0.005
    assert max(errors) < 0.02


def test_the_curve_has_one_valley_and_is_never_cheaper_than_there(factor: Callable[[float], float]):
    costs = np.array([factor(pct) for pct in np.arange(-STEEPEST_PCT, STEEPEST_PCT + 0.5, 0.5)])
    cheapest = int(costs.argmin())
    assert (np.diff(costs[: cheapest + 1]) < 0).all()
    assert (np.diff(costs[cheapest:]) > 0).all()
    assert -10 <= cheapest / 2 - STEEPEST_PCT <= -8
    assert costs.min() == pytest.approx(0.88, abs=0.01)


@pytest.mark.parametrize("pct", [-26, -10, 0, 6, 18])
def test_a_run_on_one_grade_is_worth_the_published_factor(rows_of: RowsOf, pct: int):
    summary = rows_of("activity.summaries", {"raw.activities": RUN, "raw.records": uphill(pct / 100)}).iloc[0]
    assert summary.grade_adjusted_m / summary.moving_m == pytest.approx(STRAVA[pct], rel=0.02)


@pytest.mark.parametrize("grade_ratio", MINETTI)
def test_a_run_on_one_grade_costs_what_minetti_says(rows_of: RowsOf, grade_ratio: float):
    given = {"raw.activities": RUN, "raw.records": uphill(grade_ratio)}
    summary = rows_of("activity.summaries", given).iloc[0]
    assert summary.minetti_adjusted_m / summary.moving_m == pytest.approx(MINETTI[grade_ratio], abs=1e-4)


def test_the_grade_of_three_altitudes_is_the_rise_over_the_run(rows_of: RowsOf):
    """10, 75 and 100 m at 1, 2 and 4 km: 65 m over a kilometre, then 25 m over two (SCIENCE.md D)."""
    grades = rows_of(
        "activity.grades",
        given={
            "raw.activities": RUN,
            "raw.records": """
                athlete_id | activity_id | recorded_at         | distance_m | altitude_m
                ann        | run         | 2024-01-01 06:00:00 | 1000       | 10
                ann        | run         | 2024-01-01 06:05:00 | 2000       | 75
                ann        | run         | 2024-01-01 06:15:00 | 4000       | 100
            """,
        },
    )
    for smoothed in (grades.grade_short_ratio, grades.grade_long_ratio):
        assert smoothed.to_numpy() == pytest.approx([0.065, 0.065, 0.0125])


def test_the_grade_adjusted_pace_of_real_runs_is_stravas(corpus: Path, tmp_path: Path):
    """Strava's own figures for public files: half of them within 2 %, all within 5 %."""
    with (corpus / "MANIFEST.csv").open(encoding="utf-8", newline="") as manifest:
        paths = {
            name: corpus / row["path"]
            for row in csv.DictReader(manifest)
            for name in ELEVATE
            if Path(row["path"]).stem == name and row["format"] == "fit"
        }
    if not paths:
        pytest.skip("the corpus has none of the files of which Strava's figure is known")
    home = flow.Home(tmp_path)
    flow.run(home, "me", list(paths.values()), Console(is_quiet=True))
    with warehouse.reader(home.warehouse, home.lake) as db:
        paces = db.execute(
            "select files.path, 1000 * summaries.moving_s / summaries.grade_adjusted_m "
            "from marts.files as files "
            "inner join activity.summaries as summaries using (athlete_id, activity_id)"
        ).fetchall()
    pace_of = {Path(path).stem: pace_s_per_km for path, pace_s_per_km in paces}
    errors = [abs(pace_of[name] / seconds(ELEVATE[name]) - 1) for name in paths]
    assert median(errors) <= 0.02
    assert max(errors) <= 0.05


def seconds(pace: str) -> int:
    """`4:58` as seconds."""
    minutes, rest = pace.split(":")
    return 60 * int(minutes) + int(rest)
