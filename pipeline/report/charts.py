"""What the charts of the HTML report show; `drawing` draws them.

Colour is never the only sign: what differs in colour differs in shape, place or outline too. Each chart says
in words what is to be seen in it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean
from typing import Any

from pipeline.report.content import Content, Row
from pipeline.report.drawing import (
    Chart,
    Panel,
    Spec,
    bars,
    by_medium,
    clock_ticks,
    instant,
    line,
    over_time,
    plot_width_px,
    rules,
    span,
    svg,
)
from pipeline.report.trend import device_changes
from pipeline.report.units import CLOCK_AXIS, Units, clock, effort_name, number, percent, signed

# Further back, bars are too thin to see and the verdict's longest window (78 weeks) has passed; what came
# before is drawn month by month.
CHART_WEEKS = 104

_PHASES = ("base", "speed", "peak", "recovery", "break")
_PARTS = ("easy", "moderate", "hard")
_SHOWN_EFFORTS_M = (1000.0, 5000.0, 10000.0, 21097.5)
_MARKED_HEAT_PCT = 1.0  # a run that heat slowed by that much is drawn as one; all of it is taken out
_CURVE_GAP_DAYS = 7
_SHOWN_SLOWNESS = 1.3  # a best of a month slower than that by the best of all was no effort, and flattens the rest


def charts(content: Content, units: Units) -> Mapping[str, Sequence[Chart]]:
    """The charts of each section that has enough rows to draw."""
    return {name: draw(content, units) for name, draw in _DRAWN_BY.items() if name in content.rows}


def _recent(content: Content, query: str, day: str) -> Sequence[Row]:
    """The rows of the last two years; none where one alone would have no neighbour."""
    since = content.as_of - timedelta(weeks=CHART_WEEKS) if content.as_of else date.min
    rows = [row for row in content.rows.get(query, ()) if row[day] > since]
    return rows if len(rows) > 1 else ()


# --- weeks


def _weekly_load(content: Content, units: Units) -> Sequence[Chart]:
    drawn = [*_months(content, units)]
    rows = _recent(content, "weekly_load", "week_start_on")
    if not rows:
        return drawn
    drawn.append(_distance(rows, units))
    if any(row["form_score"] is not None for row in rows):
        drawn.append(_form(rows))
    return drawn


def _months(content: Content, units: Units) -> Sequence[Chart]:
    """All there is, month by month: only where that is more than the weeks show."""
    rows = content.rows.get("months", ())
    if not rows or content.as_of is None or (content.as_of - rows[0]["month_start_on"]).days < 7 * CHART_WEEKS:
        return ()
    lengths = [units.lengths(row["distance_m"]) or 0.0 for row in rows]
    values = [
        {**span(row["month_start_on"], _month_end(row["month_start_on"])), "length": length, "fill": "var(--bar)",
         "mean": fmean(lengths[max(0, place - 11) : place + 1]) if place >= 11 else None}
        for place, (row, length) in enumerate(zip(rows, lengths, strict=True))
    ]  # fmt: skip
    most = max(rows, key=lambda row: row["distance_m"] or 0)
    total = units.distance(sum(row["distance_m"] or 0 for row in rows))
    finding = (
        f"Distance per month since {rows[0]['month_start_on']:%Y-%m}: {total} in all; the most was "
        f"{units.distance(most['distance_m'])} in {most['month_start_on']:%Y-%m}."
    )
    layers = [bars("length", units.symbol), line("middle", "mean", "var(--ink)")]
    legend = [("bar week", "month"), ("line ink", "mean of 12 months")]
    first, last = rows[0]["month_start_on"], _month_end(rows[-1]["month_start_on"])
    return [over_time("All of it: distance per month", finding, legend, [Panel(values, layers, 150)], first, last)]


def _month_end(start: date) -> date:
    return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _distance(rows: Sequence[Row], units: Units) -> Chart:
    lengths = [units.lengths(row["distance_m"]) or 0.0 for row in rows]
    weeks = [
        {
            **_week(row),
            "length": lengths[place],
            "mean": fmean(lengths[max(0, place - 3) : place + 1]),
            "fill": "var(--paper)" if row["is_down_week"] else "var(--bar)",
        }
        for place, row in enumerate(rows)
    ]
    blocks = _blocks(rows)
    top = 1.25 * max(lengths) if blocks else None
    week = bars("length", units.symbol, **({"scale": {"domain": [0, top], "nice": False}} if top else {}))
    week["mark"] |= {"stroke": "var(--bar)", "strokeWidth": 0.8}
    layers = [*([_band(blocks)] if blocks else []), week, line("middle", "mean", "var(--ink)")]
    legend = [("bar week", "week"), ("bar hollow", "down week"), ("line ink", "mean of 4 weeks")]
    legend += [(f"bar phase-{phase}", phase) for phase in _PHASES if phase in {block[2] for block in blocks}]
    most = max(rows, key=lambda row: row["distance_m"] or 0)
    down = sum(bool(row["is_down_week"]) for row in rows)
    finding = (
        f"Distance per week from {rows[0]['week_start_on']} to {rows[-1]['week_start_on']}: the last four weeks "
        f"have {number(fmean(lengths[-4:]), 1)} {units.symbol} on average, the most was "
        f"{units.distance(most['distance_m'])} in the week of {most['week_start_on']}; {down} down weeks."
    )
    panel = Panel(weeks, layers, 210, blocks)
    return over_time("Distance per week", finding, legend, [panel], *_weeks_span(rows))


def _blocks(rows: Sequence[Row]) -> Sequence[tuple[date, date, str]]:
    """Weeks of one phase that follow each other, with their first and last day."""
    blocks: list[tuple[date, date, str]] = []
    for row in rows:
        phase, start = row.get("phase"), row["week_start_on"]
        if phase is None:
            continue
        if blocks and blocks[-1][2] == phase and blocks[-1][1] == start - timedelta(days=1):
            blocks[-1] = (blocks[-1][0], start + timedelta(days=6), phase)
        else:
            blocks.append((start, start + timedelta(days=6), phase))
    return blocks


def _band(blocks: Sequence[tuple[date, date, str]]) -> Spec:
    """The phases as a band along the top."""
    return {
        "data": {
            "values": [
                {"start": instant(start), "end": instant(end), "fill": f"var(--phase-{phase})"}
                for start, end, phase in blocks
            ]
        },
        "mark": {"type": "rect"},
        "encoding": {
            "x": {"field": "start"},
            "x2": {"field": "end"},
            "y": {"value": 0},
            "y2": {"value": 16},
            "fill": {"field": "fill", "type": "nominal", "scale": None},
        },
    }


def _form(rows: Sequence[Row]) -> Chart:
    weeks = [
        {**_week(row), **{name: row[f"{name}_score"] for name in ("fitness", "fatigue", "form")}}
        for row in rows
    ]
    layers: list[Spec] = [
        {
            "mark": {"type": "area", "fill": "var(--accent-soft)", "interpolate": "monotone"},
            "encoding": {
                "x": {"field": "middle"},
                "y": {"field": "form", "type": "quantitative", "title": "score"},
                "y2": {"datum": 0},
            },
        },
        line("middle", "fatigue", "var(--hard)", strokeDash=[6, 3]),
        line("middle", "fitness", "var(--accent)"),
    ]
    legend = [
        ("line accent", "fitness"),
        ("line dashed hard", "fatigue"),
        ("bar accent-soft", "form: fitness less fatigue"),
    ]
    known = [row for row in rows if row["fitness_score"] is not None]
    least, most = (choose(known, key=lambda row: row["fitness_score"]) for choose in (min, max))
    finding = (
        f"Fitness was lowest at {number(least['fitness_score'])} in the week of {least['week_start_on']}, highest at "
        f"{number(most['fitness_score'])} in that of {most['week_start_on']}; now it is "
        f"{number(known[-1]['fitness_score'])}, with fatigue {number(known[-1]['fatigue_score'])} and form "
        f"{signed(known[-1]['form_score'], 0)}."
    )
    panel = Panel(weeks, layers, 170)
    return over_time("Fitness, fatigue and form", finding, legend, [panel], *_weeks_span(rows))


def _phases(content: Content, _units: Units) -> Sequence[Chart]:
    """The blocks of all the time there is, each phase on a line of its own."""
    rows = content.rows["phases"]
    if len(rows) < 2:
        return ()
    values = [
        {
            **span(row["from_on"], row["until_day"]),
            "phase": row["phase"],
            "fill": f"var(--phase-{row['phase']})",
            "stroke": "var(--muted)",
        }
        for row in rows
    ]
    there = [phase for phase in _PHASES if phase in {row["phase"] for row in rows}]
    layer: Spec = {
        "mark": {"type": "rect", "height": {"band": 0.7}, "strokeWidth": 0.75},
        "encoding": {
            "x": {"field": "start"},
            "x2": {"field": "end"},
            "y": {
                "field": "phase",
                "type": "nominal",
                "title": None,
                "sort": there,
                "scale": {"domain": there},
                "axis": {"minExtent": 58},
            },
            "fill": {"field": "fill", "type": "nominal", "scale": None},
            "stroke": {"field": "stroke", "type": "nominal", "scale": None},
        },
    }
    counts = ", ".join(
        f"{phase} {sum(row['week_count'] for row in rows if row['phase'] == phase)}" for phase in there
    )
    finding = f"Phases from {rows[0]['from_on']} to {rows[-1]['until_day']}, in weeks: {counts}."
    panel = Panel(values, [layer], 28 * len(there))
    return [over_time("Blocks of training", finding, (), [panel], rows[0]["from_on"], rows[-1]["until_day"])]


def _intensity_split(content: Content, _units: Units) -> Sequence[Chart]:
    rows = [
        row
        for row in _recent(content, "intensity_split", "week_start_on")
        if row["easy_time_ratio"] is not None
    ]
    weeks = [row for row in rows if row["window_weeks"] == 1]
    if not weeks:
        return ()
    parts: list[Spec] = []
    for row in weeks:
        low = 0.0
        for part in _PARTS:
            high = low + (row[f"{part}_time_ratio"] or 0.0)
            parts.append({**_week(row), "low": low, "high": min(high, 1.0), "fill": f"var(--{part})"})
            low = high
    longest = max(row["window_weeks"] for row in rows)
    rolling = [
        {**_week(row), "easy": row["easy_time_ratio"]} for row in rows if row["window_weeks"] == longest
    ]
    layers: list[Spec] = [
        bars("low", None, axis={"format": ".0%"}, scale={"domain": [0, 1]}),
        {
            "data": {"values": [{}]},
            "mark": {"type": "rule", "stroke": "var(--ink)", "strokeDash": [5, 4], "strokeWidth": 1.5},
            "encoding": {"y": {"datum": 0.8, "type": "quantitative"}},
        },
    ]
    layers[0]["encoding"]["y2"] = {"field": "high"}
    legend = [
        ("bar easy", "easy, at the bottom"),
        ("bar moderate", "moderate"),
        ("bar hard", "hard, on top"),
        ("line dashed ink", "80 %"),
    ]
    if longest > 1:
        layers.append({"data": {"values": rolling}, **line("middle", "easy", "var(--paper)", strokeWidth=5)})
        layers.append({"data": {"values": rolling}, **line("middle", "easy", "var(--ink)")})
        legend.append(("line ink", f"easy over {longest} weeks"))
    met = sum(row["easy_time_ratio"] >= 0.8 for row in weeks)
    last = max(rows, key=lambda row: (row["week_start_on"], row["window_weeks"]))
    shares = ", ".join(f"{percent(last[part + '_time_ratio'])} {part}" for part in _PARTS)
    finding = (
        f"Time by intensity from {weeks[0]['week_start_on']} to {weeks[-1]['week_start_on']}: 80 % and more was "
        f"easy in {met} of {len(weeks)} weeks; over the last {last['window_weeks']} "
        f"weeks it was {shares}."
    )
    return [
        over_time(
            "Time by intensity, week by week", finding, legend, [Panel(parts, layers, 200)], *_weeks_span(weeks)
        )
    ]


def _week(row: Row) -> Spec:
    return span(row["week_start_on"], row["week_start_on"] + timedelta(days=6))


def _weeks_span(rows: Sequence[Row]) -> tuple[date, date]:
    return rows[0]["week_start_on"], rows[-1]["week_start_on"] + timedelta(days=7)


# --- pace at a heart rate


def _efficiency_trend(content: Content, units: Units) -> Sequence[Chart]:
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
    finding = (
        f"Smoothed pace at {number(points[-1]['reference_heart_rate_bpm'])} bpm since {points[0]['local_day']}: "
        f"fastest {units.pace(best['trend_speed_m_per_s'])} around {best['local_day']}, slowest "
        f"{units.pace(worst['trend_speed_m_per_s'])} around {worst['local_day']}, "
        f"at the end {units.pace(points[-1]['trend_speed_m_per_s'])}."
    )
    panel = Panel(values, _smoothed(axis), 170)
    legend = [("line accent", "smoothed"), ("bar accent-soft", "its 90 % band")]
    first, last = points[0]["local_day"], points[-1]["local_day"]
    title = f"All of it: pace at {number(points[-1]['reference_heart_rate_bpm'])} bpm, faster is higher"
    return [over_time(title, finding, legend, [panel], first, last)]


def _runs(content: Content, units: Units) -> Sequence[Chart]:
    rows = _recent(content, "efficiency_trend", "local_day")
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
    points = _recent(content, "fitness_curve", "local_day")
    curve = {"data": {"values": _curve(points, units, fastest, slowest)}}
    verdict = _verdict_line(content, units)
    band, smooth = _smoothed(axis)
    layers: list[Spec] = [
        {**curve, **band},
        _points(others, axis, {"fill": "var(--paper)", "stroke": "var(--muted)", "strokeWidth": 0.9, "size": 20}),
        _points(cool, axis, {"fill": "var(--accent)", "size": 24}),
        _points(hot, axis, {"fill": "var(--hot)", "size": 42, "shape": "triangle-up"}),
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
        f"{len(counted)} runs that count from {counted[0]['local_day']} to {counted[-1]['local_day']}, their pace at "
        f"{heart_rate} between {clock(min(shown))} and {clock(max(shown))} /{units.symbol}"
        f"{_curve_ends(points, units)}{'; ' + str(len(changes)) + ' new watches or sensors' if changes else ''}."
    )
    panel = Panel(runs, layers, 290)
    first = min(rows[0]["local_day"], content.verdict["window_start_on"] if content.verdict and verdict else date.max)
    return [
        over_time(f"Pace at {heart_rate}, faster is higher", finding, legend, [panel], first, rows[-1]["local_day"])
    ]


def _run(row: Row, units: Units) -> Spec:
    return {"day": instant(row["local_day"]), "pace": units.pace_s(row["reference_speed_m_per_s"])}


def _is_hot(row: Row) -> bool:
    return (row["heat_effect_pct"] or 0.0) <= -_MARKED_HEAT_PCT


def _points(values: Sequence[Spec], axis: Spec, mark: Spec) -> Spec:
    return {
        "data": {"values": list(values)},
        "mark": {"type": "point", "filled": True, "opacity": 1, **mark},
        "encoding": {"x": {"field": "day"}, "y": axis},
    }


def _pace_axis(units: Units, fastest: float, slowest: float) -> Spec:
    return {
        "field": "pace",
        "type": "quantitative",
        "title": f"min/{units.symbol}",
        "axis": {"labelExpr": CLOCK_AXIS, "values": clock_ticks(fastest, slowest, 7)},
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


# --- workouts


def _workouts(content: Content, units: Units) -> Sequence[Chart]:
    """A small drawing per workout: a bar per repetition, as wide as it was long and as high as it was fast."""
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
    x: Spec = {"type": "quantitative", "axis": None, "scale": {"domain": [0, parts[-1]["end"]], "nice": False}}
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
    title = f"{rows[0]['local_day']}: {rows[0]['signature'] or number(len(rows))}"
    faster = " → ".join(clock(second) for second in paces)
    finding = f"{title}, a bar per repetition, its pace in min/{units.symbol}: {faster}."
    if beats:
        finding += f" Mean heart rate of each: {', '.join(number(beat) for beat in beats)} bpm."
    return Chart(title, finding, (), {"small": svg(finding, view)}, captions)


_REPEATS_SPAN = (0.85, 1.08)  # of the mean speed of the workout
_RECOVERY_SHARE = 0.35  # recoveries are drawn narrower than they were, for the repetitions to have room


# --- recovery

_SIGNALS: Mapping[str, tuple[str, str, str, float]] = {
    "heart_rate_resting": ("heart_rate_resting_bpm", "Resting heart rate", "bpm", 1.0),
    "hrv": ("hrv_s", "Heart rate variability", "ms", 1000.0),
    "sleep": ("sleep_s", "Sleep", "h", 1 / 3600),
}


def _recovery(content: Content, _units: Units) -> Sequence[Chart]:
    days = _recent(content, "recovery_days", "local_day")
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


_LEAST_DAYS = 7
_USUAL_DAYS = 189  # as sql/reports/recovery.sql has it


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
        layers.append(
            {
                "data": {"values": [{"start": instant(since), "end": instant(usual["last_known_on"]), "value": low,
                                     "high": high}]},
                "mark": {"type": "rect", "fill": "var(--accent-soft)"},
                "encoding": {"x": {"field": "start"}, "x2": {"field": "end"}, "y": y, "y2": {"field": "high"}},
            }
        )  # fmt: skip
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


# --- efforts and races


def _best_efforts(content: Content, units: Units) -> Sequence[Chart]:
    """The best of each month, and the best of all until then, over the distances that most runners know."""
    rows = [row for row in content.rows.get("effort_months", ()) if row["effort_distance_m"] in _SHOWN_EFFORTS_M]
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
        ("triangle hot", "in a race or nearly one"),
        ("line ink", "best until then"),
    ]
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
        "axis": {"labelExpr": _LONG_CLOCK_AXIS, "values": clock_ticks(low, high, 4)},
        "scale": {"domain": [low, high], "reverse": True, "zero": False, "nice": False},
    }
    step = line("day", "best", "var(--ink)", interpolate="step-after", strokeWidth=1.5)
    step["encoding"]["y"] = {**y, "field": "best"}
    return [
        step,
        _points(values, y, {"fill": "var(--accent)", "size": 24}),
        _points(races, y, {"fill": "var(--hot)", "size": 48, "shape": "triangle-up"}),
    ]


_LONG_CLOCK_AXIS = (
    "(datum.value >= 3600 ? floor(datum.value / 3600) + ':' + format(floor(datum.value / 60) % 60, '02d') "
    ": floor(datum.value / 60)) + ':' + format(datum.value % 60, '02d')"
)


def _race_predictions(content: Content, units: Units) -> Sequence[Chart]:
    """The time to be expected with the span of the models, as paces, for these compare between distances."""
    rows = [row for row in content.rows["race_predictions"] if row["predicted_s"] is not None]
    if len(rows) < 2:
        return ()

    def pace(row: Row, column: str) -> float:
        return (row[column] or row["predicted_s"]) * units.length_m / row["race_distance_m"]

    values = [
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
    x: Spec = {
        "type": "quantitative",
        "title": f"min/{units.symbol}",
        "axis": {"labelExpr": CLOCK_AXIS, "grid": True, "domain": False, "ticks": False},
        "scale": {"domain": [least - margin, most + margin], "zero": False, "nice": False},
    }
    y: Spec = {"field": "race", "type": "nominal", "title": None, "sort": names, "axis": {"minExtent": 90}}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "fill": "var(--accent-soft)", "stroke": "var(--bar)", "height": 11,
                     "cornerRadius": 3},
            "encoding": {"y": y, "x": {"field": "fastest", **x}, "x2": {"field": "slowest"}},
        },
        {
            "mark": {"type": "point", "filled": True, "fill": "var(--accent)", "opacity": 1, "size": 70},
            "encoding": {"y": y, "x": {"field": "expected", **x}},
        },
        {
            "mark": {"type": "text", "fill": "var(--ink)", "fontSize": 12, "dy": -13},
            "encoding": {"y": y, "x": {"field": "expected", **x}, "text": {"field": "time"}},
        },
    ]  # fmt: skip
    views: dict[str, Spec] = {
        medium: {
            "width": plot_width_px(medium) - 46,
            "height": 36 * len(values),
            "data": {"values": values},
            "layer": layers,
            "encoding": {"x": {"axis": {"values": clock_ticks(least - margin, most + margin, ticks)}}},
        }
        for medium, ticks in (("page", 12), ("phone", 5))
    }
    told = "; ".join(
        f"{value['race']} in {value['time']}, the models from {clock(row['fastest_s'] or row['predicted_s'])} to "
        f"{clock(row['slowest_s'] or row['predicted_s'])}"
        for value, row in zip(values, rows, strict=True)
    )
    legend = [("dot accent", "expected, with its time"), ("bar accent-soft", "between the models")]
    return [by_medium("What the models expect, as pace", f"{told}.", legend, views)]


_DRAWN_BY: Mapping[str, Callable[[Content, Units], Sequence[Chart]]] = {
    "weekly_load": _weekly_load,
    "phases": _phases,
    "intensity_split": _intensity_split,
    "efficiency_trend": _efficiency_trend,
    "workouts": _workouts,
    "recovery": _recovery,
    "best_efforts": _best_efforts,
    "race_predictions": _race_predictions,
}
