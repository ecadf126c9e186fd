"""Strava's bulk export: the list of activities, in any language, and what it says of the files beside it.

The headers are those of real exports, as far as the places show them that `readers/strava.py` names.
"""

import contextlib
import csv
import gzip
import io
import re
import time
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_ingest import Silence, run_of

import pipeline
from pipeline import flow
from pipeline.console import Console
from pipeline.errors import UnreadableFileError
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.readers import READERS
from pipeline.readers.written_dates import parsed
from pipeline.schema import Reading
from pipeline.sources import sniff

DATA = Path(__file__).parent / "data"

ENGLISH = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,"
    "Max Heart Rate,Relative Effort,Commute,Activity Private Note,Activity Gear,Filename,Athlete Weight,"
    "Bike Weight,Elapsed Time,Moving Time,Distance,Max Speed,Average Speed,Elevation Gain,Elevation Loss,"
    "Elevation Low,Elevation High,Max Grade,Average Grade,Average Positive Grade,Average Negative Grade,"
    "Max Cadence,Average Cadence,Max Heart Rate,Average Heart Rate,Type,Commute,Gear,Media"
)
GERMAN = (
    "Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Aktivitätsbeschreibung,Verstrichene Zeit,"
    "Distanz,Max. Herzfrequenz,Relative Leistung,Pendeln,Hinweis zur Privatsphäre für Aktivitäten,"
    "Aktivitätsausrüstung,Dateiname,Sportlergewicht,Fahrradgewicht,Verstrichene Zeit,Bewegungszeit,Distanz,"
    "Höchstgeschw.,Durchschnittliche Geschwindigkeit,Höhenzunahme"
)
FRENCH = (
    "ID de l'activité,Date de l'activité,Nom de l'activité,Type d'activité,Description de l'activité,"
    "Temps écoulé,Distance,Fréquence cardiaque max.,Effort relatif,Déplacement-transport,"
    "Note privée sur les activités,Matériel utilisé pour l'activité,Nom du fichier,Poids de l'athlète,"
    "Poids du vélo,Temps écoulé,Durée de déplacement,Distance,Vitesse max.,Vitesse moyenne,Dénivelé positif"
)
# Nobody's: the places are Strava's, the words of no language that the reader knows.
UNKNOWN = (
    "Tunniste,Päivä,Nimi,Laji,Kuvaus,Kesto,Matka,Suurin syke,Rasitus,Työmatka,Muistio,Väline,Tiedosto,"
    "Paino,Pyörän paino,Kesto,Liikeaika,Matka,Huippunopeus,Keskinopeus,Nousu"
)
DUTCH = (
    "Activiteits-ID,Datum van activiteit,Naam van activiteit,Activiteitstype,Verstreken tijd,Afstand,"
    "Woon-werkverkeer,Materiaal voor activiteit,Bestandsnaam,Verstreken tijd,Beweegtijd,Afstand,Hoogtewinst"
)
OLD = "id,date,name,type,description,elapsed_time,distance,commute,gear,filename"


def row(date: str, name: str, sport: str, file: str, rounded: str = "5.01") -> list[str]:
    """A row as wide as FRENCH, GERMAN and UNKNOWN: an hour of 10,005.5 m with 120 m of climbing."""
    front = ["1", date, name, sport, "", "3600", rounded, "", "", "false", "", "Blue shoes", file]
    return [*front, "", "", "3600.0", "3500.0", "10005.5", "5.2", "2.8", "120.5"]


def listed(header: str, *rows: Sequence[str]) -> bytes:
    text = io.StringIO()
    text.write(header + "\n")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def read(content: bytes) -> Reading:
    assert sniff(content) == "strava"
    return READERS["strava"](content, "activities.csv")


# --- what the list says


