"""What would sharpen a report most: for this runner, the best first, three at most, none where none would."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline import flow
from pipeline.console import Console
from pipeline.home import Home
from pipeline.report import sharpen
from pipeline.report.content import Content
from pipeline.report.units import units_named

SILENT = Console(is_quiet=True)

# A runner of whom all is known.
KNOWN: Mapping[str, Any] = {
    "birth_year": 1988,
    "sex": "female",
    "activity_count": 100,
    "heart_rate_count": 90,
    "run_count": 80,
    "bare_run_count": 7,
    "unplaced_count": 0,
    "race_count": 2,
    "trimp_count": 90,
    "heart_rate_max_bpm": 188,
    "heart_rate_max_source": "athlete.toml",
    "is_heart_rate_max_confirmed": True,
    "heart_rate_resting_bpm": 48,
    "heart_rate_resting_source": "device",
    "easy_below_bpm": 145,
    "easy_below_source": "athlete.toml",
    "hard_from_bpm": 171,
    "hard_from_source": "runs",
    "threshold_speed_source": "runs",
    "easy_time_ratio": 0.7,
    "easy_time_minus_3_bpm_ratio": 0.6,
    "easy_time_plus_3_bpm_ratio": 0.8,
    "verdict": "plateau",
    "class_zero_speed_lower": "plateau",
    "class_zero_speed_higher": "improving",
    "zero_speed_doubt_bpm": 10,
    "silent_causes": [],
    "journal_count": 0,
}


def hints(**guessed: object) -> list[sharpen.Hint]:
    return list(sharpen.hints(Content("me", ["sharpen"], {"sharpen": [{**KNOWN, **guessed}]}, {})))


def test_who_is_known_is_asked_nothing():
    assert hints() == []
    content = Content("me", ["sharpen"], {"sharpen": [KNOWN]}, {})
    assert sharpen.text(content, 80) == ""
    assert sharpen.sharpen(content, units_named("km")).findings == []


@pytest.mark.parametrize(
    ("guessed", "command", "change"),
    [
        ({"is_heart_rate_max_confirmed": False}, "heart_rate_max_bpm", "60 % or 80 % of your time is easy"),
        ({"heart_rate_max_source": "age"}, "heart_rate_max_bpm", "188 bpm is what is usual at your age"),
        ({"hard_from_source": "default"}, "heart_rate_threshold_bpm", "Hard begins at 171 bpm"),
        ({"easy_below_source": "default"}, "heart_rate_easy_below_bpm", "instead of 70 %"),
        (
            {"heart_rate_resting_source": "runs"},
            "heart_rate_resting_bpm",
            "with one 10 bpm higher the verdict would be improving",
        ),
        (
            {"silent_causes": ["hrv_down", "sleep_short"]},
            "--journal",
            "short sleep and heart-rate variability",
        ),
        ({"threshold_speed_source": None}, "threshold_pace", "7 of 80 runs have no heart rate"),
        ({"unplaced_count": 3}, "time_zone", "3 of 100 activities do not say where they were"),
        ({"race_count": 0}, "--journal", "No run was recognised as a race"),
        ({"sex": "unknown"}, "sex", "TRIMP"),
    ],
)
def test_what_is_guessed_is_asked_for_with_what_it_would_change(
    guessed: Mapping[str, object], command: str, change: str
):
    (hint,) = hints(**guessed)
    assert hint.command.startswith("nextgear athlete --")
    assert command in hint.command
    assert change in hint.change


def test_of_many_the_three_that_change_most_are_asked_for():
    everything = {
        "unplaced_count": 90,
        "is_heart_rate_max_confirmed": False,
        "hard_from_source": "default",
        "easy_below_source": "default",
        "heart_rate_resting_source": "default",
        "birth_year": None,
        "sex": "unknown",
        "race_count": 0,
    }
    asked = [hint.command.split("=")[0].rpartition(" ")[2] for hint in hints(**everything)]
    assert asked == ["time_zone", "heart_rate_max_bpm", "heart_rate_threshold_bpm"]


def test_a_threshold_that_a_few_beats_would_not_move_is_not_asked_for():
    steady = {"easy_time_minus_3_bpm_ratio": 0.79, "easy_time_plus_3_bpm_ratio": 0.8}
    assert hints(easy_below_source="default", **steady) == []


def test_a_journal_is_proposed_once():
    silent = {"silent_causes": ["sleep_short", "no_strength"], "race_count": 0}
    assert [hint.command for hint in hints(**silent)] == ["nextgear athlete --journal"]


def test_heart_rates_are_not_asked_of_who_has_none():
    guessed = {"heart_rate_max_source": None, "is_heart_rate_max_confirmed": None, "hard_from_source": None}
    without = {**guessed, "heart_rate_count": 0, "trimp_count": 0, "threshold_speed_source": None}
    assert ["threshold_pace" in hint.command for hint in hints(**without)] == [True]


def test_a_run_ends_with_commands_that_reach_this_folder(built: Home, tmp_path: Path):
    home = Home(tmp_path / "my runs")
    shutil.copytree(built.folder, home.folder)
    told = flow.hints(home, "me", SILENT)
    commands = [line.strip() for line in told.splitlines() if line.startswith("  nextgear")]
    assert 1 <= len(commands) <= sharpen.MOST
    assert all(command.endswith(f" --data '{home.folder}'") for command in commands)
    document = json.loads(flow.report(home, "me", format="json", sections=["sharpen"]))
    assert [hint["command"] for hint in document["sharpen"]] == [
        command.partition(" --data")[0] for command in commands
    ]
    page = flow.report(home, "me", format="html")
    assert "What would sharpen this report" in page
    assert str(home.folder) not in page


def test_who_has_not_said_it_is_known_by_the_watch(rows_of: Callable[..., pd.DataFrame]):
    rows = rows_of(
        "marts.athletes",
        given={
            "staging.files": "athlete_id\nann\nbea\n",
            "staging.activities": """
                athlete_id | activity_id | profile_sex
                ann        | run         | female
            """,
        },
    )
    assert list(rows.sex) == ["female", "unknown"]
    assert list(rows.units) == ["km", "km"]
    assert rows.birth_year.isna().all()
