"""The pages of an athlete by the day on which they were made, and the latest under a name that stays.

`2026-11-30.html` is the last page of that day, `latest.html` the last of all: the same file under two names
where the disk can do that, else a copy, so that no reader needs to follow a link. Kept are the last DAYS_KEPT
pages and of all before them the last of each month. Only names are compared, never with a clock that may be
wrong: one that jumps ahead costs a place among the last ones, and nothing is lost when it jumps back.
"""

import os
import shutil
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from pipeline.lake import beside

LATEST = "latest.html"
DAYS_KEPT = 30


def publish(folder: Path, page: str, made_at: datetime) -> Path:
    """Put a page there under its day and as the latest, and return where the latest is.

    Whoever has an older one open keeps it whole. Raises OSError, naming the file, where it cannot be written.
    """
    of_day = folder / f"{made_at.astimezone().date()}.html"
    with beside(of_day) as unfinished:
        unfinished.write_text(page, encoding="utf-8")
    latest = folder / LATEST
    with beside(latest) as unfinished:
        _same(of_day, unfinished)
    for old in outlived(folder):
        with suppress(OSError):  # perhaps open in a program that locks it; the next run comes by again
            old.unlink()
    return latest


def _same(page: Path, name: Path) -> None:
    """The page under another name as well."""
    name.unlink(missing_ok=True)
    try:
        os.link(page, name)
    except OSError:  # a file system without hard links
        shutil.copyfile(page, name)


def outlived(folder: Path) -> list[Path]:
    """The dated pages that are no longer kept."""
    pages = dict(sorted((day, path) for path in folder.glob("*.html") if (day := _day(path))))
    older = list(pages)[:-DAYS_KEPT]
    last_of_month = {(day.year, day.month): day for day in older}.values()
    return [pages[day] for day in older if day not in last_of_month]


def _day(path: Path) -> date | None:
    try:
        day = date.fromisoformat(path.stem)
    except ValueError:
        return None
    return day if day.isoformat() == path.stem else None
