"""What platforms export beside the formats that can be read; keys and headers are those of real exports."""

import re
from pathlib import Path

import pytest
from conftest import CHECKOUT
from test_ingest import Silence

from pipeline import platforms
from pipeline.ingest import ingest
from pipeline.lake import Lake

APPLE = '<?xml version="1.0"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData (Me)>\n]>\n<HealthData/>'

FOUND = [
    ("export.xml", APPLE, "unsupported", "Apple Health"),
    ("export_cda.xml", '<?xml version="1.0"?><ClinicalDocument/>', "not_an_activity", "clinical"),
    ("a.sml", '<?xml version="1.0"?><sml xmlns="http://www.suunto.com"/>', "unsupported", "Suunto"),
    ("a.json", '{"DeviceLog": {"Header": {}, "Samples": []}}', "unsupported", "Suunto"),
    (
        "training-session-2021-01-01.json",
        '{"exportVersion": "1.6", "name": "Running", "startTime": "2021-01-01T08:00:00", "exercises": []}',
        "unsupported",
        "Polar Flow",
    ),
    (
        "activity-2021-01-01.json",
        '{"exportVersion": "1.2", "date": "2021-01-01"}',
        "not_an_activity",
        "Polar",
    ),
    (
        "x_0_summarizedActivities.json",
        '[{"summarizedActivitiesExport": [{"activityId": 1}]}]',
        "not_an_activity",
        "FIT files of the same export",
    ),
    (
        "2021_sleepData.json",
        '[{"sleepStartTimestampGMT": "2021-01-01T21:59:00.0"}]',
        "not_an_activity",
        "nights",
    ),
    (
        "UDSFile_2021.json",
        '[{"calendarDate": "2021-01-01", "totalSteps": 9}]',
        "not_an_activity",
        "Garmin's days as JSON",
    ),
    ("1.json", '{"id": "1", "type": "run", "start_epoch_ms": 1}', "unsupported", "Nike"),
    ("2.json", '{"start_time": 1, "sport_type_id": "1"}', "unsupported", "Runtastic"),
    (
        "exercise-0.json",
        '[{"logId": 1, "activityName": "Run", "activityTypeId": 90009}]',
        "unsupported",
        "Fitbit",
    ),
    (
        "cardioActivities.csv",
        "Activity Id,Date,Type,Route Name,Distance (km),Duration,GPX File\n",
        "not_an_activity",
        "Runkeeper",
    ),
    ("Activities.csv", "Activity Type,Date,Favorite,Title,Distance\n", "unsupported", "Garmin Connect"),
    ("other.json", '{"a": 1}', "not_an_activity", "json"),
]


@pytest.mark.parametrize(("name", "content", "outcome", "reason"), FOUND, ids=[case[0] for case in FOUND])
def test_what_is_no_activity_says_what_it_is_and_what_to_do(
    tmp_path: Path, name: str, content: str, outcome: str, reason: str
):
    (tmp_path / name).write_text(content)
    lake = Lake(tmp_path / "lake", "me")
    assert ingest([tmp_path / name], lake, None, Silence(), 1).outcomes == {outcome: 1}
    assert reason in lake.ledger()["reason"][0].as_py()


def test_all_of_apple_health_is_known_by_its_start(tmp_path: Path):
    with (tmp_path / "export.xml").open("wb") as file:
        file.write(APPLE.encode())
        file.truncate(300 * 1024**2)  # a hole, which takes no room
    lake = Lake(tmp_path / "lake", "me")
    assert ingest([tmp_path / "export.xml"], lake, None, Silence(), 1).outcomes == {"unsupported": 1}
    assert ingest([tmp_path / "export.xml"], lake, None, Silence(), 1).outcomes == {}


def test_the_page_on_exporting_knows_every_platform_whose_files_are_recognised():
    page = (CHECKOUT / "data" / "EXPORTING.md").read_text(encoding="utf-8")
    named = {matched[0] for kind in platforms._KINDS if (matched := re.match(r"[A-Z]\w+", kind.reason))}  # pyright: ignore[reportPrivateUsage]
    assert {"Apple", "Polar", "Garmin"} <= named
    assert [name for name in named if name not in page] == []
