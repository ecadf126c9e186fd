"""Mutated files through everything that reads them: `make fuzz`.

A mutant is known by its number: `--first 4711 --count 1` makes it again. What it is read into is held against
`promises`; then the whole batch goes through an ingest, for what happens to it on its way to the lake.
"""

import argparse
import faulthandler
import os
import re
import resource
import signal
import struct
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import pairwise
from math import isfinite
from multiprocessing import get_context
from pathlib import Path
from queue import SimpleQueue
from random import Random
from typing import Any

import mutations
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from fastcrc import crc16

from pipeline.errors import UnreadableFileError
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.readers import READERS, fit_columns
from pipeline.schema import LANDED, OUTCOMES, STREAMS, TABLES, Activity, Reading, stream_schema
from pipeline.sources import exports, sniff

CORPUS = Path(os.environ.get("NEXTGEAR_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))

# Of one file: in seconds of CPU, and of a process that reads one after the other, libraries and all.
TIME_MAX_S = 5
MEMORY_MAX_BYTES = 10**9
# By the clock, which says little on a busy machine: then a process is given up.
HANG_S = 30
# What a process may ask for, whether it uses it or not: the libraries ask for much.
ADDRESS_SPACE_BYTES = 6 * 2**30

BATCH = 100
# How often each is among a hundred mutants.
SHARES = {"fit": 55, "gpx": 21, "tcx": 21, "archive": 3}
# Most seeds are cut down to so many messages or points of a kind: damage shows as well in a small file.
KEPT = 12
LARGE_RATIO = 0.03
LARGE_BYTES = 400_000
# One in so many is decoded by fitdecode too, which takes its time.
COMPARED = 4


@dataclass(frozen=True)
class Finding:
    """A promise that a mutant broke."""

    number: int
    kind: str
    what: str


@dataclass
class Tally:
    """What became of the mutants of a kind, and what the worst of them took."""

    count: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])
    compared: int = 0
    cpu_s: float = 0
    worst_s: float = 0
    worst_number: int = -1


@dataclass
class Report:
    """What a batch of mutants, or all of them, came to."""

    tallies: dict[str, Tally] = field(default_factory=dict[str, Tally])
    findings: list[Finding] = field(default_factory=list[Finding])
    memory_bytes: int = 0

    def of(self, kind: str) -> Tally:
        return self.tallies.setdefault(kind, Tally())

    def add(self, other: "Report") -> None:
        for kind, theirs in other.tallies.items():
            ours = self.of(kind)
            ours.count += theirs.count
            ours.outcomes += theirs.outcomes
            ours.compared += theirs.compared
            ours.cpu_s += theirs.cpu_s
            if theirs.worst_s > ours.worst_s:
                ours.worst_s, ours.worst_number = theirs.worst_s, theirs.worst_number
        self.findings += other.findings
        self.memory_bytes = max(self.memory_bytes, other.memory_bytes)


# --- mutants


@cache
def seeds() -> Mapping[str, Sequence[bytes]]:
    """The sound files, as they are and cut down, by kind; an archive is made of all kinds."""
    folders = [folder for folder in (CORPUS, Path(__file__).parent / "data") if folder.is_dir()]
    found: dict[str, dict[bytes, None]] = {name: {} for name in READERS}
    for export in exports(folders):
        if not export.junk and not export.error and not export.container:
            content = export.content()
            if sniff(content) in found:
                found[sniff(content)][content] = None
    small = {name: [_thinned(name, content) for content in contents] for name, contents in found.items()}
    large = {name: [one for one in contents if len(one) <= LARGE_BYTES] for name, contents in found.items()}
    return {
        **small,
        **{f"large {name}": contents for name, contents in large.items()},
        "archive": [content for contents in small.values() for content in contents],
        "large archive": [content for contents in large.values() for content in contents],
    }


