"""Each way in which real files are odd, by its number in the list of quirks: 64 rows, a test for every row.

A quirk is shown on a real file of the corpus or on the smallest file that has it, and as far down the road as
its harm is done: in what a reader hands over, in the lake's ledger, or in the marts.
"""

import gzip
import io
import os
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sin
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from test_fit import FILE_ID, START, STARTED_AT, Fields, enum, fit, record, s32, session, u8, u32
from test_fit_columns import TIMESTAMP, UINT8, UINT32, definition, file

import pipeline
from pipeline import flow
from pipeline.console import Console
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.readers import READERS
from pipeline.schema import Activity, Reading

QUIRKS = range(1, 65)

# A row that cannot have a test, and why.
NOT_HERE = {
    64: "VO2max and training effect, undocumented and optional, are not read: the index is measured",
}

DATA = Path(__file__).parent / "data"
RUN_FIT = (DATA / "run-with-beats.fit").read_bytes()
RUN_GPX = (DATA / "run.gpx").read_bytes()
RUN_TCX = (DATA / "run.tcx").read_bytes()

Row = dict[str, Any]


def test_every_quirk_has_a_test_or_a_reason_why_not():
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    tested = {int(number) for number in re.findall(r"^def test_quirk_(\d\d)_", tests, re.MULTILINE)}
    assert set(QUIRKS) - tested - set(NOT_HERE) == set(), "quirks without a test"
    assert tested & set(NOT_HERE) == set(), "quirks that are here after all"
    assert tested <= set(QUIRKS)


# --- what the tests ask for


class Silence:
    def expect(self, more: int) -> None: ...

    def advance(self, path: str, outcome: str) -> None: ...


Outcomes = Callable[[Mapping[str, bytes]], dict[str, Row]]


@pytest.fixture
def outcomes(tmp_path: Path) -> Outcomes:
    """What becomes of files in a folder: the rows of the ledger, by the path below the folder."""

    def taken_in(files: Mapping[str, bytes]) -> dict[str, Row]:
        folder = tmp_path / "exports"
        written(folder, files)
        lake = Lake(tmp_path / "lake", "me")
        ingest([folder], lake, None, Silence(), workers=1)
        return {row["path"].removeprefix(f"{folder}/"): row for row in lake.ledger().to_pylist()}

    return taken_in


def written(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (START, START))  # nobody is still writing it


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def read(kind: str, content: str | bytes) -> Reading:
    return READERS[kind](content.encode() if isinstance(content, str) else content, f"some.{kind}")


def the_activity(kind: str, content: str | bytes) -> Activity:
    (activity,) = read(kind, content).activities
    return activity


def records(activity: Activity) -> list[Row]:
    return activity.streams["records"].to_pylist() if "records" in activity.streams else []


def column(activity: Activity, name: str) -> list[Any]:
    return [row[name] for row in records(activity)]


def of_corpus(corpus: Path, name: str) -> bytes:
    (path,) = corpus.rglob(name)
    return path.read_bytes()


def u16(value: int) -> tuple[int, str, int]:
    return 0x84, "H", value


def text(value: bytes) -> tuple[int, str, bytes]:
    return 0x07, f"{len(value)}s", value


def time(second: int) -> str:
    return f"{datetime(2024, 1, 1, 6) + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"


def trkpt(second: int, inside: str = "", latitude: float = 50.0) -> str:
    return f'<trkpt lat="{latitude}" lon="8.0"><time>{time(second)}</time>{inside}</trkpt>'


def gpx(*segments: str, kind: str = "running", head: str = "") -> str:
    inside = "".join(f"<trkseg>{one}</trkseg>" for one in segments)
    return f'<gpx version="1.1" creator="c">{head}<trk><type>{kind}</type>{inside}</trk></gpx>'


def trackpoint(second: int, inside: str = "") -> str:
    return f"<Trackpoint><Time>{time(second)}</Time>{inside}</Trackpoint>"


def tcx(points: str, lap: str = "", sport: str = "Running", identity: str = time(0)) -> str:
    track = f"<Track>{points}</Track>" if points else ""
    return (
        '<TrainingCenterDatabase xmlns="urn:tcx"><Activities>'
        f'<Activity Sport="{sport}"><Id>{identity}</Id><Lap StartTime="{time(0)}">{lap}{track}</Lap>'
        "</Activity></Activities></TrainingCenterDatabase>"
    )


# --- runs as the marts tell of them


@dataclass(frozen=True)
class Marts:
    """The marts of one athlete, at home in Tokyo, whose files have one quirk each."""

    warehouse: pipeline.Warehouse

    def sql(self, query: str) -> pd.DataFrame:
        return self.warehouse.sql(query)

    def row(self, mart: str, name: str) -> Row:
        """The one row that a mart has of a file."""
        found = self.sql(
            f"select {mart}.* from {mart} join files using (activity_id) where files.path like '%/{name}'"
        )
        assert len(found) == 1
        return {str(key): value for key, value in found.iloc[0].items()}

    def activity(self, name: str) -> Row:
        return self.row("activities", name)

    def local_day(self, name: str) -> date:
        return pd.Timestamp(self.activity(name)["local_day"]).date()


# How a channel is written in a record, from metres, seconds and degrees.
CHANNELS: Mapping[str, Callable[[float], tuple[int, tuple[int, str, Any]]]] = {
    "latitude": lambda degrees: (0, s32(round(degrees * 2**31 / 180))),
    "longitude": lambda degrees: (1, s32(round(degrees * 2**31 / 180))),
    "bpm": lambda bpm: (3, u8(int(bpm))),
    "m": lambda metres: (5, u32(round(metres * 100))),
    "speed": lambda speed: (73, u32(round(speed * 1000))),
}

Rows = dict[int, dict[str, float]]


def rows(seconds: Iterable[int], speed: float = 3, bpm: float = 150, after_m: float = 0) -> Rows:
    """Even running north in the Gulf of Guinea; the distance counts from the first second."""
    seconds = list(seconds)
    metres = {second: after_m + speed * (second - seconds[0]) for second in seconds}
    return {
        second: {"bpm": bpm, "m": m, "speed": speed, "latitude": m / 111_195, "longitude": 5}
        for second, m in metres.items()
    }


def without(names: Iterable[str], of: Rows) -> Rows:
    return {second: {name: row[name] for name in row if name not in set(names)} for second, row in of.items()}


