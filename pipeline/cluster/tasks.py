"""What one machine does for a bucket of athletes: borrow their lakes, do as a single one does, give back.

A task may be killed and begun again, and two of the same may run at once: what it gives back is named after
what is in it, and to write a bucket's note is all that makes it visible.
"""

import re
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
from filelock import FileLock, Timeout

from pipeline import athlete, ingest, published
from pipeline.athlete import Athlete
from pipeline.cluster import layout
from pipeline.cluster.borrowed import BorrowedLake, landed_batches
from pipeline.cluster.layout import Bucket
from pipeline.errors import LakeError, NextgearError, StoreError, is_nobodys, sentence
from pipeline.places import Entry, Place

if TYPE_CHECKING:
    from pipeline import warehouse

SCRATCH = "nextgear-task-"
ENGINE_RATIO = 0.6  # of a task's memory; the rest is Python's and Arrow's, who hold a batch while it is read
ENGINE_MIN_BYTES = 256 << 20

# What may be wrong with one athlete alone, so that the others can be built; unless `is_nobodys`.
_OF_AN_ATHLETE = (NextgearError, OSError, duckdb.Error, pa.ArrowException, MemoryError)
_MEMORY = "memory"  # is in what everybody says who has too little of it
_MEND = "bring it back from a copy; or remove the athlete's folder and ingest again"


@dataclass(frozen=True)
class Share:
    """What a task may take of its machine; without bytes, this part of what the machine has."""

    threads: int = 1
    memory_bytes: int | None = None
    memory_ratio: float = 1.0


@dataclass(frozen=True)
class Task:
    """One bucket's work. `sources` are those of each athlete, to land; without any, the bucket is built.

    `program` is the version of nextgear that has to be at work everywhere. A careful task is one whose
    process died before: files are read in a process apart, so that the one which kills it is found.
    """

    lake: str
    bucket: int
    athletes: tuple[str, ...]
    program: str
    share: Share = field(default_factory=Share)
    edition: str = ""
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    retry: bool = False
    is_careful: bool = False


@dataclass(frozen=True)
class Done:
    """What became of a task. `failed` says why it could not be done; `broken` of which athletes it is true.

    `outcomes` counts the files that were new, `known` those that were not. Costs: CPU and wall clock seconds,
    the most memory that this process ever held, bytes fetched and sent.
    """

    bucket: int
    failed: str = ""
    broken: Mapping[str, str] = field(default_factory=dict[str, str])
    is_new: bool = False
    athletes: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict[str, int])
    known: int = 0
    cpu_s: float = 0
    wall_s: float = 0
    memory_bytes: int = 0
    fetched_bytes: int = 0
    sent_bytes: int = 0


def done(task: Task) -> Done:
    """Do it. What goes wrong is part of the answer, never raised."""
    cpu_s, wall_s = time.process_time(), time.monotonic()
    result = _attempted(task)
    return replace(
        result,
        cpu_s=time.process_time() - cpu_s,
        wall_s=time.monotonic() - wall_s,
        memory_bytes=_peak_memory_bytes(),
    )


def _attempted(task: Task) -> Done:
    if _program() != task.program:
        reason = "another nextgear is installed here than where this was started: install the same everywhere"
        return Done(task.bucket, failed=reason)
    try:
        with _scratch() as scratch:
            return _ingested(task, scratch) if task.sources else _built(task, scratch)
    except _OF_AN_ATHLETE as error:
        return Done(task.bucket, failed=_reason(error), athletes=len(task.athletes))


@cache
def _program() -> str:
    return published.program(published.sql_folder())


def _reason(error: BaseException) -> str:
    """What went wrong, in one line; a file that was borrowed is called as in the lake."""
    if isinstance(error, MemoryError):
        return f"there was not enough {_MEMORY} for it"
    told = sentence(error) if isinstance(error, OSError) else str(error)
    borrowed = f"{re.escape(tempfile.gettempdir())}/{SCRATCH}\\w+/(?={layout.LAKE}/)"
    return re.sub(borrowed, "", told.strip().partition("\n")[0].rstrip(": "))


@contextmanager
def _scratch() -> Generator[Path]:
    """A folder of this machine, for as long as the task takes. What killed ones left is cleared away."""
    for left in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        with suppress(Timeout, OSError), FileLock(left / ".lock", timeout=0):
            shutil.rmtree(left, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix=f".{SCRATCH}"))
    folder = new.with_name(new.name.removeprefix("."))
    with FileLock(new / ".lock"):
        new.rename(folder)  # locked before anybody takes it for one that was left
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


# --- ingest


