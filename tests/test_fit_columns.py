"""The columns of a FIT file against fitdecode, which decodes value by value, and Garmin's own SDK."""

import math
import os
import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import fitdecode
import pytest
from conftest import CORPUS
from fitdecode.utils import compute_crc
from garmin_fit_sdk import Decoder, Stream
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.readers import READERS, fit_columns
from pipeline.readers.fit_columns import scan

# fitdecode takes minutes for the larger files together: only where nobody waits.
LARGEST_BYTES = 10**9 if os.environ.get("CI") else 40_000

BASE_TYPES = {
    1: (0x00, 0x01, 0x02, 0x0A, 0x0D),
    2: (0x83, 0x84, 0x8B),
    4: (0x85, 0x86, 0x88, 0x8C),
    8: (0x89, 0x8E, 0x8F, 0x90),
}
SIZES = {base_type: size for size, base_types in BASE_TYPES.items() for base_type in base_types}
UINT8, UINT32 = 0x02, 0x86
TIMESTAMP = 253
FIELDS = (0, 1, 2, 3, 4, 5, 6, 7, 13, 39, 41, 53, 73, 78, 83, 108, 200)


def file(body: bytes) -> bytes:
    content = struct.pack("<BBHI4s", 12, 0x10, 100, len(body), b".FIT") + body
    return content + struct.pack("<H", compute_crc(content))


def definition(number: int, *fields: tuple[int, int, int], local: int = 0, is_big: bool = False) -> bytes:
    """Each field is its number, its size and its base type."""
    head = struct.pack(">HB" if is_big else "<HB", number, len(fields))
    return bytes([0x40 | local, 0, is_big]) + head + b"".join(struct.pack("BBB", *one) for one in fields)


def bodies(content: bytes) -> Iterator[bytes]:
    """What lies between the header and the checksum of each FIT file that is chained."""
    while content[8:12] == b".FIT":
        end = content[0] + int.from_bytes(content[4:8], "little")
        yield content[content[0] : end]
        content = content[end + 2 :]


def by_column(content: bytes) -> list[dict[str, float]]:
    """The numbers of each record, if columns are cut into rows again."""
    rows: list[dict[str, float]] = []
    for body in bodies(content):
        found = fit_columns.scan(body)
        columns = {name: one.tolist() for name, one in fit_columns.columns(found, "record").items()}
        for at in range(len(found.positions("record"))):
            rows.append({name: one[at] for name, one in columns.items() if not math.isnan(one[at])})
    return rows


class FitReader(fitdecode.FitReader):
    """fitdecode stumbles over fields of no size, of which TrainingPeaks Virtual has some."""

    def _read_definition_message(self, header_chunk: Any, record_header: Any) -> Any:
        definition: Any = super()._read_definition_message(header_chunk, record_header)
        definition.field_defs = [one for one in definition.field_defs if one.size]
        definition.dev_field_defs = [one for one in definition.dev_field_defs if one.size]
        return definition


def by_value(content: bytes) -> list[dict[str, float]]:
    """The numbers of each record as fitdecode has them, up to the first damage."""
    rows: list[dict[str, float]] = []
    reader = FitReader(
        content,
        processor=None,
        error_handling=fitdecode.ErrorHandling.IGNORE,
        check_crc=fitdecode.CrcCheck.DISABLED,
    )
    try:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record":
                rows.append(numbers(frame))
    except fitdecode.FitError:
        pass
    return rows


def numbers(frame: Any) -> dict[str, float]:
    row: dict[str, float] = {}
    for one in frame.fields:
        value = one.raw_value if isinstance(one.value, str) else one.value
        if isinstance(value, tuple):
            value = next((element for element in value if element is not None), None)
        if value is None or isinstance(value, str) or not one.field:
            continue
        if one.field_def is None:  # part of another field
            row.setdefault(one.name, float(value))
        elif one.field_def.is_dev:
            of = one.field.name if one.field.native_field_num is None else one.field.native_field_num
            row[f"developer_{of}_{one.units}".lower()] = float(value)
        else:
            row[one.name] = float(value)
    return row


def small_files() -> list[Path]:
    fits = (path for path in CORPUS.rglob("*") if path.suffix.lower() == ".fit")
    return sorted(path for path in fits if path.stat().st_size <= LARGEST_BYTES)


@pytest.mark.parametrize("path", small_files(), ids=lambda path: path.name)
def test_every_number_of_every_record_is_fitdecode_s(path: Path):
    content = path.read_bytes()
    assert by_column(content) == by_value(content)


@st.composite
def recordings(draw: st.DrawFn) -> bytes:
    """Records of any layout, defined anew now and then, some with a time in the header byte."""
    body = b""
    sizes: dict[int, int] = {}
    for _ in range(draw(st.integers(1, 30))):
        local = draw(st.integers(0, 3))
        if local not in sizes or draw(st.integers(0, 9)) == 0:
            defined, sizes[local] = draw(definitions(local))
            body += defined
        header = draw(st.sampled_from([local, 0x80 | local << 5 | draw(st.integers(0, 31))]))
        body += bytes([header]) + draw(st.binary(min_size=sizes[local], max_size=sizes[local]))
    return file(body)


