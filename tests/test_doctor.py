"""The doctor finds what is wrong, says what to do, breaks nothing, and calls nothing wrong that is not."""

import json
import os
import shutil
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipeline import doctor, lake
from pipeline.cli import app
from pipeline.daily import runlog
from pipeline.doctor import Finding
from pipeline.home import Home

Sick = Callable[[], Home]


@pytest.fixture
def home(built: Home, tmp_path: Path) -> Home:
    """A copy of the folder after a run."""
    shutil.copytree(built.folder, tmp_path / "data")
    return Home(tmp_path / "data")


def found(home: Home, **choices: bool) -> Mapping[str, list[Finding]]:
    """The findings by check."""
    by_check: dict[str, list[Finding]] = {}
    for finding in doctor.examine(home, **choices):
        by_check.setdefault(finding.check, []).append(finding)
    return by_check


def wrong(home: Home, **choices: bool) -> list[str]:
    """What is wrong, with what to do."""
    everything = [each for findings in found(home, **choices).values() for each in findings]
    assert all(each.advice for each in everything if each.state != "ok"), everything
    return [f"{each.check}: {each.found}: {each.advice}" for each in everything if each.state == "wrong"]


def part(home: Home, table: str) -> Path:
    return sorted((home.lake / "me" / table).glob("*.parquet"))[0]


def test_where_all_is_well_it_says_so_and_changes_nothing(built: Home):
    before = {path: path.stat().st_mtime_ns for path in built.folder.rglob("*")}
    done = CliRunner().invoke(app, ["doctor", "--data", str(built.folder)])
    assert done.exit_code == 0, done.output
    assert "wrong" not in done.output
    assert "8 activities, 1 batch" in done.output
    assert {path: path.stat().st_mtime_ns for path in built.folder.rglob("*")} == before
    assert wrong(built, is_deep=True) == []
    assert [each.state for each in found(built)["warehouse"]] == ["ok"]


def test_where_nothing_is_set_up_nothing_is_wrong_and_nothing_is_made(tmp_path: Path):
    home = Home(tmp_path / "none")
    assert wrong(home) == []
    assert "nextgear run" in found(home)["lake"][0].advice
    assert not home.folder.exists()


def test_for_programs_it_is_json_and_the_exit_code_tells(home: Home):
    (home.folder / "athlete.toml").write_text("units = 'furlongs'")
    done = CliRunner().invoke(app, ["doctor", "--format", "json", "--data", str(home.folder)])
    assert done.exit_code == 1
    findings = json.loads(done.stdout)
    assert {key for each in findings for key in each} == {"check", "state", "found", "advice"}
    assert [each["check"] for each in findings if each["state"] == "wrong"] == ["settings"]


@pytest.mark.parametrize("table", ["files", "records", "activities"])
def test_a_part_of_the_lake_that_was_cut_short_is_named(home: Home, table: str):
    damaged = part(home, table)
    damaged.write_bytes(damaged.read_bytes()[:-10])
    (line,) = wrong(home)
    assert line.startswith(f"lake of me: {damaged} cannot be read")
    assert str(home.lake / "me" / "files" / damaged.name) in line


def test_what_it_advises_about_a_damaged_part_mends_the_lake(home: Home, exports: Path):
    from pipeline import flow
    from pipeline.console import Console

    damaged = part(home, "laps")
    damaged.write_bytes(b"")
    (home.lake / "me" / "files" / damaged.name).unlink()
    flow.land(home, "me", [exports], Console(is_quiet=True))
    assert wrong(home, is_deep=True) == []


def test_a_part_of_the_lake_that_is_gone_is_named(home: Home):
    gone = part(home, "records")
    gone.unlink()
    assert [line.startswith(f"lake of me: {gone} is missing") for line in wrong(home)] == [True]


def test_a_byte_that_turned_is_found_by_who_reads_them_all(home: Home):
    damaged = part(home, "records")
    content = bytearray(damaged.read_bytes())
    content[100:400] = bytes(300)
    damaged.write_bytes(content)
    assert wrong(home) == []
    assert str(damaged) in wrong(home, is_deep=True)[0]


def test_a_lake_of_a_newer_program_is_left_to_it(home: Home):
    ledger = part(home, "files")
    table = pq.ParquetFile(ledger).read()
    pq.write_table(table.replace_schema_metadata({lake.CONTRACT: b"99 abcdef"}), ledger)
    (line,) = wrong(home)
    assert line.endswith("update nextgear")