def _ingested(task: Task, scratch: Path) -> Done:
    """Land what is new of each athlete's sources. What goes wrong with one does not stop the others."""
    place = Place.of(task.lake)
    outcomes: Counter[str] = Counter()
    known = fetched = sent = 0
    broken: dict[str, str] = {}
    with ingest.Workers(2 if task.is_careful else 1) as readers:
        for athlete_id in task.athletes:
            try:
                counts, fetched_bytes, sent_bytes = _landed(task, athlete_id, place, scratch, readers)
            except StoreError:
                raise  # nobody's fault: all of it is tried again
            except NextgearError as error:
                broken[athlete_id] = _reason(error)
            else:
                outcomes.update(counts.outcomes)
                known += counts.known
                fetched += fetched_bytes
                sent += sent_bytes
    return Done(
        task.bucket,
        broken=broken,
        is_new=bool(outcomes),
        athletes=len(task.athletes),
        outcomes=dict(outcomes),
        known=known,
        fetched_bytes=fetched,
        sent_bytes=sent,
    )


def _landed(
    task: Task, athlete_id: str, place: Place, scratch: Path, readers: ingest.Workers
) -> tuple[ingest.Counts, int, int]:
    """What an athlete's sources held; how many bytes were fetched and sent."""
    said = _settings(athlete_id, _said(place, athlete_id))
    lake = BorrowedLake.of(scratch / layout.LAKE, athlete_id, place / layout.LAKE / athlete_id)
    lake.migrate()
    sources = [_source(address) for address in task.sources[athlete_id]]
    try:
        counts = ingest.ingest(sources, lake, said.time_zone, _Nobody(), workers=readers, retry=task.retry)
    finally:  # what is complete is kept, however it ends
        sent_bytes = lake.give_back()
        shutil.rmtree(lake.folder, ignore_errors=True)
    return counts, lake.lent_bytes, sent_bytes


def _source(address: str) -> Path | Place:
    place = Place.of(address)
    return place.folder or place


class _Nobody:
    """Wants to hear nothing of how far a task is."""

    def expect(self, more: int) -> None:
        """Nothing to do."""

    def advance(self, path: str, outcome: str) -> None:
        """Nothing to do."""


def _said(place: Place, athlete_id: str) -> bytes | None:
    """The athlete's file of settings in the lake, if there is one."""
    return place.read(athlete.settings_path(Path(), athlete_id).as_posix())


def _settings(athlete_id: str, said: bytes | None) -> Athlete:
    """What the athlete said of themself. Raises SettingsError for what cannot be used."""
    path = athlete.settings_path(Path(), athlete_id)
    return athlete.parsed(path, (said or b"").decode(errors="replace"), athlete_id)


# --- build


def _built(task: Task, scratch: Path) -> Done:
    """Build the marts of a bucket, if anything has changed of which they are made, and publish them."""
    place = Place.of(task.lake)
    before = layout.published(place, task.edition, task.bucket)
    is_new = before is None or before.state != state_there(task, place, before.left_out)
    if before and not is_new and not any(_MEMORY in why.lower() for why in before.left_out.values()):
        place.remove([f"{layout.EDITIONS}/{task.edition}/{task.bucket}.failed.json"])
        return Done(task.bucket, broken=before.left_out, athletes=len(before.athletes))
    broken: dict[str, str] = {}
    lakes: dict[str, BorrowedLake] = {}
    said: dict[str, bytes | None] = {}
    sound: dict[str, Athlete] = {}
    for athlete_id in task.athletes:
        lake = BorrowedLake.of(scratch / layout.LAKE, athlete_id, place / layout.LAKE / athlete_id)
        lakes[athlete_id], said[athlete_id] = lake, _said(place, athlete_id)
        try:
            settings = _settings(athlete_id, said[athlete_id])
            lake.migrate()
            lake.compact()
            lake.borrow_measured()
        except StoreError:
            raise
        except NextgearError as error:
            broken[athlete_id] = _reason(error)
        else:
            if lake.batches():  # else a killed run began to land, and what it left is nobody's
                sound[athlete_id] = settings
    folder = scratch / layout.MARTS
    rows: dict[str, int] = {}
    if sound:
        limits = _limits(task.share, scratch)
        try:
            rows = _marts(lakes, sound, limits, folder)
        except _OF_AN_ATHLETE as error:
            failing = {} if is_nobodys(error) else _failing_alone(lakes, sound, limits, scratch / "trial")
            if not failing:
                raise
            broken |= {one: _reason(why) for one, why in failing.items()}
            sound = {one: settings for one, settings in sound.items() if one not in failing}
            if not sound:
                raise LakeError(_reason(error)) from error
            rows = _marts(lakes, sound, limits, folder)
    sent = sum(lakes[one].give_back() for one in sound)  # of who is left out nothing is touched
    told = [
        _told(one, said[one], lake.landed_before, lake.theirs.values())
        if one in broken
        else _told(one, said[one], lake.batches())
        for one, lake in lakes.items()
    ]
    state = _state(task, told)
    made = Bucket(state=state, generation=state, athletes=tuple(sound), left_out=broken, rows=rows)
    for mart in rows:
        path = folder / f"{mart}.parquet"
        sent += path.stat().st_size
        target = folder / made.part(mart, task.edition, task.bucket)
        target.parent.mkdir(parents=True)
        path.rename(target)
    place.send([made.part(mart, task.edition, task.bucket) for mart in rows], folder)
    layout.publish(place, task.edition, task.bucket, made)
    return Done(
        task.bucket,
        broken=broken,
        is_new=True,
        athletes=len(made.athletes),
        fetched_bytes=sum(lake.lent_bytes for lake in lakes.values()),
        sent_bytes=sent,
    )


