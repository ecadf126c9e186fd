"""GPX files of many programs, each with its own idea of the format."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import gpxpy
import pytest
from conftest import CORPUS
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UnreadableFileError
from pipeline.readers import READERS
from pipeline.schema import Activity, Reading

DATA = Path(__file__).parent / "data"


def read(content: str | bytes) -> Reading:
    return READERS["gpx"](content.encode() if isinstance(content, str) else content, "some.gpx")


def the_activity(content: str | bytes) -> Activity:
    (activity,) = read(content).activities
    return activity


def records(content: str | bytes) -> list[dict[str, Any]]:
    return the_activity(content).streams["records"].to_pylist()


def point(second: int, inside: str = "", latitude: float = 50.0) -> str:
    time = f"<time>2024-01-01T06:{second // 60:02}:{second % 60:02}Z</time>"
    return f'<trkpt lat="{latitude}" lon="8.0">{time}{inside}</trkpt>'


def gpx(*segments: str, kind: str = "running", head: str = "") -> str:
    inside = "".join(f"<trkseg>{segment}</trkseg>" for segment in segments)
    return f'<gpx version="1.1" creator="c"{head}><trk><type>{kind}</type>{inside}</trk></gpx>'


def extension(inside: str) -> str:
    return f"<extensions>{inside}</extensions>"


def test_a_run_has_the_values_of_its_points():
    run = the_activity((DATA / "run.gpx").read_bytes())
    assert run.summary["sport"] == "running"
    assert run.summary["name"] == "Boulder Running"
    assert run.summary["started_at"] == datetime(2021, 4, 16, 13, 37, 53)
    assert run.summary["elapsed_s"] == 222
    assert run.summary["device_product"] == "Garmin Connect"
    assert run.summary["utc_offset_s"] is None
    row = run.streams["records"].to_pylist()[10]
    assert row["recorded_at"] == datetime(2021, 4, 16, 13, 38, 50)
    expected = {
        "latitude_deg": 40.037951041013,
        "longitude_deg": -105.25915489532053,
        "altitude_m": 1626.6,
        "heart_rate_bpm": 90,
        "cadence_per_min": 142,
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected)


def distance_of(content: str) -> float | None:
    """The distance at the last record."""
    return records(content)[-1]["distance_m"]


def test_a_run_is_as_long_as_gpxpy_says():
    """Gpxpy measures on a sphere of the equator's radius, which is 0.11 % larger than the Earth."""
    content = (DATA / "run.gpx").read_text()
    expected = gpxpy.parse(content).length_2d() * 6_371_008.8 / 6_378_137
    assert distance_of(content) == pytest.approx(expected, rel=1e-4)


def test_a_time_with_an_offset_is_kept_as_utc_and_offset():
    """Quirk 25."""
    run = the_activity((DATA / "time-with-offset.gpx").read_bytes())
    assert run.summary["started_at"] == datetime(2015, 12, 11, 14, 43, 13)
    assert run.summary["utc_offset_s"] == 3600


def test_a_route_is_no_activity():
    """Quirk 24."""
    assert read((DATA / "route.gpx").read_bytes()) == Reading(note="a route: no times")
    assert read(gpx('<trkpt lat="1" lon="2"/>')) == Reading(note="a route: no times")
    assert read(gpx("")) == Reading(note="no track in it")


def test_points_without_a_time_are_left_out_and_counted():
    """Quirk 24."""
    reading = read(gpx(point(0) + '<trkpt lat="50" lon="8"/>' + point(1)))
    assert reading.note == "1 of 3 points without a time left out"
    assert reading.activities[0].streams["records"].num_rows == 2


@pytest.mark.parametrize(
    "inside",
    [
        '<a:TrackPointExtension xmlns:a="urn:a"><a:hr>150</a:hr></a:TrackPointExtension>',
        "<heartrate>150.0</heartrate>",
        '<gpxdata:hr xmlns:gpxdata="urn:b">150</gpxdata:hr>',
        "<gpxtpx:TrackPointExtension><gpxtpx:hr> 150 </gpxtpx:hr></gpxtpx:TrackPointExtension>",
        "<bpm></bpm><bpm>150</bpm>",
    ],
)
def test_a_heart_rate_is_found_whatever_its_name_space(inside: str):
    """Quirks 21, 22 (a prefix that nobody declared) and 23."""
    (row,) = records(gpx(point(0, extension(inside))))
    assert row["heart_rate_bpm"] == 150


