"""Days and nights, from files written message by message."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_fit import FILE_ID, START, enum, fit, record, session, u8, u32
from test_ingest import Silence

from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.readers import READERS
from pipeline.schema import Reading

# 2021-09-08 01:46:40 UTC; an hour and 46 minutes into the day in London, the evening before in New York.
STARTED_AT = datetime(2021, 9, 8, 1, 46, 40)

MONITORING, SLEEP, HRV = (0, {0: enum(32)}), (0, {0: enum(49)}), (0, {0: enum(68)})
AWAKE, LIGHT, DEEP, REM = 1, 2, 3, 4


def u16(value: int) -> tuple[int, str, int]:
    return 0x84, "H", value


def local_time(offset_s: int, second: int = 0) -> tuple[int, dict[int, Any]]:
    return 103, {253: u32(START + second), 0: u32(START + second + offset_s)}


def resting(second: int, week: int, day: int) -> tuple[int, dict[int, Any]]:
    return 211, {253: u32(START + second), 0: u8(week), 1: u8(day)}


def hrv(second: int, night_ms: float) -> tuple[int, dict[int, Any]]:
    return 370, {253: u32(START + second), 0: u16(50 * 128), 1: u16(round(night_ms * 128))}


def level(second: int, stage: int) -> tuple[int, dict[int, Any]]:
    return 275, {253: u32(START + second), 0: enum(stage)}


def score(value: int) -> tuple[int, dict[int, Any]]:
    return 346, {6: u8(value)}


def read(*messages: tuple[int, dict[int, Any]]) -> Reading:
    return READERS["fit"](fit(*messages), "some.fit")


def told(reading: Reading) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if value is not None} for row in reading.wellness]


@pytest.fixture
def landed(tmp_path: Path) -> Any:
    """The rows of `wellness_days` that files leave in the lake, and the ledger's reasons."""

    def land(*files: bytes, zone: str | None = None) -> tuple[list[dict[str, Any]], list[str]]:
        for number, content in enumerate(files):
            (tmp_path / f"{number}.fit").write_bytes(content)
        lake = Lake(tmp_path / "lake", "me")
        ingest([tmp_path], lake, zone, Silence(), 1)
        rows = [
            row for part in lake.parts("wellness_days") for row in pq.ParquetFile(part).read().to_pylist()
        ]
        ledger = [row for row in lake.ledger().to_pylist() if row["path"].endswith(".fit")]
        assert {row["outcome"] for row in ledger} == {"not_an_activity"}
        return rows, [row["reason"] for row in ledger]

    return land


def test_the_resting_heart_rate_is_the_days_not_the_weeks(landed: Any):
    rows, reasons = landed(fit(MONITORING, local_time(3600), resting(600, week=52, day=47)))
    assert reasons == ["wellness: resting heart rate"]
    (row,) = rows
    assert row["heart_rate_resting_bpm"] == 47
    assert (row["utc_offset_s"], row["utc_offset_source"]) == (3600, "file")
    assert row["athlete_id"] == "me"
    assert row["hrv_s"] is None


def test_a_day_without_a_resting_heart_rate_is_none():
    assert told(read(MONITORING, resting(0, week=52, day=255), resting(60, week=52, day=0))) == []


def test_the_last_value_of_a_local_day_counts(landed: Any):
    """01:46 UTC is still the day before in New York, until 04:00 UTC."""
    messages = [resting(second, 50, day) for second, day in ((0, 50), (3600, 48), (3 * 3600, 55))]
    rows, _ = landed(fit(MONITORING, local_time(-4 * 3600), *messages))
    assert [row["heart_rate_resting_bpm"] for row in rows] == [48, 55]


def test_hrv_of_a_night_is_in_seconds():
    (row,) = told(read(HRV, hrv(0, 41.5)))
    assert row == {"recorded_at": STARTED_AT, "hrv_s": pytest.approx(0.0415)}


