"""What the body answered, what the runner changed, and what improves out of sight, worked out by hand."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

RowsOf = Callable[..., pd.DataFrame]

MONDAY = date(2024, 1, 1)
LAST = 167  # the last of 24 weeks: recent from day 112, the base from day 0


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
    """Rows of athlete.activities: easy runs of 50 minutes."""
    usual = {"session_class": "easy", "is_run": True, "is_indoor": False, "moving_s": 3000.0}
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
POINTS = """
athlete_id | reference_heart_rate_bpm | reference_above_zero_speed_bpm
ann        | 150                      | 100
"""


# --- responses

BEFORE, NOW = [0, 20, 40, 60, 80], [115, 125, 135, 145]


def response(rows_of: RowsOf, **given: Any) -> Any:
    tables = {
        "athlete.periods": PERIODS,
        "athlete.activities": activities([*BEFORE, *NOW]),
        "athlete.comparable_runs": rows([]),
        "athlete.trend_runs": rows([]),
        "athlete.device_links": rows([])[["athlete_id"]],
        "athlete.reference_points": POINTS,
        "athlete.races": rows([])[["athlete_id", "activity_id"]],
        "activity.best_efforts": rows([])[["athlete_id", "activity_id"]],
    }
    tables |= {name.replace("__", "."): table for name, table in given.items()}
    (row,) = rows_of("athlete.responses", tables).itertuples()
    return row


def comparable(numbers: Sequence[int], index: Any, **columns: Any) -> pd.DataFrame:
    usual = {"device_key": "watch", "run_noise_pct": 4.0, "heat_c": 0.0, "heat_cost_error_pct_per_c": 0.0}
    return rows(numbers, comparable_log_pct=index, **(usual | columns))


def test_the_index_of_recent_easy_runs_is_held_against_those_before(rows_of: RowsOf):
    """From 100 to 98 at a noise of 1.25 x 4: an error of 5 x sqrt(1/5 + 1/4); 100 beats become 102.02."""
    row = response(rows_of, athlete__comparable_runs=comparable([*BEFORE, *NOW], [100.0] * 5 + [98.0] * 4))
    assert row.index_change_pct == pytest.approx(-2)
    assert row.index_change_error_pct == pytest.approx(5 * math.sqrt(1 / 5 + 1 / 4))
    assert row.heart_rate_at_pace_change_bpm == pytest.approx(2.0201, abs=1e-4)


def test_another_device_and_heat_widen_the_error_of_the_change(rows_of: RowsOf):
    """A link known to 3 % carries all recent runs; 10 degrees more at 0.4 % a degree unknown are 4 %."""
    runs = comparable(
        [*BEFORE, *NOW],
        100.0,
        device_key=["watch"] * 5 + ["old"] * 4,
        heat_c=[0.0] * 5 + [10.0] * 4,
        heat_cost_error_pct_per_c=0.4,
    )
    links = """
    athlete_id | device_key | link_device_key | difference_error_pct
    ann        | old        | old             | 3
    """
    row = response(rows_of, athlete__comparable_runs=runs, athlete__device_links=links)
    assert row.index_change_error_pct == pytest.approx(math.sqrt(25 * (1 / 5 + 1 / 4) + 9 + 16))


def test_too_few_runs_on_either_side_say_nothing(rows_of: RowsOf):
    row = response(rows_of, athlete__comparable_runs=comparable([*BEFORE, *NOW[:3]], 100.0))
    assert pd.isna(row.index_change_pct)
    assert pd.isna(row.index_change_error_pct)
    assert pd.isna(row.heart_rate_at_pace_change_bpm)
    assert pd.isna(row.decoupling_change_ratio)
    assert pd.isna(row.race_change_pct)


def test_quality_sessions_are_no_easy_runs(rows_of: RowsOf):
    all_days = [*BEFORE, *NOW, 150]
    classes = ["easy"] * 9 + ["quality"]
    row = response(
        rows_of,
        athlete__activities=activities(all_days, session_class=classes),
        athlete__comparable_runs=comparable(all_days, [100.0] * 9 + [200.0]),
    )
    assert row.index_change_pct == pytest.approx(0)


def test_decoupling_is_compared_on_runs_of_half_an_hour_and_more(rows_of: RowsOf):
    all_days = [*BEFORE, *NOW, 150]
    row = response(
        rows_of,
        athlete__activities=activities(
            all_days,
            decoupling_ratio=[0.03] * 5 + [0.05] * 4 + [0.9],
            moving_s=[1800.0] * 9 + [1799.0],
        ),
        athlete__trend_runs=rows(all_days, counts_for_trend=True),
    )
    assert row.decoupling_change_ratio == pytest.approx(0.02)


def test_a_real_race_is_compared_with_a_real_race_at_one_distance(rows_of: RowsOf):
    """5 km in 20 minutes, then 10 km in 20 x 2^1.06 minutes less 1 %; an effort near the best is no race."""
    efforts = rows(
        [0, 145, 125],
        effort_distance_m=[5000.0, 10000.0, 5000.0],
        elapsed_s=[1200.0, 0.99 * 1200 * 2**1.06, 900.0],
    ).drop(columns="local_day")
    races = rows([0, 145, 125], race_source=["name", "journal", "near_best"]).drop(columns="local_day")
    row = response(
        rows_of,
        athlete__races=races,
        activity__best_efforts=efforts,
    )
    assert row.race_change_pct == pytest.approx(-100 * math.log(0.99))
