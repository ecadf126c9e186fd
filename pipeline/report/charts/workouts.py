"""Workouts, repetition by repetition."""

from collections.abc import Sequence

from pipeline.report.charts.drawing import (
    Chart,
    Spec,
    svg,
)
from pipeline.report.content import Content, Row
from pipeline.report.units import Units, clock, number

_REPEATS_SPAN = (0.85, 1.08)  # of the mean speed of the workout
_RECOVERY_SHARE = 0.35  # recoveries are drawn narrower than they were, for the repetitions to have room


def workouts(content: Content, units: Units) -> Sequence[Chart]:
    """A drawing per workout: a bar per repetition, as wide as it was long and as high as it was fast."""
    workouts: dict[str, list[Row]] = {}
    for row in content.rows.get("repeats", ()):
        if row["speed_m_per_s"] and row["duration_s"]:
            workouts.setdefault(row["activity_id"], []).append(row)
    return [_repeats(rows, units) for rows in reversed(workouts.values())]


def _repeats(rows: Sequence[Row], units: Units) -> Chart:
    mean = sum(row["distance_m"] or 0 for row in rows) / sum(row["duration_s"] for row in rows)
    # Every drawing shows the same span about its workout's mean, so that heights compare between them.
    low, high = _REPEATS_SPAN
    at_s = 0.0
    parts: list[Spec] = []
    for row in rows:
        parts.append(
            {
                "start": at_s,
                "middle": at_s + row["duration_s"] / 2,
                "end": at_s + row["duration_s"],
                "height": min(max(row["speed_m_per_s"] / (mean or 1), low), high) - low,
                "beat": row["heart_rate_mean_bpm"],
            }
        )
        at_s += row["duration_s"] + _RECOVERY_SHARE * min(row["recovery_s"] or 0.0, row["duration_s"])
    beats = [row["heart_rate_mean_bpm"] for row in rows if row["heart_rate_mean_bpm"]]
    x: Spec = {
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, parts[-1]["end"]], "nice": False},
    }
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "fill": "var(--bar)", "cornerRadius": 1},
            "encoding": {
                "x": {"field": "start", **x},
                "x2": {"field": "end"},
                "y": {
                    "field": "height",
                    "type": "quantitative",
                    "axis": None,
                    "scale": {"domain": [0, high - low], "range": [90, 30], "nice": False},
                },
                "y2": {"datum": 0},
            },
        }
    ]
    if beats:
        beat: Spec = {
            "field": "beat",
            "type": "quantitative",
            "axis": None,
            "scale": {"domain": [min(beats) - 4, max(beats) + 4], "range": [30, 0], "nice": False},
        }
        heart: Spec = {"x": {"field": "middle", **x}, "y": beat}
        layers += [
            {"mark": {"type": "line", "stroke": "var(--hard)", "strokeWidth": 1.25}, "encoding": heart},
            {"mark": {"type": "point", "filled": True, "fill": "var(--hard)", "opacity": 1, "size": 16},
             "encoding": heart},
        ]  # fmt: skip
    view: Spec = {
        "width": 210,
        "height": 90,
        "padding": {"left": 4, "right": 4, "top": 4, "bottom": 0},
        "data": {"values": parts},
        "resolve": {"scale": {"y": "independent"}},
        "layer": layers,
    }
    paces = [units.pace_s(row["speed_m_per_s"]) or 0.0 for row in rows]
    pace = f"{' to '.join(dict.fromkeys((clock(min(paces)), clock(max(paces)))))} /{units.symbol}"
    captions = [pace]
    if beats:
        ends = dict.fromkeys((number(min(beats)), number(max(beats))))
        captions.append(f"{' to '.join(ends)} bpm")
    title = str(rows[0]["local_day"])
    signature = rows[0]["signature"] or ""
    faster = " → ".join(clock(second) for second in paces)
    finding = f"{title}, {signature}: a bar per repetition, its pace in min/{units.symbol}: {faster}."
    if beats:
        finding += f" Mean heart rate of each: {', '.join(number(beat) for beat in beats)} bpm."
    return Chart(title, finding, (), {"small": svg(finding, view)}, (signature, *captions))
