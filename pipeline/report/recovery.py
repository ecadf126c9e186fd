"""How the body copes, as far as anyone measured it: resting heart rate, variability, sleep, illness."""

from collections.abc import Sequence
from datetime import timedelta

from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table
from pipeline.report.units import NOTHING, clock_hours, number

_SIGNALS = {
    "heart_rate_resting": "Resting heart rate",
    "hrv": "Heart rate variability",
    "sleep": "Sleep",
}
_USUAL_MIN_DAYS = 14
_RECENT_MIN_DAYS = 3
_WEEKS = 4
_HELP = (
    "A watch worn at night tells it, if the files of its nights are in your export; "
    "or write it into journal.csv, which `nextgear athlete --journal{}` begins."
)


def recovery(content: Content, units: object) -> Section:  # noqa: ARG001 - sections share a signature
    """The last seven days against what is usual, with where each number is from."""
    rows = content.rows["recovery"]
    known = {row["signal"] for row in rows}
    missing = [name for signal, name in _SIGNALS.items() if signal not in known]
    sentences = [
        *map(_sentence, rows),
        *_unknown(missing, content.options),
        *_besides(content.rows["recovery_days"], content),
    ]
    table = Table(
        ("Signal", "Last 7 days", "Usual", "Days known", "From", "Until"),
        [
            (
                _SIGNALS[row["signal"]],
                value(row["signal"], row["recent_value"]),
                _usual(row),
                number(row["known_day_count"]),
                row["source"],
                str(row["last_known_on"]),
            )
            for row in rows
        ],
        words=(0, 4),
    )
    notes = ["Usual is the middle 80 % of your seven-day means in the half year before."] if rows else []
    return Section(
        "recovery", "Recovery", sentences, table=table if rows else None, notes=notes, source="marts.days"
    )


def value(signal: str, number_si: float | None) -> str:
    """A number of a signal as runners write it: bpm, ms, h:mm."""
    if number_si is None:
        return NOTHING
    match signal:
        case "hrv":
            return f"{number(1000 * number_si)} ms"
        case "sleep":
            return clock_hours(number_si)
        case _:
            return f"{number(number_si)} bpm"


def _usual(row: Row) -> str:
    if row["usual_day_count"] < _USUAL_MIN_DAYS:
        return NOTHING
    low, high = (value(row["signal"], row[f"usual_{side}_value"]) for side in ("low", "high"))
    return high if low == high else f"{low.partition(' ')[0]} to {high}"


def _sentence(row: Row) -> str:
    name = _SIGNALS[row["signal"]]
    if row["recent_day_count"] < _RECENT_MIN_DAYS:
        return f"{name}: too few of the last seven days are known; the last was {row['last_known_on']}."
    recent = value(row["signal"], row["recent_value"])
    told = f"{name}: {recent} in the last seven days ({row['recent_day_count']} known)"
    if row["usual_day_count"] < _USUAL_MIN_DAYS:
        return f"{told}; what is usual for you is not known yet."
    high, low = (value(row["signal"], row[f"usual_{end}_value"]) for end in ("high", "low"))
    if row["recent_value"] > row["usual_high_value"] and recent != high:  # as it is printed
        where = "above your usual"
    elif row["recent_value"] < row["usual_low_value"] and recent != low:
        where = "below your usual"
    else:
        where = "within your usual"
    return f"{told}, {where} {_usual(row)}."


def _unknown(missing: Sequence[str], options: str) -> list[str]:
    if not missing:
        return []
    names = ", ".join(name[:1].lower() + name[1:] if place else name for place, name in enumerate(missing))
    return [f"{names}: not known. {_HELP.format(options)}"]


def _besides(days: Sequence[Row], content: Content) -> list[str]:
    """Strength and illness of the last four weeks; what nobody wrote down is unknown, not none."""
    if content.as_of is None:
        return []
    since = content.as_of - timedelta(weeks=_WEEKS)
    recent = [day for day in days if day["local_day"] > since]
    strength = [day["strength_count"] for day in recent if day["strength_count"] is not None]
    ill = [day for day in recent if day["is_ill"]]
    told: list[str] = []
    if strength:
        count = sum(strength)
        told.append(f"Strength: {count or 'no'} session{'s' * (count != 1)} in the last {_WEEKS} weeks.")
    if ill:
        told.append(f"Ill on {len(ill)} day{'s' * (len(ill) != 1)} of the last {_WEEKS} weeks.")
    return told