def run_on(day: int, of: Rows, *more: tuple[int, Fields], **summary: tuple[int, str, Any]) -> bytes:
    """A FIT file of a run so many days after START; `more` messages and the times of `of` count from then."""
    lasted = u32(1000 * max(of, default=3000))
    messages = [
        *(
            record(second, dict(CHANNELS[name](value) for name, value in row.items()))
            for second, row in of.items()
        ),
        *more,
        session(1, **{"_7": lasted, "_8": lasted, **summary}),
    ]
    return fit(FILE_ID, *(later(message, day * 86_400) for message in messages))


def later(message: tuple[int, Fields], seconds: int) -> tuple[int, Fields]:
    number, fields = message
    times = {253} | {18: {2}, 34: {5}}.get(number, set[int]())
    return number, {
        field: (base_type, form, value + seconds if field in times else value)
        for field, (base_type, form, value) in fields.items()
    }


def clocks(utc: int, local: int) -> tuple[int, Fields]:
    """What an activity message says: seconds after START."""
    return 34, {253: u32(START + utc), 5: u32(START + local)}


def timer(second: int, event_type: int) -> tuple[int, Fields]:
    return 21, {253: u32(START + second), 0: enum(0), 1: enum(event_type)}


def gpx_from(started_at: datetime, minutes: int) -> bytes:
    """A run in Berlin, a point every ten seconds."""
    points = "".join(
        f'<trkpt lat="{52.5 + second * 0.00003:.5f}" lon="13.4">'
        f"<time>{started_at + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for second in range(0, 60 * minutes + 1, 10)
    )
    return gpx(points).encode()


def odd_runs() -> dict[str, bytes]:
    """A run with each quirk, on a day of its own."""
    bogota = {"latitude": 4.7, "longitude": -74.1}
    nowhere = without(bogota, rows(range(601)))
    late = {
        s: {**row, **(bogota if s > 30 else {"latitude": 0, "longitude": 0})} for s, row in nowhere.items()
    }
    running = rows(range(1201))
    spikes = {**dict.fromkeys(range(600, 603), 235), **dict.fromkeys(range(700, 705), 228)}
    stood = {
        **rows(range(301)),
        **rows(range(301, 601), speed=0, after_m=900),
        **rows(range(601, 902), after_m=900),
    }
    paused = {**rows(range(301)), **rows(range(7500, 7801), after_m=900)}
    ferried = {**rows(range(301)), **rows(range(500, 801), after_m=1500)}
    walked = {**rows(range(1500), speed=3.5), **rows(range(1500, 3001), speed=1.4, after_m=5250)}
    walked = {s: {**row, "bpm": 150 + s % 2} for s, row in walked.items()}  # a heart, no stuck sensor
    left_on = {**running, **rows(range(1210, 8401, 10), speed=0, after_m=3600)}
    hilly = {s: {**row, "bpm": 150 + round(10 * sin(s / 60))} for s, row in running.items()}
    return {
        "watch.fit": run_on(40, hilly),
        "platform.fit": run_on(40, {s + 1: row for s, row in hilly.items()}),
        "zone.fit": run_on(40, {s + 3600: row for s, row in hilly.items()}, _2=u32(START + 3600)),
        "phone.fit": run_on(40, {s: row for s, row in hilly.items() if s < 1000}),
        "swapped.fit": run_on(0, nowhere, clocks(36_000, 0)),
        "forgotten.fit": run_on(1, {s: {**row, **bogota} for s, row in nowhere.items()}, clocks(600, 600)),
        "nowhere.fit": run_on(2, nowhere),
        "late-fix.fit": run_on(3, late),
        "sunday.fit": run_on(5, nowhere, clocks(600, 600 - 36_000)),
        "smart.fit": run_on(
            20, {**rows(range(0, 601, 10), bpm=100), **rows(range(601, 1201), bpm=160, after_m=1803)}
        ),
        "silent.fit": run_on(21, paused),
        "ferry.fit": run_on(22, ferried, timer(300, 4), timer(500, 0), _8=u32(600_000), _9=u32(180_000)),
        "dropouts.fit": run_on(
            23, {s: {**row, "bpm": 1 if s % 5 == 0 else 150} for s, row in running.items()}
        ),
        "spiked.fit": run_on(
            24, {s: {**row, "bpm": spikes.get(s, 150)} for s, row in running.items()}, _17=u8(235)
        ),
        "stood.fit": run_on(25, stood),
        "reset.fit": run_on(26, {s: {**row, "m": row["m"] % 900} for s, row in running.items()}),
        "calibrated.fit": run_on(27, {**running, 1201: {**running[1200], "m": 6603}}),
        "treadmill.fit": run_on(28, without(bogota, running), _6=enum(1), _9=u32(400_000)),
        "manual.fit": run_on(29, {}, _9=u32(1_000_000)),
        "fragment.fit": run_on(30, rows(range(301))),
        "walked-home.fit": run_on(31, walked),
        "left-on.fit": run_on(32, left_on),
        "indoor.tcx": tcx(
            "".join(trackpoint(s, f"<DistanceMeters>{3 * s}</DistanceMeters>") for s in range(0, 601, 10))
        ).encode(),
        "midnight.gpx": gpx_from(datetime(2024, 3, 30, 22, 50), minutes=140),
        "summer.gpx": gpx_from(datetime(2024, 3, 31, 6), minutes=20),
    }


