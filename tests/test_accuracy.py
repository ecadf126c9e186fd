"""A small sample of `make accuracy`, and the arithmetic of its figures.

Ten runners cannot show that the goals are met, but a verdict that is broken fails here: an estimator
without an idea would be wrong in most of these cases.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from accuracy import (
    Figure,
    class_of,
    coverage,
    eligible,
    is_opposite,
    judged,
    log_losses,
    plain_line,
    real,
    real_figures,
    tidy,
    tidy_figures,
    with_effort_drift,
    with_new_device,
)

Told = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="module")
def told() -> Told:
    """Of three runners who improve, of the same three if they declined, of three real ones, of a new one.

    All in one data folder: an athlete's rows are the same alone as among others, and building costs less.
    """
    wanted = {"improving": range(3), "declining": range(3), "real": (0, 2, 8), "short": (0,)}
    return judged(wanted, None)


@pytest.fixture(scope="module")
def trends(told: Told) -> pd.DataFrame:
    """The latest looks at those who improve or decline."""
    looks, _ = told
    return looks[looks.scenario.isin(["improving", "declining"]) & looks.is_latest & looks.is_chosen]


@pytest.fixture(scope="module")
def real_ones(told: Told) -> Told:
    """Three runners as they are."""
    looks, runs = told
    return looks[looks.scenario == "real"], runs[runs.scenario == "real"]


def test_improving_and_declining_are_told_apart(trends: pd.DataFrame):
    assert not is_opposite(trends.verdict, trends.scenario).any()
    assert (trends.verdict == trends.scenario).sum() >= 4  # of six; more than five in six is the goal
    means = trends.groupby("scenario").slope_pct_per_month.mean()
    assert means.improving - means.declining == pytest.approx(1, abs=0.6)  # half a percent each way


def test_eight_weeks_are_not_enough(told: Told):
    looks, _ = told
    assert set(looks[looks.scenario == "short"].verdict) == {"not_enough_data"}


def test_looks_at_real_runners_are_mostly_right_and_hardly_ever_opposite(real_ones: Told):
    looks, _ = real_ones
    figures = {figure.what: figure for figure in real_figures(looks)}
    assert figures["real: decided"].count >= 20
    assert figures["real: decided"].value >= 0.25
    assert figures["real: right among the decided"].value >= 0.6
    assert figures["real: opposite among the decided"].value <= 0.1
    # a sample of one true class only has no base rate to be held against: not a number
    assert not figures["real: log loss under the base rate's"].value <= 0
    assert figures["real: turned round from one look to the next"].value <= 0.1
    assert coverage("real", eligible(looks)).value >= 0.65


def test_a_line_through_all_devices_is_sure_of_more_than_it_knows(real_ones: Told):
    looks, runs = real_ones
    chosen = eligible(looks)
    assert coverage("line", plain_line(chosen, runs)).value < coverage("real", chosen).value


# --- the arithmetic


def looks_of(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("value", "goal", "slack_se", "is_met"),
    [
        (0.84, ">= 0.85", 0, False),
        (0.85, ">= 0.85", 0, True),
        (0.06, "<= 0.05", 0, False),
        (0.06, "<= 0.05", 3, True),  # three standard errors of a share of 0.05 among 100 are 0.065
        (0.12, "<= 0.05", 3, False),
        (0.01, "<= 0.0", 3, False),  # never is never, however small the sample
        (float("nan"), ">= 0.85", 3, False),
        (0.5, "", 0, True),
    ],
)
def test_a_goal_is_met_or_missed(value: float, goal: str, slack_se: float, is_met: bool):
    assert Figure("share", value, goal, 100).is_met(slack_se) == is_met


def test_a_quarter_of_a_percent_a_month_is_still_a_plateau():
    assert class_of(pd.Series([0.26, 0.25, 0.0, -0.25, -0.26])).tolist() == [
        "improving",
        "plateau",
        "plateau",
        "plateau",
        "declining",
    ]


def test_only_improving_for_declining_and_the_reverse_are_opposite():
    said = pd.Series(["improving", "declining", "improving", "plateau", "undecided"])
    true = pd.Series(["declining", "improving", "plateau", "declining", "improving"])
    assert is_opposite(said, true).tolist() == [True, True, False, False, False]


def test_an_interval_covers_what_lies_in_it():
    looks = looks_of(
        slope_low_pct_per_month=[-1, -1, 0, None],
        slope_high_pct_per_month=[1, 1, 1, None],
        true_pct_per_month=[0, 2, 0.5, 0],
    )
    assert coverage("", looks).value == pytest.approx(2 / 3)


def test_log_loss_is_that_of_the_probability_given_to_what_happened():
    """One improver, of whom that was given 0.8, and one plateau, given 0.5; each is half of the looks."""
    looks = looks_of(
        p_improving=[0.8, 0.3], p_plateau=[0.1, 0.5], p_declining=[0.1, 0.2], true_pct_per_month=[1, 0]
    )
    loss, base = log_losses(looks)
    assert loss == pytest.approx(-(np.log(0.8) + np.log(0.5)) / 2)
    assert base == pytest.approx(np.log(2))


def test_what_drift_adds_is_seen_between_the_same_runners_in_the_same_window():
    """Over 52 weeks the drifting runners' slopes are 0.1 and 0.2 higher; one pair chose other windows."""
    weeks, chosen = [52, 26, 52, 26], {"plateau": [True, False, False, True], "drift": [True, False] * 2}
    slopes = {"plateau": [0.2, 0, -0.1, 0.5], "drift": [0.3, 9, 0.1, 9]}
    looks = pd.concat(
        looks_of(
            athlete_id=[f"{scenario}-1"] * 2 + [f"{scenario}-2"] * 2,
            scenario=[scenario] * 4,
            window_weeks=weeks,
            is_latest=[True] * 4,
            is_chosen=chosen[scenario],
            verdict=["plateau"] * 4,
            slope_pct_per_month=slopes[scenario],
            true_pct_per_month=[0.0] * 4,
        )
        for scenario in ("plateau", "drift")
    )
    same, between = [figure for figure in tidy_figures(looks) if not figure.is_share]
    assert (same.value, same.count) == (pytest.approx(0.15), 2)
    assert (between.value, between.goal) == (pytest.approx(0.15), "")  # 0.1 more and 0.4 less: 0.15 less


def test_a_new_watch_and_a_harder_effort_change_nothing_else():
    runner = tidy(7)
    (_, old), (week, new) = with_new_device(runner).devices
    assert (week, old.heart_rate_offset_bpm) == (60, 0)
    assert (abs(new.heart_rate_offset_bpm), abs(new.speed_offset_pct)) == (3, 1)
    first, *_, last = with_effort_drift(runner).habits
    reserve_bpm = runner.heart_rate_max_bpm - runner.heart_rate_resting_bpm
    harder_bpm = (last[1].easy_heart_rate_ratio - first[1].easy_heart_rate_ratio) * runner.heart_rate_max_bpm
    assert harder_bpm / reserve_bpm == pytest.approx(0.06 * 59 / 60)


def test_real_runners_differ():
    runners = [real(seed) for seed in range(60)]
    assert 78 <= min(runner.weeks for runner in runners) < max(runner.weeks for runner in runners) <= 130
    assert np.std([float(str(runner.trend_pct_per_month)) for runner in runners]) == pytest.approx(
        0.4, abs=0.1
    )
    assert all(3 <= runner.wander_sd_pct <= 4 for runner in runners)
    assert 0.1 < np.mean([len(runner.devices) > 10 for runner in runners]) < 0.4  # strap in some weeks only
