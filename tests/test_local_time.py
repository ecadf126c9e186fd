"""Which day it was where the athlete was."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import tzfpy
from hypothesis import given
from hypothesis import strategies as st

from pipeline.local_time import utc_offset

BERLIN = (52.5, 13.4)
BOGOTA = (4.7, -74.1)
SYDNEY = (-33.9, 151.2)
LONDON = (51.5, -0.1)
HONOLULU = (21.3, -157.8)
WINTER = datetime(2024, 1, 15, 12)
SUMMER = datetime(2024, 7, 15, 12)


def test_the_file_knows_best():
    assert utc_offset(WINTER, -18_000, *BERLIN, "Asia/Tokyo") == (-18_000, "file")


def test_a_watch_that_keeps_the_time_of_home_abroad_is_believed():
    """Its owner saw that clock, and counts the run to that day."""
    assert utc_offset(WINTER, -18_000, *SYDNEY, None) == (-18_000, "file")


def test_an_offset_of_zero_elsewhere_was_forgotten():
    """Quirk 42. COROS wrote it in Bogota."""
    assert utc_offset(WINTER, 0, *BOGOTA, None) == (-18_000, "position")
    assert utc_offset(WINTER, 0, *LONDON, None) == (0, "file")
    assert utc_offset(WINTER, 0, None, None, "America/Bogota") == (0, "file")


def test_an_offset_with_the_wrong_sign_is_that_of_the_place_after_all():
    """Quirk 42."""
    assert utc_offset(WINTER, -39_600, *SYDNEY, None) == (39_600, "position")


@pytest.mark.parametrize("offset_s", [5880, 4140, -13 * 3600, 15 * 3600])
def test_an_offset_that_no_place_keeps_is_not_believed(offset_s: int):
    """Quirk 43."""
    assert utc_offset(WINTER, offset_s, *BERLIN, None) == (3600, "position")


@pytest.mark.parametrize(("offset_s"), [0, 14 * 3600, -12 * 3600, 20_700])
def test_all_offsets_that_some_place_keeps_are_believed(offset_s: int):
    assert utc_offset(WINTER, offset_s, None, None, None) == (offset_s, "file")


def test_the_first_position_tells_the_zone_with_its_summer_time():
    """Quirks 44 and 49."""
    assert utc_offset(WINTER, None, *BERLIN, "America/New_York") == (3600, "position")
    assert utc_offset(SUMMER, None, *BERLIN, "America/New_York") == (7200, "position")


@pytest.mark.parametrize(
    ("started_at", "hours"),
    [
        (datetime(2024, 3, 31, 0, 59, 59), 1),  # the clocks go forward one second later, or during the run
        (datetime(2024, 3, 31, 1, 0), 2),
        (datetime(2024, 10, 27, 0, 59, 59), 2),
        (datetime(2024, 10, 27, 1, 0), 1),
    ],
)
def test_the_clock_at_the_start_counts_on_the_days_when_it_changes(started_at: datetime, hours: int):
    """Quirk 49."""
    assert utc_offset(started_at, None, *BERLIN, None) == (3600 * hours, "position")
    assert utc_offset(started_at, None, None, None, "Europe/Berlin") == (3600 * hours, "athlete")


@pytest.mark.parametrize(("day", "before", "after"), [((3, 31), 1, 2), ((10, 27), 2, 1)])
def test_a_run_through_the_night_when_the_clocks_change_is_on_the_day_of_its_start(
    day: tuple[int, int], before: int, after: int
):
    """Quirk 49. It starts half an hour before midnight; a watch may tell the offset of either end."""
    started_at = datetime(2024, *day) - timedelta(hours=before, minutes=30)
    for told in (before, after):
        found = utc_offset(started_at, told * 3600, *BERLIN, None, elapsed_s=5 * 3600)
        assert found == (before * 3600, "file")


@pytest.mark.parametrize(
    ("place", "started_at", "local"),
    [
        (
            (-13.8, -171.8),
            datetime(2011, 12, 30, 9, 59),
            datetime(2011, 12, 29, 23, 59),
        ),  # Samoa
        ((-13.8, -171.8), datetime(2011, 12, 30, 10, 0), datetime(2011, 12, 31, 0, 0)),
        ((1.9, -157.4), datetime(2024, 1, 1, 12), datetime(2024, 1, 2, 2)),  # Kiritimati, first of all
        ((-44.0, -176.5), datetime(2024, 1, 1, 12), datetime(2024, 1, 2, 1, 45)),  # Chatham
        (
            (52.9, 173.1),
            datetime(2024, 1, 1, 12),
            datetime(2024, 1, 1, 2),
        ),  # Attu, farthest west
        ((27.7, 85.3), datetime(2024, 1, 1, 12), datetime(2024, 1, 1, 17, 45)),  # Kathmandu
        ((0.0, -150.0), datetime(2024, 1, 1, 12), datetime(2024, 1, 1, 2)),  # at sea
    ],
)
def test_the_date_line_and_odd_zones_are_where_the_map_has_them(
    place: tuple[float, float], started_at: datetime, local: datetime
):
    """Quirk 49."""
    offset_s, source = utc_offset(started_at, None, *place, None)
    assert offset_s is not None
    assert (started_at + timedelta(seconds=offset_s), source) == (local, "position")


def test_every_zone_of_the_map_is_one_that_python_knows():
    names: list[str] = tzfpy.timezonenames()
    assert len(names) > 400
    assert {name for name in names if not ZoneInfo(name).key} == set()


def test_a_sunday_evening_run_far_west_stays_on_sunday():
    """Quirk 49."""
    monday_in_utc = datetime(2024, 1, 15, 4)
    offset_s, _ = utc_offset(monday_in_utc, None, *HONOLULU, None)
    assert offset_s is not None
    assert (monday_in_utc + timedelta(seconds=offset_s)).strftime("%A") == "Sunday"


def test_a_treadmill_run_is_at_home():
    """Quirk 44."""
    assert utc_offset(SUMMER, None, None, None, "America/New_York") == (-14_400, "athlete")


def test_nobody_knows_where_a_treadmill_stands_without_a_home():
    assert utc_offset(SUMMER, None, None, None, None) == (None, None)


@given(st.floats(-90, 90), st.floats(-180, 180), st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)))
def test_every_place_at_every_time_has_an_offset_that_is_kept_somewhere(
    latitude_deg: float, longitude_deg: float, started_at: datetime
):
    offset_s, source = utc_offset(started_at, None, latitude_deg, longitude_deg, None)
    assert source == "position"
    assert offset_s is not None
    assert -12 * 3600 <= offset_s <= 14 * 3600


@given(
    st.floats(-60, 70),
    st.floats(-180, 180),
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),
    st.one_of(st.integers(-60_000, 60_000), st.integers(-48, 56).map(lambda quarters: 900 * quarters)),
)
def test_whatever_a_file_says_its_offset_is_its_own_or_that_of_the_place(
    latitude_deg: float, longitude_deg: float, started_at: datetime, said_s: int
):
    place_s, _ = utc_offset(started_at, None, latitude_deg, longitude_deg, None)
    offset_s, source = utc_offset(started_at, said_s, latitude_deg, longitude_deg, None)
    assert (offset_s, source) in {(said_s, "file"), (place_s, "position")}
    assert offset_s is not None
    assert offset_s % 900 == 0
    assert offset_s == place_s or said_s not in {0, -offset_s}


def test_an_activity_that_says_that_it_lasted_for_ages_has_a_local_time():
    started_at = datetime(2024, 6, 1, 12)
    assert utc_offset(started_at, 7200, 50.1, 8.7, None, elapsed_s=1e14) == (7200, "file")