@pytest.fixture(scope="module")
def marts(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    """All odd runs, landed and built."""
    home = flow.Home(tmp_path_factory.mktemp("odd"))
    written(home.folder / "watch", {**odd_runs(), "apple_watch.fit": of_corpus(corpus, "apple_watch.fit")})
    (home.folder / "athlete.toml").write_text('time_zone = "Asia/Tokyo"\n')
    quiet = Console(is_quiet=True)
    flow.land(home, "me", [home.folder / "watch"], quiet)
    flow.build(home, quiet)
    with pipeline.open(home.folder) as warehouse:
        yield Marts(warehouse)


# --- files and archives


def test_quirk_01_gzipped_files_and_capitals_are_read_like_any_other(outcomes: Outcomes, corpus: Path):
    found = outcomes(
        {
            "RUN.FIT": RUN_FIT,
            "run.gpx.gz": gzip.compress(RUN_GPX),
            "run.fit.TCX.GZ": gzip.compress(RUN_TCX),
            "14582164182.fit.gz": of_corpus(corpus, "14582164182.fit.gz"),
        }
    )
    assert {name: (row["format"], row["outcome"]) for name, row in found.items()} == {
        "RUN.FIT": ("fit", "imported"),
        "run.gpx.gz": ("gpx", "imported"),
        "run.fit.TCX.GZ": ("tcx", "imported"),
        "14582164182.fit.gz": ("fit", "imported"),
    }


def test_quirk_02_the_zip_of_garmin_s_export_original_is_the_activity_in_it(outcomes: Outcomes, corpus: Path):
    found = outcomes({"14211916346.zip": of_corpus(corpus, "GarminFR955v18.zip")})
    assert found["14211916346.zip/14211916346_ACTIVITY.fit"]["outcome"] == "imported"
    assert found["14211916346.zip"]["outcome"] == "not_an_activity"
    assert len(found) == 2


def test_quirk_03_of_a_garmin_account_s_zips_the_activities_count(outcomes: Outcomes, corpus: Path):
    """Most of its files are of another type; `file_id` says so, whatever they are called."""
    part = {
        "me@example.org_1.fit": RUN_FIT,
        "me@example.org_2.fit": of_corpus(corpus, "Settings.fit"),
        "me@example.org_3.fit": fit((0, {0: enum(32)}), (55, {253: u32(START), 27: u8(60)})),
    }
    uploads = "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip"
    older = "DI_CONNECT/DI-Connect-Fitness/2_ACTIVITY.fit"
    other_run = fit(FILE_ID, session(), record(0, {3: u8(150)}))
    found = outcomes({"garmin.zip": zipped({uploads: zipped(part), older: other_run})})
    become = {name.rpartition("/")[2]: (row["outcome"], row["reason"]) for name, row in found.items()}
    assert become["me@example.org_1.fit"] == ("imported", "one activity")
    assert become["2_ACTIVITY.fit"] == ("imported", "one activity")
    assert become["me@example.org_2.fit"][0] == "not_an_activity"
    assert "settings" in become["me@example.org_2.fit"][1]
    assert become["me@example.org_3.fit"][0] == "not_an_activity"


def test_quirk_04_a_zip_may_hold_gpx_and_tcx(outcomes: Outcomes):
    found = outcomes({"export.zip": zipped({"1.gpx": RUN_GPX, "2.tcx": RUN_TCX})})
    assert [found[f"export.zip/{name}"]["outcome"] for name in ("1.gpx", "2.tcx")] == ["imported"] * 2


def test_quirk_05_what_finder_and_explorer_leave_behind_is_no_lost_activity(outcomes: Outcomes):
    junk = ["$Recycle.bin/._empty.fit", ".Trash/old.fit", "__MACOSX/._run.fit", "._run.fit", "desktop.ini"]
    found = outcomes({**dict.fromkeys(junk, b"\0\5\x16\7"), "run.fit": RUN_FIT})
    assert {found[name]["outcome"] for name in junk} == {"not_an_activity"}
    assert found["run.fit"]["outcome"] == "imported"
    in_zip = outcomes({"all.zip": zipped({"__MACOSX/._run.gpx": b"\0\5\x16\7", "run.gpx": RUN_GPX})})
    assert in_zip["all.zip/__MACOSX/._run.gpx"]["outcome"] == "not_an_activity"
    assert in_zip["all.zip/run.gpx"]["outcome"] == "imported"


def test_quirk_06_a_file_is_what_is_in_it_and_not_what_it_is_called(outcomes: Outcomes):
    found = outcomes(
        {
            "empty.fit": b"",
            "page.fit": b"<!DOCTYPE html><html>Please log in</html>",
            "error.fit": b'{"error": "not found"}',
            "track.fit": RUN_GPX,
            "lap.fit": RUN_TCX,
            "watch.gpx": RUN_FIT,
        }
    )
    assert {name: row["outcome"] for name, row in found.items()} == {
        "empty.fit": "quarantined",
        "page.fit": "quarantined",
        "error.fit": "quarantined",
        "track.fit": "imported",
        "lap.fit": "imported",
        "watch.gpx": "imported",
    }
    assert "html" in found["page.fit"]["reason"]
    assert "json" in found["error.fit"]["reason"]
    assert "nothing in this file" in found["empty.fit"]["reason"]


def test_quirk_07_a_file_on_its_way_is_no_loss_and_no_second_activity(outcomes: Outcomes):
    half = RUN_FIT[: len(RUN_FIT) // 2]
    found = outcomes({"run.fit.crdownload": half, ".run.fit.swp": half, "synced.fit": half})
    assert found["run.fit.crdownload"]["reason"] == "still being downloaded"
    assert {found[name]["outcome"] for name in ("run.fit.crdownload", ".run.fit.swp")} == {"not_an_activity"}
    assert found["synced.fit"]["outcome"] == "salvaged"
    found = outcomes({"run.fit": RUN_FIT, "synced.fit": RUN_FIT})
    assert found["run.fit"]["outcome"] == "imported"
    assert found["synced.fit"]["outcome"] == "duplicate"


# --- TCX


def test_quirk_15_blanks_before_the_declaration_are_no_damage(corpus: Path, outcomes: Outcomes):
    blanks = b" " * 10 + b'<?xml version="1.0" encoding="UTF-8"?>'
    strava = of_corpus(corpus, "6281425038.tcx")
    assert strava.startswith(b" " * 10 + b"<?xml")
    found = outcomes({"strava.tcx": strava, "strava.gpx": blanks + gpx(trkpt(0), trkpt(1)).encode()})
    assert [row["outcome"] for row in found.values()] == ["imported"] * 2
    assert len(records(the_activity("tcx", strava))) == 1545


@pytest.mark.parametrize(
    "extension",
    [
        '<ns3:TPX xmlns:ns3="urn:x"><ns3:Speed>3.5</ns3:Speed><ns3:RunCadence>85</ns3:RunCadence></ns3:TPX>',
        "<TPX><Speed>3.5</Speed><RunCadence>85</RunCadence></TPX>",
        '<TPX xmlns="urn:x"><Speed>3.5</Speed><RunCadence>85</RunCadence></TPX>',
        "<ns9:TPX><ns9:Speed>3.5</ns9:Speed><ns9:RunCadence>85</ns9:RunCadence></ns9:TPX>",
    ],
    ids=["ns3", "bare", "default", "undeclared"],
)
def test_quirk_16_an_extension_has_any_prefix_and_one_foot_is_two(extension: str):
    run = the_activity("tcx", tcx(trackpoint(0, f"<Extensions>{extension}</Extensions>")))
    assert (column(run, "speed_m_per_s"), column(run, "cadence_per_min")) == ([3.5], [170])


def test_quirk_17_no_place_and_no_heart_rate_are_null_and_cost_nothing_else(corpus: Path):
    heart_rate = "<HeartRateBpm><Value>{}</Value></HeartRateBpm><DistanceMeters>7</DistanceMeters>"
    points = [
        trackpoint(0, heart_rate.format(150)),
        trackpoint(1, "<Position/>" + heart_rate.format(0)),
        trackpoint(2, "<DistanceMeters>7</DistanceMeters>"),
    ]
    run = the_activity("tcx", tcx("".join(points)))
    assert column(run, "heart_rate_bpm") == [150, None, None]
    assert column(run, "latitude_deg") == [None] * 3
    assert column(run, "distance_m") == [7] * 3
    velodrome = the_activity("tcx", of_corpus(corpus, "activity_769724393.tcx"))
    assert set(column(velodrome, "latitude_deg")) == {None}
    assert None not in column(velodrome, "heart_rate_bpm")


def test_quirk_18_several_activities_are_one_each_and_a_manual_one_needs_no_point(corpus: Path):
    found = read("tcx", of_corpus(corpus, "activity_165850259_multi-session.tcx")).activities
    assert [one.summary["sport"] for one in found] == ["running", "cycling", "running", "cycling"]
    assert len({one.summary["started_at"] for one in found}) == 4
    lap = "<TotalTimeSeconds>1800</TotalTimeSeconds><DistanceMeters>5000</DistanceMeters>"
    for points in ("", trackpoint(0)):
        manual = the_activity("tcx", tcx(points, lap)).summary
        assert (manual["timer_s"], manual["distance_m"]) == (1800, 5000)


def test_quirk_19_offsets_zero_altitudes_and_ids_that_are_no_time():
    points = [
        trackpoint(second, f"<AltitudeMeters>{m}</AltitudeMeters>") for second, m in enumerate((300, 0, 301))
    ]
    here = tcx("".join(points), identity="run-42").replace("T06:00:0", "T07:00:0").replace("Z<", "+01:00<")
    run = the_activity("tcx", here.replace('Z">', '+01:00">'))
    assert run.summary["started_at"] == datetime(2024, 1, 1, 6)
    assert run.summary["utc_offset_s"] == 3600
    assert column(run, "altitude_m") == [300, None, 301]


def test_quirk_20_the_laps_distance_is_the_run_s_and_the_points_keep_theirs():
    points = "".join(trackpoint(s, f"<DistanceMeters>{3 * s}</DistanceMeters>") for s in range(0, 601, 10))
    run = the_activity("tcx", tcx(points, "<DistanceMeters>1850</DistanceMeters>"))
    assert run.summary["distance_m"] == 1850
    assert column(run, "distance_m")[-1] == 1800


# --- GPX


@pytest.mark.parametrize(
    "extension",
    [
        '<gpxtpx:TrackPointExtension xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">'
        "<gpxtpx:hr>150</gpxtpx:hr></gpxtpx:TrackPointExtension>",
        '<gpxtpx:TrackPointExtension xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">'
        "<gpxtpx:hr>150</gpxtpx:hr></gpxtpx:TrackPointExtension>",
        '<ns3:TrackPointExtension xmlns:ns3="urn:x"><ns3:hr>150</ns3:hr></ns3:TrackPointExtension>',
        '<gpxdata:hr xmlns:gpxdata="http://www.cluetrust.com/XML/GPXDATA/1/0">150</gpxdata:hr>',
        "<heartrate>150</heartrate>",
        "<bpm>150</bpm>",
    ],
    ids=["v1", "v2", "ns3", "gpxdata", "heartrate", "bpm"],
)
def test_quirk_21_a_heart_rate_is_one_whatever_its_tag(extension: str):
    run = the_activity("gpx", gpx(trkpt(0, f"<extensions>{extension}</extensions>")))
    assert column(run, "heart_rate_bpm") == [150]


def test_quirk_22_a_prefix_that_nobody_declared_is_no_damage(corpus: Path, outcomes: Outcomes):
    strava = of_corpus(corpus, "6048438275.gpx")
    assert b"<gpxdata:" in strava
    assert b"xmlns:gpxdata" not in strava
    assert outcomes({"run.gpx": strava})["run.gpx"]["outcome"] == "imported"
    run = the_activity("gpx", strava)
    assert len(records(run)) == 4343
    assert run.summary["sport"] == "running"


def test_quirk_23_numbers_with_a_point_and_said_twice():
    inside = "<hr>150.0</hr><cad>0.0</cad><x><hr>151</hr><cad>85.0</cad></x>"
    run = the_activity("gpx", gpx(trkpt(0, f"<extensions>{inside}</extensions>")))
    assert (column(run, "heart_rate_bpm"), column(run, "cadence_per_min")) == ([150], [0])


def test_quirk_24_points_without_a_time_are_a_route_or_a_way_between_two_times(
    corpus: Path, outcomes: Outcomes
):
    there = '<trkpt lat="50.01" lon="8.0"/>'
    found = outcomes(
        {
            "route.gpx": of_corpus(corpus, "A_ride_mapped_on_11_22_2011.gpx"),
            "ends.gpx": gpx(trkpt(0) + there + trkpt(600)).encode(),
            "some.gpx": of_corpus(corpus, "fitwrite-track.gpx"),
        }
    )
    assert (found["route.gpx"]["outcome"], found["route.gpx"]["reason"]) == (
        "not_an_activity",
        "a route: no times",
    )
    assert found["some.gpx"]["reason"] == "12 of 64 points without a time left out"
    assert found["ends.gpx"]["outcome"] == found["some.gpx"]["outcome"] == "salvaged"
    ends = the_activity("gpx", gpx(trkpt(0) + there + trkpt(600)))
    assert column(ends, "distance_m") == [0, pytest.approx(2 * 1112, abs=1)]  # there and back


def test_quirk_25_times_with_an_offset_or_microseconds_and_the_time_of_the_export():
    """A local time that is written with a Z looks like UTC; no single file can tell."""
    written_as = ["2024-01-01T06:00:00Z", "2024-01-01T08:00:01.500000+02:00", "2024-01-01T06:00:02.999999Z"]
    points = "".join(f'<trkpt lat="50" lon="8"><time>{one}</time></trkpt>' for one in written_as)
    run = the_activity("gpx", gpx(points, head="<metadata><time>2026-11-22T00:00:00Z</time></metadata>"))
    assert run.summary["started_at"] == datetime(2024, 1, 1, 6)
    assert [one.second for one in column(run, "recorded_at")] == [0, 1, 2]
    offset = the_activity("gpx", (DATA / "time-with-offset.gpx").read_bytes()).summary
    assert (offset["started_at"], offset["utc_offset_s"]) == (datetime(2015, 12, 11, 14, 43, 13), 3600)


def test_quirk_26_tracks_and_segments_are_one_activity_and_what_repeats_counts_once(corpus: Path):
    there = trkpt(0) + trkpt(60, latitude=50.01)
    on = trkpt(61, latitude=50.01) + trkpt(121, latitude=50.02)
    repeated = the_activity("gpx", gpx(there, there, on))
    assert len(records(repeated)) == 4
    assert column(repeated, "distance_m")[-1] == pytest.approx(2 * 1112, abs=1)
    ride = the_activity("gpx", of_corpus(corpus, "1292585194-20906.gpx"))  # 16 segments
    assert len(records(ride)) == 5935


def test_quirk_27_a_treadmill_s_empty_segment_is_said_and_apple_s_gpx_has_no_heart_rate():
    assert read("gpx", "<gpx><trk><name>Treadmill</name><trkseg/></trk></gpx>") == Reading(
        note="no track in it"
    )
    run = the_activity("gpx", gpx(trkpt(0, "<extensions><speed>3.1</speed></extensions>"), kind="TrailRun"))
    assert (run.summary["sport"], run.summary["sub_sport"]) == ("running", "trail")
    assert (column(run, "speed_m_per_s"), column(run, "heart_rate_bpm")) == ([3.1], [None])


def test_quirk_28_other_encodings_and_the_first_version_of_the_format(corpus: Path):
    umlaut = gpx(trkpt(0)).replace("<trk>", "<trk><name>Höhenweg</name>")
    for encoding in ("iso-8859-1", "utf-16", "windows-1252"):
        content = f'<?xml version="1.0" encoding="{encoding}"?>{umlaut}'.encode(encoding)
        assert the_activity("gpx", content).summary["name"] == "Höhenweg"
    assert len(records(the_activity("gpx", of_corpus(corpus, "expertgps.gpx")))) == 64  # ISO-8859-1
    first = the_activity("gpx", '<gpx version="1.0"><trk><trkseg>' + trkpt(0, "<speed>3.5</speed>"))
    assert column(first, "speed_m_per_s") == [3.5]


# --- the structure of FIT


def test_quirk_29_a_file_cut_short_keeps_its_records_and_gets_a_summary(corpus: Path, outcomes: Outcomes):
    found = outcomes(
        {
            "nick.fit": of_corpus(corpus, "nick.fit"),
            "no-size.fit": of_corpus(corpus, "empty-activities.fit"),
            "cut.fit": (DATA / "cut-short.fit").read_bytes(),
        }
    )
    assert {row["outcome"] for row in found.values()} == {"salvaged"}
    assert "from byte 403437 on, the rest is lost; 14391 records come before" in found["nick.fit"]["reason"]
    assert "the summary is rebuilt" in found["nick.fit"]["reason"]
    assert "gives no size" in found["no-size.fit"]["reason"]
    rebuilt = the_activity("fit", of_corpus(corpus, "nick.fit"))
    times = column(rebuilt, "recorded_at")
    assert rebuilt.summary["started_at"] == times[0]
    assert rebuilt.summary["elapsed_s"] == (times[-1] - times[0]).total_seconds()


def test_quirk_30_no_checksum_of_the_header_is_fine_and_a_wrong_one_of_the_file_is_said(
    corpus: Path, outcomes: Outcomes
):
    found = outcomes(
        {
            "no-header-checksum.fit": of_corpus(corpus, "2013-02-06-12-11-14.fit"),
            "wrong.fit": of_corpus(corpus, "activity-filecrc.fit"),
            "more.fit": RUN_FIT + bytes(7),
        }
    )
    assert found["no-header-checksum.fit"]["outcome"] == "imported"
    assert found["wrong.fit"]["outcome"] == "salvaged"
    assert "checksum does not match" in found["wrong.fit"]["reason"]
    assert f"no FIT in the 7 bytes from byte {len(RUN_FIT)} on" == found["more.fit"]["reason"]
    assert len(records(the_activity("fit", of_corpus(corpus, "activity-filecrc.fit")))) == 14


def test_quirk_31_chained_files_are_one_activity_with_the_heart_rate_that_came_last(corpus: Path):
    swim = the_activity(
        "fit", of_corpus(corpus, "GarminHRMswim.FIT")
    )  # chained: the activity, then `hr` alone
    assert len(records(swim)) == 2630
    assert sum(beats is not None for beats in column(swim, "heart_rate_bpm")) > 2000
    settings_after = (DATA / "run-then-settings.fit").read_bytes()
    assert len(read("fit", settings_after).activities) == 1


def test_quirk_32_the_summary_may_come_first_or_last(corpus: Path):
    first = read("fit", of_corpus(corpus, "ExampleSummaryFirst.fit")).activities
    last = read("fit", of_corpus(corpus, "triathlon_summary_last.fit")).activities
    sports = ["swimming", "transition", "cycling", "transition", "running"]
    assert [one.summary["sport"] for one in first] == [one.summary["sport"] for one in last] == sports
    assert [records(one) for one in first] == [records(one) for one in last]


def test_quirk_33_a_multisport_file_is_an_activity_for_each_session_with_its_own_laps(corpus: Path):
    found = read("fit", of_corpus(corpus, "MultiSport-2019-11-24.fit")).activities
    assert [one.summary["sport"] for one in found] == [
        "swimming",
        "transition",
        "cycling",
        "transition",
        "running",
    ]
    for one in found:
        started_at, elapsed_s = one.summary["started_at"], one.summary["elapsed_s"]
        assert isinstance(started_at, datetime)
        assert isinstance(elapsed_s, float)
        until = started_at + timedelta(seconds=elapsed_s + 10)  # a watch goes on until the button is up
        laps = one.streams["laps"].to_pylist()
        assert all(started_at <= at <= until for at in column(one, "recorded_at"))
        assert all(started_at <= lap["started_at"] <= until for lap in laps)
        assert sum(lap["elapsed_s"] for lap in laps) == pytest.approx(elapsed_s, abs=5)


def test_quirk_34_a_number_of_four_bytes_that_coros_declares_as_one(corpus: Path, outcomes: Outcomes):
    coros = of_corpus(corpus, "coros-pace-2-cycling-misaligned-fields.fit")
    assert outcomes({"ride.fit": coros})["ride.fit"]["outcome"] == "imported"
    assert len(records(the_activity("fit", coros))) == 11272


def test_quirk_35_times_in_the_header_byte_count_on():
    whole = definition(20, (TIMESTAMP, 4, UINT32)) + b"\0" + struct.pack("<I", START)
    later = b"".join(bytes([0xA0 | (START + second) & 0x1F, 150]) for second in range(5, 100, 5))
    run = the_activity("fit", file(whole + definition(20, (3, 1, UINT8), local=1) + later))
    assert column(run, "recorded_at") == [STARTED_AT + timedelta(seconds=s) for s in range(0, 100, 5)]
    assert column(run, "heart_rate_bpm") == [None] + [150] * 19


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("tpv_dev_fields_20260222.fit", 3262),  # fields of no size
        ("elemnt-bolt-no-application-id-inside-developer-data-id.fit", 132),
        ("unterminated-strings.fit", 33),
    ],
)
def test_quirk_36_a_developer_s_fields_need_no_word_of_their_developer(corpus: Path, name: str, count: int):
    reading = read("fit", of_corpus(corpus, name))
    assert reading.note == ""
    assert len(records(reading.activities[0])) == count


