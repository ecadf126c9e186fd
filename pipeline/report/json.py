"""The report for programs. Its shape is versioned: a change that can break a reader raises SCHEMA_VERSION."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from pipeline.report.content import Content
from pipeline.report.sharpen import hints

SCHEMA_VERSION = 1

# JSON key -> column.
_VERDICT = {
    "class": "verdict",
    "reason": "reason",
    "slope_pct_per_month": "slope_pct_per_month",
    "slope_low_pct_per_month": "slope_low_pct_per_month",
    "slope_high_pct_per_month": "slope_high_pct_per_month",
    "slope_zero_speed_lower_pct_per_month": "slope_zero_speed_lower_pct_per_month",
    "slope_zero_speed_higher_pct_per_month": "slope_zero_speed_higher_pct_per_month",
    "change_pct": "change_pct",
    "change_low_pct": "change_low_pct",
    "change_high_pct": "change_high_pct",
    "p_improving": "p_improving",
    "p_plateau": "p_plateau",
    "p_declining": "p_declining",
    "run_count": "run_count",
    "window_weeks": "window_weeks",
    "window_start": "window_start_on",
    "window_end": "window_end_on",
    "minimum_detectable_pct_per_month": "minimum_detectable_pct_per_month",
    "since": "since",
    "turned_on": "turned_on",
    "since_turn_pct": "since_turn_pct",
    "since_turn_low_pct": "since_turn_low_pct",
    "since_turn_high_pct": "since_turn_high_pct",
    "reference_heart_rate_bpm": "reference_heart_rate_bpm",
    "reference_speed_start_m_per_s": "reference_speed_start_m_per_s",
    "reference_speed_start_low_m_per_s": "reference_speed_start_low_m_per_s",
    "reference_speed_start_high_m_per_s": "reference_speed_start_high_m_per_s",
    "reference_speed_end_m_per_s": "reference_speed_end_m_per_s",
}
_WINDOW = ("window_weeks", "window_start", "window_end")
_SEASON = {
    "change_pct": "season_change_pct",
    "change_low_pct": "season_change_low_pct",
    "change_high_pct": "season_change_high_pct",
    "run_count": "season_run_count",
    "before_run_count": "season_before_run_count",
    "is_against_verdict": "is_against_season",
}
# Section -> what else of it is told, under these keys.
_BESIDE = {
    "causes": ("measurement_gates",),
    "verdict": ("season", "devices", "race_changes"),
    "phases": ("breaks", "week_pattern"),
    "intensity_split": ("anchors", "zones"),
    "efficiency_trend": ("fitness_curve",),
    "workouts": ("repeats",),
    "recovery": ("recovery_days",),
    "plan": ("plan_days",),
}
_CAUSE = (
    "cause",
    "status",
    "score",
    "rank",
    "value",
    "unit",
    "threshold",
    "reason",
    "advice",
    "explained_by",
    "activity_ids",
)


def json_report(content: Content, made_at: datetime | None = None) -> str:
    """The sections that were asked for, SI units, ISO dates; what cannot be told is null."""
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "athlete_id": content.athlete_id,
        "as_of": content.as_of,
        "made_at": made_at.astimezone(UTC).isoformat(timespec="seconds") if made_at else None,
    }
    return json.dumps(
        document
        | {
            key: _section(content, key) for name in content.sections for key in (name, *_BESIDE.get(name, ()))
        },
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
    match name:
        case "verdict":
            row = content.verdict or {"verdict": "not_enough_data"}
            told = {key: row.get(column) for key, column in _VERDICT.items()}
            # Without a slope there is no window that anything could be said of.
            return told if told["slope_pct_per_month"] is not None else told | dict.fromkeys(_WINDOW)
        case "season":
            row = content.verdict or {}
            known = row.get("season_change_pct") is not None
            return {key: row.get(column) for key, column in _SEASON.items()} if known else None
        case "causes":
            return [{key: row[key] for key in _CAUSE} for row in content.rows[name]]
        case "race_changes" | "week_pattern":
            return next(iter(content.rows[name]), None)
        case "data_quality":
            return {
                "rejected": content.rows[name],
                "altitudes": content.rows["altitudes"],
                "gates": content.rows["gates"],
            }
        case "sharpen":
            return [asdict(hint) for hint in hints(content)]
        case "files":
            return {row["outcome"]: row["file_count"] for row in content.rows[name]}
        case _:
            return content.rows[name]
