"""Tables that people write: as any spreadsheet saves them, with comments, slips and their own delimiters."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_DIGITS = (re.compile(r"\s*\d+"), re.compile(r"\d{1,3}\s*"))  # before and after what may be a decimal comma

_TOLD_MAX = 20  # of what is wrong: who mends that will look at the rest


@dataclass(frozen=True)
class Line:
    """One line with anything in it, by its number in the file."""

    number: int
    cells: Sequence[str]

    def cell(self, header: Sequence[str], name: str) -> str:
        """What stands in the column, if anything."""
        at = header.index(name) if name in header else len(self.cells)
        return self.cells[at].strip() if at < len(self.cells) else ""


def lines(text: str) -> tuple[list[Line], list[str]]:
    """The lines with anything in them, comments left out, and what is wrong with others.

    The first one is the header. A quotation mark that is not closed would swallow all that follows: then each
    line is taken by itself.
    """
    delimiter = _delimiter(text)
    try:
        return list(_parsed(text, delimiter)), []
    except csv.Error:
        pass
    found: list[Line] = []
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found += _parsed(line, delimiter, number - 1)
        except csv.Error as error:
            wrong.append(f"line {number}: {error}; look at its quotation marks")
    return found, wrong


def _parsed(text: str, delimiter: str, lines_before: int = 0) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for cells in reader:
        first = cells[0].lstrip() if cells else ""
        is_for_excel = re.fullmatch(r"sep=.?", first)
        if any(cell.strip() for cell in cells) and not first.startswith("#") and not is_for_excel:
            yield Line(lines_before + reader.line_num, cells)


def is_by_commas(text: str) -> bool:
    """Do commas separate its cells, so that none of them can be a decimal one?"""
    return _delimiter(text) == ","


def rejoined(cells: Sequence[str], digits_after: Sequence[int]) -> Iterator[list[str]]:
    """The cells as they were meant, in each possible way, if commas within numbers came between them.

    `digits_after` says of each column how many digits after a decimal comma make sense there.
    """

    def joined(rest: Sequence[str], place: int) -> Iterator[list[str]]:
        if not rest:
            yield []
            return
        for others in joined(rest[1:], place + 1):
            yield [rest[0], *others]
        most = digits_after[place] if place < len(digits_after) else 0
        pair = rest[:2]
        if (
            len(pair) == len(_DIGITS)
            and all(form.fullmatch(cell) for form, cell in zip(_DIGITS, pair, strict=True))
            and len(pair[1].strip()) <= most
        ):
            for others in joined(rest[2:], place + 1):
                yield [",".join(pair), *others]

    ways = joined(cells, 0)
    next(ways)  # as they stand
    yield from ways


def decoded(content: bytes) -> str:
    """The text, as spreadsheets write it: UTF-8 or 16, or the code page of Western Windows."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    header = next((line for line in lines if line and not line.lstrip("\"'").startswith(("#", "sep="))), "")
    return max(",;\t", key=header.count)


def told(wrong: Sequence[str]) -> str:
    """What is wrong, in one line."""
    more = f"; and {len(wrong) - _TOLD_MAX} more" if len(wrong) > _TOLD_MAX else ""
    return "; ".join(wrong[:_TOLD_MAX]) + more
