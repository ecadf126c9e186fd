"""The raw contract: what a reader hands over and the lake keeps.

Names carry their units (SI); `sql/columns.toml` says what each one means. Times are UTC. A null means "the
file does not say"; a reader never invents a value, and never turns a missing one into zero.

The columns of `records`, of which there are millions of rows, are decimals: whole numbers of the last digit
that any watch tells, which packs them into a fifth of what doubles need. Readers hand them over as doubles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow.lib import StringBuilder

# One more with every change of TABLES: it tells an older program to leave the lake alone. A new table or
# column needs no more than that (see `Lake.migrate`); one that is taken away or renamed needs a step there.
SCHEMA_VERSION = 6
DECIMAL_PRECISION = 18

_time = pa.timestamp("us")
_text = pa.string()
_real = pa.float64()
_whole = pa.int64()
_truth = pa.bool_()
_day = pa.date32()

_keys = [("athlete_id", _text), ("activity_id", _text)]


def _decimal(digits: int) -> pa.DataType:
    """So many digits after the point, and before it all that fit into 64 bits."""
    return pa.decimal128(DECIMAL_PRECISION, digits)


TABLES: Mapping[str, pa.Schema] = {
    "files": pa.schema(
        [
            ("athlete_id", _text),
            ("path", _text),
            ("digest", _text),
            ("format", _text),
            ("size_bytes", _whole),
            ("modified_at", _time),
            ("outcome", _text),
            ("reason", _text),
            ("activity_id", _text),
            ("duplicate_of_path", _text),
            ("reader_version", _whole),
        ]
    ),
    "activities": pa.schema(
        [
            *_keys,
            ("file_digest", _text),
            ("sport", _text),
            ("sub_sport", _text),
            ("name", _text),
            ("started_at", _time),
            ("utc_offset_s", _whole),
            ("utc_offset_source", _text),
            ("elapsed_s", _real),
            ("timer_s", _real),
            ("distance_m", _real),
            ("ascent_m", _real),
            ("descent_m", _real),
            ("energy_j", _real),
            ("heart_rate_mean_bpm", _real),
            ("heart_rate_max_bpm", _real),
            ("effort_rating", _real),
            ("device_manufacturer", _text),
            ("device_product", _text),
            ("device_serial", _text),
            ("heart_rate_source", _text),
            ("profile_sex", _text),
            ("profile_heart_rate_resting_bpm", _real),
            ("profile_heart_rate_max_bpm", _real),
            ("profile_heart_rate_threshold_bpm", _real),
            ("profile_heart_rate_zone_1_bpm", _real),
            ("profile_heart_rate_zone_2_bpm", _real),
            ("profile_heart_rate_zone_3_bpm", _real),
            ("profile_heart_rate_zone_4_bpm", _real),
        ]
    ),
    "laps": pa.schema(
        [
            *_keys,
            ("lap_number", _whole),
            ("started_at", _time),
            ("elapsed_s", _real),
            ("timer_s", _real),
            ("distance_m", _real),
            ("heart_rate_mean_bpm", _real),
            ("heart_rate_max_bpm", _real),
            ("lap_intensity", _text),
            ("lap_trigger", _text),
            ("workout_step_number", _whole),
        ]
    ),
    "records": pa.schema(
        [
            *_keys,
            ("recorded_at", _time),
            ("latitude_deg", _decimal(7)),
            ("longitude_deg", _decimal(7)),
            ("altitude_m", _decimal(2)),
            ("distance_m", _decimal(2)),
            ("speed_m_per_s", _decimal(3)),
            ("heart_rate_bpm", _decimal(1)),
            ("cadence_per_min", _decimal(2)),
            ("power_w", _decimal(1)),
            ("temperature_c", _decimal(1)),
            ("ground_contact_s", _decimal(4)),
            ("vertical_oscillation_m", _decimal(4)),
            ("step_length_m", _decimal(4)),
            ("vertical_ratio", _decimal(4)),
        ]
    ),
    "lengths": pa.schema(
        [
            *_keys,
            ("length_number", _whole),
            ("started_at", _time),
            ("elapsed_s", _real),
            ("stroke", _text),
            ("stroke_count", _whole),
        ]
    ),
    "workout_steps": pa.schema(
        [
            *_keys,
            ("workout_step_number", _whole),
            ("step_name", _text),
            ("step_intensity", _text),
            ("duration_type", _text),
            ("duration_s", _real),
            ("distance_m", _real),
            ("repeat_from_step_number", _whole),
            ("repeat_count", _whole),
            ("target_type", _text),
            ("target_heart_rate_low_bpm", _real),
            ("target_heart_rate_high_bpm", _real),
            ("target_speed_low_m_per_s", _real),
            ("target_speed_high_m_per_s", _real),
        ]
    ),
    "events": pa.schema(
        [
            *_keys,
            ("event_number", _whole),
            ("recorded_at", _time),
            ("event", _text),
            ("event_type", _text),
        ]
    ),
    "rr_intervals": pa.schema(
        [
            *_keys,
            ("rr_number", _whole),
            ("rr_s", _real),
        ]
    ),
    "devices": pa.schema(
        [
            *_keys,
            ("device_number", _whole),
            ("device_kind", _text),
            ("device_manufacturer", _text),
            ("device_product", _text),
            ("device_serial", _text),
            ("software_version", _text),
        ]
    ),
    "descriptions": pa.schema(
        [
            ("athlete_id", _text),
            ("file_digest", _text),
            ("described_path", _text),
            ("name", _text),
            ("sport", _text),
            ("sub_sport", _text),
            ("gear", _text),
        ]
    ),
    "wellness_days": pa.schema(
        [
            ("athlete_id", _text),
            ("file_digest", _text),
            ("recorded_at", _time),
            ("utc_offset_s", _whole),
            ("utc_offset_source", _text),
            ("heart_rate_resting_bpm", _real),
            ("hrv_s", _real),
            ("sleep_s", _real),
            ("sleep_score", _real),
            ("local_day", _day),
        ]
    ),
    "journal": pa.schema(
        [
            ("athlete_id", _text),
            ("file_digest", _text),
            ("local_day", _day),
            ("heart_rate_resting_bpm", _real),
            ("hrv_s", _real),
            ("sleep_s", _real),
            ("effort_rating", _real),
            ("strength_count", _whole),
            ("is_ill", _truth),
            ("has_race", _truth),
            ("race_name", _text),
            ("race_m", _real),
            ("shoes", _text),
            ("plan_name", _text),
            ("note", _text),
        ]
    ),
    "plan_steps": pa.schema(
        [
            ("athlete_id", _text),
            ("file_digest", _text),
            ("plan_name", _text),
            ("plan_day_number", _whole),
            ("step_number", _whole),
            ("step_kind", _text),
            ("step_words", _text),
            ("planned_m", _real),
            ("planned_s", _real),
            ("planned_max_s", _real),
            ("planned_count", _whole),
            ("pace_name", _text),
        ]
    ),
}

OUTCOMES = ("imported", "salvaged", "duplicate", "not_an_activity", "unsupported", "quarantined")

# Filled in by the lake, not by a reader: a file does not know its athlete, nor its place in the lake.
KEYS = ("athlete_id", "activity_id")
LANDED = (*KEYS, "file_digest", "utc_offset_source")

# Tables with rows of one activity, as a reader hands them over.
STREAMS = ("laps", "records", "lengths", "workout_steps", "events", "rr_intervals", "devices")

# What a row of each is, for whoever opens the warehouse; of what athletes say, too.
TABLE_MEANINGS: Mapping[str, str] = {
    "files": "One row per version of a file that was ever seen, and what became of it.",
    "activities": "One row per activity, as its file tells it.",
    "descriptions": "One row per activity and what a platform's own table says of it: its name, its gear.",
    "devices": "One row per device that a file names.",
    "events": "One row per event that a watch wrote: the timer started, stopped, a lap button.",
    "journal": "One row per day of a journal, as it was written.",
    "laps": "One row per lap, as the watch marked it.",
    "lengths": "One row per length of a pool.",
    "plan_steps": "One row per step of a plan that the athlete gave.",
    "records": "One row per record, as the watch wrote it; positions too.",
    "rr_intervals": "One row per interval between two heart beats.",
    "wellness_days": "One row per day of what a watch or a platform tells of rest, sleep and variability.",
    "workout_steps": "One row per step of the workout that a watch led through.",
    "athletes": "One row per athlete: what athlete.toml says.",
    "athlete_anchors": "One row per anchor that athlete.toml sets, and the day from which it holds.",
}

# Tables with rows of a file that are about no activity in it.
ASIDES = ("descriptions", "wellness_days", "journal", "plan_steps")


@dataclass(frozen=True)
class Activity:
    """One training session of one file.

    `summary` has the columns of `TABLES["activities"]` less `LANDED` (a missing key is a null; `sport` and
    `started_at` are always there, the latter a naive UTC datetime). `streams` has, for some or all of
    `STREAMS`, an Arrow table with the columns of its schema less `KEYS`, in the order of time.
    """

    summary: Mapping[str, object]
    streams: Mapping[str, pa.Table]


@dataclass(frozen=True)
class Reading:
    """What one file held.

    No activity at all is no error: a settings file, a route. `note` then says what the file is instead. With
    activities, a `note` says what was lost in reading them: the file is then `salvaged`. `said` says what it
    held where that is not just activities. `descriptions` has rows of that table less `athlete_id` and
    `file_digest`, paths being relative to the file. `wellness` has what may become rows of `wellness_days`:
    each is of a moment, `recorded_at`, and has the columns that it told; its `utc_offset_s` is the file's. Or
    it is of a `local_day`, where the file says that itself. `journal` has rows of that table, one a day,
    `plan_steps` of that one.
    """

    activities: list[Activity] = field(default_factory=list)
    note: str = ""
    said: str = ""
    descriptions: Sequence[Mapping[str, Any]] = ()
    wellness: Sequence[Mapping[str, Any]] = ()
    journal: Sequence[Mapping[str, Any]] = ()
    plan_steps: Sequence[Mapping[str, Any]] = ()


@cache
def read_schema(table: str) -> pa.Schema:
    """The columns of a table before it lands: doubles where the lake has decimals."""
    return pa.schema(
        [
            (column.name, _real if pa.types.is_decimal(column.type) else column.type)
            for column in TABLES[table]
        ]
    )


@cache
def stream_schema(table: str) -> pa.Schema:
    """The columns of one of `STREAMS` as a reader hands them over."""
    return pa.schema([column for column in read_schema(table) if column.name not in KEYS])


def table_of(rows: Sequence[Mapping[str, object]], schema: pa.Schema) -> pa.Table:
    """The rows as Arrow; what a row lacks is null, what the schema lacks is left out.

    Does what `pa.Table.from_pylist` does for texts, numbers and times, but that imports pandas first, which
    takes longer than a run with one new file. Raises TypeError for a value that is not of the column's type.
    """
    columns = [column([row.get(one.name) for row in rows], one.type) for one in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def column(values: list[Any], kind: pa.DataType) -> "pa.Array[Any]":
    """Texts, numbers, truths, times or days, as `kind` says; None is null. Without pandas, as `table_of`."""
    if pa.types.is_string(kind):
        builder = StringBuilder()
        builder.append_values(values)
        return builder.finish()
    is_known = np.array([value is not None for value in values], bool)
    if not is_known.any():
        return pa.nulls(len(values), kind)  # pyright: ignore[reportCallIssue, reportArgumentType] - the stub knows no type in general
    if pa.types.is_timestamp(kind):
        return column_of(np.array(values, "datetime64[us]"), is_known, kind)
    if pa.types.is_date(kind):
        return column_of(np.array(values, "datetime64[D]").astype(np.int32), is_known, kind)
    numbers = np.array([0 if value is None else value for value in values])
    if pa.types.is_boolean(kind):
        return column_of(np.packbits(numbers.astype(bool), bitorder="little"), is_known, kind)
    exact = np.int64 if pa.types.is_integer(kind) else np.float64
    return column_of(numbers.astype(exact, casting="safe"), is_known, kind)


def column_of(values: NDArray[Any], is_known: NDArray[np.bool_], kind: pa.DataType) -> "pa.Array[Any]":
    """An Arrow array on top of numpy's values, which have as many bits as its type; truths packed."""
    validity = None if is_known.all() else pa.py_buffer(np.packbits(is_known, bitorder="little").data)
    content = np.ascontiguousarray(values).view(np.uint8)  # numpy hands over no times, but their bytes
    return pa.Array.from_buffers(kind, len(is_known), [validity, pa.py_buffer(content.data)])


def doubles_of(column: "pa.ChunkedArray[Any]") -> NDArray[np.float64]:
    """The values of a column of doubles, NaN where it is null; `to_numpy` would import pandas first."""
    whole = column.combine_chunks()
    validity, values = whole.buffers()
    end = whole.offset + len(whole)
    if not len(whole) or values is None:
        return np.full(len(whole), np.nan)
    numbers = np.frombuffer(memoryview(values), np.float64, end)[whole.offset :]
    if validity is None:
        return numbers
    is_known = np.unpackbits(np.frombuffer(memoryview(validity), np.uint8), count=end, bitorder="little")[
        whole.offset :
    ]
    return np.where(is_known, numbers, np.nan)