@pytest.mark.parametrize(
    ("header", "date", "sport", "rounded"),
    [
        (ENGLISH, "Sep 12, 2018, 3:02:23 PM", "Run", "10.01"),
        (GERMAN, "12.09.2018, 15:02:23", "Lauf", "10,01"),
        (FRENCH, "12 sept. 2018 à 15:02:23", "Course à pied", "10,01"),
        (UNKNOWN, "12. syysk. 2018 klo 15.02.23", "Juoksu", "10,01"),
    ],
    ids=["English", "German", "French", "unknown"],
)
def test_quirk_08_columns_are_found_in_any_language(header: str, date: str, sport: str, rounded: str):
    width = header.count(",") + 1
    rows = [
        row(date, "Dawn, and rain", sport, "activities/1.fit.gz", rounded),
        row(date, "From memory", sport, "", rounded),
    ]
    reading = read(listed(header, *(each + [""] * (width - len(each)) for each in rows)))
    is_known = sport != "Juoksu"
    assert list(reading.descriptions) == [
        {
            "described_path": "activities/1.fit.gz",
            "name": "Dawn, and rain",
            "sport": "running" if is_known else None,
            "sub_sport": None,
            "gear": "Blue shoes",
        }
    ]
    (activity,) = reading.activities
    assert {name: value for name, value in activity.summary.items() if value is not None} == {
        "sport": "running" if is_known else "generic",
        "name": "From memory",
        "started_at": datetime(2018, 9, 12, 15, 2, 23),
        "elapsed_s": 3600,
        "timer_s": 3500,
        "distance_m": 10005.5,
        "ascent_m": 120.5,
    }
    assert not reading.note
    assert ("Juoksu" in reading.said) == (not is_known)


def test_a_short_list_in_dutch():
    """As in the test of another program, which has it from a real export."""
    rows = [
        ["123", "6 mrt. 2024 14:23:15", "Rondje", "Hardloopsessie", "3700", "24,5", "false", "Rood"],
        ["125", "8 mrt. 2024 09:00:00", "Rondje lopen", "Hardloopsessie", "1800", "5", "false", ""],
    ]
    ends = [
        ["activities/123.fit.gz", "3700.0", "3600.0", "24500.0", "350.0"],
        ["", "1800.0", "1750.0", "5000.0", "20"],
    ]
    reading = read(listed(DUTCH, *(front + end for front, end in zip(rows, ends, strict=True))))
    (activity,) = reading.activities
    assert activity.summary["started_at"] == datetime(2024, 3, 8, 9)
    assert (activity.summary["timer_s"], activity.summary["distance_m"]) == (1750, 5000)
    assert reading.descriptions[0]["gear"] == "Rood"


def test_a_list_from_before_2019_has_its_distance_in_metres():
    line = ["1836776031", "2018-09-12 15:02:23", "Evening", "Run", "", "783", "3681.0", "false", "Merida", ""]
    (activity,) = read(listed(OLD, [*line[:-1], "activities/1.gpx"], line)).activities
    assert activity.summary["started_at"] == datetime(2018, 9, 12, 15, 2, 23)
    assert (activity.summary["elapsed_s"], activity.summary["distance_m"]) == (783, 3681)


def test_quirk_10_one_distance_alone_may_be_kilometres_or_miles_and_is_none():
    header = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Filename"
    (activity,) = read(
        listed(header, ["1", "Sep 12, 2018, 3:02:23 PM", "x", "Run", "783", "3.68", ""])
    ).activities
    assert (activity.summary["elapsed_s"], activity.summary["distance_m"]) == (783, None)


def test_quirk_09_columns_in_another_order_are_found_by_their_names():
    names = ENGLISH.split(",")
    cells = [*row("Sep 12, 2018, 3:02:23 PM", "x", "Trail Run", ""), *[""] * 15]
    order = [*range(20, 36), *range(20)]  # both of one name stay in order
    order.sort(key=lambda at: (at in (5, 6), at in (15, 17)) if at in (5, 6, 15, 17) else (False, False))
    order = [at for at in order if at not in (5, 6, 15, 17)] + [5, 6, 15, 17]
    (activity,) = read(listed(",".join(names[at] for at in order), [cells[at] for at in order])).activities
    assert (activity.summary["sport"], activity.summary["sub_sport"]) == ("running", "trail")
    assert (activity.summary["elapsed_s"], activity.summary["distance_m"]) == (3600, 10005.5)


