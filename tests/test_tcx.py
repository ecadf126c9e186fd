"""TCX files of many programs: laps, sports, extensions, and what is missing in them."""

import csv
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import CORPUS
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UnreadableFileError
from pipeline.readers import READERS
from pipeline.schema import Activity, Reading

DATA = Path(__file__).parent / "data"


def read(content: str | bytes) -> Reading:
    return READERS["tcx"](content.encode() if isinstance(content, str) else content, "some.tcx")


def the_activity(content: str | bytes) -> Activity:
    (activity,) = read(content).activities
    return activity


def records(content: str | bytes) -> list[dict[str, Any]]:
    return the_activity(content).streams["records"].to_pylist()


def laps(content: str | bytes) -> list[dict[str, Any]]:
    return the_activity(content).streams["laps"].to_pylist()


def time(second: int) -> str:
    return f"2024-01-01T06:{second // 60:02}:{second % 60:02}Z"


def point(second: int, inside: str = "") -> str:
    return f"<Trackpoint><Time>{time(second)}</Time>{inside}</Trackpoint>"


def position(latitude: float, longitude: float = 8.0) -> str:
    inside = f"<LatitudeDegrees>{latitude}</LatitudeDegrees><LongitudeDegrees>{longitude}</LongitudeDegrees>"
    return f"<Position>{inside}</Position>"


def lap(*points: str, second: int = 0, inside: str = "") -> str:
    track = f"<Track>{''.join(points)}</Track>" if points else ""
    return f'<Lap StartTime="{time(second)}">{inside}{track}</Lap>'


def activity(*inside: str, sport: str = "Running", identity: str = time(0)) -> str:
    return f'<Activity Sport="{sport}"><Id>{identity}</Id>{"".join(inside)}</Activity>'


def tcx(*activities: str) -> str:
    inside = f"<Activities>{''.join(activities)}</Activities>"
    return f'<TrainingCenterDatabase xmlns="urn:tcx">{inside}</TrainingCenterDatabase>'


def run(*points: str, sport: str = "Running") -> str:
    return tcx(activity(lap(*points), sport=sport))


def test_a_run_has_the_totals_of_its_laps_and_the_values_of_its_points():
    reading = read((DATA / "run.tcx").read_bytes())
    assert reading.note == ""
    expected = {
        "sport": "running",
        "started_at": datetime(2021, 4, 16, 13, 37, 53),
        "elapsed_s": 222,
        "timer_s": pytest.approx(190.355),
        "distance_m": pytest.approx(158.71),
        "energy_j": 9 * 4184,
        "heart_rate_max_bpm": 100,
        "heart_rate_source": None,
        "utc_offset_s": None,
        "device_product": "Garmin Forerunner 220",
        "device_serial": "3888752595",
    }
    (activity,) = reading.activities
    assert {name: activity.summary.get(name) for name in expected} == expected
    (device,) = activity.streams["devices"].to_pylist()
    assert device["software_version"] == "3.10"
    assert [row["lap_number"] for row in activity.streams["laps"].to_pylist()] == [1, 2, 3, 4]


def test_the_same_run_as_gpx_is_the_same_run():
    as_tcx = records((DATA / "run.tcx").read_bytes())
    as_gpx = READERS["gpx"]((DATA / "run.gpx").read_bytes(), "").activities[0].streams["records"].to_pylist()
    assert [row["recorded_at"] for row in as_tcx] == [row["recorded_at"] for row in as_gpx]
    for name in ("latitude_deg", "heart_rate_bpm"):
        assert [row[name] for row in as_tcx] == pytest.approx([row[name] for row in as_gpx])


def test_a_lap_says_how_long_it_was_and_what_it_was_for():
    totals = (
        "<TotalTimeSeconds>50.5</TotalTimeSeconds><DistanceMeters>200</DistanceMeters><Calories>10</Calories>"
        "<AverageHeartRateBpm><Value>150</Value></AverageHeartRateBpm>"
        "<MaximumHeartRateBpm><Value>160</Value></MaximumHeartRateBpm>"
        "<Intensity>Resting</Intensity><TriggerMethod>Distance</TriggerMethod>"
    )
    first, second = laps(tcx(activity(lap(inside=totals), lap(point(60), point(100), second=60))))
    assert first == {
        "lap_number": 1,
        "started_at": datetime(2024, 1, 1, 6),
        "elapsed_s": 60,
        "timer_s": 50.5,
        "distance_m": 200,
        "heart_rate_mean_bpm": 150,
        "heart_rate_max_bpm": 160,
        "lap_intensity": "rest",
        "lap_trigger": "distance",
        "workout_step_number": None,
    }
    assert (second["elapsed_s"], second["timer_s"], second["lap_intensity"]) == (40, None, None)


