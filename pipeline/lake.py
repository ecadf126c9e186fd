"""The lake: what was read, as Parquet, per athlete, table and batch.

    <root>/<athlete_id>/<table>/<batch>.parquet
    <root>/<athlete_id>/measured/<model>/<digest>/<batch>.parquet
    <root>/<athlete_id>/measured/<model>/<digest>/<batch>-<sessions>.parquet

A batch is there when its part of `files`, the ledger, is: that part is renamed into place last. Whatever else
a killed run left behind is seen by nobody and swept away by the next one. Neither clock nor chance enters a
part, so the same exports give the same rows, wherever a run was cut short.

A batch can take the place of others: its ledger part names those that it replaces, so that the same rename
that brings the one takes away the others. That is how the small batches of daily runs become one, and how a
file that was read again leaves no row of its older reading.

The ledger part also says to which contract (`pipeline.schema`) the batch was written. One of an older program
is rewritten before anything else happens, which loses nothing; one of a newer program is not touched.
"""

import hashlib
import os
import re
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from pipeline.errors import BusyError, LakeError, SettingsError
from pipeline.schema import SCHEMA_VERSION, TABLES, column_of, doubles_of

# Safe as the name of a folder everywhere: no dot at either end, no device name of Windows.
ATHLETE_ID = re.compile(
    r"(?!(?i:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?"
)

LEDGER = "files"
MERGED = "m"  # begins the name of a batch made of others; a digest has no such digit
SMALL_FILES = 64  # a batch of fewer files is small ...
MANY_SMALL = 8  # ... and so many small ones become one
REPLACES = b"nextgear.replaces"  # key in the metadata of a ledger part: batches, separated by blanks
CONTRACT = b"nextgear.contract"  # key in the metadata of a ledger part: SCHEMA_VERSION and a digest of TABLES
BEFORE_CONTRACTS = "1"  # what a ledger part was written to that does not say
ROW_GROUP = 122_880  # rows; as many as DuckDB gives to a thread at a time
MEASURED = "measured"

FileKey = tuple[str, str | None]  # a row of the ledger: path and digest