def test_what_is_not_measured_is_null_and_standing_is_zero():
    """Quirks 52 and 55."""
    inside = "<hr>0</hr><cad>0</cad><power>0</power><atemp>n/a</atemp><speed>NaN</speed>"
    (row,) = records(gpx(point(0, extension(inside))))
    assert (row["heart_rate_bpm"], row["cadence_per_min"], row["power_w"]) == (None, 0, 0)
    assert (row["temperature_c"], row["speed_m_per_s"]) == (None, None)


@pytest.mark.parametrize(
    ("kind", "written", "cadence"), [("running", 85, 170), ("running", 172, 172), ("cycling", 85, 85)]
)
def test_one_foot_is_doubled_for_runners_only(kind: str, written: int, cadence: int):
    """Quirk 56."""
    (row,) = records(gpx(point(0, extension(f"<cad>{written}</cad>")), kind=kind))
    assert row["cadence_per_min"] == cadence


@pytest.mark.parametrize(
    ("kind", "sport"),
    [
        ("trail_running", "running"),
        ("9", "running"),
        ("Ride", "cycling"),
        ("1", "cycling"),
        ("Nordic Walking", "walking"),
        ("hike", "hiking"),
        ("open_water_swimming", "swimming"),
        ("jkljkl", "generic"),
        ("", "generic"),
    ],
)
def test_the_sport_is_in_the_type(kind: str, sport: str):
    assert the_activity(gpx(point(0), kind=kind)).summary["sport"] == sport


def test_the_way_along_points_without_a_time_counts():
    """Quirk 24. There and back, a hundredth of a degree or 1112 m each, and only both ends have a time."""
    there = '<trkpt lat="50.01" lon="8.0"/>'
    (start, end) = records(gpx(point(0) + there + point(600)))
    assert (start["distance_m"], end["distance_m"]) == (0, pytest.approx(2 * 1112, abs=1))


def test_a_pause_between_segments_is_no_distance_but_a_lap_is():
    """Quirk 26. A hundredth of a degree of latitude is 1112 m."""
    ridden = point(0, latitude=50.0) + point(60, latitude=50.01)
    lap = point(61, latitude=50.01) + point(121, latitude=50.02)
    after_a_ferry = point(1800, latitude=51.0) + point(1860, latitude=51.01)
    distance_m = distance_of(gpx(ridden, lap, after_a_ferry))
    assert distance_m == pytest.approx(3 * 1112, abs=2)


def test_a_segment_that_repeats_another_does_not_double_the_distance():
    """Quirk 26."""
    segment = point(0) + point(60, latitude=50.01)
    assert distance_of(gpx(segment, segment)) == pytest.approx(1112, abs=1)


@pytest.mark.parametrize("blanks", ["          ", "\ufeff", "\n\n"])
def test_what_stands_before_the_declaration_does_not_matter(blanks: str):
    """Quirk 15."""
    assert records(f'{blanks}<?xml version="1.0" encoding="UTF-8"?>{gpx(point(0))}')


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "utf-8"])
def test_a_name_with_umlauts_survives_its_encoding(encoding: str):
    """Quirk 28."""
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    content = declaration + gpx(point(0)).replace("<trk>", "<trk><name>Höhenweg</name>")
    assert the_activity(content.encode(encoding)).summary["name"] == "Höhenweg"


def test_the_first_version_of_the_format_has_speed_in_the_point():
    """Quirk 28."""
    content = gpx(point(0, "<speed>3.5</speed>")).replace('version="1.1"', 'version="1.0"')
    assert records(content)[0]["speed_m_per_s"] == 3.5


@pytest.mark.parametrize("number", ["1e308", "inf", "-inf", "nan", "9" * 400])
def test_a_number_beyond_all_measure_is_none(number: str):
    (row,) = records(gpx(point(0, extension(f"<cad>{number}</cad><power>{number}</power>"))))
    assert (row["cadence_per_min"], row["power_w"]) == (None, None)


def test_no_fix_is_no_place():
    """Quirk 50."""
    content = gpx('<trkpt lat="0" lon="0"><time>2024-01-01T06:00:00Z</time></trkpt>')
    assert records(content)[0]["latitude_deg"] is None
    assert distance_of(content) is None


def test_a_clock_that_was_never_set_gives_no_run_in_1970():
    """Quirk 41."""
    with pytest.raises(UnreadableFileError, match="no_clock"):
        read(gpx(point(0)).replace("2024-", "1970-"))


