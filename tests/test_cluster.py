"""A lake at an address, built in buckets by Spark: the same marts as one machine makes, however it goes."""

import json
import multiprocessing
import os
import re
import shutil
import signal
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from conftest import CHECKOUT, ENVIRONMENT, Bucket, Ended, Started
from hypothesis import given
from hypothesis import strategies as st

from pipeline import flow, lake, published, simulate, warehouse
from pipeline.cluster import across, engine, layout, rounds, tasks
from pipeline.console import Console
from pipeline.errors import BusyError, NextgearError, SettingsError
from pipeline.places import Place

QUIET = Console(is_quiet=True)
MASTER = "local[2]"
DATA = CHECKOUT / "tests" / "data"

Marts = dict[str, pd.DataFrame]


# --- four athletes, on one machine and on Spark


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    """Spark runs on Java; its absence must not go unnoticed where it counts."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        missing = "no Java on the path: Spark needs 17 or newer"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports of four athletes: long and short, a zip, copies and junk, and one who has nothing to show."""
    folder = tmp_path_factory.mktemp("source")
    eager = simulate.Habits(runs_per_week=3, races_per_year=12)
    simulate.write(
        simulate.Runner(seed=5, weeks=7, habits=((0, eager),), recording_interval_s=6), folder / "ann"
    )
    with zipfile.ZipFile(folder / "cyd.zip", "w") as archive:
        for name in ("run.gpx", "run.tcx", "run-with-beats.fit", "wrong-checksum.fit"):
            archive.write(DATA / name, name)
    (folder / "dee").mkdir()
    for name in ("run-twice.fit", "pool-swim.fit", "run.tcx"):
        shutil.copy(DATA / name, folder / "dee")
    shutil.copy(DATA / "run.tcx", folder / "dee" / "copy of run.tcx")
    (folder / "dee" / "journal.csv").write_text("day,resting_heart_rate_bpm\n2024-05-01,52\n2024-05-02,53\n")
    (folder / "eva").mkdir()
    (folder / "eva" / "run.fit").write_text("<html>Please log in</html>")
    (folder / "a stranger").mkdir()
    return folder


ATHLETES = ("ann", "cyd", "dee", "eva")
SETTINGS = 'birth_year = 1988\nsex = "female"\nheart_rate_max_bpm = 188\ntime_zone = "Europe/Berlin"\n'


@pytest.fixture(scope="module")
def alone(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Marts]:
    """The marts of each athlete as a single machine makes them, who knows of no other athlete."""
    return {one: _single(tmp_path_factory.mktemp(one), source, [one]) for one in ATHLETES}


