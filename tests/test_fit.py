"""FIT files as watches write them, whole and damaged."""

import csv
import gzip
import math
import struct
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import fitdecode
import pytest
from conftest import CORPUS
from fitdecode.utils import compute_crc
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UnreadableFileError
from pipeline.readers import READERS
from pipeline.schema import Activity, Reading, stream_schema

DATA = Path(__file__).parent / "data"
RUN = (DATA / "run-with-beats.fit").read_bytes()

START = 1_000_000_000  # 2021-09-08 01:46:40 in FIT seconds
STARTED_AT = datetime(2021, 9, 8, 1, 46, 40)

Fields = dict[int, tuple[int, str, Any]]


def read(name_or_content: str | bytes) -> Reading:
    content = name_or_content if isinstance(name_or_content, bytes) else (DATA / name_or_content).read_bytes()
    return READERS["fit"](content, "some.fit")


def the_activity(content: str | bytes) -> Activity:
    (activity,) = read(content).activities
    return activity


def records(activity: Activity) -> list[dict[str, Any]]:
    return activity.streams["records"].to_pylist()


def fit(*messages: tuple[int, Fields], then: bytes = b"") -> bytes:
    """A FIT file: each message is its number and, by field number, (base type, struct format, value)."""
    body = b""
    for number, fields in messages:
        body += struct.pack("<BBBHB", 0x40, 0, 0, number, len(fields))
        for field, (base_type, form, _) in fields.items():
            body += struct.pack("<BBB", field, struct.calcsize(form), base_type)
        body += b"\0" + b"".join(struct.pack(f"<{form}", value) for _, form, value in fields.values())
    body += then
    content = struct.pack("<BBHI4s", 12, 0x10, 100, len(body), b".FIT") + body
    return content + struct.pack("<H", compute_crc(content))


def enum(value: int) -> tuple[int, str, int]:
    return 0x00, "B", value


def u8(value: int) -> tuple[int, str, int]:
    return 0x02, "B", value


def u16(value: int) -> tuple[int, str, int]:
    return 0x84, "H", value


def u32(value: int) -> tuple[int, str, int]:
    return 0x86, "I", value


def s32(value: int) -> tuple[int, str, int]:
    return 0x85, "i", value


FILE_ID = (0, {0: enum(4)})


def session(sport: int = 1, **fields: tuple[int, str, Any]) -> tuple[int, Fields]:
    more = {int(number[1:]): value for number, value in fields.items()}
    return 18, {2: u32(START), 5: enum(sport), 253: u32(START + 60), 7: u32(60_000), **more}


def record(second: int, fields: Fields) -> tuple[int, Fields]:
    return 20, {253: u32(START + second), **fields}


# --- what a watch wrote, value by value; the expected values are fitdecode's or worked out by hand


def test_a_run_has_its_summary_in_si_units():
    summary = the_activity("run-with-beats.fit").summary
    expected = {
        "sport": "running",
        "sub_sport": "generic",
        "name": "Run",
        "started_at": datetime(2017, 6, 11, 14, 34, 9),
        "utc_offset_s": -7 * 3600,
        "elapsed_s": 56.887,
        "timer_s": 56.887,
        "distance_m": 157.56,
        "ascent_m": 2,
        "energy_j": 5 * 4184,
        "heart_rate_mean_bpm": 90,
        "heart_rate_max_bpm": 112,
        "device_manufacturer": "garmin",
        "device_product": "fenix5",
        "profile_sex": "male",
        "profile_heart_rate_resting_bpm": 47,
        "profile_heart_rate_max_bpm": 183,
    }
    assert {name: summary[name] for name in expected} == expected


def zones_in(*messages: tuple[int, Fields]) -> tuple[Any, ...]:
    summary = the_activity(fit(FILE_ID, *messages, session())).summary
    zones = (summary.get(f"profile_heart_rate_zone_{zone}_bpm") for zone in (1, 2, 3, 4))
    return summary["profile_heart_rate_max_bpm"], summary["profile_heart_rate_threshold_bpm"], *zones


