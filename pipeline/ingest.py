"""The loop over files: find, digest, read, land.

Files are accounted for, and land, in the order in which they are found: a run that is cut short is the first
part of the whole run, and the next one goes on from there. What the ledger knows by path, size and time is
not opened again; what it knows by content is not read again. Where a file is read again, or has grown, its
new rows take the place of the old ones.
"""

import hashlib
import os
import re
import signal
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context, parent_process
from operator import itemgetter
from pathlib import Path, PurePath
from typing import Any, Protocol, Self, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import platforms
from pipeline.addresses import is_address
from pipeline.errors import NextgearError, UnreadableFileError
from pipeline.lake import LEDGER, FileKey, Lake
from pipeline.local_time import utc_offset
from pipeline.readers import READERS, VERSION
from pipeline.schema import (
    ASIDES,
    STREAMS,
    TABLES,
    Activity,
    Reading,
    column,
    column_of,
    doubles_of,
    stream_schema,
    table_of,
)
from pipeline.sources import Export, Source, exports, sniff

# A batch is what a killed run loses, and what the warehouse measures at a time.
BATCH_FILES = 64
BATCH_BYTES = 64_000_000
# How far to read ahead of the oldest unfinished file: no worker idles behind it, and memory is bounded.
FILES_IN_FLIGHT_PER_WORKER = 4
PATIENCE_S = 5  # then it is asked whether anybody is still reading
BYTES_IN_FLIGHT = 64_000_000
# To start a worker takes as long as to read a small file or two; a big one may need too much memory.
FEW_FILES = 4
SMALL_BYTES = 1_000_000
# More would only wait for this process, which digests and lands.
MOST_WORKERS = 8

# A damaged file that changed more recently may be on its way still: it is watched for the rest of this time.
# Whoever copies or downloads writes more often, and a file system may tell time in steps of two seconds.
QUIET_S = 2.0

DAMAGED = ("salvaged", "quarantined")

# Such a name says that there is an activity in it, in a format that has no reader.
UNSUPPORTED_SUFFIXES = (".kml", ".pwx", ".hrm", ".srm", ".slf", ".sml")
# Another version of the readers may make something of them ...
FRUITLESS = ("not_an_activity", "unsupported", "quarantined")
# ... and more of these.
FRUITFUL = ("imported", "salvaged")
# Such a name says that there is an activity in the file.
ACTIVITY_SUFFIXES = (".fit", ".gpx", ".tcx")

# The positions of such an activity are in another world than its athlete.
VIRTUAL = "virtual_activity"

# What progress is told of a file that is left for the next run, or whose row stays as it is.
WAITING, KEPT = "waiting", "kept"

# Of such a file only the last version counts: what is no longer in it, its athlete took back.
REWRITTEN = frozenset(["journal", "plan"])

_NO_TIME = datetime.min
_SEPARATOR = re.compile(f"[/{re.escape(os.sep)}]")  # in an archive it is always the first

OUT_OF_MEMORY = "crashed_reader: reading it took more memory than there is, or crashed"


class Progress(Protocol):
    """Who wants to hear how far the run is."""

    def expect(self, more: int) -> None:
        """So many more files are to be looked at."""

    def advance(self, path: str, outcome: str) -> None:
        """This became of one of them."""


@dataclass(frozen=True)
class Counts:
    """What a run found: `found = known + sum(outcomes) + waiting`. Only the outcomes are new in the ledger.

    `waiting` are files that somebody is still writing, left for the next run. `outdated` are those of the
    known ones that an older version of the readers read. With a retry, `out_of_reach` are such ones of the
    ledger that were not among the sources, and stay as they are.
    """

    found: int
    known: int
    outcomes: Mapping[str, int]
    waiting: int = 0
    outdated: int = 0
    out_of_reach: int = 0


