"""How an answer looks and where it goes, and the prompt where people type."""

import csv
import json
import os
import re
import select
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from pipeline.ask import asking, prompt, query, tables
from pipeline.ask.formats import chosen
from pipeline.console import Console
from pipeline.errors import SettingsError
from pipeline.flow import Home
from pipeline.reader import reader

Ended = Callable[..., subprocess.CompletedProcess[Any]]
Started = Callable[..., subprocess.Popen[Any]]


@pytest.fixture
def ask(
    built: Home, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """What `nextgear sql` prints, in this process."""
    monkeypatch.setenv("COLUMNS", "60")

    def answer(text: str | None, **choices: Any) -> str:
        told: dict[str, Any] = {"memory": "1GB", **choices}
        asking.sql(lambda: built, None, text, Console(), **told)
        return capfd.readouterr().out

    monkeypatch.setattr(query, "hold_process", leave_alone)  # the process is the other tests', too
    return answer


@pytest.fixture
def db(built: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with reader(built.warehouse, built.lake) as opened:
        yield opened


def leave_alone(db: duckdb.DuckDBPyConnection) -> None:
    assert db


# --- tables


def lines_of(rows: list[tuple[str | None, ...]], kinds: list[str], width: int) -> list[str]:
    return list(tables.table([f"c{place}" for place in range(len(kinds))], kinds, rows, width))


def test_numbers_stand_right_texts_left_and_nothing_is_null():
    assert lines_of([("1", "long", "0.25"), ("10", None, None)], ["BIGINT", "VARCHAR", "DOUBLE"], 80) == [
        "c0 │ c1   │   c2",
        "───┼──────┼─────",
        " 1 │ long │ 0.25",
        "10 │ NULL │ NULL",
    ]


def test_a_number_is_as_long_as_it_says_something():
    numbers = [42195.0, 1234.56789, 0.0123456, -0.0, 1e-9, 2.5, 1e20, float("inf"), 99.9996]
    shown = ["42195", "1234.568", "0.0123", "0", "1e-09", "2.5", "1e+20", "inf", "100"]
    assert [tables.short(number) for number in numbers] == shown


def test_a_text_too_long_for_the_terminal_is_wrapped_between_words():
    shown = lines_of(
        [("1", "a reason that takes more than its place in the table")], ["BIGINT", "VARCHAR"], 30
    )
    assert max(map(len, shown)) <= 30
    assert " ".join(line.partition("│")[2].strip() for line in shown[2:]) == (
        "a reason that takes more than its place in the table"
    )


def test_too_many_columns_for_the_terminal_stand_one_under_the_other():
    shown = lines_of([tuple("1234567890" for _ in range(9))] * 2, ["BIGINT"] * 9, 60)
    assert max(map(len, shown)) <= 60
    assert shown[0].startswith("── 1 ─")
    assert shown[1] == "c0  1234567890"
    assert shown[10].startswith("── 2 ─")


def test_letters_of_two_columns_and_of_none_leave_the_table_straight():
    from rich.cells import cell_len

    rows: list[tuple[str | None, ...]] = [("走る走る", "x"), ("cafe\u0301", "y"), ("🏃", "z"), ("abc", None)]
    shown = lines_of(rows, ["VARCHAR", "VARCHAR"], 80)
    assert {cell_len(line.partition("│")[0]) for line in shown if "│" in line} == {9}
    for width in (5, 9):
        assert max(map(cell_len, tables.wrap("走る走る走る cafe\u0301 走る", width))) <= width


def test_a_table_says_how_many_rows_there_are(ask: Callable[..., str]):
    assert ask("from range(1)").splitlines()[-1] == "(1 row)"
    assert ask("from range(0)").splitlines()[-1] == "(0 rows)"
    shown = ask("from range(2000)").splitlines()
    assert len(shown) == 2 + 1000 + 1
    assert shown[-1].startswith("(the first 1,000 rows; --rows")
    assert len(ask("from range(2000)", rows=2000).splitlines()) == 2003


def test_a_table_in_a_file_has_as_many_rows_as_were_asked_for(ask: Callable[..., str], tmp_path: Path):
    ask("from range(2000)", rows=1500, out=tmp_path / "rows.txt")
    assert len((tmp_path / "rows.txt").read_text().splitlines()) == 1503


# --- programs


EVERYTHING = """
    select 1.1 as number, 9007199254740993 as long, sum(range)::hugeint as huge, 1.50::decimal(9, 2) as cents,
        date '2024-02-29' as day, timestamp '2024-02-29 23:59:59.123456' as at, true as yes, null as nothing,
        'a"b,c;\n\u202e\x1b[31m' as text, [1.5, null] as list, {'a': 'x'} as struct, '\\xAA'::blob as bytes
    from range(3)
"""


def test_csv_and_json_and_parquet_hold_every_digit_and_letter(ask: Callable[..., str], tmp_path: Path):
    (told,) = json.loads(ask(EVERYTHING, form="json"))
    assert told == {
        "number": 1.1,
        "long": 9007199254740993,
        "huge": 3,
        "cents": 1.5,
        "day": "2024-02-29",
        "at": "2024-02-29T23:59:59.123456",
        "yes": True,
        "nothing": None,
        "text": 'a"b,c;\n\u202e\x1b[31m',
        "list": [1.5, None],
        "struct": {"a": "x"},
        "bytes": "aa",
    }
    (row,) = csv.DictReader(StringIO(ask(EVERYTHING, form="csv")))
    assert row["text"] == told["text"]
    assert (row["number"], row["long"], row["huge"], row["cents"]) == ("1.1", "9007199254740993", "3", "1.5")
    assert (row["at"], row["nothing"], row["list"]) == ("2024-02-29 23:59:59.123456", "", "[1.5, null]")
    out = tmp_path / "new" / "all.parquet"
    ask(EVERYTHING, out=out)
    (stored,) = pq.read_table(out).to_pylist()
    assert (stored["text"], stored["bytes"], stored["long"]) == (told["text"], b"\xaa", told["long"])
    assert [path.name for path in out.parent.iterdir()] == ["all.parquet"]


def test_an_answer_of_many_batches_is_whole_in_every_format(ask: Callable[..., str], tmp_path: Path):
    count = 2 * query.BATCH_ROWS + 7
    for form in ("csv", "json", "parquet"):
        ask(f"from range({count})", out=tmp_path / f"rows.{form}")
    numbers = list(range(count))
    assert [row["range"] for row in json.loads((tmp_path / "rows.json").read_text())] == numbers
    assert pq.read_table(tmp_path / "rows.parquet").column("range").to_pylist() == numbers
    assert (tmp_path / "rows.csv").read_text().split() == ['"range"', *map(str, numbers)]


def test_columns_of_one_name_are_all_there_in_json_and_parquet(ask: Callable[..., str], tmp_path: Path):
    assert json.loads(ask("select 1 as a, 2 as a, 3 as a_1", form="json")) == [{"a": 1, "a_1": 2, "a_1_1": 3}]
    ask("select 1 as a, 2 as a", out=tmp_path / "x.parquet")
    assert pq.read_table(tmp_path / "x.parquet").to_pylist() == [{"a": 1, "a_1": 2}]


@pytest.mark.parametrize(
    ("form", "out", "wanted"),
    [
        (None, None, "table"),
        (None, "x.CSV", "csv"),
        (None, "x.txt", "table"),
        ("json", "x.log", "json"),
        ("json", "x.csv", None),
        ("xlsx", None, None),
    ],
)
def test_the_name_of_a_file_says_its_format(form: str | None, out: str | None, wanted: str | None):
    if wanted:
        assert chosen(form, Path(out) if out else None) == wanted
        return
    with pytest.raises(SettingsError):
        chosen(form, Path(out) if out else None)


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"memory": "much"}, "2GB"),
        ({"timeout_s": -1}, "seconds"),
        ({"rows": 0}, "at least 1"),
        ({"export_to": Path("x"), "form": "table"}, "parquet, csv, json"),
        ({"export_to": Path("x"), "out": Path("y.csv")}, "without --out"),
        ({"is_from_cookbook": True}, "shoe_distance"),
    ],
)
def test_a_slip_in_an_option_says_what_it_takes(ask: Callable[..., str], choices: dict[str, Any], said: str):
    asked = None if "export_to" in choices else "shoe_distanze"
    with pytest.raises(SettingsError, match=said):
        ask(asked, **choices)