def times_in_zone(of: int, number: int, *tops: int) -> tuple[int, Fields]:
    """The message `time_in_zone` of a session (18) or lap (19): the maximum is 183, the threshold 164."""
    boundaries = (0x02, f"{len(tops)}s", bytes(tops))
    return 216, {0: u16(of), 1: u16(number), 6: boundaries, 11: u8(183), 13: u8(164)}


def test_a_watch_that_tells_the_time_in_zones_tells_its_zones():
    """Garmin begins with what is below zone 1. What it says of the session counts before its own settings."""
    of_the_session = times_in_zone(18, 0, 107, 131, 146, 156, 164, 182)
    its_own = 7, {1: u8(172), 2: u8(255)}
    assert zones_in(its_own, of_the_session) == (183, 164, 131, 146, 156, 164)
    assert zones_in(its_own, times_in_zone(19, 0, 107, 131, 146, 156, 164, 182))[:3] == (172, None, None)


def test_a_watch_may_list_five_zones_one_by_one_and_of_other_numbers_nobody_knows_what_they_mean():
    listed = [(8, {1: u8(top)}) for top in (124, 144, 163, 182, 254)]  # a Wahoo ELEMNT's
    assert zones_in(*listed)[2:] == (124, 144, 163, 182)
    assert zones_in(*listed[1:])[2:] == (None,) * 4
    assert zones_in(*reversed(listed))[2:] == (None,) * 4


def test_running_dynamics_come_in_metres_and_seconds_and_cadence_in_steps():
    sixth = records(the_activity("run-with-beats.fit"))[5]
    expected = {
        "latitude_deg": 456097397 * 180 / 2**31,
        "longitude_deg": -1463078534 * 180 / 2**31,
        "altitude_m": 3.2,
        "distance_m": 17.97,
        "speed_m_per_s": 3.378,
        "heart_rate_bpm": 63,
        "cadence_per_min": (89 + 0.5) * 2,
        "temperature_c": 25,
        "ground_contact_s": 0.264,
        "vertical_oscillation_m": 0.077,
        "step_length_m": 0.972,
        "vertical_ratio": 0.069,
    }
    assert sixth["recorded_at"] == datetime(2017, 6, 11, 14, 34, 16)
    assert {name: sixth[name] for name in expected} == pytest.approx(expected)


def test_a_strap_gives_beat_intervals_and_is_named_as_the_source():
    run = the_activity("run-with-beats.fit")
    frames: list[Any] = list(fitdecode.FitReader(RUN))
    messages = [one for one in frames if isinstance(one, fitdecode.FitDataMessage) and one.name == "hrv"]
    times: list[Any] = [message.get_value("time") for message in messages]
    beats = [beat for five in times for beat in five if beat]
    assert run.streams["rr_intervals"]["rr_s"].to_pylist() == beats
    assert len(beats) == 113
    assert run.summary["heart_rate_source"] == "strap"


def test_a_pool_swim_has_lengths_and_no_heart_rate():
    swim = the_activity("pool-swim.fit")
    lengths = swim.streams["lengths"].to_pylist()
    assert (swim.summary["sport"], swim.summary["sub_sport"]) == ("swimming", "lap_swimming")
    assert swim.summary["distance_m"] == 800
    assert len([length for length in lengths if length["stroke"]]) == 32
    assert swim.summary["heart_rate_source"] is None


# --- damaged and odd containers


def test_a_file_cut_short_keeps_what_was_whole():
    """Quirk 29."""
    reading = read("cut-short.fit")
    assert len(records(reading.activities[0])) == 14
    assert "from byte 751 on" in reading.note


def test_a_wrong_checksum_is_said_and_the_run_is_read():
    """Quirk 30."""
    reading = read("wrong-checksum.fit")
    assert len(records(reading.activities[0])) == 14
    assert "checksum does not match" in reading.note


def test_an_endless_file_is_refused_in_a_moment():
    endless = [
        fit(FILE_ID, *[session()] * 600),
        fit(FILE_ID, session(), *[(23, {0: u32(number)}) for number in range(300)]),
        fit(FILE_ID, session(), *[(21, {0: enum(0)})] * 100_001),
    ]
    start = time.process_time()
    for content in endless:
        with pytest.raises(UnreadableFileError, match=r"endless: more \w+.* than any"):
            read(content)
    assert time.process_time() - start < 5


