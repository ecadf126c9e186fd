"""The report as one HTML page that needs nothing else: no network, no JavaScript."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline.report.charts import charts
from pipeline.report.charts.rows import CHART_WEEKS
from pipeline.report.content import Content, Row, queries
from pipeline.report.page import Section, Table, plain
from pipeline.report.units import NOTHING, Units, clock, number


@dataclass(frozen=True)
class Part:
    """A piece of a bar that shows a whole: `look` is its CSS class, `share` what it is of the whole."""

    label: str
    figure: str
    share: float
    look: str


@dataclass(frozen=True)
class How:
    """Where the numbers of a section are from: its queries, and the marts with what a row of each is."""

    queries: Sequence[str]
    marts: Sequence[tuple[str, str]]


def html_report(heading: str, sections: Sequence[Section], content: Content, units: Units) -> str:
    """All of every section; tables and charts go back two years, and coarser ones to the beginning."""
    return html_page(
        "report.html.j2",
        heading=heading,
        sections=sections,
        charts=charts(content, units),
        series_rows=CHART_WEEKS,
        then_now=_then_now(content.verdict, units),
        odds=_odds(sections),
        files=_files(content.rows.get("files", ())),
        repeats=_repeats(content.rows.get("repeats", ()), units),
        calendar=_calendar(content.rows.get("plan_days", ())),
        hows={section.name: _how(section, content) for section in sections},
        causes=_causes(content),
    )


def html_page(template: str, **values: object) -> str:
    """A page from a template of this folder that extends `base.html.j2`, which wants a `heading`.

    Whatever stands in `values` is text: markup in it is shown, not obeyed.
    """
    environment = Environment(
        loader=PackageLoader("pipeline.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_readable,
    )
    environment.filters["prose"] = _prose
    return environment.get_template(template).render(values)


def _readable(value: object) -> object:
    """Text from a file made harmless to read, and no number left at a line's end without its unit."""
    return plain(value).replace(" %", "\u00a0%").replace(" /", "\u00a0/") if type(value) is str else value


def _prose(text: str) -> Markup:
    """A sentence in which no date, and no number from its unit, is torn apart at the end of a line."""
    whole = _WHOLE.sub(r'<span class="whole-word">\g<0></span>', str(escape(_readable(text))))
    return Markup(_COMMAND.sub(r"<code>\1</code>", whole))


_WHOLE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|(?<![\w.:])\d[\d.:]* (?:s|m|km|mi|bpm|min|h)\b")
_COMMAND = re.compile(r"`([^`<>]+)`")


def _then_now(row: Row | None, units: Units) -> Sequence[Mapping[str, str]]:
    """The two ends of the verdict's line, as paces; nothing where there is no line."""
    if row is None or row["p_plateau"] is None:
        return ()
    speeds = [row[f"reference_speed_{end}_m_per_s"] for end in ("start", "end")]
    if not all(speeds):
        return ()
    heart_rate = number(row["reference_heart_rate_bpm"])
    return [
        {
            "when": word,
            "pace": clock(units.pace_s(speed)),
            "unit": f"/{units.symbol}",
            "at": f"at {heart_rate} bpm on {day}",
        }
        for word, speed, day in zip(
            ("Then", "Now"), speeds, (row["window_start_on"], row["window_end_on"]), strict=True
        )
    ]


_ODDS = ("easy", "moderate", "hard")


def _odds(sections: Sequence[Section]) -> Sequence[Part]:
    table = next((section.table for section in sections if section.name == "verdict"), None)
    if table is None:
        return ()
    return [
        Part(row[0], row[1], share, look)
        for row, share, look in zip(table.rows, table.bars, _ODDS, strict=True)
    ]


_OUTCOMES = {
    "imported": ("read whole", "easy"),
    "salvaged": ("damaged, read in part", "moderate"),
    "duplicate": ("another copy", "accent-soft"),
    "not_an_activity": ("no session in it", "faint"),
    "unsupported": ("of a format not read yet", "muted"),
    "quarantined": ("unreadable, set aside", "hard"),
}


def _files(rows: Sequence[Row]) -> Sequence[Part]:
    """Every file that was seen, by what became of it: the parts are the whole."""
    total = sum(row["file_count"] for row in rows)
    counts = {row["outcome"]: row["file_count"] for row in rows}
    return [
        Part(label, str(counts[outcome]), counts[outcome] / total, look)
        for outcome, (label, look) in _OUTCOMES.items()
        if counts.get(outcome)
    ]


def _repeats(rows: Sequence[Row], units: Units) -> Table | None:
    """The table behind the drawings of the workouts, the newest workout first."""
    newest_first = sorted(rows, key=lambda row: row["local_day"], reverse=True)
    header = ("On", "No.", "Time", "Distance", "Pace", "Grade-adjusted", "Heart rate", "Peak", "Recovery")
    return (
        Table(
            header,
            [
                (
                    str(row["local_day"]),
                    number(row["bout_number"]),
                    clock(row["duration_s"]),
                    NOTHING if row["distance_m"] is None else f"{row['distance_m']:.0f} m",
                    units.pace(row["speed_m_per_s"]),
                    units.pace(row["grade_adjusted_speed_m_per_s"]),
                    number(row["heart_rate_mean_bpm"]),
                    number(row["heart_rate_peak_bpm"]),
                    clock(row["recovery_s"]),
                )
                for row in newest_first
            ],
        )
        if rows
        else None
    )


def _calendar(rows: Sequence[Row]) -> Sequence[Sequence[Row | None]]:
    """The days of the plan that was started last, in weeks from its first day on."""
    latest = max((row["plan_started_on"] for row in rows), default=None)
    days = [row for row in rows if row["plan_started_on"] == latest]
    return [
        list(week)
        for _, week in groupby(days, key=lambda day: (day["local_day"] - latest) // timedelta(days=7))
    ]


def _causes(content: Content) -> Mapping[str, Mapping[str, str]]:
    """Where each leading cause is from: its model, what a row of it is, how to ask for the runs behind."""
    return {
        row["cause"]: {
            "model": f"athlete.cause_{row['cause']}",
            "meaning": content.models.get(f"athlete.cause_{row['cause']}", ""),
            "runs": "select local_day, name from marts.activities join marts.causes using (athlete_id) "
            f"where athlete_id = '{content.athlete_id}' and cause = '{row['cause']}' "
            "and list_contains(activity_ids, activity_id)",
        }
        for row in content.rows.get("causes", ())
        if row["is_leading"]
    }


def _how(section: Section, content: Content) -> How:
    names = [name.strip().removeprefix("marts.") for name in section.source.split(",") if name.strip()]
    marts = [(f"marts.{name}", content.models.get(f"marts.{name}", "")) for name in names]
    return How(queries(section.name), marts)
