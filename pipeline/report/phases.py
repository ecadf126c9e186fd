"""What the weeks were for: base, speed, peak, recovery, breaks; and the usual week beside the articles'."""

from collections.abc import Sequence

from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table
from pipeline.report.units import Units, number

PHASES = {"base": "base", "speed": "speed", "peak": "peak", "recovery": "recovery", "break": "break"}

# How long a block was, against the articles, in a word: the beginning of marts.phases.reason.
_LENGTHS = {"longer": "long", "shorter": "short", "as long": "fits", "not over": "so far"}

_USUAL_MIN_RUN_DAYS = 1  # less than one a week has no usual week


def phases(content: Content, units: Units) -> Section:
    """The blocks of weeks with their dates, the current one first in words."""
    rows = content.rows["phases"]
    source = "marts.phases, breaks, week_patterns"
    title = "Phases of training"
    sentences = [
        _current(rows[-1]) if rows else "No week is known well enough to say what it was for.",
        *_usual_week(content.rows["week_pattern"]),
        *map(_break, content.rows["breaks"][-1:]),
    ]
    if not rows:
        return Section("phases", title, sentences, source=source)
    return Section(
        "phases",
        title,
        sentences,
        table=Table(
            ("From", "Until", "Phase", "Weeks", "Articles", "Length", "A week", "Hard"),
            [
                (
                    str(row["from_on"]),
                    str(row["until_day"]),
                    PHASES[row["phase"]],
                    number(row["week_count"]),
                    _advised(row),
                    _length(row),
                    units.distance(row["weekly_m"]),
                    number(row["hard_session_count"]),
                )
                for row in rows
            ],
            series=True,
            words=(0, 1, 2, 5),
        ),
        notes=[
            "A week is named after what was run in it and around it: speed has hard sessions among its runs, "
            "peak is less distance before a race, recovery is little and easy, base is the rest. Hard: how "
            "many hard sessions were in it."
        ],
        source=source,
    )


def _current(row: Row) -> str:
    weeks = f"{row['week_count']} week{'s' * (row['week_count'] != 1)}"
    days = f"from {row['from_on']} to {row['until_day']}"
    advised = f"the articles give it {_advised(row)} weeks"
    last = "week is" if row["week_count"] == 1 else "weeks are"
    return f"Your last {last} {PHASES[row['phase']]}: {weeks} of it, {days}; {advised}."


def _usual_week(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    if rows[0]["weekly_run_days"] < _USUAL_MIN_RUN_DAYS:
        return ["You ran on less than one day a week in the last eight weeks: there is no usual week."]
    return [rows[0]["reason"], f"Usual days of the last eight weeks: {rows[0]['usual_week']}."]


def _break(row: Row) -> str:
    return f"From {row['from_on']} to {row['until_day']}: {row['reason']}"


def _advised(row: Row) -> str:
    """Such as `8 to 12`, or `up to 2`."""
    least, most = row["min_week_count"], row["max_week_count"]
    return f"{least} to {most}" if least else f"up to {most}"


def _length(row: Row) -> str:
    return next((word for start, word in _LENGTHS.items() if row["reason"].startswith(start)), "")