def five_minutes(second: int, value_ms: float) -> tuple[int, dict[int, Any]]:
    return 371, {253: u32(START + second), 0: u16(round(value_ms * 128))}


def test_hrv_that_the_watch_does_not_sum_up_is_the_mean_of_its_five_minutes():
    values = [five_minutes(300 * number, value_ms) for number, value_ms in enumerate((40, 50, 60))]
    night = {"recorded_at": datetime(2021, 9, 8, 1, 56, 40), "hrv_s": pytest.approx(0.05)}
    assert told(read(HRV, *values)) == [night]
    (summed_up,) = told(read(HRV, *values, hrv(700, 41.5)))
    assert summed_up["hrv_s"] == pytest.approx(0.0415)
    assert len(told(read(HRV, *values, five_minutes(86_400, 45)))) == 2


def test_sleep_is_the_time_asleep_and_the_night_ends_with_its_last_message():
    minutes = [AWAKE] * 5 + [LIGHT] * 60 + [DEEP] * 30 + [AWAKE] * 10 + [REM] * 20 + [AWAKE]
    (row,) = told(
        read(SLEEP, *(level(60 * minute, stage) for minute, stage in enumerate(minutes)), score(81))
    )
    assert row == {
        "recorded_at": datetime(2021, 9, 8, 3, 51, 40),
        "sleep_s": 110 * 60,
        "sleep_score": 81,
    }


def test_two_nights_in_a_file_are_two_and_the_day_between_is_no_sleep():
    night = [level(0, LIGHT), level(3600, LIGHT), level(86_400, DEEP), level(86_400 + 1800, AWAKE)]
    assert [row["sleep_s"] for row in told(read(SLEEP, *night))] == [3600, 1800]


def test_a_nap_does_not_hide_the_night(landed: Any):
    night = [level(0, LIGHT), level(7200, DEEP), level(10_000, AWAKE)]
    nap = [level(40_000, LIGHT), level(41_000, AWAKE)]
    rows, _ = landed(fit(SLEEP, *night, *nap))
    assert [row["sleep_s"] for row in rows] == [10_000]


def test_a_night_that_was_not_measured_says_nothing():
    assert told(read(SLEEP, level(0, 0), level(3600, 0))) == []


def test_where_the_file_does_not_say_the_local_time_the_home_does(landed: Any):
    rows, _ = landed(fit(HRV, hrv(0, 40)), zone="America/New_York")
    assert (rows[0]["utc_offset_s"], rows[0]["utc_offset_source"]) == (-4 * 3600, "athlete")


def test_a_watch_without_a_clock_has_no_days():
    assert told(read(MONITORING, (211, {253: u32(1000), 1: u8(50)}))) == []


def test_a_monitoring_file_without_any_of_it_is_no_activity(landed: Any):
    rows, reasons = landed(fit(MONITORING, local_time(0)))
    assert (rows, reasons) == ([], ["a FIT file of type monitoring_b: no activity"])


def test_damage_is_told_with_the_day(landed: Any):
    whole = fit(MONITORING, resting(0, 50, 47))
    rows, reasons = landed(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert [row["heart_rate_resting_bpm"] for row in rows] == [47]
    assert "checksum does not match" in reasons[0]


def test_an_activity_with_a_day_chained_to_it_keeps_both():
    run = fit(FILE_ID, record(0, {3: u8(120)}), record(1, {3: u8(121)}), session())
    reading = READERS["fit"](run + fit(MONITORING, resting(0, 50, 47)), "some.fit")
    assert len(reading.activities) == 1
    assert [row["heart_rate_resting_bpm"] for row in told(reading)] == [47]


@given(st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 4)), max_size=30))
def test_nobody_sleeps_longer_than_the_night_lasts(levels: list[tuple[int, int]]):
    nights = told(read(SLEEP, *(level(second, stage) for second, stage in levels)))
    span_s = max((second for second, _ in levels), default=0) - min(
        (second for second, _ in levels), default=0
    )
    assert sum(row["sleep_s"] for row in nights) <= span_s
