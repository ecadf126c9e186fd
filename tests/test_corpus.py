"""What becomes of every file of the corpus, as a table that people can read, held against its manifest.

`corpus_outcomes.csv` is checked file by file. After a change that is meant, `python tests/test_corpus.py`
writes it anew, and the difference is for people to judge.
"""

import csv
import gzip
import re
import sys
import tempfile
import zipfile
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import CORPUS
from test_fit_columns import LARGEST_BYTES, by_value

from pipeline.errors import UnreadableFileError
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.readers import READERS
from pipeline.schema import Activity

TABLE = Path(__file__).parent / "corpus_outcomes.csv"

Row = dict[str, str]


class Silence:
    def expect(self, more: int) -> None: ...

    def advance(self, path: str, outcome: str) -> None: ...


def outcomes(corpus: Path, lake: Lake) -> list[Row]:
    """A row for each file below the corpus and in its archives, sorted by path."""
    ingest([corpus], lake, None, Silence(), workers=1)
    tables = {
        table: [str(part) for part in lake.parts(table)] for table in ("files", "activities", "records")
    }
    with duckdb.connect() as db:
        found = db.execute(
            """
            with records as (
                select activity_id, count(*) as record_count from read_parquet($records) group by activity_id
            ),

            sessions as (
                select
                    file_digest,
                    count(*) as activities,
                    string_agg(sport, ' ' order by started_at, activity_id) as sports,
                    min(started_at) as started_at,
                    sum(coalesce(record_count, 0)) as records
                from read_parquet($activities) left join records using (activity_id)
                group by file_digest
            )

            select path, outcome, activities, sports, started_at, records, reason, duplicate_of_path
            from read_parquet($files) as files
            left join sessions on files.digest = sessions.file_digest and files.outcome <> 'duplicate'
            """,
            tables,
        ).fetchall()
    root = f"{corpus.resolve()}/"
    rows = [
        {
            "path": path.removeprefix(root),
            "outcome": outcome,
            "activities": str(activities or 0),
            "sports": sports or "",
            "started_at": str(started_at or ""),
            "records": str(records or 0),
            "reason": f"{reason}: {original.removeprefix(root)}" if original else reason,
        }
        for path, outcome, activities, sports, started_at, records, reason, original in found
    ]
    return sorted(rows, key=lambda row: row["path"])


