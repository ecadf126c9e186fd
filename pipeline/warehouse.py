"""The SQL models: parse, order, build, check, publish by rename.

A model is one file with one select; its path is its name. What it reads is found by DuckDB's own parser, so
a model never says it twice. There are two grains. A model of `recording/` or `activity/` sees one activity:
it runs once per landed batch and its rows are kept in the lake under the digest of everything that made
them, so that a changed model (or setting, or input) is measured anew and nothing else. The models of
`athlete/` and `marts/` read those few rows and are rebuilt whole. A model with a row per record
(`recorded_at` in its grain) is too big to keep: it is a table while a batch is measured, and a view in the
warehouse.

Between the two stands `sessions/`: it sees all recordings of an athlete, and says which of them are one
session. What it says of the sessions of a batch is handed to `activity/` together with the raw rows of their
copies, which may have landed in other batches; its digest is in the name of what is kept, so that a copy
that lands years later has just that session's batch measured anew.
"""

import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import MappingProxyType

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import CheckError, LakeError, ModelError
from pipeline.lake import Lake, beside
from pipeline.published import digest_of_texts, is_current, program, sign, state
from pipeline.reader import reader as reader  # noqa: PLC0414 - whoever has the models finds it here
from pipeline.schema import SCHEMA_VERSION, TABLE_MEANINGS, TABLES

LAYERS = ("raw", "settings", "recording", "sessions", "staging", "activity", "athlete", "marts")
MEASURED_LAYERS = ("recording", "activity")
SETTINGS_TABLES = ("athletes", "athlete_anchors")  # from athlete.toml, beside the tables of the lake

# While a batch is measured its text keys are enums, numbers inside: with text it took half as long again.
KEY_TYPES = {"athlete_id": "athlete_key", "activity_id": "activity_key", "session_id": "activity_key"}

# Of the published file: other tools' DuckDB is often older than ours, and could not open our newest format.
STORAGE_VERSION = "v1.4.0"
_GONE = "No files found that match"  # what DuckDB says of a part that is not there
_DOCTOR = "`nextgear doctor` says what to do"

# Here a column's reason stands beside it in its own file.
EXPLAIN_THEMSELVES = ("settings.measuring", "settings.judging", "settings.matching")

HEADING_MAX = 60  # letters; a comment that goes on in the next line is longer

PROMISES = ("grain:", "check:", "across:")  # of a model's head; the rest is what it says to people

_COLUMN = re.compile(r"\bas (\w+),?$")
_HEAD = re.compile(r"\A(?:--.*\n)+")


@dataclass(frozen=True)
class Limits:
    """What DuckDB may take of a machine that is shared: as much as it sees fit, where nothing is said."""

    threads: int | None = None
    memory_bytes: int | None = None
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()) / f"nextgear-{os.getpid()}")
    """Where goes what memory has no room for."""


@dataclass(frozen=True)
class Model:
    """One file of `sql/`: what a row is, what it promises, what it reads."""

    name: str
    sql: str
    description: str
    grain: tuple[str, ...]
    checks: tuple[str, ...]
    reads: frozenset[str]
    is_across_athletes: bool = False
    """Looks from one athlete at another: not to be built of some of them (`across: athletes` in its head)."""

    @property
    def layer(self) -> str:
        """The folder of the file: one of LAYERS."""
        return self.name.split(".")[0]

    @property
    def is_stream(self) -> bool:
        """Has a row per record: never kept, a view in the warehouse."""
        return "recorded_at" in self.grain

    @property
    def is_kept(self) -> bool:
        """Measured once per activity; its rows live in the lake."""
        return self.layer in MEASURED_LAYERS and not self.is_stream


# --- parse and order