def _thinned(kind: str, content: bytes) -> bytes:
    if kind == "fit":
        return mutations.thinned_fit(content, KEPT) or content[:10_000]
    return mutations.thinned_xml(content, KEPT)


def mutant(number: int, seed: int) -> tuple[str, bytes]:
    """Its kind and its content, always the same for a number and a seed."""
    rng = Random(f"{seed} {number}")
    (kind,) = rng.choices(list(SHARES), list(SHARES.values()))
    size = "large " if rng.random() < LARGE_RATIO else ""
    return kind, mutations.mutant(kind, seeds()[size + kind], rng)


# --- promises


def broken(kind: str, content: bytes, reading: Reading) -> Iterator[str]:
    """The promises of a reader that the reading of a file does not keep."""
    if not reading.activities and not reading.note and not reading.said:
        yield "it holds no activity, and does not say what it is instead"
    if kind == "fit" and reading.activities and not reading.note and not is_sound(content):
        yield "its checksum says damage, the reading does not"
    for activity in reading.activities:
        yield from _broken_by_summary(activity)
        for name, table in activity.streams.items():
            yield from (f"{name}: {what}" for what in _broken_by_table(name, table))


def is_sound(content: bytes) -> bool:
    """Whether FIT files are all that it is, and the checksum of each matches; a copy has no need of one."""
    bodies: set[bytes] = set()
    while content:
        start, end = content[0], content[0] + int.from_bytes(content[4:8], "little")
        matches = content[end : end + 2] == crc16.arc(content[:end]).to_bytes(2, "little")
        is_copy = content[start:end] in bodies
        if start < 12 or content[8:12] != b".FIT" or not (matches or is_copy):
            return False
        bodies.add(content[start:end])
        content = content[end + 2 :]
    return True


def _broken_by_summary(activity: Activity) -> Iterator[str]:
    summary = activity.summary
    unknown = summary.keys() - (set(TABLES["activities"].names) - set(LANDED))
    if unknown:
        yield f"the summary has {unknown}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", str(summary.get("sport"))):
        yield f"the sport is {summary.get('sport')!r}"
    if not isinstance(summary.get("started_at"), datetime):
        yield f"it started at {summary.get('started_at')!r}"
    for name, value in summary.items():
        if value is None or name in unknown:
            continue
        kind = TABLES["activities"].field(name).type
        if pa.types.is_floating(kind) and not (isinstance(value, int | float) and isfinite(value)):
            yield f"{name} is {value!r}"
        if pa.types.is_string(kind) and not (isinstance(value, str) and value):
            yield f"{name} is {value!r}"
        if name == "utc_offset_s" and not (isinstance(value, int) and value % 900 == 0):
            yield f"{name} is {value!r}"


# The column that numbers the rows of a table, from 1 on; a workout numbers its steps itself.
_NUMBERED = {
    name: f"{name.removesuffix('_intervals').removesuffix('s')}_number"
    for name in STREAMS
    if name != "workout_steps"
}


def _broken_by_table(name: str, table: pa.Table) -> Iterator[str]:
    if name not in STREAMS or table.schema != stream_schema(name):
        yield "another schema"
        return
    table.validate(full=True)
    if not len(table):
        yield "no rows"
    for column in table.column_names:
        values = table[column]
        if pa.types.is_floating(values.type) and pc.all(pc.is_finite(values)).as_py() is False:
            yield f"{column} is no number somewhere"
        if column == _NUMBERED.get(name) and values.to_pylist() != list(range(1, len(table) + 1)):
            yield f"{column} does not count"
        if column.endswith("_count") and pc.any(pc.less(values, pa.scalar(0))).as_py():
            yield f"{column} is negative"
    if name == "records":
        yield from _broken_by_records(table)
    if name == "rr_intervals" and pc.all(pc.greater(table["rr_s"], pa.scalar(0.0))).as_py() is False:
        yield "an interval of no time"


