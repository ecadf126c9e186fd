"""nextgear: why am I not getting faster? An answer from the files a watch exports.

In a notebook: `import pipeline; warehouse = pipeline.open("data"); warehouse.sql("from marts.weekly_load")`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from pipeline.ask.query import Limits


class Warehouse:
    """A published warehouse, open for questions; nothing in it can be changed."""

    def __init__(self, db: duckdb.DuckDBPyConnection, limits: Limits) -> None:
        self._db = db
        self._limits = limits

    def sql(self, query: str) -> pd.DataFrame:
        """What a select answers, the last one if there are several.

        Raises SettingsError for anything but a select, for one that cannot be run, and for one that takes
        more time or memory than was allowed when the warehouse was opened.
        """
        from pipeline.ask.query import frames

        *_, frame = frames(self._db, query, self._limits)
        return frame

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open(
    data: str | Path = "data", *, athlete: str = "me", timeout_s: float = 60, memory: str = "50%"
) -> Warehouse:
    """The warehouse of a data folder, with the guards of `nextgear sql`.

    `timeout_s` and `memory` are what each query may take (0 seconds: no limit). A notebook's process is not
    ended for it: one function on one huge value may run on. `athlete` is who getvariable('athlete_id') is.
    Raises NextgearError if there is no warehouse yet.
    """
    from pipeline.ask.query import Limits
    from pipeline.home import Home
    from pipeline.reader import reader

    home, limits = Home(Path(data).expanduser().absolute()), Limits(timeout_s, memory)
    db = reader(home.warehouse, home.lake, memory)
    db.execute("set variable athlete_id = $1", [athlete])
    return Warehouse(db, limits)