def ingest(
    sources: Sequence[Source],
    lake: Lake,
    home_zone: str | None,
    progress: Progress,
    workers: "int | Workers | None" = None,
    retry: bool = False,
    batch_files: int = BATCH_FILES,
    without: Sequence[Path] = (),
) -> Counts:
    """Bring all activities of files, folders and archives into the lake; the caller holds its lock.

    Folders `without` are another athlete's, and are passed by.
    `home_zone` is where an activity took place if neither its file nor a position says so. `workers` is the
    number of reader processes, None for what suits the machine; 1 reads in this process. However the run
    ends, by an interrupt or a bug, what is complete lands. What gave no activity to an older version of the
    readers is read again; with `retry`, also what gave none to this one, what gave some to an older one, and
    what did not know where it was when nobody had told of `home_zone`.
    """
    lake.sweep()
    known = _Known.of(lake, retry, home_zone)
    outcomes: Counter[str] = Counter()
    waiting: set[str] = set()
    landing = _Landing(lake, known.batch_of, batch_files)
    with (
        _at_hand(workers) as pool,
        closing(exports(sources, known.is_unchanged, progress.expect, without)) as found,
    ):
        try:
            for file, reading in pool.read(known.news(found)):
                rows = _rows(lake.athlete_id, home_zone, file, reading)
                outcome = str(rows.file["outcome"])
                # The copy of a file that waits waits as well: it would be a copy of nothing.
                if file.duplicate_of_path in waiting or _is_being_written(file.export, outcome):
                    waiting.add(file.path)
                    outcome = WAITING
                elif known.keeps(rows):
                    known.paths.add(file.path)
                    outcome = KEPT
                else:
                    outcomes[outcome] += 1
                    landing.add(rows)
                    known.outdated.discard(file.path)
                progress.advance(file.path, outcome)
        finally:
            landing.finish()
    return Counts(
        found=len(known.paths) + outcomes.total() + len(waiting),
        known=len(known.paths),
        outcomes=dict(outcomes),
        waiting=len(waiting),
        outdated=known.outdated_count,
        out_of_reach=len(known.to_read_again),
    )


# --- find: what is new


@dataclass(frozen=True)
class _File:
    """A file that is new to the ledger. Without an outcome yet, its content is to be read."""

    export: Export
    digest: str | None = None
    format: str = ""
    content: bytes = b""
    outcome: str | None = None
    reason: str | None = None
    duplicate_of_path: str | None = None
    instead_of: frozenset[FileKey] = frozenset()  # rows of the ledger that it takes the place of

    @property
    def path(self) -> str:
        return self.export.path


