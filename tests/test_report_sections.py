"""What a whole report reads like to a runner: in miles, from Sunday on, in every width, in bare ASCII."""

import json
import re
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import ENVIRONMENT

from pipeline import flow, letters, published, simulate
from pipeline.console import Console
from pipeline.report import report, why
from pipeline.report.content import SECTIONS
from pipeline.report.drawn import plot, sparkline, stacked
from pipeline.report.units import shares
from pipeline.report.workouts import TEMPLATES

SQL = published.sql_folder() / "reports"


@pytest.fixture(scope="module")
def miler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of some months with workouts and races, of one who counts in miles and from Sunday on."""
    home = flow.Home(tmp_path_factory.mktemp("miler"))
    (home.folder / "athlete.toml").write_text('units = "mi"\nweek_start = "sunday"\n', encoding="utf-8")
    habits = simulate.Habits(runs_per_week=3, weekly_distance_m=20_000, workouts_per_week=1, races_per_year=8)
    runner = simulate.Runner(weeks=15, habits=((0, habits),), recording_interval_s=10, missing_week_ratio=0)
    exports = tmp_path_factory.mktemp("miler-exports")
    simulate.write(runner, exports)
    days = [f"2025-03-{day:02},{50 + day % 3},{7 + day % 2}:30" for day in range(1, 32)]
    days += [f"2025-04-{day:02},{50 + day % 3},{7 + day % 2}:30" for day in range(1, 21)]
    header = "day,resting_heart_rate_bpm,sleep_h"
    (exports / "journal.csv").write_text("\n".join([header, *days]), encoding="utf-8")
    flow.run(home, "me", [exports], Console(is_quiet=True))
    return home.warehouse


def told(path: Path, format: str = "terminal", *sections: str, width: int = 80) -> str:
    return report(path, "me", sql=SQL, format=format, sections=sections or SECTIONS, units="mi", width=width)


@pytest.mark.parametrize("format", ["terminal", "html", "markdown"])
def test_who_runs_in_miles_reads_of_kilometres_only_in_the_names_of_races(miler: Path, format: str):
    text = re.sub(r"[\s\u00a0]+", " ", re.sub(r"<[^>]*>", " ", told(miler, format)))
    assert " mi" in text and "/mi" in text
    without_races = re.sub(r"\b(1|1\.5|2|3|5|10|15) km\b", "", text)
    assert not re.findall(r".{30}(?:\bkm\b|/km).{10}", without_races)


def test_sentences_in_json_are_in_miles_too(miler: Path):
    document = json.loads(told(miler, "json"))
    sentences = [cause["reason"] or "" for cause in document["causes"]] + [
        workout["signature"] for workout in document["workouts"]
    ]
    assert any("/mi" in sentence for sentence in sentences)
    assert not [sentence for sentence in sentences if re.search(r"(?<!\b5 )\bkm\b", sentence)]


def test_a_week_that_starts_on_sunday_does_so_in_every_table(miler: Path):
    document = json.loads(told(miler, "json"))
    weeks = {week["week_start_on"] for name in ("weekly_load", "intensity_split") for week in document[name]}
    assert weeks and {date.fromisoformat(week).isoweekday() for week in weeks} == {7}
    assert document["week_pattern"]["usual_week"].startswith("Sun ")
    blocks = {block["from_on"] for block in document["phases"]}
    assert {date.fromisoformat(day).isoweekday() for day in blocks} == {7}


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_report_of_half_a_year_keeps_to_its_width(miler: Path, width: int):
    lines = told(miler, width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert max(map(len, why(miler, "me", sql=SQL, units="mi", width=width).splitlines())) <= width
    dates = [date for line in lines for date in re.findall(r"\b20\d\d-\d\d-\d?$", line)]
    assert not dates, "no date is broken"


@pytest.mark.parametrize("width", [1, 20, 35])
def test_a_sliver_of_a_terminal_shows_what_it_can(miler: Path, width: int):
    assert "Workouts" in told(miler, width=width)
    assert why(miler, "me", sql=SQL, units="mi", width=width)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_can_be_asked_for_alone(miler: Path, section: str):
    text = told(miler, "terminal", section)
    assert text.count("\n") >= 4 and "None" not in text and not re.search(r"\bnan\b", text)
    document = json.loads(told(miler, "json", section))
    assert set(document) & set(SECTIONS) == {section}


def test_a_plan_that_was_never_started_is_told_only_when_asked_for(miler: Path):
    assert "Four-week mile" not in told(miler)
    assert "No plan has been started." in told(miler, "terminal", "plan")


def test_what_a_terminal_has_no_letters_for_is_shown_in_others(miler: Path):
    text = told(miler)
    assert re.search("[\u2800-\u28ff]", text), "the curve is drawn"
    plain = text.encode("ascii", errors=letters.NAME).decode("ascii")
    assert plain.count("?") == text.count("?"), "every letter has another one to stand for it"
    assert len(plain.splitlines()) == len(text.splitlines())


def test_a_terminal_of_bare_ascii_shows_the_report_and_a_program_gets_it_whole(
    miler: Path, nextgear: Callable[..., subprocess.CompletedProcess[bytes]]
):
    ascii_only = {**ENVIRONMENT, "PYTHONIOENCODING": "ascii"}
    asked = ("report", "--data", miler.parent, "--section", "verdict", "--section", "weekly_load")
    shown = nextgear(*asked, env=ascii_only, text=False)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert shown.stdout.isascii() and b"-" in shown.stdout
    page = nextgear(*asked, "--format", "markdown", env=ascii_only, text=False)
    assert (page.returncode, page.stderr) == (0, b"")
    assert "“90 %: 1 to 7 s”" in page.stdout.decode("utf-8") or "−" in page.stdout.decode("utf-8")


def test_the_latest_workout_is_drawn_repetition_by_repetition(miler: Path):
    document = json.loads(told(miler, "json", "workouts"))
    latest = [
        bout for bout in document["repeats"] if bout["activity_id"] == document["repeats"][-1]["activity_id"]
    ]
    assert len(latest) > 1
    text = told(miler, "terminal", "workouts")
    bars = re.findall(r"^ +(\d+) +\d+:\d\d .*/mi .*█", text, re.MULTILINE)
    assert list(map(int, bars)) == list(range(1, len(latest) + 1))


def test_resting_heart_rate_is_held_against_what_is_usual(miler: Path):
    """Of days with 50, 51, 52 bpm in turn every mean of seven is 51 or next to it."""
    signals = {row["signal"]: row for row in json.loads(told(miler, "json", "recovery"))["recovery"]}
    assert signals["heart_rate_resting"]["known_day_count"] == 51
    assert signals["heart_rate_resting"]["source"] == "journal"
    assert 50.8 <= signals["heart_rate_resting"]["usual_value"] <= 51.2
    assert signals["sleep"]["recent_value"] == pytest.approx(8 * 3600, rel=0.05)
    text = told(miler, "terminal", "recovery")
    assert "Resting heart rate: 51 bpm in the last seven days" in text and "within your usual" in text
    assert "Heart rate variability: not known." in text


@pytest.mark.parametrize(
    ("ratios", "words"),
    [
        ([0.005, 0.98, 0.015], ["1 %", "98 %", "1 %"]),
        ([1 / 3, 1 / 3, 1 / 3], ["34 %", "33 %", "33 %"]),
        ([0.124, 0.124, 0.124, 0.628], ["13 %", "12 %", "12 %", "63 %"]),
        ([0.695, 0.205, 0.1], ["70 %", "20 %", "10 %"]),
        ([0.29, 0.71], ["29 %", "71 %"]),
        ([0.0, 1.0, 0.0], ["0 %", "100 %", "0 %"]),
        ([0.002, 0.998], ["<1 %", "100 %"]),
        ([0.6, None, 0.4], ["60 %", "–", "40 %"]),
        ([0.6, 0.6], ["60 %", "60 %"]),
        ([], []),
    ],
)
def test_shares_that_belong_together_add_to_a_hundred(ratios: list[float | None], words: list[str]):
    assert shares(ratios) == words


def test_a_sparkline_has_a_letter_a_value_and_a_gap_where_nothing_is_known():
    assert sparkline([1, None, 8, 4]) == "▁ █▄"
    assert sparkline([5, 5]) == "▁▁"
    assert sparkline([None]) == ""


def test_stacked_parts_fill_the_width_whatever_their_rounding():
    assert stacked([0.5, 0.25, 0.25], 8) == "████▒▒░░"
    assert all(len(stacked([1 / 3, 1 / 3, 1 / 3], width)) == width for width in range(1, 40))


def test_a_curve_that_does_not_move_or_has_one_day_is_not_drawn():
    one = [(date(2026, 1, 1), 3.0)]
    assert plot(one, one, one, str, 60) == []


def test_every_workout_that_can_be_recognized_has_a_name():
    model = (published.sql_folder() / "settings/workout_templates.sql").read_text(encoding="utf-8")
    known = set(re.findall(r"^\s*\(?\s*'([a-z0-9_]+)',(?: \d|$)", model, re.MULTILINE))
    assert len(known) > 25
    assert known <= set(TEMPLATES)
