"""The marts in a runner's words: the same sections, from the same queries, in four formats.

`content` asks; a module per section or two (`verdict`, `causes`, `changes`, `training`, `phases`, `trend`,
`workouts`, `recovery`, `efforts`, `races`, `plan`, `files`) puts the answers into words; a module per format
prints, `charts` draws for the page, `drawn` in characters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.report import anchors, changes, efforts, files, sharpen, training, trend
from pipeline.report.causes import causes
from pipeline.report.content import SECTIONS, Content, read
from pipeline.report.json import json_anchors, json_report
from pipeline.report.page import Section, made_on
from pipeline.report.phases import phases
from pipeline.report.plan import plan
from pipeline.report.races import races
from pipeline.report.recovery import recovery
from pipeline.report.units import Units, units_named
from pipeline.report.verdict import verdict
from pipeline.report.workouts import workouts

# Of less, everybody knows that a week or two are missing.
_STALE_DAYS = 28

FORMATS = ("terminal", "html", "markdown", "json")

_TOLD_BY: Mapping[str, Callable[[Content, Units], Section]] = {
    "verdict": verdict,
    "causes": causes,
    "progress_signs": changes.progress_signs,
    "habit_changes": changes.habit_changes,
    "weekly_load": training.weekly_load,
    "phases": phases,
    "intensity_split": training.intensity_split,
    "efficiency_trend": trend.efficiency_trend,
    "workouts": workouts,
    "recovery": recovery,
    "best_efforts": efforts.best_efforts,
    "races": races,
    "race_predictions": efforts.race_predictions,
    "plan": plan,
    "sharpen": sharpen.sharpen,
    "data_quality": files.data_quality,
    "files": files.files,
}


def report(
    warehouse: Path,
    athlete_id: str,
    *,
    sql: Path,
    format: str = "terminal",
    sections: Sequence[str] = SECTIONS,
    units: str = "km",
    width: int = 80,
    color: bool = False,
    made_at: datetime | None = None,
    options: str = "",
) -> str:
    """The report as text of one of `FORMATS`, which says when it was made, if it is told.

    `sql` is the folder of the section queries; `sections` some of `SECTIONS`, told in that order; `units`
    `km` or `mi` (JSON stays SI); `width` and `color` concern the terminal only. `options` follow the
    commands that it shows, such as ` --athlete ann`.
    """
    for name, known in ((format, FORMATS), *((section, SECTIONS) for section in sections)):
        if name not in known:
            raise SettingsError(f"{name!r} is not one of {', '.join(known)}")
    chosen = [name for name in SECTIONS if name in sections]
    runner_units = units_named(units)
    content = read(warehouse, athlete_id, sql, chosen, options)
    # Without an activity the verdict says so once; six more sections saying the same would not help.
    telling = chosen if content.verdict else ["verdict"]
    told = [_TOLD_BY[name](content, runner_units) for name in telling]
    told = [section for section in told if not section.is_optional or len(sections) < len(SECTIONS)]
    if "verdict" in telling:
        told[0] = _dated(told[0], content, made_at)
    heading = _heading(content, made_at)
    match format:
        case "json":
            return json_report(content, made_at)
        case "markdown":
            from pipeline.report.markdown import markdown_report

            return markdown_report(heading, told)
        case "html":
            from pipeline.report.html import html_report

            return html_report(heading, told, content, runner_units)
        case _:
            from pipeline.report.drawn import drawings
            from pipeline.report.terminal import MARGIN, terminal_report

            drawn = drawings(content, runner_units, width - MARGIN)
            return terminal_report(heading, told, width, color=color, drawings=drawn)


def why(
    warehouse: Path,
    athlete_id: str,
    *,
    sql: Path,
    units: str = "km",
    width: int = 80,
    color: bool = False,
) -> str:
    """The verdict and the leading causes, on one screen of a terminal."""
    from pipeline.report.terminal import terminal_why

    content = read(warehouse, athlete_id, sql, ("causes", "progress_signs", "habit_changes"))
    runner_units = units_named(units)
    beside = changes.in_short(content)
    return terminal_why(
        verdict(content, runner_units), causes(content, runner_units), beside, width, color=color
    )


def hints(warehouse: Path, athlete_id: str, *, sql: Path, units: str, options: str, width: int = 80) -> str:  # noqa: ARG001
    """What would sharpen the report most, for the end of a run; nothing if nothing would.

    `options` is what has to follow a command for it to reach this data folder and this athlete.
    """
    return sharpen.text(read(warehouse, athlete_id, sql, ("sharpen",), options), width)


def athlete(
    warehouse: Path,
    athlete_id: str,
    *,
    sql: Path,
    settings: Mapping[str, object],
    path: Path,
    format: str = "terminal",
    units: str = "km",
    width: int = 80,
    color: bool = False,
    options: str = "",
) -> str:
    """What the athlete has said in `settings`, the file at `path`, and what is measured against, and why."""
    if format not in ("terminal", "json"):
        raise SettingsError(f"--format {format}: there are terminal, json")
    content = read(warehouse, athlete_id, sql, ("anchors", "sharpen"), options)
    if format == "json":
        return json_anchors(content, settings)
    from pipeline.report.terminal import terminal_report

    runner_units = units_named(units)
    told = [
        anchors.settings(settings, str(path), is_there=path.exists()),
        anchors.anchors(content, runner_units),
        anchors.changes(content, runner_units),
        sharpen.sharpen(content, runner_units),
    ]
    return terminal_report(_heading(content), [section for section in told if section], width, color=color)


def _dated(verdict: Section, content: Content, made_at: datetime | None) -> Section:
    """Where the last activity is long ago, so is all that is said of now."""
    days = (made_at.date() - content.as_of).days if made_at and content.as_of else 0
    if days <= _STALE_DAYS:
        return verdict
    note = f"Your last activity was {days} days before this was made: what is said of now is of then."
    return replace(verdict, sentences=[*verdict.sentences, note])


def _heading(content: Content, made_at: datetime | None = None) -> str:
    as_of = f"{content.as_of}" if content.as_of else ""
    made = made_on(made_at) if made_at else ""
    return " · ".join(filter(None, ("nextgear", content.athlete_id, as_of, made)))