@dataclass
class _Known:
    """What the ledger knew before this run, and what this run has met since."""

    unchanged: Mapping[tuple[str, int, datetime], str]  # by path, size and time: the format
    contents: set[FileKey]
    first_path: dict[str | None, str]  # by digest
    to_read_again: dict[str | None, Mapping[str, Any]]  # by digest: the file that first held it
    versions_of: Mapping[str, Sequence[Mapping[str, Any]]]  # by path: its rows, one for each content
    copies: Counter[str | None]  # by digest: how many files held it
    batch_of: Mapping[FileKey, str]  # where in the lake the row is
    outdated: set[str]  # paths of what an older version of the readers imported
    paths: set[str] = field(default_factory=set[str])  # met in this run, with nothing to do

    @classmethod
    def of(cls, lake: Lake, retry: bool, home_zone: str | None) -> Self:
        rows = _ledger_rows(lake)
        older = [row for row in rows if row["outcome"] in FRUITFUL and row["reader_version"] < VERSION]
        to_read_again: dict[str | None, Mapping[str, Any]] = {}
        if retry:
            unplaced = _unplaced(lake) if home_zone else set[str]()
            placeable = [row for row in rows if row["outcome"] in FRUITFUL and row["digest"] in unplaced]
            to_read_again = {row["digest"]: row for row in (*older, *placeable)}
        originals = [row for row in rows if row["outcome"] != "duplicate" and _is_done(row, retry)]
        first_path = {row["digest"]: row["path"] for row in originals}
        # The copy of what is read again, or never landed, may be all that is left of it.
        done = originals + [
            row for row in rows if row["outcome"] == "duplicate" and row["digest"] in first_path
        ]
        contents = {(row["path"], row["digest"]) for row in done}
        around = {
            (folder, row["modified_at"])
            for row in rows
            if (row["path"], row["digest"]) not in contents or row["digest"] in to_read_again
            for folder in _around(row["path"])
        }
        versions_of: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows:
            versions_of[row["path"]].append(row)
        return cls(
            # What could not be opened has no digest, and is tried again: no file time shows a new permission.
            # An archive is opened again if there is something to do for a file in it.
            unchanged={
                (row["path"], row["size_bytes"], row["modified_at"]): row["format"]
                for row in done
                if row["digest"]
                and row["digest"] not in to_read_again
                and (row["path"], row["modified_at"]) not in around
            },
            contents=contents,
            first_path=first_path,
            to_read_again=to_read_again,
            versions_of=versions_of,
            copies=Counter(row["digest"] for row in rows),
            batch_of={(row["path"], row["digest"]): row["batch"] for row in rows},
            outdated={row["path"] for row in older},
        )

    @property
    def outdated_count(self) -> int:
        """How many of the files met are known from an older version of the readers, and stay so."""
        return len(self.paths & self.outdated)

    def keeps(self, rows: "_Rows") -> bool:
        """Does the old row stay? So it does if the file, read again, says the same, or is no activity now."""
        versions = self.versions_of.get(str(rows.file["path"]), ())
        before = next((row for row in versions if row["digest"] == rows.file["digest"]), None)
        if before is None or rows.file["outcome"] in FRUITFUL:
            return False
        return before["outcome"] in FRUITFUL or all(rows.file[name] == before[name] for name in rows.file)

    def is_unchanged(self, path: str, size_bytes: int, modified_at: datetime) -> bool:
        """Is there nothing to do for this file, nor for anything in it?"""
        key = (path, size_bytes, modified_at)
        if key not in self.unchanged:
            return False
        self.paths.add(path)
        if self.unchanged[key] == "zip":
            self.paths.update(inside for inside, _ in self.contents if inside.startswith(f"{path}/"))
        return True

    def news(self, found: Iterable[Export]) -> Iterator[_File]:
        """The files whose content the ledger does not have under their path, or that are to be read again."""
        for export in _archives_last(found):
            file = _opened(export)
            again = self.to_read_again.pop(file.digest, None)
            if again is not None:
                yield _as_known(file, again)
            elif (file.path, file.digest) in self.contents and not self._is_back(file):
                self.paths.add(file.path)
            else:
                self.contents.add((file.path, file.digest))
                self.copies[file.digest] += 1
                file = replace(file, instead_of=self._outlived_by(file))
                for _, digest in file.instead_of:
                    if digest != file.digest:  # it goes: what comes now would be the copy of nothing
                        self.first_path.pop(digest, None)
                yield file if file.outcome else self._unless_duplicate(file)

    def _outlived_by(self, file: _File) -> frozenset[FileKey]:
        """Rows of the ledger that say nothing any more beside this file."""
        itself = {
            (file.path, row["digest"])
            for row in self.versions_of.get(file.path, ())
            if row["digest"] in (None, file.digest)
            or (self.copies[row["digest"]] == 1 and _is_continued(file, row))
        }
        # A folder that could not be opened was a file in the ledger.
        opened = {(folder, None) for folder in _around(file.path)}
        return frozenset(itself | (opened & self.batch_of.keys()))

    def _is_back(self, file: _File) -> bool:
        """Is the file, after another version, again what it once was?"""
        versions = self.versions_of.get(file.path, ())
        return (
            file.format in REWRITTEN and max(versions, key=itemgetter("modified_at"))["digest"] != file.digest
        )

    def _unless_duplicate(self, file: _File) -> _File:
        first = self.first_path.setdefault(file.digest, file.path)
        if first == file.path:
            return file
        reason = "the same content as another file"
        return replace(file, content=b"", outcome="duplicate", reason=reason, duplicate_of_path=first)


def _ledger_rows(lake: Lake) -> list[dict[str, Any]]:
    """The ledger with the `batch` of each row; of several readings of a content the last."""
    rows = [{**row, "batch": batch} for batch, ledger in lake.ledgers().items() for row in ledger.to_pylist()]
    rows.sort(key=lambda row: row["reader_version"])
    return list({(row["path"], row["digest"]): row for row in rows}.values())


def _unplaced(lake: Lake) -> set[str]:
    """The digests of files with an activity of which nobody knew what the clock said where it was."""
    parts = (
        pq.ParquetFile(part).read(["file_digest", "utc_offset_source"]) for part in lake.parts("activities")
    )
    return {
        row["file_digest"] for part in parts for row in part.to_pylist() if row["utc_offset_source"] is None
    }


def _is_done(row: Mapping[str, Any], retry: bool) -> bool:
    """Would to read the file again give the same?"""
    return row["outcome"] not in FRUITLESS or (
        row["reader_version"] == VERSION and not retry and row["reason"] != OUT_OF_MEMORY
    )


