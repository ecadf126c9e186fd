"""Where an athlete stood when the last report was made, kept beside it as JSON.

Read by every run, most of which find nothing new: this knows neither the marts nor DuckDB.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Change:
    """One piece of news: `text` for people, `event` and `facts` for machines.

    `abroad` is the text without the names of files, for who sends it over a network, where that is another.
    """

    event: str
    text: str
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    abroad: str = ""


@dataclass(frozen=True)
class Standing:
    """Where an athlete stands: all that a later run is held against. Days are ISO dates, times seconds."""

    verdict: str = "not_enough_data"
    since: str | None = None
    window: tuple[str, str] | None = None  # the days between which the change is
    change_pct: tuple[float | None, float | None, float | None] = (None, None, None)  # and its 90 % interval
    leading_causes: tuple[str, ...] = ()
    run_count: int = 0
    other_count: int = 0
    troubled_files: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    best_efforts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    plans: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])


@dataclass(frozen=True)
class Last:
    """What is kept of the last report: when, of what and by which program it was made, and its standing."""

    made_at: datetime
    made_of: str
    made_by: str
    standing: Standing


def last(path: Path) -> Last | None:
    """What was kept at `path`; None where nothing was, or nothing that can be compared with."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["schema_version"] != SCHEMA_VERSION:
            return None
        made_at, standing = datetime.fromisoformat(kept["made_at"]), _standing(kept["standing"])
        return Last(made_at, str(kept["made_of"]), str(kept["made_by"]), standing)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _standing(said: dict[str, Any]) -> Standing:
    """As it was before JSON made lists of its tuples."""
    window, files = said["window"], said["troubled_files"]
    tuples: dict[str, Any] = {
        "window": None if window is None else tuple(window),
        "change_pct": tuple(said["change_pct"]),
        "leading_causes": tuple(said["leading_causes"]),
        "troubled_files": {path: (outcome, reason) for path, (outcome, reason) in files.items()},
    }
    return Standing(**said | tuples)


def text_of(kept: Last, news: Sequence[Change]) -> str:
    """What is to be kept, as JSON, with the news for whoever wants to show them elsewhere."""
    return json.dumps(
        {
            "schema_version": SCHEMA_VERSION,
            "made_at": kept.made_at.isoformat(),
            "made_of": kept.made_of,
            "made_by": kept.made_by,
            "news": [change.text for change in news],
            "standing": asdict(kept.standing),
        },
        allow_nan=False,
        indent=1,
    )
