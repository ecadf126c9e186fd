import contextlib
import gzip
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import ingest as ingesting
from pipeline.errors import UnreadableFileError
from pipeline.ingest import QUIET_S, Counts, activity_ids, ingest
from pipeline.lake import Lake
from pipeline.schema import TABLES, Reading

DAY = datetime(2024, 1, 1, 6)

Started = Callable[[Lake, int, int], subprocess.Popen[str]]


class Silence:
    def expect(self, more: int) -> None: ...

    def advance(self, path: str, outcome: str) -> None: ...


class Heard:
    def __init__(self) -> None:
        self.total = 0
        self.outcomes: list[str] = []

    def expect(self, more: int) -> None:
        self.total += more

    def advance(self, path: str, outcome: str) -> None:
        assert path
        self.outcomes.append(outcome)


def run_of(day: int, seconds: int = 3) -> str:
    """A GPX file of one run on a day of 2024, one step a second to the north in Berlin."""
    start = DAY + timedelta(days=day)
    points = "".join(
        f'<trkpt lat="{52.5 + second * 0.00003:.5f}" lon="13.4">'
        f"<time>{start + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for second in range(seconds)
    )
    return (
        '<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><type>running</type><trkseg>{points}</trkseg></trk></gpx>"
    )


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", "me")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


def take_in(lake: Lake, *sources: Path, workers: int = 1) -> Counts:
    return ingest(sources, lake, None, Silence(), workers)


def files(lake: Lake, root: Path) -> dict[str, dict[str, object]]:
    """The ledger by the path below `root`."""
    return {os.path.relpath(row["path"], root): row for row in lake.ledger().to_pylist()}


def content_of(lake: Lake) -> dict[str, list[str]]:
    """All rows of all tables, whatever batch they are in."""
    return {
        table: sorted(
            repr(row) for part in lake.parts(table) for row in pq.ParquetFile(part).read().to_pylist()
        )
        for table in TABLES
    }


