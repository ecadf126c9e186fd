"""Where nextgear may have to live: in cron, without UTF-8, on odd paths, read-only, with a jumping clock."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from conftest import CHECKOUT, ENVIRONMENT

from pipeline import letters
from pipeline.home import Home

Ended = Callable[..., subprocess.CompletedProcess[Any]]

# All that cron gives, and what lets the tests find this code.
CRON = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}
NO_UTF_8 = {**CRON, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}


@pytest.fixture
def home(built: Home, tmp_path: Path) -> Home:
    """A copy of the folder after a run."""
    shutil.copytree(built.folder, tmp_path / "data")
    return Home(tmp_path / "data")


def files_of(home: Home) -> int:
    return sum(len(lake.ledger()) for lake in home.lakes().values())


def assert_one_sentence(ended: subprocess.CompletedProcess[str], code: int, *said: str) -> None:
    assert ended.returncode == code, ended.stderr
    assert ended.stderr.startswith("nextgear: ")
    assert "Traceback" not in ended.stderr
    for words in said:
        assert words in ended.stderr


@pytest.fixture
def phone() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server on this machine, its address for Apprise, and what has come to it."""
    got: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


# --- cron


def test_cron_has_no_home_no_terminal_and_hardly_a_path(
    nextgear: Ended, exports: Path, tmp_path: Path, phone: tuple[str, list[dict[str, str]]]
):
    data = tmp_path / "it's 100 % “mine”\nand new"
    data.mkdir()
    url, got = phone
    (data / "notify.toml").write_text(f'targets = ["{url}", "json://ann:secret@127.0.0.1:9"]')
    (data / "notify.toml").chmod(0o600)
    quietly = partial(nextgear, "run", exports, "--quiet", "--data", data, env=CRON, stdin=subprocess.DEVNULL)
    first = quietly()
    assert first.returncode == 0
    assert "verdict: not enough data" in first.stdout
    again = quietly()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    examined = nextgear("doctor", "--data", data, env=CRON)
    assert examined.returncode == 0, examined.stdout
    assert "last run" in examined.stdout
    pytest.importorskip("apprise")
    assert first.stderr.startswith("nextgear: notify.toml: target 2 (json) did not take the news")
    assert "secret" not in first.stderr + (data / "logs" / "nextgear.log").read_text(encoding="utf-8")
    printed = [line.partition(f" ({exports}")[0] for line in first.stdout.splitlines()]
    assert [message["message"].splitlines() for message in got] == [printed]  # no name of a file is sent


# --- letters


@pytest.mark.parametrize("arguments", [["why"], ["report"], ["athlete"], ["doctor"], ["files"]])
def test_without_utf_8_a_report_is_written_in_plain_letters(
    nextgear: Ended, built: Home, arguments: list[str]
):
    ended = nextgear(*arguments, "--data", built.folder, env=NO_UTF_8)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.isascii()


def test_a_document_is_utf_8_wherever_it_goes(nextgear: Ended, built: Home):
    environment = {**CRON, "PYTHONIOENCODING": "ascii"}
    page = nextgear("report", "--format", "html", "--data", built.folder, env=environment, text=False)
    assert page.returncode == 0, page.stderr
    assert "nextgear · me" in page.stdout.decode("utf-8")


def test_what_cannot_be_written_is_written_like_it():
    def like(text: str) -> str:
        return "".join(letter if letter.isascii() else letters.instead(letter) for letter in text)

    assert like("−0.4 % – 5 × 800 m, Größe ≥ █…") == "-0.4 % - 5 x 800 m, Grosse >= #..."
    assert like("走る") == "??"
    assert like("▁▂▃▄▅▆▇█⡇\u202e🏃┌┐").isascii()


@pytest.mark.parametrize("arguments", [["report"], ["models"]])
def test_who_reads_only_the_beginning_is_no_error(built: Home, arguments: list[str]):
    data = [] if arguments == ["models"] else ["--data", str(built.folder)]
    command = [sys.executable, "-m", "pipeline.cli", *arguments, *data]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=pipe, stderr=pipe) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_report_that_finds_no_room_is_no_report(nextgear: Ended, built: Home):
    with Path("/dev/full").open("w") as full:
        ended = nextgear("why", "--data", built.folder, stdout=full)
    assert_one_sentence(ended, 1, "No space left on device")


