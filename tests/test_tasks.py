"""What one machine does for a bucket of athletes, without Spark: what is left, and who is left out."""

import shutil
import tempfile
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import CHECKOUT

from pipeline import published
from pipeline.cluster import across, layout, questions, rounds, tasks
from pipeline.cluster.borrowed import BorrowedLake
from pipeline.cluster.tasks import Done, Task
from pipeline.console import Console
from pipeline.errors import LakeError, SettingsError
from pipeline.places import Place

DATA = CHECKOUT / "tests" / "data"
EDITION = "1-test"


def _task(lake: Path, athletes: tuple[str, ...] = ("ann", "bob")) -> Task:
    program = published.program(published.sql_folder())
    return Task(str(lake), 0, athletes, program, tasks.Share(1, 1 << 30), EDITION)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of two athletes with one bucket, built. To look at only."""
    lake = tmp_path_factory.mktemp("kept") / "lake"
    sources = {"ann": [str(DATA / "run-with-beats.fit")], "bob": [str(DATA / "run.gpx")]}
    assert tasks.done(replace(_task(lake), sources=sources)).broken == {}
    assert _built(lake).is_new
    return lake


@pytest.fixture
def lake(kept: Path, tmp_path: Path) -> Path:
    """The same lake, for a test that changes it."""
    return Path(shutil.copytree(kept, tmp_path / "lake"))


def _built(lake: Path) -> Done:
    answer = tasks.done(_task(lake))
    assert answer.failed == ""
    return answer


def _unbuilt(lake: Path) -> None:
    (lake / "editions" / EDITION / "0.json").unlink()


def test_what_athletes_say_while_their_bucket_is_being_built_is_built_the_next_time(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    _unbuilt(lake)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    settings = lake / "athletes" / "bob.toml"
    settings.parent.mkdir()

    def say() -> None:
        while not any(tmp_path.glob(f"{tasks.SCRATCH}*/marts")):
            time.sleep(0.01)
        settings.write_text("birth_year = 1990")

    saying = threading.Thread(target=say, daemon=True)
    saying.start()
    _built(lake)
    assert settings.exists()
    assert _built(lake).is_new
    assert not _built(lake).is_new


def test_an_athlete_of_whom_a_part_is_gone_is_left_out_alone_until_it_is_back(lake: Path):
    part, content = _lost(lake, "activities")
    answer = _built(lake)
    assert list(answer.broken) == ["bob"]
    assert f"lake/bob/activities/{part.name}" in answer.broken["bob"]
    assert tasks.SCRATCH not in answer.broken["bob"]
    assert not _built(lake).is_new
    part.write_bytes(content)
    assert _built(lake).broken == {}


def test_who_had_too_little_memory_is_tried_again_though_nothing_has_changed(lake: Path):
    _lost(lake, "records")
    assert list(_built(lake).broken) == ["bob"]
    note = lake / "editions" / EDITION / "0.json"
    note.write_text(note.read_text().replace("is missing", "Out of Memory Error"))
    assert _built(lake).is_new
    assert not _built(lake).is_new


def _lost(lake: Path, table: str) -> tuple[Path, bytes]:
    """Bob's part of a table, and what was in it."""
    shutil.rmtree(lake / "lake" / "bob" / "measured")
    (part,) = (lake / "lake" / "bob" / table).glob("*.parquet")
    content = part.read_bytes()
    part.unlink()
    _unbuilt(lake)
    return part, content


def test_what_was_measured_and_is_damaged_is_measured_anew(lake: Path):
    (pack,) = (lake / "lake" / "bob" / "measured").glob("*.zip")
    with zipfile.ZipFile(pack) as archive:
        last = archive.infolist()[-1]
    content = pack.read_bytes()
    at = last.header_offset + 100 + len(last.filename)
    pack.unlink()
    pack.write_bytes(content[:at] + bytes(byte ^ 1 for byte in content[at : at + 9]) + content[at + 9 :])
    _unbuilt(lake)
    assert _built(lake).broken == {}
    with zipfile.ZipFile(pack) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize(("table", "at"), [("activities", 30), ("records", 200)])
def test_an_athlete_of_whom_some_bytes_are_damaged_is_left_out_alone(lake: Path, table: str, at: int):
    part, content = _lost(lake, table)
    part.write_bytes(content[:at] + bytes(byte ^ 0x5A for byte in content[at : at + 12]) + content[at + 12 :])
    assert list(_built(lake).broken) == ["bob"]


