"""How the charts of the HTML report are drawn: Vega-Lite to SVG here, so that the page needs no JavaScript.

vl-convert carries Vega-Lite and what runs it in one wheel and asks no network: a first drawing costs half a
second, each further one some hundredths. Colours are CSS variables of `report.css`: light, dark and print
are the page's business. A chart with text in it is drawn twice, for a page and for a phone, because a drawing
that is only scaled cannot be read.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil, floor
from typing import Any

import vl_convert

from pipeline.report.page import plain

Spec = dict[str, Any]
Legend = Sequence[tuple[str, str]]

_VEGA_LITE = "6.4"
_WIDTHS_PX = {"page": 720, "phone": 328}
_TICKS = {"page": 8, "phone": 4}
_MONTH_DAYS = 30.4375
_LETTER_PX = 6.5
_LEFT_PX = 48  # what the labels of a vertical axis take

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
              "titleAnchor": "end", "titleY": -12, "titleX": 0, "titleBaseline": "bottom",
              "minExtent": _LEFT_PX},
    "axisX": {"grid": False},
    "header": {"labelColor": "var(--ink)", "labelFontSize": 13, "labelFontWeight": "bold",
               "labelAnchor": "start", "title": None, "labelPadding": 16},
}  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """Drawings of one thing by the CSS class of the medium they are for; `both` is for any.

    `legend` pairs CSS classes of the page with what they stand for. `finding` says in words what there is to
    be seen, for who does not see it. `captions` stand below the title of a small one.
    """

    title: str
    finding: str
    legend: Legend
    drawings: Mapping[str, str]
    captions: Sequence[str] = ()


@dataclass(frozen=True)
class Panel:
    """Layers over one stretch of time with one vertical axis."""

    values: Sequence[Spec]
    layers: Sequence[Spec]
    height: int
    names: Sequence[tuple[date, date, str]] = ()
    """What stretches of days are called, written at the top where there is room for it."""


def over_time(
    title: str, finding: str, legend: Legend, panels: Sequence[Panel], first: date, last: date
) -> Chart:
    """Panels one under the other, from the first day to the last, drawn for a page and for a phone."""
    drawings: dict[str, str] = {}
    for medium, width in _WIDTHS_PX.items():
        axis = _time_axis(first, last, _TICKS[medium])
        views = [
            _view(panel, width, axis, _fitting(panel.names, first, last, width), is_last=panel is panels[-1])
            for panel in panels
        ]
        whole = views[0] if len(views) == 1 else {"vconcat": views, "spacing": 34}
        drawings[medium] = svg(finding, whole)
    return Chart(title, finding, legend, drawings)


def by_medium(title: str, finding: str, legend: Legend, views: Mapping[str, Spec]) -> Chart:
    """A chart of another kind, from its specification for each medium."""
    return Chart(title, finding, legend, {medium: svg(finding, view) for medium, view in views.items()})


def plot_width_px(medium: str) -> int:
    """What is left of the medium's width beside the labels of a vertical axis."""
    return _WIDTHS_PX[medium] - _LEFT_PX - 8


def svg(finding: str, view: Spec) -> str:
    """The drawing, named for screen readers and free to scale."""
    spec: Spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "config": _CONFIG,
        "padding": {"left": 0, "right": 8, "top": 8, "bottom": 0},
        **view,
    }
    drawn = _DIGITS.sub(_rounded, vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE))
    drawn = _PART_NAMES.sub("", drawn)
    named = f'<svg role="img" aria-label="{html.escape(plain(finding))}" '
    return re.sub(r'<svg .*?(viewBox="[^"]*")>', lambda found: f"{named}{found[1]}>", drawn, count=1)


# One picture with one name: what Vega calls its layers tells nobody anything.
_PART_NAMES = re.compile(r' (?:role="graphics-[a-z]+"|aria-roledescription="[^"]*"|aria-label="[^"]*")')
_DIGITS = re.compile(r"-?\d*\.\d{2,}(?:e-?\d+)?")


def _rounded(found: re.Match[str]) -> str:
    """To a tenth of a pixel, finer than a screen shows: the digits after it are a third of the page."""
    text = f"{float(found[0]):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def instant(day: date) -> str:
    """Local midnight: a bare date would be UTC to JavaScript, and the day before west of Greenwich."""
    return f"{day.isoformat()}T00:00:00"


