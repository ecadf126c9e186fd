"""Where a run says what it does: text for people, JSON lines for machines, silence where it is asked for."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import Logger


@dataclass(frozen=True)
class Console:
    """Results go to standard output, news to standard error.

    Quiet is without news but for what has changed since the last time, `is_silent` without that, too.
    `whose` is the athlete of whom everything is said, where there are several; `log` hears of all of it.
    """

    is_quiet: bool = False
    is_json: bool = False
    is_silent: bool = False
    whose: str = ""
    log: "Logger | None" = None

    def of(self, athlete_id: str) -> "Console":
        """The same, for what concerns one athlete of several."""
        return replace(self, whose=athlete_id)

    def with_log(self, log: "Logger") -> "Console":
        """The same, with a log that hears of everything."""
        return replace(self, log=log)

    @property
    def width(self) -> int:
        """Columns of the terminal; 80 where there is none."""
        return shutil.get_terminal_size((80, 24)).columns

    @property
    def table_width(self) -> int:
        """Columns that a table may take: in a pipe or a file, as many as it wants."""
        return self.width if sys.stdout.isatty() else sys.maxsize

    @property
    def has_color(self) -> bool:
        """Colour on a terminal only, and not for who asks for none (no-color.org)."""
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def show(self, text: str) -> None:
        """A result; in a JSON log there is no room for it."""
        if not self.is_quiet and not self.is_json:
            print(text)

    def say(self, event: str, text: str, **facts: object) -> None:
        """A piece of news: its text, or with a JSON log the event and its facts."""
        self.note(text)
        if self.is_json:
            self._write_json(event, facts)
        elif not self.is_quiet:
            print(self._signed(text), file=sys.stderr)

    def tell_change(self, event: str, text: str, **facts: object) -> None:
        """What is other than the last time: a quiet command says that, too, on standard output, for cron."""
        self.note(text)
        if self.is_json:
            self._write_json(event, facts)
        elif not self.is_silent:
            print(self._signed(text), file=sys.stdout if self.is_quiet else sys.stderr, flush=True)

    def complain(self, text: str) -> None:
        """What went wrong with one thing of several, while the others go on. Said to the quiet as well."""
        if self.log:
            self.log.error(self._signed(text))
        if self.is_json:
            self._write_json("failed", {"reason": text})
        else:
            print(f"nextgear: {self._signed(text)}", file=sys.stderr)

    def note(self, text: str) -> None:
        """For the log only."""
        if self.log:
            self.log.info(self._signed(text))

    def _signed(self, text: str) -> str:
        return f"{self.whose}: {text}" if self.whose else text

    def _write_json(self, event: str, facts: Mapping[str, object]) -> None:
        signed = {"athlete_id": self.whose} if self.whose else {}
        print(json.dumps({"event": event, **signed, **facts}), file=sys.stderr)

    @contextmanager
    def progress(self, title: str, unit: str) -> Generator["Progress"]:
        """A bar on a terminal: what is done of all, how many a second, the time left. Silence in a pipe."""
        if self.is_quiet or self.is_json or not sys.stderr.isatty():
            yield Progress(lambda _done, _total: None)
            return
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn
        from rich.progress import Progress as Bars
        from rich.progress import TimeRemainingColumn as TimeLeft
        from rich.text import Text

        class Speed(ProgressColumn):
            def render(self, task: Task) -> Text:
                speed = task.finished_speed or task.speed
                return Text(f"{speed:.0f} {unit}/s" if speed else f"? {unit}/s")

        columns = (
            TextColumn(title),
            BarColumn(),
            MofNCompleteColumn(),
            Speed(),
            TimeLeft(),
            TextColumn("left"),
        )
        with Bars(*columns, console=RichConsole(stderr=True), transient=True) as bars:
            task = bars.add_task(title, total=None)
            yield Progress(lambda done, total: bars.update(task, completed=done, total=total))


class Progress:
    """How far a step has come. Called with (done, total), or told of one file after the other."""

    def __init__(self, draw: Callable[[int, int], None]) -> None:
        self._draw = draw
        self._done = 0
        self._total = 0

    def __call__(self, done: int, total: int) -> None:
        """So much of so much is done."""
        self._draw(done, total)

    def expect(self, more: int) -> None:
        """So many more files are to be looked at."""
        self._total += more
        self._draw(self._done, self._total)

    def advance(self, path: str, outcome: str) -> None:  # noqa: ARG002 - what an ingest tells; a bar counts only
        """One of them is done."""
        self._done += 1
        self._draw(self._done, self._total)
