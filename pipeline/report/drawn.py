"""Charts in characters, for a terminal: lines of at most so many columns, readable without colour.

Curves are braille by plotille, small and without dependencies; the rest is a line of blocks. What a terminal
without these characters shows instead is the business of `letters`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise

from pipeline.report.content import Content
from pipeline.report.page import plain
from pipeline.report.recovery import value
from pipeline.report.units import NOTHING, Units, clock, number

_LEVELS = "▁▂▃▄▅▆▇█"
PARTS = "█▒░"  # of a whole: told apart without colour
_PLOT_LINES = 9
_PLOT_COLUMNS_MIN = 20
_PLOT_WEEKS = 104
_LABEL = 7
_WIDEST = 100
_MONTHS = 12
_SIGNALS = {"heart_rate_resting": "heart_rate_resting_bpm", "hrv": "hrv_s", "sleep": "sleep_s"}
_NAMES = {"heart_rate_resting": "Resting heart rate", "hrv": "Variability", "sleep": "Sleep"}


def drawings(content: Content, units: Units, width: int) -> Mapping[str, Sequence[str]]:
    """The drawing of each section that has one, by the section's name; `width` in columns."""
    asked = {name: draw for name, draw in _DRAWN_BY.items() if name in content.sections}
    drawn = {name: draw(content, units, min(width, _WIDEST)) for name, draw in asked.items()}
    return {name: lines for name, lines in drawn.items() if lines}