def test_quirk_36_a_field_that_was_never_described_or_has_no_name_costs_only_itself():
    numbers = struct.pack("<BBB", 0, 8, 7)  # field 0, 8 bytes, of developer 7
    described = definition(206, (0, 1, 2), (1, 1, 2), (2, 1, 2)) + bytes([0, 7, 0, 0x8F])  # a uint64, no name
    layout = bytes([0x60, 0, 0]) + struct.pack("<HB", 20, 2) + struct.pack("BBBBBB", 253, 4, 0x86, 3, 1, 2)
    body = layout + b"\1" + numbers + b"\0" + struct.pack("<IBQ", START, 150, 2**63)
    for content in (body, described + body):
        run = the_activity("fit", file(content))
        assert column(run, "heart_rate_bpm") == [150]


def test_quirk_37_a_foot_pod_overrides_the_watch(corpus: Path):
    row = records(the_activity("fit", of_corpus(corpus, "3386684871.fit")))[600]
    assert (row["power_w"], row["cadence_per_min"], row["ground_contact_s"]) == (310, 166, 0.242)


def test_quirk_38_a_name_that_is_no_text_costs_neither_the_run_nor_the_ledger(outcomes: Outcomes):
    sport = (12, {0: enum(1), 3: text(b"L\xe4uf\xff\xfe\0")})
    content = fit(FILE_ID, sport, session(), record(0, {3: u8(150)}))
    assert outcomes({"run.fit": content})["run.fit"]["outcome"] == "imported"
    name = the_activity("fit", content).summary["name"]
    assert isinstance(name, str)
    assert name.startswith("L")
    assert name.isprintable()


