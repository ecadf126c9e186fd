"""Journals of which not everything was read: a day that somebody wrote down must not be missing unnoticed."""

import re
from pathlib import Path, PurePath

import pyarrow.parquet as pq

from pipeline.lake import LEDGER, Lake
from pipeline.letters import plain

_NAMED_SO = re.compile(r".*journal.*\.(csv|tsv|txt)", re.IGNORECASE)
_READ = frozenset({"imported", "duplicate"})
_COLUMNS = ("path", "format", "outcome", "reason", "modified_at")


def told(lake: Lake) -> list[str]:
    """A sentence for each journal that is still there, with the file, the lines and why.

    Of a file that changed the newest version counts. A table that is called a journal and is none counts too.
    """
    latest: dict[str, dict[str, object]] = {}
    rows = [
        row for part in lake.parts(LEDGER) for row in pq.ParquetFile(part).read(list(_COLUMNS)).to_pylist()
    ]
    for row in sorted(rows, key=lambda row: row["modified_at"]):
        is_named_so = _NAMED_SO.fullmatch(PurePath(row["path"]).name) is not None
        if row["format"] == "journal" or (is_named_so and row["format"] in {"text", "empty", "binary"}):
            latest[row["path"]] = row
    return [
        plain(f"{path}: {_what(row)}: {row['reason']}")
        for path, row in sorted(latest.items())
        if row["outcome"] not in _READ and Path(path).exists()
    ]


def _what(row: dict[str, object]) -> str:
    if row["outcome"] == "salvaged":
        return "not all of this journal was read"
    return "this journal was not read" if row["format"] == "journal" else "not read, for it is no journal"
