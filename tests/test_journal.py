"""The journal: what people write with a spreadsheet, and what becomes of it in the lake."""

import csv
import io
import os
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_ingest import Silence
from typer.testing import CliRunner

from pipeline import sources
from pipeline.cli import app
from pipeline.daily import unread_days
from pipeline.errors import UnreadableFileError
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.readers import READERS
from pipeline.readers.journal import COLUMNS, DAY, template
from pipeline.schema import TABLES, Reading
from pipeline.sources import sniff

HEADER = "day,resting_heart_rate_bpm,hrv_ms,sleep_h,rpe,strength,ill,race,race_km,shoes,plan,note\n"


def read(text: str | bytes) -> Reading:
    content = text.encode() if isinstance(text, str) else text
    assert sniff(content) == "journal"
    return READERS["journal"](content, "journal.csv")


def test_a_row_is_all_that_a_runner_knows_of_a_day():
    reading = read(HEADER + "2024-03-31,48,62.5,7.5,9,1,no,City 10 km,10,new pair,mile,windy\n")
    assert reading.journal == (
        {
            "local_day": date(2024, 3, 31),
            "heart_rate_resting_bpm": 48,
            "hrv_s": pytest.approx(0.0625),
            "sleep_s": 7.5 * 3600,
            "effort_rating": 9,
            "strength_count": 1,
            "is_ill": False,
            "has_race": True,
            "race_name": "City 10 km",
            "race_m": 10_000,
            "shoes": "new pair",
            "plan_name": "mile",
            "note": "windy",
        },
    )
    assert (reading.said, reading.note) == ("journal: 1 day", "")


def test_what_is_blank_was_not_said():
    assert read(HEADER + "2024-03-31,,,,,,,,,,,\n2024-04-01,50\n").journal == (
        {"local_day": date(2024, 3, 31)},
        {"local_day": date(2024, 4, 1), "heart_rate_resting_bpm": 50},
    )


@pytest.mark.parametrize(
    "text",
    [
        "day;sleep_h\n31.3.2024;7,5\n",
        'day,sleep_h\n2024-03-31,"7,5"\n',
        "Day\tSleep_h\n2024/03/31\t7:30\n",
        "sep=;\nday;sleep_h\n2024-03-31 00:00:00;7,5\n",
        "sleep_h,day\n7.50,31/03/2024\n\n,\n",
        "# mine\nday,sleep_h\n# 2024-03-30,8\n31 March 2024,7.5\n",
        "day;sleep_h;note\n31.03.2024;7,5;\n".encode("utf-16"),
        b"\xef\xbb\xbfday,sleep_h\r\n2024-03-31,7.5\r\n",
    ],
)
def test_every_spreadsheet_writes_it_in_its_own_way(text: str | bytes):
    (row,) = read(text).journal
    assert row == {"local_day": date(2024, 3, 31), "sleep_s": 27_000}


def test_a_note_is_kept_as_it_was_written_also_by_an_old_excel():
    assert read("day;note\n2024-03-31;müde\n".encode("cp1252")).journal[0]["note"] == "müde"
    assert read('day,note\n2024-03-31,"long, slow\nand wet"\n').journal[0]["note"] == "long, slow\nand wet"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("strength\n2024-03-31,yes", {"strength_count": 1}),
        ("strength\n2024-03-31,2", {"strength_count": 2}),
        ("strength\n2024-03-31,nein", {"strength_count": 0}),
        ("ill\n2024-03-31,X", {"is_ill": True}),
        ("race\n2024-03-31,no", {"has_race": False}),
        ("race\n2024-03-31,yes", {"has_race": True}),
        ("race_km\n2024-03-31,42.195", {"race_m": 42_195, "has_race": True}),
    ],
)
def test_yes_and_no_and_numbers_mean_what_people_mean(cells: str, expected: Mapping[str, Any]):
    (row,) = read(f"day,{cells}\n").journal
    assert row == {"local_day": date(2024, 3, 31), **expected}


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("resting_heart_rate_bpm", "480"),
        ("resting_heart_rate_bpm", "-48"),
        ("resting_heart_rate_bpm", "4e1"),
        ("hrv_ms", "0"),
        ("sleep_h", "27000"),
        ("sleep_h", "7:60"),
        ("sleep_h", "7:30:61"),
        ("sleep_h", "0:30:00"),
        ("sleep_h", "nan"),
        ("rpe", "0"),
        ("rpe", "11"),
        ("strength", "30 min"),
        ("ill", "a bit"),
        ("race_km", "ten"),
    ],
)
def test_a_cell_that_cannot_be_names_line_column_and_what_is_allowed(name: str, cell: str):
    reading = read(f"day,{name},shoes\n2024-03-30,,old\n2024-03-31,{cell},new\n")
    assert reading.note == f"line 3, {name}: {cell!r} is not {COLUMNS[name].allowed}"
    assert reading.journal == (
        {"local_day": date(2024, 3, 30), "shoes": "old"},
        {"local_day": date(2024, 3, 31), "shoes": "new"},
    )