def _as_known(file: _File, row: Mapping[str, Any]) -> _File:
    """The file under the name under which its content is in the ledger; it may have been found as a copy."""
    path, size_bytes, modified_at = row["path"], row["size_bytes"], row["modified_at"]
    if file.path != path:
        file = replace(
            file, export=replace(file.export, path=path, size_bytes=size_bytes, modified_at=modified_at)
        )
    return replace(file, instead_of=frozenset({(path, row["digest"])}))


def _is_continued(file: _File, row: Mapping[str, Any]) -> bool:
    """Is the file another version of what it was, rather than another file?"""
    return (file.format == row["format"] and file.format in REWRITTEN) or _has_grown(file, row)


def _has_grown(file: _File, row: Mapping[str, Any]) -> bool:
    """Does the file begin with all that it was: was it read while it was being written?"""
    before = row["size_bytes"]
    whole = len(file.content) == file.export.size_bytes  # not unpacked
    return (
        whole
        and 0 < before < len(file.content)
        and hashlib.sha256(memoryview(file.content)[:before]).hexdigest() == row["digest"]
    )


def _around(path: str) -> list[str]:
    """The folders and archives that it may be in. Not by PurePath, which makes `s3:/` of `s3://`."""
    return [path[: found.start()] for found in _SEPARATOR.finditer(path)]


def _is_being_written(export: Export, outcome: str) -> bool:
    """Has the file changed since it was found? A damaged and new one is watched for a moment first."""
    if is_address(export.path):
        return False  # an object is whole once it is there
    age_s = (datetime.now(UTC).replace(tzinfo=None) - export.modified_at).total_seconds()
    if outcome in DAMAGED and abs(age_s) < QUIET_S:  # dated further ahead, a clock is wrong: it says nothing
        time.sleep(QUIET_S - age_s)
    around = (Path(export.path), *Path(export.path).parents)  # the file, or the archive that it is in
    # Not Path.is_file(): that raises for a name in an archive that no file may have.
    outermost = next((path for path in around if os.path.isfile(path)), None)  # noqa: PTH113
    if outermost is None:
        return False
    try:
        status = outermost.stat()
    except FileNotFoundError:  # in this very moment; what it held was read
        return False
    modified_at = datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None)
    is_itself = os.fspath(outermost) == export.path  # a Path is the archive for a member called "."
    has_other_size = is_itself and status.st_size != export.size_bytes
    return modified_at != export.modified_at or has_other_size


def _archives_last(found: Iterable[Export]) -> Iterator[Export]:
    """Each archive after all that is in it: once the ledger has it, nothing in it is looked for again."""
    around: list[Export] = []
    for export in found:
        while around and not export.path.startswith(f"{around[-1].path}/"):
            yield around.pop()
        if export.container:
            around.append(export)
        else:
            yield export
    yield from reversed(around)


def _opened(export: Export) -> _File:
    if export.junk:
        return _File(export, outcome="not_an_activity", reason=export.junk)
    try:
        if export.container:
            reason = "an archive; what is in it is listed by itself"
            digest = export.digest or export.sha256()
            return _File(export, digest, "zip", outcome="not_an_activity", reason=reason)
        if export.is_huge:
            head = export.head()
            return _set_aside(_File(export, export.sha256(), sniff(head)), head)
        content = export.content()
    except UnreadableFileError as error:
        return _File(export, outcome="quarantined", reason=f"{error.reason}: {error.detail}")
    file = _File(export, hashlib.sha256(content).hexdigest(), sniff(content))
    return replace(file, content=content) if file.format in READERS else _set_aside(file, content)


def _set_aside(file: _File, content: bytes) -> _File:
    """Why no reader is asked about this file, of which `content` is at least the start."""
    if found := platforms.recognised(file.format, content):
        return replace(file, outcome=found.outcome, reason=found.reason)
    suffix = PurePath(file.path.lower().removesuffix(".gz")).suffix
    if file.export.is_huge:
        return replace(file, outcome="quarantined", reason="too_large: no activity is as large as this")
    if suffix in UNSUPPORTED_SUFFIXES:
        reason = f"{suffix[1:].upper()} files cannot be read; export it as FIT, GPX or TCX if you can"
        return replace(file, outcome="unsupported", reason=reason)
    if suffix in ACTIVITY_SUFFIXES and file.format == "empty":
        return replace(file, outcome="quarantined", reason="empty: there is nothing in this file")
    if suffix in ACTIVITY_SUFFIXES:
        reason = f"not_{suffix[1:]}: called {suffix}, but its content is {file.format}"
        return replace(file, outcome="quarantined", reason=reason)
    return replace(file, outcome="not_an_activity", reason=f"its content is {file.format}")