def _broken_by_records(table: pa.Table) -> Iterator[str]:
    times: list[Any] = table["recorded_at"].cast(pa.int64()).to_pylist()
    if any(time is None or time % 1_000_000 for time in times):
        yield "a time is not of whole seconds"
    elif any(later <= earlier for earlier, later in pairwise(times)):
        yield "the times do not grow"
    latitudes: list[Any] = table["latitude_deg"].to_pylist()
    longitudes: list[Any] = table["longitude_deg"].to_pylist()
    for latitude, longitude in zip(latitudes, longitudes, strict=True):
        if (latitude is None) != (longitude is None):
            yield "half a position"
            return
        if latitude is not None and not (abs(latitude) <= 90 and abs(longitude) <= 180):
            yield "a position off the globe"
            return
        if latitude == 0 and longitude == 0:
            yield "a position that means none"
            return


def _is_oddly_described(content: bytes) -> bool:
    """Whether damage made two of a developer's fields one, or one an enumeration: not so to fitdecode."""
    from test_fit_columns import bodies

    scans = (fit_columns.scan(body) for body in bodies(content))
    described = [said for found in scans for said in found.descriptions.values()]
    return any(len(said) > 1 or said[0].base_type == 0 for said in described)


def differing(content: bytes) -> Iterator[str]:
    """Where fitdecode decodes all of a file: the first value that is another one to it than to us."""
    from fitdecode import CrcCheck, ErrorHandling, FitDataMessage, FitError
    from test_fit_columns import FitReader, by_column, numbers

    reader = FitReader(
        content, processor=None, error_handling=ErrorHandling.IGNORE, check_crc=CrcCheck.DISABLED
    )
    try:
        frames = [frame for frame in reader if isinstance(frame, FitDataMessage) and frame.name == "record"]
        theirs = [numbers(frame) for frame in frames]
    except (FitError, ArithmeticError, AssertionError, LookupError, TypeError, ValueError, struct.error):
        return  # it stumbles where we do not
    ours = by_column(content)
    if len(theirs) != len(ours):
        yield f"fitdecode has {len(theirs)} records, we have {len(ours)}"
        return
    # What is known by its own name only is left out, too: damage has many ways to spoil a text.
    comparable = r"(?!developer_)" if _is_oddly_described(content) else r"(?!developer_\D)"
    for number, (their, our) in enumerate(zip(theirs, ours, strict=True)):
        for name in their.keys() | our.keys():
            if re.match(comparable, name) and repr(their.get(name)) != repr(our.get(name)):
                yield f"record {number}: {name} is {their.get(name)} to fitdecode, {our.get(name)} to us"
                return


# --- a batch


def run_batch(first: int, count: int, seed: int, at: Path) -> Report:
    """Read so many mutants, one by one and again in an ingest; `at` tells which one it is at."""
    report = Report()
    predicted: dict[str, tuple[str, str]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "exports")
        folder.mkdir()
        for number in range(first, first + count):
            at.write_text(str(number))
            kind, content = mutant(number, seed)
            report.of(kind).count += 1
            if kind == "archive":
                _run_archive(number, content, Path(scratch, str(number)), report)
                continue
            name = f"{number:09}.{kind}"
            _write(folder / name, content)
            sniffed = sniff(content)
            if sniffed not in READERS:
                report.of(kind).outcomes[f"is {sniffed}"] += 1
                continue
            with _measured(number, kind, report):
                predicted[name] = _run_reader(number, kind, sniffed, content, report)
            report.of(kind).outcomes[predicted[name][0] if name in predicted else "crashed"] += 1
        at.write_text(str(first + count))
        with _measured(first, "batch", report):
            whats = list(_broken_by_ingest(folder, Path(scratch), predicted))
            report.findings += (Finding(first, "batch", what) for what in whats)
    report.memory_bytes = _most_memory_bytes()
    if report.memory_bytes > MEMORY_MAX_BYTES:
        report.findings.append(Finding(first, "batch", f"it took {report.memory_bytes / 1e9:.2f} GB"))
    return report


