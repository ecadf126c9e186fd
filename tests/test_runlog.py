"""The log of a data folder: what it has in it, how large it becomes, and that it stops nobody."""

from pathlib import Path

import pytest

from pipeline.daily import runlog
from pipeline.errors import SettingsError


def lines(data: Path) -> list[str]:
    return [line.split(" ", 1)[1] for line in runlog.log_of(data).read_text(encoding="utf-8").splitlines()]


def test_a_run_has_a_beginning_and_an_end(tmp_path: Path):
    with runlog.logged(tmp_path, "run") as log:
        log.info("two new runs")
    assert lines(tmp_path) == ["INFO run: started", "INFO two new runs", "INFO run: done"]


def test_an_expected_error_is_its_sentence_and_goes_on(tmp_path: Path):
    with pytest.raises(SettingsError), runlog.logged(tmp_path, "run"):
        raise SettingsError("athlete.toml: no")
    assert lines(tmp_path)[1:] == ["ERROR run: failed: athlete.toml: no"]


def test_a_bug_leaves_its_traceback(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), runlog.logged(tmp_path, "run"):
        _ = 1 / 0
    text = runlog.log_of(tmp_path).read_text(encoding="utf-8")
    assert "CRITICAL run: failed, and should not have" in text
    assert "test_runlog.py" in text
    assert "ZeroDivisionError" in text


def test_ctrl_c_is_no_bug(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt), runlog.logged(tmp_path, "run"):
        raise KeyboardInterrupt
    assert lines(tmp_path)[-1] == "ERROR run: interrupted"


def test_a_hostile_name_makes_no_line_of_its_own(tmp_path: Path):
    with runlog.logged(tmp_path, "run") as log:
        log.info("a\n2026-01-01T00:00:00Z INFO run: done\x1b[2J\u202e.fit")
    assert len(lines(tmp_path)) == 3
    assert "\x1b" not in runlog.log_of(tmp_path).read_text(encoding="utf-8")


def test_a_log_turns_over_and_the_oldest_goes(tmp_path: Path):
    for _ in range(12):
        with runlog.logged(tmp_path, "run") as log:
            for _ in range(5):
                log.info("x" * 100_000)
    logs = sorted((tmp_path / runlog.FOLDER).iterdir())
    assert [path.name for path in logs] == [runlog.NAME, *(f"{runlog.NAME}.{n}" for n in (1, 2, 3))]
    assert max(path.stat().st_size for path in logs) <= runlog.LOG_BYTES


@pytest.mark.parametrize("in_the_way", ["logs", "logs/nextgear.log/x"])
def test_a_log_that_cannot_be_written_stops_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], in_the_way: str
):
    path = tmp_path / in_the_way
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a file where a folder should be, or the other way round")
    with runlog.logged(tmp_path, "run") as log:
        log.info("nobody hears")
    assert capfd.readouterr() == ("", "")
