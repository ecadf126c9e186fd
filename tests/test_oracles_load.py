"""Load, form and intensity against numbers that others have published, each with its source."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RowsOf = Callable[..., pd.DataFrame]

few_examples = settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])


def days_of(rows_of: RowsOf, loads: Sequence[float], first_day: date = date(2024, 1, 1)) -> pd.DataFrame:
    """athlete.days of an athlete with those loads on successive days."""
    activities = pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": [f"run{number:05}" for number in range(len(loads))],
            "local_day": [first_day + timedelta(days=number) for number in range(len(loads))],
            "is_run": True,
            "load_score": list(loads),
        }
    )
    return rows_of("athlete.days", {"athlete.activities": activities})


# --- days


def test_monotony_and_strain_are_fosters(rows_of: RowsOf):
    """Foster 1998 as Runalyze tests it (population standard deviation): 2.367 and 331.36."""
    week = days_of(rows_of, [5, 15, 20, 20, 20, 25, 35]).iloc[-1]
    assert week.monotony == pytest.approx(2.367, abs=1e-3)
    assert week.strain_score == pytest.approx(331.36, abs=0.1)


def test_the_acute_to_chronic_ratio_is_the_coupled_one(rows_of: RowsOf):
    """The R package ACWR, rolling average coupled: 21 days of 30, then 7 of 50: 50 / 35 = 1.4286."""
    ratio = days_of(rows_of, [30] * 21 + [50] * 7).acute_chronic_ratio
    assert ratio.isna().tolist() == [True] * 27 + [False]
    assert ratio.iloc[-1] == pytest.approx(1.4286, abs=1e-4)


def test_without_any_load_in_four_weeks_there_is_no_ratio(rows_of: RowsOf):
    ratio = days_of(rows_of, [50, *[0] * 40]).acute_chronic_ratio
    assert ratio.iloc[27] == 0
    assert ratio.iloc[28:].isna().all()


@few_examples
@given(
    seed=st.integers(0, 2**32 - 1),
    day_count=st.integers(1, 4000),
    first_day=st.dates(date(1999, 1, 1), date(2024, 12, 31)),
)
def test_fitness_and_fatigue_follow_their_recursion_through_the_years(
    rows_of: RowsOf, seed: int, day_count: int, first_day: date
):
    """GoldenCheetah's and Elevate's form: each day (load - level) x (1 - exp(-1/tau)) more, from zero."""
    loads = np.random.default_rng(seed).gamma(0.5, 100, day_count)
    rows = days_of(rows_of, list(loads), first_day)
    for column, tau in (("fitness_score", 42), ("fatigue_score", 7)):
        level, expected = 0.0, list[float]()
        for load in loads:
            level += (load - level) * (1 - math.exp(-1 / tau))
            expected.append(level)
        np.testing.assert_allclose(rows[column], expected, rtol=1e-9)
    form = (rows.fitness_score - rows.fatigue_score).shift()
    np.testing.assert_allclose(rows.form_score, form, rtol=1e-9)


# --- load


ANCHORS: dict[str, Any] = {
    "athlete_id": "ann",
    "valid_from": date(1900, 1, 1),
    "valid_until_day": date(9999, 12, 31),
    "athlete_heart_rate_resting_bpm": 40,
    "athlete_heart_rate_max_bpm": 200,
    "easy_below_bpm": 156,
    "hard_from_bpm": 176,
}


def load_of(rows_of: RowsOf, heart_rate_bpm: float, minutes: float, sex: str = "male", **anchors: Any) -> Any:
    """The loads of so many minutes at one heart rate."""
    rows = rows_of(
        "athlete.activity_loads",
        {
            "athlete.athletes": f"athlete_id | sex\nann | {sex}",
            "athlete.anchors": pd.DataFrame([ANCHORS | anchors]),
            "staging.activities": "athlete_id | activity_id | local_day\nann | run | 2024-01-01",
            "activity.heart_rate_seconds": pd.DataFrame(
                {
                    "athlete_id": ["ann"],
                    "activity_id": "run",
                    "heart_rate_bpm": heart_rate_bpm,
                    "speed_step_m_per_s": 0.0,
                    "duration_s": 60 * minutes,
                    "distance_m": 0.0,
                }
            ),
        },
    )
    return rows.iloc[0]


def test_half_an_hour_at_130_is_an_impulse_of_32(rows_of: RowsOf):
    """Banister 1991, a man of rest 40 and maximum 200: published as 32."""
    assert load_of(rows_of, 130, 30).trimp_score == pytest.approx(31.80, abs=0.01)


def test_an_impulse_of_333_is_a_heart_rate_stress_score_of_239(rows_of: RowsOf):
    """Elevate's test of its stress score: maximum 190, rest 60, threshold 163, an impulse of 333: 239.09."""
    used = (150 - 60) / 130
    load = load_of(
        rows_of,
        150,
        333 / (used * 0.64 * math.exp(1.92 * used)),
        athlete_heart_rate_resting_bpm=60,
        athlete_heart_rate_max_bpm=190,
        hard_from_bpm=163,
    )
    assert load.trimp_score == pytest.approx(333)
    assert load.heart_rate_load_score == pytest.approx(239.09, abs=0.01)


def test_two_hours_rated_6_are_a_session_load_of_720(rows_of: RowsOf):
    """Foster 2001: the rating, 0 to 10, times the minutes."""
    rows = rows_of(
        "marts.activities",
        {
            "athlete.athletes": "athlete_id | sex\nann | male",
            "staging.activities": """
                athlete_id | activity_id | local_day  | sport   | is_run | timer_s | effort_rating
                ann        | run         | 2024-01-01 | running | true   | 7200    | 6
            """,
        },
    )
    assert list(rows.session_rpe_score) == [720]


@pytest.mark.parametrize(
    ("easy", "moderate", "hard", "index"),
    [(80, 5, 15, 2.380), (77, 3, 20, 2.710), (46, 35, 19, 1.397), (75, 20, 5, 1.273)],
)
def test_the_polarization_index_is_treffs(
    rows_of: RowsOf, easy: float, moderate: float, hard: float, index: float
):
    """Treff 2019's formula on the splits of Munoz 2014 (77/3/20 and 46/35/19) and two textbook ones."""
    shares = {"easy_s": easy, "moderate_s": moderate, "hard_s": hard, "judged_s": easy + moderate + hard}
    run = {"athlete_id": "ann", "activity_id": "run", "local_day": date(2024, 1, 1), "is_run": True}
    rows = rows_of(
        "athlete.splits",
        {
            "athlete.athletes": "athlete_id | week_start\nann | monday",
            "athlete.activities": pd.DataFrame([run | shares]),
        },
    )
    assert list(rows.polarization_index) == pytest.approx([index] * 3, abs=1e-3)