def test_quirk_39_a_message_that_nobody_defined_ends_the_file_and_not_the_run(
    corpus: Path, outcomes: Outcomes
):
    strava = of_corpus(corpus, "strava-android-app-201.10-b1218918.fit")
    middle = len(RUN_FIT) // 2
    garbage = RUN_FIT[:middle] + bytes(range(256)) + RUN_FIT[middle:]
    found = outcomes({"app.fit": strava, "garbage.fit": garbage, "run.fit": RUN_FIT})
    assert found["app.fit"]["outcome"] == found["garbage.fit"]["outcome"] == "salvaged"
    assert "damaged from byte 7471 on" in found["app.fit"]["reason"]
    assert found["run.fit"]["outcome"] == "imported"
    assert len(records(the_activity("fit", strava))) == 236
    heart_rates = column(the_activity("fit", garbage), "heart_rate_bpm")
    assert heart_rates == column(the_activity("fit", RUN_FIT), "heart_rate_bpm")[: len(heart_rates)]
    assert len(heart_rates) == 12


def test_quirk_40_a_speed_is_enhanced_or_legacy_or_an_array():
    enhanced = record(0, {73: u32(3500), 78: u32(2600)})
    both = record(1, {6: u16(3400), 73: u32(3500)})
    legacy = record(2, {6: u16(3500), 2: u16(2600)})
    neither = record(3, {3: u8(150)})
    run = the_activity("fit", fit(FILE_ID, session(), enhanced, both, legacy, neither))
    assert column(run, "speed_m_per_s") == [3.5, 3.5, 3.5, None]
    assert column(run, "altitude_m") == [20, None, 20, None]
    array = definition(20, (TIMESTAMP, 4, UINT32), (73, 8, UINT32))
    values = struct.pack("<III", START, 0xFFFFFFFF, 3500)
    assert column(the_activity("fit", file(array + b"\0" + values)), "speed_m_per_s") == [3.5]


