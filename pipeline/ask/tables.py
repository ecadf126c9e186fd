"""Rows as people read them: a table if it fits, else one value under the other. No cell is obeyed."""

import math
import textwrap
from collections.abc import Iterator, Sequence

NULL = "NULL"
WIDTH_MIN = 20  # a column of text is wrapped down to this, before rows are written one value under the other
_JOINERS = "\u200c\u200d"  # what scripts and emoji are written with
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "U", "DOUBLE", "FLOAT", "DECIMAL")


def visible(text: str) -> str:
    r"""The text on one line, as it can be printed: what would drive the terminal is written as `\x1b`.

    So are characters without a width and those that turn the direction of writing.
    """
    if text.isprintable():
        return text
    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    if letter.isprintable() or letter in _JOINERS:
        return letter
    if letter.isspace() and letter not in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029":
        return " "
    return letter.encode("unicode_escape").decode("ascii")


def cells_of(texts: Sequence[str | None], kind: str) -> list[str]:
    """A column's values, as they are shown."""
    if kind in ("DOUBLE", "FLOAT"):
        return [NULL if text is None else short(float(text)) for text in texts]
    return [NULL if text is None else visible(text) for text in texts]


def short(number: float) -> str:
    """A number with three digits after the point, or as many as it takes to have three that count.

    For reading; the other formats have every digit.
    """
    if number == 0:
        return "0"  # of which there is a negative one, too
    if not math.isfinite(number) or abs(number) >= 1e15:
        return f"{number:g}"
    if abs(number) < 1e-5:
        return f"{number:.3g}"
    digits = max(3, 2 - math.floor(math.log10(abs(number))))
    return f"{number:.{digits}f}".rstrip("0").rstrip(".")


def table(
    columns: Sequence[str], kinds: Sequence[str], rows: Sequence[Sequence[str | None]], width: int
) -> Iterator[str]:
    """The lines of a table no wider than `width`; cells of text are wrapped for it.

    If that is not enough, each row is a block of its own.
    """
    names = [visible(column) for column in columns]
    cells = [cells_of([row[place] for row in rows], kind) for place, kind in enumerate(kinds)]
    widths = [max(map(_width, (name, *column))) for name, column in zip(names, cells, strict=True)]
    fitted = _fitted(names, kinds, widths, width)
    if fitted is None:
        yield from _blocks(names, cells, width)
        return
    right = [kind.startswith(_NUMBERS) and not kind.endswith("]") for kind in kinds]
    yield from _lines(names, fitted, right)
    yield "─┼─".join("─" * space for space in fitted)
    for row in zip(*cells, strict=True):
        yield from _lines(row, fitted, right)


def _fitted(
    names: Sequence[str], kinds: Sequence[str], widths: Sequence[int], width: int
) -> list[int] | None:
    """How wide each column is to be; None if no table is narrow enough."""
    fitted = list(widths)
    too_much = sum(widths) + 3 * (len(widths) - 1) - width
    while too_much > 0:
        narrowed = [
            place
            for place, kind in enumerate(kinds)
            if kind in ("VARCHAR", "VARCHAR[]") and fitted[place] > max(WIDTH_MIN, _width(names[place]))
        ]
        if not narrowed:
            return None
        widest = max(narrowed, key=lambda place: fitted[place])
        fitted[widest] -= 1
        too_much -= 1
    return fitted


def _lines(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    wrapped = [wrap(cell, space) for cell, space in zip(row, widths, strict=True)]
    for number in range(max(map(len, wrapped))):
        texts = [lines[number] if number < len(lines) else "" for lines in wrapped]
        padded = (
            " " * (space - _width(text)) + text if is_right else text + " " * (space - _width(text))
            for text, space, is_right in zip(texts, widths, right, strict=True)
        )
        yield " │ ".join(padded).rstrip()


def _blocks(names: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    of_names = max(map(_width, names))
    of_values = max(WIDTH_MIN, width - of_names - 2)
    for number, row in enumerate(zip(*cells, strict=True), 1):
        yield f"── {number} ".ljust(min(width, of_names + WIDTH_MIN), "─")
        for name, value in zip(names, row, strict=True):
            first, *others = wrap(value, of_values)
            yield f"{name}{' ' * (of_names - _width(name))}  {first}".rstrip()
            yield from (" " * (of_names + 2) + line for line in others)


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of so many columns, broken between words where that is possible."""
    if _width(text) <= width:
        return [text]
    if text.isascii():
        return textwrap.wrap(text, width, break_on_hyphens=False) or [""]
    lines, line = list[str](), ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if _width(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = ""
        for letter in word:
            if _width(line + letter) > width:
                lines.append(line)
                line = ""
            line += letter
    return [*lines, line] if line else lines


def _width(text: str) -> int:
    """Columns of a terminal; some letters take two, some none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def visible_lines(text: str) -> str:
    """The same, of a text that has lines of its own."""
    return "\n".join(visible(line) for line in text.split("\n"))