def on_disk(lake: Lake) -> dict[str, tuple[str, int]]:
    return {
        str(path): (sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in lake.root.rglob("*")
        if path.is_file()
    }


# --- what becomes of a file


def test_a_run_in_a_folder_lands_as_an_activity_with_its_records(lake: Lake, folder: Path):
    (folder / "run.gpx").write_text(run_of(0))
    assert take_in(lake, folder) == Counts(found=1, known=0, outcomes={"imported": 1})
    (activity,) = pq.read_table(lake.parts("activities")[0]).to_pylist()
    (file,) = lake.ledger().to_pylist()
    digest = sha256(run_of(0).encode()).hexdigest()
    assert activity["activity_id"] == file["activity_id"] == f"20240101T060000-{digest[:8]}"
    assert activity["athlete_id"] == file["athlete_id"] == "me"
    assert activity["file_digest"] == file["digest"] == digest
    assert (activity["utc_offset_s"], activity["utc_offset_source"]) == (3600, "position")
    records = pq.read_table(lake.parts("records")[0])
    assert records["recorded_at"].to_pylist() == [DAY + timedelta(seconds=second) for second in range(3)]
    assert set(records["activity_id"].to_pylist()) == {activity["activity_id"]}


def test_where_a_virtual_run_went_is_not_where_its_athlete_was(lake: Lake, folder: Path):
    (folder / "run.gpx").write_text(run_of(0).replace(">running<", ">VirtualRun<"))
    ingest([folder], lake, "America/New_York", Silence(), 1)
    (activity,) = pq.read_table(lake.parts("activities")[0]).to_pylist()
    assert activity["sub_sport"] == "virtual_activity"
    assert (activity["utc_offset_s"], activity["utc_offset_source"]) == (-18_000, "athlete")


TCX_RUN = b"""          <?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase><Activities><Activity Sport="Running"><Id>2024-01-01T06:00:00Z</Id>
<Lap StartTime="2024-01-01T06:00:00Z"><TotalTimeSeconds>1800</TotalTimeSeconds></Lap>
</Activity></Activities></TrainingCenterDatabase>"""

OUTCOMES = [
    ("run.gpx", run_of(0).encode(), "imported", "one activity"),
    ("run.gpx.gz", gzip.compress(run_of(0).encode()), "imported", "one activity"),
    ("run.txt", run_of(0).encode(), "imported", "one activity"),
    ("half.gpx", run_of(0).encode()[:250], "salvaged", "the rest is lost; 1 points come before"),
    ("head.gpx", run_of(0).encode()[:150], "quarantined", "not_gpx"),
    ("empty.fit", b"", "quarantined", "empty"),
    ("notes.doc", b"", "not_an_activity", "empty"),
    ("page.gpx", b"<!DOCTYPE html><html><body>Log in</body></html>", "quarantined", "called .gpx"),
    ("page.FIT.GZ", gzip.compress(b"Not found\n"), "quarantined", "called .fit"),
    ("half.gpx.gz", gzip.compress(run_of(0).encode())[:50], "quarantined", "damaged_archive"),
    ("empty.tcx", b'<?xml version="1.0"?>\n<TrainingCenterDatabase/>', "not_an_activity", "no activity"),
    ("half.tcx", b'<?xml version="1.0"?>\n<TrainingCenterDatabase><Activities', "quarantined", "not_tcx"),
    ("run.tcx", TCX_RUN, "imported", "one activity"),
    ("ride.KML", b'<?xml version="1.0"?>\n<kml/>', "unsupported", "KML files cannot be read"),
    ("LICENSE", b"Permission is hereby granted\n", "not_an_activity", "text"),
    (".DS_Store", b"\0\0\0\1Bud1", "not_an_activity", ""),
]


@pytest.mark.parametrize(
    ("name", "content", "outcome", "reason"), OUTCOMES, ids=[case[0] for case in OUTCOMES]
)
def test_every_file_is_accounted_for_with_a_reason(
    lake: Lake, folder: Path, name: str, content: bytes, outcome: str, reason: str
):
    (folder / name).write_bytes(content)
    assert take_in(lake, folder).outcomes == {outcome: 1}
    row = files(lake, folder)[name]
    assert row["outcome"] == outcome
    assert row["reason"]
    assert reason in str(row["reason"])
    assert (row["activity_id"] is not None) == (outcome in {"imported", "salvaged"})
    assert take_in(lake, folder) == Counts(found=1, known=1, outcomes={})


def test_a_route_without_times_is_not_an_activity(lake: Lake, folder: Path):
    (folder / "route.gpx").write_text('<gpx><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>')
    take_in(lake, folder)
    assert files(lake, folder)["route.gpx"]["outcome"] == "not_an_activity"


def test_a_run_with_a_point_without_a_time_is_salvaged_and_says_what_was_lost(lake: Lake, folder: Path):
    damaged = run_of(0).replace("<trkseg>", '<trkseg><trkpt lat="52.5" lon="13.4"/>')
    (folder / "run.gpx").write_text(damaged)
    take_in(lake, folder)
    row = files(lake, folder)["run.gpx"]
    assert row["outcome"] == "salvaged"
    assert row["activity_id"]


def test_the_same_run_under_two_names_is_one_activity_and_one_duplicate(lake: Lake, folder: Path):
    (folder / "a.gpx").write_text(run_of(0))
    (folder / "b.gpx.gz").write_bytes(gzip.compress(run_of(0).encode()))
    assert take_in(lake, folder).outcomes == {"imported": 1, "duplicate": 1}
    row = files(lake, folder)["b.gpx.gz"]
    assert (row["outcome"], row["duplicate_of_path"]) == ("duplicate", str(folder / "a.gpx"))
    assert len(content_of(lake)["activities"]) == 1


def test_a_run_seen_in_an_earlier_year_is_a_duplicate_of_that_file(lake: Lake, folder: Path):
    (folder / "b.gpx").write_text(run_of(0))
    take_in(lake, folder)
    (folder / "a.gpx").write_text(run_of(0))
    assert take_in(lake, folder) == Counts(found=2, known=1, outcomes={"duplicate": 1})
    assert files(lake, folder)["a.gpx"]["duplicate_of_path"] == str(folder / "b.gpx")


def test_a_bad_file_does_not_stop_the_ones_after_it(lake: Lake, folder: Path):
    (folder / "a.gpx").write_text("<gpx")
    (folder / "b.fit").write_bytes(b"\x0e\x10\0\0\xff\0\0\0.FIT\0\0garbage")
    (folder / "c.gpx").write_text(run_of(0))
    assert take_in(lake, folder).outcomes == {"quarantined": 2, "imported": 1}


def test_a_changed_file_is_a_new_row_and_the_old_one_stays(lake: Lake, folder: Path):
    (folder / "run.gpx").write_text(run_of(0))
    take_in(lake, folder)
    (folder / "run.gpx").write_text(run_of(0, seconds=5))
    assert take_in(lake, folder) == Counts(found=1, known=0, outcomes={"imported": 1})
    assert lake.ledger()["path"].to_pylist() == [str(folder / "run.gpx")] * 2


def test_a_file_with_a_new_date_and_the_old_content_is_known(lake: Lake, folder: Path):
    (folder / "run.gpx").write_text(run_of(0))
    take_in(lake, folder)
    os.utime(folder / "run.gpx", (0, 0))
    assert take_in(lake, folder) == Counts(found=1, known=1, outcomes={})


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is unreadable here")
def test_a_file_that_may_be_read_at_last_is_imported(lake: Lake, folder: Path):
    path = folder / "run.gpx"
    path.write_text(run_of(0))
    path.chmod(0)
    assert take_in(lake, folder).outcomes == {"quarantined": 1}
    assert take_in(lake, folder).outcomes == {}
    path.chmod(0o600)
    assert take_in(lake, folder).outcomes == {"imported": 1}


def test_a_folder_that_opens_at_last_is_no_file_in_quarantine(lake: Lake, folder: Path, tmp_path: Path):
    (folder / "disk").symlink_to(tmp_path / "disk")
    assert take_in(lake, folder).outcomes == {"quarantined": 1}
    (tmp_path / "disk").mkdir()
    for day in range(2):
        (tmp_path / "disk" / f"{day}.gpx").write_text(run_of(day))
    assert take_in(lake, folder).outcomes == {"imported": 2}
    assert lake.ledger()["path"].to_pylist() == [str(folder / "disk" / f"{day}.gpx") for day in range(2)]


def test_an_archive_and_each_file_in_it_are_accounted_for(lake: Lake, folder: Path):
    with zipfile.ZipFile(folder / "export.zip", "w") as archive:
        for day in range(3):
            archive.writestr(f"activities/{day}.gpx", run_of(day))
    assert take_in(lake, folder).outcomes == {"imported": 3, "not_an_activity": 1}
    assert files(lake, folder)["export.zip"]["reason"]
    assert files(lake, folder)["export.zip/activities/1.gpx"]["outcome"] == "imported"
    before = on_disk(lake)
    assert take_in(lake, folder) == Counts(found=4, known=4, outcomes={})
    assert on_disk(lake) == before


# --- runs that end too soon, and runs after them


def test_a_second_run_changes_no_byte(lake: Lake, folder: Path):
    for day in range(5):
        (folder / f"{day}.gpx").write_text(run_of(day))
    (folder / "bad.gpx").write_text("<gpx")
    take_in(lake, folder)
    before = on_disk(lake)
    heard = Heard()
    assert ingest([folder], lake, None, heard) == Counts(found=6, known=6, outcomes={})
    assert (heard.total, heard.outcomes) == (0, [])
    assert on_disk(lake) == before


def test_reader_processes_give_the_same_rows_as_this_process(lake: Lake, folder: Path, tmp_path: Path):
    for day in range(12):
        (folder / f"{day:02}.gpx").write_text(run_of(day % 9))
    (folder / "bad.gpx").write_text("<gpx")
    alone, together = Heard(), Heard()
    other = Lake(tmp_path / "other", "me")
    ingest([folder], lake, None, alone, workers=1)
    ingest([folder], other, None, together, workers=2)
    assert content_of(other) == content_of(lake)
    assert together.outcomes == alone.outcomes
    assert together.total == len(together.outcomes) == 13


RUN = """
import sys
from pathlib import Path
from pipeline import ingest
from pipeline.lake import Lake

class Told:
    def expect(self, more): pass
    def advance(self, path, outcome): print(path, flush=True)

if __name__ == "__main__":
    ingest.BATCH_FILES, ingest.FEW_FILES = 3, 2
    ingest.ingest([Path(sys.argv[1])], Lake(Path(sys.argv[2]), "me"), None, Told(), workers=int(sys.argv[3]))
"""


@pytest.fixture
def started(tmp_path: Path, folder: Path) -> Started:
    """Start a run in a process of its own, with small batches, and wait until it has read so many files."""
    program = tmp_path / "run.py"
    program.write_text(RUN)

    def start(lake: Lake, workers: int, files_read: int) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(program), str(folder), str(lake.root), str(workers)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=Path(__file__).parent.parent,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
            start_new_session=True,
        )
        assert process.stdout
        for _ in range(files_read):
            process.stdout.readline()
        return process

    return start


