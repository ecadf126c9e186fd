"""The lake: what was read, as Parquet, per athlete, table and batch.

    <root>/<athlete_id>/<table>/<batch>.parquet
    <root>/<athlete_id>/measured/<model>/<digest>/<batch>.parquet

A batch is there when its part of `files`, the ledger, is: that part is renamed into place last. Whatever else
a killed run left behind is seen by nobody and swept away by the next one. Neither clock nor chance enters a
part, so the same exports give the same rows, wherever a run was cut short.
"""

import hashlib
import os
import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
        return sorted(part.stem for part in (self.folder / LEDGER).glob("[!.]*.parquet"))

    def parts(self, table: str, batches: Iterable[str] | None = None) -> list[Path]:
        """The files of a table, one for each of the batches; without `batches`, of all that are committed."""
        return [self._part(table, batch) for batch in (self.batches() if batches is None else batches)]

    def measured(self, model: str, digest: str, batch: str) -> Path:
        """Where the rows belong that one version of a model measured in one batch."""
        return self.folder / MEASURED / model / digest / f"{batch}.parquet"

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
            write_parquet(rows.select(TABLES[table].names).cast(TABLES[table]), self._part(table, batch))
        return batch

    def sweep(self) -> None:
        """Remove what a killed run left: half-written files, and parts of batches that were never committed.

        Only for the holder of the lock: to anybody else a batch that is just landing looks the same.
        """
        committed = set(self.batches())
        for part in self.folder.rglob("*.parquet"):
            if part.stem not in committed:
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
    with beside.open("wb") as file:
        pq.write_table(table, file, compression="zstd")
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