def test_a_column_that_nobody_knows_is_named_with_the_one_that_was_meant():
    reading = read("day,sleep_h,rpee,mood\n2024-03-31,7,5,good\n")
    assert "`rpee` is no column of a journal: did you mean `rpe`" in reading.note
    assert "`mood` is no column of a journal: there are day, resting_heart_rate_bpm" in reading.note
    assert len(reading.journal) == 1


def test_no_date_is_guessed():
    """3/4 is the third of April or the fourth of March, unless another row has a day above 12."""
    reading = read("day,rpe\n3/4/2024,5\n4/4/2024,5\n")
    assert reading.journal == ()
    assert reading.note.startswith("line 2, day: '3/4/2024' is no certain date; write it as 2024-03-31")
    decided = read("day,rpe\n3/4/2024,5\n13/4/2024,5\n")
    assert [row["local_day"] for row in decided.journal] == [date(2024, 4, 3), date(2024, 4, 13)]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("2024-03-31,8", "line 3, day: 2024-03-31 is in line 2 already; a day has one row"),
        ("2024-04-01,7,5", "line 3 has more cells than the header"),
        (",7", "line 3, day: '' is no certain date"),
        ("1924-04-01,7", "line 3, day: '1924-04-01' is no certain date"),
        ('2024-04-01,"7', "line 3: unexpected end of data; look at its quotation marks"),
    ],
)
def test_a_row_that_cannot_be_used_leaves_the_others(row: str, told: str):
    reading = read(f"day,sleep_h\n2024-03-31,7\n{row}\n")
    assert told in reading.note
    assert [one["sleep_s"] for one in reading.journal] == [7 * 3600]


@pytest.mark.parametrize(
    ("row", "number"),
    [
        ("2024-04-01,48,,7,5", "7,5"),  # sleep of 7.5 hours, or 7 and an effort of 5
        ("2024-04-01,48,,7,5,3,1,no,,,,", "7,5"),  # as long as the header, for the last blank was left out
        ("2024-04-01,48,62,5,7.5,,,,,,,", ""),  # a point: no decimal commas here
        ("2024-04-01,48,62", ""),  # nobody writes 48.62 beats
        ("2024-04-01,,,,,,no,City,21,1", "21,1"),
        ("2024-04-01,48,62,7,5,yes,no,City,10,,,windy", ""),  # `yes` is no effort
    ],
)
def test_a_comma_in_a_number_among_commas_never_moves_a_number_unnoticed(row: str, number: str):
    reading = read(HEADER + f"2024-03-31,47\n{row}\n")
    days = [one["local_day"].day for one in reading.journal]
    if number:
        assert days == [31]
        assert reading.note.startswith(f"line 3: {number} may be one number or two")
    else:
        assert (days, reading.note) == ([31, 1], "")


