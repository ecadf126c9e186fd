"""The commands as people and scripts use them; in processes of their own where pipes and terminals matter."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipeline.cli import app, main
from pipeline.flow import Home
from pipeline.report import FORMATS, SECTIONS

Started = Callable[..., subprocess.Popen[Any]]
Ended = Callable[..., subprocess.CompletedProcess[Any]]

COMMANDS = [command.callback.__name__ for command in app.registered_commands if command.callback]
ESCAPE = "\x1b["


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Ended:
    """A command in this process, for what does not depend on having one of its own."""
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: str | Path, text: bool = True) -> subprocess.CompletedProcess[Any]:
        monkeypatch.setattr(sys, "argv", ["nextgear", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfdbinary.readouterr()
        code = int(ended.value.code or 0)
        return subprocess.CompletedProcess(sys.argv, code, out.decode() if text else out, err.decode())

    return call


@pytest.fixture
def asked(here: Ended, built: Home) -> Ended:
    """A command about the finished run; it must go well and say nothing on standard error."""

    def ask(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[Any]:
        ended = here(*arguments, "--data", built.folder, **options)
        assert ended.returncode == 0, ended.stderr
        assert not ended.stderr
        return ended

    return ask


def assert_one_sentence(ended: subprocess.CompletedProcess[str], code: int, *said: str) -> None:
    assert ended.returncode == code, ended.stderr
    assert ended.stdout == ""
    assert ended.stderr.startswith("nextgear: ")
    assert "Traceback" not in ended.stderr
    for words in said:
        assert words in ended.stderr


# --- help and what is not there


def test_the_commands_introduce_themselves(nextgear: Ended):
    ended = nextgear("--help")
    assert ended.returncode == 0
    assert ended.stdout.startswith("Usage: nextgear ")
    for command in COMMANDS:
        assert re.search(rf"^\s+{command}\s+\S", ended.stdout, re.MULTILINE), command


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: nextgear {command} ")


@pytest.mark.parametrize(
    "arguments", [["runn"], ["run", "--dta", "x"], ["report", "--data"], ["sql", "1", "2"]]
)
def test_a_slip_on_the_command_line_is_a_usage_error(arguments: list[str]):
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


@pytest.mark.parametrize("command", ["why", "report", "files", "sql", "athlete"])
def test_before_the_first_run_a_command_says_what_to_do(here: Ended, tmp_path: Path, command: str):
    query = ["select 1"] if command == "sql" else []
    ended = here(command, *query, "--data", tmp_path / "data")
    assert_one_sentence(ended, 2, "no warehouse yet", "nextgear run")
    assert not (tmp_path / "data").exists()


def test_an_athlete_that_is_no_name_is_refused(here: Ended, tmp_path: Path):
    ended = here("run", "--athlete", "../ann", "--data", tmp_path)
    assert_one_sentence(ended, 2, "../ann")


def test_the_data_folder_may_come_from_the_environment(nextgear: Ended, built: Home):
    environment = {**os.environ, "NEXTGEAR_DATA": str(built.folder)}
    listed = nextgear("sql", "select [1, 2] as answers", "--format", "csv", env=environment)
    assert listed.stdout.splitlines() == ['"answers"', '"[1, 2]"'], listed.stderr
    ended = nextgear("sql", "select 42 as answer", "--format", "csv", env=environment)
    assert ended.stdout.splitlines() == ['"answer"', "42"]


# --- run, ingest, build


def test_files_land_and_are_built_in_steps(nextgear: Ended, exports: Path, tmp_path: Path):
    run = sorted(exports.glob("*.fit"))[0]
    landed = nextgear("ingest", run, exports / "page.fit", "--data", tmp_path)
    assert (landed.returncode, landed.stdout) == (0, "")
    assert landed.stderr.splitlines()[0] == "2 files: 1 imported, 1 quarantined."
    built = nextgear("build", "--data", tmp_path)
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "Built.\n")
    again = nextgear("run", run, "--data", tmp_path)  # its news is the report
    assert again.stderr.splitlines() == [
        "1 file: 1 known.",
        "2 files in all: 1 imported, 1 quarantined.",
        f"Report: {tmp_path}/reports/me/latest.html",
    ]
    assert again.stdout.startswith("Not enough runs to judge yet\n")
    assert ESCAPE not in again.stdout  # in a pipe: neither colour nor, above, progress


QUIETLY = [["ingest", "page.fit"], ["build"], ["run"], ["report", "--out", "../report.txt"]]


@pytest.mark.parametrize("arguments", QUIETLY, ids=[arguments[0] for arguments in QUIETLY])
def test_a_quiet_command_says_nothing(
    here: Ended, exports: Path, built: Home, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
):
    monkeypatch.chdir(exports)
    ended = here(*arguments, "--quiet", "--data", built.folder)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_a_quiet_run_says_what_is_new_once_and_on_standard_output(here: Ended, exports: Path, built: Home):
    built.news("me").unlink()  # as if there had been no report
    first, again = (here("run", exports, "--quiet", "--data", built.folder) for _ in range(2))
    verdict, _, found = first.stdout.splitlines()
    assert verdict == "verdict: not enough data"
    assert found.startswith("8 new runs, 1 file quarantined (")
    assert found.endswith("page.fit: not_fit: called .fit, but its content is html)")
    assert (first.returncode, first.stderr) == (0, "")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_a_log_for_machines_is_a_line_of_json_for_each_piece_of_news(
    here: Ended, exports: Path, built: Home, tmp_path: Path
):
    def logged(*arguments: str | Path) -> list[dict[str, object]]:
        ended = here(*arguments, "--json-log")
        assert (ended.returncode, ended.stdout) == (0, "")
        return [json.loads(line) for line in ended.stderr.splitlines()]

    assert logged("ingest", exports / "page.fit", "--data", tmp_path) == [
        {"event": "ingested", "found": 1, "known": 0, "outcomes": {"quarantined": 1}},
        {"event": "quarantined"},
    ]
    page = built.report("me")
    known = {"event": "nothing_new", "files": 9, "path": str(page)}
    assert logged("run", exports, "--data", built.folder) == [known]
    assert logged("build", "--data", built.folder) == [{"event": "built", "is_new": False}]
    out = tmp_path / "report.json"
    told = [{"event": "report", "path": str(out)}]
    assert logged("report", "--format", "json", "--out", out, "--data", built.folder) == told


def test_a_log_for_machines_is_json_when_a_command_fails_too(here: Ended, tmp_path: Path):
    ended = here("run", tmp_path / "gone", "--json-log", "--data", tmp_path)
    reason = f"{tmp_path}/gone: there is no such file or folder"
    assert (ended.returncode, json.loads(ended.stderr)) == (2, {"event": "failed", "reason": reason})


# --- reports


def test_why_fits_on_one_screen(asked: Ended):
    lines = asked("why").stdout.rstrip().splitlines()
    assert lines[0] == "Not enough runs to judge yet"
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


MARKS = {"terminal": "Weekly load", "html": "<!doctype html>", "markdown": "# nextgear", "json": "{"}


def undated(text: str) -> str:
    """A report without when it was made: a second may pass between two."""
    return re.sub(r'"made_at": "[^"]*"|made on [-0-9]+ at [0-9:]+', "", text).strip()


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_is_printed_or_written(asked: Ended, here: Ended, built: Home, tmp_path: Path, form: str):
    printed = asked("report", "--format", form).stdout
    assert MARKS[form] in printed
    out = tmp_path / "new" / "report"
    written = here("report", "--format", form, "--out", out, "--data", built.folder)
    assert (written.stdout, written.stderr) == ("", f"Report: {out}\n")
    assert undated(out.read_text(encoding="utf-8")) == undated(printed)
    assert list(out.parent.iterdir()) == [out]


def test_a_dash_is_standard_output(asked: Ended):
    to_dash, plainly = (asked("report", *out, "--section", "files").stdout for out in (["--out", "-"], []))
    assert undated(to_dash) == undated(plainly)


@pytest.mark.parametrize("arguments", [["report"], ["files", "--format", "csv"], ["models"]], ids=" ".join)
def test_who_has_seen_enough_is_no_failure(started: Started, built: Home, arguments: list[str]):
    data = [] if arguments == ["models"] else ["--data", built.folder]
    process = started(*arguments, *data)
    process.stdout.close()  # pyright: ignore[reportOptionalMemberAccess] - a pipe
    assert process.wait(60) == 0
    assert process.stderr.read() == ""  # pyright: ignore[reportOptionalMemberAccess]


def test_the_report_for_machines_is_json_of_the_known_shape(asked: Ended):
    told = json.loads(asked("report", "--format", "json").stdout)
    assert told["schema_version"] == 1
    assert told["verdict"]["class"] == "not_enough_data"
    assert told["files"] == {"imported": 8, "quarantined": 1}
    assert {"causes", "weekly_load", "intensity_split", "efficiency_trend", "best_efforts"} <= told.keys()


def test_a_report_of_chosen_sections_leaves_out_the_others(asked: Ended):
    told = json.loads(asked("report", "--format", "json", "--section", "files", "--section", "causes").stdout)
    assert {"files", "causes"} <= told.keys()
    assert told.keys().isdisjoint({"weekly_load", "best_efforts"})


@pytest.mark.parametrize(
    ("arguments", "known"),
    [
        (["report", "--section", "weather"], SECTIONS),
        (["report", "--format", "pdf"], FORMATS),
        (["sql", "select 1", "--format", "xlsx"], ("table", "csv", "json", "parquet")),
        (["files", "--format", "xlsx"], ("table", "csv", "json", "parquet")),
    ],
)
def test_a_choice_that_does_not_exist_names_those_that_do(
    here: Ended, built: Home, arguments: list[str], known: tuple[str, ...]
):
    assert_one_sentence(here(*arguments, "--data", built.folder), 2, ", ".join(known))


# --- sql and files

QUERY = "select activity_id, local_day, distance_m, null as nothing from marts.activities order by all"


def test_an_answer_in_sql_reads_back_from_every_format(asked: Ended):
    rows = json.loads(asked("sql", QUERY, "--format", "json").stdout)
    assert len(rows) == 8
    assert rows[0].keys() == {"activity_id", "local_day", "distance_m", "nothing"}
    assert rows[0]["nothing"] is None
    in_csv = list(csv.DictReader(StringIO(asked("sql", QUERY, "--format", "csv").stdout)))
    in_parquet = pq.read_table(
        BytesIO(asked("sql", QUERY, "--format", "parquet", text=False).stdout)
    ).to_pylist()
    in_table = asked("sql", QUERY).stdout
    for row, of_csv, of_parquet in zip(rows, in_csv, in_parquet, strict=True):
        assert (of_csv["activity_id"], of_csv["local_day"]) == (row["activity_id"], row["local_day"])
        assert (of_csv["nothing"], of_parquet["nothing"]) == ("", None)
        assert float(of_csv["distance_m"]) == of_parquet["distance_m"] == row["distance_m"]
        assert of_parquet["local_day"].isoformat() == row["local_day"]
        assert row["local_day"] in in_table


def test_numbers_that_json_does_not_have_are_nulls(asked: Ended):
    query = "select 'nan'::double as a, 'inf'::double as b, [1.5, 'nan'::double] as c"
    told = asked("sql", query, "--format", "json").stdout

    def refuse(name: str) -> None:
        raise AssertionError(name)

    assert json.loads(told, parse_constant=refuse) == [{"a": None, "b": None, "c": [1.5, None]}]


def test_sql_comes_from_a_file_or_from_standard_input_as_well(
    asked: Ended, nextgear: Ended, built: Home, tmp_path: Path
):
    (tmp_path / "runs.sql").write_text(
        "-- How many.\nselect count(*) as runs from marts.activities;\n-- That's all.\n"
    )
    from_file = asked("sql", tmp_path / "runs.sql", "--format", "csv").stdout
    query = "select count(*) as runs from marts.activities"
    for asks in ([], ["-"]):
        piped = nextgear("sql", *asks, "--format", "csv", "--data", built.folder, typed=query)
        assert from_file.splitlines() == piped.stdout.splitlines() == ['"runs"', "8"]


def test_each_of_several_selects_is_answered(asked: Ended):
    assert asked("sql", "select 1 as a; select 2 as b", "--format", "csv").stdout.split() == [
        '"a"',
        "1",
        '"b"',
        "2",
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("selec 1", "syntax error"),
        ("from marts.weather", "weather"),
        ("select 'x'::bigint", "Could not convert"),
        ("drop table marts.days", "only selects"),
        ("copy marts.days to 'days.csv'", "only selects"),
    ],
)
def test_a_query_that_cannot_be_answered_is_one_sentence(
    here: Ended, built: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str, said: str
):
    monkeypatch.chdir(tmp_path)
    assert_one_sentence(here("sql", query, "--data", built.folder), 2, said)
    assert list(tmp_path.iterdir()) == []


def test_a_sql_file_that_is_not_there_is_named(here: Ended, built: Home):
    assert_one_sentence(here("sql", "gone.sql", "--data", built.folder), 2, "gone.sql")


def test_the_ledger_tells_of_every_file_or_of_one_outcome(asked: Ended, exports: Path):
    every = json.loads(asked("files", "--format", "json").stdout)
    assert [file["path"] for file in every] == sorted(map(str, exports.iterdir()))
    (page,) = json.loads(asked("files", "--outcome", "quarantined", "--format", "json").stdout)
    assert page["path"] == str(exports / "page.fit")
    assert page["reason"].startswith("not_fit: ")
    assert json.loads(asked("files", "--athlete", "ann", "--format", "json").stdout) == []


def test_the_ledger_as_a_table_ends_with_its_counts(here: Ended, built: Home):
    every, some, rows = (
        here("files", *choice, "--data", built.folder)
        for choice in ([], ["--outcome", "imported"], ["--format", "csv"])
    )
    assert every.stderr == "9 files in all: 8 imported, 1 quarantined.\n"
    assert (some.stderr, rows.stderr) == ("", "")


# --- models and demo


def test_the_models_are_listed_drawn_and_explained():
    def told(*arguments: str) -> str:
        return CliRunner().invoke(app, ["models", *arguments], catch_exceptions=False).stdout

    assert {"marts.weekly_load", "staging.records"} <= set(told().splitlines())
    explained = told("--markdown")
    assert "### marts.weekly_load" in explained
    assert "| `athlete_id` | varchar |" in explained


def test_one_model_is_told_with_its_columns_and_what_reads_it():
    told = CliRunner().invoke(app, ["models", "plateau"], catch_exceptions=False).stdout
    assert told.startswith("marts.plateau\n")
    assert "sql/marts/plateau.sql\n" in told
    assert "reads athlete." in told
    assert "read by marts.race_changes" in told
    assert re.search(r"^as_of_day +date +Day from which one looks back", told, re.MULTILINE)
    number = CliRunner().invoke(app, ["models", "settings.measuring"], catch_exceptions=False).stdout
    assert re.search(r"^moving_min_m_per_s +double +slower is standing", number, re.MULTILINE)


def test_a_model_that_is_not_there_is_named_with_those_alike(here: Ended):
    assert_one_sentence(here("models", "wekly_load"), 2, "marts.weekly_load")


@pytest.mark.parametrize(
    ("name", "arrow"),
    [
        ([], "athlete_weeks --> marts_weekly_load"),
        (["causes"], "raw_records --> staging_records"),
        (["marts.files"], "raw_files --> staging_files"),
    ],
)
def test_the_diagram_is_one_that_github_draws(name: list[str], arrow: str):
    """The grammar of what is used of Mermaid, whose own parser took it; and GitHub's limits."""
    drawn = CliRunner().invoke(app, ["models", *name, "--graph"], catch_exceptions=False).stdout
    first, *lines = drawn.splitlines()
    assert first == "flowchart LR"
    assert len(drawn) < 50_000
    boxes, arrows = set[str](), list[tuple[str, str]]()
    depth = 0
    for line in lines:
        if box := re.fullmatch(r' {8}([a-z_0-9]+)\["[a-z_0-9]+"\]', line):
            assert depth == 1
            boxes.add(box[1])
        elif drawn_arrow := re.fullmatch(r" {4}([a-z_0-9]+) --> ([a-z_0-9]+)", line):
            assert depth == 0
            arrows.append((drawn_arrow[1], drawn_arrow[2]))
        else:
            depth += {"    end": -1}.get(line, 1)
            assert depth in (0, 1)
            assert re.fullmatch(r"    (end|subgraph [a-z]+)", line), line
    assert depth == 0
    assert len(set(arrows)) == len(arrows) <= 500
    assert {end for ends in arrows for end in ends} <= boxes
    assert f"    {arrow}" in lines