@dataclass(frozen=True)
class Lake:
    """One athlete's part of the lake under `root`. Raises SettingsError for an id that is no folder name."""

    root: Path
    athlete_id: str

    def __post_init__(self) -> None:
        if not ATHLETE_ID.fullmatch(self.athlete_id):
            raise SettingsError(
                f"{self.athlete_id!r} cannot be an athlete's id: that is up to 64 letters, digits, _ and -, "
                "with dots between them, and not a device name such as `con`"
            )

    @property
    def folder(self) -> Path:
        """All of this athlete's tables."""
        return self.root / self.athlete_id

    def batches(self) -> list[str]:
        """The committed batches, sorted."""
        return sorted(self._landed() - self._hidden())

    def parts(self, table: str, batches: Iterable[str] | None = None) -> list[Path]:
        """The files of a table, one for each of the batches; without `batches`, of all that are committed."""
        return [self._part(table, batch) for batch in (self.batches() if batches is None else batches)]

    def measured(self, model: str, digest: str, batch: str, sessions: str = "") -> Path:
        """Where the rows belong that one version of a model measured in one batch.

        `sessions` is the digest of what it was told of sessions that have recordings in several files.
        """
        return (
            self.folder / MEASURED / model / digest / f"{'-'.join(filter(None, (batch, sessions)))}.parquet"
        )

    def ledgers(self) -> dict[str, pa.Table]:
        """By batch: every file ever seen and what became of it; one that changed has a row per content."""
        return {batch: _read(self._part(LEDGER, batch)) for batch in self.batches()}

    def ledger(self) -> pa.Table:
        """Every file ever seen and what became of it; a file that changed on disk has a row per content."""
        # not empty_table(): that imports all of pandas
        return pa.concat_tables([pa.Table.from_batches([], TABLES[LEDGER]), *self.ledgers().values()])

    def land(
        self, tables: Mapping[str, pa.Table], instead_of: Mapping[str, Collection[FileKey]] | None = None
    ) -> str:
        """Commit one batch, all or nothing, and return its id; a table that is not given has no rows in it.

        The id follows from the files in the ledger rows, so landing them again replaces the batch by itself.
        The batches that it takes the place of live on in it, but for the files that are named with each.
        """
        replaced = sorted(instead_of or {})
        kept = [self._rest(batch, (instead_of or {})[batch]) for batch in replaced]
        landing: dict[str, pa.Table] = {}
        for table, schema in TABLES.items():
            rows = _typed(tables.get(table, _no_rows(schema)), schema)
            rest = [rows_of[table] for rows_of in kept]
            landing[table] = _in_order(pa.concat_tables([rows.cast(schema), *rest])) if rest else rows
        batch = _batch_id(landing[LEDGER])
        if replaced:
            batch = _merged_id([batch, *replaced])
        hidden = self._hidden()
        while batch in hidden:  # a file is again what it was before it was replaced
            batch = _merged_id([batch])
        for table in _ledger_last():
            metadata = self._ledger_metadata(replaced) if table == LEDGER else None
            write_parquet(landing[table].replace_schema_metadata(metadata), self._part(table, batch))
        return batch

    def migrate(self) -> int:
        """Rewrite the batches of an older program to this one's tables; how many those were.

        No row is lost: a new table is empty in them, a new column null, another type of column the same
        value. Raises LakeError, before anything is touched, for what a newer program landed. Killed halfway
        it goes on the next time. Only for the holder of the lock.
        """
        old = [batch for batch in self.batches() if self._contract(batch) != _contract()]
        for batch in old:
            self._refuse_what_cannot_be_kept(batch)
        for batch in old:
            for table in _ledger_last():
                self._migrate(table, batch)
        return len(old)

    def compact(self) -> None:
        """Make one batch of the small ones, once there are many; the next build measures it anew.

        The files of the batches that were replaced stay, for a published warehouse may still read them, until
        `sweep`.
        """
        small = [
            batch for batch in self.batches() if _metadata(self._part(LEDGER, batch)).num_rows < SMALL_FILES
        ]
        if len(small) < MANY_SMALL:
            return
        merged = _merged_id(small)
        for table in _ledger_last():
            metadata = self._ledger_metadata(small) if table == LEDGER else {}
            _merge(self.parts(table, small), self._part(table, merged), metadata)

    def sweep(self) -> None:
        """Remove half-written files, and parts of batches that were never committed or have been replaced.

        Only for the holder of the lock: to anybody else a batch that is just landing looks the same.
        """
        committed = set(self.batches())
        for part in self.folder.rglob("*.parquet"):
            if part.stem.partition("-")[0] not in committed:
                part.unlink()

    def _part(self, table: str, batch: str) -> Path:
        return self.folder / table / f"{batch}.parquet"

    def _landed(self) -> set[str]:
        return {part.stem for part in (self.folder / LEDGER).glob("[!.]*.parquet")}

    def _hidden(self) -> set[str]:
        """The names that no batch can have, for another one says that it replaces it."""
        return {old for batch in self._landed() for old in self._replaced_by(batch)}

    def _replaced_by(self, batch: str) -> list[str]:
        if not batch.startswith(MERGED):
            return []
        metadata = _metadata(self._part(LEDGER, batch)).metadata or {}
        return metadata.get(REPLACES, b"").decode().split()

    def _contract(self, batch: str) -> str:
        metadata = _metadata(self._part(LEDGER, batch)).metadata or {}
        return metadata.get(CONTRACT, BEFORE_CONTRACTS.encode()).decode()

    def _ledger_metadata(self, replaced: Iterable[str]) -> dict[bytes, bytes]:
        """What a ledger part says of its batch; with those replaced by the replaced, if they lie there still.

        Otherwise a sweep that is cut short could bring those back.
        """
        contract = {CONTRACT: _contract().encode()}
        gone = {name for batch in replaced for name in (batch, *self._replaced_by(batch))} & self._landed()
        return {**contract, REPLACES: " ".join(sorted(gone)).encode()} if gone else contract

    def _rest(self, batch: str, gone: Collection[FileKey]) -> dict[str, pa.Table]:
        """A batch without some files, and without what was in them."""
        import pyarrow.compute as pc  # a fifth of the time that a run with nothing new may take

        rows = {table: _read(self._part(table, batch)) for table in TABLES}
        files = rows[LEDGER].select(["path", "digest", "outcome"]).to_pylist()
        stays = [(file["path"], file["digest"]) not in gone for file in files]
        # A file that goes takes its rows along, unless one that stays brought the same content.
        brought = {
            file["digest"]
            for file, staying in zip(files, stays, strict=True)
            if staying and file["outcome"] != "duplicate"
        }
        digests = pa.array(sorted({digest for _, digest in gone if digest} - brought), pa.string())
        activities = rows["activities"]
        ids = activities.filter(pc.is_in(activities["file_digest"], digests))["activity_id"].combine_chunks()
        rest = {
            table: _without(part, "file_digest", digests)
            if "file_digest" in part.column_names
            else _without(part, "activity_id", ids)
            for table, part in rows.items()
            if table != LEDGER
        }
        return {**rest, LEDGER: rows[LEDGER].filter(pa.array(stays, pa.bool_()))}

    def _refuse_what_cannot_be_kept(self, batch: str) -> None:
        version = self._contract(batch).split()[0]
        if not version.isdigit() or int(version) > SCHEMA_VERSION:
            raise LakeError(
                f"{self.folder}: a newer nextgear wrote here (version {version} of the lake, this one knows "
                f"{SCHEMA_VERSION}); nothing was changed: update nextgear"
            )
        known = {self.folder / table for table in TABLES}
        for part in self.folder.glob(f"*/{batch}.parquet"):
            schema = _metadata(part).schema.to_arrow_schema()
            ours = TABLES[part.parent.name].names if part.parent in known else []
            extra = set(schema.names) - set(ours)
            if extra:
                raise LakeError(
                    f"{part}: this nextgear knows no such table or columns ({', '.join(sorted(extra))}), "
                    "perhaps a newer one wrote them; nothing was changed: update nextgear"
                )

    def _migrate(self, table: str, batch: str) -> None:
        part, schema = self._part(table, batch), TABLES[table]
        if table != LEDGER and part.exists() and pq.read_schema(part).equals(schema):
            return
        rows = _read(part) if part.exists() else _no_rows(schema)
        for column in schema:
            if column.name not in rows.column_names:
                rows = rows.append_column(column, pa.nulls(len(rows), column.type))
        try:
            rows = _typed(rows, schema)
        except pa.ArrowInvalid as error:
            raise LakeError(f"{part}: cannot be brought to this version of nextgear: {error}") from error
        metadata = self._ledger_metadata(self._replaced_by(batch)) if table == LEDGER else None
        write_parquet(rows.replace_schema_metadata(metadata), part)


