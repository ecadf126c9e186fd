"""What more than one test file needs: files, a finished run, the command, a model's rows for rows given."""

import http.client
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import duckdb
import filelock
import hypothesis
import pandas as pd
import pyarrow as pa
import pytest

from pipeline import athlete, flow, published, simulate, warehouse
from pipeline.console import Console

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHECKOUT = Path(__file__).parent.parent
CORPUS = Path(os.environ.get("NEXTGEAR_CORPUS", CHECKOUT.parent / "shared" / "corpus"))

# Not the installed command: it may be missing where the tests are run from the bare checkout.
NEXTGEAR = (sys.executable, "-m", "pipeline.cli")
# Nothing of the shell that runs the tests: neither its data folder, nor its columns, nor its colours.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR", "SYSTEMROOT"}},
    "PYTHONPATH": str(CHECKOUT),
    "PYTHONDONTWRITEBYTECODE": "1",  # one that is short of room would leave half a module to the others
}

Started = Callable[..., subprocess.Popen[Any]]
Ended = Callable[..., subprocess.CompletedProcess[Any]]
Given = Mapping[str, str | pd.DataFrame]

# How a test's Chromium is started: it draws pages, and asks nobody for anything.
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# A shell that starts the tests in the background has them ignore Ctrl-C, and all that they start, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A shared machine is slow now and then, which says nothing about the code; in CI a red test must stay red.
hypothesis.settings.register_profile("nextgear", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("nextgear")


# The longest files, longest first: whichever is begun last is what all wait for.
LONGEST = (
    "test_cluster.py",
    "test_spark_sql.py",
    "test_flow.py",
    "test_tasks.py",
    "test_sessions.py",
    "test_athlete_models.py",
    "test_same_lake.py",
    "test_squad.py",
    "test_cli.py",
    "test_corpus.py",
    "test_accuracy.py",
    "test_accuracy_causes.py",
    "test_page.py",
    "test_hostile_places.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hand out the longest files first; xdist would those with most tests in them."""
    turn = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: turn.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files from real watches; its absence must not go unnoticed where it counts."""
    if not (CORPUS / "MANIFEST.csv").is_file():
        missing = f"no corpus of real files at {CORPUS}; NEXTGEAR_CORPUS=folder says where it is"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return CORPUS


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks of a simulated runner who keeps it easy, as files, and one file that nobody can read."""
    folder = tmp_path_factory.mktemp("exports")
    easy = simulate.Habits(workouts_per_week=0, strides_per_week=0, races_per_year=0)
    runner = simulate.Runner(weeks=2, habits=((0, easy),), missing_week_ratio=0, recording_interval_s=10)
    simulate.write(runner, folder)
    (folder / "page.fit").write_text("<html>Please log in</html>")
    return folder


@pytest.fixture(scope="session")
def built(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> flow.Home:
    """The data folder after an undisturbed run over `exports`. To look at only."""
    home = flow.Home(tmp_path_factory.mktemp("built"))
    flow.run(home, "me", [exports], Console(is_quiet=True))
    return home


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> flow.Home:
    """The data folder of the demo, made once for all workers of the tests. To look at only.

    `make ci` has made one already, and says where.
    """
    if made := os.environ.get("NEXTGEAR_DEMO"):
        return flow.Home(Path(made))
    folder = tmp_path_factory.getbasetemp()
    folder = folder if worker_id == "master" else folder.parent
    home = flow.Home(folder / "demo")
    with filelock.FileLock(folder / "demo.lock"):
        if not home.warehouse.exists():
            flow.demo(home.folder, Console(is_quiet=True))
    return home


@dataclass(frozen=True)
class Bucket:
    """One of its own on an S3 server of this machine; `environment` is what leads there."""

    name: str
    port: int
    log: Path
    environment: Mapping[str, str]

    @property
    def address(self) -> str:
        return f"s3://{self.name}"

    def put(self, key: str, content: bytes, **headers: str) -> None:
        """Store an object, as a platform would."""
        self.ask("PUT", f"/{self.name}/{quote(key)}", content, **headers)

    def delete(self, key: str) -> None:
        """Take an object away."""
        self.ask("DELETE", f"/{self.name}/{quote(key)}")

    def ask(self, method: str, path: str, content: bytes | None = None, **headers: str) -> None:
        """Not through what is tested. Without a name nobody may overwrite; the signature is not looked at."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        whose = (
            "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/s3/aws4_request, SignedHeaders=, Signature="
        )
        connection.request(method, path, content, {"Authorization": whose, **headers})
        assert connection.getresponse().status < 300
        connection.close()

    def requests(self) -> list[str]:
        """What was asked of this bucket so far: `GET /bucket/key HTTP/1.1`."""
        asked = (line.split('"')[1] for line in self.log.read_text().splitlines() if '"' in line)
        return [each for each in asked if f"/{self.name}" in each]


@contextmanager
def s3_running(log: Path) -> Generator[tuple[int, subprocess.Popen[Any]]]:
    """The port and the process of an S3 server. It asks nobody for anything, and forgets all at its end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with log.open("w") as file:
        server = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        until = time.monotonic() + 60
        while "Running on" not in log.read_text():
            assert server.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield port, server
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The port and the log of the S3 server of all tests."""
    log = tmp_path_factory.mktemp("s3") / "log"
    with s3_running(log) as (port, _):
        yield port, log


_NUMBERS = itertools.count(1)


@pytest.fixture
def s3(s3_server: tuple[int, Path], monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An empty bucket, where this test's `s3://` addresses lead; no account of the tester counts."""
    port, log = s3_server
    leads_there = {
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "tests",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in leads_there.items():
        monkeypatch.setenv(name, value)
    bucket = Bucket(f"bucket-{next(_NUMBERS)}", port, log, {**ENVIRONMENT, **leads_there})
    bucket.ask("PUT", f"/{bucket.name}")
    return bucket


@pytest.fixture
def started() -> Iterator[Started]:
    """Start a command in a process of its own, as a shell does; what a test leaves running ends with it."""
    processes: list[subprocess.Popen[Any]] = []

    def start(*arguments: str | Path, **options: Any) -> subprocess.Popen[Any]:
        pipe = subprocess.PIPE
        options = {"stdin": pipe, "stdout": pipe, "stderr": pipe, "env": ENVIRONMENT, "text": True, **options}
        processes.append(
            subprocess.Popen([*NEXTGEAR, *map(str, arguments)], start_new_session=True, **options)
        )
        return processes[-1]

    yield start
    for process in processes:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def nextgear(started: Started) -> Ended:
    """A command and what became of it."""

    def run(*arguments: str | Path, typed: Any = None, **options: Any) -> subprocess.CompletedProcess[Any]:
        process = started(*arguments, **options)
        out, err = process.communicate(typed, timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    return run


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """One Chromium for all pages; its absence must not go unnoticed where it counts.

    It comes from NEXTGEAR_CHROMIUM or the path. It is the machine's own: playwright only drives it.
    """
    found = os.environ.get("NEXTGEAR_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found is None:
        missing = "no Chromium on the path; NEXTGEAR_CHROMIUM=program says where it is"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    from playwright.sync_api import sync_playwright  # only for those who look at pages

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def models() -> dict[str, warehouse.Model]:
    """Every model of the project, in build order."""
    return warehouse.models(published.sql_folder())


@pytest.fixture(scope="session")
def nothing_landed(
    models: dict[str, warehouse.Model],
) -> Iterator[Callable[[Iterable[str]], duckdb.DuckDBPyConnection]]:
    """A warehouse of an empty lake with (at least) the tables asked for: what columns and types there are."""
    with _empty_lake() as db:
        built: set[str] = set()

        def with_tables(tables: Iterable[str]) -> duckdb.DuckDBPyConnection:
            for model in warehouse.ancestors(models, tables).values():
                if model.name not in built:
                    warehouse.create(db, model)
                    warehouse.check(db, model)
                    built.add(model.name)
            return db

        yield with_tables


@pytest.fixture
def rows_of(
    models: dict[str, warehouse.Model],
    nothing_landed: Callable[[Iterable[str]], duckdb.DuckDBPyConnection],
) -> Callable[[str, Given], pd.DataFrame]:
    """The rows of a model, in the order of its grain, if the given tables held what is written.

    Columns not written are null, tables of the lake that nobody gives are empty. What stands between the
    given tables and the model is built for real and held against its own promises; what rests on none of
    them is what it is of an empty lake, and stands there already. A table is text with `|` between the
    columns, or a frame.
    """

    def rows(target: str, given: Given) -> pd.DataFrame:
        db = nothing_landed([*given, target])
        db.begin()  # and never committed: the next one finds an empty lake again
        try:
            for table, content in given.items():
                typed = db.table(table)
                columns = [
                    f'"{name}" {type_}' for name, type_ in zip(typed.columns, typed.types, strict=True)
                ]
                db.execute(f"create or replace table {table} ({', '.join(columns)})")
                db.register("written", _parsed(content) if isinstance(content, str) else content)
                db.execute(f"insert into {table} by name from written")
            other = set(given)
            between = {name: model for name, model in models.items() if name not in given}
            for model in warehouse.ancestors(between, [target]).values():
                if model.reads & other:
                    was_empty = _is_empty(db, model.name)
                    db.execute(f"drop table {model.name}")
                    warehouse.create(db, model)
                    warehouse.check(db, model)
                    if not (was_empty and _is_empty(db, model.name)):
                        other.add(model.name)
            return db.table(target).order(", ".join(models[target].grain) or "all").df()
        finally:
            db.rollback()

    return rows


def _is_empty(db: duckdb.DuckDBPyConnection, table: str) -> bool:
    return not db.execute(f"select 1 from {table} limit 1").fetchall()


def _empty_lake() -> duckdb.DuckDBPyConnection:
    db = warehouse.connection()
    warehouse.register_raw(db, {})
    warehouse.register_settings(db, athlete.tables([]))
    return db


def _parsed(text: str) -> pa.Table:
    """`a | b` over `1 | 2` as columns of text, which DuckDB casts; an empty cell is a null."""
    names, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return pa.Table.from_pylist(
        [{name: cell or None for name, cell in zip(names, row, strict=True)} for row in rows],
        pa.schema([(name, pa.string()) for name in names]),
    )
