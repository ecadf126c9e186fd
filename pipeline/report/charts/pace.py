"""Pace at one heart rate: run by run, and smoothed over all the time there is."""

from collections.abc import Sequence
from datetime import date

from pipeline.report.charts.drawing import (
    Chart,
    Panel,
    Spec,
    clock_axis,
    instant,
    over_time,
    points_at,
    rules,
)
from pipeline.report.charts.rows import CHART_WEEKS, recent
from pipeline.report.content import Content, Row
from pipeline.report.trend import device_changes
from pipeline.report.units import Units, clock, number

_MARKED_HEAT_PCT = 1.0  # a run that heat slowed by that much is drawn as one; all of it is taken out
_CURVE_GAP_DAYS = 7


def efficiency_trend(content: Content, units: Units) -> Sequence[Chart]:
    """The curve since the beginning, where that is long ago, and the runs of the last two years."""
    return [*_whole_curve(content, units), *_runs(content, units)]


def _whole_curve(content: Content, units: Units) -> Sequence[Chart]:
    """The smoothed curve over all the time there is, where that is more than the runs below show."""
    points = content.rows["fitness_curve"]
    if len(points) < 2 or (points[-1]["local_day"] - points[0]["local_day"]).days < 7 * CHART_WEEKS:
        return ()
    paces = [pace for point in points if (pace := units.pace_s(point["trend_speed_m_per_s"])) is not None]
    margin = 0.35 * (max(paces) - min(paces)) + 5
    fastest, slowest = min(paces) - margin, max(paces) + margin
    axis = _pace_axis(units, fastest, slowest)
    values = _curve(points, units, fastest, slowest)
    best, worst = (
        choose(points, key=lambda point: point["trend_speed_m_per_s"] or 0) for choose in (max, min)
    )
    heart_rate = f"{number(points[-1]['reference_heart_rate_bpm'])} bpm"
    finding = (
        f"Smoothed pace at {heart_rate} since {points[0]['local_day']}: "
        f"fastest {units.pace(best['trend_speed_m_per_s'])} around {best['local_day']}, slowest "
        f"{units.pace(worst['trend_speed_m_per_s'])} around {worst['local_day']}, "
        f"at the end {units.pace(points[-1]['trend_speed_m_per_s'])}."
    )
    panel = Panel(values, _smoothed(axis), 170)
    legend = [("line accent", "smoothed"), ("bar accent-soft", "its 90 % band")]
    first, last = points[0]["local_day"], points[-1]["local_day"]
    title = f"All of it: pace at {heart_rate}, faster is higher"
    return [over_time(title, finding, legend, [panel], first, last)]


def _runs(content: Content, units: Units) -> Sequence[Chart]:
    rows = recent(content, "efficiency_trend", "local_day")
    counted = [row for row in rows if row["counts_for_trend"] and row["reference_speed_m_per_s"]]
    if len(counted) < 2:
        return ()
    runs = [_run(row, units) for row in counted]
    shown = [run["pace"] for run in runs]
    margin = 0.05 * (max(shown) - min(shown)) + 1
    fastest, slowest = min(shown) - margin, max(shown) + margin
    others = [
        run
        for row in rows
        if not row["counts_for_trend"]
        and (run := _run(row, units))["pace"] is not None
        and fastest < run["pace"] < slowest
    ]
    hot = [_run(row, units) for row in counted if _is_hot(row)]
    cool = [_run(row, units) for row in counted if not _is_hot(row)]
    changes = [
        change
        for change in device_changes(content.rows["devices"])
        if counted[0]["local_day"] <= change <= counted[-1]["local_day"]
    ]
    axis = _pace_axis(units, fastest, slowest)
    points = recent(content, "fitness_curve", "local_day")
    curve = {"data": {"values": _curve(points, units, fastest, slowest)}}
    verdict = _verdict_line(content, units)
    band, smooth = _smoothed(axis)
    layers: list[Spec] = [
        {**curve, **band},
        points_at(
            others, axis, {"fill": "var(--paper)", "stroke": "var(--muted)", "strokeWidth": 0.9, "size": 20}
        ),
        points_at(cool, axis, {"fill": "var(--accent)", "size": 24}),
        points_at(hot, axis, {"fill": "var(--hot)", "size": 42, "shape": "triangle-up"}),
        {**curve, **smooth},
        rules(changes, "var(--ink)", (2, 3)),
        {
            "data": {"values": verdict},
            "mark": {"type": "line", "stroke": "var(--ink)", "strokeWidth": 3, "strokeDash": [7, 4]},
            "encoding": {"x": {"field": "day"}, "y": axis},
        },
    ]
    legend = [("dot accent", "run that counts"), ("dot ring", "does not count")]
    if hot:
        legend.append(("triangle hot", f"heat cost it {number(_MARKED_HEAT_PCT)} % or more: taken out"))
    legend += [("line accent", "smoothed"), ("bar accent-soft", "its 90 % band")]
    if verdict:
        legend.append(("line dashed ink", "the verdict"))
    if changes:
        legend.append(("line dotted ink", "new watch or sensor"))
    heart_rate = f"{number(counted[-1]['reference_heart_rate_bpm'])} bpm"
    finding = (
        f"{len(counted)} runs that count from {counted[0]['local_day']} to {counted[-1]['local_day']}, "
        f"their pace at {heart_rate} between {clock(min(shown))} and {clock(max(shown))} /{units.symbol}"
        f"{_curve_ends(points, units)}{_new_devices(len(changes))}."
    )
    panel = Panel(runs, layers, 290)
    first = min(
        rows[0]["local_day"], content.verdict["window_start_on"] if content.verdict and verdict else date.max
    )
    return [
        over_time(
            f"Pace at {heart_rate}, faster is higher", finding, legend, [panel], first, rows[-1]["local_day"]
        )
    ]


