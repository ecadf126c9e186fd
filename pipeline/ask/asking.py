"""`nextgear sql`: a question comes in, from wherever it is asked, and its answer goes where it is wanted."""

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb

from pipeline.ask import cookbook, formats, query
from pipeline.console import Console
from pipeline.errors import SettingsError
from pipeline.home import Home
from pipeline.reader import reader

STANDARD_INPUT = "-"
EXPORTED = ("parquet", "csv", "json")
POSITIONS = ("latitude_deg", "longitude_deg")


def sql(
    home: Callable[[], Home],
    athlete_id: str | None,
    asked: str | None,
    console: Console,
    *,
    form: str | None = None,
    out: Path | None = None,
    rows: int = formats.TABLE_ROWS,
    timeout_s: float | None = None,
    memory: str = query.MEMORY,
    is_from_cookbook: bool = False,
    export_to: Path | None = None,
    with_positions: bool = False,
) -> None:
    """What the command does: list the cookbook, export, or ask.

    Without a time limit of its own, an export has none.
    """
    default_s = 0 if export_to else query.TIMEOUT_S
    limits = query.Limits(default_s if timeout_s is None else timeout_s, memory, ends_process=True)
    if is_from_cookbook and asked is None:
        for line in cookbook.listed():
            print(line)
        return
    if export_to:
        if asked or out:
            raise SettingsError("--export writes whole tables: it goes without a query and without --out")
        export(home(), athlete_id, export_to, form, console, limits=limits, with_positions=with_positions)
        return
    if asked and is_from_cookbook:
        asked = cookbook.recipe(asked).sql
    ask(home(), athlete_id, asked, form, console, limits=limits, out=out, rows=rows)


def ask(
    home: Home,
    athlete_id: str | None,
    asked: str | None,
    form: str | None,
    console: Console,
    *,
    limits: query.Limits,
    out: Path | None = None,
    rows: int = formats.TABLE_ROWS,
) -> None:
    """Answer one query, or one after the other as they are typed.

    `asked` is SQL, a file of it, the name of a file of the cookbook, or `-`: all of standard input.
    """
    form = formats.chosen(form, out)
    if rows < 1:
        raise SettingsError(f"--rows {rows}: at least 1")
    if out:
        out = _place(home, out)
    text = None if asked is None and sys.stdin.isatty() else _text(asked)
    if athlete_id is None and (text is None or "athlete_id'" in text):
        athlete_id = _only_athlete(home, is_needed=text is not None)
    with opened(home, athlete_id, limits) as db:
        if text is None:
            if out:
                raise SettingsError(f"--out {out}: takes the answer of a query, and none was asked")
            from pipeline.ask import prompt

            prompt.talk(db, lambda text: answer(db, text, form, console.table_width, limits, None, rows))
            return
        answer(db, text, form, console.table_width, limits, out, rows)
    if out:
        console.say("answer", f"Written: {out}", path=str(out))


def opened(home: Home, athlete_id: str | None, limits: query.Limits) -> duckdb.DuckDBPyConnection:
    """The warehouse for one athlete's questions."""
    db = reader(home.warehouse, home.lake, limits.memory)
    db.execute("set variable athlete_id = $1", [athlete_id])
    if limits.ends_process:
        query.hold_process(db)
    return db


def _place(home: Home, out: Path) -> Path:
    """Where an answer is to be written; not over what nextgear keeps."""
    place = out.expanduser().resolve()
    if place == home.warehouse.resolve() or place.is_relative_to(home.lake.resolve()):
        raise SettingsError(f"--out {out}: that is nextgear's own; choose another place")
    return place


def _only_athlete(home: Home, is_needed: bool) -> str | None:
    """Whose rows are meant; several athletes may be, where nobody asks whose."""
    from pipeline.answers import whose

    try:
        return whose(home, None)
    except SettingsError:
        if is_needed:
            raise
        return None


def _text(asked: str | None) -> str:
    """A file that is there is meant; else perhaps one of the cookbook's."""
    if asked is None or asked == STANDARD_INPUT:
        return sys.stdin.read()
    if asked.endswith(".sql") and not Path(asked).exists():
        with suppress(SettingsError):
            return cookbook.recipe(asked).sql
    return query.text_of(asked)


def answer(
    db: duckdb.DuckDBPyConnection,
    text: str,
    form: str,
    width: int,
    limits: query.Limits,
    out: Path | None,
    rows: int,
) -> None:
    """Print what a query answers, or write it to a file: beside its place, and renamed when it is whole."""
    answers = query.answers(db, text, limits)
    if out is None:
        for each in answers:
            formats.show(each, form, width, rows)
        return
    from pipeline.lake import beside

    first = next(answers, None)
    if first is None:
        raise SettingsError("there is no query to write the answer of")
    with beside(out) as unfinished:
        try:
            with unfinished.open("wb") as file:
                formats.write(first, form, file, rows)
            if next(answers, None):
                raise SettingsError(f"--out {out}: takes the answer of one select, and there are more")
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


def export(
    home: Home,
    athlete_id: str | None,
    folder: Path,
    form: str | None,
    console: Console,
    *,
    limits: query.Limits,
    with_positions: bool = False,
) -> None:
    """Every mart of one athlete as a file of its own, for tools that know nothing of DuckDB.

    Positions stay at home unless they are asked for.
    """
    form = form or "parquet"
    if form not in EXPORTED:
        raise SettingsError(f"--format {form}: of whole tables there are {', '.join(EXPORTED)}")
    place = _place(home, folder)
    athlete_id = athlete_id or _only_athlete(home, is_needed=True)
    with opened(home, athlete_id, limits) as db:
        marts = db.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "where schema_name = 'marts' group by all order by all"
        ).fetchall()
        for mart, columns in marts:
            wanted = [name for name in columns if with_positions or name not in POSITIONS]
            text = (
                f"select {', '.join(wanted)} from marts.{mart} where athlete_id = getvariable('athlete_id')"
            )
            answer(db, text, form, sys.maxsize, limits, place / f"{mart}.{form}", formats.TABLE_ROWS)
    console.say("exported", f"{len(marts)} tables written to {folder}", path=str(folder), tables=len(marts))