# --- read: in processes of their own


class Workers:
    """Reader processes, started once there is enough to read. One that dies takes only its file with it.

    One alone is this process itself. Who reads for several lakes, one after the other, starts them once.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None
        self._read_here = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def read(self, files: Iterable[_File]) -> Iterator[tuple[_File, Reading]]:
        """Each file with what it held, in the order given, read ahead within bounds."""
        waiting: deque[tuple[_File, Future[Reading | str] | None, ProcessPoolExecutor | None]] = deque()
        for file in files:
            future = None if file.outcome else self._submit(file)
            waiting.append((file, future, self._pool))
            while (
                len(waiting) > FILES_IN_FLIGHT_PER_WORKER * self._count
                or sum(len(file.content) for file, _, _ in waiting) > BYTES_IN_FLIGHT
            ):
                yield self._result(*waiting.popleft())
        while waiting:
            yield self._result(*waiting.popleft())

    def _submit(self, file: _File) -> Future[Reading | str]:
        if self._count == 1 or (self._read_here < FEW_FILES and len(file.content) < SMALL_BYTES):
            self._read_here += 1
            done: Future[Reading | str] = Future()
            done.set_result(_read(file.format, file.content, file.path))
            return done
        try:
            self._pool = self._pool or _pool(self._count)
            return self._pool.submit(_read, file.format, file.content, file.path)
        except BrokenProcessPool:
            self._pool = _pool(self._count)
            return self._pool.submit(_read, file.format, file.content, file.path)

    def _result(
        self, file: _File, future: Future[Reading | str] | None, pool: ProcessPoolExecutor | None
    ) -> tuple[_File, Reading]:
        if future is None:
            return file, Reading()
        try:
            result = answered(future, pool)
        except BrokenProcessPool:  # heard by all files in flight, whichever it was: see which does it again
            result = _read_alone(file)
        if isinstance(result, str):
            return replace(file, outcome="quarantined", reason=result), Reading()
        return file, result


def _at_hand(workers: int | Workers | None) -> AbstractContextManager[Workers]:
    """Those that somebody keeps, or some for this time only."""
    if isinstance(workers, Workers):
        return nullcontext(workers)
    return Workers(workers or min(os.cpu_count() or 1, MOST_WORKERS))


def _pool(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        count,
        mp_context=get_context("spawn"),  # a fork would copy locks that threads of this process hold
        initializer=_serve,
    )


def _serve() -> None:
    """A reader process leaves Ctrl-C to the process it serves, and ends with it however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _read(file_format: str, content: bytes, path: str) -> Reading | str:
    """What the file holds, or why it cannot be read; in words, for the error would not survive pickling."""
    try:
        return READERS[file_format](content, path)
    except UnreadableFileError as error:
        return f"{error.reason}: {error.detail}"
    except MemoryError:
        return OUT_OF_MEMORY


def answered(future: Future[Reading | str], pool: ProcessPoolExecutor | None) -> Reading | str:
    """What a reader process answers. Raises BrokenProcessPool if none is left that could.

    One that is killed in the very moment of being asked leaves a question that nobody answers: whether there
    is anybody, a new question tells. One that is killed while it answers leaves half an answer, for whose
    rest the pool would wait for ever.
    """
    while True:
        try:
            return future.result(timeout=PATIENCE_S if pool else None)
        except TimeoutError:
            if not pool or future.done():
                return future.result()
            _break_if_cut_short(pool)
            pool.submit(int)


def _break_if_cut_short(pool: ProcessPoolExecutor) -> None:
    """Have the pool notice that a process has died: it waits for no rest of an answer any more."""
    inside = cast("Any", pool)
    processes = list((inside._processes or {}).values())
    if inside._result_queue is None or all(process.is_alive() for process in processes):
        return
    for process in processes:
        process.kill()
    inside._result_queue._writer.close()  # the last who could still write into it


def _read_alone(file: _File) -> Reading | str:
    with _pool(1) as pool:
        try:
            pool.submit(int).result()
        except BrokenProcessPool as error:
            advice = "in a script, call this below `if __name__ == '__main__':`"
            raise NextgearError(f"no reader process can be started; {advice}") from error
        try:
            return answered(pool.submit(_read, file.format, file.content, file.path), pool)
        except BrokenProcessPool:
            return OUT_OF_MEMORY