def test_quirk_12_a_file_that_strava_could_not_export_is_an_activity_without_a_file():
    reading = read(listed(GERMAN, row("12.09.2018, 15:02:23", "lost", "Lauf", "#error#")))
    assert [activity.summary["name"] for activity in reading.activities] == ["lost"]
    assert not reading.descriptions


def test_a_date_that_is_not_certain_is_told_and_not_guessed():
    reading = read(listed(FRENCH, row("3/4/2024, 10:00:00", "maybe", "Course à pied", "")))
    assert not reading.activities
    assert "1 activities without a file are left out: maybe has no date" in reading.note


def test_a_list_that_was_cut_short_gives_no_half_activity():
    whole = listed(ENGLISH, row("Sep 12, 2018, 3:02:23 PM", "x", "Run", "activities/1.fit"))
    reading = read(whole + b'2,"Sep 13, 2018, 3:02:23 PM",Half,Ru')
    assert len(reading.descriptions) == 1
    assert not reading.activities
    assert "cut short" in reading.note


@pytest.mark.parametrize(
    "content",
    [
        listed(",".join(["Activity ID", "Activity Date", *map(str, range(100_000))])),
        listed(ENGLISH, *(row("a" * 100_000 + str(number), "x", "Run", "") for number in range(9))),
        listed(ENGLISH) + b"1,activities/" + b".a" * 1_000_000,
    ],
    ids=["columns", "dates", "names"],
)
def test_an_absurd_list_does_not_take_long(content: bytes):
    started_s = time.process_time()
    with contextlib.suppress(UnreadableFileError):
        read(content)
    assert time.process_time() - started_s < 5


@given(st.text(max_size=300), st.binary(max_size=50))
def test_whatever_a_list_holds_it_is_read_or_refused(text: str, tail: bytes):
    content = listed(ENGLISH, ["1", text, text, text, text, text, "", text, "activities/1.fit", text])
    try:
        READERS["strava"](content + text.encode("utf-8", "replace") + tail, "activities.csv")
    except UnreadableFileError as error:
        assert error.reason == "not_strava"


# --- dates


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            ["Sep 12, 2018, 3:02:23 PM", "Sep 12, 2018, 12:02:23 AM"],
            ["2018-09-12 15:02:23", "2018-09-12 00:02:23"],
        ),
        (["24 mai 2012 à 16:27:40"], ["2012-05-24 16:27:40"]),
        (["6 de mar. de 2024 14:23:15"], ["2024-03-06 14:23:15"]),
        (["2024/03/06 14:23:15"], ["2024-03-06 14:23:15"]),
        (["2024. 3. 6. 오후 2:23:15"], ["2024-03-06 14:23:15"]),
        (["2024年3月6日 下午2:23:15"], ["2024-03-06 14:23:15"]),
        (["06.03.2024 14.23.15"], ["2024-03-06 14:23:15"]),
        (["6 жовт. 2024, 14:23:15"], ["2024-10-06 14:23:15"]),
        (["3/4/2024, 10:00:00", "13/4/2024, 10:00:00"], ["2024-04-03 10:00:00", "2024-04-13 10:00:00"]),
        (["3/4/2024, 10:00:00", "4/13/2024, 10:00:00"], ["2024-03-04 10:00:00", "2024-04-13 10:00:00"]),
        (["3/4/2024, 10:00:00"], ["None"]),
        (["6 lis 2024, 10:00:00", "6 paź 2024, 10:00:00"], ["2024-11-06 10:00:00", "2024-10-06 10:00:00"]),
        (["6. listopad 2024 10:00:00"], ["None"]),  # November to Czechs, October to Croats
        (["Sep 31, 2018, 3:02:23 PM", "2018-09-12", "", "soon"], ["None"] * 4),
        (["Sep 12, 2018, 3:02:23 XM"], ["None"]),
    ],
)
def test_quirk_11_a_date_is_what_its_column_says_for_sure(texts: list[str], expected: list[str]):
    assert [str(found) for found in parsed(texts)] == expected


# --- the export in the lake


