"""Exports at an address: they are found, read and known as those in a folder of this machine are."""

import io
import itertools
import shutil
import subprocess
import time
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from conftest import ENVIRONMENT, Bucket, Ended, s3_running

from pipeline import sources
from pipeline.addresses import is_address, local_path
from pipeline.errors import SettingsError, StoreError, UnreadableFileError
from pipeline.ingest import Counts, ingest
from pipeline.lake import Lake
from pipeline.places import Place
from pipeline.schema import TABLES
from pipeline.sources import Source, exports, source

FIT = b"\x0e\x10\xd9\x07\x00\x00\x00\x00.FIT\x00\x00"


class Silence:
    def expect(self, more: int) -> None: ...

    def advance(self, path: str, outcome: str) -> None: ...


class Ending:
    """Ends a server when the first file is done."""

    def __init__(self, server: subprocess.Popen[Any]) -> None:
        self.server = server
        self.heard: list[str] = []

    def expect(self, more: int) -> None: ...

    def advance(self, path: str, outcome: str) -> None:
        self.heard.append(f"{path} {outcome}")
        self.server.kill()
        self.server.wait()


def zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", "me")


def take_in(lake: Lake, *sources: Source) -> Counts:
    return ingest(sources, lake, None, Silence(), workers=1)


def ledger(lake: Lake, root: str) -> dict[str, dict[str, object]]:
    """What is told of each file below `root`, but for its time."""
    rows: dict[str, dict[str, object]] = {}
    for row in lake.ledger().to_pylist():
        original = (row["duplicate_of_path"] or "").removeprefix(f"{root}/")
        name = row["path"].removeprefix(f"{root}/")
        rows[name] = {**row, "path": name, "modified_at": None, "duplicate_of_path": original}
    return rows


def rows_of(lake: Lake) -> dict[str, list[str]]:
    """All that the lake holds besides the ledger."""
    return {
        table: sorted(
            repr(row) for part in lake.parts(table) for row in pq.ParquetFile(part).read().to_pylist()
        )
        for table in TABLES
        if table != "files"
    }


# --- a run