def test_the_mean_heart_rate_is_that_of_the_laps_by_time():
    def of(seconds: int, beats: int) -> str:
        mean = f"<AverageHeartRateBpm><Value>{beats}</Value></AverageHeartRateBpm>"
        return lap(inside=f"<TotalTimeSeconds>{seconds}</TotalTimeSeconds>{mean}")

    assert the_activity(tcx(activity(of(300, 120), of(100, 160)))).summary["heart_rate_mean_bpm"] == 130
    # 255 is how Garmin writes that there was none.
    assert the_activity(tcx(activity(of(300, 120), of(100, 255)))).summary["heart_rate_mean_bpm"] is None


@pytest.mark.parametrize("blanks", ["          ", "\ufeff", "\n\n"])
def test_what_stands_before_the_declaration_does_not_matter(blanks: str):
    """Quirk 15."""
    assert records(f'{blanks}<?xml version="1.0" encoding="UTF-8"?>{run(point(0))}')


@pytest.mark.parametrize(
    "extension",
    [
        '<ns3:TPX xmlns:ns3="urn:a"><ns3:Speed>3.5</ns3:Speed><ns3:Watts>250</ns3:Watts></ns3:TPX>',
        '<TPX xmlns="urn:a"><Speed>3.5</Speed><Watts>250</Watts></TPX>',
        "<TPX><Speed>3.5</Speed><Watts>250</Watts></TPX>",
        "<x:TPX><x:Speed> 3.5 </x:Speed><x:Watts>250.0</x:Watts></x:TPX>",
        "<Speed>3.5</Speed><Watts>250</Watts>",
    ],
)
def test_an_extension_is_found_whatever_its_name_space(extension: str):
    """Quirk 16."""
    (row,) = records(run(point(0, f"<Extensions>{extension}</Extensions>")))
    assert (row["speed_m_per_s"], row["power_w"]) == (3.5, 250)


@pytest.mark.parametrize(
    ("sport", "inside", "cadence"),
    [
        ("Running", "<Extensions><TPX><RunCadence>85</RunCadence></TPX></Extensions>", 170),
        ("Running", "<Extensions><TPX><RunCadence>172</RunCadence></TPX></Extensions>", 172),
        ("Other", "<Extensions><TPX><RunCadence>55</RunCadence></TPX></Extensions>", 110),
        ("Running", "<Cadence>85</Cadence>", 170),
        ("Biking", "<Cadence>85</Cadence>", 85),
    ],
)
def test_one_foot_is_doubled_for_feet_only(sport: str, inside: str, cadence: int):
    """Quirks 16 and 56."""
    (row,) = records(run(point(0, inside), sport=sport))
    assert row["cadence_per_min"] == cadence


@pytest.mark.parametrize("where", ["", "<Position/>", "<Position></Position>", position(0, 0), position(91)])
def test_a_run_indoors_has_no_place_but_its_distance(where: str):
    """Quirks 17, 50 and 58."""
    (row,) = records(run(point(0, f"{where}<DistanceMeters>12.5</DistanceMeters>")))
    assert (row["latitude_deg"], row["longitude_deg"], row["distance_m"]) == (None, None, 12.5)


@pytest.mark.parametrize("inside", ["", "<HeartRateBpm/>", "<HeartRateBpm><Value>0</Value></HeartRateBpm>"])
def test_a_missing_heart_rate_is_null_and_the_others_stay(inside: str):
    """Quirks 17 and 52."""
    beats = "<HeartRateBpm xsi:type='x'>\n<Value>150</Value>\n</HeartRateBpm>"
    rows = records(run(point(0, beats), point(1, inside), point(2, beats)))
    assert [row["heart_rate_bpm"] for row in rows] == [150, None, 150]


def test_standing_is_zero():
    """Quirk 55."""
    (row,) = records(run(point(0, "<Cadence>0</Cadence><Speed>0</Speed><Watts>0</Watts>")))
    assert (row["cadence_per_min"], row["speed_m_per_s"], row["power_w"]) == (0, 0, 0)