@pytest.fixture
def season(folder: Path) -> Path:
    """24 files: runs, copies of runs, an archive, and some that are no run."""
    for day in range(14):
        (folder / f"{day:02}.gpx").write_text(run_of(day, seconds=30))
    for day in range(0, 14, 4):
        (folder / f"{day:02} copy.gpx").write_text(run_of(day, seconds=30))
    with zipfile.ZipFile(folder / "05.zip", "w") as archive:
        for day in range(12, 16):
            archive.writestr(f"{day}.gpx", run_of(day, seconds=30))
    (folder / "07 bad.gpx").write_text("<gpx")
    return folder


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_again_and_again_ends_with_the_lake_of_an_undisturbed_one(
    lake: Lake, season: Path, tmp_path: Path, started: Started, workers: int
):
    undisturbed = Lake(tmp_path / "undisturbed", "me")
    take_in(undisturbed, season)
    chance = random.Random(workers)
    for files_read in (0, 1, 4, 3, 5, 2):
        process = started(lake, workers, files_read)
        time.sleep(chance.uniform(0, 0.03))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert process.returncode in (-signal.SIGKILL, 0)
    take_in(lake, season)
    assert content_of(lake) == content_of(undisturbed)
    assert {path.stem for path in lake.root.rglob("*") if path.is_file()} == set(lake.batches())


