"""Options and exit codes that commands share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.console import Console

Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing unless something is wrong.")]
JsonLog = Annotated[bool, typer.Option("--json-log", help="News as JSON lines on standard error.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 if a file was quarantined.")]
Retry = Annotated[
    bool,
    typer.Option(
        "--retry", help="Read again what gave no activity, no time zone, or was read by an older nextgear."
    ),
]

Out = Annotated[Path | None, typer.Option("--out", metavar="PATH", help="Write the answer there instead.")]
Rows = Annotated[
    int, typer.Option("--rows", metavar="COUNT", help="Rows of a table; the other formats have all.")
]
Memory = Annotated[
    str, typer.Option("--memory", metavar="SIZE", help="What a query may take: 2GB, 500MB, 50%.")
]

WRONG, QUARANTINED, INTERRUPTED = 1, 3, 130


def console_of(quiet: bool, json_log: bool) -> "Console":
    """Where a command says what it does."""
    from pipeline.console import Console

    return Console(is_quiet=quiet, is_json=json_log)