def state_there(task: Task, place: Place, left_out: Collection[str]) -> str:
    """The state of a bucket by what lies in the lake now."""
    told: list[list[str]] = []
    for athlete_id in task.athletes:
        theirs = place / layout.LAKE / athlete_id
        files = theirs.entries() if athlete_id in left_out else ()
        told.append(_told(athlete_id, _said(place, athlete_id), landed_batches(theirs), files))
    return _state(task, told)


def _state(task: Task, told: Iterable[Sequence[str]]) -> str:
    """A digest of all that the bucket's marts are made of.

    It is of what was read, not of what lies there when all is done: what changes meanwhile is built the next
    time.
    """
    return published.digest_of_texts([task.edition, *(text for one in told for text in one)])


def _told(
    athlete_id: str, said: bytes | None, batches: Iterable[str], files: Iterable[Entry] = ()
) -> list[str]:
    """What the state of a bucket has of an athlete; for who is left out with all their files.

    So they are tried again when any has changed, one that was brought back from a copy as well.
    """
    return [athlete_id, repr(said), *batches, *map(repr, files)]


def _limits(share: Share, scratch: Path) -> "warehouse.Limits":
    from pipeline import warehouse

    memory_bytes = share.memory_bytes
    if memory_bytes is None:  # DuckDB knows what this machine, or container, has; and takes 80 % of it
        with warehouse.connection() as db:
            allowed = db.execute("select memory_limit from pragma_database_size()").fetchall()[0][0]
            memory_bytes = int(_bytes(allowed) / 0.8 * share.memory_ratio)
    engine_bytes = max(ENGINE_MIN_BYTES, int(memory_bytes * ENGINE_RATIO))
    return warehouse.Limits(share.threads, engine_bytes, scratch / "spilled")


def _bytes(told: str) -> float:
    """`12.3 GiB` as a number."""
    number, unit = told.split()
    return float(number) * 1024 ** ("bytes", "KiB", "MiB", "GiB", "TiB").index(unit)


def _marts(
    lakes_of: Mapping[str, BorrowedLake],
    sound: Mapping[str, Athlete],
    limits: "warehouse.Limits",
    folder: Path,
) -> dict[str, int]:
    """Measure and judge some athletes; each mart as a file of its own. How many rows each has."""
    from pipeline import warehouse

    lakes = [lakes_of[athlete_id] for athlete_id in sound]
    settings = athlete.tables(list(sound.values()))
    all_models = warehouse.models(published.sql_folder())
    wanted = [name for name, model in all_models.items() if _is_built(model)]
    models = warehouse.judged(all_models, wanted)
    tables = warehouse.tables_judged(models)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with warehouse.faults(str(folder), _MEND):
        measured = warehouse.measure(all_models, lakes, limits=limits)
        warehouse.forget_old_measurements(measured, lakes)
        with warehouse.connection(limits=limits) as db:
            parts = {table: [part for lake in lakes for part in lake.parts(table)] for table in tables}
            warehouse.judge(db, models, parts, measured, settings)
            warehouse.check_rows_that_must_not_exist(db, published.sql_folder())
            return {
                mart: warehouse.keep(db, models[f"{layout.MARTS}.{mart}"], folder / f"{mart}.parquet")
                for mart in (name.partition(".")[2] for name in wanted)
            }


def _is_built(model: "warehouse.Model") -> bool:
    """Is it a mart of a bucket? A second's row is not: the lake has those."""
    return model.layer == layout.MARTS and not model.is_stream and not model.is_across_athletes


def _failing_alone(
    lakes: Mapping[str, BorrowedLake], sound: Mapping[str, Athlete], limits: "warehouse.Limits", trial: Path
) -> dict[str, Exception]:
    """Of whom it is true that nothing can be built, of several; nobody, if it is true of none alone."""
    if len(sound) < 2:
        return {}
    failing: dict[str, Exception] = {}
    for athlete_id, settings in sound.items():
        try:
            _marts(lakes, {athlete_id: settings}, limits, trial)
        except _OF_AN_ATHLETE as error:
            if is_nobodys(error):
                raise
            failing[athlete_id] = error
    return failing


def _peak_memory_bytes() -> int:
    """The most that this process has held, whatever it did before."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