def test_where_every_row_is_whole_it_means_what_it_says():
    assert read("day,sleep_h,rpe\n2024-03-31,7,5\n").journal[0]["effort_rating"] == 5
    reading = read("day,sleep_h,note\n2024-03-31,7,5\n")
    assert (reading.journal, reading.note[:30]) == ((), "line 2: 7,5 may be one number ")
    assert read("day;sleep_h;rpe;note\n2024-03-31;7,5\n").journal[0]["sleep_s"] == 27_000


half_hours = st.integers(4, 30).map(lambda halves: f"{halves // 2},5" if halves % 2 else f"{halves // 2}")


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(half_hours, st.integers(1, 10), st.sampled_from(["", "yes", "no"])), min_size=2, max_size=6
    ),
    st.booleans(),
)
def test_decimal_commas_among_commas_are_left_out_or_understood_but_never_another_number(
    rows: list[tuple[str, int, str]], keeps_blanks: bool
):
    """Also by someone who leaves out the blank cells at the end."""
    lines = [f"2024-03-{day:02},{','.join(map(str, row))},," for day, row in enumerate(rows, 1)]
    written = "\n".join(line if keeps_blanks else line.rstrip(",") for line in lines)
    meant = {day: float(row[0].replace(",", ".")) for day, row in enumerate(rows, 1)}
    reading = read(f"day,sleep_h,rpe,ill,shoes,note\n{written}\n")
    for row in reading.journal:
        assert row["sleep_s"] == meant[row["local_day"].day] * 3600


@pytest.mark.parametrize(("text", "seconds"), [("6:32:05", 23_525), ("07:30:00", 27_000), ("7:05", 25_500)])
def test_sleep_is_read_as_a_spreadsheet_shows_a_time(text: str, seconds: int):
    assert read(f"day,sleep_h\n2024-03-31,{text}\n").journal[0]["sleep_s"] == pytest.approx(seconds)


def test_a_race_with_a_distance_that_was_none_is_neither():
    reading = read("day,race,race_km\n2024-03-31,no,10\n")
    assert reading.journal == ({"local_day": date(2024, 3, 31)},)
    assert reading.note == "line 2, race: no, but race_km has a distance"


@pytest.mark.parametrize("text", ["sleep_h,rpe\n7,5\n", "day,rpe,day\n2024-03-31,5,2024-03-31\n"])
def test_without_one_column_for_the_day_it_is_no_journal(text: str):
    with pytest.raises(UnreadableFileError, match="day"):
        read(text)


@pytest.mark.parametrize("text", ["day,weight\n2024-03-31,70\n", "date,note\n", "note\n", "a,b\n1,2\n"])
def test_other_tables_are_no_journals(text: str):
    assert sniff(text.encode()) == "text"


def test_what_is_a_journal_is_decided_by_the_columns_that_are_read():
    assert {DAY, *COLUMNS} == sources.JOURNAL_COLUMNS


def test_the_template_holds_no_day_and_its_examples_are_sound():
    reading = read(template())
    assert (reading.journal, reading.said) == ((), "a journal without a day in it")
    lines = template().splitlines()
    examples = [line.removeprefix("# ") for line in lines if line.startswith("# 20")]
    filled = read("\n".join((lines[-1], *examples)))
    assert (len(filled.journal), filled.note) == (2, "")


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1).map(
    lambda text: " ".join(text.split())
)
written = st.fixed_dictionaries(
    {},
    optional={
        "resting_heart_rate_bpm": st.integers(25, 120),
        "hrv_ms": st.integers(3, 300),
        "sleep_h": st.integers(4, 72).map(lambda quarters: quarters / 4),
        "rpe": st.integers(1, 10),
        "strength": st.integers(0, 9),
        "note": words.filter(bool),
    },
)


