"""The races: how each went, how it was prepared, and how it was recovered from."""

from textwrap import shorten

from pipeline.report.causes import NAME_LENGTH
from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table, plain
from pipeline.report.units import NOTHING, Units, clock, signed_percent

_SOURCES = {"journal": "", "name": "", "near_best": " ~"}


def races(content: Content, units: Units) -> Section:
    """The latest race in words; all of them in a table, the newest last."""
    rows = content.rows["races"]
    source = "marts.race_preparation"
    if not rows:
        return Section("races", "Races", ("No race has been seen, nor an effort like one.",), source=source)
    last = rows[-1]
    name = (
        f"“{shorten(plain(last['name']), NAME_LENGTH, placeholder='…')}”"
        if last["name"]
        else f"a run of {units.distance(last['distance_m'])}"
    )
    sentences = [
        f"The latest, on {last['local_day']}: {name} in {clock(last['elapsed_s'])}. {last['reason']}"
    ]
    notes = [
        "Taper: the distance of the days before the race (7, beyond 10 km 14) against that of a usual week "
        "before them; the articles have −20 to −30 %. Hard again: when the next hard session came."
    ]
    if any(row["race_source"] == "near_best" for row in rows):
        notes.append("~ Near your best of a year, and hard: probably a race.")
    return Section(
        "races",
        "Races",
        sentences,
        table=Table(
            ("On", "Race", "Distance", "Time", "Pace", "Taper", "Hard again"),
            [_row(row, units) for row in rows],
            series=True,
            words=(0, 1),
        ),
        notes=notes,
        source=source,
    )


def _row(row: Row, units: Units) -> tuple[str, ...]:
    taper = None if row["taper_ratio"] is None else row["taper_ratio"] - 1
    speed = row["distance_m"] / row["elapsed_s"] if row["distance_m"] and row["elapsed_s"] else None
    days = row["days_to_quality"]
    return (
        str(row["local_day"]),
        (row["name"] or "unnamed") + _SOURCES[row["race_source"]],
        units.distance(row["distance_m"]),
        clock(row["elapsed_s"]),
        units.pace(speed),
        signed_percent(taper),
        NOTHING if days is None else f"after {days} day{'s' * (days != 1)}",
    )