@st.composite
def definitions(draw: st.DrawFn, local: int) -> tuple[bytes, int]:
    is_big = draw(st.booleans())
    numbers = draw(st.lists(st.sampled_from(FIELDS), max_size=6, unique=True))
    fields: list[tuple[int, int, int]] = []
    for number in numbers:
        base_type = draw(st.sampled_from(list(SIZES)))
        # Half a number is bytes. fitdecode stumbles over parts of arrays.
        sizes = st.just(SIZES[base_type]) if number in {2, 6} else st.integers(1, 3 * SIZES[base_type])
        fields.append((number, draw(sizes), base_type))
    if draw(st.booleans()):
        fields.append((TIMESTAMP, 4, UINT32))
    return definition(20, *fields, local=local, is_big=is_big), sum(size for _, size, _ in fields)


@given(recordings())
@settings(max_examples=60)
def test_whatever_way_records_are_laid_out_their_numbers_are_fitdecode_s(content: bytes):
    assert by_column(content) == by_value(content)


# --- what few files have


def test_a_time_in_the_header_byte_counts_on_from_the_last_whole_one():
    """Quirk 35. The whole time may be that of another message, and of this one too."""
    event, record = definition(21, (TIMESTAMP, 4, UINT32)), definition(20, (3, 1, UINT8), local=1)
    both = definition(20, (TIMESTAMP, 4, UINT32), local=2)
    body = event + record + both + b"\0" + struct.pack("<I", 64 * 10**7 + 30)
    body += bytes([0xA0 | 31, 100, 0xA0 | 2, 101])
    body += bytes([0xC0 | 9]) + struct.pack("<I", 64 * 10**7 + 100) + bytes([0xA0 | 10, 102])
    times = [row["timestamp"] - 64 * 10**7 for row in by_column(file(body))]
    assert times == [31, 34, 100, 106]
    assert by_column(file(body)) == by_value(file(body))


def test_a_distance_that_is_told_in_part_grows_on_after_another_definition():
    defined = definition(20, (8, 3, 0x0D))
    sixteenths = [4000, 4090, 10, 50]
    told = [b"\0" + (part << 12).to_bytes(3, "little") for part in sixteenths]
    body = defined + told[0] + told[1] + defined.replace(b"\x40", b"\x41", 1) + b"\1" + told[2][1:] + told[3]
    assert [row["distance"] for row in by_column(file(body))] == [250, 4090 / 16, 4106 / 16, 4146 / 16]


def test_a_number_of_four_bytes_declared_as_one_is_that_byte():
    """Quirk 34."""
    body = definition(20, (5, 1, UINT32)) + b"\0\x64\0\xff"
    assert by_column(file(body)) == by_value(file(body)) == [{"distance": 1.0}, {}]


def test_a_developer_s_field_needs_no_word_of_its_developer():
    """Quirk 36. fitdecode takes it for damage."""
    description = definition(206, (0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8), (15, 1, UINT8), (8, 4, 0x07))
    record = b"\x61\0\0\x14\0\0" + b"\1" + bytes([7, 1, 3])
    body = description + bytes([0, 3, 7, UINT8, 3]) + b"bpm\0" + record + bytes([1, 99])
    assert by_column(file(body)) == [{"developer_3_bpm": 99}]


def test_a_file_of_definitions_and_nothing_else_is_given_up_early():
    body = b"".join(definition(number, (1, 1, UINT8)) for number in range(3000))
    assert scan(body).damage == "there are more definitions than any device writes"
    assert scan(body).damaged_at == 2000 * len(definition(0, (1, 1, UINT8)))


@pytest.mark.parametrize(
    ("body", "damaged_at"),
    [
        (b"\x05", 0),
        (definition(20, (3, 1, UINT8)) + b"\0\x50\0", 11),
        (definition(20, (3, 1, UINT8)) + b"\0\x50\1", 11),
        (definition(20, (3, 1, UINT8)) + b"\0\x50\x40\0\0", 11),
    ],
    ids=["no definition", "half a message", "another message", "half a definition"],
)
def test_damage_is_where_the_last_whole_message_ends(body: bytes, damaged_at: int):
    """Quirk 29."""
    found = scan(body)
    assert found.damaged_at == damaged_at
    assert len(found.positions("record")) == min(damaged_at, 1)


# --- heart rates that a strap kept under water


@pytest.mark.parametrize(
    "name", ["GarminHRMswim.FIT", "Garmin945swimRRdata.fit", "event_timestamp.fit", "track_cs_1451.fit"]
)
def test_a_strap_s_memory_fills_the_records_as_garmin_s_own_software_does(corpus: Path, name: str):
    """Quirks 31 and 53: in the file, or chained to it."""
    (path,) = corpus.rglob(name)
    content = path.read_bytes()
    stream = Stream.from_byte_array(bytearray(content))
    messages: Any = Decoder(stream).read(convert_datetimes_to_dates=False)[0]
    expected: dict[int, int] = {}
    for record in messages["record_mesgs"]:
        if record.get("heart_rate"):
            expected.setdefault(record["timestamp"], record["heart_rate"])
    streams = [activity.streams for activity in READERS["fit"](content, name).activities]
    rows = [row for tables in streams if "records" in tables for row in tables["records"].to_pylist()]
    epoch = datetime(1989, 12, 31)
    assert expected == {
        round((row["recorded_at"] - epoch).total_seconds()): row["heart_rate_bpm"]
        for row in rows
        if row["heart_rate_bpm"] is not None
    }
