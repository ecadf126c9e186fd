"""Ad-hoc SQL on the published warehouse: selects only, of its own tables only, within limits.

The engine's guards (`pipeline.reader`) let no query write the warehouse or read a file outside of the lake.
What they leave open is closed here, on what DuckDB's own parser makes of the text: a COPY within a select
would write into the lake, and some functions read files, keep state or run text as another query. So a
table function that is not known to be harmless is refused, and files are read through the views alone.
"""

import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ONLY_SELECTS = "only selects (also: from, with, describe, summarize, show) can be asked"
TIMEOUT_S = 60.0
MEMORY = "50%"  # of the machine's
BATCH_ROWS = 50_000
LONGEST_QUERY = 1_000_000  # characters; DuckDB's parser takes minutes and gigabytes for ten times that
GRACE_S = 3.0  # what a step inside the engine that cannot be stopped may take beyond the time limit
SLACK_BYTES = 1 << 30  # Python's and Arrow's own, beside what the engine may take

_QUERY_NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}

# Table functions that read nothing but rows they are given and the catalog, and keep no state.
_TABLE_FUNCTIONS = {
    "duckdb_columns",
    "duckdb_constraints",
    "duckdb_functions",
    "duckdb_keywords",
    "duckdb_schemas",
    "duckdb_tables",
    "duckdb_types",
    "duckdb_views",
    "generate_series",
    "generate_subscripts",
    "icu_calendar_names",
    "json_each",
    "json_tree",
    "pg_timezone_names",
    "pragma_collations",
    "pragma_show",
    "pragma_table_info",
    "pragma_version",
    "range",
    "regexp_split_to_table",
    "repeat",
    "repeat_row",
    "summary",
    "unnest",
}
# Scalar functions that keep state, or look outside.
_REFUSED_FUNCTIONS = {
    "currval",
    "getenv",
    "json_execute_serialized_sql",
    "json_serialize_plan",
    "nextval",
    "setseed",
    "setval",
    "write_log",
}
_MEMORY = re.compile(r"\d+(\.\d+)?\s*([KMGT]i?B|%)", re.IGNORECASE)
_BARE_NAME = re.compile(r"\w[\w ]*")


@dataclass(frozen=True)
class Limits:
    """What a question may take. 0 seconds: as long as it takes."""

    timeout_s: float = TIMEOUT_S
    memory: str = MEMORY
    ends_process: bool = False  # is the process ours to end, if nothing else stops what runs in it?

    def __post_init__(self) -> None:
        if not _MEMORY.fullmatch(self.memory):
            raise SettingsError(f"--memory {self.memory}: write it as 2GB, 500MB or 50%")
        if not 0 <= self.timeout_s < threading.TIMEOUT_MAX:
            raise SettingsError(f"--timeout {self.timeout_s:g}: seconds, 0 for no limit")


@dataclass(frozen=True)
class Answer:
    """What one select answers. Nothing is computed before it is asked for."""

    relation: duckdb.DuckDBPyRelation
    clock: "Clock"

    @property
    def columns(self) -> list[str]:
        """Their names, in order; a name may stand there twice."""
        return self.relation.columns

    @property
    def types(self) -> list[str]:
        """DuckDB's names of their types."""
        return [str(kind) for kind in self.relation.types]

    def texts(self, count: int) -> list[tuple[str | None, ...]]:
        """The first rows, each value as DuckDB writes it."""
        with self.clock.running():
            return self.relation.limit(count).project("cast(columns(*) as varchar)").fetchall()

    def batches(self) -> "tuple[pa.Schema, Iterator[pa.RecordBatch]]":
        """All rows as Arrow, some at a time, so that no answer is too long."""
        with self.clock.running():
            reader = self.relation.to_arrow_reader(BATCH_ROWS)
        return reader.schema, self._batches(reader)

    def _batches(self, reader: "pa.RecordBatchReader") -> "Iterator[pa.RecordBatch]":
        while True:
            with self.clock.running():
                batch = next(reader, None)
            if batch is None:
                return
            yield batch


