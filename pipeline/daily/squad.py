"""The page of all athletes for who coaches them: made anew when anything on it is out of date.

`reports/index.html`, and the same as `index.json`. Where there is one athlete there is none.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import athlete, published
from pipeline.errors import SettingsError
from pipeline.home import Home
from pipeline.lake import beside

if TYPE_CHECKING:
    from pipeline.report.squad import Member

SCHEMA_VERSION = 1


def publish(home: Home, failures: Mapping[str, str], now: datetime) -> bool:
    """Make the page if there are several athletes and it is out of date; was it?

    The days since somebody's last run are on it: it is out of date on the next day, too.
    """
    ids = sorted({*home.lakes(), *failures})
    if len(ids) < 2 or not home.warehouse.exists():
        return False
    today, units = now.astimezone().date(), _units(home)
    said = [f"{one}: {reason}" for one, reason in failures.items()]
    made_of = published.digest_of_texts([published.signature(home.warehouse), str(today), units, *ids, *said])
    if home.index.exists() and _made_of(home) == made_of:
        return False
    from pipeline.report import squad

    members = _members(home, ids, failures, now)
    with beside(home.index) as unfinished:
        unfinished.write_text(squad.page(members, now, units), encoding="utf-8")
    with beside(_facts(home)) as unfinished:
        document = {"schema_version": SCHEMA_VERSION, "made_at": now.isoformat(), "made_of": made_of}
        told = document | {"athletes": [squad.facts(member) for member in members]}
        unfinished.write_text(json.dumps(told, indent=1, allow_nan=False), encoding="utf-8")
    return True


def text(home: Home, failures: Mapping[str, str], now: datetime, width: int) -> str:
    """The same as a table for a terminal."""
    from pipeline.report import squad

    ids = sorted({*home.lakes(), *failures})
    return squad.table(_members(home, ids, failures, now), _units(home), width)


def _members(
    home: Home, ids: Sequence[str], failures: Mapping[str, str], now: datetime
) -> "Sequence[Member]":
    from pipeline.report import squad

    queries = published.sql_folder() / "reports"
    today = now.astimezone().date()
    links = {one: f"{one}/latest.html" for one in ids if home.report(one).exists()}
    return squad.members(home.warehouse, queries, ids, today, failures, links)


def _units(home: Home) -> str:
    """Those of who coaches: one table has one unit, so not each athlete's own."""
    try:
        return athlete.load(home.folder, athlete.DEFAULT_ID).units
    except SettingsError:
        return "km"


def _made_of(home: Home) -> str | None:
    try:
        return json.loads(_facts(home).read_text(encoding="utf-8"))["made_of"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _facts(home: Home) -> Path:
    return home.index.with_suffix(".json")
