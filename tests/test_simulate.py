"""The simulated runner: what its files say, and that the truth it promises is the truth they hold."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import fitdecode
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.simulate import DAYS_PER_MONTH, Device, Habits, Runner, demo_runner, fitness, sessions, truth, write

Messages = dict[str, list[dict[str, object]]]

SHORT_RUNS = Habits(runs_per_week=4, weekly_distance_m=20_000)
RUNNER = Runner(seed=5, weeks=4, habits=((0, SHORT_RUNS),), missing_week_ratio=0, recording_interval_s=5)
QUIET = replace(RUNNER, wander_sd_pct=0, heart_rate_sd_bpm=0, time_of_day_pct=0)
EASY = ("easy", "long")


def messages(path: Path) -> Messages:
    """What an independent reader finds in a file, by the name of the message; a wrong checksum raises."""
    found: Messages = {}
    with fitdecode.FitReader(path, check_crc=fitdecode.CrcCheck.RAISE) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                values = {field.name: field.value for field in frame.fields if field.value is not None}
                found.setdefault(frame.name, []).append(values)
    return found


def column(rows: list[dict[str, object]], name: str) -> list[float]:
    return [float(str(row[name])) for row in rows if name in row]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write(RUNNER, tmp_path_factory.mktemp("runner"))


@pytest.fixture(scope="module")
def files(paths: list[Path]) -> list[Messages]:
    return [messages(path) for path in paths]


def last_day_of(runner: Runner):
    return runner.first_day + timedelta(days=7 * runner.weeks - 1)


def test_the_same_runner_leaves_the_same_bytes_and_another_seed_others(paths: list[Path], tmp_path: Path):
    again = write(RUNNER, tmp_path / "again")
    other = write(replace(RUNNER, seed=6, weeks=1), tmp_path / "other")
    assert [path.name for path in again] == [path.name for path in paths]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]
    assert {path.read_bytes() for path in other}.isdisjoint(path.read_bytes() for path in paths)


def test_every_planned_run_is_one_file_of_one_running_activity(files: list[Messages]):
    planned = sessions(RUNNER)
    assert len(files) == len(planned)
    for session, file in zip(planned, files, strict=True):
        assert file["file_id"][0]["type"] == "activity"
        assert [row["sport"] for row in file["session"]] == ["running"]
        start = file["session"][0]["start_time"]
        assert str(start) == f"{session.started_at}+00:00"


def test_session_laps_and_records_agree_on_distance_and_time(files: list[Messages]):
    for file in files:
        (session,) = file["session"]
        records = file["record"]
        for total in ("total_distance", "total_timer_time", "total_elapsed_time"):
            assert sum(column(file["lap"], total)) == pytest.approx(session[total], abs=0.1)
        assert column(records, "distance")[-1] == pytest.approx(session["total_distance"], abs=0.01)
        span = records[-1]["timestamp"] - records[0]["timestamp"]  # pyright: ignore[reportOperatorIssue]
        assert span.total_seconds() == session["total_elapsed_time"]
        speeds, seconds = column(records, "enhanced_speed"), [row["timestamp"] for row in records]
        assert seconds == sorted(set(map(str, seconds)), key=str) or len(set(seconds)) == len(seconds)
        assert np.mean(speeds) == pytest.approx(session["total_distance"] / session["total_timer_time"], rel=0.05)