def models(folder: Path) -> dict[str, Model]:
    """Every model of the folder in an order in which each comes after all that it reads.

    Raises ModelError for a file that does not parse, reads what does not exist, or reads in a circle.
    """
    found = {
        model.name: model
        for layer in LAYERS
        for path in sorted((folder / layer).glob("*.sql"))
        for model in [_model(f"{layer}.{path.stem}", path.read_text(encoding="utf-8"))]
    }
    raw = {f"raw.{table}" for table in (*TABLES, *SETTINGS_TABLES)}
    for model in found.values():
        for missing in sorted(model.reads - found.keys() - raw):
            raise ModelError(model.name, f"reads {missing}, which is neither a model nor a table of the lake")
    try:
        order = TopologicalSorter(
            {m.name: sorted(m.reads & found.keys()) for m in found.values()}
        ).static_order()
        return {name: found[name] for name in order}
    except CycleError as error:
        raise ModelError(error.args[1][0], f"reads itself: {' <- '.join(error.args[1])}") from error


@cache  # a process that builds more than once need not parse again what has not changed
def _model(name: str, sql: str) -> Model:
    matched = _HEAD.match(sql)
    head = [line.removeprefix("--").strip() for line in matched[0].splitlines()] if matched else []
    described = [line for line in head if line and not line.startswith(PROMISES)]
    return Model(
        name=name,
        sql=sql,
        description=" ".join(described),
        grain=tuple(column.strip() for value in _promised(head, "grain:") for column in value.split(",")),
        checks=tuple(_promised(head, "check:")),
        reads=relations(_parser(), name, sql),
        is_across_athletes="athletes" in _promised(head, "across:"),
    )


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """Parses, and holds no table."""
    return connection()


def _promised(head: Iterable[str], keyword: str) -> Iterator[str]:
    return (line.removeprefix(keyword).strip() for line in head if line.startswith(keyword))


def relations(db: duckdb.DuckDBPyConnection, name: str, sql: str) -> frozenset[str]:
    """The tables that a select reads, as `layer.table`, found by DuckDB's own parser.

    A name without a layer is a CTE. Raises ModelError, naming `name`, if the text is not one select.
    """
    parsed = json.loads(db.execute("select json_serialize_sql(?)", [sql]).fetchall()[0][0])
    if parsed["error"]:
        raise ModelError(name, parsed["error_message"])
    if len(parsed["statements"]) != 1:
        raise ModelError(name, "a model is one select")
    return frozenset(
        f"{node['schema_name']}.{node['table_name']}"
        for node in _nodes(parsed["statements"])
        if node.get("type") == "BASE_TABLE" and node["schema_name"]
    )


def _nodes(tree: object) -> Iterator[dict[str, str]]:
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def ancestors(all_models: dict[str, Model], wanted: Iterable[str]) -> dict[str, Model]:
    """The wanted models and every model that they rest on, in build order."""
    needed = set(wanted)
    for name in reversed(all_models):
        if name in needed:
            needed |= all_models[name].reads & all_models.keys()
    return {name: model for name, model in all_models.items() if name in needed}


def digests(all_models: Mapping[str, Model]) -> dict[str, str]:
    """For each model the digest of its text and of all that it rests on, down to contract and engine.

    What `sessions/` says is as given as the raw rows are: `measure` has the digest of the rows themselves.
    """
    found: dict[str, str] = {}
    for name, model in all_models.items():
        below = sorted(
            read if read.startswith("sessions.") else found.get(read, f"{read} {SCHEMA_VERSION}")
            for read in model.reads
        )
        found[name] = digest_of_texts([duckdb.__version__, model.sql, *below])
    return found


# --- build and check