# --- times


def test_quirk_41_no_run_is_in_1989(corpus: Path, outcomes: Outcomes):
    local_in_1989 = (34, {253: u32(START), 5: u32(3600)})
    virtual = fit(FILE_ID, record(0, {3: u8(150)}), session(), local_in_1989)
    found = outcomes(
        {
            "no-clock.fit": of_corpus(corpus, "antfs-dump.63.fit"),
            "no-clock.gpx": gpx(trkpt(0)).replace("2024-", "1989-").encode(),
            "virtual.fit": virtual,
            "virb.fit": of_corpus(corpus, "garmin-virb-ultra-30.fit"),
        }
    )
    assert {name: row["outcome"] for name, row in found.items()} == {
        "no-clock.fit": "quarantined",
        "no-clock.gpx": "quarantined",
        "virtual.fit": "imported",
        "virb.fit": "imported",
    }
    assert "the day is unknown" in found["no-clock.fit"]["reason"]
    assert "the day is unknown" in found["no-clock.gpx"]["reason"]
    assert the_activity("fit", virtual).summary["utc_offset_s"] is None
    camera = the_activity("fit", of_corpus(corpus, "garmin-virb-ultra-30.fit")).summary
    assert camera["started_at"] == datetime(2017, 6, 28, 2, 33, 6)  # two seconds after its file_id says


