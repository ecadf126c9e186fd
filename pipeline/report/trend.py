"""Pace at one heart rate: how it went, which runs tell it, and what was taken out of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from statistics import median

from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table
from pipeline.report.units import NOTHING, Units, clock, number, percent
from pipeline.report.verdict import not_counted

_PACES = (
    "The curve follows the runs week by week; the verdict lays a straight line through the runs of its "
    "window, and a change of habit compares the weeks before it with those since: so their paces differ."
)
_TOLD_CHANGES = 3  # more days than that nobody reads; marts.device_differences has them


def efficiency_trend(content: Content, units: Units) -> Section:
    """Pace at one heart rate: month by month here, run by run in the chart and in JSON."""
    rows = content.rows["efficiency_trend"]
    curve = content.rows["fitness_curve"]
    counted = [row for row in rows if row["counts_for_trend"]]
    reasons = Counter[str](row["reason"] or "unknown" for row in rows if not row["counts_for_trend"])
    others = not_counted(reasons)
    source = "marts.efficiency_trend, fitness_curve"
    if not counted:
        sentences = ["No steady run with heart rate counts for a trend yet.", *filter(None, [others])]
        return Section("efficiency_trend", "Pace at a heart rate", sentences, source=source)
    heart_rate = f"{number(counted[-1]['reference_heart_rate_bpm'])} bpm"
    months = {f"{point['local_day']:%Y-%m}": point for point in curve}
    runs = Counter[str](f"{row['local_day']:%Y-%m}" for row in counted)
    sentences = [
        f"{_now(curve, units)}{len(counted)} of {len(rows)} runs count.",
        others,
        _within(_lately(counted, content)),
    ]
    notes = [
        _PACES if curve else "",
        _taken_out(content.rows["devices"]),
        _heat(counted),
    ]
    return Section(
        "efficiency_trend",
        f"Pace at {heart_rate}",
        list(filter(None, sentences)),
        table=Table(
            ("Month", "Runs", f"Pace at {heart_rate}", "90 % range"),
            [
                (month, number(runs[month]), units.pace(point["trend_speed_m_per_s"]), _range(point, units))
                for month, point in months.items()
            ],
            series=True,
        )
        if months
        else None,
        notes=list(filter(None, notes)),
        source=source,
    )


def _now(curve: Sequence[Row], units: Units) -> str:
    """The end of the smoothed curve; too few runs have none."""
    if not curve:
        return ""
    end = curve[-1]
    pace, heart_rate = units.pace(end["trend_speed_m_per_s"]), number(end["reference_heart_rate_bpm"])
    where = f"At {heart_rate} bpm the curve through your runs ends at {pace}"
    return f"{where} around {end['local_day']} (90 %: {_range(end, units)}); "


def _range(row: Row, units: Units) -> str:
    """From the fast end to the slow one, as a pace is read."""
    if row["trend_low_m_per_s"] is None or row["trend_high_m_per_s"] is None:
        return NOTHING
    fast, slow = units.pace_s(row["trend_high_m_per_s"]), units.pace_s(row["trend_low_m_per_s"])
    return f"{clock(fast)} to {clock(slow)}"


def _lately(counted: Sequence[Row], content: Content) -> Sequence[Row]:
    """The runs of the days that the verdict speaks of; all if it speaks of none."""
    window = content.verdict
    if window is None or window["slope_pct_per_month"] is None:
        return counted
    return [row for row in counted if row["local_day"] >= window["window_start_on"]]


def _within(runs: Sequence[Row]) -> str:
    """What happens within a run: drift between its halves, and what is left after an hour."""
    drifts = [row["decoupling_ratio"] for row in runs if row["decoupling_ratio"] is not None]
    left = [row["durability_ratio"] for row in runs if row["durability_ratio"] is not None]
    facts: list[str] = []
    if drifts:
        lost = median(drifts)
        side = "less" if lost >= 0 else "more"
        facts.append(
            f"the second half of the usual steady run has {percent(abs(lost), 1)} {side} metres to the beat"
        )
    if left:
        facts.append(
            f"after an hour you run {percent(median(left))} of the speed of minutes 10 to 30 at the same "
            f"heart rate ({number(len(left))} long runs)"
        )
    told = "; ".join(facts)
    return f"{told[0].upper()}{told[1:]}." if told else ""


def _taken_out(devices: Sequence[Row]) -> str:
    """From when on a device shows more or less; what cannot be compared does not count, and is not here."""
    changes = device_changes([device for device in devices if device["device_difference_pct"] is not None])
    if not changes:
        return ""
    if len(changes) > _TOLD_CHANGES:
        told = f"{len(changes)} new watches or sensors from {changes[0]} to {changes[-1]}: what they show"
    else:
        told = f"A new watch or sensor from {', '.join(map(str, changes))}: what it shows"
    return f"{told} more or less is taken out."


def _heat(counted: Sequence[Row]) -> str:
    costs = [row["heat_cost_pct_per_c"] for row in counted if row["heat_cost_pct_per_c"]]
    if not costs:
        return ""
    return (
        f"A degree of heat that you are not used to costs you {number(abs(costs[-1]), 1)} % of speed, "
        f"say your own {number(len(costs))} runs with a temperature: taken out."
    )


def device_changes(devices: Sequence[Row]) -> list[date]:
    """Days of the first comparable run on each watch or sensor but the first."""
    return sorted(device["first_run_on"] for device in devices)[1:]