def _single(folder: Path, source: Path, athlete_ids: list[str]) -> Marts:
    home = flow.Home(folder)
    (folder / "athletes").mkdir(parents=True)
    (folder / "athletes" / "ann.toml").write_text(SETTINGS)
    for one in athlete_ids:
        path = source / one
        flow.land(home, one, [path if path.exists() else path.with_suffix(".zip")], QUIET)
    if "ann" not in athlete_ids:
        (folder / "athletes" / "ann.toml").unlink()
    flow.build(home, QUIET)
    with duckdb.connect(str(home.warehouse), read_only=True) as db:
        names = db.sql("select view_name from duckdb_views() where schema_name = 'marts'").fetchall()
        views = {name for (name,) in names}
        names = db.sql("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        return {name: db.table(f"marts.{name}").df() for name in {name for (name,) in names} - views}


def _settled(place: Path) -> Path:
    (place / "athletes").mkdir(parents=True)
    (place / "athletes" / "ann.toml").write_text(SETTINGS)
    return place


@pytest.fixture(scope="module")
def kept(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake in two buckets, ingested and built. To look at only."""
    place = _settled(tmp_path_factory.mktemp("kept") / "lake")
    _ingested_and_built(source, place, buckets=2)
    return place


def _ingested_and_built(source: Path | str, place: Path | str, buckets: int | None = None) -> None:
    ran = rounds.ingest(str(source), str(place), MASTER, {}, QUIET, buckets=buckets)
    assert ran.is_sound
    assert rounds.build(str(place), MASTER, {}, QUIET).is_sound


@pytest.fixture
def copied(kept: Path, tmp_path: Path) -> Path:
    """The same lake, for a test that changes it."""
    return Path(shutil.copytree(kept, tmp_path / "lake"))


def _marts(place: Path | str) -> Marts:
    """What is published, as everybody sees it who asks for it."""
    where = Place.of(str(place))
    with tempfile.TemporaryDirectory() as scratch:
        return {mart: _rows(where, files, Path(scratch)) for mart, files in across.marts(where).items()}


def _rows(place: Place, files: list[str], scratch: Path) -> pd.DataFrame:
    place.fetch(files, scratch)
    listed = ", ".join(f"'{scratch / file}'" for file in files)
    with duckdb.connect() as db:
        return db.sql(f"from read_parquet([{listed}], hive_partitioning = false)").df()


def _are_equal(found: pd.DataFrame, expected: pd.DataFrame, grain: tuple[str, ...], what: str) -> None:
    """The same rows in any order, numbers to 1e-9."""
    found, expected = (_in_order(each, list(grain)) for each in (found, expected))
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-9, atol=1e-9, obj=what)


def _in_order(rows: pd.DataFrame, grain: list[str]) -> pd.DataFrame:
    rows = rows.sort_values(grain, ignore_index=True, key=lambda column: column.astype(str))
    return rows.astype(object).where(rows.notna(), None)  # one null for all: pandas has three


def _is_as_alone(place: Path | str, alone: dict[str, Marts], moved: tuple[str, str] = ("", "")) -> None:
    """But for the folder `moved` from one place to another, which is where exports were found."""
    found = _marts(place)
    assert all(found.keys() == marts.keys() for marts in alone.values())
    for mart in found.keys() - {"squad"}:
        for one, marts in alone.items():
            rows = found[mart][found[mart]["athlete_id"] == one]
            for column in rows.columns.intersection(["path", "duplicate_of_path", "reason"]):
                rows = rows.assign(**{column: rows[column].str.replace(*moved, regex=False)})
            _are_equal(rows, marts[mart], GRAINS[f"marts.{mart}"], f"{mart} of {one}")


GRAINS = {name: model.grain for name, model in warehouse.models(published.sql_folder()).items()}


def test_the_marts_of_a_bucket_are_those_that_a_single_machine_makes_of_each_athlete(
    kept: Path, alone: dict[str, Marts]
):
    _is_as_alone(kept, alone)
    assert len(_marts(kept)["activities"]) > 25


def test_the_squad_of_all_buckets_is_the_squad_that_a_single_machine_makes(
    kept: Path, source: Path, tmp_path: Path
):
    together = _single(tmp_path, source, list(ATHLETES))
    _are_equal(_marts(kept)["squad"], together["squad"], ("athlete_id",), "squad")
    assert len(together["squad"]) == len(_marts(kept)["standings"])


def test_another_number_of_buckets_gives_the_same_marts_and_reads_no_export_again(
    copied: Path, alone: dict[str, Marts]
):
    landed = {path: path.stat().st_mtime_ns for path in (copied / "lake").rglob("*")}
    assert rounds.build(str(copied), MASTER, {}, QUIET, buckets=5).is_sound
    assert landed == {path: path.stat().st_mtime_ns for path in (copied / "lake").rglob("*")}
    assert {path.name.partition("-")[0] for path in (copied / "editions").iterdir()} == {"5"}
    _is_as_alone(copied, alone)


def test_where_nothing_is_new_nothing_is_written(copied: Path, source: Path):
    before = {path: path.stat().st_mtime_ns for path in copied.rglob("*") if path.is_file()}
    _ingested_and_built(source, copied)
    assert before == {path: path.stat().st_mtime_ns for path in copied.rglob("*") if path.is_file()}


def test_a_new_run_has_only_its_athletes_bucket_built_anew(copied: Path, source: Path, tmp_path: Path):
    before = {path.parent.name: path.name for path in copied.glob("marts/weekly_load/*/*/*.parquet")}
    new = Path(shutil.copy(DATA / "run-with-beats.fit", source / "dee" / "new.fit"))
    try:
        assert rounds.ingest(str(source), str(copied), MASTER, {}, QUIET).is_sound
        assert json.loads(rounds.status(str(copied), "json")[0])["due_buckets"] == [
            layout.bucket_of("dee", 2)
        ]
        assert rounds.build(str(copied), MASTER, {}, QUIET).is_sound
        assert "to be built anew" not in rounds.status(str(copied), "table")[0]
        dee = _single(tmp_path / "dee", source, ["dee"])
    finally:
        new.unlink()
    after = {path.parent.name: path.name for path in copied.glob("marts/weekly_load/*/*/*.parquet")}
    assert {bucket for bucket in after if before[bucket] != after[bucket]} == {
        f"bucket={layout.bucket_of('dee', 2)}"
    }
    _is_as_alone(copied, {"dee": dee})


# --- what goes wrong


def _workers(of: int) -> list[int]:
    """The Python processes of tasks that some command started: two floors below its JVM."""
    parents: dict[int, int] = {}
    daemons: set[int] = set()
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ProcessLookupError):
            status = (path / "stat").read_text().rpartition(")")[2].split()
            parents[int(path.name)] = int(status[1])
            if b"pyspark.daemon" in (path / "cmdline").read_bytes():
                daemons.add(int(path.name))

    def is_below(pid: int) -> bool:
        while pid in parents and pid != of:
            pid = parents[pid]
        return pid == of

    return [pid for pid in daemons if parents.get(pid) in daemons and is_below(pid)]


def test_tasks_that_are_killed_at_any_moment_are_done_again_to_the_same_end(
    started: Started, source: Path, tmp_path: Path, alone: dict[str, Marts]
):
    place = _settled(tmp_path / "lake")
    killed = 0
    for command in (["ingest", source, place, "--buckets", "2"], ["build", place]):
        process = started("cluster", *command, "--master", MASTER, "--quiet")
        moments = iter([0.3, 1.1, 0.7])  # after the last death, or the start
        wait_s = next(moments)
        while process.poll() is None:
            workers = _workers(process.pid)
            if workers and wait_s is not None:
                time.sleep(wait_s)
                with suppress(ProcessLookupError):
                    os.kill(max(workers), signal.SIGKILL)
                    killed += 1
                wait_s = next(moments, None)
            time.sleep(0.05)
        assert process.returncode == 0, process.stderr and process.stderr.read()
    assert killed > 2
    _is_as_alone(place, alone)
    assert not [path for path in place.rglob(".*") if path.is_file()]


def test_an_interrupted_build_says_so_in_a_line_and_leaves_no_process(
    started: Started, copied: Path, alone: dict[str, Marts]
):
    shutil.rmtree(copied / "editions")
    process = started("cluster", "build", copied, "--master", MASTER)
    while not _workers(process.pid):
        time.sleep(0.05)
        assert process.poll() is None
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, told = process.communicate(timeout=60)
    if process.returncode != 0:  # on a machine that is fast it may have ended before
        line = "nextgear: interrupted. What was complete is kept; run again to go on.\n"
        assert (process.returncode, told) == (130, line)
    until = time.monotonic() + 20
    while _of_group(process.pid):
        assert time.monotonic() < until, _of_group(process.pid)
        time.sleep(0.1)
    assert rounds.build(str(copied), MASTER, {}, QUIET).is_sound
    _is_as_alone(copied, alone)


def _of_group(group: int) -> list[int]:
    """The processes that a command and its children left; Spark's are all of its group."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, its_group = (path / "stat").read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                found.append(int(path.name))
    return found


def test_a_bucket_whose_process_always_dies_is_noted_with_the_reason_and_built_the_next_time(
    started: Started, nextgear: Ended, copied: Path, alone: dict[str, Marts]
):
    process = started("cluster", "build", copied, "--buckets", "1", "--master", MASTER)
    while process.poll() is None:
        for pid in _workers(process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
    assert process.stderr
    told = process.stderr.read()
    assert process.returncode == 1
    assert "bucket 0: its process died 4 times; perhaps it needs more memory" in told
    assert "Traceback" not in told
    _is_as_alone(copied, alone)  # the edition before is what is published
    again = nextgear("cluster", "build", copied, "--buckets", "1", "--master", MASTER, "--quiet")
    assert (again.returncode, again.stderr) == (0, "")
    _is_as_alone(copied, alone)
    assert not list(copied.rglob("*.failed.json"))


def test_an_athlete_whose_part_of_the_lake_is_damaged_is_left_out_and_the_others_are_built(
    nextgear: Ended, copied: Path, alone: dict[str, Marts]
):
    (part,) = (copied / "lake" / "dee" / "activities").glob("*.parquet")
    whole = part.read_bytes()
    part.unlink()
    part.write_bytes(whole[:-50])
    for measured in (copied / "lake" / "dee" / "measured").iterdir():
        measured.unlink()
    for note in copied.glob(f"editions/*/{layout.bucket_of('dee', 2)}.json"):
        note.unlink()
    ran = nextgear("cluster", "build", copied, "--master", MASTER)
    assert ran.returncode == 1
    assert "nextgear: dee: " in ran.stderr
    assert "Traceback" not in ran.stderr
    assert set(_marts(copied)["activities"]["athlete_id"]) == {"ann", "cyd"}
    told = nextgear("cluster", "status", copied)
    assert told.returncode == 1
    assert "dee is left out: " in told.stdout
    part.write_bytes(whole)
    assert rounds.build(str(copied), MASTER, {}, QUIET).is_sound
    _is_as_alone(copied, alone)


def test_what_a_killed_build_left_is_never_seen_and_taken_away_by_the_next(copied: Path):
    edition = layout.existing(Place.of(str(copied))).edition
    left = copied / layout.part("weekly_load", edition, 1, "0123456789abcdef")
    left.write_bytes(b"half a fi")
    (left.parent / ".half.parquet.12ab").write_bytes(b"")
    assert left.name not in str(across.marts(Place.of(str(copied)))["weekly_load"])
    assert rounds.build(str(copied), MASTER, {}, QUIET).is_sound
    assert not left.exists()
    assert not (left.parent / ".half.parquet.12ab").exists()


def test_settings_that_cannot_be_used_leave_out_their_athlete_alone(copied: Path, alone: dict[str, Marts]):
    (copied / "athletes" / "dee.toml").write_text("heart_rate_max_bpm = 'high'")
    ran = rounds.build(str(copied), MASTER, {}, QUIET)
    assert list(ran.broken) == ["dee"]
    assert "heart_rate_max_bpm" in ran.broken["dee"]
    _is_as_alone(copied, {one: marts for one, marts in alone.items() if one != "dee"})


def test_two_runs_at_once_do_not_mix(nextgear: Ended, copied: Path):
    with Place.of(str(copied)).alone():
        ran = nextgear("cluster", "build", copied)
        assert (ran.returncode, ran.stdout) == (75, "")
        assert "another run is at work" in ran.stderr
        with pytest.raises(BusyError):
            rounds.forget(str(copied), "dee", QUIET)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ingest", "{empty}", "{lake}"], "no athletes here: each is a folder, or a .zip"),
        (["ingest", "{empty}/nix", "{lake}"], "there is no such folder"),
        (["ingest", "{source}/cyd.zip", "{lake}"], "a file: give the folder in which it lies"),
        (["ingest", "{source}", "{lake}", "--buckets", "0"], "--buckets 0: from 1 to"),
        (["ingest", "{source}", "{lake}", "--conf", "x"], "--conf x: write it as KEY=VALUE"),
        (["ingest", "{source}", "{lake}", "--master", "moon"], "--master moon: Spark cannot be started"),
        (["build", "{empty}/nix"], "no lake yet; `nextgear cluster ingest SOURCE"),
        (["build", "foo://x/y"], "foo://x/y: cannot be reached"),
        (["sql", "{empty}", "from squad"], "no lake yet"),
        (["status", "{empty}"], "no lake yet"),
        (["forget", "{empty}", "../ann"], "'../ann' is no athlete's id"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    nextgear: Ended, source: Path, tmp_path: Path, arguments: list[str], told: str
):
    (tmp_path / "empty").mkdir()
    places = {"empty": tmp_path / "empty", "source": source, "lake": tmp_path / "lake"}
    ran = nextgear("cluster", *(each.format_map(places) for each in arguments))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


def test_without_java_the_command_says_what_to_install(nextgear: Ended, source: Path, tmp_path: Path):
    environment = {**ENVIRONMENT, "PATH": str(tmp_path)}
    ran = nextgear("cluster", "ingest", source, tmp_path / "lake", env=environment)
    assert ran.returncode == 2
    assert "Spark needs Java 17 or newer" in ran.stderr


def test_files_that_nobody_can_read_end_a_strict_ingest_with_3(nextgear: Ended, source: Path, tmp_path: Path):
    few = tmp_path / "source"
    for name in ("dee", "eva", "a stranger"):
        shutil.copytree(source / name, few / name)
    ran = nextgear("cluster", "ingest", few, tmp_path / "lake", "--strict", "--master", MASTER)
    assert ran.returncode == 3
    assert re.search(r"6 files of 2 athletes: .*\b1 quarantined", ran.stderr)
    assert "Nobody's, and left alone: a stranger;" in ran.stderr


def test_an_executor_with_another_nextgear_does_nothing(source: Path, tmp_path: Path):
    task = tasks.Task(str(tmp_path / "lake"), 0, ("ann",), "another", sources={"ann": [str(source / "ann")]})
    answer = tasks.done(task)
    assert "install the same everywhere" in answer.failed
    assert not (tmp_path / "lake").exists()


def test_a_file_that_kills_its_reader_is_found_when_its_task_is_done_again(tmp_path: Path):
    start = datetime(2024, 5, 1)
    long = [
        f'<trkpt lat="50" lon="{8 + second / 1e6:.6f}">'
        f"<time>{start + timedelta(seconds=second):%FT%TZ}</time></trkpt>"
        for second in range(80_000)
    ]
    (tmp_path / "ann").mkdir()
    track = f'<gpx version="1.1"><trk><trkseg>{"".join(long)}</trkseg></trk></gpx>'
    (tmp_path / "ann" / "long.gpx").write_text(track)
    shutil.copy(DATA / "run.gpx", tmp_path / "ann")
    task = tasks.Task(
        str(tmp_path / "lake"),
        0,
        ("ann",),
        published.program(published.sql_folder()),
        sources={"ann": [str(tmp_path / "ann")]},
        is_careful=True,
    )
    at_work = threading.Event()
    killer = threading.Thread(target=_kill_children_above, args=(180 << 20, at_work))
    killer.start()
    try:
        answer = tasks.done(task)
    finally:
        at_work.set()
        killer.join()
    assert (answer.failed, answer.outcomes) == ("", {"imported": 1, "quarantined": 1})


def _kill_children_above(size_bytes: int, ended: threading.Event) -> None:
    """What a system short of memory does."""
    while not ended.wait(0.02):
        for child in multiprocessing.active_children():
            with suppress(OSError):
                pages = int(Path(f"/proc/{child.pid}/statm").read_text().split()[1])
                if pages * os.sysconf("SC_PAGE_SIZE") > size_bytes:
                    child.kill()


# --- buckets, limits, questions


@given(st.lists(st.from_regex(lake.ATHLETE_ID, fullmatch=True), unique=True), st.integers(1, 50))
def test_every_athlete_is_in_one_bucket_whoever_else_there_is(ids: list[str], buckets: int):
    divided = layout.divided(ids, buckets)
    assert sorted(one for several in divided.values() for one in several) == sorted(ids)
    for bucket, several in divided.items():
        assert {layout.bucket_of(one, buckets) for one in several} == {bucket}


def test_the_bucket_of_an_athlete_is_the_same_tomorrow():
    assert [layout.bucket_of(one, 64) for one in ("ann", "bob", "me")] == [46, 26, 61]


@pytest.mark.parametrize(("athletes", "buckets"), [(1, 4), (128, 4), (129, 8), (10_000, 512)])
def test_a_new_lake_has_as_many_buckets_as_suits_its_athletes(athletes: int, buckets: int):
    assert layout.wanted_buckets(None, None, athletes) == buckets


@pytest.mark.parametrize(
    ("conf", "expected"),
    [
        ({}, tasks.Share(1, memory_ratio=0.5)),
        ({"spark.task.cpus": "2"}, tasks.Share(2, memory_ratio=1.0)),
    ],
)
def test_a_task_takes_its_part_of_the_machine(conf: dict[str, str], expected: tasks.Share):
    with engine.engine(MASTER, conf) as context:
        assert engine.share(context) == expected


def test_questions_are_asked_across_all_athletes(nextgear: Ended, kept: Path):
    question = "select athlete_id, run_count from squad where athlete_id in ('ann', 'dee') order by all"
    ran = nextgear("cluster", "sql", kept, question, "--format", "json")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    squad = _marts(kept)["squad"].set_index("athlete_id")
    assert [row["run_count"] for row in told] == [squad["run_count"][row["athlete_id"]] for row in told]
    assert len(told) == 2


@pytest.mark.parametrize(
    "question", ["from read_csv('/etc/passwd')", "drop view squad", "from '/etc/passwd'"]
)
def test_a_question_sees_the_marts_and_nothing_else(nextgear: Ended, kept: Path, question: str):
    ran = nextgear("cluster", "sql", kept, question)
    assert ran.returncode == 2
    assert "root:" not in ran.stdout + ran.stderr


# --- who wants to be forgotten


def test_of_an_athlete_who_is_forgotten_nothing_is_left_and_of_the_others_everything(
    nextgear: Ended, copied: Path, alone: dict[str, Marts]
):
    ran = nextgear("cluster", "forget", copied, "ann")
    assert ran.returncode == 0, ran.stderr
    assert "ann is gone" in ran.stderr
    for path in copied.rglob("*"):
        assert path.name != "ann"
        if path.is_file():
            assert not any(b"ann" in content for content in _contents(path)), path
    others = {one: marts for one, marts in alone.items() if one != "ann"}
    _is_as_alone(copied, others | {"ann": {mart: rows.iloc[:0] for mart, rows in alone["ann"].items()}})


def _contents(path: Path) -> Iterator[bytes]:
    """What a file holds, its archives opened, its ids unpacked."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif path.suffix == ".parquet":
        frame = pd.read_parquet(path)
        yield from (" ".join(frame[name].astype(str)).encode() for name in frame if name == "athlete_id")
    else:
        yield path.read_bytes()


def test_a_deletion_that_left_something_is_no_success(copied: Path):
    with pytest.raises(NextgearError, match="ann is still in "):
        across.prove_absent(Place.of(str(copied)), "ann")


# --- at an address


def test_a_lake_and_its_sources_on_s3_give_the_same_marts(
    nextgear: Ended, s3: Bucket, source: Path, alone: dict[str, Marts]
):
    for path in source.rglob("*"):
        if path.is_file():
            s3.put(f"exports/{path.relative_to(source).as_posix()}", path.read_bytes())
    s3.put("platform/athletes/ann.toml", SETTINGS.encode())
    place = f"{s3.address}/platform"
    for command in (["ingest", f"{s3.address}/exports", place], ["build", place]):
        ran = nextgear("cluster", *command, "--master", MASTER, "--quiet", env=s3.environment)
        assert (ran.returncode, ran.stderr) == (0, "")
    _is_as_alone(place, alone, (f"{s3.address}/exports/", f"{source}/"))
    asked = len(s3.requests())
    for command in (["ingest", f"{s3.address}/exports", place], ["build", place]):
        assert nextgear("cluster", *command, "--quiet", env=s3.environment).returncode == 0
    news = s3.requests()[asked:]
    assert not [each for each in news if each.startswith("GET") and ".fit" in each]
    assert not [each for each in news if each.startswith("PUT") and ".parquet" in each]
    ran = nextgear(
        "cluster", "sql", place, "select count(*) from squad", "--format", "csv", env=s3.environment
    )
    assert ran.stdout.splitlines()[-1] == str(len(_marts(place)["standings"]))
    assert nextgear("cluster", "forget", place, "dee", env=s3.environment).returncode == 0
    assert not [entry.name for entry in Place.of(place).entries() if "dee" in entry.name]


def test_a_lake_that_is_not_there_for_us_is_said_in_a_sentence(nextgear: Ended, s3: Bucket):
    environment = {**s3.environment, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    ran = nextgear("cluster", "status", f"{s3.address}/platform", env=environment)
    assert ran.returncode in (1, 2)
    assert s3.address in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_single_machines_lake_is_a_clusters_and_the_other_way_round(
    copied: Path, tmp_path: Path, alone: dict[str, Marts]
):
    home = flow.Home(tmp_path / "home")
    shutil.copytree(copied / "lake" / "ann", home.lake / "ann")
    shutil.copytree(copied / "athletes", home.folder / "athletes")
    assert flow.build(home, QUIET)
    with duckdb.connect(str(home.warehouse), read_only=True) as db:
        for mart in ("weekly_load", "causes", "plateau"):
            _are_equal(db.table(f"marts.{mart}").df(), alone["ann"][mart], GRAINS[f"marts.{mart}"], mart)
    other = tmp_path / "other"
    shutil.copytree(home.lake, other / "lake")
    shutil.copytree(copied / "athletes", other / "athletes")
    layout.Layout(2).write(Place.of(str(other)))
    assert rounds.build(str(other), MASTER, {}, QUIET).is_sound
    _is_as_alone(other, {"ann": alone["ann"]})


def test_a_lake_of_a_newer_program_is_not_touched(copied: Path):
    (copied / layout.FILE).write_text('{"layout": 2, "buckets": 2, "edition": ""}')
    with pytest.raises(NextgearError, match="update nextgear"):
        rounds.build(str(copied), MASTER, {}, QUIET)


def test_other_buckets_are_chosen_by_building_not_by_reading(copied: Path, source: Path):
    with pytest.raises(SettingsError, match="nextgear cluster build"):
        rounds.ingest(str(source), str(copied), MASTER, {}, QUIET, buckets=5)