def test_quirk_42_utc_and_local_time_that_changed_places(marts: Marts):
    assert marts.local_day("swapped.fit") == date(2021, 9, 8)
    assert marts.local_day("forgotten.fit") == date(
        2021, 9, 8
    )  # 01:46 UTC is 20:46 of the day before in Bogota


def test_quirk_43_an_offset_that_no_place_keeps_is_not_believed(corpus: Path):
    watch = the_activity("fit", of_corpus(corpus, "garmin-vivosmart-hr.fit")).summary
    assert watch["utc_offset_s"] is None  # it says 18 minutes
    for offset_s, believed in (
        (5880, None),
        (4140, None),
        (50_400, 50_400),
        (-43_200, -43_200),
        (54_000, None),
    ):
        clocks = (34, {253: u32(START), 5: u32(START + offset_s)})
        run = the_activity("fit", fit(FILE_ID, record(0, {3: u8(1)}), session(), clocks))
        assert run.summary["utc_offset_s"] == believed


def test_quirk_44_without_a_local_time_the_first_place_tells_or_the_athlete(marts: Marts):
    assert marts.activity("late-fix.fit")["utc_offset_source"] == "position"
    assert marts.local_day("late-fix.fit") == date(2021, 9, 10)  # 20:46 in Bogota
    assert marts.activity("nowhere.fit")["utc_offset_source"] == "athlete"
    assert marts.local_day("nowhere.fit") == date(2021, 9, 10)  # 10:46 in Tokyo


def test_quirk_45_records_of_an_earlier_day_are_not_of_this_run():
    stale = [record(-300_000 + second, {3: u8(99)}) for second in range(3)]
    own = [record(second, {3: u8(150)}) for second in range(3)]
    reading = read("fit", fit(FILE_ID, *stale, *own, session()))
    assert column(reading.activities[0], "heart_rate_bpm") == [150] * 3
    assert reading.activities[0].summary["started_at"] == STARTED_AT
    assert "3 records of more than a day before the start left out" in reading.note


def test_quirk_46_rows_are_in_order_and_one_a_second_with_all_that_was_said(corpus: Path):
    said = [
        record(5, {3: u8(120)}),
        record(5, {4: u8(90)}),
        record(3, {3: u8(119)}),
        record(5, {3: u8(121), 4: u8(91)}),
    ]
    ride = the_activity("fit", fit(FILE_ID, session(2), *said))
    assert [(one["heart_rate_bpm"], one["cadence_per_min"]) for one in records(ride)] == [
        (119, None),
        (120, 90),
    ]
    for name in ("2013-04-11-17-32-50.fit", "2009_01_09_11_13_14.tcx"):
        times = column(the_activity(name[-3:], of_corpus(corpus, name)), "recorded_at")
        assert times == sorted(set(times))


def test_quirk_47_time_is_weighed_and_a_silence_is_a_pause(marts: Marts):
    smart = marts.activity("smart.fit")
    assert smart["heart_rate_mean_bpm"] == pytest.approx(130, abs=1)  # ten minutes each at 100 and at 160
    assert smart["moving_s"] == pytest.approx(1200, abs=10)
    silent = marts.activity("silent.fit")
    assert silent["elapsed_s"] == 7800
    assert silent["moving_s"] == pytest.approx(600, abs=2)


def test_quirk_48_a_ferry_is_no_running(marts: Marts):
    ferry = marts.activity("ferry.fit")
    assert (ferry["elapsed_s"], ferry["timer_s"]) == (800, 600)
    assert ferry["moving_s"] == pytest.approx(600, abs=2)
    assert ferry["speed_m_per_s"] == pytest.approx(3, abs=0.01)
    assert ferry["distance_m"] == 1800


def test_quirk_49_a_run_counts_to_the_day_and_week_of_its_start_where_it_was(marts: Marts):
    assert marts.local_day("sunday.fit") == date(2021, 9, 12)  # 01:46 UTC on Monday
    weeks = marts.sql("select week_start_on, run_count from weekly_load where run_count > 0")
    assert date(2021, 9, 13) not in set(weeks.week_start_on.dt.date)
    # Across midnight, and across the hour that Berlin's clocks skip: the day and the offset of the start.
    assert marts.local_day("midnight.gpx") == date(2024, 3, 30)
    assert marts.activity("midnight.gpx")["utc_offset_s"] == 3600
    assert marts.activity("summer.gpx")["utc_offset_s"] == 7200
    assert marts.local_day("summer.gpx") == date(2024, 3, 31)


def test_quirk_49_a_week_starts_on_monday_or_sunday(rows_of: Callable[..., pd.DataFrame]):
    for week_start, expected in (("monday", "2021-09-06"), ("sunday", "2021-09-12")):
        weeks = rows_of(
            "athlete.weeks",
            given={
                "athlete.athletes": f"athlete_id | week_start\nann | {week_start}",
                "athlete.activities": """
                    athlete_id | activity_id | is_run | started_at          | local_day  | distance_m
                    ann        | run         | true   | 2021-09-13 04:00:00 | 2021-09-12 | 5000
                """,
            },
        )
        assert [str(day.date()) for day in weeks.week_start_on] == [expected]


# --- values


def test_quirk_50_no_fix_is_no_place_but_the_equator_is_one():
    fixes = [(0x7FFFFFFF, 0x7FFFFFFF), (0, 0), (0x7FFFFFFF, 5), (0, 2**29), (-(2**29), 0)]
    run = the_activity(
        "fit",
        fit(FILE_ID, session(), *(record(s, {0: s32(a), 1: s32(b)}) for s, (a, b) in enumerate(fixes))),
    )
    places = list(zip(column(run, "latitude_deg"), column(run, "longitude_deg"), strict=True))
    assert places == [(None, None), (None, None), (None, None), (0, 45), (-45, 0)]
    nowhere = gpx(trkpt(0).replace('"50.0"', '"NaN"') + trkpt(1).replace('"50.0"', '"180.0"'))
    assert column(the_activity("gpx", nowhere), "latitude_deg") == [None, None]


def test_quirk_51_south_stays_south_and_west_stays_west(corpus: Path):
    row = records(the_activity("fit", of_corpus(corpus, "3386684871.fit")))[600]
    assert row["latitude_deg"] == pytest.approx(-307032356 * 180 / 2**31)
    american = records(the_activity("fit", RUN_FIT))[5]
    assert american["longitude_deg"] == pytest.approx(-1463078534 * 180 / 2**31)


