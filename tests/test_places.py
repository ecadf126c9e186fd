"""A place keeps what it promises, be it a folder of this machine or a bucket."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import CHECKOUT, ENVIRONMENT, Bucket
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline import places
from pipeline.errors import BusyError, sentence
from pipeline.places import LOCKS, Place

BIG = 50_000_000
# XML, in which a store lists its objects, has no control characters.
LETTERS = st.characters(exclude_categories=["Cc", "Cn", "Cs"], exclude_characters="/")
NAMES = st.text(LETTERS, min_size=1, max_size=40).filter(lambda name: name not in {".", ".."})


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return Place.of(str(tmp_path / "our runs 100%"))
    return Place.of(f"{request.getfixturevalue('s3').address}/our runs 100%")


def names(place: Place) -> list[str]:
    return [entry.name for entry in place.entries()]


# --- files


def test_where_nothing_is_nothing_is_found_nor_missed(place: Place):
    assert place.entries() == []
    assert place.children() == ([], [])
    assert place.read("a") is None
    place.remove(["a", "b"])
    place.remove_all()


def test_what_is_written_is_read_and_listed_by_its_name_below(place: Place):
    before = datetime.now(UTC).replace(tzinfo=None)
    for name in ("b", "a/deeper/c", "a/.hidden", ".folder/d", "a/d"):
        place.write(name, name.encode())
    place.write("b", b"again")
    assert names(place) == ["a/d", "a/deeper/c", "b"]
    assert [each.size_bytes for each in place.entries()] == [3, 10, 5]
    assert all(abs((each.modified_at - before).total_seconds()) < 60 for each in place.entries())
    hidden = [entry.name for entry in place.entries(with_hidden=True)]
    assert hidden == [".folder/d", "a/.hidden", "a/d", "a/deeper/c", "b"]
    folders, files = place.children()
    assert (folders, [file.name for file in files]) == ([".folder", "a"], ["b"])
    assert place.read("b") == b"again"
    assert (place / "a").read("deeper/c") == b"a/deeper/c"
    with place.opened("a/d") as file:
        file.seek(1)
        assert file.read() == b"/d"


def test_what_is_removed_is_gone_and_the_rest_stays(place: Place):
    for name in ("a", "b/c", "b/d"):
        place.write(name, b"x")
    place.remove(["b/c", "no such file"])
    assert names(place) == ["a", "b/d"]
    (place / "b").remove_all()
    assert names(place) == ["a"]


def test_a_slash_at_the_end_of_an_address_says_nothing(place: Place):
    place.write("a/b", b"x")
    for written in (f"{place}/", f"{place}//"):
        assert (Place.of(written).address, names(Place.of(written))) == (place.address, ["a/b"])
    assert names(Place.of(f"{place}/a/")) == ["b"]


def test_a_file_is_told_from_a_folder_and_from_nothing(place: Place):
    place.write("a/b", b"xyz")
    assert (place / "a").itself() is None
    itself = (place / "a" / "b").itself()
    assert itself
    assert (str(itself[0]), itself[1].name, itself[1].size_bytes) == (f"{place}/a", "b", 3)
    with pytest.raises(FileNotFoundError, match=f"{place}/nothing"):
        (place / "nothing").itself()


@given(name=NAMES)
@example(name="Läufe im März 100%.fit")
@example(name="%41%2F")
@example(name="a+b c&d=e?f=g#h;i")
@example(name="-\\~'\"<>|*[]{}")
@example(name="e\u0301 is not \u00e9")
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_may_be_called_anything(place: Place, tmp_path: Path, name: str):
    place.remove_all()
    place.write(f"in/{name}", name.encode())
    assert [entry.name for entry in place.entries(with_hidden=True)] == [f"in/{name}"]
    assert [entry.name for entry in Place.of(f"{place}/in").children()[1]] == [name]
    assert place.read(f"in/{name}") == name.encode()
    place.fetch([f"in/{name}"], tmp_path / "fetched")
    assert (tmp_path / "fetched" / "in" / name).read_bytes() == name.encode()
    (place / "back").send([f"in/{name}"], tmp_path / "fetched")
    assert place.read(f"back/in/{name}") == name.encode()


def test_more_objects_than_a_page_of_a_list_has_are_all_found(s3: Bucket):
    for number in range(1010):
        s3.put(f"many/{number:04}", b"")
    many = Place.of(f"{s3.address}/many")
    assert names(many) == [f"{number:04}" for number in range(1010)]
    assert len(many.children()[1]) == 1010
    many.remove_all()
    assert names(many) == []


def test_an_endpoint_may_stand_in_the_address_and_is_not_in_its_name(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    named = f"s3://ann:secret@{s3.name}/a b?endpoint_override=http://127.0.0.1:{s3.port}"
    place = Place.of(named)
    place.write("c", b"x")
    assert (str(place / "c"), names(place)) == (f"{s3.address}/a b/c", ["c"])
    assert any(f"/{s3.name}/a%20b/c" in asked for asked in s3.requests())


def test_a_small_object_is_one_request(s3: Bucket, tmp_path: Path):
    (tmp_path / "b").write_bytes(b"small")
    before = len(s3.requests())
    Place.of(s3.address).write("a", b"small")
    Place.of(s3.address).send(["b"], tmp_path)
    assert [asked.partition("?")[0] for asked in s3.requests()[before:]] == [
        f"PUT /{s3.name}/{name} HTTP/1.1" for name in "ab"
    ]


# --- fetch and send


def test_what_was_fetched_or_sent_stays_as_it_is_when_the_other_is_written_anew(place: Place, tmp_path: Path):
    mine = Place.of(str(tmp_path / "mine"))
    place.write("a/b", b"first")
    place.fetch(["a/b"], tmp_path / "mine")
    place.fetch(["a/b"], tmp_path / "mine")
    place.write("a/b", b"second")
    assert mine.read("a/b") == b"first"
    place.send(["a/b"], tmp_path / "mine")
    place.send(["a/b"], tmp_path / "mine")
    mine.write("a/b", b"third")
    assert place.read("a/b") == b"first"
    assert [entry.name for entry in place.entries(with_hidden=True)] == ["a/b"]
    assert [entry.name for entry in mine.entries(with_hidden=True)] == ["a/b"]


def test_of_many_files_the_first_that_cannot_be_fetched_is_named(place: Place, tmp_path: Path):
    for number in range(20):
        place.write(f"{number:02}", b"x")
    wanted = [f"{number:02}" for number in range(20)]
    with pytest.raises(FileNotFoundError) as told:
        place.fetch(["missing", *wanted], tmp_path / "mine")
    assert sentence(told.value).startswith(f"{place}/missing: ")
    assert names(Place.of(str(tmp_path / "mine"))) == wanted


# --- whole or not at all


def test_of_a_writer_that_was_killed_nothing_is_seen(place: Place, request: pytest.FixtureRequest):
    place.write("big", b"the old one")
    bucket: Bucket | None = None if place.folder else request.getfixturevalue("s3")
    before = len(bucket.requests()) if bucket else 0

    def is_being_written() -> bool:
        if bucket:
            return any("/big?" in asked for asked in bucket.requests()[before:])
        return any(path.stat().st_size for path in Path(place.path).glob(".big.*"))

    code = f"from pipeline.places import Place; Place.of({place.address!r}).write('big', bytes({BIG}))"
    writer = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(CHECKOUT)})
    until = time.monotonic() + 60
    while not is_being_written():
        assert writer.poll() is None and time.monotonic() < until
    writer.kill()
    writer.wait()
    assert place.read("big") == b"the old one"
    assert names(place) == ["big"]


# --- alone


@dataclass
class Room:
    """Who was in it at the same time."""

    now: int = 0
    most: int = 0


def test_of_many_at_once_never_two_are_alone(place: Place):
    room, gate, count = Room(), threading.Barrier(6), threading.Lock()

    def enter(_: int) -> None:
        gate.wait()
        for _ in range(4):
            with suppress(BusyError), place.alone():
                with count:
                    room.now += 1
                    room.most = max(room.most, room.now)
                time.sleep(0.02)
                with count:
                    room.now -= 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(enter, range(6)))
    assert room.most <= 1
    with place.alone():
        assert names(place / LOCKS)


def test_who_is_not_alone_is_told_where_it_says_so(place: Place):
    with place.alone():
        (note,) = names(place / LOCKS)
        with pytest.raises(BusyError, match=f"{place}.*{LOCKS}/{note}"), place.alone():
            pass
        assert names(place / LOCKS) == [note]


def test_a_folder_is_free_again_when_the_run_that_had_it_is_killed(tmp_path: Path):
    place = Place.of(str(tmp_path))
    hold = "import sys\nfrom pipeline.places import Place\nwith Place.of(sys.argv[1]).alone():\n"
    hold += "    print('mine', flush=True)\n    sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(tmp_path)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "env": ENVIRONMENT}
    with subprocess.Popen(command, **pipes) as holder:
        assert holder.stdout and holder.stdout.readline() == b"mine\n"
        with pytest.raises(BusyError), place.alone():
            pass
        holder.kill()
    with place.alone():
        pass


def test_a_note_of_a_run_that_was_killed_keeps_nobody_out_for_ever(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch
):
    place = Place.of(f"{s3.address}/lake")
    place.write(f"{LOCKS}/killed.json", b"{}")
    with pytest.raises(BusyError, match="killed"), place.alone():
        pass
    monkeypatch.setattr(places, "DEAD_S", 0.5)
    time.sleep(1.1)
    with place.alone():
        assert "killed.json" not in names(place / LOCKS)


def test_who_works_for_long_stays_alone(s3: Bucket, monkeypatch: pytest.MonkeyPatch):
    place = Place.of(f"{s3.address}/lake")
    monkeypatch.setattr(places, "DEAD_S", 1)
    monkeypatch.setattr(places, "RENEWED_S", 0.1)
    with place.alone():
        time.sleep(2.2)
        with pytest.raises(BusyError), place.alone():
            pass
