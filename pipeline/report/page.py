"""What every format shows: sections of sentences, findings and a table, in the runner's words and units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.letters import plain as plain  # noqa: PLC0414 - it is asked for here as well


def made_on(made_at: datetime) -> str:
    """When a page was made, by the clock on the wall."""
    return f"made on {made_at.astimezone():%Y-%m-%d at %H:%M}"


WOULD_TELL = "What it would take to tell"


@dataclass(frozen=True)
class Table:
    """Cells as text: the first column names the row, the others hold numbers, unless they are among `words`.

    `bars` has a ratio of 0..1 per row, `stacks` the parts of a whole, for formats that can draw. A `series`
    runs on with time, newest row last: a short format may show its end only. `caption` says what it is of,
    where a title does not.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    bars: Sequence[float] = ()
    series: bool = False
    caption: str = ""
    words: Sequence[int] = (0,)
    stacks: Sequence[Sequence[float]] = ()

    def latest(self, count: int) -> "Table":
        """The last rows of a series; any other table whole."""
        if not self.series:
            return self
        return replace(self, rows=self.rows[-count:], bars=self.bars[-count:], stacks=self.stacks[-count:])


@dataclass(frozen=True)
class Finding:
    """One thing that stands out: why, the numbers and the newest runs behind it, and what to try.

    `name` is what the mart calls it; `runs` are some of many, the newest first.
    """

    title: str
    reason: str
    evidence: str
    advice: str = ""
    name: str = ""
    runs: Sequence[str] = ()


@dataclass(frozen=True)
class Fold:
    """Names or questions, each with its reason: what is folded away; a terminal shows it if it `is_short`."""

    title: str
    rows: Sequence[tuple[str, str]]
    is_short: bool = False

    @property
    def lines(self) -> list[str]:
        """A question and its answer, or a name, a colon, and what is said of it."""
        return [f"{name}{'' if name.endswith('?') else ':'} {reason}" for name, reason in self.rows]


@dataclass(frozen=True)
class Section:
    """A part of the report; `name` is also that of its query, and `source` says which marts it reads.

    `overview` are small tables of how it is now, told before the long one; `details` are notes that a short
    format leaves out. One that `is_optional` is only told where it is asked for by its name.
    """

    name: str
    title: str
    sentences: Sequence[str] = ()
    findings: Sequence[Finding] = ()
    overview: Sequence[Table] = ()
    table: Table | None = None
    notes: Sequence[str] = ()
    details: Sequence[str] = ()
    folds: Sequence[Fold] = ()
    source: str = ""
    is_optional: bool = False
