"""km, pace, clock times and percentages, as they are printed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.report.units import (
    IMPERIAL,
    METRIC,
    Units,
    clock,
    effort_name,
    number,
    percent,
    signed,
    units_named,
)

speeds = st.floats(min_value=0.3, max_value=12)


def seconds_of(text: str) -> int:
    total = 0
    for part in text.split(":"):
        total = 60 * total + int(part)
    return total


@given(st.floats(min_value=0, max_value=400_000))
def test_a_clock_time_reads_back_as_the_same_second(seconds: float):
    assert seconds_of(clock(seconds)) == round(seconds)


@given(st.floats(min_value=0, max_value=400_000))
def test_no_minute_ever_has_sixty_seconds(seconds: float):
    assert re.fullmatch(r"(\d+:[0-5]\d|[0-5]?\d):[0-5]\d", clock(seconds))


@given(speeds, st.sampled_from([METRIC, IMPERIAL]))
def test_a_pace_reads_back_as_the_same_speed(speed_m_per_s: float, units: Units):
    pace, _, unit = units.pace(speed_m_per_s).partition(" /")
    assert unit == units.symbol
    assert units.length_m / speed_m_per_s == pytest.approx(seconds_of(pace), abs=0.5001)


@given(st.floats(min_value=0, max_value=500_000), st.sampled_from([METRIC, IMPERIAL]))
def test_a_distance_reads_back_to_a_tenth(distance_m: float, units: Units):
    length, _, _ = units.distance(distance_m).partition(" ")
    assert float(length) * units.length_m == pytest.approx(distance_m, abs=0.0501 * units.length_m)


@given(st.floats(min_value=-1000, max_value=1000), st.integers(0, 3))
def test_a_number_reads_back_and_nothing_has_a_sign(value: float, digits: int):
    for text in (number(value, digits), signed(value, digits)):
        assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.501 * 10**-digits)
        assert not re.fullmatch(r"[−+-]0(\.0+)?", text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(299.6, "5:00"), (59.5, "1:00"), (3599.7, "1:00:00"), (5998, "1:39:58"), (-61, "−1:01")],
)
def test_seconds_are_rounded_before_they_are_split(seconds: float, text: str):
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("speed_m_per_s", "metric", "imperial"),
    [(1000 / 300, "5:00 /km", "8:03 /mi"), (0, "–", "–"), (None, "–", "–")],
)
def test_standing_still_has_no_pace(speed_m_per_s: float | None, metric: str, imperial: str):
    assert (METRIC.pace(speed_m_per_s), IMPERIAL.pace(speed_m_per_s)) == (metric, imperial)


@pytest.mark.parametrize(
    ("distance_m", "name"),
    [
        (400.0, "400 m"),
        (1609.344, "1 mile"),
        (5000.0, "5 km"),
        (21097.5, "half marathon"),
        (42195.0, "marathon"),
    ],
)
def test_a_distance_is_called_what_runners_call_it(distance_m: float, name: str):
    assert effort_name(distance_m) == name


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.665, "ratio", "66 %"),
        (40_000, "m/week", "24.9 mi/week"),
        (1609.344, "m", "1.0 mi"),
        (95, "s", "1:35"),
        (1609.344 / 480, "m/s", "8:00 /mi"),
        (-3.54, "bpm", "−3.5 bpm"),
        (1234, "score", "1234 score"),
        (8, "weeks", "8 weeks"),
        (0.4, None, "0.4"),
        (None, "ratio", "–"),
    ],
)
def test_a_quantity_is_printed_in_the_runners_units(value: float | None, unit: str | None, text: str):
    assert IMPERIAL.quantity(value, unit) == text


def test_what_is_not_known_is_a_dash():
    assert {clock(None), percent(None), number(None), signed(None), METRIC.distance(None)} == {"–"}


def test_unknown_units_are_refused_by_name():
    with pytest.raises(SettingsError, match="'furlongs' is not one of km, mi"):
        units_named("furlongs")
