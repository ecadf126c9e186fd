"""However the files come, and however often a run is killed or short of room: the lake is the same.

`make soak` kills many more runs than `make test`. NEXTGEAR_KILLS says how many.
"""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import published, warehouse
from pipeline.ingest import ingest
from pipeline.lake import LEDGER, Lake
from pipeline.schema import TABLES

CHECKOUT = Path(__file__).parent.parent
KILLS = int(os.environ.get("NEXTGEAR_KILLS", "12"))
SEED = int(os.environ.get("NEXTGEAR_SEED", "1"))
SMALL_BYTES = 20_000
OF_A_FORMAT = 5

Content = dict[str, list[str]]


class Silence:
    def expect(self, more: int) -> None: ...

    def advance(self, path: str, outcome: str) -> None: ...


@pytest.fixture(scope="module")
def folder(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small real files of all kinds, good and bad, copies of some, and a zip of others."""
    folder = tmp_path_factory.mktemp("exports")
    small = sorted(path for path in corpus.rglob("*") if path.is_file() and path.stat().st_size < SMALL_BYTES)
    met: Counter[str] = Counter()
    for path in small:
        kind = path.suffix.lower()
        met[kind] += 1
        if met[kind] <= OF_A_FORMAT:
            shutil.copy2(path, folder / f"{met[kind]:02} {path.name}")
    for path in sorted(folder.glob("0[1-4]*")):
        shutil.copy2(path, folder / f"copy of {path.name}")
    with zipfile.ZipFile(folder / "export.zip", "w") as archive:
        for number, path in enumerate(small[-8:] + sorted(folder.glob("03*"))):
            archive.write(path, f"{number} {path.name}")
    (folder / "empty.fit").touch()
    for path in folder.iterdir():
        os.utime(path, (1e9, 1e9))  # for years: nobody is writing them
    return folder


def content_of(lake: Lake) -> Content:
    """All rows of all tables as text, in an order of their own, whatever batch they are in."""
    return {
        table: sorted(
            repr(row) for part in lake.parts(table) for row in pq.ParquetFile(part).read().to_pylist()
        )
        for table in TABLES
    }


def files_as_people_see_them(lake: Lake) -> list[str]:
    """The ledger after the rule that says which of several equal files is the original."""
    all_models = warehouse.models(published.sql_folder())
    with warehouse.connection() as db:
        warehouse.register_raw(db, {table: lake.parts(table) for table in TABLES})
        for model in warehouse.ancestors(all_models, ["staging.files"]).values():
            warehouse.create(db, model)
            warehouse.check(db, model)
        return sorted(map(repr, db.table("staging.files").fetchall()))


def assert_same(lake: Lake, expected: Lake) -> None:
    """Only which of several equal files was met first may differ, and of that the models make one thing."""
    here, there = content_of(lake), content_of(expected)
    assert here["records"]
    for table in TABLES.keys() - {LEDGER}:
        assert here[table] == there[table], table
    assert len(here[LEDGER]) == len(there[LEDGER])
    assert files_as_people_see_them(lake) == files_as_people_see_them(expected)


# --- order, workers, splitting


@pytest.fixture(scope="module")
def undisturbed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The lake of one run over the folder, in this process."""
    lake = Lake(tmp_path_factory.mktemp("undisturbed"), "me")
    ingest([folder], lake, None, Silence(), workers=1)
    return lake


@settings(max_examples=6)
@given(data=st.data())
def test_files_in_any_order_and_in_any_number_of_runs_give_the_same_lake(
    folder: Path, undisturbed: Lake, data: st.DataObject
):
    files = data.draw(st.permutations(sorted(folder.iterdir())))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(files) - 1), max_size=4)))
    batch_files = data.draw(st.integers(2, 64))
    with tempfile.TemporaryDirectory() as scratch:
        lake = Lake(Path(scratch), "me")
        for start, end in zip([0, *cuts], [*cuts, len(files)], strict=True):
            ingest(files[start:end], lake, None, Silence(), workers=1, batch_files=batch_files)
            lake.compact()
        assert_same(lake, undisturbed)


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_gives_the_same_lake(
    folder: Path, undisturbed: Lake, tmp_path: Path, workers: int
):
    lake = Lake(tmp_path, "me")
    files = sorted(folder.iterdir())
    random.Random(workers).shuffle(files)
    ingest(files, lake, None, Silence(), workers=workers, batch_files=10 * workers)
    assert_same(lake, undisturbed)


def test_which_of_two_equal_files_came_first_does_not_show(folder: Path, tmp_path: Path):
    equal = sorted(path for path in folder.iterdir() if "01 " in path.name)
    lakes = [Lake(tmp_path / name, "me") for name in ("there", "back")]
    for lake, files in zip(lakes, (equal, equal[::-1]), strict=True):
        for file in files:
            ingest([file], lake, None, Silence(), workers=1)
    assert content_of(lakes[0])[LEDGER] != content_of(lakes[1])[LEDGER]
    assert files_as_people_see_them(lakes[0]) == files_as_people_see_them(lakes[1])


# --- killed, and short of room

# What a run of `nextgear` does under its lock, with so few files in a batch that there are many, and becomes
# one after the other: a kill finds it anywhere.
RUN = """
import sys
from pathlib import Path
from pipeline import ingest, lake

class Silence:
    def expect(self, more): pass
    def advance(self, path, outcome): pass

if __name__ == "__main__":
    home = Path(sys.argv[2])
    with lake.exclusive(home):
        mine = lake.Lake(home / "lake", "me")
        mine.migrate()
        ingest.ingest([Path(sys.argv[1])], mine, None, Silence(), workers=int(sys.argv[3]), batch_files=3)
        mine.compact()
        mine.sweep()
"""