def test_quirk_52_no_pulse_is_null_and_one_written_when_it_changes_is_held(marts: Marts, corpus: Path):
    beats = [record(second, {3: u8(bpm)}) for second, bpm in enumerate([0, 255, 120])]
    assert column(the_activity("fit", fit(FILE_ID, session(), *beats)), "heart_rate_bpm") == [None, None, 120]
    dropouts = marts.activity("dropouts.fit")
    assert dropouts["heart_rate_mean_bpm"] == pytest.approx(150)  # a fifth of the records say 1 bpm
    assert dropouts["heart_rate_rejected_s"] > 0
    share = column(the_activity("fit", of_corpus(corpus, "apple_watch.fit")), "heart_rate_bpm")
    assert sum(one is not None for one in share) < len(share) / 4
    assert marts.activity("apple_watch.fit")["heart_rate_coverage_ratio"] > 0.9


def test_quirk_53_what_a_strap_kept_is_merged_into_the_records(corpus: Path):
    swim = the_activity("fit", of_corpus(corpus, "event_timestamp.fit"))
    known = [beats for beats in column(swim, "heart_rate_bpm") if beats is not None]
    assert len(known) > 0.9 * len(records(swim))
    assert 60 < min(known) < max(known) < 200


def test_quirk_54_a_spike_is_no_maximum(marts: Marts):
    spiked = marts.activity("spiked.fit")
    assert spiked["heart_rate_max_bpm"] == 150
    assert spiked["heart_rate_mean_bpm"] == pytest.approx(150, abs=1)


def test_quirk_55_standing_is_a_speed_and_a_cadence_of_zero(marts: Marts):
    standing = record(0, {6: u16(0), 4: u8(0), 7: u16(0), 13: (0x01, "b", 0)})
    (row,) = records(the_activity("fit", fit(FILE_ID, session(2), standing)))
    zeros = ("speed_m_per_s", "cadence_per_min", "power_w", "temperature_c")
    assert [row[name] for name in zeros] == [0, 0, 0, 0]
    assert marts.activity("stood.fit")["moving_s"] == pytest.approx(600, abs=2)


@pytest.mark.parametrize(("sport", "said", "cadence"), [(1, 85, 170), (1, 174, 174), (2, 85, 85)])
def test_quirk_56_strides_are_doubled_and_steps_are_not(sport: int, said: int, cadence: int):
    run = the_activity("fit", fit(FILE_ID, session(sport), *(record(s, {4: u8(said)}) for s in range(5))))
    assert column(run, "cadence_per_min") == [cadence] * 5


def test_quirk_57_a_distance_that_starts_again_or_jumps_is_no_running(marts: Marts):
    reset = marts.activity("reset.fit")
    assert reset["speed_m_per_s"] == pytest.approx(3, rel=0.01)
    calibrated = marts.activity("calibrated.fit")
    assert calibrated["speed_m_per_s"] == pytest.approx(3, rel=0.01)
    assert calibrated["speed_rejected_s"] > 0
    efforts = marts.sql(
        "select max(efforts.effort_distance_m / efforts.elapsed_s) as fastest from best_efforts as efforts"
        " join files using (activity_id) where path like '%calibrated.fit'"
    )
    assert efforts.fastest[0] == pytest.approx(3, rel=0.01)


def test_quirk_58_a_run_on_a_treadmill_counts_as_distance_and_not_as_evidence(marts: Marts):
    indoor = marts.activity("treadmill.fit")
    assert (indoor["sub_sport"], indoor["has_position"]) == ("treadmill", False)
    assert indoor["distance_m"] == 4000  # as calibrated; its records say 3600
    assert indoor["moving_s"] == pytest.approx(1200, abs=2)
    assert marts.row("efficiency_trend", "treadmill.fit")["reason"] == "treadmill or indoor"
    assert marts.activity("indoor.tcx")["moving_s"] == pytest.approx(600, abs=2)  # no place, no speed


def test_quirk_59_sports_and_makers_that_nobody_knows(outcomes: Outcomes):
    new = fit((0, {0: enum(4), 1: u16(65_000), 2: u16(9)}), session(199), record(0, {3: u8(150)}))
    generic = fit(FILE_ID, session(0), record(0, {3: u8(150)}))
    assert {row["outcome"] for row in outcomes({"new.fit": new, "any.fit": generic}).values()} == {"imported"}
    assert the_activity("fit", generic).summary["sport"] == "generic"
    summary = the_activity("fit", new).summary
    assert (summary["sport"], summary["device_manufacturer"]) == ("unknown", "65000")


def test_quirk_60_a_session_without_records_is_an_activity(marts: Marts, corpus: Path):
    real = the_activity("fit", of_corpus(corpus, "2012_02_05_09_03_59.fit"))
    assert records(real) == []
    assert real.summary["sport"] == "cycling"
    manual = marts.activity("manual.fit")
    assert (manual["distance_m"], manual["moving_s"]) == (10_000, 3000)


def test_quirk_61_a_run_that_another_platform_exported_counts_once(marts: Marts):
    """Other bytes: a second late, an hour off, or cut short."""
    copies = ["watch.fit", "platform.fit", "zone.fit", "phone.fit"]
    assert len({marts.activity(name)["activity_id"] for name in copies}) == 1
    become = marts.sql("select outcome, count(*) as n from files where path like '%.fit' group by outcome")
    assert dict(zip(become.outcome, become.n, strict=True))["duplicate"] == 3


def test_quirk_62_the_same_activity_under_a_new_name_counts_once(outcomes: Outcomes):
    found = outcomes({"123.fit": RUN_FIT, "123_ACTIVITY.fit": RUN_FIT})
    assert {name: row["outcome"] for name, row in found.items()} == {
        "123.fit": "imported",
        "123_ACTIVITY.fit": "duplicate",
    }


def test_quirk_63_a_walk_home_and_a_short_test_carry_no_trend(marts: Marts):
    assert marts.row("efficiency_trend", "fragment.fit")["reason"] == "too short a steady part"
    assert marts.row("efficiency_trend", "walked-home.fit")["reason"] == "uneven pace"
    left_on = marts.activity("left-on.fit")
    assert left_on["moving_s"] == pytest.approx(1200, abs=2)
    assert left_on["speed_m_per_s"] == pytest.approx(3, rel=0.01)