def test_damage_in_what_is_chained_to_a_run_is_said():
    content = (DATA / "run-then-settings.fit").read_bytes()
    reading = read(content[:-40])
    assert len(reading.activities) == 1
    assert "the file ends there" in reading.note


def test_a_file_that_damage_may_have_made_settings_says_that_it_is_damaged():
    content = bytearray(fit(FILE_ID, session(), record(0, {3: u8(100)})))
    assert content[22] == 4  # an activity ...
    content[22] = 2  # ... and settings
    reading = read(bytes(content))
    assert "a FIT file of type settings" in reading.said + reading.note
    assert "checksum does not match" in reading.note


def test_bytes_after_the_end_are_said_and_the_run_is_read():
    """Quirk 30."""
    reading = read(RUN + b"\0" * 16)
    assert len(records(reading.activities[0])) == 21
    assert reading.note == f"no FIT in the 16 bytes from byte {len(RUN)} on"


def test_a_header_without_sizes_does_not_lose_the_run():
    """Quirk 29."""
    reading = read(RUN[:4] + bytes(4) + RUN[8:])
    assert len(records(reading.activities[0])) == 21
    assert "gives no size" in reading.note


def test_a_run_that_comes_twice_in_one_file_counts_once():
    """Quirk 31."""
    assert len(read("run-twice.fit").activities) == 1


def test_settings_chained_to_a_run_are_no_second_run():
    """Quirk 31."""
    reading = read("run-then-settings.fit")
    assert len(reading.activities) == 1
    assert reading.note == ""


def test_a_settings_file_is_no_activity_and_no_error():
    """Quirk 3."""
    reading = read("settings.fit")
    assert (reading.activities, reading.note) == ([], "")
    assert reading.said == "a FIT file of type settings: no activity"


def test_text_called_fit_is_refused():
    """Quirk 6."""
    with pytest.raises(UnreadableFileError, match="not_fit"):
        read(b"<html>log in first</html>")


def test_a_watch_whose_clock_was_never_set_gives_no_run_in_1990():
    """Quirk 41."""
    with pytest.raises(UnreadableFileError, match="no_clock"):
        read("clock-never-set.fit")


def test_a_file_without_session_or_record_is_refused():
    with pytest.raises(UnreadableFileError, match="no_records"):
        read(fit(FILE_ID))


@given(st.integers(min_value=0, max_value=len(RUN)))
@settings(max_examples=60)
def test_wherever_a_file_is_cut_the_records_before_the_cut_are_as_they_were(cut: int):
    try:
        reading = read(RUN[:cut])
    except UnreadableFileError:
        return
    whole = {row["recorded_at"]: row for row in records(the_activity(RUN))}
    for activity in reading.activities:
        for row in records(activity) if "records" in activity.streams else []:
            assert row["heart_rate_bpm"] == whole[row["recorded_at"]]["heart_rate_bpm"]
    assert reading.note or cut == len(RUN)


