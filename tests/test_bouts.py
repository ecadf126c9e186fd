"""What one run holds: work bouts, its opening and its pacing, on streams whose answer is known."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

RowsOf = Callable[..., pd.DataFrame]
Parts = Sequence[tuple[float, int]]  # metres per second, for so many seconds

RUN = """
    athlete_id | activity_id | sport   | started_at
    ann        | run         | running | 2024-01-01 06:00:00
"""
START = pd.Timestamp("2024-01-01 06:00:00")
EASY, JOG = 2.8, 2.3


def stream(parts: Parts, **columns: Any) -> pd.DataFrame:
    """A record a second of ann's run: each part at its speed, which changes at once."""
    speed = np.repeat([speed for speed, _ in parts], [seconds for _, seconds in parts])
    seconds = np.arange(len(speed) + 1)
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": "run",
            "recorded_at": START + pd.to_timedelta(seconds, unit="s"),
            "distance_m": np.r_[0, np.cumsum(speed)],
            **columns,
        }
    )


def laps(parts: Parts, **columns: Any) -> pd.DataFrame:
    """A lap for each part."""
    ends = np.cumsum([seconds for _, seconds in parts])
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": "run",
            "lap_number": np.arange(len(parts)),
            "started_at": START + pd.to_timedelta(np.r_[0, ends[:-1]], unit="s"),
            "elapsed_s": [seconds for _, seconds in parts],
            **columns,
        }
    )


KILOMETRES: Parts = [(EASY, 900), *[(4.0, 250), (JOG, 120)] * 4, (4.0, 250), (EASY, 600)]


@pytest.fixture
def bouts(rows_of: RowsOf) -> Callable[..., pd.DataFrame]:
    def found(records: pd.DataFrame, model: str = "activity.bouts", **given: pd.DataFrame) -> pd.DataFrame:
        tables = {f"raw.{table}": rows for table, rows in given.items()}
        return rows_of(model, {"raw.activities": RUN, "raw.records": records, **tables})

    return found


def test_five_kilometres_with_jogs_between_are_five_bouts(bouts: Callable[..., pd.DataFrame]):
    found = bouts(stream(KILOMETRES))
    assert list(found.bout_number) == [1, 2, 3, 4, 5]
    assert set(found.bout_source) == {"stream"}
    assert found.duration_s.to_numpy() == pytest.approx(250, abs=5)
    assert found.speed_m_per_s.to_numpy() == pytest.approx(4, rel=0.02)
    assert found.recovery_s[:4].to_numpy() == pytest.approx(120, abs=5)
    assert found.recovery_m[:4].to_numpy() == pytest.approx(276, rel=0.1)
    assert np.isnan(found.recovery_s[4])


def test_laps_that_the_watch_calls_work_are_the_bouts(bouts: Callable[..., pd.DataFrame]):
    intensity = ["warmup", *["active", "recovery"] * 4, "active", "cooldown"]
    found = bouts(stream(KILOMETRES), laps=laps(KILOMETRES, lap_intensity=intensity))
    assert set(found.bout_source) == {"laps"}
    assert list(found.duration_s) == [250] * 5
    assert found.distance_m.to_numpy() == pytest.approx(1000)


def test_an_easy_run_has_no_bouts(bouts: Callable[..., pd.DataFrame]):
    outline = bouts(stream([(EASY, 2400)]), "activity.bout_outlines").iloc[0]
    assert outline.bout_count == 0
    assert outline.easy_speed_m_per_s == pytest.approx(EASY)
    assert outline.is_finely_recorded


def test_the_second_half_is_weighed_by_the_way_not_by_the_time(bouts: Callable[..., pd.DataFrame]):
    """3060 m in 1020 s, then as much in 1224 s: a fifth slower."""
    pacing = bouts(stream([(3, 1020), (2.5, 1224)]), "activity.pacings").iloc[0]
    assert pacing.second_half_ratio == pytest.approx(0.2, abs=0.001)
    assert pacing.first_tenth_ratio == pytest.approx(3 / (6120 / 2244) - 1, abs=0.001)
    assert pacing.top_speed_m_per_s == pytest.approx(3)


def test_an_opening_is_told_in_two_minutes(bouts: Callable[..., pd.DataFrame]):
    bpm = np.repeat([120, 140], [121, 120])
    openings = bouts(stream([(3, 120), (2, 120)], heart_rate_bpm=bpm), "activity.openings")
    assert list(openings.interval_number) == [0, 1]
    assert openings.grade_adjusted_speed_m_per_s.to_numpy() == pytest.approx([3, 2])
    assert list(openings.heart_rate_bpm) == [120, 140]
    assert list(openings.moving_s) == [120, 120]


def test_the_mart_knows_the_day_of_a_bout(bouts: Callable[..., pd.DataFrame]):
    found = bouts(stream(KILOMETRES), "marts.bouts")
    assert len(found) == 5
    assert set(found.local_day) == {pd.Timestamp("2024-01-01")}


@pytest.mark.parametrize(
    "model",
    [
        "activity.half_minutes",
        "activity.easy_speeds",
        "activity.paces",
        "activity.stream_bouts",
        "activity.lap_bouts",
    ],
)
def test_a_run_without_distance_has_no_bouts(bouts: Callable[..., pd.DataFrame], model: str):
    records = stream([(EASY, 600)]).drop(columns="distance_m")
    assert not len(bouts(records.assign(heart_rate_bpm=140), "activity.bouts"))
    bouts(records.assign(heart_rate_bpm=140), model)
