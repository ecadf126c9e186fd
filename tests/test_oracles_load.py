"""Load, form and intensity against numbers that others have published, each with its source."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta

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
