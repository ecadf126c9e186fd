"""Ad-hoc SQL on the published warehouse: read-only, and printed as a table, CSV, JSON or Parquet."""

import importlib
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipeline.errors import ModelError, SettingsError

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


def show(db: duckdb.DuckDBPyConnection, query: str, form: str, width: int) -> None:
    """Print what a query answers, in one of FORMATS; Parquet goes to standard output as bytes.

    Raises ModelError if the query cannot be run, and SettingsError for another format.
    """
    if form not in FORMATS:
        raise SettingsError(f"--format {form}: there are {', '.join(FORMATS)}")
    try:
        relation = db.sql(query)
        if relation is None:  # pyright: ignore[reportUnnecessaryComparison] - the stub forgets SET and the like
            return
        if form == "table":
            relation.show(max_width=width, max_rows=TABLE_ROWS)
            return
        rows = relation.to_arrow_table()
    except duckdb.Error as error:
        raise ModelError("(your query)", str(error)) from error
    out = sys.stdout.buffer
    if form == "csv":
        from pyarrow import csv

        csv.write_csv(rows, out)
    elif form == "parquet":
        from pyarrow import parquet

        parquet.write_table(rows, out)
    else:
        out.write((json.dumps(rows.to_pylist(), default=_plain, indent=1) + "\n").encode())


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def typed() -> Iterator[str]:
    """Queries as they are typed, each ended by a semicolon; from a pipe, all of it as one."""
    if not sys.stdin.isatty():
        yield sys.stdin.read()
        return
    with suppress(ImportError):  # gives input() editing and a history; Windows has none
        importlib.import_module("readline")

    print("SQL, ended by a semicolon; an empty line or Ctrl-D leaves. Try: from marts.weekly_load;")
    query = ""
    while True:
        try:
            line = input("...> " if query else "sql> ")
        except EOFError:
            return
        if not query and not line.strip():
            return
        query = f"{query}\n{line}"
        if line.rstrip().endswith(";"):
            yield query
            query = ""