def test_several_activities_in_one_file_are_one_each():
    """Quirk 18."""
    morning = activity(lap(point(0)), sport="Running")
    noon = activity(lap(point(600), second=600), sport="Biking")
    found = read(tcx(morning, noon)).activities
    assert [(one.summary["sport"], one.summary["started_at"]) for one in found] == [
        ("running", datetime(2024, 1, 1, 6)),
        ("cycling", datetime(2024, 1, 1, 6, 10)),
    ]
    assert [one.streams["records"].num_rows for one in found] == [1, 1]


def test_a_triathlon_is_an_activity_for_each_sport():
    """Quirk 18."""
    first = f"<FirstSport>{activity(lap(point(0)), sport='Other')}</FirstSport>"
    second = f"<NextSport><Transition/>{activity(lap(point(60), second=60), sport='Biking')}</NextSport>"
    found = read(tcx(f"<MultiSportSession>{first}{second}</MultiSportSession>")).activities
    assert [one.summary["sport"] for one in found] == ["generic", "cycling"]


def test_an_activity_in_an_activity_does_not_count_twice():
    assert len(read(tcx(activity(lap(point(0)), activity(lap(point(1)))))).activities) == 1


def test_an_endless_file_is_refused():
    with pytest.raises(UnreadableFileError, match="endless"):
        read(tcx(*["<Activity/>"] * 10_001))


@pytest.mark.parametrize("points", [(), (point(0),)])
def test_a_manual_activity_needs_no_points(points: tuple[str, ...]):
    """Quirks 18 and 60."""
    totals = "<TotalTimeSeconds>1800</TotalTimeSeconds><DistanceMeters>5000</DistanceMeters>"
    summary = the_activity(tcx(activity(lap(*points, inside=totals)))).summary
    assert (summary["elapsed_s"], summary["timer_s"], summary["distance_m"]) == (1800, 1800, 5000)
    assert summary["started_at"] == datetime(2024, 1, 1, 6)


def test_a_time_with_an_offset_is_kept_as_utc_and_offset():
    """Quirk 19."""
    summary = the_activity(
        run(point(0), point(1)).replace("Z<", ".250+05:30<").replace('Z"', '+05:30"')
    ).summary
    assert (summary["started_at"], summary["utc_offset_s"]) == (datetime(2024, 1, 1, 0, 30), 19_800)


def test_each_activity_of_a_file_has_its_own_offset():
    """Quirk 49: of summer and of winter."""
    winter = activity(lap(point(0))).replace("Z", "+01:00")
    summer = winter.replace("2024-01", "2024-07").replace("+01:00", "+02:00")
    assert [one.summary["utc_offset_s"] for one in read(tcx(winter, summer)).activities] == [3600, 7200]


def test_zero_altitudes_between_true_ones_are_null_but_the_sea_is_at_zero():
    """Quirk 19."""

    def altitudes(*metres: float) -> list[float | None]:
        points = [
            point(second, f"<AltitudeMeters>{one}</AltitudeMeters>") for second, one in enumerate(metres)
        ]
        return [row["altitude_m"] for row in records(run(*points))]

    assert altitudes(412, 0, 0, 413, 0) == [412, None, None, 413, None]
    assert altitudes(1.2, 0, 0, -0.4, 0) == [1.2, 0, 0, -0.4, 0]
    assert altitudes(0, 0) == [0, 0]


def test_an_id_that_is_no_time_does_not_matter():
    """Quirk 19."""
    assert the_activity(tcx(activity(lap(point(5), second=3), identity="run 7"))).summary[
        "started_at"
    ] == datetime(2024, 1, 1, 6, 0, 3)


def test_an_activity_without_any_time_is_refused():
    with pytest.raises(UnreadableFileError, match="no_clock"):
        read(tcx('<Activity Sport="Running"><Id>run 7</Id></Activity>'))


def test_laps_with_the_date_of_another_activity_do_not_stretch_this_one():
    content = tcx(activity(lap(point(0), point(60)))).replace('StartTime="2024', 'StartTime="2015')
    summary = the_activity(content).summary
    assert (summary["started_at"], summary["elapsed_s"]) == (datetime(2024, 1, 1, 6), 60)