def test_a_nonsensical_offset_costs_neither_the_run_nor_the_day_it_is_on():
    """Quirk 43."""
    run = the_activity(gpx(point(0), point(1)).replace("00Z", "00+99:00"))
    assert run.summary["utc_offset_s"] is None


def test_entities_are_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + gpx(point(0))
    with pytest.raises(UnreadableFileError, match="unsafe_xml"):
        read(bomb)


@pytest.mark.parametrize("where", ['SYSTEM "file:///etc/passwd"', 'PUBLIC "a" "http://localhost/x.dtd"'])
def test_a_document_type_elsewhere_is_refused(where: str):
    with pytest.raises(UnreadableFileError, match="unsafe_xml"):
        read(f"<!DOCTYPE gpx {where}>{gpx(point(0))}")


def test_what_only_looks_like_a_document_type_is_read():
    assert records(gpx("<!-- <!DOCTYPE html> -->" + point(0)))


@given(st.integers(min_value=0, max_value=8000))
def test_a_file_cut_short_keeps_its_whole_points_and_says_so(cut: int):
    content = (DATA / "run.gpx").read_bytes()
    whole = content[:cut].count(b"</trkpt>")
    if not whole:
        with pytest.raises(UnreadableFileError, match="not_gpx"):
            read(content[:cut])
        return
    reading = read(content[:cut])
    assert f"the rest is lost; {whole} points come before" in reading.note
    kept = reading.activities[0].streams["records"].drop(["cadence_per_min"])
    assert kept.equals(
        read(content).activities[0].streams["records"].slice(0, whole).drop(["cadence_per_min"])
    )


def test_damage_in_the_middle_keeps_what_comes_before():
    reading = read(gpx(point(0), point(1) + "<trkpt", point(2)))
    assert reading.activities[0].streams["records"].num_rows == 2
    assert "damaged at line 1" in reading.note


def test_noise_between_tags_costs_no_value():
    reading = read(gpx(point(0, "T<ele>7</ele>").replace("<time>", "\x9a<time>")))
    (row,) = reading.activities[0].streams["records"].to_pylist()
    assert (row["recorded_at"].second, row["altitude_m"]) == (0, 7)


def test_what_follows_the_end_is_lost_and_said():
    reading = read(gpx(point(0)) + gpx(point(60)))
    assert reading.activities[0].streams["records"].num_rows == 1
    assert "junk after document element" in reading.note


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-01-01T06:00:07Z", [7]),
        (" 2024-01-01T06:00:07Z\n", [7]),
        ("2024-01-01T06:00:07", [7]),
        ("2024-01-01 06:00:07", [7]),
        ("2024-1-1T6:0:7Z", [7]),
        ("2024-01-01T06:00:07.999Z", [7]),
        ("2024-01-01T06:00:07.123456789Z", [7]),
        ("2024-01-01T07:00:07+0100", [7]),
        ("2024-01-01T07:00:07+01", [7]),
        ("2024-01-01T05:00:07.5\u221201:00", [7]),
        ("2024-02-30T06:00:00Z", []),
        ("2024-01-01", []),
        ("yesterday", []),
        ("0001-01-01T00:00:00+05:00", []),
        ("9999-12-31T23:59:59-05:00", []),
        ("", []),
    ],
)
def test_a_time_is_read_however_it_is_written(written: str, expected: list[int]):
    """Quirk 25."""
    odd = f'<trkpt lat="50" lon="8"><time>{written}</time></trkpt>'
    times = [row["recorded_at"] for row in records(gpx(point(60) + odd))]
    assert [time.second for time in times if time != datetime(2024, 1, 1, 6, 1)] == expected


def test_an_empty_segment_is_no_track():
    """Quirk 27."""
    assert read("<gpx><trk><name>Treadmill</name><trkseg/></trk></gpx>") == Reading(note="no track in it")


def test_a_point_in_a_point_does_not_confuse_the_reader():
    nested = '<trkpt lat="50" lon="8"><a:><trkpt/></a:><trkseg></trkpt></trkseg>'
    with pytest.raises(UnreadableFileError, match="not_gpx"):
        read(f"<gpx><trk><trkseg>{nested}")
    inside = '<trkpt lat="50" lon="8"><a:><trkpt></trkpt></a:></trkpt>'
    assert read(gpx(inside + point(1), point(2))).activities[0].streams["records"].num_rows == 2