@given(st.dictionaries(st.dates(date(1970, 1, 1), date(2199, 12, 31)), written), st.sampled_from(",;\t"))
def test_what_was_written_is_what_is_read(days: dict[date, dict[str, Any]], delimiter: str):
    file = io.StringIO()
    table = csv.DictWriter(file, (DAY, *COLUMNS), delimiter=delimiter)
    table.writeheader()
    for day, cells in days.items():
        row = {
            name: str(value).replace(".", "," if delimiter == ";" else ".") for name, value in cells.items()
        }
        table.writerow({DAY: day, **row, **({"note": cells["note"]} if "note" in cells else {})})
    reading = read(file.getvalue())
    assert reading.note == ""
    assert {row["local_day"]: row for row in reading.journal} == {
        day: {
            "local_day": day,
            **{
                name: value
                for name, value in {
                    "heart_rate_resting_bpm": cells.get("resting_heart_rate_bpm"),
                    "hrv_s": pytest.approx(cells["hrv_ms"] / 1000) if "hrv_ms" in cells else None,
                    "sleep_s": cells["sleep_h"] * 3600 if "sleep_h" in cells else None,
                    "effort_rating": cells.get("rpe"),
                    "strength_count": cells.get("strength"),
                    "note": cells.get("note"),
                }.items()
                if value is not None
            },
        }
        for day, cells in days.items()
    }


@given(st.text(st.sampled_from('day,rpe;\t\n"#=5.-2024/31é')))
def test_whatever_stands_below_the_header_is_told_or_read(text: str):
    reading = READERS["journal"]((HEADER + text).encode(), "journal.csv")
    assert reading.said
    assert all(set(row) <= set(TABLES["journal"].names) for row in reading.journal)


# --- in the lake