class Clock:
    """Counts the time that the engine works, and stops it when that is used up.

    So does what this process computes meanwhile. That somebody reads slowly what is written does not count.
    """

    def __init__(self, db: duckdb.DuckDBPyConnection, limits: Limits) -> None:
        self._db = db
        self._limits = limits
        self._left_s = limits.timeout_s
        self._computed_s = time.process_time()

    @contextmanager
    def running(self) -> Generator[None]:
        """While the engine works. Its errors come out as a SettingsError, and Ctrl-C as itself."""
        is_done, is_late, is_called = threading.Event(), threading.Event(), threading.Event()
        began = time.monotonic()
        self._left_s = max(0, self._left_s - (time.process_time() - self._computed_s))
        if self._limits.timeout_s and not self._left_s:
            raise SettingsError(self._too_long())
        signals = _Signals()
        watch = threading.Thread(target=self._watch, args=(is_done, is_late, is_called, signals), daemon=True)
        watch.start()
        try:
            yield
        except (duckdb.Error, OSError, ValueError, RuntimeError, MemoryError, RecursionError) as error:
            if is_late.is_set():
                raise SettingsError(self._too_long()) from error
            if is_called.is_set() or "Query interrupted" in str(error):  # what DuckDB makes of a Ctrl-C
                raise KeyboardInterrupt from error
            raise SettingsError(self._sentence(error)) from error
        finally:
            is_done.set()
            watch.join()  # or it might stop the query after this one
            signals.close()
            if self._limits.timeout_s:
                self._left_s = max(0, self._left_s - (time.monotonic() - began))
                self._computed_s = time.process_time()
        if is_late.is_set():  # an interrupt between two batches is not heard
            raise SettingsError(self._too_long())

    def _watch(
        self,
        is_done: threading.Event,
        is_late: threading.Event,
        is_called: threading.Event,
        signals: "_Signals",
    ) -> None:
        ends_at = time.monotonic() + (self._left_s if self._limits.timeout_s else float("inf"))
        while not is_done.wait(0.1 if is_late.is_set() else max(0, min(0.1, ends_at - time.monotonic()))):
            if signals.came():
                is_called.set()
            if time.monotonic() >= ends_at:
                is_late.set()
            if is_called.is_set() or is_late.is_set():
                self._db.interrupt()
            if self._limits.ends_process and time.monotonic() > ends_at + GRACE_S:
                print(f"nextgear: {self._too_long()}", file=sys.stderr, flush=True)
                os._exit(SettingsError.exit_code)

    def _too_long(self) -> str:
        seconds = self._limits.timeout_s
        return (
            f"your query took more than {seconds:g} s: ask for less (a where, a limit, one activity), "
            f"or allow more with --timeout {max(10 * seconds, 60):g}"
        )

    def _sentence(self, error: Exception) -> str:
        text = str(error)
        if isinstance(error, MemoryError) or "Out of Memory" in text or "malloc of size" in text:
            return (
                f"your query took more than the memory that it may take ({self._limits.memory}): ask for "
                "less (fewer rows or columns, no order by), or allow more with --memory"
            )
        if isinstance(error, RecursionError) or "stack overflow" in text.lower():
            return "your query: it is nested too deeply"
        if isinstance(error, duckdb.PermissionException | duckdb.IOException) and ".parquet" in text:
            return (
                "your query: the warehouse does not find the lake where it was built. If the data folder was "
                "moved, `nextgear build` makes a warehouse for its new place. " + text
            )
        return f"your query: {text}"