def connection(path: Path | None = None, limits: Limits | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB that asks the network for nothing, and takes no more than the limits.

    Nor does it loop over an ASOF join: it would where it guesses that few rows are sought, and it guessed
    dozens where best efforts seek many thousands: then one batch took most of all the time.
    """
    db = duckdb.connect(
        str(path or ":memory:"),
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "asof_loop_join_threshold": "0",
            "storage_compatibility_version": STORAGE_VERSION,
        },
    )
    db.execute("set enable_progress_bar = false")  # it would be drawn on standard output
    limits = limits or Limits()
    if path is None:  # else it goes beside the database; for none, to where the user is
        db.execute(f"set temp_directory = {_quoted(str(limits.folder))}")
    if limits.threads:
        db.execute(f"set threads = {limits.threads}")
    if limits.memory_bytes:
        db.execute(f"set memory_limit = '{limits.memory_bytes} B'")
    return db


def create(db: duckdb.DuckDBPyConnection, model: Model, kind: str = "table") -> None:
    """Build one model as a table or a view; all that it reads is there already."""
    try:
        db.execute(f"create {kind} {model.name} as {model.sql}")
    except duckdb.IOException:
        raise  # not the model's fault
    except duckdb.Error as error:
        raise ModelError(model.name, str(error)) from error


def check(db: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Hold a model against its promises; CheckError shows the first rows that break one.

    All of them in one look at the table; one by one only if that finds anything, to tell which and show it.
    """
    keys = ", ".join(model.grain)
    broken = [f"bool_or(({check}) is not true)" for check in model.checks]
    if model.grain:
        broken += [f"bool_or({key} is null)" for key in model.grain]
        broken += [f"count(distinct row({keys})) < count(*)"]
    if not broken:
        return
    with suppress(duckdb.Error):  # which promise does not run is told below
        if True not in db.execute(f"select {', '.join(broken)} from {model.name}").fetchall()[0]:
            return
    promises = {check: f"from {model.name} where ({check}) is not true" for check in model.checks}
    if model.grain:
        promises[f"grain: {keys}"] = (
            f"from {model.name} where {' or '.join(f'{key} is null' for key in model.grain)} "
            f"union all by name from {model.name} qualify count(*) over (partition by {keys}) > 1"
        )
    for promise, breaking in promises.items():
        _none(db, model.name, promise, breaking)


def check_rows_that_must_not_exist(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Run every query of `sql/checks`: a row is a CheckError."""
    for path in sorted((folder / "checks").glob("*.sql")):
        query = path.read_text(encoding="utf-8")
        _none(db, f"checks.{path.stem}", query.splitlines()[0].removeprefix("--").strip(), f"from ({query})")


def _none(db: duckdb.DuckDBPyConnection, model: str, promise: str, query: str) -> None:
    try:
        broken = db.sql(f"{query} limit 5")
        if broken.fetchall():
            raise CheckError(model, promise, str(broken))
    except duckdb.Error as error:
        raise ModelError(model, f"its promise `{promise}` does not run: {error}") from error


def register_raw(
    db: duckdb.DuckDBPyConnection,
    parts: Mapping[str, Sequence[Path]],
    key_types: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """`raw.*` as views over parts of the lake; a table without parts is there, typed and empty.

    `key_types` are of the keys that are to be other than the lake has them.
    """
    for layer in LAYERS:
        db.execute(f"create schema if not exists {layer}")
    for table, schema in TABLES.items():
        _view(db, f"raw.{table}", parts.get(table, ()), pa.Table.from_batches([], schema), key_types)


def register_settings(db: duckdb.DuckDBPyConnection, settings: Mapping[str, pa.Table]) -> None:
    """`raw.*` of what athletes have said of themselves, beside the tables of the lake."""
    for table in SETTINGS_TABLES:
        _table(db, f"raw.{table}", settings[table])


def _view(
    db: duckdb.DuckDBPyConnection,
    name: str,
    parts: Sequence[Path],
    empty: pa.Table,
    key_types: Mapping[str, str] = MappingProxyType({}),
) -> None:
    if parts:
        columns = _columns(empty.column_names, key_types)
        files = ", ".join(_quoted(str(part)) for part in parts)
        db.execute(
            f"create view {name} as select {columns} from read_parquet([{files}], hive_partitioning = false)"
        )
    else:
        _table(db, name, empty, key_types)


def _table(
    db: duckdb.DuckDBPyConnection,
    name: str,
    rows: pa.Table,
    key_types: Mapping[str, str] = MappingProxyType({}),
) -> None:
    db.register("handed_over", rows)
    db.execute(f"create table {name} as select {_columns(rows.column_names, key_types)} from handed_over")
    db.unregister("handed_over")


def _columns(columns: Iterable[str], types: Mapping[str, str]) -> str:
    """All columns, those that are named in `types` as that type."""
    typed = ", ".join(
        f"cast({column} as {types[column]}) as {column}" for column in columns if column in types
    )
    return f"* replace ({typed})" if typed else "*"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# --- measure: recording/ and activity/, once per landed batch


@dataclass(frozen=True)
class Measured:
    """What was measured, by model: the files of the kept ones, the rows of `sessions/`."""

    files: Mapping[str, Sequence[Path]]
    sessions: Mapping[str, pa.Table]


@dataclass(frozen=True)
class _Batch:
    """A batch to measure: its raw rows and those of its copies, and what `sessions/` says of its sessions."""

    lake: Lake
    batch: str
    sessions_digest: str = ""  # of what is said, if any session of the batch has more than one recording
    given: Callable[[], tuple[Mapping[str, pa.Table], Sequence[str]]] = lambda: ({}, ())

    def file(self, model: Model, digest: str) -> Path:
        """Where the rows of a model belong."""
        return self.lake.measured(model.name, digest, self.batch, self.sessions_digest)


def measure(
    all_models: dict[str, Model],
    lakes: Sequence[Lake],
    progress: Callable[[int, int], None] = lambda _n, _of: None,
    limits: Limits | None = None,
) -> Measured:
    """Measure what has not been measured yet with these models.

    One file per model and batch, written beside and renamed: what exists is whole, what is missing is redone.
    `progress` hears how many batches of how many are done, for `recording/` and again for `activity/`.
    """
    batches = [_Batch(lake, batch) for lake in lakes for batch in lake.batches()]
    files = _measure(all_models, "recording", batches, progress, limits)
    with connection(limits=limits) as db:
        sessions = _sessions(db, all_models, lakes, files)
        batches = _with_sessions(db, all_models, lakes, batches)
        files |= _measure(all_models, "activity", batches, progress, limits)
        return Measured(files, sessions)


def _measure(
    all_models: dict[str, Model],
    layer: str,
    batches: Sequence[_Batch],
    progress: Callable[[int, int], None],
    limits: Limits | None,
) -> dict[str, list[Path]]:
    digest_of = digests(all_models)
    kept = [model for model in all_models.values() if model.is_kept and model.layer == layer]
    work = [
        (batch, missing)
        for batch in batches
        if (missing := [model for model in kept if not batch.file(model, digest_of[model.name]).exists()])
    ]
    for done, (batch, missing) in enumerate(work):
        progress(done, len(work))
        with connection(limits=limits) as db:
            sessions, lenders = batch.given()
            read = sorted({batch.batch, *lenders})
            parts = {table: batch.lake.parts(table, read) for table in TABLES}
            _create_key_types(db, parts["activities"], sessions)
            register_raw(db, parts, KEY_TYPES)
            for name, rows in sessions.items():
                _table(db, name, rows, KEY_TYPES)
            needed = ancestors(_without(all_models, sessions), [model.name for model in missing])
            for model in needed.values():
                if model.is_stream and model.layer == "staging":
                    create(db, model, "view")  # read once, and by a model that has its grain and is checked
                    continue
                create(db, model)
                check(db, model)
            for model in missing:
                keep(db, model, batch.file(model, digest_of[model.name]))
    progress(len(work), len(work))
    return {model.name: [batch.file(model, digest_of[model.name]) for batch in batches] for model in kept}


def _create_key_types(
    db: duckdb.DuckDBPyConnection, activities: Sequence[Path], sessions: Mapping[str, pa.Table]
) -> None:
    """KEY_TYPES of a batch: enums of its ids, in the order of their texts, so that they sort as texts do."""
    ids: dict[str, set[str]] = {kind: set() for kind in KEY_TYPES.values()}
    columns = ["athlete_id", "activity_id"]
    for rows in (*(pq.ParquetFile(part).read(columns) for part in activities), *sessions.values()):
        for column, kind in KEY_TYPES.items():
            if column in rows.column_names:
                ids[kind].update(text for text in rows[column].to_pylist() if text is not None)
    for kind, texts in ids.items():
        db.execute(f"create type {kind} as enum ({', '.join(_quoted(text) for text in sorted(texts))})")


def _without(all_models: Mapping[str, Model], given: Iterable[str]) -> dict[str, Model]:
    return {name: model for name, model in all_models.items() if name not in set(given)}


def _sessions(
    db: duckdb.DuckDBPyConnection,
    all_models: dict[str, Model],
    lakes: Iterable[Lake],
    measured: Mapping[str, Sequence[Path]],
) -> dict[str, pa.Table]:
    """Build `sessions/` of all batches of all athletes, from what was measured of each recording."""
    names = [name for name, model in all_models.items() if model.layer == "sessions"]
    register_raw(
        db,
        {
            table: [part for lake in lakes for part in lake.parts(table)]
            for table in ("activities", "descriptions", "files")
        },
    )
    for model in ancestors(all_models, names).values():
        if model.is_kept:
            _show(db, model, measured[model.name])
        else:
            create(db, model)
            check(db, model)
    return {name: db.table(name).to_arrow_table() for name in names}


def _with_sessions(
    db: duckdb.DuckDBPyConnection,
    all_models: dict[str, Model],
    lakes: Iterable[Lake],
    batches: Iterable[_Batch],
) -> list[_Batch]:
    """The batches with what `activity/` is to know of their sessions.

    Most batches hold only sessions of one recording, of which nobody corrected anything: nothing is said of
    them in the names of their files.
    """
    activity = [name for name, model in all_models.items() if model.layer == "activity"]
    told = sorted(
        {
            read
            for model in ancestors(all_models, activity).values()
            if model.layer != "sessions"
            for read in model.reads
            if read.startswith("sessions.")
        }
    )
    landed = [part for lake in lakes for part in lake.parts("activities")]
    if not told or not landed:
        return list(batches)
    parts = ", ".join(_quoted(str(part)) for part in landed)
    db.execute(
        "create table landed as select activities.athlete_id, activities.activity_id, "
        "max(files.reader_version) as version, parse_filename(activities.filename, true) as batch "
        f"from read_parquet([{parts}], hive_partitioning = false, filename = true) as activities "
        "left join raw.files as files on activities.athlete_id = files.athlete_id "
        "and activities.file_digest = files.digest and files.outcome != 'duplicate' group by all"
    )
    rows = " union all ".join(
        f"select athlete_id, session_id, activity_id, '{name} ' || cast(told as varchar) as said "
        f"from {name} as told"
        for name in told
    )
    digests_of = {
        (athlete_id, batch): digest_of_texts(said)
        for athlete_id, batch, said in db.execute(
            f"""
            with said as ({rows}),
            merged as (
                select athlete_id, session_id from said
                group by all
                having
                    count(distinct activity_id) > 1
                    or count(distinct split_part(said, ' ', 1)) > 1
            )
            select landed.athlete_id, landed.batch, list(distinct said.said order by said.said)
            from (
                -- what is lent is other when a newer version has read it again
                select said.* replace (concat(said.said, ' ', lender.version) as said)
                from said
                left join landed as lender using (athlete_id, activity_id)
            ) as said
            inner join merged using (athlete_id, session_id)
            inner join landed
                on said.athlete_id = landed.athlete_id
                and landed.activity_id in (said.activity_id, said.session_id)
            group by all
            """
        ).fetchall()
    }

    def given(batch: _Batch) -> tuple[Mapping[str, pa.Table], Sequence[str]]:
        key = [batch.lake.athlete_id, batch.batch]
        own = "select athlete_id, activity_id from landed where athlete_id = $1 and batch = $2"
        ours = f"where (athlete_id, session_id) in ({own})"
        tables = {name: db.sql(f"from {name} {ours}", params=key).to_arrow_table() for name in told}
        lenders = " union ".join(f"select activity_id from {name} {ours}" for name in told)
        found = db.execute(
            f"select distinct batch from landed where athlete_id = $1 and activity_id in ({lenders})", key
        ).fetchall()
        return tables, [name for (name,) in found]

    return [
        replace(
            batch,
            sessions_digest=digests_of.get((batch.lake.athlete_id, batch.batch), ""),
            given=partial(given, batch),
        )
        for batch in batches
    ]


def keep(db: duckdb.DuckDBPyConnection, model: Model, path: Path) -> int:
    """Write the rows of a model; how many those are."""
    with beside(path) as unfinished:
        try:
            columns = _columns(db.table(model.name).columns, dict.fromkeys(KEY_TYPES, "varchar"))
            copied = db.execute(
                f"copy (select {columns} from {model.name} order by {', '.join(model.grain)}) "
                f"to {_quoted(str(unfinished))} (format parquet, compression zstd, use_tmp_file false)"
            )
            return copied.fetchall()[0][0]
        except duckdb.IOException as error:
            raise OSError(None, str(error)) from error


def forget_old_measurements(measured: Measured, lakes: Iterable[Lake]) -> None:
    """Remove what older models measured, and what was measured of batches that are no more."""
    current = {file for files in measured.files.values() for file in files}
    for lake in lakes:
        for folder in (lake.folder / "measured").glob("*/*"):
            for file in folder.glob("*.parquet"):
                if file not in current:
                    file.unlink()
            if not any(folder.iterdir()):
                folder.rmdir()


# --- judge and publish


def build(
    warehouse: Path,
    folder: Path,
    lakes: Sequence[Lake],
    said: Iterable[str],
    settings: Callable[[], Mapping[str, pa.Table]],
    progress: Callable[[int, int], None] = lambda _n, _of: None,
) -> bool:
    """Bring the published warehouse up to date; False when it already was.

    `said` is all that the athletes' settings say, as text, and `settings` gives it as the tables of
    SETTINGS_TABLES when it comes to building. Whatever fails, and wherever it is killed, the old warehouse
    stays in place: the new one is built beside it and renamed when every promise holds.
    """
    made_by = program(folder)
    if is_current(warehouse, state(made_by, lakes, said)):
        return False
    for lake in lakes:
        lake.compact()  # only now: what it replaced is swept once the warehouse is published
    wanted = state(made_by, lakes, said)
    all_models = models(folder)
    unfinished = warehouse.with_name(f".{warehouse.name}.building")
    _clear(unfinished)
    try:
        with faults(str(warehouse)):
            measured = measure(all_models, lakes, progress)
            with connection(unfinished) as db:
                db.begin()  # one transaction: it waits for the disk once, not after every comment
                landed = {table: [part for lake in lakes for part in lake.parts(table)] for table in TABLES}
                judge(db, all_models, landed, measured, settings())
                check_rows_that_must_not_exist(db, folder)
                _explain(db, all_models, folder)
                db.commit()
                db.execute("checkpoint")  # closing would do it as well, and keep quiet if the disk is full
    except OSError:
        _clear(unfinished)  # a full disk has room again
        raise
    unfinished.replace(warehouse)
    forget_old_measurements(measured, lakes)
    sign(warehouse, wanted)  # last: a run killed before it builds again
    return True


@contextmanager
def faults(path: str, advice: str = _DOCTOR) -> Generator[None]:
    """Tells what is wrong with the lake (LakeError) from what is with the disk (OSError, naming `path`)."""
    try:
        yield
    except (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException) as error:
        if _GONE in str(error):
            raise LakeError(f"a part of the lake is missing: {_said(error)}; {advice}") from error
        raise OSError(None, _said(error), path) from error
    except (duckdb.InvalidInputException, pa.ArrowInvalid) as error:
        raise LakeError(f"a part of the lake is damaged: {_said(error)}; {advice}") from error
    except FileNotFoundError as error:
        raise LakeError(f"a part of the lake is missing: {error.filename or error}; {advice}") from error


def _said(error: Exception) -> str:
    """What DuckDB or Arrow found, without the query in which it did."""
    return str(error).partition("\n\nLINE")[0]


def judged(all_models: dict[str, Model], wanted: Iterable[str]) -> dict[str, Model]:
    """What it takes to judge the wanted models: themselves and all below, down to what was measured."""
    needed = set(wanted)
    for name in reversed(all_models):
        model = all_models[name]
        if name in needed and not (model.is_kept or model.layer == "sessions"):
            needed |= model.reads & all_models.keys()
    return {name: model for name, model in all_models.items() if name in needed}


def tables_judged(judged_models: Mapping[str, Model]) -> set[str]:
    """The tables of the lake that are looked at again when these models are judged: not the streams."""
    reading = (m for m in judged_models.values() if not (m.is_kept or m.layer == "sessions"))
    return {name.removeprefix("raw.") for model in reading for name in model.reads} & TABLES.keys()


def _clear(database: Path) -> None:
    database.unlink(missing_ok=True)
    database.with_name(database.name + ".wal").unlink(missing_ok=True)
    shutil.rmtree(database.with_name(database.name + ".tmp"), ignore_errors=True)


def judge(
    db: duckdb.DuckDBPyConnection,
    all_models: Mapping[str, Model],
    parts: Mapping[str, Sequence[Path]],
    measured: Measured,
    settings: Mapping[str, pa.Table],
) -> None:
    """Build these models from parts of the lake and what was measured; hold each against its promises."""
    register_raw(db, parts)
    register_settings(db, settings)
    for model in all_models.values():
        if model.is_kept:
            _show(db, model, measured.files[model.name])
        elif model.layer == "sessions":
            _table(db, model.name, measured.sessions[model.name])
        elif model.is_stream:
            create(db, model, "view")
        else:
            create(db, model)
            check(db, model)


def _show(db: duckdb.DuckDBPyConnection, model: Model, files: Sequence[Path]) -> None:
    """A kept model as a view of its files; without any, built of the tables that are there, and empty."""
    if files:
        _view(db, model.name, files, pa.table({}))
    else:
        create(db, model)


def _explain(db: duckdb.DuckDBPyConnection, all_models: Mapping[str, Model], folder: Path) -> None:
    """What every table and column means, in the warehouse itself, for whoever opens it without us."""
    meanings = column_meanings(folder)
    is_view = {
        f"{s}.{v}" for s, v in db.execute("select schema_name, view_name from duckdb_views()").fetchall()
    }
    columns_of: dict[str, list[str]] = {}
    for schema, table, column in db.execute(
        "select schema_name, table_name, column_name from duckdb_columns() order by all"
    ).fetchall():
        columns_of.setdefault(f"{schema}.{table}", []).append(column)
    described = {f"raw.{table}": meaning for table, meaning in TABLE_MEANINGS.items()}
    described |= {name: model.description for name, model in all_models.items()}
    for name, description in described.items():
        kind = "view" if name in is_view else "table"
        db.execute(f"comment on {kind} {name} is {_quoted(description)}")
        own = reasons(all_models[name].sql) if name in EXPLAIN_THEMSELVES else {}
        for column in columns_of[name]:
            meaning = own.get(column) or meanings.get(column, "")
            db.execute(f'comment on column {name}."{column}" is {_quoted(meaning)}')


def reasons(sql: str) -> dict[str, str]:
    """Why each number of a select is what it is: the comment beside its column, or the lines above it.

    What has neither belongs to the one before it. A short line above a comment is a heading.
    """
    found: dict[str, str] = {}
    above: list[str] = []
    reason = ""
    for line in sql.splitlines():
        code, _, comment = (part.strip() for part in line.partition("--"))
        if not code:
            above.append(comment)
            continue
        named = _COLUMN.search(code)
        if named:
            if len(above) > 1 and len(above[0]) < HEADING_MAX:
                above = above[1:]
            reason = comment or " ".join(above) or reason
            found[named[1]] = reason
        above = []
    return found


def column_meanings(folder: Path) -> dict[str, str]:
    """`sql/columns.toml`: what each column name means, wherever it stands."""
    return tomllib.loads((folder / "columns.toml").read_text(encoding="utf-8"))
