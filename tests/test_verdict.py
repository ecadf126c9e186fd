"""How often the verdict is right, on runners whose true fitness is known, as noisy as real ones.

The world of SCIENCE.md F: two and a half steady runs a week that scatter by 6.5 %, a fitness that wanders by
3 % over six weeks, and broken runs. The truth of a window is what fitness did in it: its least-squares slope.
The tables are printed with `pytest -s`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

RowsOf = Callable[..., pd.DataFrame]
Numbers = np.ndarray[Any, np.dtype[np.float64]]

FIRST_DAY = date(2022, 1, 3)
MONTH_DAYS = 30.4375
PLATEAU_PCT_PER_MONTH = 0.25
DECIDED = ("improving", "plateau", "declining")


@dataclass(frozen=True)
class Runner:
    """A runner whose fitness gains so much a month, beside its wander; a new watch may come with a step."""

    seed: int
    gain_pct_per_month: float
    weeks: int = 104
    wander_pct: float = 3.0
    device_step_pct: float = 0.0
    device_step_weeks_ago: int = 18
    fitness_pct: Numbers = field(init=False)
    runs: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        day_count = 7 * self.weeks
        fitness_pct = self.gain_pct_per_month * np.arange(day_count) / MONTH_DAYS + self._wander(
            rng, day_count
        )
        numbers = np.union1d(np.flatnonzero(rng.random(day_count) < 2.5 / 7), [day_count - 1])
        noise_pct = rng.normal(0, 6.5, len(numbers))
        broken_pct = np.where(rng.random(len(numbers)) < 0.015, rng.normal(0, 25, len(numbers)), 0)
        is_new = (self.device_step_pct != 0) & (numbers >= day_count - 7 * self.device_step_weeks_ago)
        local_days = [FIRST_DAY + timedelta(days=int(number)) for number in numbers]
        runs = pd.DataFrame(
            {
                "athlete_id": self.athlete_id,
                "activity_id": [f"{self.athlete_id}-{number}" for number in numbers],
                "local_day": local_days,
                "day_number": [(day - date(1970, 1, 1)).days for day in local_days],
                "device_key": np.where(is_new, "new", "old"),
                "index_log_pct": fitness_pct[numbers]
                + noise_pct
                + broken_pct
                + self.device_step_pct * is_new,
                "counts_for_trend": True,
            }
        )
        object.__setattr__(self, "fitness_pct", fitness_pct)
        object.__setattr__(self, "runs", runs)

    def _wander(self, rng: np.random.Generator, day_count: int) -> Numbers:
        """A swing that forgets itself in six weeks."""
        kept = np.exp(-1 / 42)
        swing_pct = rng.normal(0, self.wander_pct, day_count)
        for number in range(1, day_count):
            swing_pct[number] = kept * swing_pct[number - 1] + np.sqrt(1 - kept**2) * swing_pct[number]
        return swing_pct

    @property
    def athlete_id(self) -> str:
        return f"runner{self.seed:05}"

    @property
    def last_day(self) -> date:
        return FIRST_DAY + timedelta(days=7 * self.weeks - 1)

    def looks(self, windows: list[int]) -> pd.DataFrame:
        """The latest look at each window; the sample is of runners, not of looks."""
        return pd.DataFrame(
            {
                "athlete_id": self.athlete_id,
                "as_of_day": [self.last_day] * len(windows),
                "window_weeks": windows,
                "is_latest": True,
                "window_start_on": [self.last_day - timedelta(days=7 * weeks - 1) for weeks in windows],
            }
        )

    def truth_pct_per_month(self, window_weeks: int) -> float:
        """What fitness did in the last so many weeks; not a number where the history is shorter."""
        if window_weeks > self.weeks:
            return np.nan
        fitness_pct = self.fitness_pct[-7 * window_weeks :]
        return float(np.polyfit(np.arange(len(fitness_pct)) / MONTH_DAYS, fitness_pct, 1)[0])


def judged(rows_of: RowsOf, runners: list[Runner]) -> pd.DataFrame:
    """marts.plateau of those runners, with the truth beside the estimate."""
    windows = rows_of("settings.trend_windows", {}).window_weeks.to_list()
    rows = rows_of(
        "marts.plateau",
        {
            "athlete.trend_runs": pd.concat([runner.runs for runner in runners]),
            "athlete.looks": pd.concat([runner.looks(windows) for runner in runners]),
            "athlete.anchors": "athlete_id",
        },
    )
    by_id = {runner.athlete_id: runner for runner in runners}
    truth = [
        by_id[str(athlete_id)].truth_pct_per_month(int(weeks))
        for athlete_id, weeks in zip(rows.athlete_id, rows.window_weeks, strict=True)
    ]
    rows["truth_pct_per_month"] = truth
    edges = [-np.inf, -PLATEAU_PCT_PER_MONTH, PLATEAU_PCT_PER_MONTH, np.inf]
    rows["true_class"] = pd.cut(truth, edges, labels=["declining", "plateau", "improving"]).astype(str)
    return rows


@dataclass(frozen=True)
class Accuracy:
    """Shares of the looks (decided) or of the decided looks (right, opposite) or of all slopes (covered)."""

    decided: float
    right: float
    opposite: float
    covered: float


def accuracy(rows: pd.DataFrame, title: str) -> Accuracy:
    """How good the chosen verdicts and all 90 % intervals are; the numbers are printed too."""
    chosen = rows[rows.is_chosen]
    decided = chosen[chosen.verdict.isin(DECIDED)]
    classes = set[str](DECIDED) - {"plateau"}
    is_opposite = (
        decided.verdict.isin(classes)
        & decided.true_class.isin(classes)
        & (decided.verdict != decided.true_class)
    )
    slopes = rows.dropna(subset=["slope_pct_per_month", "truth_pct_per_month"])
    is_covered = (slopes.slope_low_pct_per_month <= slopes.truth_pct_per_month) & (
        slopes.truth_pct_per_month <= slopes.slope_high_pct_per_month
    )
    found = Accuracy(
        decided=len(decided) / len(chosen),
        right=float((decided.verdict == decided.true_class).mean()),
        opposite=float(is_opposite.mean()),
        covered=float(is_covered.mean()),
    )
    print(f"\n{title}: {found}")
    print(pd.crosstab(chosen.verdict, chosen.true_class).to_string())
    return found


def runners(count: int, first_seed: int, **traits: Any) -> list[Runner]:
    """As many who improve by half a percent a month as stand still and decline."""
    return [Runner(first_seed + n, (n % 3 - 1) / 2, **traits) for n in range(count)]


def test_a_verdict_is_right_far_more_often_than_wrong_and_never_the_opposite(rows_of: RowsOf):
    found = accuracy(judged(rows_of, runners(60, 1000)), "two years, one watch")
    assert found.decided >= 0.85
    assert found.right >= 0.70
    assert found.opposite <= 0.02


def test_nine_intervals_of_ten_hold_what_fitness_did(rows_of: RowsOf):
    """Or a few more: real runs differ from each other by a quarter more than independent ones would."""
    rows = judged(rows_of, runners(60, 2000))
    assert 0.88 <= accuracy(rows, "two years, one watch").covered <= 0.985


def test_a_new_watch_makes_no_trend(rows_of: RowsOf):
    """Fitness stands still; a watch that came 18 weeks ago shows 10 % more, or less."""
    still = [Runner(3000 + n, 0.0, wander_pct=0.0, device_step_pct=10.0 * (-1) ** n) for n in range(40)]
    rows = judged(rows_of, still)
    found = accuracy(rows, "new watch, no change of fitness")
    chosen = rows[rows.is_chosen]
    towards_the_step = chosen.slope_pct_per_month.to_numpy() * (-1) ** np.arange(40)
    assert abs(towards_the_step.mean()) <= 0.1
    assert chosen.verdict.isin(["improving", "declining"]).mean() <= 0.25
    assert found.covered >= 0.88


def test_a_new_watch_hides_what_happened_across_it_but_never_turns_the_verdict_round(rows_of: RowsOf):
    """Fitness wanders on while the watch changes: the slope is that of the stretch before it."""
    found = accuracy(judged(rows_of, runners(60, 4000, device_step_pct=-8.0)), "new watch, fitness wanders")
    assert found.opposite <= 0.02
    assert found.right >= 0.6
    assert found.covered >= 0.75


def test_eight_weeks_are_not_enough_data(rows_of: RowsOf):
    rows = judged(rows_of, runners(30, 5000, weeks=8))
    assert set(rows.verdict) == {"not_enough_data"}


@pytest.mark.parametrize(("gain", "expected"), [(1.5, "improving"), (-1.5, "declining")])
def test_a_great_change_is_seen(rows_of: RowsOf, gain: float, expected: str):
    """18 % a year."""
    rows = judged(rows_of, [Runner(6000 + n, gain) for n in range(20)])
    assert (rows[rows.is_chosen].verdict == expected).mean() >= 0.85
