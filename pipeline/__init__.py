"""nextgear: why am I not getting faster? An answer from the files a watch exports.

In a notebook: `import pipeline; warehouse = pipeline.open("data"); warehouse.sql("from marts.weekly_load")`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


class Warehouse:
    """A published warehouse, open for questions; nothing in it can be changed."""

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        self._db = db

    def sql(self, query: str) -> pd.DataFrame:
        """What a select answers, the last one if there are several.

        Raises SettingsError for anything but a select, and duckdb.Error for one that cannot be run.
        """
        from pipeline.query import answers

        *_, answer = (relation.df() for relation in answers(self._db, query))
        return answer

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open(data: str | Path = "data") -> Warehouse:
    """The warehouse of a data folder, with the guards of `nextgear sql`.

    Raises NextgearError if there is none yet.
    """
    from pipeline.flow import Home
    from pipeline.warehouse import reader

    home = Home(Path(data).absolute())
    return Warehouse(reader(home.warehouse, home.lake))
