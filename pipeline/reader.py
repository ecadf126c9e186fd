"""The published warehouse, open for questions: nothing can be written, no file but the lake's be read.

Knows neither the models nor Arrow, which take longer to load than most questions take.
"""

from pathlib import Path

import duckdb

from pipeline.errors import NextgearError, WarehouseError


def reader(warehouse: Path, lake: Path, memory: str = "") -> duckdb.DuckDBPyConnection:
    """A connection that reads the warehouse, and the lake through its views.

    `memory` is what it may take, such as `2GB` or `50%`; as much as DuckDB sees fit without. It writes no
    temporary files, knows no variable of this program, loads no extension and lets nobody change any of
    that. A COPY could still write into the lake: `pipeline.ask.query` lets none through.
    """
    if not warehouse.exists():
        advice = (
            "`nextgear run SOURCES` makes one from your exports; `nextgear demo` shows what you would get"
        )
        raise NextgearError(f"{warehouse}: no warehouse yet; {advice}")
    db = duckdb.connect()  # of its own: two connections to one file would share these settings
    try:
        db.execute(f"attach {_quoted(str(warehouse))} as warehouse (read_only)")
    except duckdb.Error as error:
        db.close()
        if "Could not set lock" in str(error):  # the path may have a lock in its name, too
            advice = "another program has it open for writing; close it there, or open it there to read only"
            raise NextgearError(f"{warehouse}: {advice}") from error
        advice = "delete it, and `nextgear build` makes a new one"
        raise WarehouseError(f"{warehouse}: {advice}: {error}") from error
    db.execute("use warehouse.marts")
    db.execute("set autoinstall_known_extensions = false")
    db.execute("set autoload_known_extensions = false")
    db.execute("set python_enable_replacements = false")
    db.execute("set temp_directory = ''")
    db.execute("set enable_progress_bar = false")
    if memory:
        db.execute(f"set memory_limit = {_quoted(memory)}")
    db.execute(f"set allowed_directories = [{_quoted(str(lake))}]")
    db.execute("set enable_external_access = false")
    db.execute("set lock_configuration = true")
    return db


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
