"""The report for programs. Its shape is versioned: a change that can break a reader raises SCHEMA_VERSION."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from pipeline.report.content import Content

SCHEMA_VERSION = 1

# JSON key -> column.
_VERDICT = {
    "class": "verdict",
    "slope_pct_per_month": "slope_pct_per_month",
    "slope_low_pct_per_month": "slope_low_pct_per_month",
    "slope_high_pct_per_month": "slope_high_pct_per_month",
    "change_pct": "change_pct",
    "p_improving": "p_improving",
    "p_plateau": "p_plateau",
    "p_declining": "p_declining",
    "window_weeks": "window_weeks",
    "window_start": "window_start_on",
    "window_end": "window_end_on",
    "minimum_detectable_pct_per_month": "minimum_detectable_pct_per_month",
    "since": "since",
}
_CAUSE = ("cause", "status", "score", "rank", "value", "unit", "threshold", "reason", "activity_ids")


def json_report(content: Content) -> str:
    """The sections that were asked for, SI units, ISO dates; what cannot be told is null."""
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "athlete_id": content.athlete_id,
        "as_of": content.as_of,
    }
    return json.dumps(
        document | {name: _section(content, name) for name in content.sections},
        default=date.isoformat,
        allow_nan=False,
        ensure_ascii=False,
        indent=2,
    )


def json_anchors(content: Content, settings: Mapping[str, object]) -> str:
    """What the athlete said, and every anchor with its days; a null day is without end."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "athlete_id": content.athlete_id,
        "settings": settings,
        "anchors": content.rows["anchors"],
    }
    return json.dumps(document, default=date.isoformat, allow_nan=False, ensure_ascii=False, indent=2)


def _section(content: Content, name: str) -> object:
    rows = content.rows[name]
    match name:
        case "verdict":
            row = content.verdict or {"verdict": "not_enough_data"}
            return {key: row.get(column) for key, column in _VERDICT.items()}
        case "causes":
            return [{key: row[key] for key in _CAUSE} for row in rows]
        case "files":
            return {row["outcome"]: row["file_count"] for row in rows}
        case _:
            return rows
