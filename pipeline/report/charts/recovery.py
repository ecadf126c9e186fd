"""Recovery day by day: resting heart rate, variability, sleep, against what is usual."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean

from pipeline.report.charts.drawing import (
    Chart,
    Panel,
    Spec,
    instant,
    line,
    over_time,
    rules,
)
from pipeline.report.charts.rows import recent
from pipeline.report.content import Content, Row
from pipeline.report.units import Units, number

_SIGNALS: Mapping[str, tuple[str, str, str, float]] = {
    "heart_rate_resting": ("heart_rate_resting_bpm", "Resting heart rate", "bpm", 1.0),
    "hrv": ("hrv_s", "Heart rate variability", "ms", 1000.0),
    "sleep": ("sleep_s", "Sleep", "h", 1 / 3600),
}
_LEAST_DAYS = 7
_USUAL_DAYS = 189  # as sql/reports/recovery.sql has it


def recovery(content: Content, _units: Units) -> Sequence[Chart]:
    """A panel per signal that is known, with the days of illness in each."""
    days = recent(content, "recovery_days", "local_day")
    if not days:
        return ()
    ill = [day["local_day"] for day in days if day["is_ill"]]
    panels: list[Panel] = []
    told: list[str] = []
    for usual in content.rows["recovery"]:
        column, name, unit, factor = _SIGNALS[usual["signal"]]
        source = f"{usual['signal']}_source"
        known = [day for day in days if day[column] is not None and day[source] == usual["source"]]
        if len(known) < _LEAST_DAYS:
            continue
        panels.append(_signal(known, column, f"{name}, {unit}", factor, usual, ill))
        values = [factor * day[column] for day in known]
        digits = 1 if unit == "h" else 0
        told.append(
            f"{name} between {number(min(values), digits)} and {number(max(values), digits)} {unit}, "
            f"of the last seven known days {number(fmean(values[-7:]), digits)}"
        )
    if not panels:
        return ()
    legend = [
        ("line faint", "day by day"),
        ("line accent", "mean of 7 days"),
        ("bar accent-soft", "what is usual for you"),
    ]
    if ill:
        legend.append(("line ill", "ill"))
        told.append(f"ill on {len(ill)} days")
    first, last = days[0]["local_day"], content.as_of or days[-1]["local_day"]
    finding = f"From {first} to {days[-1]['local_day']}: {'; '.join(told)}."
    return [over_time("Day by day", finding, legend, panels, first, max(last, days[-1]["local_day"]))]


def _signal(
    known: Sequence[Row], column: str, title: str, factor: float, usual: Row, ill: Sequence[date]
) -> Panel:
    values: list[Spec] = []
    for place, day in enumerate(known):
        week = [
            factor * other[column]
            for other in known[max(0, place - 6) : place + 1]
            if (day["local_day"] - other["local_day"]).days < 7
        ]
        mean = fmean(week) if len(week) >= 3 else None
        values.append({"day": instant(day["local_day"]), "value": factor * day[column], "mean": mean})
    y: Spec = {
        "field": "value",
        "type": "quantitative",
        "title": title,
        "scale": {"zero": False, "nice": False, "padding": 6},
        "axis": {"tickCount": 3},
    }
    layers: list[Spec] = []
    if usual["usual_low_value"] is not None:
        since = max(known[0]["local_day"], usual["last_known_on"] - timedelta(days=_USUAL_DAYS))
        low, high = (factor * usual[f"usual_{side}_value"] for side in ("low", "high"))
        until = usual["last_known_on"]
        band = {"start": instant(since), "end": instant(until), "value": low, "high": high}
        x: Spec = {"x": {"field": "start"}, "x2": {"field": "end"}}
        layers.append(
            {
                "data": {"values": [band]},
                "mark": {"type": "rect", "fill": "var(--accent-soft)"},
                "encoding": {**x, "y": y, "y2": {"field": "high"}},
            }
        )
    if ill:
        layers.append(rules(ill, "var(--ill)", (1, 0)))
    layers += [
        # A line, not a dot a day: a tenth of the size, and two years of dots are a cloud.
        {
            "mark": {"type": "line", "stroke": "var(--faint)", "strokeWidth": 1},
            "encoding": {"x": {"field": "day"}, "y": y},
        },
        line("day", "mean", "var(--accent)"),
    ]
    return Panel(values, layers, 96)
