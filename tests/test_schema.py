"""Rows and columns become Arrow, and Arrow becomes numpy, as Arrow's own slower ways would have it."""

from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest

from pipeline.schema import doubles_of, table_of

SCHEMA = pa.schema(
    [
        ("name", pa.string()),
        ("at", pa.timestamp("us")),
        ("day", pa.date32()),
        ("count", pa.int64()),
        ("size_m", pa.float64()),
    ]
)
ROWS: list[dict[str, object]] = [
    {"name": "ä", "at": datetime(2024, 1, 1, 6, 0, 0, 5), "count": 2**40, "size_m": 1},
    {"name": None, "count": None, "size_m": None},
    {
        "name": "",
        "at": datetime(1969, 1, 1),
        "day": date(1969, 12, 30),
        "count": -1,
        "size_m": 0.1,
        "left out": 1,
    },
]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], ROWS[1:2], []])
def test_rows_become_the_table_that_arrow_makes_of_them(rows: list[dict[str, object]]):
    assert table_of(rows, SCHEMA).equals(pa.Table.from_pylist(rows, SCHEMA))


def test_a_half_is_no_count():
    with pytest.raises(TypeError):
        table_of([{"count": 1.5}], SCHEMA)


@pytest.mark.parametrize("start", [0, 1, 9])
def test_a_null_is_nan_wherever_a_column_begins(start: int):
    column = pa.chunked_array([pa.array([1.0, None, 3.0, *range(10)], pa.float64())]).slice(start)
    assert np.array_equal(doubles_of(column), column.to_numpy(), equal_nan=True)
    assert np.isnan(doubles_of(pa.chunked_array([pa.nulls(3, pa.float64())]))).all()