def landed(lake: Lake, table: str) -> list[dict[str, Any]]:
    return [each for part in lake.parts(table) for each in pq.ParquetFile(part).read().to_pylist()]


def test_the_list_lands_with_its_descriptions_and_activities(tmp_path: Path):
    content = listed(
        ENGLISH,
        row("Jan 1, 2024, 6:00:00 AM", "Dawn", "Run", "activities/1.gpx"),
        row("Jan 2, 2024, 6:00:00 AM", "Gym", "Weight Training", ""),
    )
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("activities.csv", content)
        archive.writestr("activities/1.gpx", run_of(0))
    lake = Lake(tmp_path / "lake", "me")
    counts = ingest([tmp_path / "export.zip"], lake, "Europe/Berlin", Silence(), 1)
    assert counts.outcomes == {"imported": 2, "not_an_activity": 1}
    reasons = {each["path"].rpartition("/")[2]: each["reason"] for each in lake.ledger().to_pylist()}
    assert reasons["activities.csv"] == "Strava's list: 1 with a file, 1 without"
    (description,) = landed(lake, "descriptions")
    assert (description["described_path"], description["name"]) == ("activities/1.gpx", "Dawn")
    (gym,) = [each for each in landed(lake, "activities") if each["sport"] == "training"]
    assert (gym["sub_sport"], gym["utc_offset_s"]) == ("strength_training", 3600)
    assert not ingest([tmp_path / "export.zip"], lake, None, Silence(), 1).outcomes


def test_quirk_13_a_corrupt_file_that_somebody_shared_costs_only_itself(tmp_path: Path):
    """Not gzipped, whatever its name says."""
    rows = [
        row("Jan 1, 2024, 6:00:00 AM", name, "Run", f"activities/{name}") for name in ("1.gpx", "2.fit.gz")
    ]
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("activities.csv", listed(ENGLISH, *rows))
        archive.writestr("activities/1.gpx", run_of(0))
        archive.writestr("activities/2.fit.gz", b"\x0e\x10\xd9\x07\xff\0\0\0.FIT\0\0garbage")
    counts = ingest([tmp_path / "export.zip"], Lake(tmp_path / "lake", "me"), None, Silence(), 1)
    assert counts.outcomes == {"imported": 2, "not_an_activity": 1, "quarantined": 1}


def test_quirk_14_files_of_all_formats_have_the_names_of_the_list(tmp_path: Path):
    files = {
        "1.fit.gz": gzip.compress((DATA / "run-with-beats.fit").read_bytes()),
        "2.gpx": run_of(3).encode(),
        "3.tcx.gz": gzip.compress((DATA / "run.tcx").read_bytes()),
    }
    rows = [row("Jan 1, 2024, 6:00:00 AM", f"Named {name}", "Run", f"activities/{name}") for name in files]
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(f"activities/{name}", content)
        archive.writestr("activities.csv", listed(ENGLISH, *rows))
    home = flow.Home(tmp_path / "home")
    flow.run(home, "me", [tmp_path / "export.zip"], Console(is_quiet=True))
    with pipeline.open(home.folder) as warehouse:
        named = warehouse.sql("select name, gear from marts.activities order by name")
    assert list(named.name) == [f"Named {name}" for name in files]
    assert set(named.gear) == {"Blue shoes"}


@pytest.mark.parametrize("is_list_first", [True, False])
def test_a_sport_that_was_corrected_is_measured_as_such_in_any_order(tmp_path: Path, is_list_first: bool):
    """15 m/s is nobody's running: those records count for nothing until the list says that it was a ride."""
    ride = re.sub(
        r"(?<=lat=.)52\.(\d+)", lambda at: f"{52.5 + (int(at[1]) - 50_000) * 4.5e-5:.6f}", run_of(0, 60)
    )
    cells = row("Jan 1, 2024, 6:00:00 AM", "To work", "Virtual Ride", "activities/1.gpx.gz")
    export, home = tmp_path / "export", flow.Home(tmp_path / "home")
    (export / "activities").mkdir(parents=True)
    steps = [
        lambda: (export / "activities.csv").write_bytes(listed(ENGLISH, cells)),
        lambda: (export / "activities" / "1.gpx").write_text(ride),  # unpacked since
    ]
    for step in steps if is_list_first else reversed(steps):
        step()
        flow.run(home, "me", [export], Console(is_quiet=True))
    with pipeline.open(home.folder) as warehouse:
        (found,) = warehouse.sql("from marts.activities").to_dict("records")
    assert (found["name"], found["sport"], found["sub_sport"]) == ("To work", "cycling", "virtual_activity")
    assert found["speed_m_per_s"] == pytest.approx(15, rel=0.02)


