"""What every format's records have in common, whatever they were called in the file."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.schema import stream_schema

Row = dict[str, Any]
Columns = dict[str, NDArray[np.float64]]
Times = NDArray[np.datetime64]

# Sports whose cadence is steps: a watch may count one foot only.
FOOT_SPORTS = frozenset({"running", "walking", "hiking"})

# Nobody runs or walks at fewer steps for half of an outing, and nobody's single foot goes faster.
ONE_FOOT_MAX_PER_MIN = 120


def records(times: Times, columns: Columns, sport: str) -> pa.Table:
    """The records as the lake wants them, from columns in which NaN is none.

    A position off the globe or at (0, 0) is how devices say "no fix". Of several rows of one second each
    column keeps its first value. Where a foot sport's cadence counts one foot, it is doubled.
    """
    latitude, longitude = columns["latitude_deg"], columns["longitude_deg"]
    has_fix = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180) & ((latitude != 0) | (longitude != 0))
    columns |= {name: np.where(has_fix, columns[name], np.nan) for name in ("latitude_deg", "longitude_deg")}
    if not (np.diff(times) > np.timedelta64(0)).all():
        order = np.argsort(times, kind="stable")
        times, starts = np.unique(times[order], return_index=True)
        columns = {name: _first_values(column[order], starts) for name, column in columns.items()}
    cadence = columns["cadence_per_min"]
    moving = cadence[(cadence > 0)]
    if sport in FOOT_SPORTS and len(moving) and np.median(moving) < ONE_FOOT_MAX_PER_MIN:
        columns["cadence_per_min"] = cadence * 2
    schema = stream_schema("records")
    arrays = [pa.array(times.astype("datetime64[us]")), *(_arrow(columns[name]) for name in schema.names[1:])]
    return pa.Table.from_arrays(arrays, schema=schema)


def _arrow(column: NDArray[np.float64]) -> "pa.Array[Any]":
    """The column with its NaN as nulls; handed over as bytes, which costs less than value by value."""
    there = ~np.isnan(column)
    validity = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.float64(), len(column), [validity, pa.py_buffer(column.tobytes())])


def first(column: NDArray[np.float64], *others: NDArray[np.float64]) -> NDArray[np.float64]:
    """By row, the first value that is one."""
    for other in others:
        column = np.where(np.isnan(column), other, column)
    return column


def _first_values(column: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each part of a column, by where it starts, the first value that is one."""
    at = np.arange(len(column))
    first = np.minimum.reduceat(np.where(np.isnan(column), len(column), at), starts)
    return np.append(column, np.nan)[first]


def utc_offset(seconds: float) -> int | None:
    """Local time less UTC as the file has it, if any place on Earth keeps such a time."""
    return int(seconds) if -12 * 3600 <= seconds <= 14 * 3600 and seconds % 900 == 0 else None


def streams(tables: Mapping[str, list[Row]]) -> dict[str, pa.Table]:
    """The tables that have rows, as Arrow; a column that a row lacks is null."""
    return {
        name: pa.Table.from_pylist(rows, schema=stream_schema(name)) for name, rows in tables.items() if rows
    }