# --- land: what was read, as rows


@dataclass(frozen=True)
class _Rows:
    """One file's rows for the lake; of `streams` the table, whose rows these are, and the rows."""

    file: Mapping[str, object]
    activities: Sequence[Mapping[str, object]]
    streams: Sequence[tuple[str, str, pa.Table]]
    size_bytes: int
    instead_of: frozenset[FileKey]
    asides: Mapping[str, Sequence[Mapping[str, object]]]


def _rows(athlete_id: str, home_zone: str | None, file: _File, reading: Reading) -> _Rows:
    ids = activity_ids([_started_at(activity) for activity in reading.activities], file.digest or "")
    keyed = [
        ({"athlete_id": athlete_id, "activity_id": activity_id}, activity)
        for activity_id, activity in zip(ids, reading.activities, strict=True)
    ]
    outcome, reason = (file.outcome, file.reason) if file.outcome else _outcome(reading)
    own = {"athlete_id": athlete_id, "file_digest": file.digest}
    return _Rows(
        file={
            "athlete_id": athlete_id,
            "path": file.path,
            "digest": file.digest,
            "format": file.format or None,
            "size_bytes": file.export.size_bytes,
            "modified_at": file.export.modified_at,
            "outcome": outcome,
            "reason": reason,
            "activity_id": ids[0] if ids else None,
            "duplicate_of_path": file.duplicate_of_path,
            "reader_version": VERSION,
        },
        activities=[
            {**activity.summary, **keys, "file_digest": file.digest, **_offset(activity, home_zone)}
            for keys, activity in keyed
        ],
        streams=[
            (table, keys["activity_id"], rows)
            for keys, activity in keyed
            for table, rows in activity.streams.items()
        ],
        size_bytes=sum(rows.nbytes for activity in reading.activities for rows in activity.streams.values()),
        instead_of=frozenset(
            # a journal that cannot be read takes back nothing
            key
            for key in file.instead_of
            if outcome != "quarantined" or key[1] in (None, file.digest)
        ),
        asides={
            "descriptions": [{**own, **row} for row in reading.descriptions],
            "wellness_days": [{**own, **row} for row in _days(reading.wellness, home_zone)],
            "journal": [{**own, **row} for row in reading.journal],
            "plan_steps": [{**own, **row} for row in reading.plan_steps],
        },
    )


class _Landing:
    """Rows on their way into the lake: new ones in batches of their own, the others with what they replace.

    So a batch that is read again as a whole is rewritten once, and none grows by it.
    """

    def __init__(self, lake: Lake, batch_of: Mapping[FileKey, str], batch_files: int) -> None:
        self._lake = lake
        self._batch_of = dict(batch_of)
        self._batch_files = batch_files
        self._groups: dict[frozenset[str], list[_Rows]] = {}  # by the batches that hold what they replace
        self._size_bytes = 0

    def add(self, rows: _Rows) -> None:
        """Land these rows, now or with others."""
        replaced = frozenset(self._batch_of[key] for key in rows.instead_of & self._batch_of.keys())
        group = self._groups.setdefault(replaced, [])
        group.append(rows)
        self._size_bytes += rows.size_bytes
        if self._size_bytes >= BATCH_BYTES:
            self.finish()
        elif len(group) >= self._batch_files:
            self._land(replaced)

    def finish(self) -> None:
        """Land what is left."""
        for replaced in list(self._groups):
            self._land(replaced)

    def _land(self, replaced: frozenset[str]) -> None:
        group = self._groups.pop(replaced)
        self._size_bytes -= sum(rows.size_bytes for rows in group)
        instead_of: defaultdict[str, set[FileKey]] = defaultdict(set)
        for key in {key for rows in group for key in rows.instead_of} & self._batch_of.keys():
            instead_of[self._batch_of.pop(key)].add(key)
        batch = self._lake.land(_tables(self._lake.athlete_id, group), instead_of)
        for key, old in self._batch_of.items():
            if old in instead_of:
                self._batch_of[key] = batch


def _outcome(reading: Reading) -> tuple[str, str]:
    told = "; ".join(filter(None, (reading.said, reading.note)))
    if not (reading.activities or reading.descriptions or reading.journal or reading.plan_steps):
        return "not_an_activity", told
    if reading.note:
        return "salvaged", told
    count = len(reading.activities)
    return "imported", told or ("one activity" if count == 1 else f"{count} activities")


