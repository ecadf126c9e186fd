"""What every format's records have in common, whatever they were called in the file."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from statistics import median
from typing import Any

import pyarrow as pa

from pipeline.schema import stream_schema

Row = dict[str, Any]

# Sports whose cadence is steps: a watch may count one foot only.
FOOT_SPORTS = frozenset({"running", "walking", "hiking"})

# Nobody runs or walks at fewer steps for half of an outing, and nobody's single foot goes faster.
ONE_FOOT_MAX_PER_MIN = 120


def position(latitude_deg: float | None, longitude_deg: float | None) -> Row:
    """The position, or neither half of it: off the globe and (0, 0) are how devices say "no fix"."""
    if latitude_deg is None or longitude_deg is None:
        return {}
    if not (abs(latitude_deg) <= 90 and abs(longitude_deg) <= 180) or latitude_deg == longitude_deg == 0:
        return {}
    return {"latitude_deg": latitude_deg, "longitude_deg": longitude_deg}


def merged(rows: Iterable[tuple[datetime, Row]]) -> list[Row]:
    """One row per time, in order; of several rows of one time, the first value of each column."""
    by_time: dict[datetime, Row] = {}
    for recorded_at, row in rows:
        kept = by_time.setdefault(recorded_at, {"recorded_at": recorded_at})
        for column, value in row.items():
            if value is not None:
                kept.setdefault(column, value)
    return [by_time[recorded_at] for recorded_at in sorted(by_time)]


def count_both_feet(rows: Iterable[Row], sport: str) -> None:
    """Double the cadence of a foot sport if the file counts one foot: both kinds are in the wild."""
    moving = [row for row in rows if row.get("cadence_per_min")]
    if sport not in FOOT_SPORTS or not moving:
        return
    if median(row["cadence_per_min"] for row in moving) < ONE_FOOT_MAX_PER_MIN:
        for row in moving:
            row["cadence_per_min"] *= 2


def utc_offset(seconds: float) -> int | None:
    """Local time less UTC as the file has it, if any place on Earth keeps such a time."""
    return int(seconds) if -12 * 3600 <= seconds <= 14 * 3600 and seconds % 900 == 0 else None


def streams(tables: Mapping[str, list[Row]]) -> dict[str, pa.Table]:
    """The tables that have rows, as Arrow; a column that a row lacks is null."""
    return {
        name: pa.Table.from_pylist(rows, schema=stream_schema(name)) for name, rows in tables.items() if rows
    }