def test_a_list_tells_which_of_its_files_nobody_saw(rows_of: Any):
    given = {
        "raw.files": """
            athlete_id | path                  | digest | format | outcome  | reason
            ann        | /x/activities.csv     | list   | strava | imported | a list
            ann        | /x/activities/1.fit   | one    | fit    | imported | one activity
            ann        | /y/activities/2.fit   | two    | fit    | imported | one activity
            bob        | /x/activities/3.fit   | three  | fit    | imported | one activity
        """,
        "raw.descriptions": """
            athlete_id | file_digest | described_path
            ann        | list        | activities/1.fit.gz
            ann        | list        | activities/2.fit.gz
            ann        | list        | activities/3.fit.gz
        """,
    }
    reason = rows_of("marts.files", given).set_index("path").reason["/x/activities.csv"]
    assert reason == ("a list; 2 of the files that it names not found beside it: activities/2.fit.gz, ...")


def test_a_sport_that_the_list_only_repeats_has_nothing_measured_anew(rows_of: Any):
    given = {
        "raw.files": """
            athlete_id | path              | digest | format
            ann        | /activities.csv   | list   | strava
            ann        | /activities/1.fit | one    | fit
            ann        | /activities/2.fit | two    | fit
            ann        | /activities/3.fit | three  | fit
        """,
        "raw.activities": """
            athlete_id | activity_id | file_digest | sport   | sub_sport
            ann        | same        | one         | running | trail
            ann        | closer      | two         | running |
            ann        | other       | three       | generic |
        """,
        "raw.descriptions": """
            athlete_id | file_digest | described_path   | sport   | sub_sport
            ann        | list        | activities/1.fit | running |
            ann        | list        | activities/2.fit | running | trail
            ann        | list        | activities/3.fit | hiking  |
        """,
        "sessions.recordings": """
            athlete_id | activity_id | session_id | role    | rank_number
            ann        | same        | same       | primary | 1
            ann        | closer      | closer     | primary | 1
            ann        | other       | other      | primary | 1
        """,
    }
    rows = rows_of("sessions.sports", given).set_index("session_id")
    assert rows[["sport", "sub_sport"]].fillna("").T.to_dict("list") == {
        "closer": ["running", "trail"],
        "other": ["hiking", ""],
    }


@pytest.mark.parametrize(
    ("of_list", "of_file"),
    [
        (r"C:\Users\ann\activities.csv", r"C:\Users\ann\activities\1.fit"),
        (r"C:\ann\export.zip/activities.csv", r"C:\ann\export.zip/activities/1.fit.gz"),
        ("/home/ann/activities.csv", "/home/ann/activities/1.fit"),
    ],
)
def test_a_list_describes_the_files_beside_it_on_any_system(rows_of: Any, of_list: str, of_file: str):
    given = {
        "raw.files": f"""
            athlete_id | path      | digest | format
            ann        | {of_list} | list   | strava
            ann        | {of_file} | one    | fit
        """,
        "raw.activities": """
            athlete_id | activity_id | file_digest
            ann        | run         | one
        """,
        "raw.descriptions": """
            athlete_id | file_digest | described_path      | name
            ann        | list        | activities/1.fit.gz | To work
        """,
        "sessions.recordings": """
            athlete_id | activity_id | session_id | role    | rank_number
            ann        | run         | run        | primary | 1
        """,
    }
    assert list(rows_of("sessions.descriptions", given).name) == ["To work"]