# --- the cookbook and whole tables


def test_the_cookbook_is_listed_and_answered_by_name(
    ask: Callable[..., str], tmp_path: Path, monkeypatch: Any
):
    monkeypatch.chdir(tmp_path)
    assert re.search(r"^longest_streak +What .*\?$", ask(None, is_from_cookbook=True), re.MULTILINE)
    by_name = ask("longest_streak", is_from_cookbook=True, form="csv")
    assert by_name == ask("longest_streak.sql", form="csv")
    assert by_name.startswith('"day_count"')
    (tmp_path / "longest_streak.sql").write_text("select 'mine' as x")
    assert ask("longest_streak.sql", form="csv") == '"x"\n"mine"\n'


def test_every_mart_is_exported_without_a_position(ask: Callable[..., str], db: Any, tmp_path: Path):
    ask(None, export_to=tmp_path / "mine")
    marts = {name for (name,) in db.execute("show tables from warehouse.marts").fetchall()}
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {f"{name}.parquet" for name in marts}
    records = pq.read_schema(tmp_path / "mine" / "records.parquet").names
    assert "heart_rate_bpm" in records
    assert not {"latitude_deg", "longitude_deg"} & set(records)
    stored = pq.read_table(tmp_path / "mine" / "activities.parquet").to_pylist()
    assert len(stored) == 8
    ask(None, export_to=tmp_path / "theirs", with_positions=True)
    assert "latitude_deg" in pq.read_schema(tmp_path / "theirs" / "records.parquet").names
    for file in (tmp_path / "mine").iterdir():
        names = pq.read_schema(file).names
        assert not [name for name in names if re.search("latitude|longitude|position_", name)], file