@pytest.fixture(scope="session")
def account(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a few real files, one of them twice, and of zips in folders and in zips."""
    folder = tmp_path_factory.mktemp("account")
    named: dict[str, Path] = {}
    for path in sorted(corpus.rglob("*.*")):
        if path.is_file() and 0 < path.stat().st_size < 100_000:
            named.setdefault(path.suffix, path)
    assert named.keys() >= {".fit", ".gpx", ".tcx"}
    for path in named.values():
        shutil.copyfile(path, folder / path.name)
    (folder / "again.fit").write_bytes(named[".fit"].read_bytes())
    (folder / ".DS_Store").write_text("Finder's")
    (folder / "Läufe 100%+#").mkdir()
    (folder / "Läufe 100%+#" / "page.fit").write_text("<html>Please log in</html>")
    inner = zipped({"run.gpx": named[".gpx"].read_bytes() + b"\n"})
    outer = zipped({"einer.tcx": named[".tcx"].read_bytes() + b"\n", "inner.zip": inner})
    (folder / "Läufe 100%+#" / "export.zip").write_bytes(outer)
    return folder


def stored(bucket: Bucket, folder: Path, prefix: str) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            bucket.put(f"{prefix}/{path.relative_to(folder)}", path.read_bytes())


def test_a_folder_in_a_bucket_gives_what_the_same_folder_here_gives(account: Path, lake: Lake, s3: Bucket):
    here = Lake(lake.root.with_name("here"), "me")
    counted = take_in(here, account)
    stored(s3, account, "our runs")
    assert take_in(lake, source(f"{s3.address}/our runs/")) == counted
    assert ledger(lake, f"{s3.address}/our runs") == ledger(here, str(account))
    assert rows_of(lake) == rows_of(here)
    assert counted.outcomes["imported"] >= 4


def test_a_second_run_reads_nothing_at_an_address(account: Path, lake: Lake, s3: Bucket):
    stored(s3, account, "runs")
    first = take_in(lake, source(f"{s3.address}/runs"))
    before = len(s3.requests())
    second = take_in(lake, source(f"{s3.address}/runs"))
    assert (second.found, second.known, second.outcomes) == (first.found, first.found, {})
    asked = s3.requests()[before:]
    assert len(asked) == 1
    assert "list-type" in asked[0]


def test_an_object_or_a_zip_that_has_changed_is_read_again_and_no_other(lake: Lake, s3: Bucket):
    s3.put("runs/same.fit", FIT)
    s3.put("runs/changed.fit", FIT + b"1")
    s3.put("runs/export.zip", zipped({"a.fit": FIT + b"2"}))
    take_in(lake, source(f"{s3.address}/runs"))
    before = len(s3.requests())
    s3.put("runs/changed.fit", FIT + b"33")
    s3.put("runs/export.zip", zipped({"a.fit": FIT + b"2", "b.fit": FIT + b"4"}))
    counts = take_in(lake, source(f"{s3.address}/runs"))
    assert sum(counts.outcomes.values()) == 3  # the file, the zip, its new member
    read = {line.split()[1] for line in s3.requests()[before:] if line.startswith("GET")}
    assert {path for path in read if "list-type" not in path} == {
        f"/{s3.name}/runs/changed.fit",
        f"/{s3.name}/runs/export.zip",
    }


# --- what is named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("/my runs/100%", "/my runs/100%"),
        ("runs", "runs"),
        ("file:///my%20runs", "/my runs"),
        ("file:/my runs", "/my runs"),
        ("file://localhost/runs", "/runs"),
        ("C:/runs", "C:/runs"),
        ("file:runs", "file:runs"),
    ],
)
def test_a_file_of_this_machine_is_the_same_however_it_is_named(text: str, named: str):
    assert local_path(text) == Path(named)
    assert not is_address(text)


def test_what_is_known_by_its_path_is_known_by_its_file_uri(tmp_path: Path, lake: Lake):
    folder = tmp_path / "my runs"
    folder.mkdir()
    (folder / "a.fit").write_bytes(FIT)
    take_in(lake, folder)
    counts = take_in(lake, source(f"file://{tmp_path}/my%20runs"), Place.of(str(folder)))
    assert (counts.found, counts.known) == (1, 1)


def test_an_object_is_found_once_however_it_is_named(s3: Bucket):
    for name in ("a b/ü%20.fit", "a b/.hidden.fit", "a b/c.fit.part", "a b/__MACOSX/c.fit"):
        s3.put(name, FIT)
    both = [source(f"{s3.address}/a b"), source(f"s3a://{s3.name}/a b/ü%20.fit"), source(s3.address)]
    found = {each.path.removeprefix(f"{s3.address}/a b/"): each for each in exports(both)}
    assert list(found) == [".hidden.fit", "__MACOSX/c.fit", "c.fit.part", "ü%20.fit"]
    assert [name for name, each in found.items() if not each.junk] == ["ü%20.fit"]
    assert found["ü%20.fit"].content() == FIT


@pytest.mark.parametrize("missing", ["", "/nothing", "/runs/a.fi", "/run"])
def test_what_is_not_at_an_address_is_told_before_anything_is_read(s3: Bucket, missing: str):
    s3.put("runs/a.fit", FIT)
    address = f"{s3.address}{missing}" if missing else "s3://no-such-bucket/runs"
    before = len(s3.requests())
    with pytest.raises(SettingsError, match="there is no such file or folder"):
        list(exports([source(s3.address), source(address)]))
    assert not [line for line in s3.requests()[before:] if "GET" in line and "list-type" not in line]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("s3://", "which bucket"),
        ("s3://bucket//runs", "between two slashes"),
        ("http://bucket/runs", "Unrecognized filesystem"),
        ("s3:/bucket/runs", "there is no such file"),
        ("s3://ann:secret@bucket/runs?colour=red", r"^s3://bucket/runs: cannot be reached .*colour"),
        ("s3://ann:secret@buc ket/runs", r"^s3://buc ket/runs: cannot be reached .*syntax"),
        ("s3://ann:a/secret@bucket/runs", r"^s3://…: .* is written %2F"),
        ("s3://ann:a?secret@bucket/runs", r"^s3://…: .* is written %2F, %3F"),
    ],
)
@pytest.mark.usefixtures("s3")
def test_what_is_no_address_is_told_so_and_no_password_is(address: str, said: str):
    with pytest.raises(SettingsError, match=said) as told:
        list(exports([source(address)]))
    assert "secret" not in str(told.value)


# --- ahead


def test_objects_are_on_their_way_before_their_turn_but_not_all(s3: Bucket, monkeypatch: pytest.MonkeyPatch):
    for number in range(30):
        s3.put(f"{number:02}.fit", FIT)
    before = len(s3.requests())
    monkeypatch.setattr(sources, "AHEAD_BYTES", 10 * len(FIT))
    found = exports([source(s3.address)])
    assert next(found).content() == FIT
    until = time.monotonic() + 30
    while not any("/09.fit" in asked for asked in s3.requests()[before:]) and time.monotonic() < until:
        time.sleep(0.02)
    found.close()
    asked = {line.split()[1].rpartition("/")[2] for line in s3.requests()[before:] if ".fit" in line}
    assert asked >= {f"{number:02}.fit" for number in range(10)}
    assert not asked & {f"{number:02}.fit" for number in range(11, 30)}


def test_an_object_too_large_to_be_fetched_ahead_is_read_in_its_turn(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sources, "AHEAD_BYTES", 100)
    contents = {"a.fit": FIT, "b.fit": FIT * 20, "c.zip": zipped({"d.fit": FIT * 30}), "e.fit": FIT}
    for name, content in contents.items():
        s3.put(name, content)
    found = {
        each.path.removeprefix(f"{s3.address}/"): each.content() for each in exports([source(s3.address)])
    }
    assert found == {**contents, "c.zip/d.fit": FIT * 30}


# --- what goes wrong


def test_a_command_says_in_a_sentence_what_is_not_at_an_address(nextgear: Ended, tmp_path: Path, s3: Bucket):
    ended = nextgear("ingest", "s3://nowhere/runs", "--data", tmp_path, env=s3.environment)
    assert ended.returncode == 2
    assert ended.stderr == "nextgear: s3://nowhere/runs: there is no such file or folder\n"


def test_a_command_reads_an_address_and_says_what_it_did(nextgear: Ended, tmp_path: Path, s3: Bucket):
    s3.put("my runs/a.fit", FIT)
    ended = nextgear("ingest", f"{s3.address}/my runs", "--data", tmp_path, env=s3.environment)
    assert (ended.returncode, ended.stderr.splitlines()[0]) == (0, "1 file: 1 quarantined.")


@pytest.mark.parametrize("way", ["option", "environment"])
def test_a_data_folder_at_an_address_is_refused_and_no_folder_made(nextgear: Ended, tmp_path: Path, way: str):
    if way == "option":
        ended = nextgear("run", "--data", "s3://bucket/data", cwd=tmp_path)
    else:
        ended = nextgear("run", env={**ENVIRONMENT, "NEXTGEAR_DATA": "s3://bucket/data"}, cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith("nextgear: s3://bucket/data: a data folder has to be on this machine")
    assert not list(tmp_path.iterdir())


def test_an_object_that_goes_meanwhile_costs_no_other(s3: Bucket):
    for number in range(40):
        s3.put(f"{number:02}.fit", FIT + bytes([number]))
    found = exports([source(s3.address)])
    first = next(found)
    s3.delete("39.fit")
    contents = [first.content(), *(each.content() for each in itertools.islice(found, 38))]
    assert contents == [FIT + bytes([number]) for number in range(39)]
    with pytest.raises(UnreadableFileError, match=r"39\.fit: not_found"):
        next(found).content()


def test_an_object_in_a_stores_archive_is_quarantined_and_tried_again(lake: Lake, s3: Bucket):
    s3.put("cold.fit", FIT + bytes(2000), **{"x-amz-storage-class": "GLACIER"})
    s3.put("warm.fit", FIT + b"1")
    for _ in range(2):
        take_in(lake, source(s3.address))
        cold, warm = sorted(lake.ledger().to_pylist(), key=lambda row: row["path"])
        assert (cold["outcome"], cold["reason"][:13]) == ("quarantined", "no_permission")
        assert warm["digest"]
    s3.put("cold.fit", FIT)
    take_in(lake, source(s3.address))
    cold, _ = sorted(lake.ledger().to_pylist(), key=lambda row: row["path"])
    assert cold["digest"]


def test_a_store_that_falls_silent_is_not_taken_for_damage_and_what_was_complete_stays(
    lake: Lake, tmp_path: Path, s3: Bucket, monkeypatch: pytest.MonkeyPatch
):
    with s3_running(tmp_path / "log") as (port, server):
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        its = replace(s3, port=port, log=tmp_path / "log")
        its.ask("PUT", f"/{its.name}")
        for number in range(60):
            its.put(f"runs/{number:02}.fit", FIT + bytes([number]))
        progress = Ending(server)
        with pytest.raises(StoreError, match=rf"^{its.address}/runs/\d\d\.fit: .*run again") as told:
            ingest([source(f"{its.address}/runs")], lake, None, progress, workers=1)
    assert "\n" not in str(told.value)
    assert told.value.exit_code == 1
    rows = lake.ledger().to_pylist()
    assert [f"{row['path']} {row['outcome']}" for row in rows] == progress.heard
    assert 0 < len(rows) < 60
    assert all(row["digest"] for row in rows)