def test_an_interrupted_run_keeps_what_it_has_read(
    lake: Lake, season: Path, tmp_path: Path, started: Started
):
    undisturbed = Lake(tmp_path / "undisturbed", "me")
    take_in(undisturbed, season)
    process = started(lake, 2, 4)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers, too
    rest, _ = process.communicate(timeout=60)
    # on a machine that is busy it may have read all before the signal came
    assert process.returncode in (-signal.SIGINT, 0)
    assert lake.ledger().num_rows >= 4 + len(rest.splitlines())  # the last ones may be landed unannounced
    take_in(lake, season)
    assert content_of(lake) == content_of(undisturbed)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory of a process is not told here")
def test_a_file_that_takes_too_much_memory_is_quarantined_and_the_others_are_read(lake: Lake, folder: Path):
    for day in range(0, 12, 2):
        (folder / f"{day:02}.gpx").write_text(run_of(day))
        (folder / f"{day:02}.more.gpx").write_text(run_of(day + 1))
    (folder / "05 long.gpx").write_text(run_of(20, seconds=80_000))
    at_work = threading.Event()
    killer = threading.Thread(target=kill_children_above, args=(180, at_work))
    killer.start()
    try:
        counts = take_in(lake, folder, workers=2)
    finally:
        at_work.set()
        killer.join()
    assert counts.outcomes == {"imported": 12, "quarantined": 1}
    assert str(files(lake, folder)["05 long.gpx"]["reason"]).startswith("crashed_reader")


def kill_children_above(megabytes: int, ended: threading.Event) -> None:
    """What a system short of memory does."""
    while not ended.wait(0.02):
        for child in multiprocessing.active_children():
            with contextlib.suppress(OSError):
                pages = int(Path(f"/proc/{child.pid}/statm").read_text().split()[1])
                if pages * os.sysconf("SC_PAGE_SIZE") > megabytes * 2**20:
                    child.kill()


# --- files that are read again


def as_read_by_an_older_version(lake: Lake, *paths: Path) -> None:
    """The ledger as it would be if readers of version 1 had read these files, and found two metres less."""
    of_older = {str(path) for path in paths}
    for files, activities in zip(lake.parts("files"), lake.parts("activities"), strict=True):
        ledger = pq.ParquetFile(files).read()
        is_older = [path in of_older for path in ledger["path"].to_pylist()]
        versions = [
            1 if older else version
            for older, version in zip(is_older, ledger["reader_version"].to_pylist(), strict=True)
        ]
        column = ledger.column_names.index("reader_version")
        pq.write_table(ledger.set_column(column, "reader_version", pa.array(versions, pa.int64())), files)
        digests = {row["digest"] for row in ledger.to_pylist() if row["path"] in of_older}
        rows = [
            {**row, "ascent_m": -1.0} if row["file_digest"] in digests else row
            for row in pq.ParquetFile(activities).read().to_pylist()
        ]
        pq.write_table(pa.Table.from_pylist(rows, TABLES["activities"]), activities)