def test_a_lake_of_an_older_program_is_no_fault(home: Home):
    ledger = part(home, "files")
    table = pq.ParquetFile(ledger).read()
    pq.write_table(table.replace_schema_metadata({lake.CONTRACT: b"1 abcdef"}), ledger)
    part(home, "plan_steps").unlink()
    assert wrong(home) == []
    assert found(home)["lake of me"][0].state == "note"


def test_activities_that_are_yet_to_come_are_a_matter_of_the_clock(home: Home):
    activities = part(home, "activities")
    table = pq.ParquetFile(activities).read()
    place = table.column_names.index("started_at")
    later = pa.array([datetime(2099, 1, 1)] * len(table), table.schema.field("started_at").type)
    pq.write_table(table.set_column(place, table.schema.field(place), later), activities)
    (finding,) = found(home)["clock"]
    assert (finding.state, "2099-01-01" in finding.found) == ("note", True)


def test_a_warehouse_that_cannot_be_opened_can_be_made_again(home: Home):
    home.warehouse.write_bytes(b"no database" * 1000)
    (line,) = wrong(home)
    assert line.startswith(f"warehouse: {home.warehouse}")
    assert line.endswith("`nextgear build` makes a new one")


def test_a_warehouse_out_of_date_is_worth_a_note(home: Home):  # it was moved
    (finding,) = found(home)["warehouse"]
    assert (finding.state, finding.advice) == ("note", "`nextgear build` renews it")


def test_settings_that_cannot_be_used_are_named(home: Home):
    (home.folder / "athletes").mkdir()
    (home.folder / "athletes" / "ann.toml").write_text("sex = 3")
    (line,) = wrong(home)
    assert line.startswith(f"settings: {home.folder / 'athletes' / 'ann.toml'}: sex")


def test_a_data_folder_that_is_a_file_is_wrong(tmp_path: Path):
    (tmp_path / "data").touch()
    assert [line.startswith("data folder: ") for line in wrong(Home(tmp_path / "data"))] == [True]


def test_a_run_that_is_at_work_is_no_fault(home: Home):
    with lake.exclusive(home.folder):
        (finding,) = found(home)["lock"]
    assert (finding.state, "at work" in finding.found) == ("note", True)
    assert found(home)["lock"][0].state == "ok"


def test_how_the_last_run_ended_is_told(home: Home):
    (finding,) = found(home)["last run"]
    assert (finding.state, finding.found.endswith(", done")) == ("ok", True)
    with runlog.log_of(home.folder).open("a", encoding="utf-8") as log:
        log.write("2026-11-29T05:30:00Z INFO run: started\n2026-11-29T05:30:01Z ERROR run: failed: no room\n")
    (finding,) = found(home)["last run"]
    assert finding.state == "note"
    assert finding.found.endswith("failed: no room")
    assert str(runlog.log_of(home.folder)) in finding.advice


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # in Apprise
def test_what_cannot_be_notified_is_wrong(home: Home):
    path = home.folder / "notify.toml"
    assert "names no target" in wrong(home, is_sending=True)[0]
    path.write_text("targets = ['json://127.0.0.1:9', 5]")
    assert wrong(home)[0].startswith(f"notifications: {path}")
    path.write_text("targets = ['json://127.0.0.1:9']")
    path.chmod(0o644)
    pytest.importorskip("apprise")
    assert wrong(home) == []
    assert "chmod 600" in found(home)["notifications"][0].advice
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        path.write_text(f"targets = ['json://127.0.0.1:{nobody.getsockname()[1]}']")
        assert "did not take the news" in wrong(home, is_sending=True)[0]


def test_a_folder_on_the_network_is_worth_a_note(home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "_file_system", lambda _folder: "nfs4")  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    assert found(home)["file system"][0].state == "note"


@pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="no list of mounts here")
def test_the_file_system_is_known_by_its_mount():
    assert doctor._file_system(Path("/proc/self")) == "proc"  # pyright: ignore[reportPrivateUsage]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is unreadable here")
def test_what_may_not_be_read_is_named(home: Home):
    (home.lake / "me" / "files").chmod(0)
    try:
        assert "let this user read it" in " ".join(wrong(home))
    finally:
        (home.lake / "me" / "files").chmod(0o755)
