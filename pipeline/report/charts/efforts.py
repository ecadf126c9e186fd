"""Best efforts over time, and what races they let expect."""

from collections.abc import Sequence

from pipeline.report.charts.drawing import (
    Chart,
    Panel,
    Spec,
    by_medium,
    clock_axis,
    instant,
    line,
    over_time,
    plot_width_px,
    points_at,
)
from pipeline.report.content import Content, Row
from pipeline.report.units import Units, clock, effort_name

_SHOWN_EFFORTS_M = (1000.0, 5000.0, 10000.0, 21097.5)
# A best of a month slower than that by the best of all was no effort, and flattens the others.
_SHOWN_SLOWNESS = 1.3


def best_efforts(content: Content, _units: Units) -> Sequence[Chart]:
    """The best of each month, and the best of all until then, over the distances that most runners know."""
    rows = [
        row for row in content.rows.get("effort_months", ()) if row["effort_distance_m"] in _SHOWN_EFFORTS_M
    ]
    shown = [
        distance
        for distance in _SHOWN_EFFORTS_M
        if sum(row["effort_distance_m"] == distance for row in rows) > 2
    ]
    rows = [row for row in rows if row["effort_distance_m"] in shown]
    if not rows:
        return ()
    first, last = min(row["local_day"] for row in rows), max(row["local_day"] for row in rows)
    panels: list[Panel] = []
    told: list[str] = []
    for distance in shown:
        efforts = [row for row in rows if row["effort_distance_m"] == distance]
        values: list[Spec] = []
        slowest_s = _SHOWN_SLOWNESS * min(row["elapsed_s"] for row in efforts)
        efforts = [row for row in efforts if row["elapsed_s"] <= slowest_s]
        best_s = efforts[0]["elapsed_s"]
        for row in efforts:
            best_s = min(best_s, row["elapsed_s"])
            values.append({"day": instant(row["local_day"]), "time": row["elapsed_s"], "best": best_s})
        values.append({"day": instant(last), "time": None, "best": best_s})
        fastest = min(efforts, key=lambda row: row["elapsed_s"])
        told.append(f"{effort_name(distance)} in {clock(best_s)} on {fastest['local_day']}")
        races = [_effort(row) for row in efforts if row["race_source"] is not None]
        panels.append(Panel(values, _effort_layers(values, races, effort_name(distance)), 100))
    finding = f"The fastest until now: {'; '.join(told)}."
    legend = [
        ("dot accent", "best of a month"),
        ("line ink", "best until then"),
    ]
    if any(row["race_source"] for row in rows):
        legend.insert(1, ("triangle hot", "in a race or nearly one"))
    return [over_time("Best of each month, faster is higher", finding, legend, panels, first, last)]


def _effort(row: Row) -> Spec:
    return {"day": instant(row["local_day"]), "time": row["elapsed_s"]}


def _effort_layers(values: Sequence[Spec], races: Sequence[Spec], name: str) -> Sequence[Spec]:
    times = [value["time"] for value in values if value["time"] is not None]
    margin = 0.08 * (max(times) - min(times)) + 2
    low, high = min(times) - margin, max(times) + margin
    y: Spec = {
        "field": "time",
        "type": "quantitative",
        "title": name,
        "axis": clock_axis(low, high, 4),
        "scale": {"domain": [low, high], "reverse": True, "zero": False, "nice": False},
    }
    step = line("day", "best", "var(--ink)", interpolate="step-after", strokeWidth=1.5)
    step["encoding"]["y"] = {**y, "field": "best"}
    return [
        step,
        points_at(values, y, {"fill": "var(--accent)", "size": 24}),
        points_at(races, y, {"fill": "var(--hot)", "size": 48, "shape": "triangle-up"}),
    ]


def race_predictions(content: Content, units: Units) -> Sequence[Chart]:
    """The time to be expected with the span of the models, as paces, for these compare between distances."""
    rows = [row for row in content.rows["race_predictions"] if row["predicted_s"] is not None]
    if len(rows) < 2:
        return ()

    def pace(row: Row, column: str) -> float:
        return (row[column] or row["predicted_s"]) * units.length_m / row["race_distance_m"]

    values: list[Spec] = [
        {
            "race": effort_name(row["race_distance_m"]),
            "expected": pace(row, "predicted_s"),
            "fastest": pace(row, "fastest_s"),
            "slowest": pace(row, "slowest_s"),
            "time": clock(row["predicted_s"]),
        }
        for row in rows
    ]
    names = [value["race"] for value in values]
    least, most = min(value["fastest"] for value in values), max(value["slowest"] for value in values)
    margin = 0.06 * (most - least) + 2
    views = {
        medium: {
            "width": plot_width_px(medium) - 46,
            "height": 36 * len(values),
            "data": {"values": values},
            "layer": _ranges(names, least - margin, most + margin, units, ticks),
        }
        for medium, ticks in (("page", 12), ("phone", 5))
    }
    told = "; ".join(
        f"{value['race']} in {value['time']}{_between_models(row)}"
        for value, row in zip(values, rows, strict=True)
    )
    legend = [("dot accent", "expected, with its time"), ("bar accent-soft", "between the models")]
    return [by_medium("What the models expect, as pace", f"{told}.", legend, views)]


def _between_models(row: Row) -> str:
    fastest, slowest = (clock(row[end] or row["predicted_s"]) for end in ("fastest_s", "slowest_s"))
    return "" if fastest == slowest else f", the models from {fastest} to {slowest}"


def _ranges(names: Sequence[str], least_s: float, most_s: float, units: Units, ticks: int) -> Sequence[Spec]:
    """The span of the models, the pace to be expected, and beside it the time that this makes."""
    axis: Spec = {**clock_axis(least_s, most_s, ticks), "grid": True, "domain": False, "ticks": False}
    x: Spec = {
        "type": "quantitative",
        "title": f"min/{units.symbol}",
        "axis": axis,
        "scale": {"domain": [least_s, most_s], "zero": False, "nice": False},
    }
    y: Spec = {"field": "race", "type": "nominal", "title": None, "sort": names, "axis": {"minExtent": 90}}
    expected: Spec = {"y": y, "x": {"field": "expected", **x}}
    span: Spec = {"fill": "var(--accent-soft)", "stroke": "var(--bar)", "height": 11, "cornerRadius": 3}
    return [
        {
            "mark": {"type": "bar", **span},
            "encoding": {"y": y, "x": {"field": "fastest", **x}, "x2": {"field": "slowest"}},
        },
        {
            "mark": {"type": "point", "filled": True, "fill": "var(--accent)", "opacity": 1, "size": 70},
            "encoding": expected,
        },
        {
            "mark": {"type": "text", "fill": "var(--ink)", "fontSize": 12, "dy": -13},
            "encoding": {**expected, "text": {"field": "time"}},
        },
    ]