def _most_memory_bytes() -> int:
    """The most that this process ever had; Linux's own ru_maxrss begins at what its parent had."""
    status = Path("/proc/self/status")
    if status.exists():
        (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(kilobytes) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _run_reader(number: int, kind: str, sniffed: str, content: bytes, report: Report) -> tuple[str, str]:
    """The outcome and the note that are due; the promises broken go into the report."""
    path = f"{number}.{kind}"
    try:
        reading = READERS[sniffed](content, path)
    except UnreadableFileError as error:
        if not error.reason or not error.detail:
            report.findings.append(Finding(number, kind, "quarantined without a reason"))
        return "quarantined", f"{error.reason}: {error.detail}"
    findings = list(broken(sniffed, content, reading))
    if number % COMPARED == 0:
        if READERS[sniffed](content, path) != reading:
            findings.append("the same bytes are read into something else")
        if sniffed == "fit" and reading.activities and not reading.note:
            report.of(kind).compared += 1
            findings += differing(content)
    report.findings += (Finding(number, kind, what) for what in findings)
    outcome = "imported" if reading.activities and not reading.note else "salvaged"
    return outcome if reading.activities else "not_an_activity", reading.note


def _run_archive(number: int, content: bytes, scratch: Path, report: Report) -> None:
    scratch.mkdir()
    folder = scratch / "exports"
    folder.mkdir()
    _write(folder / "some.zip", content)
    with _measured(number, "archive", report):
        whats = list(_broken_by_ingest(folder, scratch, {}))
        report.findings += (Finding(number, "archive", what) for what in whats)
    report.of("archive").outcomes += Counter(
        map(str, Lake(scratch / "lake", "me").ledger()["outcome"].to_pylist())
    )


def _write(path: Path, content: bytes) -> None:
    """As it was found long ago: what is new and damaged is waited for."""
    path.write_bytes(content)
    os.utime(path, (1_700_000_000, 1_700_000_000))


@contextmanager
def _measured(number: int, kind: str, report: Report) -> Generator[None]:
    """Its time goes into the report; what comes out of it but `UnreadableFileError` is a finding."""
    start = time.process_time()
    try:
        with _limited():
            yield
    except Exception as error:  # noqa: BLE001 - whatever it is, it should not have come out
        at = error.__traceback__
        while at and at.tb_next:
            at = at.tb_next
        where = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else ""
        report.findings.append(Finding(number, kind, f"{type(error).__name__} at {where}: {error}"[:300]))
    taken_s = time.process_time() - start
    tally = report.of(kind)
    tally.cpu_s += taken_s
    if taken_s > tally.worst_s:
        tally.worst_s, tally.worst_number = taken_s, number
    if taken_s > TIME_MAX_S:
        report.findings.append(Finding(number, kind, f"it took {taken_s:.1f} s"))


@contextmanager
def _limited() -> Generator[None]:
    """A process that hangs ends; a warning is an error, as in the tests."""
    signal.alarm(HANG_S)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    finally:
        signal.alarm(0)


class _Silence:
    """No progress to be told."""

    def expect(self, more: int) -> None:
        """So many files."""

    def advance(self, path: str, outcome: str) -> None:
        """One of them."""


def _broken_by_ingest(folder: Path, scratch: Path, predicted: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    lake = Lake(scratch / "lake", "me")
    counts = ingest([folder], lake, None, _Silence(), workers=1)
    ledger = lake.ledger().to_pylist()
    if counts.found != counts.known + len(ledger):
        yield f"of {counts.found} files {counts.known} are known and {len(ledger)} in the ledger"
    for row in ledger:
        name = Path(row["path"]).name
        if row["outcome"] not in OUTCOMES or not row["reason"]:
            yield f"{name} is {row['outcome']}: {row['reason']}"
        outcome, note = predicted.get(name, (row["outcome"], row["reason"]))
        is_due = row["outcome"] == outcome and (note or "") in row["reason"]
        if row["outcome"] != "duplicate" and not is_due:
            yield f"{name} was {outcome}: {note}, and became {row['outcome']}: {row['reason']}"
    landed = {row["digest"] for row in ledger if row["outcome"] in {"imported", "salvaged"}}
    parts = [pq.ParquetFile(part).read()["file_digest"] for part in lake.parts("activities")]
    files = {digest for part in parts for digest in part.to_pylist()}
    if files != landed:
        yield f"{len(landed)} files with activities, and activities of {len(files)} files"


# --- all of them, in processes of their own


def run(numbers: range, seed: int, workers: int, budget_s: float = float("inf")) -> Iterator[Report]:
    """Batch by batch, the mutants of all numbers, or those that so many seconds by the clock suffice for."""
    batches = iter([numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH)])
    deadline = time.monotonic() + budget_s
    reports: SimpleQueue[Report | None] = SimpleQueue()

    def lane(at: Path) -> None:
        worker = _Worker(seed, at)
        try:
            for batch in batches:
                reports.put(worker.run(batch[0], len(batch)))
                if time.monotonic() > deadline:
                    break
        finally:
            worker.end()
            reports.put(None)

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as threads:
        lanes = [threads.submit(lane, Path(folder, str(number))) for number in range(workers)]
        for _ in range(workers):
            yield from iter(reports.get, None)
        for each in lanes:
            each.result()  # whatever went wrong in it


class _Worker:
    """A process that reads mutants, replaced when one of them kills it."""

    def __init__(self, seed: int, at: Path) -> None:
        self._seed = seed
        self._at = at
        self._pool = _pool()

    def run(self, first: int, count: int) -> Report:
        """The batch; if the process dies of a mutant, what is before and behind that one."""
        if count <= 0:
            return Report()
        try:
            return self._pool.submit(run_batch, first, count, self._seed, self._at).result()
        except BrokenProcessPool:
            self.end()
            self._pool = _pool()
        end, deadly = first + count, int(self._at.read_text())
        if deadly == end:
            return Report(findings=[Finding(first, "batch", "the process died of its ingest")])
        report = self.run(first, deadly - first)
        report.add(self.run(deadly + 1, end - deadly - 1))
        kind, _ = mutant(deadly, self._seed)
        report.findings.append(Finding(deadly, kind, "the process died of it"))
        return report

    def end(self) -> None:
        self._pool.shutdown()


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Give a worker so much room, and have it tell where it was if it dies."""
    faulthandler.enable()
    faulthandler.register(signal.SIGALRM, chain=True)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """Print what became of the mutants, and each promise that was broken; 1 if one was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--save", type=Path, help="a folder for the mutants that broke a promise")
    asked = parser.parse_args()
    report = Report()
    for batch in run(range(asked.first, asked.first + asked.count), asked.seed, asked.workers):
        report.add(batch)
        for finding in batch.findings:
            print(f"{finding.number} {finding.kind}: {finding.what}", flush=True)
            if asked.save:
                kind, content = mutant(finding.number, asked.seed)
                asked.save.mkdir(parents=True, exist_ok=True)
                (asked.save / f"{finding.number}.{kind}").write_bytes(content)
    for kind, tally in report.tallies.items():
        outcomes = ", ".join(f"{count} {outcome}" for outcome, count in tally.outcomes.most_common())
        print(
            f"{kind}: {tally.count} mutants, {tally.cpu_s:.0f} s, the slowest {tally.worst_s:.2f} s", end=" "
        )
        print(f"(number {tally.worst_number}), {tally.compared} compared with fitdecode")
        print(f"    {outcomes}")
    print(f"most memory of a process: {report.memory_bytes / 1e6:.0f} MB; {len(report.findings)} findings")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
