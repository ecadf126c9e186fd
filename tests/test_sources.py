"""What lies in an export folder, and what is in it."""

import gzip
import io
import itertools
import os
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
from conftest import CHECKOUT
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError, UnreadableFileError
from pipeline.sources import UNPACKED_SAFE_BYTES, ZIP_DEPTH_MAX, Export, exports, sniff

FIT = b"\x0e\x10\xd9\x07\x00\x00\x00\x00.FIT\x00\x00"
GPX = b'<?xml version="1.0"?><gpx version="1.1"></gpx>'


def zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def found(folder: Path) -> dict[str, Export]:
    return {export.path.removeprefix(f"{folder}/"): export for export in exports([folder])}


# --- what is this file?


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (FIT, "fit"),
        (GPX, "gpx"),
        (b"          " + GPX, "gpx"),
        (b"\xef\xbb\xbf" + GPX, "gpx"),
        (GPX.decode().encode("utf-16"), "gpx"),
        (b"<!-- <html> --><gpx/>", "gpx"),
        (b"<x:gpx xmlns:x='y'/>", "gpx"),
        (b'<?xml version="1.0"?>\n<TrainingCenterDatabase xmlns="z">', "tcx"),
        (b"<?xml version='1.0'?>\n  <Activities>", "tcx"),
        (b"<!DOCTYPE html><title>log in", "html"),
        (b"<html><body>502", "html"),
        (b"<HealthData/>", "xml"),
        (b'{"error": "not found"}', "json"),
        (b"Activity ID,Activity Date\n", "strava"),
        (b"Tunniste,Tiedosto\n1,activities/1.fit.gz\n", "strava"),
        (b"Activity Type,Date\n", "text"),
        (zipped({"a": b""}), "zip"),
        (zipped({}), "zip"),
        (gzip.compress(FIT), "gzip"),
        (b"", "empty"),
        (b"  \n", "empty"),
        (bytes(range(256)), "binary"),
    ],
    # Not the bytes: an archive holds the time at which it was made, and two workers would not agree on it.
    ids=itertools.count(),
)
def test_a_file_is_what_its_bytes_say(content: bytes, expected: str):
    """Quirk 6."""
    assert sniff(content) == expected


@given(st.binary(max_size=64))
def test_all_bytes_are_something(content: bytes):
    assert sniff(content)


# --- folders


def test_a_folder_gives_every_file_once_and_in_order(tmp_path: Path):
    written(tmp_path, {"b.FIT": FIT, "a.gpx": GPX, "2023/c.fit": FIT})
    assert list(found(tmp_path)) == ["2023/c.fit", "a.gpx", "b.FIT"]
    assert len(list(exports([tmp_path, tmp_path / "a.gpx", tmp_path / "2023"]))) == 3


def test_a_file_is_known_by_its_absolute_path_its_size_and_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    written(tmp_path, {"a.fit": FIT})
    os.utime(tmp_path / "a.fit", (1_700_000_000.25, 1_700_000_000.25))
    monkeypatch.chdir(tmp_path)
    (export,) = exports([Path("a.fit")])
    assert export.path == str(tmp_path / "a.fit")
    assert export.size_bytes == len(FIT)
    assert export.modified_at == datetime(2023, 11, 14, 22, 13, 20, 250_000)
    assert export.content() == FIT


def test_folders_that_link_to_each_other_come_to_an_end(tmp_path: Path):
    written(tmp_path, {"runs/a.fit": FIT})
    (tmp_path / "runs" / "back").symlink_to(tmp_path)
    (tmp_path / "runs" / "self").symlink_to(tmp_path / "runs")
    assert list(found(tmp_path)) == ["runs/a.fit"]


def test_a_link_to_nothing_is_accounted_for(tmp_path: Path):
    (tmp_path / "gone.fit").symlink_to(tmp_path / "nowhere.fit")
    with pytest.raises(UnreadableFileError, match="not_found"):
        found(tmp_path)["gone.fit"].content()


def test_a_mistyped_path_is_an_error_before_anything_is_read(tmp_path: Path):
    written(tmp_path, {"runs/a.fit": FIT})
    with pytest.raises(SettingsError, match="exprots: there is no such file or folder"):
        next(exports([tmp_path / "runs", tmp_path / "exprots"]))


