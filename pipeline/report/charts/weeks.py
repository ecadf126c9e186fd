"""Weeks and months: distance, load, phases, and how hard it was."""

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import fmean

from pipeline.report.charts.drawing import (
    Chart,
    Panel,
    Spec,
    bars,
    instant,
    line,
    over_time,
    span,
)
from pipeline.report.charts.rows import CHART_WEEKS, recent
from pipeline.report.content import Content, Row
from pipeline.report.units import Units, number, percent, signed

_PHASES = ("base", "speed", "peak", "recovery", "break")
_PARTS = ("easy", "moderate", "hard")


def weekly_load(content: Content, units: Units) -> Sequence[Chart]:
    """Months since the beginning, where that is long ago; the weeks of two years; what they add up to."""
    drawn = [*_months(content, units)]
    rows = recent(content, "weekly_load", "week_start_on")
    if not rows:
        return drawn
    drawn.append(_distance(rows, units))
    if any(row["form_score"] is not None for row in rows):
        drawn.append(_form(rows))
    return drawn


def _months(content: Content, units: Units) -> Sequence[Chart]:
    """All there is, month by month: only where that is more than the weeks show."""
    rows = content.rows.get("months", ())
    if (
        not rows
        or content.as_of is None
        or (content.as_of - rows[0]["month_start_on"]).days < 7 * CHART_WEEKS
    ):
        return ()
    lengths = [units.lengths(row["distance_m"]) or 0.0 for row in rows]
    means = [fmean(lengths[place - 11 : place + 1]) if place >= 11 else None for place in range(len(lengths))]
    values = [
        {
            **span(row["month_start_on"], _month_end(row["month_start_on"])),
            "length": length,
            "mean": mean,
            "fill": "var(--bar)",
        }
        for row, length, mean in zip(rows, lengths, means, strict=True)
    ]
    most = max(rows, key=lambda row: row["distance_m"] or 0)
    total = units.distance(sum(row["distance_m"] or 0 for row in rows))
    finding = (
        f"Distance per month since {rows[0]['month_start_on']:%Y-%m}: {total} in all; the most was "
        f"{units.distance(most['distance_m'])} in {most['month_start_on']:%Y-%m}."
    )
    layers = [bars("length", units.symbol), line("middle", "mean", "var(--ink)")]
    legend = [("bar week", "month"), ("line ink", "mean of 12 months")]
    first, last = rows[0]["month_start_on"], _month_end(rows[-1]["month_start_on"])
    return [
        over_time("All of it: distance per month", finding, legend, [Panel(values, layers, 150)], first, last)
    ]


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
        f"Distance per week from {rows[0]['week_start_on']} to {rows[-1]['week_start_on']}: the last four "
        f"weeks have {number(fmean(lengths[-4:]), 1)} {units.symbol} on average, the most was "
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
        ("bar accent-soft", "form: fitness less fatigue of the evening before"),
    ]
    known = [row for row in rows if row["fitness_score"] is not None]
    least, most = (choose(known, key=lambda row: row["fitness_score"]) for choose in (min, max))
    finding = (
        f"Fitness was lowest at {number(least['fitness_score'])} in the week of {least['week_start_on']}, "
        f"highest at {number(most['fitness_score'])} in that of {most['week_start_on']}; now it is "
        f"{number(known[-1]['fitness_score'])}, with fatigue {number(known[-1]['fatigue_score'])} and form "
        f"{signed(known[-1]['form_score'], 0)}."
    )
    panel = Panel(weeks, layers, 170)
    return over_time("Fitness, fatigue and form", finding, legend, [panel], *_weeks_span(rows))


def phases(content: Content, _units: Units) -> Sequence[Chart]:
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


def intensity_split(content: Content, _units: Units) -> Sequence[Chart]:
    """Each week as a column of 100 %, and the easy share of the longest look back."""
    every = recent(content, "intensity_split", "week_start_on")
    rows = [row for row in every if row["easy_time_ratio"] is not None]
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
        {**_week(row), "easy": row["easy_time_ratio"]} for row in every if row["window_weeks"] == longest
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
        f"Time by intensity from {weeks[0]['week_start_on']} to {weeks[-1]['week_start_on']}: 80 % and more "
        f"was easy in {met} of {len(weeks)} weeks; over the last {last['window_weeks']} "
        f"weeks it was {shares}."
    )
    return [
        over_time(
            "Time by intensity, week by week",
            finding,
            legend,
            [Panel(parts, layers, 200)],
            *_weeks_span(weeks),
        )
    ]


def _week(row: Row) -> Spec:
    return span(row["week_start_on"], row["week_start_on"] + timedelta(days=6))


def _weeks_span(rows: Sequence[Row]) -> tuple[date, date]:
    return rows[0]["week_start_on"], rows[-1]["week_start_on"] + timedelta(days=7)