@dataclass(frozen=True)
class Runs:
    """Runs over one folder of exports, each in processes of their own."""

    folder: Path
    program: Path

    def commands(self, home: Path) -> dict[str, list[str]]:
        """What is run: as the user does, and with small batches in one process or more."""
        small = [str(self.program), str(self.folder), str(home)]
        return {
            "small batches": [*small, "1"],
            "small batches, workers": [*small, "2"],
            "nextgear ingest": ["-m", "pipeline.cli", "ingest", str(self.folder), "--data", str(home)],
        }

    def start(self, command: Sequence[str], most_bytes: int | None = None) -> subprocess.Popen[str]:
        """Start one; `most_bytes` is how large a file may become."""
        limit = most_bytes and partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
        return subprocess.Popen(
            [sys.executable, *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
            preexec_fn=limit or None,  # noqa: PLW1509 - there are no threads here
        )


@dataclass
class Soak:
    """Disturbs runs until they are done, again and again, and looks at the lake after each."""

    runs: Runs
    scratch: Path
    chance: random.Random
    undisturbed: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    disturbed: Counter[str] = field(default_factory=Counter[str])
    lakes: int = 0

    def measure(self) -> None:
        """What the lake is, and how long each kind of run takes, if nobody disturbs it."""
        for name in self.runs.commands(self.scratch):
            home = self.scratch / f"undisturbed {name}"
            start = time.monotonic()
            self.end(self.runs.start(self.runs.commands(home)[name]))
            self.seconds[name] = time.monotonic() - start
            content = content_of(Lake(home / "lake", "me"))
            assert self.undisturbed in ({}, {table: set(rows) for table, rows in content.items()})
            self.undisturbed = {table: set(rows) for table, rows in content.items()}

    def end(self, process: subprocess.Popen[str]) -> None:
        """Wait for one that nobody disturbs."""
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors

    def kill(self, times: int) -> None:
        """Kill so many runs, each lake by lake until a run is done before it is killed."""
        while self.disturbed["killed"] < times:
            self._one_lake(self._killed)

    def starve(self, times: int) -> None:
        """Let so many runs fall short of room."""
        while self.disturbed["short of room"] < times:
            self._one_lake(self._starved)

    def _one_lake(self, disturb: Callable[[Sequence[str], float], bool]) -> None:
        self.lakes += 1
        home = self.scratch / f"home {self.lakes}"
        lake = Lake(home / "lake", "me")
        name = self.chance.choices(list(self.seconds), weights=(4, 1, 1))[0]
        command = self.runs.commands(home)[name]
        while disturb(command, self.seconds[name]):
            self._look_at(lake)
            self.seconds[name] *= 1.1
        self.seconds[name] *= 0.8  # a machine that was busy and is no more would end each before it is killed
        self.end(self.runs.start(command))
        self._look_at(lake)
        content = content_of(lake)
        assert {table: len(rows) for table, rows in content.items()} == {
            table: len(rows) for table, rows in self.undisturbed.items()
        }
        self.end(self.runs.start(command))  # sweeps, and finds nothing new
        assert content_of(lake) == content
        parts = {path.stem for path in lake.folder.rglob("*") if path.is_file()}
        assert parts == set(lake.batches())
        shutil.rmtree(home)

    def _look_at(self, lake: Lake) -> None:
        """Whatever happened: each row that is there is right, and there once."""
        for table, rows in content_of(lake).items():
            assert len(set(rows)) == len(rows), f"rows of {table} twice"
            assert set(rows) <= self.undisturbed[table], f"rows of {table} that no run would write"

    def _killed(self, command: Sequence[str], seconds: float) -> bool:
        process = self.runs.start(command)
        time.sleep(self.chance.uniform(0.35, 1.05) * seconds)  # before, Python is still importing
        everybody = self.chance.random() < 0.5
        if process.poll() is None:
            (os.killpg if everybody else os.kill)(process.pid, signal.SIGKILL)
        process.communicate()
        if process.returncode == -signal.SIGKILL:
            self.disturbed["killed"] += 1
            return True
        assert process.returncode == 0
        return False

    def _starved(self, command: Sequence[str], _seconds: float) -> bool:
        process = self.runs.start(command, most_bytes=self.chance.choice([500, 2_000, 5_000, 20_000, 60_000]))
        _, errors = process.communicate(timeout=120)
        if process.returncode == 0:
            return False
        assert "File too large" in errors, errors
        assert "lake" in errors
        self.disturbed["short of room"] += 1
        return self.chance.random() < 0.7


@pytest.fixture(scope="module")
def soak(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Soak:
    scratch = tmp_path_factory.mktemp("soak")
    program = scratch / "run.py"
    program.write_text(RUN)
    soak = Soak(Runs(folder, program), scratch, random.Random(SEED))
    soak.measure()
    return soak


def test_runs_killed_at_random_moments_end_with_the_lake_of_an_undisturbed_one(soak: Soak):
    soak.kill(KILLS)
    print(
        f"{soak.disturbed['killed']} runs killed, over {soak.lakes} lakes; seconds of a run: {soak.seconds}"
    )


def test_runs_short_of_room_end_with_the_lake_of_an_undisturbed_one(soak: Soak):
    soak.starve(KILLS // 6)
    print(f"{soak.disturbed['short of room']} runs short of room")
