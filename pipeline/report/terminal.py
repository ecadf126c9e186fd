"""The report for a terminal or a pipe: characters only, readable without colour."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as Grid
from rich.text import Text

from pipeline.report.drawn import PARTS, stacked
from pipeline.report.page import WOULD_TELL, Finding, Section, Table, plain

_BLOCKS = " ▏▎▍▌▋▊▉█"
_SERIES_ROWS = 12
_WHY_CAUSES = 3
_WHY_LINES = 23  # of a terminal with 24, for the prompt is on the last
MARGIN = 2
_HELD_BLANK = "\ue000"  # of private use: text from a file cannot hold it, `plain` takes it for unreadable
_INDENT = 5
_WORD = 13  # a cell up to this length is not broken
_BAR_MIN, _BAR_MAX = 8, 40
_COLUMNS_MIN = 2
_WIDTH_MIN = 20  # who has less sees the rest wrapped by the terminal


def terminal_report(
    heading: str,
    sections: Sequence[Section],
    width: int,
    *,
    color: bool,
    drawings: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """All of every section, series cut to their last weeks; `drawings` by a section's name."""
    width = max(width, _WIDTH_MIN)
    parts: list[RenderableType] = [Text(plain(heading), style="dim")]
    for section in sections:
        parts += [Text(), Rule(Text(plain(section.title), style="bold"), align="left", style="dim"), Text()]
        parts += _section(section, width, (drawings or {}).get(section.name, ()))
    return _printed(parts, width, color=color)


def terminal_why(verdict: Section, causes: Section, beside: Sequence[str], width: int, *, color: bool) -> str:
    """The verdict, the leading causes and the first thing to try, cut to fit one screen of 24 lines."""
    width = max(width, _WIDTH_MIN)
    parts: list[RenderableType] = [
        Text(plain(verdict.title), style="bold"),
        *map(_paragraph, verdict.sentences),
    ]
    if verdict.table:
        odds = " · ".join(f"{name} {share}" for name, share in verdict.table.rows)
        parts.append(_paragraph(odds, "dim"))
    asked = Text(f'{causes.title} · nextgear sql "from {causes.source}"', style="dim")
    asked.stylize("not dim bold", 0, len(causes.title))
    parts += [Text(), asked]
    if not causes.findings:
        parts += map(_paragraph, causes.sentences)
    for place, finding in enumerate(causes.findings[:_WHY_CAUSES], 1):
        lines = 2 if place < _WHY_CAUSES else 1
        parts += [
            _paragraph(_title(place, finding, width - MARGIN)),
            Padding(Text(_lines(finding.reason, width - _INDENT, lines), style="dim"), (0, 0, 0, _INDENT)),
        ]
    if causes.findings and causes.findings[0].advice:
        advice = _lines(f"Try first: {causes.findings[0].advice}", width - MARGIN, 3)
        parts.append(Padding(Text(advice), (0, 0, 0, MARGIN)))
    room = _WHY_LINES - len(_printed(parts, width, color=False).splitlines())
    notes = (*beside, *causes.notes)[: max(room, 0)]
    parts += [_paragraph(_cut(note, width - MARGIN), "dim") for note in notes]
    return _printed(parts, width, color=color).removesuffix("\n")


def _printed(parts: Sequence[RenderableType], width: int, *, color: bool) -> str:
    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        legacy_windows=False,
    )
    with console.capture() as captured:
        console.print(Group(*parts))
    text = captured.get().replace(_HELD_BLANK, " ")
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def _section(section: Section, width: int, drawing: Sequence[str]) -> list[RenderableType]:
    blocks: list[RenderableType] = [_paragraph(sentence) for sentence in section.sentences]
    for place, finding in enumerate(section.findings, 1):
        blocks += [Text(), _finding(place, finding)]
    if drawing:
        lines = [Text(line, style="cyan", no_wrap=True) for line in drawing[1:]]
        blocks += [Text(), _paragraph(drawing[0], "dim")]
        blocks += [Padding(line, (0, 0, 0, MARGIN)) for line in lines]
    for table in section.overview:
        blocks += [Text(), *_captioned(table), _grid(table, width)]
    if section.table:
        blocks += [Text(), *_captioned(section.table), _grid(section.table.latest(_SERIES_ROWS), width)]
    if section.notes:
        blocks += [Text(), *(_paragraph(note, "dim") for note in section.notes)]
    folds = [(fold.title, fold.lines) for fold in section.folds if fold.is_short]
    if section.details:
        folds.append((WOULD_TELL, list(section.details)))
    for title, lines in folds:
        blocks += [Text(), _paragraph(f"{title}:", "dim")]
        blocks += [Padding(Text(_held(f"- {line}"), style="dim"), (0, 0, 0, MARGIN)) for line in lines]
    return blocks