def again(lake: Lake, *sources: Path) -> Counts:
    return ingest(sources, lake, None, Silence(), workers=1, retry=True, batch_files=4)


@pytest.fixture
def week(lake: Lake, folder: Path) -> Path:
    """Seven runs, a copy, a zip with two more, and two files that are no run, in batches of four."""
    for day in range(7):
        (folder / f"{day}.gpx").write_text(run_of(day))
    (folder / "3x.gpx").write_text(run_of(3))
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        for day in (8, 9):
            archive.writestr(f"{day}.gpx", run_of(day))
    (folder / "LICENSE").write_text("Permission is hereby granted")
    (folder / "page.gpx").write_text("<!DOCTYPE html><html>")
    for file in folder.iterdir():
        os.utime(file, (1e9, 1e9))
    ingest([folder], lake, None, Silence(), workers=1, batch_files=4)
    assert len(lake.batches()) == 4
    return folder


def test_a_retry_reads_again_what_an_older_version_imported_and_nothing_counts_twice(lake: Lake, week: Path):
    today = content_of(lake)
    as_read_by_an_older_version(lake, week / "1.gpx", week / "3.gpx", week / "more.zip/8.gpx")
    assert content_of(lake)["activities"] != today["activities"]
    assert take_in(lake, week) == Counts(found=13, known=13, outcomes={}, outdated=3)
    assert again(lake, week) == Counts(found=13, known=10, outcomes={"imported": 3})
    assert content_of(lake) == today
    before = on_disk(lake)
    assert again(lake, week) == Counts(found=13, known=13, outcomes={})
    lake.sweep()
    assert set(on_disk(lake)) < set(before)
    assert content_of(lake) == today


def test_what_is_not_there_to_be_read_again_stays_and_is_counted(lake: Lake, week: Path):
    files_before = lake.ledger().num_rows
    as_read_by_an_older_version(lake, week / "1.gpx", week / "2.gpx")
    older = content_of(lake)
    (week / "1.gpx").unlink()
    assert again(lake, week) == Counts(found=12, known=11, outcomes={"imported": 1}, out_of_reach=1)
    assert lake.ledger().num_rows == files_before
    lost = set(older["activities"]) - set(content_of(lake)["activities"])
    assert len(lost) == 1
    assert len(content_of(lake)["activities"]) == len(older["activities"])


def test_a_copy_stands_in_for_an_original_that_is_gone(lake: Lake, week: Path):
    today = content_of(lake)
    as_read_by_an_older_version(lake, week / "3.gpx")
    (week / "3.gpx").unlink()
    assert again(lake, week) == Counts(found=12, known=11, outcomes={"imported": 1})
    assert content_of(lake) == today


def test_what_a_new_version_cannot_read_any_more_is_not_lost(lake: Lake, week: Path):
    as_read_by_an_older_version(lake, week / "1.gpx")
    older = content_of(lake)

    def broken(_content: bytes, path: str) -> Reading:
        raise UnreadableFileError(path, "not_gpx", "a bug of the new version")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.ingest.READERS", {"gpx": broken})
        counts = again(lake, week)
    assert (counts.found, counts.known, counts.outcomes) == (13, 13, {})
    assert content_of(lake) == older