@pytest.mark.parametrize(
    "hostile",
    [
        "<a>" * 1_000_000,
        "<a/>" * 250_000,
        f"<name>{'x' * 20_000_000}</name>",
        '<trkpt lat="">' + "<a>" * 500_000,
    ],
    ids=["deep", "many", "long", "deep in a point"],
)
def test_a_hostile_file_is_refused_or_read_in_a_moment(hostile: str):
    try:
        read(gpx(point(0) + hostile))
    except UnreadableFileError as error:
        assert error.reason == "unsafe_xml"


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=1000))
def test_whatever_bytes_are_in_it_a_file_is_read_or_refused(noise: bytes, at: int):
    content = gpx(point(0, extension("<hr>99</hr>")), point(1)).encode()
    try:
        read(content[:at] + noise + content[at:])
    except UnreadableFileError:
        return


ORACLE = {
    "lat": "latitude_deg",
    "lon": "longitude_deg",
    "ele": "altitude_m",
    "hr": "heart_rate_bpm",
    "atemp": "temperature_c",
    "temp": "temperature_c",
    "powerinwatts": "power_w",
    "speed": "speed_m_per_s",
}


def manifest() -> list[dict[str, str]]:
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "MANIFEST.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["format"] == "gpx"]


@pytest.mark.parametrize("row", manifest(), ids=lambda row: row["path"].rpartition("/")[2])
def test_every_real_file_is_read_or_refused_and_keeps_its_points(row: dict[str, str]):
    try:
        reading = read((CORPUS / row["path"]).read_bytes())
    except UnreadableFileError as error:
        assert row["malformed"] == "yes" or error.reason == "no_clock"
        return
    kept = sum(activity.streams["records"].num_rows for activity in reading.activities)
    if not reading.note:
        # Points of one and the same second are one row: phones write several.
        assert 0.9 * int(row["n_records"]) <= kept + 1 <= int(row["n_records"]) + 1


@pytest.mark.parametrize("row", manifest(), ids=lambda row: row["path"].rpartition("/")[2])
def test_every_real_file_has_the_values_that_gpxpy_finds(row: dict[str, str]):
    content = (CORPUS / row["path"]).read_bytes()
    if b"<gpx" not in content:
        assert row["decodes_ok"] == "no"
        return
    wanted = oracle(content)
    try:
        found = read(content).activities
    except UnreadableFileError as error:
        assert error.reason == "no_clock"
        found = []
    rows = found[0].streams["records"].to_pylist() if found else []
    assert [row["recorded_at"] for row in rows] == sorted(wanted)
    assert [{name: row[name] for name in wanted[row["recorded_at"]]} for row in rows] == [
        wanted[second] for second in sorted(wanted)
    ]


def oracle(content: bytes) -> dict[datetime, dict[str, float]]:
    """The values of each second, the first of each name, as gpxpy has them."""
    seconds: dict[datetime, dict[str, float]] = {}
    text = content.decode("utf-8-sig", "replace")
    if "xmlns:gpxdata" not in text:  # Strava forgets to declare it
        text = text.replace("<gpx ", '<gpx xmlns:gpxdata="urn:gpxdata" ', 1)
    for one in gpxpy.parse(text).walk(only_points=True):
        if one.time is None or one.time.year < 1990:
            continue
        row = seconds.setdefault(
            (one.time - (one.time.utcoffset() or timedelta(0))).replace(tzinfo=None, microsecond=0), {}
        )
        values = [("lat", one.latitude), ("lon", one.longitude), ("ele", one.elevation)]
        values += [
            (leaf.tag.rpartition("}")[2].lower(), float(leaf.text))
            for extension in one.extensions
            for leaf in extension.iter()
            if leaf.tag.rpartition("}")[2].lower() in ORACLE
        ]
        for name, value in values:
            if value is not None and (name, value) != ("hr", 0):
                row.setdefault(ORACLE[name], value)
    return seconds


def test_prefixes_that_strava_forgot_to_declare_do_not_stop_the_reader(corpus: Path):
    """Quirk 22."""
    (path,) = (row["path"] for row in manifest() if row["path"].endswith("/6048438275.gpx"))
    run = the_activity((corpus / path).read_bytes())
    assert run.streams["records"].num_rows == 4343
    assert run.streams["records"]["distance_m"].to_pylist()[-1] == pytest.approx(16_738.8, abs=0.1)
    assert "distance_m" not in run.summary  # the file states none, and this one holds jumps of the GPS
    assert run.summary["elapsed_s"] == 4970
