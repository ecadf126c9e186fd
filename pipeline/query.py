"""Ad-hoc SQL on the published warehouse: read-only, and printed as a table, CSV, JSON or Parquet."""

import importlib
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from math import isfinite
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.errors import SettingsError

LEAVE = ("", "exit", "quit", "q", "\\q", ".exit", ".quit")  # what people type to get out of a prompt
FORMATS = ("table", "csv", "json", "parquet")
TABLE_ROWS = 10_000  # a table is for reading; who wants more takes CSV or Parquet


def text_of(query: str) -> str:
    """The query itself, or what stands in the `.sql` file of that name."""
    path = Path(query)
    if not query.endswith(".sql"):
        return query
    if not path.exists():
        raise SettingsError(f"{query}: there is no such file")
    return path.read_text(encoding="utf-8")


def answers(db: duckdb.DuckDBPyConnection, query: str) -> Iterator[duckdb.DuckDBPyRelation]:
    """What each select of a query answers, to be read before the next one.

    Raises SettingsError for all but selects, and duckdb.Error for one that cannot be run. A read-only
    connection writes files all the same, by a COPY in one statement or another, wherever it may read: over
    the lake.
    """
    statements = db.extract_statements(query)
    parsed = db.execute("select json_serialize_sql(?)", [query]).fetchall()[0][0]
    if json.loads(parsed)["error"] or '"type":"COPY_QUERY_NODE"' in parsed:
        raise SettingsError("only selects (also: from, with, describe, summarize, show) can be asked")
    for statement in statements:
        yield db.sql(statement)


def show(db: duckdb.DuckDBPyConnection, query: str, form: str, width: int) -> None:
    """Print what a query answers, in one of FORMATS; Parquet goes to standard output as bytes.

    Raises SettingsError if the query cannot be run, and for another format.
    """
    if form not in FORMATS:
        raise SettingsError(f"--format {form}: there are {', '.join(FORMATS)}")
    try:
        for answer in answers(db, query):
            if form == "table":
                answer.show(max_width=width, max_rows=TABLE_ROWS)
            else:
                _write(answer.to_arrow_table(), form)
    except duckdb.Error as error:
        raise SettingsError(f"your query: {error}") from error


def _write(rows: pa.Table, form: str) -> None:
    if form == "parquet" and sys.stdout.isatty():
        raise SettingsError("Parquet is not for the eye; send it to a file: ... > rows.parquet")
    out = sys.stdout.buffer
    if form == "csv":
        from pyarrow import csv

        csv.write_csv(_without_lists(rows), out)
    elif form == "parquet":
        from pyarrow import parquet

        parquet.write_table(rows, out)
    else:
        out.write((json.dumps(_plain(rows.to_pylist()), indent=1) + "\n").encode())


def _without_lists(rows: pa.Table) -> pa.Table:
    """CSV has no lists and no structs: they are JSON in a cell."""
    for number, column in enumerate(rows.schema):
        if pa.types.is_nested(column.type):
            values = rows.column(number).to_pylist()
            texts = [None if value is None else json.dumps(_plain(value)) for value in values]
            rows = rows.set_column(number, column.name, pa.array(texts, pa.string()))
    return rows


def _plain(value: object) -> object:
    """What JSON can say of a value; like the report, it has no NaN and no infinity."""
    match value:
        case float():
            return value if isfinite(value) else None
        case str() | int() | None:
            return value
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case date() | datetime():
            return value.isoformat()
        case _:
            return str(value)


def typed() -> Iterator[str]:
    """Queries as they are typed, each ended by a semicolon; from a pipe, all of it as one."""
    if not sys.stdin.isatty():
        yield sys.stdin.read()
        return
    with suppress(ImportError):  # gives input() editing and a history; Windows has none
        importlib.import_module("readline")

    print("SQL, each query ended by a semicolon; `exit` leaves. Try: show tables;")
    query = ""
    while True:
        try:
            line = input("...> " if query else "sql> ")
        except EOFError:
            return
        if not query and line.strip().rstrip(";").lower() in LEAVE:
            return
        query = f"{query}\n{line}"
        if line.rstrip().endswith(";"):
            yield query
            query = ""