def test_of_whom_nothing_has_landed_whole_there_is_nothing_to_build(tmp_path: Path):
    part = tmp_path / "lake" / "lake" / "nil" / "records" / "0123456789abcdef.parquet"
    part.parent.mkdir(parents=True)
    part.touch()
    task = _task(tmp_path / "lake", ("nil",))
    answers = [tasks.done(task), tasks.done(task)]
    assert [(answer.failed, answer.broken, answer.is_new) for answer in answers] == [
        ("", {}, True),
        ("", {}, False),
    ]


@pytest.mark.parametrize("athlete_id", ["0", "squad", "records", "athlete", "lock", "nextgear", "marts"])
def test_nobody_is_taken_for_a_bucket_or_a_folder_that_is_called_as_they_are(lake: Path, athlete_id: str):
    with Place.of(str(lake)).alone():
        assert across.prove_absent(Place.of(str(lake)), athlete_id)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("lake/cyd/files/1.parquet", b"", "lake/cyd"),
        ("athletes/cyd.toml", b"", "athletes/cyd.toml"),
        ("copies/cyd.zip", b"", "copies/cyd.zip"),
        (
            "editions/1-test/0.failed.json",
            b'{"reason": "lake/cyd/files/1.parquet: damaged"}',
            "editions/1-test/0.failed.json",
        ),
    ],
)
def test_what_still_names_who_was_forgotten_is_found(lake: Path, name: str, content: bytes, told: str):
    (lake / name).parent.mkdir(parents=True, exist_ok=True)
    (lake / name).write_bytes(content)
    with pytest.raises(LakeError, match=f"cyd is still in {told}$"):
        across.prove_absent(Place.of(str(lake)), "cyd")


def test_a_deletion_where_a_mart_cannot_be_read_is_not_proved(lake: Path):
    mart = next((lake / "marts").rglob("*.parquet"))
    mart.unlink()
    mart.write_bytes(b"half a fi")
    with pytest.raises(LakeError, match="cyd may still be there"):
        across.prove_absent(Place.of(str(lake)), "cyd")


def test_who_is_forgotten_after_an_update_is_gone_from_what_the_older_program_made(lake: Path):
    layout.Layout(1, EDITION).write(Place.of(str(lake)))
    rounds.forget(str(lake), "ann", Console(is_quiet=True))
    assert not list((lake / "marts").rglob("*.parquet"))
    assert "another nextgear" in rounds.status(str(lake), "table")[0]
    assert (lake / "lake" / "bob").exists()


def test_who_is_forgotten_before_the_first_build_has_ended_is_gone_from_its_beginnings(lake: Path):
    layout.Layout(1).write(Place.of(str(lake)))
    rounds.forget(str(lake), "ann", Console(is_quiet=True))
    assert not list((lake / "marts").rglob("*.parquet"))


def test_a_lake_is_not_taken_for_exports(lake: Path, tmp_path: Path):
    layout.Layout(1, EDITION).write(Place.of(str(lake)))
    for place, told in ((tmp_path / "b", "a lake, and no exports"), (lake / "b", "lies in")):
        with pytest.raises(SettingsError, match=told):
            rounds.ingest(str(lake), str(place), "local[1]", {}, Console(is_quiet=True))


def test_marts_that_were_lost_are_noticed(lake: Path):
    place = Place.of(str(lake))
    assert rounds.with_losses(place, EDITION) == []
    next((lake / "marts" / "days").rglob("*.parquet")).unlink()
    assert rounds.with_losses(place, EDITION) == [0]
    layout.Layout(1, EDITION).write(place)
    with (
        pytest.raises(LakeError, match=r"missing.*remove that file and build again"),
        questions.opened(str(lake), "from days", "50%"),
    ):
        pass


def test_a_run_that_was_thought_to_be_dead_brings_nothing_back_of_who_was_forgotten(
    lake: Path, tmp_path: Path
):
    place = Place.of(str(lake / "lake" / "ann"))
    late = BorrowedLake.of(tmp_path / "late", "ann", place)
    late.land({"files": late.ledger()})
    place.remove_all()
    with pytest.raises(LakeError, match="another run has changed it meanwhile"):
        late.give_back()
    assert not (lake / "lake" / "ann").exists()


@pytest.mark.parametrize(
    "content", ["[]", '{"layout": 1}', '{"layout": 1, "buckets": "many", "edition": ""}']
)
def test_a_note_that_does_not_say_all_is_told_by_its_name(tmp_path: Path, content: str):
    (tmp_path / layout.FILE).write_text(content)
    with pytest.raises(LakeError, match=f"{layout.FILE}: does not say all of .*; bring it back from a copy"):
        layout.read(Place.of(str(tmp_path)))