def span(first: date, last: date) -> Spec:
    """Where a bar over these days starts, ends, and has its middle; a tenth of it is left as air."""
    start = datetime.combine(first, time())
    length = timedelta(days=(last - first).days + 1)
    return {
        "start": start.isoformat(),
        "middle": (start + length / 2).isoformat(timespec="seconds"),
        "end": (start + 0.9 * length).isoformat(timespec="seconds"),
    }


def clock_axis(low_s: float, high_s: float, count: int) -> Spec:
    """An axis in seconds with at most `count` round times between the two, written as clocks."""
    step = next((step for step in _CLOCK_STEPS_S if (high_s - low_s) / step <= count), _CLOCK_STEPS_S[-1])
    values = [step * place for place in range(ceil(low_s / step), floor(high_s / step) + 1)]
    # Without the count of its own Vega would leave out every other one.
    return {"labelExpr": _CLOCK, "values": values, "tickCount": len(values) + 1}


_CLOCK = (
    "(datum.value >= 3600 ? floor(datum.value / 3600) + ':' + format(floor(datum.value / 60) % 60, '02d') "
    ": floor(datum.value / 60)) + ':' + format(datum.value % 60, '02d')"
)
_CLOCK_STEPS_S = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200)


def bars(y: str, title: str | None, **more: Any) -> Spec:
    """A bar per value from `start` to `end`, filled as the value says; `more` goes to its y."""
    return {
        "mark": {"type": "rect"},
        "encoding": {
            "x": {"field": "start"},
            "x2": {"field": "end"},
            "y": {"field": y, "type": "quantitative", "title": title, **more},
            "y2": {"datum": 0},
            "fill": {"field": "fill", "type": "nominal", "scale": None},
        },
    }


def line(x: str, y: str, stroke: str, **mark: Any) -> Spec:
    """A line through the values."""
    return {
        "mark": {"type": "line", "stroke": stroke, "strokeWidth": 2, "interpolate": "monotone", **mark},
        "encoding": {"x": {"field": x}, "y": {"field": y, "type": "quantitative"}},
    }


def rules(days: Sequence[date], stroke: str, dash: Sequence[int]) -> Spec:
    """A vertical line on each of the days."""
    return {
        "data": {"values": [{"day": instant(day)} for day in days]},
        "mark": {"type": "rule", "stroke": stroke, "strokeDash": list(dash), "strokeWidth": 1.25},
        "encoding": {"x": {"field": "day"}},
    }


def points_at(values: Sequence[Spec], axis: Spec, mark: Spec) -> Spec:
    """A mark per value at its day; `axis` says how high."""
    return {
        "data": {"values": list(values)},
        "mark": {"type": "point", "filled": True, "opacity": 1, **mark},
        "encoding": {"x": {"field": "day"}, "y": axis},
    }


def _fitting(names: Sequence[tuple[date, date, str]], first: date, last: date, width: int) -> Sequence[Spec]:
    per_day = (width - _LEFT_PX - 8) / max((last - first).days, 1)
    return [
        {"day": instant(start + (end - start) / 2), "text": name}
        for start, end, name in names
        if len(name) * _LETTER_PX < ((end - start).days + 1) * per_day
    ]


def _view(panel: Panel, width: int, axis: Spec, names: Sequence[Spec], *, is_last: bool) -> Spec:
    x = axis if is_last else {**axis, "axis": {**axis["axis"], "labels": False, "ticks": False}}
    return {
        "width": width - _LEFT_PX - 8,
        "height": panel.height,
        "data": {"values": list(panel.values)},
        "encoding": {"x": x},
        "layer": [*panel.layers, *([_named(names)] if names else [])],
    }


def _named(names: Sequence[Spec]) -> Spec:
    return {
        "data": {"values": list(names)},
        "mark": {"type": "text", "fill": "var(--ink)", "fontSize": 11, "baseline": "middle"},
        "encoding": {"x": {"field": "day"}, "y": {"value": 8}, "text": {"field": "text"}},
    }


def _time_axis(first: date, last: date, ticks: int) -> Spec:
    months = (last - first).days / _MONTH_DAYS
    step = next((step for step in (1, 2, 3, 4, 6, 12, 24, 36, 60) if months / step <= ticks), 120)
    return {
        "type": "temporal",
        "title": None,
        "scale": {"domain": [instant(first), instant(last)], "nice": False},
        "axis": {
            "format": "%Y-%m" if step < 12 else "%Y",
            "tickCount": {"interval": "month", "step": step}
            if step < 12
            else {"interval": "year", "step": step // 12},
            "labelFlush": True,
        },
    }