def _days(moments: Iterable[Mapping[str, Any]], home_zone: str | None) -> list[Mapping[str, Any]]:
    """What was told of each local day: of several values the last one, but of sleep the longest."""
    days: dict[date, dict[str, Any]] = {}
    for moment in sorted(moments, key=lambda one: one.get("recorded_at", _NO_TIME)):
        told = {**moment, **_local_day(moment, home_zone)}
        day = days.setdefault(told["local_day"], {})
        if moment.get("sleep_s", 0) >= day.get("sleep_s", 0) or "sleep_s" not in moment:
            day |= told
    return list(days.values())


def _local_day(moment: Mapping[str, Any], home_zone: str | None) -> dict[str, Any]:
    if "local_day" in moment:
        return {}
    offset_s, source = utc_offset(moment["recorded_at"], moment["utc_offset_s"], None, None, home_zone)
    day = (moment["recorded_at"] + timedelta(seconds=offset_s or 0)).date()
    return {"local_day": day, "utc_offset_s": offset_s, "utc_offset_source": source}


def activity_ids(started_at: Sequence[datetime], digest: str) -> list[str]:
    """An id for each session of a file: its start and the file's digest, numbered if a second has several."""
    ids: list[str] = []
    of_second: Counter[str] = Counter()
    for start in started_at:
        base = f"{start:%Y%m%dT%H%M%S}-{digest[:8]}"
        of_second[base] += 1
        ids.append(base if of_second[base] == 1 else f"{base}-{of_second[base]}")
    return ids


def _started_at(activity: Activity) -> datetime:
    return cast("datetime", activity.summary["started_at"])


def _offset(activity: Activity, home_zone: str | None) -> dict[str, object]:
    said = cast("int | None", activity.summary.get("utc_offset_s"))
    started_at, position = _started_at(activity), _first_position(activity)
    elapsed_s = cast("float | None", activity.summary.get("elapsed_s")) or 0
    offset_s, source = utc_offset(started_at, said, *position, home_zone, elapsed_s)
    return {"utc_offset_s": offset_s, "utc_offset_source": source}


def _first_position(activity: Activity) -> tuple[float, float] | tuple[None, None]:
    """Latitude and longitude in degrees, if there are any; a virtual run is nowhere."""
    records = activity.streams.get("records")
    if records is None or activity.summary.get("sub_sport") == VIRTUAL:
        return None, None
    latitude, longitude = (doubles_of(records[name]) for name in ("latitude_deg", "longitude_deg"))
    located = np.flatnonzero(~np.isnan(latitude + longitude))[:1]
    return (float(latitude[located[0]]), float(longitude[located[0]])) if located.size else (None, None)


def _tables(athlete_id: str, batch: Sequence[_Rows]) -> dict[str, pa.Table]:
    return {
        LEDGER: table_of([rows.file for rows in batch], TABLES[LEDGER]),
        "activities": table_of([row for rows in batch for row in rows.activities], TABLES["activities"]),
        **{stream: _stream(athlete_id, stream, batch) for stream in STREAMS},
        **{
            aside: table_of([row for rows in batch for row in rows.asides[aside]], TABLES[aside])
            for aside in ASIDES
        },
    }


def _stream(athlete_id: str, stream: str, batch: Sequence[_Rows]) -> pa.Table:
    """All rows of one table. The keys, which repeat in every row, are indices into a dictionary of them."""
    parts = [
        (activity_id, part) for rows in batch for table, activity_id, part in rows.streams if table == stream
    ]
    rows = pa.concat_tables([pa.Table.from_batches([], stream_schema(stream)), *(part for _, part in parts)])
    counts = [part.num_rows for _, part in parts]
    keys = {
        "athlete_id": _repeated([athlete_id], [len(rows)]),
        "activity_id": _repeated([activity_id for activity_id, _ in parts], counts),
    }
    columns = [keys[name] if name in keys else rows[name] for name in TABLES[stream].names]
    return pa.Table.from_arrays(columns, TABLES[stream].names)


def _repeated(texts: list[str], counts: list[int]) -> "pa.DictionaryArray[Any, Any]":
    numbers = np.repeat(np.arange(len(texts)), counts)
    indices = column_of(numbers, np.ones(len(numbers), bool), pa.int64())
    return pa.DictionaryArray.from_arrays(indices, column(texts, pa.string()))
