"""The lake: what was read, as Parquet, per athlete, table and batch.

    <root>/<athlete_id>/<table>/<batch>.parquet
    <root>/<athlete_id>/measured/<model>/<digest>/<batch>.parquet
    <root>/<athlete_id>/measured/<model>/<digest>/<batch>-<sessions>.parquet

A batch is there when its part of `files`, the ledger, is: that part is renamed into place last. Whatever else
a killed run left behind is seen by nobody and swept away by the next one. Neither clock nor chance enters a
part, so the same exports give the same rows, wherever a run was cut short.

A daily run lands a small batch a day. Once there are some, they become one: the ledger part of the new batch
names those that it replaces, so that the same rename that brings the one takes away the others.
"""

import hashlib
import os
import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from pipeline.errors import SettingsError
from pipeline.schema import TABLES

# Safe as the name of a folder everywhere: no dot at either end, no device name of Windows.
ATHLETE_ID = re.compile(
    r"(?!(?i:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?"
)

LEDGER = "files"
MERGED = "m"  # begins the name of a batch made of others; a digest has no such digit
SMALL_FILES = 64  # a batch of fewer files is small ...
MANY_SMALL = 8  # ... and so many small ones become one
REPLACES = b"nextgear.replaces"  # key in the metadata of a ledger part
ROW_GROUP = 122_880  # rows; as many as DuckDB gives to a thread at a time
MEASURED = "measured"


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
        found = {part.stem for part in (self.folder / LEDGER).glob("[!.]*.parquet")}
        replaced = {old for batch in found if batch.startswith(MERGED) for old in self._replaced_by(batch)}
        return sorted(found - replaced)

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

    def ledger(self) -> pa.Table:
        """Every file ever seen and what became of it; a file that changed on disk has a row per content."""
        return pa.concat_tables(
            [
                # not empty_table(): that imports all of pandas
                pa.Table.from_batches([], TABLES[LEDGER]),
                *(pq.ParquetFile(part).read() for part in self.parts(LEDGER)),
            ]
        )

    def land(self, tables: Mapping[str, pa.Table]) -> str:
        """Commit one batch, all or nothing, and return its id; a table that is not given has no rows in it.

        The id follows from the files in the ledger rows, so landing them again replaces the batch by itself.
        """
        batch = _batch_id(tables[LEDGER])
        for table in sorted(TABLES, key=lambda table: table == LEDGER):  # the ledger last: it is the commit
            rows = tables.get(table, TABLES[table].empty_table())
            write_parquet(_typed(rows, TABLES[table]), self._part(table, batch))
        return batch

    def compact(self) -> None:
        """Make one batch of the small ones, once there are many; the next build measures it anew.

        The files of the batches that were replaced stay, for a published warehouse may still read them, until
        `sweep`.
        """
        small = [
            batch
            for batch in self.batches()
            if pq.read_metadata(self._part(LEDGER, batch)).num_rows < SMALL_FILES
        ]
        if len(small) < MANY_SMALL:
            return
        merged = MERGED + hashlib.sha256(" ".join(small).encode()).hexdigest()[:15]
        for table in sorted(TABLES.keys() - {LEDGER}):
            _merge(self.folder / table, small, merged, {})
        _merge(self.folder / LEDGER, small, merged, {REPLACES: " ".join(small).encode()})

    def _replaced_by(self, batch: str) -> list[str]:
        metadata = pq.read_metadata(self._part(LEDGER, batch)).metadata or {}
        return metadata[REPLACES].decode().split()

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


def athletes(root: Path) -> list[str]:
    """The ids of all athletes with something in the lake, sorted."""
    ids = (folder.name for folder in root.glob("*") if ATHLETE_ID.fullmatch(folder.name))
    return sorted(athlete_id for athlete_id in ids if Lake(root, athlete_id).batches())


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write the rows in their order; whoever looks sees the whole file or none, even after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}")
    numbers = [column.name for column in table.schema if _is_packed(column.type)]
    with beside.open("wb") as file:
        pq.write_table(
            table,
            file,
            compression="zstd",
            store_decimal_as_integer=True,
            use_dictionary=[name for name in table.column_names if name not in numbers],  # pyright: ignore[reportArgumentType] - the stub forgets lists
            column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
            row_group_size=ROW_GROUP,
        )
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _sync_folder(path.parent)


@contextmanager
def exclusive(data: Path) -> Generator[None]:
    """Be the only run that writes under `data`. Raises filelock.Timeout at once if another one is."""
    data.mkdir(parents=True, exist_ok=True)
    with FileLock(data / ".lock", timeout=0):
        yield


def _is_packed(kind: pa.DataType) -> bool:
    """Neighbours differ by little: their differences take less room than they or a dictionary of them."""
    return pa.types.is_decimal(kind) or pa.types.is_timestamp(kind) or pa.types.is_integer(kind)


def _typed(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        _decimals(rows[column.name], column.type)
        if isinstance(column.type, pa.Decimal128Type)
        else rows[column.name].cast(column.type)
        for column in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _decimals(column: "pa.ChunkedArray[Any]", kind: "pa.Decimal128Type[Any, Any]") -> "pa.Array[Any]":
    """Doubles rounded to the digits of a decimal type; what is no finite number of that size is null.

    Arrow's own cast takes a hundred times as long: a decimal is two words of 64 bits, the low one first.
    """
    if pa.types.is_decimal(column.type):
        return column.combine_chunks().cast(kind)
    values = column.to_numpy().astype(float) * 10**kind.scale
    known = np.abs(values) < 10.0**kind.precision  # not so for NaN, which is what a null became
    low = np.rint(np.where(known, values, 0)).astype(np.int64)
    words = np.stack((low, low >> 63), axis=1)
    bits = np.packbits(known, bitorder="little")
    return pa.Array.from_buffers(kind, len(low), [pa.py_buffer(bits.data), pa.py_buffer(words.data)])


def _merge(folder: Path, batches: Iterable[str], merged: str, metadata: Mapping[bytes, bytes]) -> None:
    rows = pa.concat_tables(pq.ParquetFile(folder / f"{batch}.parquet").read() for batch in batches)
    by: list[tuple[str, Literal["ascending"]]] = [
        (name, "ascending") for name in ("activity_id", "recorded_at") if name in rows.column_names
    ]
    rows = rows.sort_by(by) if by else rows  # pyright: ignore[reportArgumentType] - lists are invariant
    write_parquet(rows.replace_schema_metadata(dict(metadata)), folder / f"{merged}.parquet")


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
