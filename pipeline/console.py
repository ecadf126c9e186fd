"""Where a run says what it does: text for people, JSON lines for machines, silence where it is asked for."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Console:
    """Results go to standard output, news to standard error."""

    is_quiet: bool = False
    is_json: bool = False

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
        if self.is_json:
            print(json.dumps({"event": event, **facts}), file=sys.stderr)
        elif not self.is_quiet:
            print(text, file=sys.stderr)

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
