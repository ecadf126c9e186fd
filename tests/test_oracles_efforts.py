"""Best efforts, predictions and critical speed against numbers that nobody here wrote."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RowsOf = Callable[..., pd.DataFrame]
Values = np.ndarray[Any, np.dtype[np.float64]]

KM_5, KM_10, HALF, MARATHON = 5000.0, 10_000.0, 21_097.5, 42_195.0
# between the marks of a distance and of a duration, see settings.effort_distances and effort_durations
MARK_M = {400.0: 5, 800.0: 5, 1000.0: 5, 1609.344: 9.144}
MARK_S = 5


def seconds(clock: str) -> int:
    """Of `1:02:03` or `2:03`."""
    total = 0
    for part in clock.split(":"):
        total = 60 * total + int(part)
    return total


def predictions(rows_of: RowsOf, distance_m: float, elapsed_s: float, **given_: Any) -> pd.DataFrame:
    """Of an athlete who has run this and no more, by race distance."""
    run = {"athlete_id": "ann", "activity_id": "run"}
    return rows_of(
        "marts.race_predictions",
        {
            "activity.best_efforts": pd.DataFrame(
                [{**run, "effort_distance_m": distance_m, "elapsed_s": elapsed_s}]
            ),
            "athlete.activities": pd.DataFrame(
                [{**run, "local_day": "2024-05-01", "is_run": True, "is_indoor": False}]
            ),
            "athlete.races": pd.DataFrame([{**run, "race_source": "name"}]),
            "athlete.critical_speeds": pd.DataFrame([{"athlete_id": "nobody"}]),
            **given_,
        },
    ).set_index("race_distance_m")


@pytest.mark.parametrize(
    ("vdot", "km_5", "km_10", "half", "marathon"),
    [
        (30, "30:40", "63:46", "2:21:04", "4:49:17"),
        (40, "24:08", "50:03", "1:50:59", "3:49:45"),
        (50, "19:57", "41:21", "1:31:35", "3:10:49"),
        (60, "17:03", "35:22", "1:18:09", "2:43:25"),
        (70, "14:55", "31:00", "1:08:21", "2:23:10"),
    ],
)
def test_vdot_is_that_of_daniels_table(
    rows_of: RowsOf, vdot: int, km_5: str, km_10: str, half: str, marathon: str
):
    """Daniels' Running Formula, table of VDOT (SCIENCE.md D): times within 0.2 %, from any of its races.

    His times are rounded in a table of whole VDOTs: theirs is within a tenth.
    """
    table = {KM_5: km_5, KM_10: km_10, HALF: half, MARATHON: marathon}
    points = rows_of("settings.vdot_points", {}).groupby("race_distance_m")
    for race_m, expected in table.items():
        curve = points.get_group(race_m)
        predicted_s = np.interp(vdot, curve.vdot_score, curve.elapsed_s)
        assert predicted_s == pytest.approx(seconds(expected), rel=0.002)
    for evidence_m, clock in table.items():
        rows = predictions(rows_of, evidence_m, seconds(clock))
        assert rows.vdot_score[KM_5] == pytest.approx(vdot, abs=0.1)
        for race_m, expected in table.items():
            assert rows.vdot_s[race_m] == pytest.approx(seconds(expected), rel=0.002), (evidence_m, race_m)


def test_a_vdot_gives_back_the_race_that_it_is_of(rows_of: RowsOf):
    """The curve between its points is as good as the formula: 0.05 %, here a hundredth of that."""
    for clock in ("12:40", "16:32", "19:57", "33:21"):
        elapsed_s = seconds(clock)
        assert predictions(rows_of, KM_5, elapsed_s).vdot_s[KM_5] == pytest.approx(elapsed_s, rel=5e-6)


def test_cameron_as_published(rows_of: RowsOf):
    """5 km in 16:32 is 3 km in 9:33 and 10 km in 34:26 (SCIENCE.md D), to a second."""
    rows = predictions(rows_of, KM_5, seconds("16:32"))
    assert rows.cameron_s[3000.0] == pytest.approx(seconds("9:33"), abs=1)
    assert rows.cameron_s[KM_10] == pytest.approx(seconds("34:26"), abs=1)


def test_twice_the_distance_takes_2_to_the_power_of_1_06_as_long(rows_of: RowsOf):
    """Riegel 1981: 2^1.06 = 2.0849; 5 km in 20:00 is 10 km in 41:42."""
    rows = predictions(rows_of, KM_5, seconds("20:00"))
    assert rows.riegel_s[KM_5] == pytest.approx(1200)
    assert rows.riegel_s[KM_10] == pytest.approx(1200 * 2.0849, abs=0.1)


def test_no_model_speaks_of_times_that_it_was_not_made_for(rows_of: RowsOf):
    """Riegel ends at 3 h 50 min, VDOT at the end of Daniels' table, both begin at 3.5 minutes."""
    slow = predictions(rows_of, HALF, seconds("2:30:00"))
    assert slow.riegel_s[[MARATHON]].isna().all()
    assert slow.vdot_s[[MARATHON]].isna().all()
    assert np.isnan(slow.predicted_s[MARATHON])
    fast = predictions(rows_of, KM_5, 740)
    assert fast.riegel_s[[1500.0]].isna().all()
    assert fast.vdot_s[[1500.0]].isna().all()