def sparkline(values: Sequence[float | None]) -> str:
    """A character a value, from the lowest to the highest; a gap is a blank."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    step = (high - low) / (len(_LEVELS) - 1) or 1.0
    return "".join(" " if one is None else _LEVELS[round((one - low) / step)] for one in values)


def stacked(ratios: Sequence[float], width: int) -> str:
    """Parts of a whole beside each other, as many characters as `width`."""
    ends = [round(width * sum(ratios[: place + 1])) for place in range(len(ratios))]
    starts = [0, *ends[:-1]]
    return "".join(part * (end - start) for part, start, end in zip(PARTS, starts, ends, strict=True))


def plot(
    points: Sequence[tuple[date, float]],
    low: Sequence[tuple[date, float]],
    high: Sequence[tuple[date, float]],
    label: Callable[[float], str],
    width: int,
) -> list[str]:
    """A curve over days with the edges of its band as dots; labels at the top, the middle and the bottom."""
    from plotille import Canvas

    levels = [level for _, level in (*points, *low, *high)]
    bottom, top = min(levels), max(levels)
    first, last = points[0][0], points[-1][0]
    columns = width - _LABEL - 2
    if first == last or bottom == top or columns < _PLOT_COLUMNS_MIN:
        return []
    canvas = Canvas(columns, _PLOT_LINES, 0, bottom, (last - first).days, top)
    for (day, level), (next_day, next_level) in pairwise(points):
        canvas.line((day - first).days, level, (next_day - first).days, next_level)
    for day, level in (*low, *high):
        canvas.point((day - first).days, level)
    labels = {0: label(top), _PLOT_LINES // 2: label((top + bottom) / 2), _PLOT_LINES - 1: label(bottom)}
    lines = [
        f"{labels.get(place, ''):>{_LABEL}} ┤{line}".rstrip("⠀ ")
        for place, line in enumerate(canvas.plot().splitlines())
    ]
    middle = first + (last - first) / 2
    days = f"{first}{middle!s:^{columns - 20}}{last}" if columns > 34 else f"{first}{last!s:>{columns - 10}}"
    return [*lines, " " * (_LABEL + 2) + days]


def _months(content: Content, units: Units, width: int) -> list[str]:
    """A line a year, a character a month: the whole history at a glance."""
    months = content.rows["months"]
    if len(months) <= _MONTHS or width < _MONTHS + 30:
        return []
    most = max(units.lengths(month["distance_m"]) or 0 for month in months) or 1.0
    lines = [f"Distance by month, a line a year; the longest month has {number(most)} {units.symbol}"]
    for year, rows in groupby(months, lambda month: month["month_start_on"].year):
        by_month = {row["month_start_on"].month: units.lengths(row["distance_m"]) or 0 for row in rows}
        marks = "".join(
            " " if month not in by_month else _mark(by_month[month] / most) for month in range(1, _MONTHS + 1)
        )
        lines.append(f"{year}  {marks}  {number(sum(by_month.values()))} {units.symbol}")
    return lines


def _mark(ratio: float) -> str:
    """Nothing is a dot, for little is not nothing."""
    return _LEVELS[round(ratio * (len(_LEVELS) - 1))] if ratio else "·"


def _trend(content: Content, units: Units, width: int) -> list[str]:
    curve = [row for row in content.rows["fitness_curve"] if row["trend_speed_m_per_s"]]
    if len(curve) < 4:
        return []
    since = curve[-1]["local_day"] - timedelta(weeks=_PLOT_WEEKS)
    curve = [row for row in curve if row["local_day"] > since]

    def paces(column: str) -> list[tuple[date, float]]:
        # faster is higher
        return [(row["local_day"], -(units.pace_s(row[column]) or 0)) for row in curve if row[column]]

    lines = plot(
        paces("trend_speed_m_per_s"),
        paces("trend_low_m_per_s"),
        paces("trend_high_m_per_s"),
        lambda level: clock(-level),
        width,
    )
    heart_rate = number(curve[-1]["reference_heart_rate_bpm"])
    title = f"Pace per {units.symbol} at {heart_rate} bpm, faster is higher; dots: the 90 % band"
    return [title, *lines] if lines else []


def _repeats(content: Content, units: Units, width: int) -> list[str]:
    """The latest workout, a bar for each repetition: the longer the faster."""
    rows = content.rows["repeats"]
    if not rows:
        return []
    bouts = [row for row in rows if row["activity_id"] == rows[-1]["activity_id"]]
    speeds = [row["speed_m_per_s"] for row in bouts]  # of the same metres and seconds that stand beside it
    known = [speed for speed in speeds if speed]
    if not known:
        return []
    # half as fast as the fastest is an empty bar: repetitions differ by little
    most = max(known)
    bar = max(width - 48, 8)
    lines = [
        plain(f"{bouts[-1]['local_day']}: {bouts[-1]['signature']}"),
        f"{'':2}  {'Time':>7}  {'Distance':>8}  {'Pace':>8}  {'bpm':>7}  longer is faster",
    ]
    for place, (row, speed) in enumerate(zip(bouts, speeds, strict=True), 1):
        length = round(max(0.0, 2 * (speed or 0) / most - 1) * bar)
        beats = "/".join(number(row[f"heart_rate_{what}_bpm"]) for what in ("mean", "peak"))
        beats = NOTHING if row["heart_rate_mean_bpm"] is None else beats
        lines.append(
            f"{place:2}  {clock(row['duration_s']):>7}  {number(row['distance_m']):>6} m  "
            f"{units.pace(speed):>8}  {beats:>7}  {'█' * length}"
        )
    return lines


def _recovery(content: Content, units: Units, width: int) -> list[str]:  # noqa: ARG001 - they share a signature
    """A line for each signal, a character a week: the means of the weeks up to the last day."""
    if content.as_of is None:
        return []
    known = {row["signal"]: row for row in content.rows["recovery"]}
    weeks = min(max(width - 40, 8), 52)
    lines: list[str] = []
    for signal, column in _SIGNALS.items():
        if signal not in known:
            continue
        source = known[signal]["source"]
        by_week: dict[int, list[float]] = {}
        for day in content.rows["recovery_days"]:
            if day[column] is not None and day[f"{column.rsplit('_', 1)[0]}_source"] == source:
                by_week.setdefault((content.as_of - day["local_day"]).days // 7, []).append(day[column])
        means = [
            sum(by_week[ago]) / len(by_week[ago]) if ago in by_week else None
            for ago in reversed(range(weeks))
        ]
        levels = [mean for mean in means if mean is not None]
        if len(levels) > 1:
            span = f"{value(signal, min(levels))} to {value(signal, max(levels))}"
            lines.append(f"{_NAMES[signal]:<18}  {sparkline(means)}  {span}")
    return [f"Weekly means of {weeks} weeks, from the lowest to the highest", *lines] if lines else []


_DRAWN_BY: Mapping[str, Callable[[Content, Units, int], list[str]]] = {
    "weekly_load": _months,
    "efficiency_trend": _trend,
    "workouts": _repeats,
    "recovery": _recovery,
}
