"""Which day it was where the athlete was."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.local_time import utc_offset

BERLIN = (52.5, 13.4)
HONOLULU = (21.3, -157.8)
WINTER = datetime(2024, 1, 15, 12)
SUMMER = datetime(2024, 7, 15, 12)


def test_the_file_knows_best():
    assert utc_offset(WINTER, -18_000, *BERLIN, "Asia/Tokyo") == (-18_000, "file")


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