def test_critical_speed_predicts_a_race_of_two_to_thirty_minutes(rows_of: RowsOf):
    """At 4 m/s and D' 200 m: 5 km in (5000 - 200) / 4 = 1200 s; 10 km would be 2450 s, too long."""
    speeds = pd.DataFrame(
        [
            {
                "athlete_id": "ann",
                "valid_from": "1900-01-01",
                "valid_until_day": "9999-12-31",
                "critical_speed_m_per_s": 4,
                "d_prime_m": 200,
                "is_critical_speed_confident": True,
            }
        ]
    )
    rows = predictions(rows_of, KM_5, 1230, **{"athlete.critical_speeds": speeds})
    assert rows.critical_speed_s[KM_5] == pytest.approx(1200)
    assert np.isnan(rows.critical_speed_s[KM_10])
    # the median of three models that say 1230 and this one
    assert rows.predicted_s[KM_5] == pytest.approx(1230)


def test_critical_speed_of_efforts_made_from_one(rows_of: RowsOf):
    """D = CS t + D' for any sane pair; numpy's least squares of noisy ones."""
    random = np.random.default_rng(7)
    durations = np.array([120, 180, 300, 600, 1200.0])
    for critical_speed, d_prime in ((3.1, 120), (4.2, 310), (5.5, 220)):
        distances = critical_speed * durations + d_prime + random.normal(0, 8, len(durations))
        runs = pd.DataFrame({"athlete_id": "ann", "activity_id": ["long", "short"]})
        row = rows_of(
            "athlete.critical_speeds",
            {
                "staging.activities": runs.assign(local_day="2024-05-01", is_run=True, is_indoor=False),
                "activity.summaries": runs.assign(moving_s=3600, moving_m=9000),
                "activity.duration_curve": pd.DataFrame(
                    {
                        "athlete_id": "ann",
                        "activity_id": np.where(durations < 200, "short", "long"),
                        "duration_s": durations,
                        "distance_m": distances,
                    }
                ),
            },
        ).iloc[0]
        (slope, intercept), covariance = np.polyfit(durations, distances, 1, cov=True)
        assert row.critical_speed_m_per_s == pytest.approx(slope)
        assert row.d_prime_m == pytest.approx(intercept)
        # polyfit's covariance is that of least squares; 4 % are for what is not all-out
        expected = np.hypot(np.sqrt(covariance[0, 0]), 0.04 * slope)
        assert row.critical_speed_error_m_per_s == pytest.approx(expected)


# --- best efforts against brute force


