"""The one way in which records are cleaned, whatever format they come from.

A reader gives each channel a column under its name in the lake, in the lake's units, NaN where there is
nothing, and `recorded_at` in seconds since 1970. Other columns pass through; the lake does not get them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.schema import column_of, stream_schema, table_of

Row = dict[str, Any]
Columns = dict[str, NDArray[np.float64]]

# Sports whose cadence is steps: a watch may count one foot only.
FOOT_SPORTS = frozenset({"running", "walking", "hiking"})

# Nobody runs or walks at fewer steps for half of an outing, and nobody's single foot goes faster.
ONE_FOOT_MAX_PER_MIN = 120

# How devices write that they feel no pulse.
NO_HEART_RATE = (0, 255)


def cleaned(columns: Columns, counts_feet: bool) -> Columns:
    """One row per second, in the order of time; what has no time is left out.

    Of several rows of one second, each column keeps its first value. A position is there or neither half of
    it: off the globe and (0, 0) are how devices say "no fix". With `counts_feet` the cadence is steps, and
    is doubled if it counts one foot: both kinds are in the wild.
    """
    rows = _one_per_second({**columns, **_position(columns), "heart_rate_bpm": _heart_rate(columns)})
    cadence = rows["cadence_per_min"]
    moving = cadence[cadence > 0]
    if counts_feet and moving.size and np.median(moving) < ONE_FOOT_MAX_PER_MIN:
        rows["cadence_per_min"] = cadence * 2
    return rows


def _position(columns: Columns) -> Columns:
    latitude, longitude = columns["latitude_deg"], columns["longitude_deg"]
    is_fix = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180) & ((latitude != 0) | (longitude != 0))
    return {
        "latitude_deg": np.where(is_fix, latitude, np.nan),
        "longitude_deg": np.where(is_fix, longitude, np.nan),
    }


def _heart_rate(columns: Columns) -> NDArray[np.float64]:
    heart_rate = columns["heart_rate_bpm"]
    none, also_none = NO_HEART_RATE
    return np.where((heart_rate == none) | (heart_rate == also_none), np.nan, heart_rate)


def _one_per_second(columns: Columns) -> Columns:
    times = columns["recorded_at"]
    if (np.diff(times, prepend=-np.inf) > 0).all():  # not so with a NaN; nearly every file is in order
        return columns
    known = np.flatnonzero(~np.isnan(times))
    order = known[np.argsort(times[known], kind="stable")]
    starts = np.flatnonzero(np.diff(times[order], prepend=-np.inf))
    return {name: _first_values(column[order], starts) for name, column in columns.items()}


def _first_values(column: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each part of a column, by where it starts, the first value that is one."""
    if not column.size:
        return column
    at = np.arange(column.size)
    first = np.minimum.reduceat(np.where(np.isfinite(column), at, column.size), starts)
    return np.append(column, np.nan)[first]


def first(column: NDArray[np.float64], *others: NDArray[np.float64]) -> NDArray[np.float64]:
    """By row, the first value that is one."""
    for other in others:
        column = np.where(np.isnan(column), other, column)
    return column


def table(rows: Columns) -> pa.Table:
    """The rows as the lake wants them; a column that is not there is null."""
    schema = stream_schema("records")
    times = rows["recorded_at"]
    arrays = [column_of((times * 1e6).astype(np.int64), np.ones(times.size, bool), pa.timestamp("us"))]
    arrays += [_arrow(rows.get(name), times.size) for name in schema.names[1:]]
    return pa.Table.from_arrays(arrays, schema=schema)


def _arrow(column: NDArray[np.float64] | None, size: int) -> "pa.Array[Any]":
    is_known = np.zeros(size, bool) if column is None else ~np.isnan(column)
    if column is None or not is_known.any():
        return pa.nulls(size, pa.float64())
    return column_of(column, is_known, pa.float64())


def utc_offset(seconds: float) -> int | None:
    """Local time less UTC as the file has it, if any place on Earth keeps such a time."""
    return int(seconds) if -12 * 3600 <= seconds <= 14 * 3600 and seconds % 900 == 0 else None


def streams(tables: Mapping[str, list[Row]]) -> dict[str, pa.Table]:
    """The tables that have rows, as Arrow; a column that a row lacks is null."""
    return {name: table_of(rows, stream_schema(name)) for name, rows in tables.items() if rows}
