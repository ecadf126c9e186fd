"""Days and nights of a Garmin account; the keys are those of real exports and of Garmin's website."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_ingest import Silence

from pipeline.errors import UnreadableFileError
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.readers import READERS
from pipeline.schema import TABLES
from pipeline.sources import sniff

DAYS = [
    {
        "userProfilePK": 1,
        "calendarDate": "2024-03-31",
        "uuid": {"uuid": "x"},
        "totalSteps": 9533,
        "wellnessStartTimeGmt": "2024-03-30T23:00:00.0",
        "minHeartRate": 41,
        "restingHeartRate": 47,
        "currentDayRestingHeartRate": 45,
        "allDayStress": {"aggregatorList": [{"type": "TOTAL", "averageStressLevel": -1}]},
    },
    {"calendarDate": "2024-04-01", "totalSteps": None, "restingHeartRate": 48},
    {"calendarDate": "2024-04-02", "totalSteps": 0, "restingHeartRate": 0},
]
NIGHTS = [
    {"retro": False},
    {
        "sleepStartTimestampGMT": "2024-03-30T21:59:00.0",
        "sleepEndTimestampGMT": "2024-03-31T06:00:00.0",
        "calendarDate": "2024-03-31",
        "deepSleepSeconds": 5340,
        "lightSleepSeconds": 14400,
        "remSleepSeconds": 900,
        "awakeSleepSeconds": 6540,
        "sleepScores": {"overallScore": 81},
    },
    {"calendarDate": "2024-04-01", "deepSleepSeconds": 3600, "lightSleepSeconds": 7200},
]
HEALTH = [
    {
        "calendarDate": "2024-03-31",
        "metrics": [
            {"type": "HRV", "value": 62.0, "status": "IN_RANGE", "baselineLowerLimit": 50.0},
            {"type": "HR", "value": 49.0},
            {"type": "SPO2", "status": "NO_DATA"},
        ],
    },
    {"calendarDate": "2024-04-01", "metrics": [{"type": "HRV", "status": "ONBOARDING"}]},
]


def read(found: Any) -> list[dict[str, Any]]:
    content = json.dumps(found).encode()
    assert sniff(content) == "garmin_json"
    return [dict(row) for row in READERS["garmin_json"](content, "some.json").wellness]


def test_a_day_has_its_own_resting_heart_rate_before_the_smoothed_one():
    assert read(DAYS) == [
        {"local_day": date(2024, 3, 31), "heart_rate_resting_bpm": 45},
        {"local_day": date(2024, 4, 1), "heart_rate_resting_bpm": 48},
    ]


def test_a_night_is_of_the_day_on_which_it_ends_and_being_awake_is_no_sleep():
    assert read(NIGHTS) == [
        {"local_day": date(2024, 3, 31), "sleep_s": 20_640, "sleep_score": 81},
        {"local_day": date(2024, 4, 1), "sleep_s": 10_800},
    ]


def test_the_heart_rate_of_a_night_is_no_resting_heart_rate_but_hrv_is():
    assert read(HEALTH) == [{"local_day": date(2024, 3, 31), "hrv_s": 0.062}]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            {
                "dailySleepDTO": {**NIGHTS[1], "sleepScores": {"overall": {"value": 82}}},
                "restingHeartRate": 47,
            },
            {"sleep_s": 20_640, "sleep_score": 82},
        ),
        (
            {"hrvSummary": {"calendarDate": "2024-03-31", "weeklyAvg": 55, "lastNightAvg": 53}},
            {"hrv_s": 0.053},
        ),
        ({"calendarDate": "2024-03-31", "restingHeartRate": 47}, {"heart_rate_resting_bpm": 47}),
    ],
)
def test_what_the_website_tells_of_one_day_is_read_as_well(found: Any, expected: dict[str, float]):
    assert read(found) == [{"local_day": date(2024, 3, 31), **expected}]


@pytest.mark.parametrize("found", [{"a": 1}, [], [{"calendarDate": "2024-03-31", "vo2MaxValue": 50}]])
def test_other_json_stays_what_it_was(found: Any):
    assert sniff(json.dumps(found).encode()) == "json"


def test_a_day_and_its_night_meet_in_the_lake(tmp_path: Path):
    for name, found in (("UDSFile_a.json", DAYS), ("a_sleepData.json", NIGHTS), ("empty.json", DAYS[2:])):
        (tmp_path / name).write_text(json.dumps(found))
    lake = Lake(tmp_path / "lake", "me")
    ingest([tmp_path], lake, "Pacific/Auckland", Silence(), 1)
    rows = [row for part in lake.parts("wellness_days") for row in pq.ParquetFile(part).read().to_pylist()]
    assert {row["local_day"] for row in rows} == {date(2024, 3, 31), date(2024, 4, 1)}
    assert {row["recorded_at"] for row in rows} == {None}
    reasons = {Path(row["path"]).name: row["reason"] for row in lake.ledger().to_pylist()}
    assert reasons["UDSFile_a.json"] == "wellness: resting heart rate"
    assert reasons["a_sleepData.json"] == "wellness: sleep, sleep score"
    assert reasons["empty.json"].startswith("Garmin's days as JSON: no resting heart rate")


def test_a_cut_off_file_says_where_it_is_damaged():
    content = json.dumps(DAYS).encode()[:-20]
    with pytest.raises(UnreadableFileError, match="damaged_json"):
        READERS["garmin_json"](content, "some.json")
    with pytest.raises(UnreadableFileError, match="damaged_json"):
        READERS["garmin_json"](b"[" * 100_000, "some.json")


KEYS = (
    *("calendarDate", "restingHeartRate", "metrics", "type", "value", "sleepScores", "overall"),
    *("overallScore", "dailySleepDTO", "hrvSummary", "deepSleepSeconds", "lastNightAvg"),
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2024-03-31"),
    lambda some: (
        st.lists(some, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            some,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(anything)
def test_whatever_the_json_holds_only_days_with_numbers_come_out(found: Any):
    reading = READERS["garmin_json"](json.dumps(found).encode(), "some.json")
    assert reading.said
    for row in reading.wellness:
        assert set(row) <= set(TABLES["wellness_days"].names)
        assert isinstance(row["local_day"], date)
        assert all(0 < value <= 3e6 for name, value in row.items() if name != "local_day")