# --- other programs


def test_a_data_folder_that_was_moved_says_what_brings_its_records_back(built: Home, tmp_path: Path):
    moved = Home(tmp_path / "moved")
    shutil.copytree(built.folder, moved.folder)
    shutil.copytree(built.lake, tmp_path / "gone")
    with reader(moved.warehouse, moved.lake) as db:
        assert db.sql("select count(*) from marts.activities").fetchall() == [(8,)]
        with pytest.raises(SettingsError, match="nextgear build"):
            list(query.frames(db, "from marts.records limit 1", query.Limits()))


def test_who_reads_the_warehouse_goes_on_while_a_run_publishes_another(built: Home, tmp_path: Path):
    place = tmp_path / "warehouse.duckdb"
    shutil.copy(built.warehouse, place)
    with duckdb.connect(place, read_only=True) as other:
        assert other.sql("select count(*) from marts.activities").fetchall() == [(8,)]
        shutil.copy(built.warehouse, tmp_path / "new")
        (tmp_path / "new").replace(place)
        assert other.sql("select count(*) from marts.days").fetchall() != [(0,)]


# --- the prompt


def completions(db: duckdb.DuckDBPyConnection, typed: str) -> dict[str, str]:
    words = prompt.Words(prompt._catalog(db))  # pyright: ignore[reportPrivateUsage]
    event = CompleteEvent(completion_requested=True)
    return {
        each.text: each.display_meta_text
        for each in words.get_completions(Document(typed, len(typed)), event)
    }


def test_a_table_is_completed_with_what_its_row_is(db: duckdb.DuckDBPyConnection):
    found = completions(db, "select * from week")
    assert found["weekly_load"].startswith("One row per athlete and week")
    assert "select" not in found
    assert "marts.weekly_load" in completions(db, "from marts.we")
    assert "staging.records" in completions(db, "from staging.re")


def test_a_column_is_completed_with_its_meaning(db: duckdb.DuckDBPyConnection):
    found = completions(db, "from weekly_load select dist")
    assert found["distance_m"].startswith("Metres covered")
    assert "distinct" in found
    assert "load_score" in completions(db, "from weekly_load as w order by w.load")
    assert completions(db, ".desc") == {".describe": ""}
    assert "longest_streak" in completions(db, ".examples long")


@pytest.mark.parametrize(
    ("typed", "is_complete"),
    [
        ("select 1;", True),
        ("select 1", False),
        ("", True),
        (".help", True),
        ("exit", True),
        ("select ';", False),
        ("select 'it''s; ", False),
        ("select 'it''s';", True),
        ("select 1 -- that's all;", False),
        ("select /* ; */ 1", False),
        ('select "a;', False),
    ],
)
def test_a_query_ends_with_its_semicolon(typed: str, is_complete: bool):
    assert prompt.is_complete(typed) is is_complete


@pytest.fixture
def typed_at(started: Started, built: Home, tmp_path: Path) -> Callable[..., str]:
    """What the prompt shows after this was typed, key by key, on a terminal of 100 columns."""
    pty = pytest.importorskip("pty")
    termios = pytest.importorskip("termios")

    def show(*keys: str, **environment: str) -> str:
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (40, 100))
        environment = {
            "PATH": os.environ["PATH"],
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "XDG_STATE_HOME": str(tmp_path / "state"),
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "PYTHONPATH": str(Path(__file__).parent.parent),
            **environment,
        }
        ends = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
        process = started("sql", "--data", built.folder, **ends, text=False, env=environment)
        os.close(theirs)
        shown, waiting = b"", list(keys)
        try:
            while True:
                if select.select([ours], [], [], 0.3)[0]:
                    shown += os.read(ours, 65536)
                elif waiting and b"sql>" in shown:  # it is still: what was asked is answered
                    os.write(ours, waiting.pop(0).encode())
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        assert process.wait(60) == 0, shown.decode()
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", shown.decode())

    return show


def test_the_prompt_answers_helps_goes_on_after_a_slip_and_leaves(
    typed_at: Callable[..., str], tmp_path: Path
):
    shown = typed_at(
        "select 40 +\r",
        "2 as answer;\r",
        "selec;\r",
        "select 'never asked'\x03",
        ".tables week\r",
        ".describe causes\r",
        ".nonsense\r",
        "drop table marts.days;\r",
        "select 'after all' || '!' as that;\r",
        "\x04",
    )
    assert re.search(r"^answer\n─+\n +42\n\(1 row\)", shown, re.MULTILINE)
    assert "syntax error" in shown
    assert re.search(r"week_patterns +│ One row per athlete who runs", shown)
    assert re.search(r"is_artefact +│ boolean", shown)
    assert ".nonsense: there are .help" in shown
    assert "only selects" in shown
    assert "after all!" in shown
    assert "Traceback" not in shown
    history = tmp_path / "state" / "nextgear" / "sql_history"
    assert "+2 as answer;" in history.read_text()
    assert "never asked" not in history.read_text()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
