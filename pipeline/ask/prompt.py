"""The prompt of `nextgear sql`: history, completion that says what a name means, several lines, Ctrl-C."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
from platformdirs import user_state_path
from prompt_toolkit import PromptSession
from prompt_toolkit.application.current import get_app
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.output import create_output
from pygments.lexers.sql import SqlLexer

from pipeline.ask import cookbook, tables
from pipeline.errors import SettingsError

LEAVE = ("exit", "quit", "q", "\\q", ".exit", ".quit")  # what people type to get out of a prompt
WELCOME = "SQL, each query ended by a semicolon. Tab completes, .help helps, Ctrl-D leaves."
HELP = """\
.tables [WORD]         the tables that people ask, or those with this word in their name or meaning
.describe TABLE        its columns and what they mean
.examples [NAME]       the questions of the cookbook, or one of them: its query and your answer
.help                  this
exit, Ctrl-D           leave
A query may go over several lines and ends with a semicolon. Ctrl-C clears it, or stops one that runs.
Arrow up brings back what was asked before. getvariable('athlete_id') is whose rows are yours."""
KEYWORDS = (
    "select from where group by all order by limit join left join using on having distinct as and or not in "
    "is null between like ilike case when then else end with union all asc desc count(*) sum( avg( min( max( "
    "median( round( coalesce( cast( date_trunc( lag( lead( row_number() over ( partition by qualify "
    "describe summarize show tables getvariable('athlete_id')"
)
_META_WIDTH = 70
_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|--[^\n]*|/\*.*?\*/""", re.DOTALL)  # a semicolon in it ends nothing


@dataclass(frozen=True)
class Named:
    """A table or a column, and what it means. `table` is as it can be asked: marts without their schema."""

    table: str
    column: str
    kind: str
    meaning: str


def talk(db: duckdb.DuckDBPyConnection, answer: Callable[[str], None]) -> None:
    """Answer what is typed, one query after the other, until its end."""
    catalog = list(_catalog(db))
    session: PromptSession[str] = PromptSession(
        message="sql> ",
        prompt_continuation="...> ",
        multiline=Condition(lambda: not is_complete(get_app().current_buffer.text)),
        completer=Words(catalog),
        complete_while_typing=True,
        lexer=PygmentsLexer(SqlLexer),
        history=_history(),
        auto_suggest=AutoSuggestFromHistory(),
        key_bindings=_keys(),
        output=None if sys.stdout.isatty() else create_output(sys.stderr),
    )
    print(WELCOME, file=sys.stdout if sys.stdout.isatty() else sys.stderr)
    while True:
        try:
            typed = session.prompt().strip()
        except KeyboardInterrupt:  # clears the line
            continue
        except EOFError:
            return
        if typed.rstrip(";").strip().lower() in LEAVE:
            return
        try:
            if typed.startswith("."):
                for line in _command(typed, catalog, answer):
                    print(line)
            elif typed.strip("; \n"):
                answer(typed)
        except SettingsError as error:
            print(tables.visible_lines(str(error)))  # and the prompt goes on
        except KeyboardInterrupt:
            print("stopped")


def is_complete(typed: str) -> bool:
    """Does Enter end it? A query ends with a semicolon; commands, and nothing at all, are a line."""
    line = typed.strip()
    if not line or line.startswith(".") or line.lower() in LEAVE:
        return True
    code = _QUOTED.sub(" ", line).strip()
    return code.endswith(";") and not any(mark in code for mark in ("'", '"', "/*"))


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("c-c")
    def _(event: KeyPressEvent) -> None:  # what is typed goes, the prompt stays
        event.app.current_buffer.reset()

    return keys


def _history() -> History:
    """What was asked before, in a file that only its owner reads; kept in memory where there is no place."""
    path = history_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600))
        path.chmod(0o600)
        return FileHistory(path)
    except OSError:
        return InMemoryHistory()


def history_path() -> Path:
    """In the user's state folder: not in the data folder, which people copy and share."""
    return user_state_path("nextgear", appauthor=False) / "sql_history"


# --- what can be asked


def _catalog(db: duckdb.DuckDBPyConnection) -> Iterator[Named]:
    rows = db.execute(
        """
        with relations as (
            select schema_name, table_name, comment from duckdb_tables()
            union all
            select schema_name, view_name, comment from duckdb_views() where not internal
        )
        select schema_name, table_name, 0 as place, '' as column_name, '' as kind, comment from relations
        union all
        select schema_name, table_name, column_index, column_name, lower(data_type), comment
        from duckdb_columns()
        where not internal
        order by schema_name != 'marts', schema_name, table_name, place
        """
    ).fetchall()
    for schema, table, _, column, kind, comment in rows:
        yield Named(table if schema == "marts" else f"{schema}.{table}", column, kind, comment or "")