def write(rows: list[Row], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def rows_of(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def found(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """What becomes of each file, by its path."""
    lake = Lake(tmp_path_factory.mktemp("corpus"), "me")
    return {row["path"]: row for row in outcomes(corpus, lake)}


@pytest.fixture(scope="module")
def manifest(corpus: Path) -> list[Row]:
    """What others found in the 272 files: fitdecode, gpxpy and an XML parser."""
    return rows_of(corpus / "MANIFEST.csv")


def test_every_file_of_the_corpus_becomes_what_the_table_says(found: dict[str, Row], manifest: list[Row]):
    table = {row["path"]: row for row in rows_of(TABLE)}
    assert {row["path"] for row in manifest} <= table.keys()
    assert found.keys() == table.keys()
    assert [row for path, row in found.items() if row != table[path]] == []


# --- the table against the manifest


# Where the table and the manifest differ, in what, and why the table is right.
DIFFERENCES = {
    "garmin-virb-ultra-30.fit": ("outcome start", "it says when it was switched on, from which it counts"),
    "2009_01_09_11_13_14.tcx": ("records", "15 of its seconds come twice, not in a row"),
    "OWswim.tcx": ("records", "the whole swim comes twice"),
    "UrbanBiker2019-04-18_16-12.gpx": ("records", "201 points are in the same second as the one before"),
    "track-with-less-sec-time.gpx": ("records", "both points are in the same second"),
    "activity-large-fenxi2-multisport.fit": ("records", "one of its seconds comes twice, not in a row"),
    "2024-10-14-070422-Pool Swim-BingiWatch.fit": (
        "records",
        "4 of its seconds come twice, the manifest says 189",
    ),
    "2024-10-20-104352-Pool Swim-BingiWatch.fit": (
        "records",
        "2 of its seconds come twice, the manifest says 130",
    ),
    "20160517-063148-1-1328-ANTFS-4-0.FIT": ("outcome records", "its records have no time, its lengths do"),
    "AleV_Swim_2015-02-09-16-15.fit": ("outcome records", "its records have no time, its lengths do"),
    "activity_217470507.tcx": (
        "outcome records start",
        "its points are in 1989, its id and its totals in 2012",
    ),
    "korita-zbevnica.gpx": ("sports", "jkljkl;... is no sport"),
    "Mojstrovka.gpx": ("outcome", "its points are in 1901"),
    "activity-activity-filecrc.fit": ("outcome records sports", "the second part is a copy of the first"),
    "tpv_dev_fields_20260222.fit": (
        "outcome",
        "fields of no size, over which fitdecode stumbles, are no damage",
    ),
    "malformed.tcx": ("outcome", "a prefix that nobody declared is no damage"),
    "6037744996.gpx": ("outcome", "a prefix that nobody declared is no damage"),
    "6048438275.gpx": ("outcome", "a prefix that nobody declared is no damage"),
    "6281425038.tcx": ("outcome", "blanks before the declaration are no damage"),
    "trackfilter_discard_err.gpx": ("outcome", "a message of gpsbabel, of which nothing can be salvaged"),
    "._empty.fit": ("outcome", "in the waste bin"),
}

SPORTS = {
    "Running": "running",
    "run": "running",
    "9": "running",  # Strava's number
    "Biking": "cycling",
    "1": "cycling",
    "": "generic",
    "None": "generic",
    "Other": "generic",
    "t": "generic",
}


def expected_outcome(row: Row) -> str:
    """As it follows from the manifest alone."""
    if row["format"] == "xml":  # Apple Health's own
        return "unsupported"
    is_activity = row["format"] in {"fit", "gpx", "tcx"} and row["file_type"] in {"activity", ""}
    if not is_activity or re.search(r"no_points|no_time|no_activity", row["quirks"]):
        return "not_an_activity"
    if row["decodes_ok"] == "no" or re.search("file_crc_bad|some_points_without_time", row["quirks"]):
        return "salvaged"
    return "quarantined" if row["start_time"].isdecimal() else "imported"


def expected_records(row: Row) -> int:
    merged = re.findall(r"(?:duplicate_timestamps|some_points_without_time)\((\d+)\)", row["quirks"])
    return int(row["n_records"]) - sum(map(int, merged))


def differences(row: Row, become: Row) -> str:
    """In what a file's row of the table is not as the manifest has it."""
    found = ["outcome"] * (become["outcome"] != expected_outcome(row))
    if become["outcome"] in {"imported", "salvaged"} and row["n_records"] != "0":
        found += ["records"] * (int(become["records"]) != expected_records(row))
        found += ["start"] * (seconds_apart(row["start_time"], become["started_at"]) > 1)
        sports = [one.partition("/")[0] for one in row["sport"].split(";")]
        found += ["sports"] * (become["sports"] != " ".join(SPORTS.get(one, one) for one in sports))
    return " ".join(found)


def seconds_apart(one: str, other: str) -> float:
    if one.isdecimal():  # since the device was switched on
        return float("inf")
    return abs((datetime.fromisoformat(one[:19]) - datetime.fromisoformat(other[:19])).total_seconds())


def original_of(path: str, table: dict[str, Row]) -> Row:
    """The row of a file, or of the file that it is a copy of."""
    copied, is_copy, original = table[path]["reason"].partition("the same content as another file: ")
    assert not copied or not is_copy
    return table[original] if is_copy else table[path]


def test_the_table_is_as_the_manifest_has_it_but_for_what_is_said(manifest: list[Row]):
    table = {row["path"]: row for row in rows_of(TABLE)}
    differing = {row["path"]: differences(row, original_of(row["path"], table)) for row in manifest}
    said = {path: DIFFERENCES.get(path.rpartition("/")[2], ("", ""))[0] for path in differing}
    assert {path: what for path, what in differing.items() if what != said[path]} == {}
    assert {path.rpartition("/")[2] for path in differing} >= DIFFERENCES.keys()


def test_a_duplicate_is_one_by_the_manifest_too(manifest: list[Row], corpus: Path):
    table = {row["path"]: row for row in rows_of(TABLE)}
    copies = [row for row in manifest if table[row["path"]]["outcome"] == "duplicate"]
    assert len(copies) > 10
    for row in copies:
        original = original_of(row["path"], table)["path"]
        archive, _, member = original.partition(".zip/")
        with zipfile.ZipFile(corpus / f"{archive}.zip") as opened:
            assert sha256(opened.read(member)).hexdigest() == row["content_sha256"]


# --- the records of FIT files against fitdecode


# Where a channel is in a record as fitdecode has it, and what a unit of that is in the lake's.
CHANNELS = {
    "altitude_m": (("enhanced_altitude", "altitude"), 1),
    "distance_m": (("distance",), 1),
    "speed_m_per_s": (("enhanced_speed", "speed"), 1),
    "heart_rate_bpm": (("developer_3_bpm", "heart_rate"), 1),
    "power_w": (("developer_7_watts", "developer_7_watt", "developer_7_w", "power"), 1),
    "temperature_c": (("temperature",), 1),
    "ground_contact_s": (("developer_41_milliseconds", "stance_time"), 1e-3),
    "vertical_oscillation_m": (("vertical_oscillation",), 1e-3),
    "step_length_m": (("step_length",), 1e-3),
    "vertical_ratio": (("vertical_ratio",), 1e-2),
}
FIT_EPOCH = datetime(1989, 12, 31)
CLOCK_MIN = 0x10000000

# What else may become of a file's values, and where that is tested.
NOT_COMPARED = {
    "garmin-virb-ultra-30.fit": "its times count from when it was switched on (test_quirk_41)",
}
STRAP = (
    "hr_messages"  # in the manifest's quirks: heart rate is merged as Garmin's SDK does (test_fit_columns)
)


def by_second(content: bytes) -> dict[datetime, dict[str, float]]:
    """The values of each second, the first of each channel, as fitdecode has them."""
    if content[4:8] == bytes(4):  # the device died before it could fill in the size
        content = content[:4] + (len(content) - content[0]).to_bytes(4, "little") + content[8:]
    seconds: dict[datetime, dict[str, float]] = {}
    for said in by_value(content):
        if said.get("timestamp", 0) <= CLOCK_MIN:
            continue
        row = seconds.setdefault(FIT_EPOCH + timedelta(seconds=said["timestamp"]), {})
        for channel, value in channels_of(said).items():
            row.setdefault(channel, value)
    return seconds


def channels_of(said: dict[str, float]) -> dict[str, float]:
    """One record in the units of the lake. What an athlete wears for it counts, unless it is silent."""
    row: dict[str, float] = {}
    for channel, (names, unit) in CHANNELS.items():
        worn = [name for name in names if name.startswith("developer_") and not said.get(name)]
        known = [said[name] for name in names if name in said and name not in worn]
        if known and (channel, known[0]) != ("heart_rate_bpm", 0):
            row[channel] = known[0] * unit
    if said.get("developer_39_centimeters"):
        row["vertical_oscillation_m"] = said["developer_39_centimeters"] * 1e-2
    if said.get("developer_4_rpm"):
        row["cadence_per_min"] = said["developer_4_rpm"]
    elif "cadence256" in said or "cadence" in said:
        row["cadence_per_min"] = said.get(
            "cadence256", said.get("cadence", 0) + said.get("fractional_cadence", 0)
        )
    place = [said.get(name) for name in ("position_lat", "position_long")]
    if None not in place and place != [0, 0]:
        row["latitude_deg"], row["longitude_deg"] = (one * 180 / 2**31 for one in place if one is not None)
    return row


def values_that_differ(
    activity: Activity, wanted: dict[datetime, dict[str, float]], skip: set[str]
) -> set[str]:
    """The channels of an activity that are not as fitdecode has them; cadence may be steps of both feet."""
    table = activity.streams["records"]
    times: list[Any] = table["recorded_at"].to_pylist()
    differing: set[str] = set()
    for channel in set(table.column_names) - {"recorded_at"} - skip:
        found = table[channel].to_pylist()
        said = [wanted[time].get(channel) for time in times]
        factors = (1, 2) if channel == "cadence_per_min" else (1,)
        if not any(
            found == pytest.approx([None if one is None else one * factor for one in said])
            for factor in factors
        ):
            differing.add(channel)
    return differing


def test_every_value_of_every_record_is_the_one_that_fitdecode_finds(corpus: Path, manifest: list[Row]):
    """The larger files only where nobody waits: fitdecode takes a minute for them."""
    compared = 0
    for row in manifest:
        name = row["path"].rpartition("/")[2]
        if row["format"] != "fit" or int(row["content_bytes"]) > LARGEST_BYTES or name in NOT_COMPARED:
            continue
        content = (corpus / row["path"]).read_bytes()
        content = gzip.decompress(content) if row["gzipped"] == "yes" else content
        try:
            activities = READERS["fit"](content, name).activities
        except UnreadableFileError as error:
            assert error.reason in {"no_clock", "not_fit"}, name
            continue
        recorded = [activity for activity in activities if "records" in activity.streams]
        wanted = by_second(content) if recorded else {}
        times = {time for one in recorded for time in one.streams["records"]["recorded_at"].to_pylist()}
        assert times == wanted.keys(), name
        skip = {"heart_rate_bpm"} if STRAP in row["quirks"] else set[str]()
        assert [values_that_differ(one, wanted, skip) for one in recorded] == [set()] * len(recorded), name
        compared += len(recorded)
    assert compared > 30


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        write(outcomes(CORPUS, Lake(Path(folder), "me")), TABLE)
    sys.exit()
