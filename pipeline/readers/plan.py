"""A training plan as a table: one row per step, in the order in which it is run, from any spreadsheet.

Columns: `plan` (its name), `day` (from 1) and `kind`; where they apply `km`, `seconds`, `repeats`, `pace` and
`what` (the step in words). `km` and `seconds` are those of one repeat. A row that cannot be used is left out
and told.
"""

import math
from collections.abc import Mapping, Sequence

from pipeline.errors import UnreadableFileError
from pipeline.readers import written_tables
from pipeline.readers.channels import Row
from pipeline.readers.written_tables import Line
from pipeline.schema import Reading

NEEDED = ("plan", "day", "kind")
COLUMNS = (*NEEDED, "km", "seconds", "repeats", "pace", "what")
REST = ("rest", "rest_or_cross")
KINDS = ("easy", "cooldown", "fartlek", "strides", "repeat", "hill", "time_trial", *REST)
PACES = ("mile", "faster_than_mile")

_HIGHEST: Mapping[str, float] = {"day": 366, "km": 250, "seconds": 86_400, "repeats": 100}


class _WrongError(Exception):
    """A row that is no step, in words."""


def read(content: bytes, path: str) -> Reading:
    """The steps that it tells of; the note says which lines could not be used, and why not."""
    text = written_tables.decoded(content)
    lines, wrong = written_tables.lines(text)
    header = [name.strip().casefold() for name in lines[0].cells] if lines else []
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise UnreadableFileError(path, "not_plan", f"no column `{missing[0]}` in the first line")
    wrong += [f"`{name}` is no column of a plan" for name in header if name and name not in COLUMNS]
    steps: list[Row] = []
    is_by_commas = written_tables.is_by_commas(text)
    for line in lines[1:]:
        try:
            _refuse_shifted(line, header, is_by_commas)
            steps.append(_step(line, header, steps))
        except _WrongError as error:
            wrong.append(f"line {line.number}, {error}")
    names = sorted({step["plan_name"] for step in steps})
    said = f"plan: {', '.join(names)}" if names else "a plan without a step in it"
    return Reading(note=written_tables.told(wrong), said=said, plan_steps=tuple(steps))


def _step(line: Line, header: Sequence[str], before: Sequence[Row]) -> Row:
    plan_name, kind = line.cell(header, "plan"), line.cell(header, "kind").casefold()
    if not plan_name:
        raise _WrongError("plan: a step is one of a plan with a name")
    if kind not in KINDS:
        raise _WrongError(f"kind: {kind!r} is none of {', '.join(KINDS)}")
    pace = line.cell(header, "pace").casefold().replace(" ", "_") or None
    if pace not in {None, *PACES}:
        raise _WrongError(f"pace: {pace!r} is none of {', '.join(PACES)}; or leave it blank")
    day, repeats = _number(line, header, "day"), _number(line, header, "repeats")
    km, seconds = _number(line, header, "km"), _number(line, header, "seconds")
    for name, value in (("day", day), ("repeats", repeats)):
        if value is not None and value != int(value):
            raise _WrongError(f"{name}: {value} is no whole number")
    if day is None:
        raise _WrongError("day: a step has a day, 1 is the first")
    if kind == "strides" and seconds is None:
        raise _WrongError("seconds: strides have a length in seconds")
    if kind == "repeat" and (km is None) == (seconds is None):
        raise _WrongError("km, seconds: a repeat has one of the two")
    number = 1 + sum(step["plan_name"] == plan_name and step["plan_day_number"] == day for step in before)
    count = int(repeats) if repeats else (1 if kind in {"repeat", "strides", "hill", "time_trial"} else None)
    return {
        "plan_name": plan_name,
        "plan_day_number": int(day),
        "step_number": number,
        "step_kind": kind,
        "step_words": line.cell(header, "what") or _words(kind, km, seconds, count),
        "planned_m": None if km is None else km * 1000,
        "planned_s": seconds,
        "planned_max_s": seconds if kind == "strides" else None,
        "planned_count": count,
        "pace_name": pace,
    }


def _refuse_shifted(line: Line, header: Sequence[str], is_by_commas: bool) -> None:
    """A decimal comma where commas separate makes two cells of one, and all that follow are other columns'.

    A plan has a row per step, so nothing is lost by asking for every comma of it where a number may be two.
    """
    if any(cell.strip() for cell in line.cells[len(header) :]):
        raise _WrongError("it has more cells than the header: a comma within one needs quotation marks")
    digits_after = [3 * (name == "km") for name in header]
    if is_by_commas and len(line.cells) < len(header):
        for cells in written_tables.rejoined(line.cells, digits_after):
            number = next(cell for cell in cells if "," in cell)
            raise _WrongError(
                f"{number} may be one number or two: write it with a point, or every comma of the row"
            )


def _number(line: Line, header: Sequence[str], name: str) -> float | None:
    text = line.cell(header, name)
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 < value <= _HIGHEST[name]:
        raise _WrongError(f"{name}: {text!r} is no number from above 0 to {_HIGHEST[name]:g}")
    return value


def _words(kind: str, km: float | None, seconds: float | None, count: int | None) -> str:
    repeats = f"{count} x " if count and count > 1 else ""
    length = f"{km:g} km " if km else f"{seconds:g} s " if seconds else ""
    return f"{repeats}{length}{kind.replace('_', ' ')}"