def _run(row: Row, units: Units) -> Spec:
    return {"day": instant(row["local_day"]), "pace": units.pace_s(row["reference_speed_m_per_s"])}


def _is_hot(row: Row) -> bool:
    return (row["heat_effect_pct"] or 0.0) <= -_MARKED_HEAT_PCT


def _pace_axis(units: Units, fastest: float, slowest: float) -> Spec:
    return {
        "field": "pace",
        "type": "quantitative",
        "title": f"min/{units.symbol}",
        "axis": clock_axis(fastest, slowest, 7),
        "scale": {"domain": [fastest, slowest], "reverse": True, "zero": False, "nice": False},
    }


def _smoothed(axis: Spec) -> Sequence[Spec]:
    """The band of the curve and, over it, the curve."""
    along: Spec = {"x": {"field": "day"}, "detail": {"field": "stretch", "type": "nominal"}}
    return (
        {
            "mark": {"type": "area", "fill": "var(--accent-soft)", "opacity": 0.7},
            "encoding": {**along, "y": {**axis, "field": "slow"}, "y2": {"field": "fast"}},
        },
        {
            "mark": {"type": "line", "stroke": "var(--accent)", "strokeWidth": 2.5},
            "encoding": {**along, "y": {**axis, "field": "trend"}},
        },
    )


def _curve(points: Sequence[Row], units: Units, fastest: float, slowest: float) -> list[Spec]:
    """The smoothed curve and its band, cut to the drawing; where no run is near, it stops and begins anew."""

    def pace(speed_m_per_s: float | None) -> float | None:
        seconds = units.pace_s(speed_m_per_s)
        return None if seconds is None else min(max(seconds, fastest), slowest)

    drawn: list[Spec] = []
    stretch = 0
    for place, row in enumerate(points):
        if place and (row["local_day"] - points[place - 1]["local_day"]).days > _CURVE_GAP_DAYS:
            stretch += 1
        drawn.append(
            {
                "day": instant(row["local_day"]),
                "trend": pace(row["trend_speed_m_per_s"]),
                "slow": pace(row["trend_low_m_per_s"]),
                "fast": pace(row["trend_high_m_per_s"]),
                "stretch": stretch,
            }
        )
    return drawn


def _new_devices(count: int) -> str:
    return f"; {count} new watch{'es' * (count != 1)} or sensor{'s' * (count != 1)}" if count else ""


def _curve_ends(points: Sequence[Row], units: Units) -> str:
    if not points:
        return ""
    start, end = (units.pace(points[place]["trend_speed_m_per_s"]) for place in (0, -1))
    return f"; smoothed it goes from {start} to {end}"


def _verdict_line(content: Content, units: Units) -> list[Spec]:
    row = content.verdict
    if row is None or not row["reference_speed_start_m_per_s"] or not row["reference_speed_end_m_per_s"]:
        return []
    return [
        {
            "day": instant(row[f"window_{end}_on"]),
            "pace": units.pace_s(row[f"reference_speed_{end}_m_per_s"]),
        }
        for end in ("start", "end")
    ]