def test_a_clock_that_was_never_set_leaves_the_totals_of_the_day_in_the_id():
    """Quirk 41."""
    swum = lap(point(0), inside="<TotalTimeSeconds>60</TotalTimeSeconds>").replace("2024", "1989")
    reading = read(tcx(activity(swum)))
    assert reading.note == "1 of 1 points without a time left out"
    assert reading.activities[0].summary["started_at"] == datetime(2024, 1, 1, 6)
    assert "records" not in reading.activities[0].streams


def test_the_distance_of_the_laps_counts_and_that_of_the_points_stays():
    """Quirk 20."""
    points = [point(second, f"<DistanceMeters>{3 * second}</DistanceMeters>") for second in range(3)]
    content = tcx(activity(lap(*points, inside="<DistanceMeters>7</DistanceMeters>")))
    assert the_activity(content).summary["distance_m"] == 7
    assert [row["distance_m"] for row in records(content)] == [0, 3, 6]
    assert the_activity(run(*points)).summary["distance_m"] == 6


@pytest.mark.parametrize("number", ["1e308", "inf", "-inf", "nan", "9" * 400])
def test_a_number_beyond_all_measure_is_none(number: str):
    inside = f"<DistanceMeters>{number}</DistanceMeters><Calories>{number}</Calories>"
    found = the_activity(tcx(activity(*[lap(point(0, f"<Cadence>{number}</Cadence>"), inside=inside)] * 2)))
    assert (found.summary["distance_m"], found.summary["energy_j"]) == (None, None)
    assert found.streams["records"]["cadence_per_min"].to_pylist() == [None]


def test_a_run_with_positions_only_is_measured_along_them():
    """Quirk 20. A hundredth of a degree of latitude is 1112 m."""
    content = run(point(0, position(50.0)), point(300, position(50.01)))
    assert the_activity(content).summary["distance_m"] == pytest.approx(1112, abs=1)
    assert [row["distance_m"] for row in records(content)] == pytest.approx([0, 1112], abs=1)


def test_a_point_of_two_laps_is_one_second():
    """Quirk 46."""
    rows = records(tcx(activity(lap(point(0), point(1)), lap(point(1, "<Cadence>85</Cadence>"), second=1))))
    assert [row["recorded_at"].second for row in rows] == [0, 1]
    assert rows[1]["cadence_per_min"] == 170


@pytest.mark.parametrize(
    ("written", "sport", "sub_sport"),
    [
        ("Running", "running", None),
        ("Biking", "cycling", None),
        ("Other", "generic", None),
        ("Trail Running", "running", "trail"),
        ("treadmill", "running", "treadmill"),
        ("Walking", "walking", None),
    ],
)
def test_the_sport_is_in_the_attribute(written: str, sport: str, sub_sport: str | None):
    summary = the_activity(run(point(0), sport=written)).summary
    assert (summary["sport"], summary["sub_sport"]) == (sport, sub_sport)


def test_the_first_line_of_the_notes_is_the_name():
    assert the_activity(tcx(activity("<Notes>Hill\nreps</Notes>", lap(point(0))))).summary["name"] == "Hill"
    planned = "<Training><Plan><Name>Tempo</Name></Plan></Training>"
    assert the_activity(tcx(activity(lap(point(0)), planned))).summary["name"] == "Tempo"


@pytest.mark.parametrize(
    ("inside", "note"),
    [
        ("<Courses><Course><Track><Trackpoint/></Track></Course></Courses>", "a course: no activity"),
        ("<Workouts><Workout/></Workouts>", "a workout: no activity"),
        ("", "no activity in it"),
    ],
)
def test_a_file_without_an_activity_says_what_it_is(inside: str, note: str):
    assert read(f"<TrainingCenterDatabase>{inside}</TrainingCenterDatabase>") == Reading(note=note)


def test_a_file_cut_short_keeps_its_whole_points_and_says_so():
    """Quirk 29, of FIT, happens here too."""
    content = (DATA / "run.tcx").read_bytes()
    reading = read(content[: content.index(b"<Trackpoint>", 20_000) + 100])
    assert "no element found" in reading.note
    kept = reading.activities[0].streams["records"].to_pylist()
    assert kept == records(content)[: len(kept)]
    assert f"{reading.note.rpartition('; ')[2].split()[0]} points come before" in reading.note


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<?xml version="1.0"?><!DOCTYPE x PUBLIC "a" "http://localhost/x.dtd">',
    ],
)
def test_a_document_type_is_refused(head: str):
    with pytest.raises(UnreadableFileError, match="unsafe_xml"):
        read(head + run(point(0)))