# --- pipes and terminals


@pytest.mark.parametrize("arguments", [["from range(9000)"], ["from range(200000)", "--format", "csv"]])
def test_a_reader_that_has_seen_enough_is_no_error(started: Started, built: Home, arguments: list[str]):
    process = started("sql", *arguments, "--data", built.folder)
    assert process.stdout and process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) in (0, 1)


@pytest.fixture
def on_terminal(started: Started) -> Callable[..., str]:
    """What a command shows on a terminal of so many columns."""
    pty = pytest.importorskip("pty")
    termios = pytest.importorskip("termios")

    def show(*arguments: str | Path, columns: int = 80, typed: str = "", **environment: str) -> str:
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, columns))
        environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment}
        process = started(
            *arguments, stdin=theirs, stdout=theirs, stderr=theirs, text=False, env=environment, cwd=CHECKOUT
        )
        os.close(theirs)
        os.write(ours, typed.encode())
        shown = b""
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        assert process.wait(60) == 0, shown.decode()
        return shown.decode().replace("\r\n", "\n")

    return show


CHECKOUT = Path(__file__).parent.parent


def visible_widths(shown: str) -> list[int]:
    return [len(line) for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).splitlines()]


def test_a_terminal_shows_progress_and_colour(on_terminal: Callable[..., str], exports: Path, tmp_path: Path):
    (tmp_path / "exports").mkdir()  # with a run in it, not with sixteen months of a simulated runner
    shutil.copy(sorted(exports.glob("*.fit"))[0], tmp_path / "exports")
    shown = on_terminal("run", "--data", tmp_path)
    assert "Reading" in shown
    assert "Measuring" in shown
    assert re.search(r"\x1b\[[0-9;]*m\S", shown.split("1 imported")[1])
    assert (tmp_path / "reports" / "me" / "latest.html").is_file()