def shortest(offsets: Values, travelled: Values, distance_m: float) -> float:
    """The shortest time of all stretches of that length that begin or end at a record.

    That is the shortest of all: between records both ends move evenly.
    """
    if travelled[-1] - travelled[0] < distance_m:
        return np.inf
    moving = np.r_[True, np.diff(travelled) > 0]
    first, last = np.r_[moving[1:], True], moving  # of records at one place the last, and the first
    starts_m, starts_s = travelled[first], offsets[first]
    ends_m, ends_s = travelled[last], offsets[last]
    ending = [
        end_s - np.interp(end_m - distance_m, starts_m, starts_s)
        for end_m, end_s in zip(ends_m, ends_s, strict=True)
        if end_m - distance_m >= 0
    ]
    starting = [
        np.interp(start_m + distance_m, ends_m, ends_s) - start_s
        for start_m, start_s in zip(starts_m, starts_s, strict=True)
        if start_m + distance_m <= travelled[-1]
    ]
    return float(min(ending + starting))


def farthest(offsets: Values, travelled: Values, duration_s: float) -> float:
    """The longest of all stretches of that duration, for the same reason."""
    ending = travelled - np.interp(offsets - duration_s, offsets, travelled)
    starting = np.interp(offsets + duration_s, offsets, travelled) - travelled
    return float(
        max(ending[offsets >= duration_s].tolist() + starting[offsets + duration_s <= offsets[-1]].tolist())
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_best_effort_is_never_faster_than_true_nor_slower_than_over_a_mark_more(
    rows_of: RowsOf, data: st.DataObject
):
    """Random streams of centimetres and whole seconds, in which nothing is to be bridged: speed drifts."""
    count = data.draw(st.integers(60, 200))
    gaps = data.draw(st.lists(st.integers(1, 20), min_size=count, max_size=count))
    speeds = np.exp(np.cumsum(data.draw(st.lists(st.floats(-0.05, 0.05), min_size=count, max_size=count))))
    offsets = np.r_[0, np.cumsum(gaps)].astype(float)
    travelled = np.r_[0, np.cumsum(np.round(3 * np.clip(speeds, 0.3, 2) * gaps, 2))]
    run, start = {"athlete_id": "ann", "activity_id": "run"}, pd.Timestamp("2024-01-01 06:00:00")
    stream = {
        "raw.activities": pd.DataFrame([{**run, "sport": "running", "started_at": start}]),
        "raw.records": pd.DataFrame(
            {
                **run,
                "recorded_at": start + pd.to_timedelta(offsets, unit="s"),
                "distance_m": np.round(travelled, 2),
            }
        ),
    }
    efforts = rows_of("activity.best_efforts", stream)
    found = dict(zip(efforts.effort_distance_m, efforts.elapsed_s, strict=True))
    for distance_m, mark_m in MARK_M.items():
        if travelled[-1] >= distance_m:
            true_s = shortest(offsets, travelled, distance_m)
            assert found[distance_m] >= true_s - 1e-6
            assert found[distance_m] <= shortest(offsets, travelled, distance_m + mark_m) + 1e-6
    times = [found[distance_m] for distance_m in sorted(found)]
    assert times == sorted(times)
    assert (efforts.moving_s <= efforts.elapsed_s + 1e-6).all()

    curve = rows_of("activity.duration_curve", stream)
    assert len(curve)
    last_s = offsets[-1] // MARK_S * MARK_S  # whatever comes after the last mark is in no effort
    marked_s = np.r_[offsets[offsets < last_s], last_s]
    marked_m = np.interp(marked_s, offsets, travelled)
    for duration_s, distance_m in zip(curve.duration_s, curve.distance_m, strict=True):
        assert distance_m <= farthest(offsets, travelled, duration_s) + 1e-5
        assert distance_m >= farthest(marked_s, marked_m, duration_s - MARK_S) - 1e-5
    assert curve.distance_m.is_monotonic_increasing