class _Signals:
    """Did a Ctrl-C come? Python hears of it only between two steps of its own; the engine may take long."""

    def __init__(self) -> None:
        self._is_heard = threading.current_thread() is threading.main_thread()
        if self._is_heard:
            self._read, self._write = os.pipe()
            os.set_blocking(self._read, False)
            os.set_blocking(self._write, False)
            self._before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)

    def came(self) -> bool:
        """Since the last time that this was asked."""
        try:
            return self._is_heard and signal.SIGINT in os.read(self._read, 100)
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Signals go where they went before."""
        if self._is_heard:
            signal.set_wakeup_fd(self._before)
            os.close(self._read)
            os.close(self._write)


def answers(db: duckdb.DuckDBPyConnection, query: str, limits: Limits) -> Iterator[Answer]:
    """What each select of a query answers, to be read before the next one.

    Raises SettingsError for all but selects, for one that cannot be run, and for one that takes too much.
    """
    if len(query) > LONGEST_QUERY:
        raise SettingsError(f"your query is longer than {LONGEST_QUERY:,} characters")
    clock = Clock(db, limits)
    with clock.running():
        statements = db.extract_statements(query)
        parsed = db.execute("select json_serialize_sql(?)", [query]).fetchall()[0][0]
        tree = json.loads(parsed)
    if tree["error"] or len(tree["statements"]) != len(statements):
        raise SettingsError(_advice(tree.get("error_message", "")))
    with clock.running():
        _refuse(db, tree["statements"])
    for statement in statements:
        if statement.type != duckdb.StatementType.SELECT:
            raise SettingsError(ONLY_SELECTS)
        clock = Clock(db, limits)
        with clock.running():
            relation = db.sql(statement)
        yield Answer(relation, clock)


def frames(db: duckdb.DuckDBPyConnection, query: str, limits: Limits) -> "Iterator[pd.DataFrame]":
    """What each select of a query answers, for a notebook; an answer may take what the query may.

    Raises as `answers` does, and SettingsError for a text without any query.
    """
    allowed = bytes_of(_memory_limit(db))
    is_empty = True
    for answer in answers(db, query, limits):
        is_empty = False
        schema, batches = answer.batches()
        kept: list[pa.RecordBatch] = []
        for batch in batches:
            kept.append(batch)
            allowed -= batch.nbytes
            if allowed < 0:
                raise SettingsError(
                    f"the answer takes more than the memory that it may take ({limits.memory})"
                )
        import pyarrow

        table = pyarrow.Table.from_batches(kept, schema)
        with duckdb.connect() as own:
            yield own.from_arrow(table).df()
    if is_empty:
        raise SettingsError("there is no query in it")


def _advice(parser_error: str) -> str:
    return (
        ONLY_SELECTS
        if not parser_error or "Only SELECT" in parser_error
        else f"{ONLY_SELECTS}: {parser_error}"
    )


def _refuse(db: duckdb.DuckDBPyConnection, statements: object) -> None:
    """Raise SettingsError for the first thing in a parsed query that is more than a question."""
    for node, ctes in _nodes(statements):
        kind = str(node.get("type", ""))
        if kind.endswith("_NODE") and kind not in _QUERY_NODES:
            raise SettingsError(ONLY_SELECTS)
        name = str(node.get("function_name", "")).lower()
        if name in _REFUSED_FUNCTIONS:
            raise SettingsError(f"your query: {name}() cannot be asked")
        if kind == "TABLE_FUNCTION":
            called = str((node.get("function") or {}).get("function_name", "")).lower()
            if called not in _TABLE_FUNCTIONS:
                raise SettingsError(
                    f"your query: {called}() cannot be asked; files are read through the tables "
                    "(show all tables), and nothing else is read"
                )
        if kind == "BASE_TABLE":
            _refuse_file(db, node, ctes)


def _refuse_file(db: duckdb.DuckDBPyConnection, node: dict[str, Any], ctes: frozenset[str]) -> None:
    """What is named like a table but is none could be the name of a file."""
    table, schema = str(node.get("table_name", "")), str(node.get("schema_name", ""))
    if not schema and table.lower() in ctes:
        return
    if _BARE_NAME.fullmatch(table) and _BARE_NAME.fullmatch(schema or "marts"):
        return  # no name of a file: those have an ending
    known = db.execute(
        "select 1 from duckdb_columns() where table_name = $1 and $2 in (schema_name, '') limit 1",
        [table, schema],
    ).fetchall()
    if not known:
        raise SettingsError(f"your query: {table}: there is no such table, and files cannot be asked")


def _nodes(tree: object) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    """Every node, with the names of the CTEs that it sees: elsewhere such a name could be that of a file."""
    waiting: list[tuple[object, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        item, ctes = waiting.pop()
        if isinstance(item, list):
            waiting.extend((each, ctes) for each in item)
        elif isinstance(item, dict):
            for entry in (item.get("cte_map") or {}).get("map", ()):
                waiting.append((entry["value"], ctes))
                ctes |= {str(entry["key"]).lower()}
            yield item, ctes
            # a recursive one sees itself, but not where it begins
            itself = {str(item.get("cte_name", "")).lower()}
            for key, value in item.items():
                if key != "cte_map":
                    waiting.append((value, ctes | itself if key == "right" else ctes))


def text_of(query: str) -> str:
    """The query itself, or what stands in the `.sql` file of that name.

    Raises SettingsError if it cannot be read.
    """
    if not query.endswith(".sql"):
        return query
    try:
        return Path(query).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SettingsError(f"{query}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{query}: not a text in UTF-8") from error


def hold_process(db: duckdb.DuckDBPyConnection) -> None:
    """Hold the whole process to the memory that the engine may take, where the system can.

    The engine counts its tables and hashes, but not every text and list that a function makes.
    """
    if sys.platform != "linux":
        return
    import resource

    now = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with suppress(ValueError, OSError):  # more than the system allows anyway
        resource.setrlimit(resource.RLIMIT_DATA, (now + bytes_of(_memory_limit(db)) + SLACK_BYTES, hard))


def _memory_limit(db: duckdb.DuckDBPyConnection) -> str:
    return db.execute("select current_setting('memory_limit')").fetchall()[0][0]


def bytes_of(size: str) -> int:
    """A size as DuckDB writes it (`11.7 GiB`) in bytes."""
    number, unit = size.split()
    return int(float(number) * 1024 ** ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB").index(unit))