def test_junk_is_accounted_for_and_not_read(tmp_path: Path):
    """Quirks 5 and 7."""
    junk = [
        "$RECYCLE.BIN/a.fit",
        ".DS_Store",
        ".Trash/b.fit",
        "._c.fit",
        "Thumbs.db",
        "__MACOSX/._d.fit",
        "e.fit.crdownload",
    ]
    written(tmp_path, dict.fromkeys([*junk, "f.fit"], FIT))
    assert [name for name, export in found(tmp_path).items() if export.junk] == junk


def test_a_hidden_folder_that_the_user_names_is_not_junk(tmp_path: Path):
    written(tmp_path, {".exports/a.fit": FIT})
    (export,) = exports([tmp_path / ".exports"])
    assert not export.junk


def test_a_name_that_is_no_text_can_still_be_written_down(tmp_path: Path):
    (tmp_path / os.fsdecode(b"lauf-\xff.fit")).write_bytes(FIT)
    (export,) = exports([tmp_path])
    assert export.path.endswith(r"lauf-\xff.fit")
    assert export.content() == FIT


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    assert found(tmp_path)["pipe"].junk


# --- archives


def test_a_gzipped_file_is_unpacked(tmp_path: Path):
    """Quirk 1."""
    written(tmp_path, {"a.fit.gz": gzip.compress(FIT)})
    assert found(tmp_path)["a.fit.gz"].content() == FIT


def test_a_zip_is_listed_and_then_its_members(tmp_path: Path):
    """Quirks 2 and 4."""
    members = {
        "b.gpx": GPX,
        "activities/": b"",
        "activities/a.fit.gz": gzip.compress(FIT),
        "__MACOSX/._b.gpx": b"?",
    }
    written(tmp_path, {"export.zip": zipped(members)})
    export = found(tmp_path)
    assert list(export) == [
        "export.zip",
        "export.zip/__MACOSX/._b.gpx",
        "export.zip/activities/a.fit.gz",
        "export.zip/b.gpx",
    ]
    assert [name for name, one in export.items() if one.container] == ["export.zip"]
    assert export["export.zip/activities/a.fit.gz"].content() == FIT
    assert export["export.zip/b.gpx"].size_bytes == len(GPX)
    assert export["export.zip/b.gpx"].modified_at == export["export.zip"].modified_at
    assert export["export.zip/__MACOSX/._b.gpx"].junk


def test_quirk_03_a_garmin_export_is_zips_in_a_zip(tmp_path: Path):
    part = zipped({"1.fit": FIT})
    written(tmp_path, {"garmin.zip": zipped({"DI_CONNECT/UploadedFiles_0-_Part1.zip": part})})
    export = found(tmp_path)
    assert export["garmin.zip/DI_CONNECT/UploadedFiles_0-_Part1.zip/1.fit"].content() == FIT
    assert sum(one.container for one in export.values()) == 2


def test_zips_in_zips_without_end_are_not_followed(tmp_path: Path):
    content = zipped({"a.fit": FIT})
    for _ in range(ZIP_DEPTH_MAX):
        content = zipped({"inner.zip": content})
    written(tmp_path, {"deep.zip": content})
    *_, last = exports([tmp_path])
    with pytest.raises(UnreadableFileError, match="nested_too_deep"):
        last.content()


@pytest.mark.parametrize("name", ["bomb.zip", "bomb.gpx.gz"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, name: str):
    blanks = bytes(UNPACKED_SAFE_BYTES + 1)
    written(tmp_path, {name: zipped({"a.gpx": blanks}) if name.endswith("zip") else gzip.compress(blanks)})
    *_, last = exports([tmp_path])
    with pytest.raises(UnreadableFileError, match="zip_bomb"):
        last.content()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.fit.gz", gzip.compress(FIT)[:-9]),
        ("wrong.fit.gz", gzip.compress(FIT)[:10] + b"\xff" * 20),
        ("cut.zip", zipped({"a.fit": FIT})[:-30]),
        ("only-begun.zip", b"PK\x03\x04"),
    ],
    ids=["cut.fit.gz", "wrong.fit.gz", "cut.zip", "only-begun.zip"],
)
def test_a_damaged_archive_says_so_and_stops_nothing(tmp_path: Path, name: str, content: bytes):
    written(tmp_path, {name: content, "z.fit": FIT})
    export = found(tmp_path)
    assert list(export) == [name, "z.fit"]
    with pytest.raises(UnreadableFileError, match="damaged_archive"):
        export[name].content()