def athletes(root: Path) -> list[str]:
    """The ids of all athletes with something in the lake, sorted."""
    ids = (folder.name for folder in root.glob("*") if ATHLETE_ID.fullmatch(folder.name))
    return sorted(athlete_id for athlete_id in ids if any((root / athlete_id / LEDGER).glob("[!.]*.parquet")))


@contextmanager
def beside(path: Path) -> Generator[Path]:
    """A name to write to, which becomes `path` when all is written, and nothing if that fails.

    An OSError then names `path`, or the folder that is in the way, and what was written takes no room.
    """
    unfinished = path.with_name(f".{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        named = error.filename if error.filename not in (None, str(unfinished)) else str(path)
        raise OSError(error.errno, error.strerror or str(error), named) from error


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write the rows in their order; whoever looks sees the whole file or none, even after a power cut."""
    numbers = [column.name for column in table.schema if _is_packed(column.type)]
    with beside(path) as unfinished, unfinished.open("wb") as file:
        pq.write_table(
            table,
            file,
            compression="zstd",
            store_decimal_as_integer=True,
            store_schema=bool(table.schema.metadata),  # or texts come back as dictionaries
            use_dictionary=[name for name in table.column_names if name not in numbers],  # pyright: ignore[reportArgumentType] - the stub forgets lists
            column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
            row_group_size=ROW_GROUP,
        )
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


@contextmanager
def exclusive(data: Path) -> Generator[None]:
    """Be the only run that writes under `data`. Raises BusyError at once if another one is."""
    data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise BusyError(f"another run is at work on this data folder ({lock.lock_file} is held)") from error
    try:
        yield
    finally:
        lock.release()


def _read(part: Path) -> pa.Table:
    with _sound(part):
        return pq.ParquetFile(part).read()


def _metadata(part: Path) -> pq.FileMetaData:
    with _sound(part):
        return pq.read_metadata(part)


@contextmanager
def _sound(part: Path) -> Generator[None]:
    """Raises LakeError for a part that is no longer what was landed."""
    try:
        yield
    except (pa.ArrowInvalid, OSError) as error:
        what = str(error).rstrip(".")
        raise LakeError(
            f"{part}: cannot be read: {what}. If the file is damaged, bring it back from a copy; "
            f"or remove {part.parent.parent} and run again over all exports"
        ) from error


def _is_packed(kind: pa.DataType) -> bool:
    """Neighbours differ by little: their differences take less room than they or a dictionary of them."""
    return pa.types.is_decimal(kind) or pa.types.is_timestamp(kind) or pa.types.is_integer(kind)


def _typed(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns as they are written: decimals of 64 bits, repeated texts as indices into a dictionary."""
    columns = [_written(rows[column.name], column.type) for column in schema]
    return pa.Table.from_arrays(columns, schema.names)


def _written(column: "pa.ChunkedArray[Any]", kind: pa.DataType) -> "pa.ChunkedArray[Any] | pa.Array[Any]":
    if isinstance(kind, pa.Decimal128Type):
        return _decimals(column, kind)
    if pa.types.is_dictionary(column.type) and column.type.value_type == kind:
        return column
    return column if column.type == kind else column.cast(kind)


def _decimals(column: "pa.ChunkedArray[Any]", kind: "pa.Decimal128Type[Any, Any]") -> "pa.Array[Any]":
    """Doubles rounded to the digits of a decimal type; what is no finite number of that size is null.

    Arrow's own cast takes a hundred times as long. A decimal of 64 bits is the whole number of last digits.
    """
    if pa.types.is_decimal(column.type):
        return column.combine_chunks().cast(kind)
    if column.null_count == len(column):
        return pa.nulls(len(column), pa.decimal64(kind.precision, kind.scale))
    is_double = column.type == pa.float64()  # all but what an older program wrote
    values = doubles_of(column if is_double else column.cast(pa.float64())) * 10.0**kind.scale
    is_known = np.abs(values) < 10.0**kind.precision  # not so for NaN, which is what a null became
    values[~is_known] = 0
    numbers = np.rint(values, out=values).astype(np.int64)
    return column_of(numbers, is_known, pa.decimal64(kind.precision, kind.scale))


def _merge(parts: Iterable[Path], merged: Path, metadata: Mapping[bytes, bytes]) -> None:
    rows = pa.concat_tables(map(_read, parts))
    write_parquet(_in_order(rows).replace_schema_metadata(dict(metadata)), merged)


def _in_order(rows: pa.Table) -> pa.Table:
    by: list[tuple[str, Literal["ascending"]]] = [
        (name, "ascending") for name in ("activity_id", "recorded_at") if name in rows.column_names
    ]
    return rows.sort_by(by) if by else rows  # pyright: ignore[reportArgumentType] - lists are invariant


def _without(rows: pa.Table, column: str, values: "pa.Array[Any]") -> pa.Table:
    import pyarrow.compute as pc

    return rows.filter(pc.invert(pc.is_in(rows[column], values)))


def _no_rows(schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches([], schema)  # not empty_table(): that imports all of pandas


def _ledger_last() -> list[str]:
    """The tables in the order in which they land: the ledger is the commit."""
    return sorted(TABLES, key=lambda table: table == LEDGER)


def _contract() -> str:
    """To which tables this program writes: the number rises for people, the digest sees any difference."""
    tables = "\n".join(f"{table}: {schema.to_string()}" for table, schema in sorted(TABLES.items()))
    return f"{SCHEMA_VERSION} {hashlib.sha256(tables.encode()).hexdigest()[:8]}"


def _merged_id(of: Iterable[str]) -> str:
    return MERGED + hashlib.sha256(" ".join(of).encode()).hexdigest()[:15]


def _batch_id(ledger: pa.Table) -> str:
    files = zip(ledger["path"].to_pylist(), ledger["digest"].to_pylist(), strict=True)
    return hashlib.sha256("\n".join(f"{digest} {path}" for path, digest in files).encode()).hexdigest()[:16]


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened, and a rename is durable by itself
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
