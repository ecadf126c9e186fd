"""`journal.csv`: what only the athlete knows of a day, one row for each, from any spreadsheet.

Cells are separated by commas, semicolons or tabs; a decimal comma is understood where it does not separate.
Where it may have separated, the row is left out, for what follows may stand one column too far to the right.
Lines that begin with # are comments. A cell that cannot be used is left out and told; its row is not.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from pipeline.errors import UnreadableFileError
from pipeline.readers import written_dates, written_tables
from pipeline.readers.channels import Row
from pipeline.readers.written_tables import Line
from pipeline.schema import Reading

DAY = "day"

_YES = frozenset(["yes", "y", "true", "x", "ja", "j", "oui", "si", "sí", "1", "✓"])
_NO = frozenset(["no", "n", "false", "nein", "non", "-", "0"])

_FIRST_DAY = date(1970, 1, 1)
_NUMBER = re.compile(r"\d+([.,]\d+)?")
_POINT = re.compile(r"\d+\.\d+")
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")


class _WrongError(Exception):
    """A cell that says nothing that its column could mean."""


@dataclass(frozen=True)
class Column:
    """What a column may hold, in words, and how that becomes columns of the lake."""

    allowed: str
    parse: Callable[[str], Row]


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise _WrongError
    return float(text.replace(",", "."))


def _between(name: str, low: float, high: float, unit: float = 1) -> Callable[[str], Row]:
    def parse(text: str) -> Row:
        value = _number(text)
        if not low <= value <= high:
            raise _WrongError
        return {name: value * unit}

    return parse


def _sleep(text: str) -> Row:
    """Hours, as a number, as 7:30, or as 7:30:00, which is what spreadsheets make of that."""
    clock = _CLOCK.fullmatch(text)
    hours = int(clock[1]) + int(clock[2]) / 60 + int(clock[3] or 0) / 3600 if clock else _number(text)
    if not _SLEEP_H[0] <= hours <= _SLEEP_H[1]:
        raise _WrongError
    return {"sleep_s": hours * 3600}


def _truth(text: str) -> bool:
    word = text.casefold()
    if word not in _YES | _NO:
        raise _WrongError
    return word in _YES


def _sessions(text: str) -> Row:
    if text.isascii() and text.isdigit() and len(text) == 1:
        return {"strength_count": int(text)}
    return {"strength_count": int(_truth(text))}


def _race(text: str) -> Row:
    """The name of a race, or whether there was one."""
    word = text.casefold()
    if word in _YES | _NO:
        return {"has_race": word in _YES}
    return {"has_race": True, "race_name": text}


def _text(name: str) -> Callable[[str], Row]:
    return lambda text: {name: text}


_SLEEP_H = (1, 18)

# By what stands in the header, in the order of the template.
COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "resting_heart_rate_bpm": Column(
            "beats per minute after waking up, 25 to 120", _between("heart_rate_resting_bpm", 25, 120)
        ),
        "hrv_ms": Column(
            "heart-rate variability of the night or morning as rMSSD in milliseconds, 3 to 300",
            _between("hrv_s", 3, 300, 0.001),
        ),
        "sleep_h": Column(
            "hours asleep in the night before, 1 to 18: 7.5 or 7:30 (7,5 if no comma separates cells)",
            _sleep,
        ),
        "rpe": Column(
            "how hard the longest run of the day was, 1 (very easy) to 10 (all you had)",
            _between("effort_rating", 1, 10),
        ),
        "strength": Column(
            "strength sessions of the day, 0 to 9, or yes and no, where 0 says that there was none", _sessions
        ),
        "ill": Column("yes or no", lambda text: {"is_ill": _truth(text)}),
        "race": Column("the name of the race, or no where a hard run was none", _race),
        "race_km": Column("kilometres of the race, 0.1 to 1000", _between("race_m", 0.1, 1000, 1000)),
        "shoes": Column("any text", _text("shoes")),
        "plan": Column("any text: the plan that you follow", _text("plan_name")),
        "note": Column("any text", _text("note")),
    }
)

# How many digits after a decimal comma people write in a column.
_DIGITS_AFTER: Mapping[str, int] = MappingProxyType(
    {"resting_heart_rate_bpm": 1, "hrv_ms": 2, "sleep_h": 2, "rpe": 1, "race_km": 3}
)
_TEXTS = frozenset({"shoes", "plan", "note"})


def read(content: bytes, path: str) -> Reading:
    """The days that it tells of; the note says which lines and cells could not be used, and why not."""
    text = written_tables.decoded(content)
    lines, wrong = written_tables.lines(text)
    header = [name.strip().casefold() for name in lines[0].cells] if lines else []
    if DAY not in header:
        raise UnreadableFileError(path, "not_journal", f"no column `{DAY}` in the first line")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise UnreadableFileError(path, "not_journal", f"there are two columns `{twice[0]}`")
    wrong += [_unknown(name) for name in header if name and name not in {DAY, *COLUMNS}]
    rows: dict[date, Row] = {}
    line_of: dict[date, int] = {}
    days = _days([line.cell(header, DAY) for line in lines[1:]])
    is_by_commas = written_tables.is_by_commas(text)
    is_ragged = any(len(line.cells) != len(header) for line in lines[1:])
    for line, day in zip(lines[1:], days, strict=True):
        fault = _fault(line, header, day, line_of)
        if not fault and is_by_commas:
            fault = _shift(line, header, is_ragged)
        if fault or day is None:
            wrong.append(f"line {line.number}{fault}")
        else:
            rows[day] = {"local_day": day, **_row(line, header, wrong)}
            line_of[day] = line.number
    count = len(rows)
    said = f"journal: {count} day{'s' * (count != 1)}" if count else "a journal without a day in it"
    return Reading(
        note=written_tables.told(wrong), said=said, journal=tuple(rows[day] for day in sorted(rows))
    )


def _fault(line: Line, header: Sequence[str], day: date | None, line_of: Mapping[date, int]) -> str:
    """Why no part of the line can be used, if so."""
    if any(cell.strip() for cell in line.cells[len(header) :]):
        return (
            " has more cells than the header: where commas stand between cells, "
            "one within a cell needs quotation marks around it"
        )
    if day is None:
        return f", {DAY}: {line.cell(header, DAY)!r} is no certain date; write it as 2024-03-31"
    if day in line_of:
        return f", {DAY}: {day} is in line {line_of[day]} already; a day has one row"
    return ""


def _shift(line: Line, header: Sequence[str], is_ragged: bool) -> str:
    """Why its cells may stand under other columns than they were meant for, if so.

    A decimal comma adds a cell, and a blank last cell that was not written hides that. Where all rows have as
    many cells as the header nobody leaves out any, and a row is taken as it stands if it makes sense. Whoever
    writes a point in the same row has no decimal commas.
    """
    if any(_POINT.fullmatch(line.cell(header, name)) for name in _DIGITS_AFTER):
        return ""
    digits_after = [_DIGITS_AFTER.get(name, 0) for name in header]
    is_doubtful = is_ragged or not _is_sound(line.cells, header)
    numbers: dict[int, str] = {}
    for cells in written_tables.rejoined(line.cells, digits_after):
        place = next(place for place, cell in enumerate(cells) if cell != line.cells[place])
        is_text = place + 2 == len(header) and header[-1] in _TEXTS  # a note of one number?
        if (is_doubtful or is_text) and _is_sound(cells, header):
            numbers[place] = cells[place].strip()
    return (
        f": {numbers[min(numbers)]} may be one number or two, and then the cells after it belong to other "
        "columns; write the number with a point or in quotation marks, or every comma of all rows"
        if numbers
        else ""
    )


def _is_sound(cells: Sequence[str], header: Sequence[str]) -> bool:
    wrong: list[str] = []
    _row(Line(0, cells), header, wrong)
    return not wrong and len(cells) <= len(header)


def _days(texts: Sequence[str]) -> list[date | None]:
    """The days; one that could be two, such as 3/4/2024, is what others of the file make it."""
    timed = [text if not text or ":" in text else f"{text} 12:00" for text in texts]
    found = [at.date() if at else None for at in written_dates.parsed(timed)]
    return [day if day and day >= _FIRST_DAY else None for day in found]


def _row(line: Line, header: Sequence[str], wrong: list[str]) -> Row:
    row: dict[str, Any] = {}
    for name, column in COLUMNS.items():
        text = line.cell(header, name)
        if not text:
            continue
        try:
            row |= column.parse(text)
        except _WrongError:
            wrong.append(f"line {line.number}, {name}: {text!r} is not {column.allowed}")
    if row.get("race_m") and row.get("has_race") is False:
        wrong.append(f"line {line.number}, race: no, but race_km has a distance")
        del row["race_m"], row["has_race"]
    return {**row, "has_race": True} if row.get("race_m") else row


def _unknown(name: str) -> str:
    near = get_close_matches(name, (DAY, *COLUMNS), 1)
    meant = f"did you mean `{near[0]}`" if near else f"there are {', '.join((DAY, *COLUMNS))}"
    return f"`{name}` is no column of a journal: {meant}"


def template() -> str:
    """A journal to fill in: what its columns mean and two days as comments, and the header."""
    names = (DAY, *COLUMNS)
    width = max(map(len, names))
    meanings = {DAY: "the day, as 2024-03-31", **{name: column.allowed for name, column in COLUMNS.items()}}
    told = [f"#   {name:<{width}}  {meanings[name]}" for name in names]
    return "\n".join(
        [
            "# One row per day, written below the last line. Leave out what you do not know.",
            *told,
            "# Lines that begin with # are not read. Two days, as examples:",
            "# 2024-03-30,48,62,7.5,3,1,no,,,old pair,four-week mile,",
            "# 2024-03-31,47,65,8:15,9,0,no,City 10 km,10,new pair,four-week mile,windy",
            ",".join(names),
            "",
        ]
    )