@pytest.mark.parametrize("kth", range(0, 3 * len(TABLES), 3))
def test_a_retry_that_dies_at_any_rename_loses_and_doubles_nothing(lake: Lake, week: Path, kth: int):
    today = content_of(lake)
    as_read_by_an_older_version(lake, *(week / f"{day}.gpx" for day in range(7)))
    left = [kth]
    replace = Path.replace

    def dying(path: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return replace(path, target)

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        patch.setattr(Path, "replace", dying)
        again(lake, week)
    assert {table: len(rows) for table, rows in content_of(lake).items()} == {
        table: len(rows) for table, rows in today.items()
    }
    again(lake, week)
    assert content_of(lake) == today


# --- files that somebody is still writing


def old(path: Path) -> Path:
    """As if it had been there for years."""
    os.utime(path, (1e9, 1e9))
    return path


def test_a_run_that_was_copied_a_moment_ago_is_imported_at_once(lake: Lake, folder: Path):
    (folder / "run.gpx").write_text(run_of(0))
    start = time.monotonic()
    assert take_in(lake, folder) == Counts(found=1, known=0, outcomes={"imported": 1})
    assert time.monotonic() - start < QUIET_S


class Writer(Heard):
    """Somebody who goes on writing a file while the run looks at the files before it."""

    def __init__(self, path: Path, rest: str, when: str) -> None:
        super().__init__()
        self.path, self.rest, self.when = path, rest, when

    def advance(self, path: str, outcome: str) -> None:
        super().advance(path, outcome)
        if path.endswith(self.when):
            with self.path.open("a") as file:
                file.write(self.rest)


def test_a_file_that_grows_while_it_is_read_is_left_for_the_next_run(lake: Lake, folder: Path):
    whole = run_of(1, seconds=30)
    (folder / "0.gpx").write_text(run_of(0))
    old(folder / "0.gpx")
    (folder / "1.gpx").write_text(whole[:900])
    (folder / "copy of 1.gpx").write_text(whole[:900])
    old(folder / "copy of 1.gpx")
    heard = Writer(folder / "1.gpx", whole[900:1200], when="0.gpx")
    counts = ingest([folder], lake, None, heard, workers=1)
    assert counts == Counts(found=3, known=0, outcomes={"imported": 1}, waiting=2)
    assert heard.outcomes == ["imported", "waiting", "waiting"]
    assert list(files(lake, folder)) == ["0.gpx"]
    (folder / "1.gpx").write_text(whole)
    (folder / "copy of 1.gpx").unlink()
    assert take_in(lake, folder) == Counts(found=2, known=1, outcomes={"imported": 1})


def test_a_damaged_file_that_just_came_is_watched_for_a_moment(lake: Lake, folder: Path):
    whole = run_of(0, seconds=30)
    path = folder / "0.gpx"
    path.write_text(whole[:900])

    def go_on() -> None:
        time.sleep(0.7)
        with path.open("a") as file:
            file.write(whole[900:1500])

    writer = threading.Thread(target=go_on)
    writer.start()
    counts = take_in(lake, folder)
    writer.join()
    assert counts == Counts(found=1, known=0, outcomes={}, waiting=1)
    assert lake.batches() == []
    path.write_text(whole)
    assert take_in(lake, folder).outcomes == {"imported": 1}


def test_damaged_files_that_just_came_and_stay_as_they_are_take_one_moment_in_all(lake: Lake, folder: Path):
    for day in range(9):
        (folder / f"{day}.gpx").write_text(run_of(day)[:250])
    (folder / "ahead.gpx").write_text(run_of(10)[:250])
    ahead = time.time() + 1e6  # by a clock that is wrong
    os.utime(folder / "ahead.gpx", (ahead, ahead))
    start = time.monotonic()
    assert take_in(lake, folder).outcomes == {"salvaged": 10}
    assert time.monotonic() - start < 2 * QUIET_S


def test_an_archive_that_grows_while_it_is_read_is_left_for_the_next_run(lake: Lake, folder: Path):
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        for day in range(3):
            archive.writestr(f"{day}.gpx", run_of(day))
    whole = (folder / "more.zip").read_bytes()
    heard = Writer(folder / "more.zip", "more", when="1.gpx")
    counts = ingest([folder], lake, None, heard, workers=1)
    assert counts.found == 4 == sum(counts.outcomes.values()) + counts.waiting
    assert "more.zip" not in files(lake, folder)
    (folder / "more.zip").write_bytes(whole)
    assert take_in(lake, folder).found == 4
    assert len(content_of(lake)["activities"]) == 3
    assert take_in(lake, folder) == Counts(found=4, known=4, outcomes={})


def test_what_was_taken_for_damaged_gives_way_to_the_whole_of_it(lake: Lake, folder: Path, tmp_path: Path):
    """A download that stood still for longer than anybody watches, and then went on."""
    whole = run_of(0, seconds=30)
    (folder / "run.gpx").write_text(whole[:900])
    old(folder / "run.gpx")
    assert take_in(lake, folder).outcomes == {"salvaged": 1}
    (folder / "run.gpx").write_text(whole)
    assert take_in(lake, folder) == Counts(found=1, known=0, outcomes={"imported": 1})
    undisturbed = Lake(tmp_path / "undisturbed", "me")
    take_in(undisturbed, folder)
    assert content_of(lake) == content_of(undisturbed)


def test_the_half_of_a_run_that_lies_elsewhere_too_stays(lake: Lake, folder: Path):
    whole = run_of(0, seconds=30)
    for name in ("run.gpx", "half.gpx"):
        (folder / name).write_text(whole[:900])
        old(folder / name)
    take_in(lake, folder)
    (folder / "run.gpx").write_text(whole)
    take_in(lake, folder)
    assert len(content_of(lake)["activities"]) == 2


@pytest.mark.parametrize("name", ["a half.gpx", "the half.gpx"])
def test_the_half_of_a_run_that_comes_with_the_whole_of_it_is_no_copy_of_nothing(
    lake: Lake, folder: Path, name: str
):
    whole = run_of(0, seconds=30)
    (folder / "run.gpx").write_text(whole[:900])
    old(folder / "run.gpx")
    take_in(lake, folder)
    (folder / "run.gpx").write_text(whole)
    (folder / name).write_text(whole[:900])
    old(folder / name)
    take_in(lake, folder)
    before = content_of(lake)
    assert len(before["activities"]) == 2
    assert take_in(lake, folder).outcomes == {}
    assert content_of(lake) == before


# --- ids


@given(st.lists(st.integers(0, 5).map(lambda seconds: DAY + timedelta(seconds=seconds)), max_size=9))
def test_no_two_sessions_of_a_file_share_an_id(starts: list[datetime]):
    ids = activity_ids(starts, "0123456789abcdef")
    assert len(set(ids)) == len(starts)
    assert ids == activity_ids(starts, "0123456789abcdef")


def test_the_second_session_of_a_second_is_numbered():
    assert activity_ids([DAY, DAY], "0123456789") == [
        "20240101T060000-01234567",
        "20240101T060000-01234567-2",
    ]


def test_a_time_zone_that_is_told_later_reaches_what_was_read_before(lake: Lake, tmp_path: Path):
    """But not what says by itself where it was."""
    points = "".join(
        f"<Trackpoint><Time>2024-01-01T23:30:{second:02}Z</Time></Trackpoint>" for second in range(30)
    )
    inside = f'<Lap StartTime="2024-01-01T23:30:00Z"><Track>{points}</Track></Lap>'
    indoors = f"<Id>2024-01-01T23:30:00Z</Id>{inside}"
    (tmp_path / "indoors.tcx").write_text(
        f'<TrainingCenterDatabase><Activities><Activity Sport="Running">{indoors}</Activity></Activities>'
        "</TrainingCenterDatabase>"
    )

    def offsets(home_zone: str | None, retry: bool = False) -> list[tuple[int | None, str | None]]:
        ingest([tmp_path / "indoors.tcx"], lake, home_zone, Silence(), 1, retry)
        rows = [row for part in lake.parts("activities") for row in pq.ParquetFile(part).read().to_pylist()]
        return [(row["utc_offset_s"], row["utc_offset_source"]) for row in rows]

    assert offsets(None) == [(None, None)]
    assert offsets("Europe/Berlin") == [(None, None)]
    assert offsets("Europe/Berlin", retry=True) == [(3600, "athlete")]
    assert offsets(None, retry=True) == [(3600, "athlete")]


def test_a_question_that_nobody_is_left_to_answer_is_no_reason_to_wait(monkeypatch: pytest.MonkeyPatch):
    """A reader that is killed in the moment of being asked: the executor forgets the question."""
    monkeypatch.setattr(ingesting, "PATIENCE_S", 0.05)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        os.kill(pool.submit(os.getpid).result(), signal.SIGKILL)
        with pytest.raises(BrokenProcessPool):
            ingesting.answered(Future(), pool)
        done: Future[Reading | str] = Future()
        done.set_result("read")
        assert ingesting.answered(done, pool) == "read"