# --- the data folder


@pytest.mark.parametrize("command", ["run", "build", "why", "files", "athlete"])
def test_a_data_folder_that_is_a_file_is_named(nextgear: Ended, tmp_path: Path, command: str):
    place = tmp_path / "data"
    place.write_text("mine")
    ended = nextgear(command, "--data", place)
    assert_one_sentence(ended, ended.returncode, str(place))
    assert ended.returncode in (1, 2)
    assert place.read_text() == "mine"


@pytest.fixture
def read_only(home: Home) -> Iterator[Home]:
    """The folder on a disk that nobody can write, not even root."""
    mounts = [["mount", "--bind", home.folder, home.folder], ["mount", "-o", "remount,bind,ro", home.folder]]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(mounts[0], check=False).returncode:
        pytest.skip("only root may mount a folder read-only")
    try:
        subprocess.run(mounts[1], check=True)
        yield home
    finally:
        subprocess.run(["umount", home.folder], check=True)


def test_what_cannot_be_written_can_be_read(nextgear: Ended, exports: Path, read_only: Home):
    for arguments in (
        ["why"],
        ["report", "--format", "json"],
        ["files"],
        ["sql", "from marts.days"],
        ["athlete"],
    ):
        ended = nextgear(*arguments, "--data", read_only.folder)
        assert ended.returncode == 0, ended.stderr
    examined = nextgear("doctor", "--data", read_only.folder)
    assert examined.returncode == 0, examined.stdout
    assert "cannot be written" in examined.stdout
    assert_one_sentence(nextgear("run", exports, "--data", read_only.folder), 1, "Read-only", "--data")
    assert_one_sentence(nextgear("athlete", "--set", "sex=male", "--data", read_only.folder), 1, "Read-only")


def test_a_lake_that_is_damaged_is_said_in_a_line_and_who_says_more(nextgear: Ended, home: Home):
    part = next((home.lake / "me" / "laps").glob("*.parquet"))
    os.truncate(part, part.stat().st_size - 20)
    damaged = nextgear("build", "--data", home.folder)
    assert_one_sentence(damaged, 1, str(part), "nextgear doctor")
    part.unlink()
    missing = nextgear("build", "--data", home.folder)
    assert_one_sentence(missing, 1, str(part), "nextgear doctor")
    assert [len(ended.stderr.splitlines()) for ended in (damaged, missing)] == [1, 1]
    assert nextgear("why", "--data", home.folder).returncode == 0  # yesterday's warehouse stays


# --- the clock


@pytest.mark.skipif(not shutil.which("faketime"), reason="no faketime to change the clock with")
def test_a_clock_that_jumps_loses_nothing(home: Home, exports: Path):
    def at(clock: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = ["faketime", clock, sys.executable, "-m", "pipeline.cli", *map(str, arguments)]
        ended = subprocess.run(
            [*command, "--data", home.folder], env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        return ended

    before = files_of(home)
    home.exports.mkdir(exist_ok=True)
    for year in ("2020", "2039"):
        shutil.copy2(sorted(exports.glob("*.fit"))[0], home.exports / f"copy of {year}.fit")
        at(f"{year}-01-01 06:30:00", "ingest")
    assert files_of(home) == before + 2
    at("2010-01-01 06:30:00", "run")
    assert home.report("me").exists()
    assert "clock" in at("2010-01-01 06:30:00", "doctor").stdout
    assert files_of(home) == before + 2


# --- the beginning


def test_where_nothing_was_read_yet_a_run_says_how_to_begin(nextgear: Ended, tmp_path: Path):
    ended = nextgear("ingest", "--data", tmp_path / "data")
    assert ended.returncode == 0
    for words in (str(tmp_path / "data" / "exports"), "Garmin", "Strava", "nextgear demo"):
        assert words in ended.stderr
    bare = nextgear()
    assert "nextgear demo" in bare.stdout + bare.stderr
