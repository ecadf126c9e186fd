"""Causes that show in how runs change over weeks, on rows small enough to work out by hand."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

RowsOf = Callable[..., pd.DataFrame]

MONDAY = date(2024, 1, 1)
LAST = 167  # the last of 24 weeks: recent from day 112, the base from day 0

ANCHORS = """
athlete_id | valid_from | valid_until_day | is_latest_anchor | athlete_heart_rate_resting_bpm | \
athlete_heart_rate_max_bpm | zero_speed_heart_rate_bpm | easy_below_bpm
ann        | 1900-01-01 | 9999-12-31      | true             | 40 | 200 | 50 | 156
"""
POINTS = """
athlete_id | reference_heart_rate_bpm | reference_above_zero_speed_bpm
ann        | 150                      | 100
"""


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def rows(numbers: Sequence[int], **columns: Any) -> pd.DataFrame:
    """A row of ann per day, with what the columns say."""
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": [f"run{number:03}" for number in numbers],
            "local_day": [day(number) for number in numbers],
            **columns,
        }
    )


def activities(numbers: Sequence[int], **columns: Any) -> pd.DataFrame:
    """Rows of athlete.activities: easy runs of 50 minutes and 10 km, with heart rate."""
    usual = {
        "session_class": "easy",
        "is_run": True,
        "is_indoor": False,
        "moving_s": 3000.0,
        "distance_m": 10000.0,
        "load_score": 50.0,
        "heart_rate_coverage_ratio": 1.0,
        "heart_rate_mean_bpm": 140.0,
        "device_key": "watch",
    }
    return rows(numbers, **(usual | columns))


PERIODS = pd.DataFrame(
    {
        "athlete_id": ["ann"],
        "first_day": [MONDAY],
        "last_day": [day(LAST)],
        "recent_from": [day(112)],
        "base_from": [day(0)],
    }
)
NOTHING = pd.DataFrame({"athlete_id": pd.Series([], dtype=str)})


# --- easy runs that drift

SIXTEEN_WEEKS = [*range(56, LAST, 4), LAST]


def ramp(numbers: Sequence[int], begins: int, rise: float, before: float = 140) -> list[float]:
    """The heart rate of those days: flat, from that day on rising by so much in eight weeks."""
    return [before + rise * max(number - begins, 0) / 56 for number in numbers]


def drift(rows_of: RowsOf, numbers: Sequence[int], heart_rates: Any, **given: Any) -> Any:
    heat = given.pop("heat", NOTHING)
    anchors = given.pop("anchors", ANCHORS)
    found = rows_of(
        "athlete.cause_easy_run_drift",
        {
            "athlete.periods": PERIODS,
            "athlete.activities": activities(numbers, steady_heart_rate_bpm=heart_rates, **given),
            "athlete.anchors": anchors,
            "athlete.heat_effects": heat,
        },
    )
    return next(found.itertuples(), None)


def test_easy_runs_that_rise_by_a_twentieth_of_the_reserve_in_eight_weeks_drift(rows_of: RowsOf):
    """From 140, eight weeks ago, to 152 now: 12 of 160 bpm are 7.5 %; e = 1 / (1 + exp((4 - 7.5) / 0.8))."""
    row = drift(rows_of, SIXTEEN_WEEKS, ramp(SIXTEEN_WEEKS, 111, 12))
    assert row.value == pytest.approx(7.5)
    assert row.exposure_score == pytest.approx(1 / (1 + math.exp((4 - 7.5) / 0.8)))
    assert (row.coverage_ratio, row.certainty_ratio) == (1, 1)
    assert row.began_on.date() == day(112)
    assert "from about 140 to 152 bpm within 8 weeks" in row.reason
    assert "at about 140 bpm" in row.advice
    assert row.activity_ids[0] == f"run{LAST}", "the hardest first"


def test_a_rise_over_sixteen_weeks_is_told_per_eight(rows_of: RowsOf):
    row = drift(rows_of, SIXTEEN_WEEKS, ramp(SIXTEEN_WEEKS, 55, 4))
    assert row.value == pytest.approx(100 * 4 / 160)
    assert row.exposure_score < 0.2
    assert row.advice is None


def test_steady_easy_runs_do_not_drift(rows_of: RowsOf):
    row = drift(rows_of, SIXTEEN_WEEKS, 140.0)
    assert row.value == pytest.approx(0)
    assert row.exposure_score < 0.01
    assert row.reason == "Easy runs are at about 140 bpm, as before."
    assert row.began_on is pd.NaT


def test_a_new_watch_that_reads_higher_is_no_drift(rows_of: RowsOf):
    heart_rates = [140.0 if number < 112 else 152.0 for number in SIXTEEN_WEEKS]
    watches = ["old" if number < 112 else "new" for number in SIXTEEN_WEEKS]
    row = drift(rows_of, SIXTEEN_WEEKS, heart_rates, device_key=watches)
    assert row.value == pytest.approx(0)


def test_what_heat_adds_is_no_drift(rows_of: RowsOf):
    """Heat that takes 100 ln(100 / 90) % of the index has raised 90 beats above zero speed to 100."""
    heart_rates = [140.0 if number < 112 else 150.0 for number in SIXTEEN_WEEKS]
    heat = rows(
        SIXTEEN_WEEKS,
        heat_effect_pct=[0.0 if rate < 150 else 100 * math.log(0.9) for rate in heart_rates],
    ).drop(columns="local_day")
    assert drift(rows_of, SIXTEEN_WEEKS, heart_rates, heat=heat).value == pytest.approx(0, abs=1e-9)
    assert drift(rows_of, SIXTEEN_WEEKS, heart_rates).value > 4


def test_more_speed_with_more_beats_is_effort_and_beats_alone_are_not(rows_of: RowsOf):
    """At an equal index the speed has risen with heart rate; at an equal speed it has not."""
    heart_rates = ramp(SIXTEEN_WEEKS, 111, 12)
    pushing = drift(rows_of, SIXTEEN_WEEKS, heart_rates, index_log_pct=-340.0)
    tired = drift(
        rows_of,
        SIXTEEN_WEEKS,
        heart_rates,
        index_log_pct=[100 * math.log(3 / (rate - 50)) for rate in heart_rates],
    )
    assert pushing.response_score == pytest.approx(1)
    assert tired.response_score == pytest.approx(0, abs=1e-9)
    assert pushing.value == pytest.approx(tired.value)


def test_a_rise_that_stays_easy_counts_half(rows_of: RowsOf):
    """To 132 of 200 bpm: 66 % of the maximum."""
    row = drift(rows_of, SIXTEEN_WEEKS, ramp(SIXTEEN_WEEKS, 111, 12, before=120))
    assert row.certainty_ratio == pytest.approx(0.5)
    assert "still easy" in row.reason


def test_quality_sessions_and_few_runs_tell_no_drift(rows_of: RowsOf):
    assert drift(rows_of, SIXTEEN_WEEKS, 140.0, session_class="quality") is None
    few = SIXTEEN_WEEKS[::4]
    assert len(few) == 8
    row = drift(rows_of, few, ramp(few, 111, 12))
    assert (pd.isna(row.value), pd.isna(row.exposure_score), row.coverage_ratio) == (True, True, 0)
    assert row.reason == "Needs 10 easy runs with heart rate, spread over sixteen weeks; there are 8."
    assert row.advice is None


def test_without_a_maximum_heart_rate_nobody_knows_the_reserve(rows_of: RowsOf):
    anchors = (
        "athlete_id | valid_from | valid_until_day | is_latest_anchor\nann | 1900-01-01 | 9999-12-31 | true"
    )
    row = drift(rows_of, SIXTEEN_WEEKS, ramp(SIXTEEN_WEEKS, 111, 12), anchors=anchors)
    assert row is None or pd.isna(row.exposure_score)
