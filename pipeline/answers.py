"""What the published warehouse tells of one athlete, in the athlete's units."""

import shlex
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline import athlete, published
from pipeline.console import Console
from pipeline.errors import WarehouseError
from pipeline.home import Home, default_folder

if TYPE_CHECKING:
    from pipeline.report.content import Content


def whose(home: Home, athlete_id: str | None) -> str:
    """The athlete that a command is about: the one named, else `me`, else the only one there is.

    Raises SettingsError, naming them, where there are several and none is `me`.
    """
    return athlete_id or athlete.default_athlete(home.lakes())


def options_for(athlete_id: str) -> str:
    """What has to follow a command for it to be about this athlete."""
    return "" if athlete_id == athlete.DEFAULT_ID else f" --athlete {athlete_id}"


def report(home: Home, athlete_id: str | None, **choices: object) -> str:
    """The report as text; `choices` are those of `pipeline.report.report`."""
    athlete_id = whose(home, athlete_id)
    known = {"made_at": datetime.now(UTC), "options": options_for(athlete_id)}
    return _told(home, athlete_id, "report", **known | choices)


def why(home: Home, athlete_id: str | None, **choices: object) -> str:
    """The verdict and the leading causes as text."""
    return _told(home, athlete_id, "why", **choices)


def hints(home: Home, athlete_id: str, console: Console) -> str:
    """What would sharpen the report most, with the commands that say it; nothing if nothing would."""
    where = "" if home.folder == default_folder() else f" --data {shlex.quote(str(home.folder))}"
    options = f"{where}{options_for(athlete_id)}"
    return _told(home, athlete_id, "hints", options=options, width=console.width)


def content(home: Home, athlete_id: str, queries: Sequence[str]) -> "Content":
    """What the queries of `sql/reports` answer, and the verdict's."""
    from pipeline.report.content import read

    return read(home.warehouse, athlete_id, published.sql_folder() / "reports", queries)


def outcomes(home: Home, athlete_id: str) -> dict[str, int]:
    """How many of all files ever seen ended in each way, now that sessions seen twice are known."""
    from pipeline.reader import reader

    with reader(home.warehouse, home.lake) as db:
        rows = db.execute(
            "select outcome, count(*) from marts.files where athlete_id = $1 group by all", [athlete_id]
        ).fetchall()
    return dict(rows)


def _told(home: Home, athlete_id: str | None, what: str, **choices: object) -> str:
    from pipeline import report as reports

    athlete_id = whose(home, athlete_id)
    if reason := home.reasons_left_out().get(athlete_id):
        raise WarehouseError(
            f"{athlete_id} is not in the warehouse, for: {reason}. The last report: {home.report(athlete_id)}"
        )
    tell: Callable[..., str] = getattr(reports, what)
    units = athlete.load(home.folder, athlete_id).units
    return tell(home.warehouse, athlete_id, sql=published.sql_folder() / "reports", units=units, **choices)
