"""Whole runs in processes of their own: run twice, killed, interrupted, refused, short of room."""

import os
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

import pipeline
from pipeline import flow, lake, warehouse
from pipeline.console import Console
from pipeline.errors import NextgearError, SettingsError
from pipeline.flow import Home

Started = Callable[..., subprocess.Popen[Any]]
Ended = Callable[..., subprocess.CompletedProcess[Any]]

SILENT = Console(is_quiet=True)
# What stays beside the lake, the warehouse and the reports.
KEPT_NOTES = {".lock", ".warehouse.duckdb.state", "nextgear.log", "news.json"}
# What every run touches, also one that changes nothing.
UNCOUNTED = {".lock", "nextgear.log"}
# A page says when it was made.
MADE_ON = re.compile(r"made on [0-9-]{10} at [0-9:]{5}")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "data")


@pytest.fixture
def yesterday(built: Home, home: Home) -> Home:
    """A copy of the folder after a run: what is published stands, but is out of date, for it was moved."""
    shutil.copytree(built.folder, home.folder)
    return home


@pytest.fixture(scope="module")
def undisturbed(built: Home) -> dict[str, pd.DataFrame]:
    """The rows of all tables after a run that nobody disturbed."""
    return rows_of_all_tables(built)


def on_disk(home: Home) -> dict[Path, tuple[str, int]]:
    return {
        path: (sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in home.folder.rglob("*")
        if path.is_file() and path.name not in UNCOUNTED
    }


def published(home: Home) -> dict[Path, tuple[str, int]]:
    """What people look at."""
    return {path: state for path, state in on_disk(home).items() if path.suffix in {".duckdb", ".html"}}


def page_of(home: Home) -> str:
    return MADE_ON.sub("", home.report("me").read_text(encoding="utf-8"))


def rows_of_all_tables(home: Home) -> dict[str, pd.DataFrame]:
    with duckdb.connect(str(home.warehouse), read_only=True) as db:
        tables = db.execute(
            "select table_schema || '.' || table_name from information_schema.tables order by all"
        ).fetchall()
        return {table: db.sql(f"from {table} order by all").df() for (table,) in tables}


def assert_content(home: Home, expected: dict[str, pd.DataFrame]) -> None:
    rows = rows_of_all_tables(home)
    assert rows.keys() == expected.keys()
    assert {"raw.records", "raw.files", "marts.plateau"} <= rows.keys()
    for table in rows:
        pd.testing.assert_frame_equal(rows[table], expected[table], rtol=1e-9, atol=1e-9, obj=table)


def assert_nothing_half_done(home: Home) -> None:
    batches = {batch for name in lake.athletes(home.lake) for batch in home.lake_of(name).batches()}
    names = {path.name for path in home.folder.rglob("*") if path.is_file()}
    pages = {path.name for path in home.reports.rglob("*.html")}
    assert names - {*KEPT_NOTES, *pages} == {
        "warehouse.duckdb",
        *(f"{batch}.parquet" for batch in batches),
    }


def assert_one_sentence(ended: subprocess.CompletedProcess[str], code: int, *said: str) -> None:
    assert ended.returncode == code, ended.stderr
    assert ended.stderr.startswith("nextgear: ")
    assert "Traceback" not in ended.stderr
    for words in said:
        assert words in ended.stderr


# --- again, and more


def test_a_second_run_says_one_line_and_changes_no_byte(built: Home, exports: Path, nextgear: Ended):
    before = on_disk(built)
    again = nextgear("run", exports, "--data", built.folder)
    assert (again.returncode, again.stdout) == (0, "")
    (line,) = again.stderr.splitlines()
    assert line.startswith(f"Nothing new: {len(list(exports.iterdir()))} files known")
    assert on_disk(built) == before


def test_files_that_come_in_two_runs_give_what_one_run_gives(
    undisturbed: dict[str, pd.DataFrame], exports: Path, home: Home
):
    files = sorted(exports.iterdir())
    flow.land(home, "me", files[:5], SILENT)
    flow.land(home, "me", [exports], SILENT)
    flow.build(home, SILENT)
    assert len(home.lake_of("me").batches()) == 2
    assert_content(home, undisturbed)


def test_a_report_older_than_the_warehouse_is_written_anew(yesterday: Home):
    page = yesterday.report("me")
    (yesterday.folder / "athlete.toml").write_text('units = "mi"\n')
    flow.build(yesterday, SILENT)
    assert "/mi" not in page.read_text(encoding="utf-8")
    flow.run(yesterday, "me", [], SILENT)
    assert "/mi" in page.read_text(encoding="utf-8")


def test_a_file_in_quarantine_stops_nobody(built: Home, exports: Path):
    with warehouse.reader(built.warehouse, built.lake) as db:
        outcomes = dict(db.execute("select outcome, count(*) from marts.files group by all").fetchall())
    assert outcomes == {"imported": len(list(exports.glob("2025-*.fit"))), "quarantined": 1}


@pytest.mark.parametrize(("strictly", "code"), [([], 0), (["--strict"], 3)], ids=["as usual", "strictly"])
def test_a_file_in_quarantine_is_said_and_counts_as_a_fault_only_on_demand(
    home: Home, exports: Path, nextgear: Ended, strictly: list[str], code: int
):
    ended = nextgear("ingest", exports / "page.fit", "--data", home.folder, *strictly)
    assert ended.returncode == code
    assert "1 quarantined" in ended.stderr
    assert "nextgear files --outcome quarantined" in ended.stderr


def gpx(creator: str) -> str:
    """Twenty minutes to the north, as another program writes them."""
    points = (
        f'<trkpt lat="{52 + minute * 0.002:.3f}" lon="13"><time>2024-05-01T06:{minute:02}:00Z</time></trkpt>'
        for minute in range(20)
    )
    return f'<gpx version="1.1" creator="{creator}"><trk><trkseg>{"".join(points)}</trkseg></trk></gpx>'


def test_a_run_tells_the_counts_of_the_ledger_where_they_are_not_those_of_the_reading(
    home: Home, tmp_path: Path, nextgear: Ended
):
    for name in ("watch", "phone"):
        (tmp_path / f"{name}.gpx").write_text(gpx(name))
    ended = nextgear("run", tmp_path / "phone.gpx", tmp_path / "watch.gpx", "--data", home.folder)
    assert ended.stderr.splitlines()[:2] == [
        "2 files: 2 imported.",
        "2 files in all: 1 imported, 1 duplicate. A second file of one session counts as duplicate.",
    ]
    with warehouse.reader(home.warehouse, home.lake) as db:
        outcomes = dict(db.execute("select outcome, count(*) from marts.files group by all").fetchall())
    assert outcomes == {"imported": 1, "duplicate": 1}


def test_a_run_on_an_empty_folder_does_not_say_that_it_knows_files(home: Home, nextgear: Ended):
    nextgear("run", "--data", home.folder)
    again = nextgear("run", "--data", home.folder)
    assert again.stderr.startswith("Nothing new: nothing to read, warehouse and report are up to date")


# --- runs that end too soon


def look(home: Home, pattern: str) -> set[tuple[Path, int]]:
    return {(path, path.stat().st_mtime_ns) for path in home.folder.glob(pattern) if path.exists()}


def wait_for(process: subprocess.Popen[Any], home: Home, pattern: str, before: set[tuple[Path, int]]) -> None:
    """Until there is a file that is new since `before`, or the run has ended."""
    while process.poll() is None:
        try:
            if look(home, pattern) - before:
                return
        except FileNotFoundError:  # renamed while we looked
            continue
        time.sleep(0.001)


# What a run makes, in that order, and how long to let it go on after that.
MOMENTS = [
    ("exports", 0.1),  # the lock is taken
    ("lake/me/*/*.parquet", 0),  # a batch is half landed
    ("lake/me/measured/*/*/*.parquet", 0),
    (".warehouse.duckdb.building", 0.2),
    (".warehouse.duckdb.building", 0.6),
    ("warehouse.duckdb", 0),
    (".warehouse.duckdb.state", 0),
    ("reports/me/*", 0),
]


def test_a_run_killed_at_every_step_ends_with_the_content_of_an_undisturbed_one(
    built: Home,
    undisturbed: dict[str, pd.DataFrame],
    home: Home,
    exports: Path,
    started: Started,
    nextgear: Ended,
):
    kills = 0
    for pattern, delay_s in MOMENTS:
        home.warehouse.unlink(missing_ok=True)  # or the next run might find nothing left to do
        before = look(home, pattern)
        process = started("run", exports, "--data", home.folder, "--quiet")
        wait_for(process, home, pattern, before)
        time.sleep(delay_s)
        with suppress(ProcessLookupError):  # ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
    assert kills >= len(MOMENTS) - 2  # the fastest machine may be done before we look
    ended = nextgear("run", exports, "--data", home.folder)
    assert ended.returncode == 0, ended.stderr
    assert_content(home, undisturbed)
    assert_nothing_half_done(home)
    assert page_of(home) == page_of(built)


def test_ctrl_c_at_any_step_leaves_everything_sound(
    undisturbed: dict[str, pd.DataFrame], home: Home, exports: Path, started: Started
):
    for pattern in ("exports", ".warehouse.duckdb.building", "warehouse.duckdb"):
        process = started("run", exports, "--data", home.folder)
        wait_for(process, home, pattern, set())
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers, too
        _, err = process.communicate(timeout=60)
        assert "Traceback" not in err, err
        assert process.returncode == 130, (pattern, err)
        assert err.endswith("nextgear: interrupted. What was complete is kept; run again to go on.\n")
    flow.land(home, "me", [exports], SILENT)
    flow.build(home, SILENT)
    assert_content(home, undisturbed)
    assert_nothing_half_done(home)


def test_a_run_beside_another_one_gives_way(home: Home, exports: Path, started: Started, nextgear: Ended):
    first = started("run", exports, "--data", home.folder)
    wait_for(first, home, "exports", set())
    os.killpg(first.pid, signal.SIGSTOP)  # as long as we look
    for command in (["run", exports], ["ingest", exports], ["build"]):
        assert_one_sentence(nextgear(*command, "--data", home.folder), 75, "another run is at work")
    assert list(home.lake.rglob("*.parquet")) == []


# --- runs that cannot go on


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the program, for a change in its models."""
    for folder in ("pipeline", "sql"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(__file__).parent.parent / folder, tmp_path / "checkout" / folder, ignore=ignored)
    return tmp_path / "checkout"


def test_a_failing_check_shows_rows_and_keeps_warehouse_and_report(
    yesterday: Home, checkout: Path, nextgear: Ended
):
    before = published(yesterday)
    (checkout / "sql" / "checks" / "nobody_runs.sql").write_text("-- A run.\nfrom marts.activities\n")
    ended = nextgear("run", "--data", yesterday.folder, cwd=checkout, env={"PYTHONPATH": str(checkout)})
    assert_one_sentence(ended, 1, "checks.nobody_runs", "`A run.`", "20250")
    assert published(yesterday) == before
    assert nextgear("why", "--data", yesterday.folder).returncode == 0


def test_a_model_that_does_not_run_is_named_and_keeps_the_warehouse(
    yesterday: Home, checkout: Path, nextgear: Ended
):
    before = published(yesterday)
    (checkout / "sql" / "marts" / "days.sql").write_text("-- One row.\nselect nothing from athlete.days\n")
    ended = nextgear("build", "--data", yesterday.folder, cwd=checkout, env={"PYTHONPATH": str(checkout)})
    assert_one_sentence(ended, 1, "marts.days", "nothing")
    assert published(yesterday) == before


@pytest.mark.parametrize("command", ["run", "ingest"])
def test_exports_that_are_not_there_are_named(home: Home, nextgear: Ended, command: str):
    ended = nextgear(command, home.folder / "nowhere", "--data", home.folder)
    assert_one_sentence(ended, 2, "nowhere", "no such file")
    assert not home.lake.exists()


def test_a_setting_that_does_not_exist_is_named(home: Home, nextgear: Ended):
    home.folder.mkdir()
    (home.folder / "athlete.toml").write_text("birth_yaer = 1988\n")
    ended = nextgear("run", "--data", home.folder)
    assert_one_sentence(ended, 2, "athlete.toml", "birth_yaer", "did you mean birth_year?")


BLOCKED = [
    ("run", ""),
    ("ingest", "exports"),
    ("ingest", "lake"),
    ("ingest", "lake/me/records"),
    ("run", "reports"),
    ("run", "lake/me/measured"),
    ("build", ""),
]


@pytest.mark.parametrize(("command", "blocked"), BLOCKED, ids=[" ".join(case) for case in BLOCKED])
def test_a_folder_that_cannot_be_written_is_named(
    home: Home, exports: Path, nextgear: Ended, command: str, blocked: str
):
    place = home.folder / blocked
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("a file stands where the folder should be")
    sources = [exports / "page.fit"] if command != "build" else []
    assert_one_sentence(nextgear(command, *sources, "--data", home.folder), 1, str(place))


def test_a_full_disk_is_said_and_loses_nothing(
    undisturbed: dict[str, pd.DataFrame], home: Home, exports: Path, nextgear: Ended
):
    def short_of_room(most_bytes: int, *command: str | Path) -> subprocess.CompletedProcess[str]:
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
        return nextgear(*command, "--data", home.folder, preexec_fn=limit)

    run = sorted(exports.glob("*.fit"))[0]
    assert_one_sentence(short_of_room(5_000, "ingest", run), 1, "File too large")
    assert home.lake_of("me").batches() == []
    flow.land(home, "me", [exports], SILENT)
    assert_one_sentence(short_of_room(1_000_000, "build"), 1, "File too large", "warehouse.duckdb")
    assert not home.warehouse.exists()
    flow.build(home, SILENT)
    assert_content(home, undisturbed)
    assert_nothing_half_done(home)


@pytest.mark.parametrize("name", [".lock", "warehouse.duckdb", ".warehouse.duckdb.building"])
def test_a_folder_where_a_file_should_be_is_named(home: Home, exports: Path, nextgear: Ended, name: str):
    (home.folder / name).mkdir(parents=True)
    ended = nextgear("run", exports / "page.fit", "--data", home.folder)
    assert_one_sentence(ended, 1, str(home.folder / name), "Is a directory", "move away")


@pytest.fixture
def small_disk(home: Home) -> Iterator[Callable[[str], None]]:
    """A disk of its own for the data folder, and a way to say how large it is."""
    home.folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "nextgear-test", str(home.folder)]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root may mount a small disk")

    def resize(size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{size}", home.folder], check=True)

    yield resize
    subprocess.run(["umount", home.folder], check=True)


def test_a_disk_that_is_full_at_any_step_is_said_and_the_next_run_goes_on(
    undisturbed: dict[str, pd.DataFrame],
    home: Home,
    exports: Path,
    nextgear: Ended,
    small_disk: Callable[[str], None],
):
    for size in ("64k", "150k", "400k", "4m"):
        small_disk(f"size={size}")
        ended = nextgear("run", exports, "--data", home.folder)
        assert_one_sentence(ended, 1, str(home.folder), "No space left on device", "make room there")
        assert not [path for path in home.folder.rglob(".*") if path.name != ".lock"]
    small_disk("size=200m,ro")
    assert_one_sentence(nextgear("run", exports, "--data", home.folder), 1, "Read-only", "--data")
    small_disk("size=200m,rw")
    ended = nextgear("run", exports, "--data", home.folder)
    assert ended.returncode == 0, ended.stderr
    assert_content(home, undisturbed)
    assert_nothing_half_done(home)


# --- a lake of another version


def with_contract(home: Home, contract: bytes | None) -> None:
    """As if another version had landed all of it."""
    for part in home.lake_of("me").parts("files"):
        rows = pq.read_table(part, partitioning=None)
        pq.write_table(rows.replace_schema_metadata({lake.CONTRACT: contract} if contract else None), part)


@pytest.mark.parametrize("command", ["run", "ingest", "build"])
def test_a_lake_of_a_newer_version_is_refused_and_not_touched(
    yesterday: Home, exports: Path, nextgear: Ended, command: str
):
    with_contract(yesterday, b"1000 01234567")
    before = on_disk(yesterday)
    sources = [exports] if command != "build" else []
    ended = nextgear(command, *sources, "--data", yesterday.folder)
    assert_one_sentence(ended, 1, "a newer nextgear", str(yesterday.lake / "me"))
    assert on_disk(yesterday) == before


def test_a_lake_of_an_older_version_is_brought_up_to_date_once_and_that_is_said(
    yesterday: Home, undisturbed: dict[str, pd.DataFrame], exports: Path, nextgear: Ended
):
    with_contract(yesterday, None)
    for part in yesterday.lake_of("me").parts("lengths"):
        part.unlink()
    ended = nextgear("run", exports, "--data", yesterday.folder)
    assert ended.returncode == 0, ended.stderr
    assert "The lake of an older nextgear was brought up to date." in ended.stderr
    assert_content(yesterday, undisturbed)
    assert "brought up" not in nextgear("run", exports, "--data", yesterday.folder).stderr


def test_a_notebook_can_ask_and_cannot_write(built: Home):
    with pipeline.open(built.folder) as warehouse:
        assert warehouse.sql("from marts.weekly_load").run_count.sum() > 0
        part = next((built.lake / "me" / "records").glob("*.parquet"))
        with pytest.raises(SettingsError, match="only selects"):
            warehouse.sql(f"copy (select 1) to '{part}'")
    with pytest.raises(NextgearError, match="no warehouse yet"):
        pipeline.open(built.folder / "nowhere")


def test_reader_processes_end_with_the_process_they_serve(
    started: Started, exports: Path, home: Home, tmp_path: Path
):
    """Killed alone, and not as a group: nobody is left to tell them."""
    many = tmp_path / "many"
    for copy in range(20):  # other bytes, so that none is a duplicate: there is something to read for a while
        for file in exports.glob("20*.fit"):
            (many / str(copy)).mkdir(parents=True, exist_ok=True)
            (many / str(copy) / file.name).write_bytes(file.read_bytes() + bytes(copy + 1))
    process = started("ingest", many, "--data", home.folder)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.parent.exists():
        pytest.skip("no /proc to see processes in")
    workers: list[str] = []
    while len(workers) < 2 and process.poll() is None:
        workers = children.read_text().split()
        time.sleep(0.05)
    time.sleep(1)  # the second of its children is a reader by now, not still a tracker of resources
    process.kill()
    process.wait()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{worker}").exists() for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert workers
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