@given(st.lists(st.tuples(st.integers(0, len(RUN) - 1), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=150)
def test_whatever_bytes_are_wrong_a_file_is_read_or_refused(changes: list[tuple[int, int]]):
    content = bytearray(RUN)
    for at, value in changes:
        content[at] = value
    try:
        reading = read(bytes(content))
    except UnreadableFileError:
        return
    for activity in reading.activities:
        for name, table in activity.streams.items():
            assert table.schema == stream_schema(name)


# --- sessions


def test_a_run_without_session_message_gets_its_summary_from_the_records():
    """Quirk 29."""
    reading = read(fit(FILE_ID, *(record(second, {5: u32(300 * second)}) for second in range(11))))
    summary = reading.activities[0].summary
    assert (summary["started_at"], summary["elapsed_s"], summary["distance_m"]) == (STARTED_AT, 10, 30)
    assert "rebuilt" in reading.note


def test_an_activity_entered_by_hand_has_a_summary_and_no_records():
    """Quirk 60."""
    activity = the_activity(fit(FILE_ID, session(_9=u32(1_000_000))))
    assert (activity.summary["distance_m"], activity.summary["elapsed_s"]) == (10_000, 60)
    assert "records" not in activity.streams


def test_two_sessions_share_the_records_by_their_starts():
    """Quirk 33."""
    later = (18, {2: u32(START + 100), 5: enum(1), 253: u32(START)})
    reading = read(
        fit(FILE_ID, session(2), later, *(record(second, {3: u8(99)}) for second in (0, 99, 100, 101)))
    )
    assert [(one.summary["sport"], len(records(one))) for one in reading.activities] == [
        ("cycling", 2),
        ("running", 2),
    ]


@pytest.mark.parametrize(
    ("number", "sport"), [(0, "generic"), (255, "generic"), (199, "unknown"), (1, "running")]
)
def test_a_sport_newer_than_the_profile_is_unknown(number: int, sport: str):
    """Quirk 59."""
    assert the_activity(fit(FILE_ID, session(number))).summary["sport"] == sport


def test_effort_is_rated_from_0_to_10_and_0_is_a_rating():
    assert the_activity(fit(FILE_ID, session(_193=u8(70)))).summary["effort_rating"] == 7
    assert the_activity(fit(FILE_ID, session(_193=u8(0)))).summary["effort_rating"] == 0
    assert the_activity(fit(FILE_ID, session())).summary["effort_rating"] is None


@pytest.mark.parametrize(
    ("offset_s", "believed"), [(7200, 7200), (-34_200, -34_200), (0, 0), (5880, None), (15 * 3600, None)]
)
def test_a_watch_may_only_keep_a_time_that_a_place_keeps(offset_s: int, believed: int | None):
    """Quirk 43."""
    activity = (34, {253: u32(START), 5: u32(START + offset_s)})
    assert the_activity(fit(FILE_ID, session(), activity)).summary["utc_offset_s"] == believed


TEN_MINUTES = [record(second, {3: u8(120)}) for second in (0, 600)]


@pytest.mark.parametrize("at", [0, 600])
@pytest.mark.parametrize("offset_s", [36_000, -18_000])
def test_utc_and_local_time_that_changed_places_change_back(at: int, offset_s: int):
    """Quirk 42. The records count in UTC: they tell which of the two it is."""
    right = (34, {253: u32(START + at), 5: u32(START + at + offset_s)})
    swapped = (34, {253: u32(START + at + offset_s), 5: u32(START + at)})
    for activity in (right, swapped):
        run = the_activity(fit(FILE_ID, *TEN_MINUTES, session(), activity))
        assert (run.summary["started_at"], run.summary["utc_offset_s"]) == (STARTED_AT, offset_s)


def test_a_local_time_that_happens_to_be_when_the_run_ended_is_no_swap():
    """A watch told the time when the run of an hour started, one zone to the east."""
    hour = [record(second, {3: u8(120)}) for second in (0, 3600)]
    activity = (34, {253: u32(START - 300), 5: u32(START - 300 + 3600)})
    run = the_activity(fit(FILE_ID, *hour, session(), activity))
    assert run.summary["utc_offset_s"] == 3600


def test_without_a_local_time_of_the_activity_that_of_its_clocks_counts():
    """Quirk 44."""
    correlation = (162, {253: u32(START), 3: u32(START + 7200)})
    run = the_activity(fit(FILE_ID, session(), correlation))
    assert run.summary["utc_offset_s"] == 7200


def test_a_clock_that_counts_from_when_it_was_switched_on_is_set_by_what_it_was_then():
    """Quirk 41. A VIRB counts its own seconds, and says which moment one of them was."""
    correlation = (162, {253: u32(START + 9), 1: u32(69)})
    session_then = (18, {2: u32(60), 5: enum(1), 253: u32(70), 7: u32(10_000)})
    run = the_activity(fit(FILE_ID, (20, {253: u32(61), 3: u8(99)}), correlation, session_then))
    assert run.summary["started_at"] == STARTED_AT
    assert [row["recorded_at"] for row in records(run)] == [STARTED_AT + timedelta(seconds=1)]


# --- records


def test_no_fix_is_no_place_but_the_equator_is_one():
    """Quirk 50."""
    no_fix = record(0, {0: s32(0x7FFFFFFF), 1: s32(0x7FFFFFFF)})
    nowhere = record(1, {0: s32(0), 1: s32(0)})
    equator = record(2, {0: s32(0), 1: s32(2**29)})
    rows = records(the_activity(fit(FILE_ID, session(), no_fix, nowhere, equator)))
    assert [(row["latitude_deg"], row["longitude_deg"]) for row in rows] == [
        (None, None),
        (None, None),
        (0, 45),
    ]


def test_a_heart_that_does_not_beat_was_not_measured():
    """Quirk 52."""
    beats = [record(second, {3: u8(bpm)}) for second, bpm in enumerate([0, 255, 120])]
    rows = records(the_activity(fit(FILE_ID, session(_16=u8(0)), *beats)))
    assert [row["heart_rate_bpm"] for row in rows] == [None, None, 120]


@pytest.mark.parametrize("damage", [1e308, math.inf, -math.inf, math.nan])
def test_a_number_beyond_all_measure_is_none(damage: float):
    run = the_activity(fit(FILE_ID, session(_9=(0x89, "d", damage)), record(0, {4: (0x89, "d", damage)})))
    assert run.summary["distance_m"] is None
    assert [row["cadence_per_min"] for row in records(run)] == [None]


def test_a_whole_number_of_64_bits_is_a_real_one_like_any_other():
    kilocalories = the_activity(fit(FILE_ID, session(_11=(0x8F, "Q", 10**12 + 1)))).summary["energy_j"]
    assert kilocalories == (10**12 + 1) * 4184.0
    assert isinstance(kilocalories, float)


def test_standing_is_a_speed_and_a_cadence_of_zero():
    """Quirk 55."""
    (row,) = records(the_activity(fit(FILE_ID, session(), record(0, {6: (0x84, "H", 0), 4: u8(0)}))))
    assert (row["speed_m_per_s"], row["cadence_per_min"]) == (0, 0)


@pytest.mark.parametrize(("sport", "written", "cadence"), [(1, 85, 170), (1, 170, 170), (2, 85, 85)])
def test_cadence_is_steps_for_runners_and_turns_for_riders(sport: int, written: int, cadence: int):
    """Quirk 56."""
    (row,) = records(the_activity(fit(FILE_ID, session(sport), record(0, {4: u8(written)}))))
    assert row["cadence_per_min"] == cadence


def test_records_of_one_second_are_one_row_and_rows_are_in_order():
    """Quirk 46."""
    split = [record(5, {3: u8(120)}), record(5, {3: u8(121), 4: u8(0)}), record(3, {3: u8(119)})]
    rows = records(the_activity(fit(FILE_ID, session(2), *split)))
    assert [(row["recorded_at"], row["heart_rate_bpm"], row["cadence_per_min"]) for row in rows] == [
        (STARTED_AT + timedelta(seconds=3), 119, None),
        (STARTED_AT + timedelta(seconds=5), 120, 0),
    ]


def test_records_left_over_from_another_day_are_not_of_this_run():
    """Quirk 45."""
    reading = read(fit(FILE_ID, session(), record(-300_000, {3: u8(99)}), record(-60, {3: u8(99)})))
    assert len(records(reading.activities[0])) == 1
    assert "1 records of more than a day before the start" in reading.note


def test_records_without_a_clock_time_are_left_out_and_counted():
    """Quirk 41."""
    reading = read(fit(FILE_ID, session(), (20, {253: u32(17), 3: u8(99)}), record(1, {3: u8(99)})))
    assert [row["recorded_at"].year for row in records(reading.activities[0])] == [2021]
    assert reading.note == "1 records without a clock time left out"


# --- the corpus of real files


def manifest() -> list[dict[str, str]]:
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "MANIFEST.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["format"] == "fit"]


def of_corpus(row: dict[str, str]) -> bytes:
    content = (CORPUS / row["path"]).read_bytes()
    return gzip.decompress(content) if row["gzipped"] == "yes" else content


def named(corpus: Path, name: str) -> Reading:
    (path,) = (row for row in manifest() if row["path"].endswith(f"/{name}"))
    return read((corpus / path["path"]).read_bytes())


@pytest.mark.parametrize(
    "row",
    manifest(),
    ids=lambda row: row["path"].rpartition("/")[2],
)
def test_every_real_file_is_read_or_refused_and_keeps_its_records(row: dict[str, str]):
    try:
        reading = read(of_corpus(row))
    except UnreadableFileError as error:
        assert row["decodes_ok"] == "no" or error.reason == "no_clock"
        return
    kept = sum(len(records(one)) for one in reading.activities if "records" in one.streams)
    if row["file_type"] not in {"activity", ""}:
        assert not reading.activities
    elif not reading.note and row["decodes_ok"] == "yes":
        # Records of one and the same second become one, and a chained part that repeats another is left out.
        merged = int(row["n_records"]) - kept
        assert merged == 0 or (
            merged > 0 and ("duplicate_timestamps" in row["quirks"] or "chained" in row["quirks"])
        )


def test_a_triathlon_is_its_three_sports_and_two_transitions(corpus: Path):
    """Quirks 32 and 33: the summary may come first or last."""
    first = named(corpus, "ExampleSummaryFirst.fit").activities
    last = named(corpus, "triathlon_summary_last.fit").activities
    sports = ["swimming", "transition", "cycling", "transition", "running"]
    assert [activity.summary["sport"] for activity in first] == sports
    assert [(one.summary["started_at"], records(one)) for one in first] == [
        (one.summary["started_at"], records(one)) for one in last
    ]


def test_fields_of_no_size_do_not_stop_the_reader(corpus: Path):
    """Quirk 36."""
    reading = named(corpus, "tpv_dev_fields_20260222.fit")
    assert len(records(reading.activities[0])) == 3262
    assert reading.note == ""


def test_a_foot_pod_s_power_is_the_run_s_power(corpus: Path):
    """Quirk 37."""
    row = records(named(corpus, "3386684871.fit").activities[0])[600]
    assert row["recorded_at"] == datetime(2019, 2, 16, 5, 15, 53)
    assert (row["power_w"], row["cadence_per_min"], row["ground_contact_s"]) == (310, 166, 0.242)


def test_a_run_south_of_the_equator_stays_there(corpus: Path):
    """Quirk 51."""
    row = records(named(corpus, "3386684871.fit").activities[0])[600]
    assert row["latitude_deg"] == pytest.approx(-307032356 * 180 / 2**31)
    assert row["longitude_deg"] == pytest.approx(332573208 * 180 / 2**31)


def test_developer_data_without_its_description_does_not_stop_the_reader(corpus: Path):
    """Quirk 36."""
    name = "elemnt-bolt-no-application-id-inside-developer-data-id.fit"
    assert len(records(named(corpus, name).activities[0])) == 132


def described(number: int, name: bytes, units: bytes, kind: int = 0x84) -> bytes:
    """What a developer says of a field that stands in for no native one."""
    lengths = bytes([3, len(name) + 1, 7, 8, len(units) + 1, 7])
    fields = b"\0\1\2\1\1\2\2\1\2" + lengths
    return b"\x4f\0\0\xce\0\5" + fields + bytes([0x0F, 0, number, kind]) + name + b"\0" + units + b"\0"


def of_foot_pod(*fields: tuple[bytes, bytes, list[int]]) -> bytes:
    """Records of as many seconds as there are values, with developers' fields of two bytes."""
    body = b"".join(described(number, name, units) for number, (name, units, _) in enumerate(fields))
    own = b"".join(bytes([number, 2, 0]) for number in range(len(fields)))
    body += b"\x61\0\0\x14\0\1\xfd\4\x86" + bytes([len(fields)]) + own
    for at, values in enumerate(zip(*(values for _, _, values in fields), strict=True)):
        body += b"\1" + struct.pack("<I", START + at)
        body += b"".join(struct.pack("<H", value) for value in values)
    return body


def test_quirk_37_runscribe_tells_the_feet_apart_and_the_contact_is_the_mean_of_those_that_speak():
    left, right = [240, 0, 250, 0], [260, 270, 0, 0]
    pods = of_foot_pod((b"GCT_L", b"ms", left), (b"GCT_R", b"ms", right), (b"Power", b"W", [200, 210, 0, 0]))
    rows = records(read(fit(FILE_ID, session(), then=pods)).activities[0])
    assert [row["ground_contact_s"] for row in rows] == pytest.approx([0.250, 0.270, 0.250, None])
    assert [row["power_w"] for row in rows] == [200, 210, None, None]


def test_quirk_37_stryd_tells_the_oscillation_in_centimetres(corpus: Path):
    path = next(corpus.rglob("14211916346_ACTIVITY.fit"))
    [activity] = READERS["fit"](path.read_bytes(), path.name).activities
    metres = [row["vertical_oscillation_m"] for row in records(activity) if row["vertical_oscillation_m"]]
    assert 0.04 < median(metres) < 0.12


def test_a_sport_that_damage_made_a_text_is_unknown():
    garbled = (18, {2: u32(START), 5: (0x07, "4s", b"\x05\x01Z\0"), 253: u32(START + 60)})
    [activity] = read(fit(FILE_ID, garbled, record(0, {3: u8(100)}))).activities
    assert activity.summary["sport"] == "unknown"


def test_a_real_number_has_no_bits_that_are_another_field():
    defined = (20, {253: u32(START), 8: (0x88, "f", 1.5), 3: u8(100)})  # compressed speed and distance
    assert len(records(read(fit(FILE_ID, session(), defined)).activities[0])) == 1


def test_the_steps_of_a_workout_are_those_that_the_watch_led_through(corpus: Path):
    [activity] = named(corpus, "hrv-activity.fit").activities
    steps = activity.streams["workout_steps"].to_pylist()
    assert [step["workout_step_number"] for step in steps] == list(range(14))
    assert [step["duration_s"] for step in steps[:6]] == [300, 300, 300, 120, 480, 30]
    assert (steps[0]["step_intensity"], steps[5]["step_intensity"]) == ("warmup", "active")


def test_a_workout_asks_for_a_heart_rate_a_speed_or_a_number_of_repeats():
    heart_rate = (27, {254: u16(0), 1: enum(1), 2: u32(100_000), 3: enum(1), 5: u32(240), 6: u32(260)})
    speed = (27, {254: u16(1), 1: enum(0), 2: u32(60_000), 3: enum(0), 5: u32(4000), 6: u32(4200)})
    percent = (27, {254: u16(2), 1: enum(5), 3: enum(1), 5: u32(70), 6: u32(80)})
    repeats = (27, {254: u16(3), 1: enum(6), 2: u32(1), 4: u32(5)})
    reading = read(fit(FILE_ID, heart_rate, speed, percent, repeats, session(), record(0, {3: u8(100)})))
    steps = reading.activities[0].streams["workout_steps"].to_pylist()
    assert [(step["distance_m"], step["duration_s"]) for step in steps[:2]] == [(1000, None), (None, 60)]
    bpm = [(step["target_heart_rate_low_bpm"], step["target_heart_rate_high_bpm"]) for step in steps]
    assert bpm == [(140, 160), (None, None), (None, None), (None, None)]
    speeds = [(step["target_speed_low_m_per_s"], step["target_speed_high_m_per_s"]) for step in steps]
    assert speeds[:2] == [(None, None), (4, 4.2)]
    assert (steps[3]["repeat_from_step_number"], steps[3]["repeat_count"]) == (1, 5)


def test_the_rating_of_the_effort_is_on_a_scale_of_ten(corpus: Path):
    """A watch writes it times ten; what it writes when nobody rated is none."""
    [rated] = named(corpus, "Fr955v19.28andStryd.fit").activities
    assert rated.summary["effort_rating"] == 5
    assert the_activity(fit(FILE_ID, session(_193=u8(75)))).summary["effort_rating"] == 7.5
    assert the_activity(fit(FILE_ID, session(_193=u8(255)))).summary["effort_rating"] is None
