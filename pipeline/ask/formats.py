"""An answer in SQL, written: as a table for people, as CSV, JSON or Parquet for programs.

The table is for reading: it ends after so many rows, and shortens numbers. The others have every row and
every digit, and are written as the rows come, so that no answer is too long for the memory.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pipeline.ask import tables
from pipeline.ask.query import Answer
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    import pyarrow as pa

FORMATS = ("table", "csv", "json", "parquet")
TABLE_ROWS = 1000
EXACT_DIGITS = 15  # of a decimal number that a double holds


def chosen(form: str | None, out: Path | None) -> str:
    """The format asked for, or that of the file's name; without either a table.

    Raises SettingsError for another one, and if the file's name speaks against it.
    """
    named = out.suffix.lower().removeprefix(".") if out else ""
    if form is None:
        form = named if named in FORMATS else "table"
    if form not in FORMATS:
        raise SettingsError(f"--format {form}: there are {', '.join(FORMATS)}")
    if named in FORMATS and named != form:
        raise SettingsError(f"--out {out}: would not be {named}, but --format {form}")
    return form


def show(answer: Answer, form: str, width: int, rows: int = TABLE_ROWS) -> None:
    """Print an answer in one of FORMATS; Parquet goes to standard output as bytes.

    Raises SettingsError if the query fails meanwhile, and for another format.
    """
    form = chosen(form, None)
    if form == "table":
        for line in table(answer, width, rows):
            print(line)
    elif form == "parquet" and sys.stdout.isatty():
        raise SettingsError("Parquet is not for the eye; write it to a file with --out rows.parquet")
    elif sys.stdout.isatty():
        for text in _csv(answer) if form == "csv" else _json(answer):
            for line in text.decode().splitlines():
                print(tables.visible(line))
    else:
        sys.stdout.flush()
        write(answer, form, sys.stdout.buffer, rows)
        sys.stdout.buffer.flush()


def write(answer: Answer, form: str, out: IO[bytes], rows: int) -> None:
    """Write an answer in one of FORMATS: a table of so many rows at most, the others whole."""
    if form == "parquet":
        _write_parquet(answer, out)
    elif form == "table":
        out.writelines(f"{line}\n".encode() for line in table(answer, sys.maxsize, rows))
    else:
        out.writelines(_csv(answer) if form == "csv" else _json(answer))


def table(answer: Answer, width: int, rows: int) -> Iterator[str]:
    """The lines of a table of so many rows at most, and one that says how many there are."""
    found = answer.texts(rows + 1)
    yield from tables.table(answer.columns, answer.types, found[:rows], width)
    if len(found) > rows:
        yield f"(the first {rows:,} rows; --rows shows more, --out rows.csv has all)"
    else:
        yield f"({len(found):,} row{'s' * (len(found) != 1)})"


def _csv(answer: Answer) -> Iterator[bytes]:
    import pyarrow as pa
    from pyarrow import csv

    schema, batches = answer.batches()
    plain = pa.schema([(field.name, _csv_type(field.type)) for field in schema])
    sink = pa.BufferOutputStream()
    csv.write_csv(plain.empty_table(), sink)
    yield sink.getvalue().to_pybytes()
    for batch in batches:
        columns = [_for_csv(column) for column in batch.columns]
        sink = pa.BufferOutputStream()
        rows = pa.RecordBatch.from_arrays(columns, schema=plain)
        csv.write_csv(rows, sink, csv.WriteOptions(include_header=False))
        yield sink.getvalue().to_pybytes()


def _csv_type(kind: "pa.DataType") -> "pa.DataType":
    """CSV has no lists and no structs: they are JSON in a cell, and bytes are their hexadecimal digits."""
    import pyarrow as pa

    return pa.string() if _is_text_in_csv(kind) else kind


def _is_text_in_csv(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    is_known = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    return not (
        is_known
        or pa.types.is_string(kind)
        or (pa.types.is_temporal(kind) and not pa.types.is_interval(kind))
    )


def _for_csv(column: "pa.Array[Any]") -> "pa.Array[Any]":
    import pyarrow as pa

    if not _is_text_in_csv(column.type):
        return column
    values = [_plain(value) for value in column.to_pylist()]
    texts = [value if isinstance(value, str | None) else json.dumps(value) for value in values]
    return pa.array(texts, pa.string())


def _json(answer: Answer) -> Iterator[bytes]:
    schema, batches = answer.batches()
    names = list(_unique(schema.names))
    yield b"["
    separator = "\n"
    for batch in batches:
        columns = [[_plain(value) for value in column.to_pylist()] for column in batch.columns]
        for row in zip(*columns, strict=True):
            yield f"{separator}{json.dumps(dict(zip(names, row, strict=True)))}".encode()
            separator = ",\n"
    yield b"\n]\n"


def _unique(names: list[str]) -> Iterator[str]:
    """An object has each name once: a second `a` is an `a_1`."""
    taken = set[str]()
    for name in names:
        new, count = name, 0
        while new in taken:
            count += 1
            new = f"{name}_{count}"
        taken.add(new)
        yield new


def _write_parquet(answer: Answer, out: IO[bytes]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    schema, batches = answer.batches()
    schema = pa.schema(
        [field.with_name(name) for field, name in zip(schema, _unique(schema.names), strict=True)]
    )
    try:
        with parquet.ParquetWriter(out, schema, compression="zstd") as file:
            for batch in batches:
                file.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    except pa.ArrowNotImplementedError as error:
        raise SettingsError(f"your query: a column that Parquet cannot have: {error}") from error


def _plain(value: object) -> object:
    """What JSON can say of a value; like the report, it has no NaN and no infinity."""
    match value:
        case float():
            return value if isfinite(value) else None
        case str() | int() | None:
            return value
        case Decimal():
            if value == value.to_integral_value():
                return int(value)
            return float(value) if len(value.as_tuple().digits) <= EXACT_DIGITS else str(value)
        case bytes():
            return value.hex()
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case date() | datetime():
            return value.isoformat()
        case _:
            return str(value)