class Words(Completer):
    """Tables where one is expected, else columns of the tables that the query names, and SQL's words."""

    def __init__(self, catalog: Iterable[Named]) -> None:
        everything = list(catalog)
        self._tables = [named for named in everything if not named.column]
        self._columns: dict[str, list[Named]] = {}
        for named in everything:
            if named.column:
                self._columns.setdefault(named.table, []).append(named)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What the word before the cursor could become, the most likely first."""
        before = document.text_before_cursor
        if before.lstrip().startswith("."):
            yield from self._commands(before.lstrip())
            return
        start = before
        word = ""
        while start and (start[-1].isalnum() or start[-1] in "_."):
            word, start = start[-1] + word, start[:-1]
        if not word and not complete_event.completion_requested:
            return
        previous = (start.split() or [""])[-1].lower()
        if previous in {"from", "join", "describe", "summarize"}:
            yield from self._of_tables(word)
            return
        qualifier, _, last = word.rpartition(".")
        named = set(document.text.lower().replace(",", " ").replace(";", " ").split())
        places = [table for table in self._columns if table in named or f"marts.{table}" in named]
        columns = [column for table in places for column in self._columns[table]]
        seen = set[str]()
        for each in columns:
            if each.column.startswith(last.lower()) and each.column not in seen:
                seen.add(each.column)
                yield _completion(each.column, len(last), each.meaning)
        if qualifier:
            yield from self._of_tables(word)
            return
        for keyword in dict.fromkeys(KEYWORDS.split()):
            if word and keyword.startswith(word.lower()) and keyword not in seen:
                yield Completion(keyword, -len(word))

    def _of_tables(self, word: str) -> Iterator[Completion]:
        wanted = word.lower()
        for named in self._tables:
            name = (
                f"marts.{named.table}"
                if wanted.startswith("marts.") and "." not in named.table
                else named.table
            )
            if name.startswith(wanted):
                yield _completion(name, len(word), named.meaning)

    def _commands(self, typed: str) -> Iterator[Completion]:
        command, space, word = typed.partition(" ")
        if not space:
            for known in (".help", ".tables", ".describe", ".examples"):
                if known.startswith(command):
                    yield Completion(known, -len(command))
        elif command == ".describe":
            yield from self._of_tables(word)
        elif command == ".examples":
            for recipe in cookbook.recipes():
                if recipe.name.startswith(word):
                    yield _completion(recipe.name, len(word), recipe.question)


def _completion(text: str, typed: int, meaning: str) -> Completion:
    brief = meaning if len(meaning) <= _META_WIDTH else f"{meaning[: _META_WIDTH - 1]}…"
    return Completion(text, -typed, display_meta=brief)


# --- commands


def _command(typed: str, catalog: list[Named], answer: Callable[[str], None]) -> Iterator[str]:
    command, _, word = typed.rstrip("; ").partition(" ")
    word = word.strip().lower()
    match command:
        case ".help":
            yield HELP
        case ".tables":
            yield from _tables(catalog, word)
        case ".describe":
            yield from _described(catalog, word)
        case ".examples" if word:
            sql = cookbook.recipe(word).sql
            yield sql
            answer(sql)
        case ".examples":
            yield from cookbook.listed()
        case _:
            raise SettingsError(f"{command}: there are .help, .tables, .describe TABLE and .examples")


def _tables(catalog: list[Named], word: str) -> Iterator[str]:
    known = [named for named in catalog if not named.column]
    shown = [
        named
        for named in known
        if (word in f"{named.table} {named.meaning}".lower() if word else "." not in named.table)
    ]
    rows = [(named.table, named.meaning.partition(". ")[0]) for named in shown]
    yield from tables.table(["table", "a row is"], ["VARCHAR", "VARCHAR"], rows, _columns())
    if not word:
        yield f"({len(known) - len(shown)} more that these rest on: .tables WORD)"


def _described(catalog: list[Named], word: str) -> Iterator[str]:
    wanted = word.removeprefix("marts.")
    found = [named for named in catalog if named.table == wanted]
    if not found:
        raise SettingsError(f"{word or 'TABLE'}: there is no such table; .tables lists them")
    yield from tables.wrap(found[0].meaning, _columns())
    rows = [(named.column, named.kind, named.meaning) for named in found[1:]]
    yield from tables.table(["column", "type", "meaning"], ["VARCHAR"] * 3, rows, _columns())


def _columns() -> int:
    with suppress(OSError):
        return os.get_terminal_size(sys.stdout.fileno()).columns
    return 80