def test_a_demo_never_gets_among_anybodys_own_runs(here: Ended, built: Home):
    before = sorted(built.folder.rglob("*"))
    assert_one_sentence(here("demo", "--data", built.folder), 2, "a folder of its own")
    assert sorted(built.folder.rglob("*")) == before


@pytest.mark.parametrize(("command", "columns"), [("why", 50), ("report", 80)])
def test_what_is_told_keeps_within_the_terminal(
    on_terminal: Callable[..., str], built: Home, command: str, columns: int
):
    shown = on_terminal(command, "--data", built.folder, columns=columns)
    assert ESCAPE in shown
    assert max(visible_widths(shown)) <= columns


def test_who_asks_for_no_colour_gets_none(on_terminal: Callable[..., str], built: Home):
    assert ESCAPE not in on_terminal("why", "--data", built.folder, NO_COLOR="1")


def test_files_are_listed_with_their_reason_under_them(asked: Ended):
    listed = asked("files", "--outcome", "quarantined").stdout.splitlines()
    (page,) = json.loads(asked("files", "--outcome", "quarantined", "--format", "json").stdout)
    assert listed == [f"quarantined     {page['path']}", f"                {page['reason']}"]


# --- athlete


def test_an_athlete_sees_what_holds_now_and_what_would_sharpen_it(asked: Ended):
    shown = asked("athlete").stdout
    assert re.search(r"Maximum heart rate: \d+ bpm", shown)
    assert "athlete.toml yet" in shown
    assert "(--set heart_rate_threshold_bpm=...)" in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 80


