"""The charts of the HTML report: Vega-Lite drawn to SVG here, so that the page needs no JavaScript.

Colours are CSS variables of `report.css`: light, dark and print are the page's business. Each chart is drawn
twice, for a page and for a phone, because a drawing that is only scaled cannot be read.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import Any

import vl_convert

from pipeline.report.content import Content, Row
from pipeline.report.trend import device_changes
from pipeline.report.units import CLOCK_AXIS, Units, number

Spec = dict[str, Any]

# Further back, bars are too thin to see and the verdict's longest window (78 weeks) has passed.
CHART_WEEKS = 104

_VEGA_LITE = "6.4"
_WIDTHS_PX = {"page": 720, "phone": 340}
_TICKS = {"page": 8, "phone": 4}
_CONFIG: Spec = {
    "aria": False,
    "font": "sans-serif",
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)",
        "titleColor": "var(--muted)",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "labelPadding": 6,
    },
    "axisY": {"domain": False, "ticks": False, "tickCount": 5, "titleAngle": 0, "titleAlign": "left",
              "titleAnchor": "end", "titleY": -12, "titleX": 0, "titleBaseline": "bottom"},
    "axisX": {"grid": False},
}  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """A drawing in two widths; `legend` pairs a CSS class of the page with what it stands for."""

    title: str
    legend: Sequence[tuple[str, str]]
    drawings: Mapping[str, str]


def charts(content: Content, units: Units) -> Mapping[str, Sequence[Chart]]:
    """The charts of each section that has enough rows to draw."""
    drawn: dict[str, Sequence[Chart]] = {}
    for name, draw in _DRAWN_BY.items():
        rows = [row for row in content.rows.get(name, ()) if _is_recent(row, content.as_of)]
        drawn[name] = draw(rows, content, units) if len(rows) > 1 else ()
    return drawn


def _is_recent(row: Row, as_of: date | None) -> bool:
    day = row["local_day"] if "local_day" in row else row["week_start_on"]
    return as_of is None or day > as_of - timedelta(weeks=CHART_WEEKS)


def _weekly_load(rows: Sequence[Row], _content: Content, units: Units) -> Sequence[Chart]:
    lengths = [units.lengths(row["distance_m"]) or 0.0 for row in rows]
    weeks = [
        {
            **_week(row),
            "length": lengths[place],
            "mean": fmean(lengths[max(0, place - 3) : place + 1]),
            "fill": "var(--accent-soft)" if row["is_down_week"] else "var(--bar)",
            "fitness": row["fitness_score"],
            "fatigue": row["fatigue_score"],
            "form": row["form_score"],
        }
        for place, row in enumerate(rows)
    ]
    distance: Sequence[Spec] = [
        {
            "mark": {"type": "rect"},
            "encoding": {
                "x": {"field": "start"},
                "x2": {"field": "end"},
                "y": {"field": "length", "type": "quantitative", "title": units.symbol},
                "y2": {"datum": 0},
                "fill": {"field": "fill", "type": "nominal", "scale": None},
            },
        },
        _line("middle", "mean", "var(--ink)"),
    ]
    form: Sequence[Spec] = [
        {
            "mark": {"type": "area", "fill": "var(--accent-soft)", "interpolate": "monotone"},
            "encoding": {
                "x": {"field": "middle"},
                "y": {"field": "form", "type": "quantitative", "title": "score"},
                "y2": {"datum": 0},
            },
        },
        _line("middle", "fatigue", "var(--hard)"),
        _line("middle", "fitness", "var(--accent)"),
    ]
    drawn = [
        _chart(
            "Distance per week",
            [("bar week", "week"), ("bar accent-soft", "down week"), ("line ink", "mean of 4 weeks")],
            weeks,
            distance,
            height=200,
        )
    ]
    if any(row["form_score"] is not None for row in rows):
        legend = [("line accent", "fitness"), ("line hard", "fatigue"), ("bar accent-soft", "form")]
        drawn.append(_chart("Fitness, fatigue and form", legend, weeks, form, height=160))
    return drawn


def _intensity_split(rows: Sequence[Row], _content: Content, _units: Units) -> Sequence[Chart]:
    parts: list[Spec] = []
    for row in rows:
        if row["window_weeks"] != 1 or row["easy_time_ratio"] is None:
            continue
        low = 0.0
        for part in ("easy", "moderate", "hard"):
            high = low + (row[f"{part}_time_ratio"] or 0.0)
            parts.append({**_week(row), "low": low, "high": min(high, 1.0), "fill": f"var(--{part})"})
            low = high
    if not parts:
        return ()
    layers: Sequence[Spec] = [
        {
            "mark": {"type": "rect"},
            "encoding": {
                "x": {"field": "start"},
                "x2": {"field": "end"},
                "y": {
                    "field": "low",
                    "type": "quantitative",
                    "title": None,
                    "axis": {"format": ".0%"},
                    "scale": {"domain": [0, 1]},
                },
                "y2": {"field": "high"},
                "fill": {"field": "fill", "type": "nominal", "scale": None},
            },
        },
        {
            "data": {"values": [{}]},
            "mark": {"type": "rule", "stroke": "var(--ink)", "strokeDash": [5, 4], "strokeWidth": 1.5},
            "encoding": {"y": {"datum": 0.8, "type": "quantitative"}},
        },
    ]
    legend = [
        ("bar easy", "easy"),
        ("bar moderate", "moderate"),
        ("bar hard", "hard"),
        ("line dashed ink", "80 %"),
    ]
    return [_chart("Time by intensity, week by week", legend, parts, layers, height=200)]


def _efficiency_trend(rows: Sequence[Row], content: Content, units: Units) -> Sequence[Chart]:
    counted = [row for row in rows if row["counts_for_trend"] and row["reference_speed_m_per_s"]]
    if len(counted) < 2:
        return ()
    runs: list[Spec] = [
        {"day": _instant(row["local_day"]), "pace": units.pace_s(row["reference_speed_m_per_s"])}
        for row in counted
    ]
    shown = [run["pace"] for run in runs]
    margin = 0.05 * (max(shown) - min(shown)) + 1
    fastest, slowest = min(shown) - margin, max(shown) + margin
    others: list[Spec] = [
        {"day": _instant(row["local_day"]), "pace": pace}
        for row in rows
        if not row["counts_for_trend"]
        and (pace := units.pace_s(row["reference_speed_m_per_s"])) is not None
        and fastest < pace < slowest
    ]
    changes = [
        change
        for change in device_changes(content.rows["devices"])
        if counted[0]["local_day"] <= change <= counted[-1]["local_day"]
    ]
    pace_axis: Spec = {
        "field": "pace",
        "type": "quantitative",
        "title": f"min/{units.symbol}",
        "axis": {"labelExpr": CLOCK_AXIS, "tickMinStep": 5},
        "scale": {"domain": [fastest, slowest], "reverse": True, "zero": False, "nice": False},
    }
    along: Spec = {"x": {"field": "day"}, "detail": {"field": "stretch", "type": "nominal"}}
    curve: Spec = {"data": {"values": _curve(content, units, fastest, slowest)}}
    dot: Spec = {"type": "point", "filled": True, "size": 22, "opacity": 1}
    layers: list[Spec] = [
        {
            **curve,
            "mark": {"type": "area", "fill": "var(--accent-soft)", "opacity": 0.7},
            "encoding": {**along, "y": {**pace_axis, "field": "slow"}, "y2": {"field": "fast"}},
        },
        {
            "data": {"values": others},
            "mark": {**dot, "fill": "var(--faint)"},
            "encoding": {"x": {"field": "day"}, "y": pace_axis},
        },
        {
            "mark": {**dot, "fill": "var(--accent)"},
            "encoding": {"x": {"field": "day"}, "y": pace_axis},
        },
        {
            **curve,
            "mark": {"type": "line", "stroke": "var(--accent)", "strokeWidth": 2.5},
            "encoding": {**along, "y": {**pace_axis, "field": "trend"}},
        },
        {
            "data": {"values": [{"day": _instant(change)} for change in changes]},
            "mark": {"type": "rule", "stroke": "var(--muted)", "strokeDash": [2, 3]},
            "encoding": {"x": {"field": "day"}},
        },
        {
            "data": {"values": _verdict_line(content, units)},
            "mark": {"type": "line", "stroke": "var(--ink)", "strokeWidth": 3, "strokeDash": [7, 4]},
            "encoding": {"x": {"field": "day"}, "y": pace_axis},
        },
    ]
    legend = [
        ("dot accent", "run that counts"),
        ("dot faint", "does not count"),
        ("line accent", "smoothed"),
        ("bar accent-soft", "its 90 % band"),
        ("line dashed ink", "the verdict"),
    ]
    if changes:
        legend.append(("line dotted muted", "new watch or sensor"))
    heart_rate = number(counted[-1]["reference_heart_rate_bpm"])
    return [_chart(f"Pace at {heart_rate} bpm, faster is higher", legend, runs, layers, height=280)]


def _curve(content: Content, units: Units, fastest: float, slowest: float) -> list[Spec]:
    """The smoothed curve and its band, cut to the drawing; where no run is near, it stops and begins anew."""

    def pace(speed_m_per_s: float | None) -> float | None:
        seconds = units.pace_s(speed_m_per_s)
        return None if seconds is None else min(max(seconds, fastest), slowest)

    points = [row for row in content.rows["fitness_curve"] if _is_recent(row, content.as_of)]
    drawn: list[Spec] = []
    for place, row in enumerate(points):
        if place and (row["local_day"] - points[place - 1]["local_day"]).days > 7:
            stretch = drawn[-1]["stretch"] + 1
        else:
            stretch = drawn[-1]["stretch"] if drawn else 0
        drawn.append(
            {
                "day": _instant(row["local_day"]),
                "trend": pace(row["trend_speed_m_per_s"]),
                "slow": pace(row["trend_low_m_per_s"]),
                "fast": pace(row["trend_high_m_per_s"]),
                "stretch": stretch,
            }
        )
    return drawn


def _verdict_line(content: Content, units: Units) -> list[Spec]:
    row = content.verdict
    if row is None or not row["reference_speed_start_m_per_s"] or not row["reference_speed_end_m_per_s"]:
        return []
    return [
        {
            "day": _instant(row[f"window_{end}_on"]),
            "pace": units.pace_s(row[f"reference_speed_{end}_m_per_s"]),
        }
        for end in ("start", "end")
    ]


_DRAWN_BY: Mapping[str, Callable[[Sequence[Row], Content, Units], Sequence[Chart]]] = {
    "weekly_load": _weekly_load,
    "intensity_split": _intensity_split,
    "efficiency_trend": _efficiency_trend,
}


def _week(row: Row) -> Spec:
    monday: date = row["week_start_on"]
    return {
        "start": _instant(monday),
        "middle": _instant(monday + timedelta(days=3)),
        "end": f"{(monday + timedelta(days=5)).isoformat()}T21:00:00",
    }


def _instant(day: date) -> str:
    """Local midnight: a bare date would be UTC to JavaScript, and the day before west of Greenwich."""
    return f"{day.isoformat()}T00:00:00"


def _line(x: str, y: str, stroke: str) -> Spec:
    return {
        "mark": {"type": "line", "stroke": stroke, "strokeWidth": 2, "interpolate": "monotone"},
        "encoding": {"x": {"field": x}, "y": {"field": y, "type": "quantitative"}},
    }


def _chart(
    title: str, legend: Sequence[tuple[str, str]], values: Sequence[Spec], layers: Sequence[Spec], height: int
) -> Chart:
    return Chart(
        title,
        legend,
        {medium: _svg(title, _spec(values, layers, medium, height)) for medium in _WIDTHS_PX},
    )


def _spec(values: Sequence[Spec], layers: Sequence[Spec], medium: str, height: int) -> Spec:
    days = [date.fromisoformat(str(value.get("start") or value["day"])[:10]) for value in values]
    months = (max(days) - min(days)).days / 30.4375
    step = next((step for step in (1, 2, 3, 4, 6, 12) if months / step <= _TICKS[medium]), 24)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "config": _CONFIG,
        "width": _WIDTHS_PX[medium],
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 0, "right": 8, "top": 8, "bottom": 0},
        "data": {"values": values},
        "encoding": {
            "x": {
                "type": "temporal",
                "title": None,
                "axis": {"format": "%Y-%m", "tickCount": {"interval": "month", "step": step}},
            }
        },
        "layer": layers,
    }


def _svg(title: str, spec: Spec) -> str:
    """The drawing, named for screen readers and free to scale."""
    drawing = vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE)
    return re.sub(
        r'<svg .*?(viewBox="[^"]*")>',
        rf'<svg role="img" aria-label="{html.escape(title)}" \1><title>{html.escape(title)}</title>',
        drawing,
        count=1,
    )