def test_a_damaged_member_does_not_cost_the_others(tmp_path: Path):
    content = zipped({"a.fit": FIT, "b.fit": FIT})
    written(tmp_path, {"a.zip": content.replace(content[30:40], b"\0" * 10, 1)})
    export = found(tmp_path)
    assert export["a.zip/b.fit"].content() == FIT


def test_a_member_without_a_name_does_not_cost_the_others(tmp_path: Path):
    content = bytearray(zipped({"run.gpx": GPX, "x": FIT}))
    entry = content.rindex(b"PK\1\2")
    assert content[entry + 28 : entry + 30] == b"\1\0"  # the length of the name, which is a comment then
    content[entry + 28 : entry + 34] = b"\0\0\0\0\1\0"
    assert list(found(written(tmp_path, {"a.zip": bytes(content)}))) == [
        "a.zip",
        "a.zip/nameless",
        "a.zip/run.gpx",
    ]


def test_a_member_that_needs_a_password_says_so(tmp_path: Path):
    content = bytearray(zipped({"a.fit": FIT}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    written(tmp_path, {"a.zip": bytes(content)})
    with pytest.raises(UnreadableFileError, match="encrypted"):
        found(tmp_path)["a.zip/a.fit"].content()


def test_a_known_file_and_a_known_zip_with_its_members_are_not_opened(tmp_path: Path):
    written(tmp_path, {"a.fit": FIT, "b.zip": zipped({"1.fit": FIT}), "c.fit": FIT})
    for known in ("a.fit", "b.zip"):
        (tmp_path / known).chmod(0)
    met = {str(tmp_path / known) for known in ("a.fit", "b.zip")}
    unknown = exports([tmp_path], lambda path, _size, _time: path in met)
    assert [export.path for export in unknown] == [str(tmp_path / "c.fit")]


def test_an_unknown_zip_skips_the_members_that_are_known(tmp_path: Path):
    written(tmp_path, {"a.zip": zipped({"1.fit": FIT, "2.fit": FIT})})
    unknown = exports([tmp_path], lambda path, _size, _time: path.endswith("1.fit"))
    assert [Path(export.path).name for export in unknown] == ["a.zip", "2.fit"]


def test_a_name_that_leads_out_of_the_archive_is_only_a_name(tmp_path: Path):
    names = ["../../up.fit", "/etc/passwd.fit", "C:\\Windows\\down.fit", "a/../b.fit"]
    written(tmp_path / "in", {"a.zip": zipped(dict.fromkeys(names, FIT))})
    before = sorted(tmp_path.rglob("*"))
    members = [export for export in exports([tmp_path / "in"]) if not export.container]
    assert sorted(export.path.removeprefix(f"{tmp_path}/in/a.zip/") for export in members) == sorted(names)
    assert all(export.content() == FIT and not export.junk for export in members)
    assert sorted(tmp_path.rglob("*")) == before


def test_two_members_with_one_name_are_two_files(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.fit", FIT)
        archive.writestr("a.fit", FIT + b"2")
    export = found(tmp_path)
    assert export["a.zip/a.fit"].content() == FIT
    assert export["a.zip/a.fit (2)"].content() == FIT + b"2"


def test_a_nested_archive_is_unpacked_once_and_its_digest_is_known(tmp_path: Path):
    inner = zipped({"1.fit": FIT, "2.fit": FIT})
    written(tmp_path, {"a.zip": zipped({"b.zip": inner})})
    heard: list[int] = []
    digests = [one.digest for one in exports([tmp_path], expect=heard.append) if one.container]
    assert digests == [None, sha256(inner).hexdigest()]
    assert heard == [1, 1, 2]


def test_what_is_expected_is_what_is_found(tmp_path: Path):
    written(tmp_path, {"a.fit": FIT, "b.zip": zipped({"1.fit": FIT, "x/": b"", "2.gpx": GPX}), "c.fit": FIT})
    heard: list[int] = []
    unknown = list(exports([tmp_path], lambda path, _size, _time: path.endswith("c.fit"), heard.append))
    assert sum(heard) == len(unknown) == 4


def test_a_member_that_lies_about_its_size_is_no_member(tmp_path: Path):
    told, is_in_it = len(FIT).to_bytes(4, "little"), (50 * 1024**2).to_bytes(4, "little")
    content = zipped({"a.fit": bytes(50 * 1024**2)})
    written(tmp_path, {"a.zip": content.replace(is_in_it, told)})
    with pytest.raises(UnreadableFileError, match="damaged_archive"):
        found(tmp_path)["a.zip/a.fit"].content()


def test_a_packing_that_no_export_has_is_not_unpacked(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.fit", FIT)
    with pytest.raises(UnreadableFileError, match="unknown_packing"):
        found(tmp_path)["a.zip/a.fit"].content()


def test_members_that_share_their_bytes_are_a_bomb_together(tmp_path: Path):
    written(tmp_path, {"a.zip": overlapping(members=3000, unpacked=10 * 1024**2)})
    (archive,) = exports([tmp_path])
    with pytest.raises(UnreadableFileError, match="zip_bomb"):
        archive.content()


def test_few_members_that_share_their_bytes_are_a_bomb_too(tmp_path: Path):
    written(tmp_path, {"a.zip": overlapping(members=9, unpacked=1000)})
    (archive,) = exports([tmp_path])
    with pytest.raises(UnreadableFileError, match="zip_bomb"):
        archive.content()


def overlapping(members: int, unpacked: int) -> bytes:
    """As David Fifield describes: many entries of the list point at one member."""
    content = zipped({"0": bytes(unpacked)})
    start = content.index(b"PK\x01\x02")
    (entry,) = re.findall(rb"PK\x01\x02.*(?=PK\x05\x06)", content[start:], re.DOTALL)
    end = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, members & 0xFFFF, members & 0xFFFF, len(entry) * members, start, 0
    )
    return content[:start] + entry * members + end


def test_a_file_larger_than_any_activity_is_not_read(tmp_path: Path):
    with (tmp_path / "export.xml").open("wb") as file:
        file.write(
            b"<?xml version='1.0'?><!DOCTYPE HealthData [<!ELEMENT HealthData (Record*)>]><HealthData>"
        )
        file.truncate(3 * 1024**3)  # a hole, which takes no room
    (export,) = exports([tmp_path])
    assert sniff(export.head()) == "xml"
    with pytest.raises(UnreadableFileError, match="too_large"):
        export.content()


BOUNDED = """
import sys
from pathlib import Path
from pipeline.errors import SettingsError, UnreadableFileError
from pipeline.sources import exports

for export in exports([Path(sys.argv[1])]):
    try:
        export.sha256() if export.container or export.is_huge else export.content()
    except UnreadableFileError as error:
        print(error.reason)
peak = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print("MB", int(peak[0].split()[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is not told here")
@pytest.mark.parametrize(
    ("name", "reason"), [("million", "too_many_members"), ("nested", ""), ("bombs", "zip_bomb")]
)
def test_an_absurd_archive_takes_neither_much_memory_nor_long(tmp_path: Path, name: str, reason: str):
    absurd = {
        "million": lambda: overlapping(members=1_000_000, unpacked=10),
        "nested": lambda: stored({"1.zip": stored({f"{n}.fit": os.urandom(60 * 1024**2) for n in range(4)})}),
        "bombs": lambda: zipped({f"{n}.zip": zipped({"a.gpx": bytes(40 * 1024**2)}) for n in range(4)}),
    }
    written(tmp_path, {"a.zip": absurd[name]()})
    ended = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )
    *reasons, peak = ended.stdout.splitlines()
    assert set(reasons) == ({reason} if reason else set())
    assert int(peak.removeprefix("MB ")) < 300


def stored(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