def _paragraph(text: str, style: str = "") -> RenderableType:
    return Padding(Text(_held(text), style=style), (0, 0, 0, MARGIN))


def _held(text: str) -> str:
    """Text made harmless, and no number parted from its unit at a line's end; `_printed` frees the blanks."""
    return re.sub(r"(?<=\d) (?=%|bpm\b|km\b|mi\b|s\b|m\b|h\b|ms\b)|(?<=\d) (?=/)", _HELD_BLANK, plain(text))


def _finding(place: int, finding: Finding) -> RenderableType:
    runs = f"The newest runs behind it: {', '.join(finding.runs)}" if finding.runs else ""
    lines = (finding.reason, finding.evidence, runs, f"Try: {finding.advice}" if finding.advice else "")
    details = [Padding(Text(_held(line)), (0, 0, 0, _INDENT)) for line in lines if line]
    return Group(_paragraph(f"{place}. {finding.title}", "bold"), *details)


def _captioned(table: Table) -> list[RenderableType]:
    return [_paragraph(table.caption, "dim")] if table.caption else []


def _grid(table: Table, width: int) -> RenderableType:
    """The table; columns for which there is no room are named below it."""
    widths = [max(map(len, column)) for column in zip(table.header, *table.rows, strict=True)]
    is_long = [place in table.words and widest > _WORD for place, widest in enumerate(widths)]
    least = [_WORD if long else widest for long, widest in zip(is_long, widths, strict=True)]
    kept = len(least)
    while kept > _COLUMNS_MIN and sum(least[:kept]) + 2 * kept > width - MARGIN:
        kept -= 1
    grid = Grid(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for place, name in enumerate(table.header[:kept]):
        justify = "left" if place in table.words else "right"
        # the last long column takes what room there is
        fixed = None if is_long[place] else widths[place]
        grid.add_column(
            plain(name), justify=justify, no_wrap=not is_long[place], overflow="fold", min_width=fixed
        )
    bar_width = min(_BAR_MAX, width - sum(widths) - 2 * len(widths) - MARGIN)
    has_bars = bool(table.bars) and bar_width >= _BAR_MIN
    if has_bars:
        named = zip(PARTS, table.header[1:], strict=False)
        legend = " ".join(f"{part} {name.lower()}" for part, name in named)
        grid.add_column(legend if table.stacks else "")
    for place, row in enumerate(table.rows):
        bar = [_drawn(table, place, bar_width)] if has_bars else []
        grid.add_row(*(Text(_held(cell)) for cell in row[:kept]), *bar)
    missing = ", ".join(name.lower() for name in table.header[kept:])
    note = [_paragraph(f"(no room for: {missing})", "dim")] if missing else []
    return Group(Padding(grid, (0, 0, 0, MARGIN)), *note)


def _drawn(table: Table, place: int, width: int) -> Text:
    if table.stacks:
        return Text(stacked(table.stacks[place], width), style="cyan")
    return _bar(table.bars[place], width)


def _bar(ratio: float, width: int) -> Text:
    eighths = round(max(0.0, min(1.0, ratio)) * width * 8)
    return Text("█" * (eighths // 8) + _BLOCKS[eighths % 8].strip(), style="cyan")


def _title(place: int, finding: Finding, width: int) -> str:
    """With as much of the evidence, part by part, as there is room for."""
    parts = [f"{place}. {finding.title}", *finding.evidence.split(" · ")]
    while len(" · ".join(parts)) > width and len(parts) > 1:
        parts.pop()
    return _cut(" · ".join(part for part in parts if part), width)


def _lines(text: str, width: int, count: int) -> str:
    """Cut to so many lines."""
    return "\n".join(textwrap.wrap(plain(text), width, max_lines=count, placeholder=" …"))


def _cut(text: str, length: int) -> str:
    return textwrap.shorten(text, length, placeholder=" …")