HOSTILE = [
    "<a>" * 1_000_000,
    "<a/>" * 250_000,
    "<a " + " ".join(f"b{number}='1'" for number in range(500_000)) + "/>",
    f"<Notes>{'x' * 20_000_000}</Notes>",
    "<Trackpoint>" + "<a>" * 1_000_000,
    "<Activity>" * 90,
    "<Lap StartTime='-9999999-01-01T00:00:00Z'/>",
    "<Trackpoint><a:><Trackpoint></Trackpoint></a:></Trackpoint></Track></Lap>",
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_refused_or_read_in_a_moment(hostile: str):
    try:
        read(run(point(0), hostile))
    except UnreadableFileError as error:
        assert error.reason in {"unsafe_xml", "not_tcx"}


@given(
    st.binary(max_size=100)
    | st.sampled_from([b"<Lap>", b"</Lap>", b"<Trackpoint>", b"</Trackpoint>", b"&a;"]),
    st.integers(min_value=0, max_value=1000),
)
def test_whatever_bytes_are_in_it_a_file_is_read_or_refused(noise: bytes, at: int):
    content = run(point(0, position(50.0)), point(1, "<Cadence>80</Cadence>")).encode()
    try:
        read(content[:at] + noise + content[at:])
    except UnreadableFileError:
        return


# --- against ElementTree, which holds the whole file and is asked in the simplest way


ORACLE = {
    "AltitudeMeters": "altitude_m",
    "DistanceMeters": "distance_m",
    "Speed": "speed_m_per_s",
    "Watts": "power_w",
    "Value": "heart_rate_bpm",
    "LatitudeDegrees": "latitude_deg",
    "LongitudeDegrees": "longitude_deg",
}
NOT_MEASURED = {("Value", 0), ("Value", 255), ("AltitudeMeters", 0)}


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def oracle(content: bytes) -> list[dict[datetime, dict[str, float]]]:
    """The values of each activity by second, the first of each name."""
    text = content.decode().strip("\ufeff \n").replace("xsi:type", "type")
    found: list[dict[datetime, dict[str, float]]] = []
    for one in ET.fromstring(text.encode()).iter():
        if local(one) != "Activity":
            continue
        seconds: dict[datetime, dict[str, float]] = {}
        for trackpoint in one.iter():
            if local(trackpoint) != "Trackpoint":
                continue
            texts = [(local(leaf), (leaf.text or "").strip()) for leaf in trackpoint.iter()]
            recorded_at = datetime.fromisoformat(dict(texts)["Time"]).replace(tzinfo=None, microsecond=0)
            row = seconds.setdefault(recorded_at, {})
            for name, written in texts:
                if name in ORACLE and written and (name, float(written)) not in NOT_MEASURED:
                    row.setdefault(ORACLE[name], float(written))
        found.append(seconds)
    return found


def manifest() -> list[dict[str, str]]:
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "MANIFEST.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["format"] == "tcx"]


@pytest.mark.parametrize("row", manifest(), ids=lambda row: row["path"].rpartition("/")[2])
def test_every_real_file_has_the_values_that_elementtree_finds(row: dict[str, str]):
    content = (CORPUS / row["path"]).read_bytes()
    reading, expected = read(content), oracle(content)
    assert len(reading.activities) == len(expected)
    for activity, seconds in zip(reading.activities, expected, strict=True):
        wanted = {second: values for second, values in seconds.items() if second.year > 1989}
        rows = activity.streams["records"].to_pylist() if wanted else []
        assert [row["recorded_at"] for row in rows] == sorted(wanted)
        assert [{name: row[name] for name in wanted[row["recorded_at"]]} for row in rows] == [
            wanted[second] for second in sorted(wanted)
        ]


def test_a_session_of_four_activities_is_four_of_which_two_were_on_a_turbo_trainer(corpus: Path):
    """Quirk 18."""
    path = corpus / "GoldenCheetah+GoldenCheetah/test/rides/activity_165850259_multi-session.tcx"
    found = read(path.read_bytes()).activities
    assert [one.summary["sport"] for one in found] == ["running", "cycling"] * 2
    assert [one.summary["distance_m"] for one in found] == pytest.approx(
        [7651.03, None, 9405.03, None], abs=0.01
    )