@pytest.fixture
def land(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """The journal's rows in the lake after a run over the folder, in the order of days."""
    lake = Lake(tmp_path / "lake", "me")

    def run() -> list[dict[str, Any]]:
        ingest([tmp_path / "exports"], lake, None, Silence(), 1)
        rows = [row for part in lake.parts("journal") for row in pq.ParquetFile(part).read().to_pylist()]
        return sorted(rows, key=lambda row: row["local_day"])

    return run


def write(tmp_path: Path, text: str, minute: int, name: str = "journal.csv") -> None:
    path = tmp_path / "exports" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    os.utime(path, (1.7e9, 1.7e9 + 60 * minute))


Land = Callable[..., list[dict[str, Any]]]


def test_a_journal_lands_with_its_athlete(tmp_path: Path, land: Land):
    write(tmp_path, HEADER + "2024-03-31,48,62,7.5,9,1,no\n2024-04-01,,,,,,yes\n", 0)
    first, second = land()
    assert (first["athlete_id"], first["local_day"], first["sleep_s"]) == ("me", date(2024, 3, 31), 27_000)
    assert (first["strength_count"], first["is_ill"], first["note"]) == (1, False, None)
    assert (second["is_ill"], second["sleep_s"]) == (True, None)
    ledger = Lake(tmp_path / "lake", "me").ledger().to_pylist()
    assert [(row["format"], row["outcome"], row["reason"]) for row in ledger] == [
        ("journal", "imported", "journal: 2 days")
    ]


def test_a_journal_with_a_slip_in_it_is_salvaged(tmp_path: Path, land: Land):
    write(tmp_path, "day,rpe\n2024-03-31,9\n2024-04-01,99\n", 0)
    assert [row["effort_rating"] for row in land()] == [9, None]
    (row,) = Lake(tmp_path / "lake", "me").ledger().to_pylist()
    assert row["outcome"] == "salvaged"
    assert row["reason"].startswith("journal: 2 days; line 3, rpe: '99' is not how hard")


def test_what_was_taken_out_of_a_journal_is_taken_back(tmp_path: Path, land: Land):
    """Also when it becomes again what it was before."""
    old, new = "day,rpe\n2024-03-31,9\n2024-04-01,3\n", "day,rpe\n2024-04-01,4\n"
    for minute, (text, ratings) in enumerate([(old, [9, 3]), (new, [4]), (old, [9, 3]), (old, [9, 3])]):
        write(tmp_path, text, minute)
        assert [row["effort_rating"] for row in land()] == ratings
    write(tmp_path, "day,rpe\n", 9)
    assert land() == []
    assert len(Lake(tmp_path / "lake", "me").ledger()) == 1


def test_a_journal_that_cannot_be_read_any_more_takes_nothing_back(tmp_path: Path, land: Land):
    write(tmp_path, "day,sleep_h\n2024-03-31,7\n", 0)
    land()
    write(tmp_path, "dey,sleep_h\n2024-03-31,8\n", 1)
    assert [row["sleep_s"] for row in land()] == [7 * 3600]
    ledger = Lake(tmp_path / "lake", "me").ledger().to_pylist()
    assert {row["outcome"] for row in ledger} == {"imported", "quarantined"}


def test_what_was_not_read_of_a_journal_is_told_until_it_is_mended(tmp_path: Path, land: Land):
    lake = Lake(tmp_path / "lake", "me")
    path = tmp_path / "exports" / "journal.csv"
    write(tmp_path, "day,sleep_h,rpe\n2024-03-31,7.0,5\n2024-04-01,7,5,3\n", 0)
    land()
    (told,) = unread_days.told(lake)
    assert told.startswith(f"{path}: not all of this journal was read: journal: 1 day; line 3 has more cells")
    assert unread_days.told(lake) == [told]
    write(tmp_path, "dey,sleep_h,rpe\n2024-03-31,7,5\n", 1)
    land()
    (told,) = unread_days.told(lake)
    assert told.startswith(f"{path}: this journal was not read: not_journal")
    write(tmp_path, "date,sleep\n2024-03-31,7\n", 2)
    land()
    (told,) = unread_days.told(lake)
    assert told.startswith(f"{path}: not read, for it is no journal")
    write(tmp_path, "day,sleep_h,rpe\n2024-03-31,7,5\n", 3)
    land()
    assert unread_days.told(lake) == []


def test_a_run_says_which_line_of_the_journal_was_left_out(tmp_path: Path):
    path = tmp_path / "exports" / "journal \x1b[31m.csv"
    path.parent.mkdir()
    path.write_text("day,sleep_h\n2024-03-31,7\n2024-04-01,7,5\n")
    for _ in ("when it is read", "when it is known"):
        done = CliRunner().invoke(app, ["ingest", "--data", str(tmp_path)])
        assert "[31m.csv: not all of this journal was read: journal: 1 day; line 3 has" in done.stderr
        assert "\x1b" not in done.stderr


# --- the template


def test_a_template_is_written_once_and_read_by_the_next_run(tmp_path: Path):
    run = CliRunner().invoke
    arguments = ["athlete", "--journal", "--data", str(tmp_path)]
    done = run(app, arguments)
    path = tmp_path / "exports" / "journal.csv"
    assert done.exit_code == 0
    assert str(path) in done.output
    assert path.read_text(encoding="utf-8") == template()
    path.write_text("mine")
    assert "there is one already" in str(run(app, arguments).exception)
    assert path.read_text() == "mine"


def test_a_template_goes_where_it_is_wanted(tmp_path: Path):
    for target in (tmp_path, tmp_path / "new" / "days.csv"):
        assert (
            CliRunner().invoke(app, ["athlete", "--journal", str(target), "--athlete", "ann"]).exit_code == 0
        )
    assert (tmp_path / "journal.csv").exists()
    assert (tmp_path / "new" / "days.csv").exists()


def test_the_drop_folder_is_no_place_for_the_journal_of_another(tmp_path: Path):
    failed = CliRunner().invoke(app, ["athlete", "--journal", "--data", str(tmp_path), "--athlete", "ann"])
    assert "say where ann's is to be" in str(failed.exception)
    (tmp_path / "exports" / "ann").mkdir(parents=True)
    CliRunner().invoke(app, ["athlete", "--journal", "--data", str(tmp_path), "--athlete", "ann"])
    assert [path.name for path in (tmp_path / "exports" / "ann").iterdir()] == ["journal.csv"]
    assert "goes with --journal" in str(
        CliRunner().invoke(app, ["athlete", "x.csv", "--data", str(tmp_path)]).exception
    )


def test_help_names_every_column_of_the_journal():
    told = CliRunner().invoke(app, ["athlete", "--help"]).output
    assert all(name in told for name in (DAY, *COLUMNS))