def test_an_athlete_without_a_run_sees_what_is_not_known(asked: Ended):
    assert "Not known: maximum heart rate." in asked("athlete", "--athlete", "bob").stdout


def test_a_program_gets_every_anchor_with_its_days(asked: Ended):
    document = json.loads(asked("athlete", "--format", "json").stdout)
    assert document["settings"]["units"] == "km"
    assert {row["anchor"] for row in document["anchors"]} >= {"heart_rate_max_bpm", "hard_from_bpm"}
    assert all(row["reason"] for row in document["anchors"])


def test_what_is_set_is_written_and_judged_by_from_its_day_on(nextgear: Ended, exports: Path, tmp_path: Path):
    run = sorted(exports.glob("*.fit"))[0]
    nextgear("run", run, "--data", tmp_path, "--quiet")
    ended = nextgear("athlete", "--set", "heart_rate_max_bpm=201", "--from", "2000-06-01", "--data", tmp_path)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr.splitlines() == [
        "heart_rate_max_bpm=201 from 2000-06-01 on",
        f"Written to {tmp_path}/athlete.toml; `nextgear build` or `nextgear run` will use it.",
    ]
    nextgear("athlete", "--set", "heart_rate_max_bpm=199", "--from", "2001-06-01", "--data", tmp_path)
    assert nextgear("build", "--data", tmp_path).stderr == "Built.\n"
    shown = nextgear("athlete", "--data", tmp_path).stdout
    assert "Maximum heart rate: 199 bpm\n     athlete.toml, from 2001-06-01 on.\n" in shown
    assert re.search(r"2001-06-01 +Maximum heart rate +201 bpm +199 bpm +athlete.toml", shown)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "heart_rate_max_bpm=20"], "100 to 250"),
        (["--from", "2025-06-01"], "goes with --set"),
        (["--format", "csv"], "terminal, json"),
    ],
)
def test_a_slip_in_what_is_set_is_told(here: Ended, tmp_path: Path, arguments: list[str], said: str):
    assert_one_sentence(here("athlete", *arguments, "--data", tmp_path), 2, said)
    assert not (tmp_path / "athlete.toml").exists()
