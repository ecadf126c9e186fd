"""`nextgear cluster sql`: the published marts of all athletes, asked on this machine, with the guards."""

import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipeline.ask import asking, formats, query
from pipeline.cluster import across, layout
from pipeline.errors import SettingsError
from pipeline.places import Place


def ask(
    lake: str,
    asked: str,
    form: str | None,
    out: Path | None,
    rows: int,
    timeout_s: float,
    memory: str,
    width: int,
) -> None:
    """Print, or write, what a query answers. Raises SettingsError for what may not be asked."""
    if rows < 1:
        raise SettingsError(f"--rows {rows}: at least 1")
    text = sys.stdin.read() if asked == asking.STANDARD_INPUT else query.text_of(asked)
    limits = query.Limits(timeout_s, memory, ends_process=True)
    with opened(lake, text, memory) as db:
        query.hold_process(db)
        asking.answer(db, text, formats.chosen(form, out), width, limits, out, rows)


@contextmanager
def opened(lake: str, text: str, memory: str) -> Generator[duckdb.DuckDBPyConnection]:
    """The published marts, to be asked in SQL: those that the text may speak of are fetched."""
    from pipeline import warehouse

    place = Place.of(lake)
    with tempfile.TemporaryDirectory(prefix="nextgear-") as scratch, duckdb.connect() as db:
        folder = Path(scratch)
        db.execute(f"create schema {layout.MARTS}")
        allowed = [scratch, str(place.folder)] if place.folder else [scratch]
        for mart, files in across.marts(place).items():
            if not place.folder and mart not in text.lower():
                continue
            with warehouse.faults(str(place), across.MEND):
                if not place.folder:
                    place.fetch(files, folder)
                across.show(db, mart, [(place.folder or folder) / file for file in files])
        db.execute(f"use {layout.MARTS}")
        for name, value in {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "temp_directory": "''",
            "enable_progress_bar": "false",
            "memory_limit": _quoted(memory),
            "allowed_directories": f"[{', '.join(map(_quoted, allowed))}]",
            "enable_external_access": "false",
            "lock_configuration": "true",
        }.items():
            db.execute(f"set {name} = {value}")
        yield db


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
