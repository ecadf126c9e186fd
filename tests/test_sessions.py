"""One training session seen twice is one activity, and two sessions are never one.

First on fingerprints small enough to write down, then on real files and copies of them as platforms make
them: other formats, clocks that are wrong, channels that are missing, ends cut off.
"""

import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline import flow, simulate, warehouse
from pipeline.console import Console
from pipeline.flow import Home
from pipeline.ingest import ingest
from pipeline.lake import MANY_SMALL, Lake
from pipeline.readers import READERS, VERSION
from pipeline.schema import TABLES, Reading

RowsOf = Callable[..., pd.DataFrame]

SILENT = Console(is_quiet=True)
MORNING = datetime(2024, 5, 1, 6, 3, 17)


class Silence:
    def expect(self, more: int) -> None: ...

    def advance(self, path: str, outcome: str) -> None: ...


# --- fingerprints


@dataclass(frozen=True)
class Recording:
    """A recording as its fingerprint has it: a run straight to the north, with a heart rate of its own."""

    name: str
    started_at: datetime = MORNING
    minutes: int = 60
    first_minute: int = 0  # of the run, at which the recording begins
    heart: int | None = 1  # whose; None is not recorded
    east_m: float | None = 0  # beside the track; None is not recorded
    digest: str = ""
    sport: str = "running"
    format: str = "fit"
    serial: str | None = None
    clock_s: int = 0  # how far the clock is ahead
    elapsed_s: float | None = None
    distance_m: float | None = None
    has_records: bool = True

    @property
    def moments(self) -> pd.DatetimeIndex:
        start = self.started_at + timedelta(minutes=self.first_minute, seconds=self.clock_s)
        return pd.date_range(start, periods=self.minutes * 6, freq="10s")

    def records(self) -> pd.DataFrame:
        seconds = np.arange(self.minutes * 6) * 10 + self.first_minute * 60
        east_deg = (self.east_m or 0) / (111_195 * np.cos(np.radians(50)))
        known = {
            "latitude_deg": 50 + 3.0 * seconds / 111_195,
            "longitude_deg": np.full(len(seconds), 8 + east_deg),
        }
        beats = np.random.default_rng(self.heart).normal(0, 3, 1000).cumsum()
        values = {
            "athlete_id": "ann",
            "activity_id": self.name,
            "recorded_at": self.moments,
            **(known if self.east_m is not None else {}),
            **({"heart_rate_bpm": 140 + beats[seconds // 60] % 30} if self.heart is not None else {}),
        }
        return pd.DataFrame(values)


def raw(*recordings: Recording) -> dict[str, pd.DataFrame]:
    """The tables of the lake that hold these recordings."""
    files = [
        {
            "athlete_id": "ann",
            "path": f"{one.digest or one.name}.{one.format}",
            "digest": one.digest or one.name,
            "format": one.format,
            "outcome": "imported",
            "reason": "one activity",
            "activity_id": one.name,
        }
        for one in recordings
    ]
    activities = [
        {
            "athlete_id": "ann",
            "activity_id": one.name,
            "file_digest": one.digest or one.name,
            "sport": one.sport,
            "started_at": one.moments[0],
            "elapsed_s": 60.0 * one.minutes if one.elapsed_s is None else one.elapsed_s,
            "distance_m": one.distance_m,
            "device_manufacturer": "maker" if one.serial else None,
            "device_serial": one.serial,
        }
        for one in recordings
    ]
    records = [one.records() for one in recordings if one.has_records]
    return {
        "raw.files": pd.DataFrame(files).drop_duplicates("path"),
        "raw.activities": pd.DataFrame(activities).convert_dtypes(),
        **({"raw.records": pd.concat(records)} if records else {}),
    }


def sessions(rows_of: RowsOf, *recordings: Recording) -> dict[str, str]:
    """For each recording the session that it is of."""
    rows = rows_of("sessions.recordings", raw(*recordings))
    assert list(rows.activity_id) == sorted(one.name for one in recordings)
    return dict(zip(rows.activity_id, rows.session_id, strict=True))


WATCH = Recording("watch")


def test_a_fingerprint_has_the_values_at_the_full_minute(rows_of: RowsOf):
    """From 06:03:17 on at 3 m/s: 43 s later, at 06:04, between two records, 129 m further north."""
    tables = raw(WATCH)
    minute = rows_of("recording.minutes", tables).iloc[0]
    assert minute.minute_number * 60 == pd.Timestamp("2024-05-01 06:04:00").timestamp()
    assert (minute.latitude_deg - 50) * 111_195 == pytest.approx(129, abs=0.1)
    assert minute.north_m_per_s == pytest.approx(3, abs=0.01)
    assert minute.has_heart_rate
    assert not minute.has_power


COPY = replace(WATCH, name="b", format="gpx")
COPIES = {
    "the same streams in another format": COPY,
    "no heart rate": replace(COPY, heart=None),
    "no positions": replace(COPY, east_m=None),
    "a second late": replace(COPY, clock_s=1),
    "two seconds early": replace(COPY, clock_s=-2),
    "an hour ahead": replace(COPY, clock_s=3600),
    "eleven hours behind": replace(COPY, clock_s=-11 * 3600),
    "in the time of Nepal": replace(COPY, clock_s=5 * 3600 + 2700),
    "an hour ahead and a second": replace(COPY, clock_s=3601),
    "an hour ahead, no positions": replace(COPY, clock_s=3600, east_m=None),
    "cut short": replace(COPY, minutes=17),
    "cut short and an hour ahead": replace(COPY, minutes=25, clock_s=3600),
    "begun late": replace(COPY, first_minute=12, minutes=48),
    "a second device with the same strap": replace(COPY, east_m=6, first_minute=2, minutes=57),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_copy_is_the_same_session(rows_of: RowsOf, copy: Recording):
    assert sessions(rows_of, WATCH, copy) == {"watch": "watch", "b": "watch"}


INDOORS = Recording("watch", heart=None, east_m=None, has_records=False, elapsed_s=1800, distance_m=5000)
SUMMARIES = {
    "entered by hand from the watch": replace(INDOORS, name="b", elapsed_s=1803, distance_m=5030),
    "without a distance": replace(INDOORS, name="b", distance_m=None),
    "of a sport that nobody said": replace(INDOORS, name="b", sport="generic"),
}


@pytest.mark.parametrize("copy", SUMMARIES.values(), ids=SUMMARIES)
def test_without_streams_the_summary_speaks(rows_of: RowsOf, copy: Recording):
    assert len(set(sessions(rows_of, INDOORS, copy).values())) == 1


def test_a_device_has_one_session_at_a_time(rows_of: RowsOf):
    whole = replace(INDOORS, serial="77")
    assert len(set(sessions(rows_of, whole, replace(whole, name="b", elapsed_s=600)).values())) == 1
    assert len(set(sessions(rows_of, whole, replace(whole, name="b", serial="78")).values())) == 2


OTHERS = {
    "another athlete, metres apart": replace(WATCH, name="b", heart=2, east_m=3),
    "another athlete in the very same track": replace(WATCH, name="b", heart=2),
    "another athlete without a strap, metres apart": replace(WATCH, name="b", heart=None, east_m=4),
    "another athlete without positions": replace(WATCH, name="b", heart=2, east_m=None),
    "the next lap of a relay": replace(WATCH, name="b", heart=2, started_at=MORNING + timedelta(minutes=60)),
    "the same planned workout in the evening": replace(
        WATCH, name="b", heart=2, started_at=MORNING + timedelta(hours=12)
    ),
    "the same planned workout in the evening, no strap, another lane": replace(
        WATCH, name="b", heart=None, east_m=3, started_at=MORNING + timedelta(hours=12)
    ),
    "a second lap that the same strap goes on with": replace(WATCH, name="b", first_minute=55, minutes=60),
    "a session a day later": replace(WATCH, name="b", started_at=MORNING + timedelta(days=1)),
    "a clock that is wrong by no whole quarter hours": replace(WATCH, name="b", clock_s=1000),
    "a short part from the middle of a long day": replace(WATCH, name="b", first_minute=20, minutes=10),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_session_stays_one_of_its_own(rows_of: RowsOf, other: Recording):
    assert sessions(rows_of, WATCH, other) == {"watch": "watch", "b": "b"}


OTHER_SUMMARIES = {
    "ten seconds later": replace(INDOORS, name="b", clock_s=10),
    "an hour later": replace(INDOORS, name="b", clock_s=3600),
    "another distance": replace(INDOORS, name="b", distance_m=5200),
    "another time": replace(INDOORS, name="b", elapsed_s=1900),
    "another sport": replace(INDOORS, name="b", sport="cycling"),
}


@pytest.mark.parametrize("other", OTHER_SUMMARIES.values(), ids=OTHER_SUMMARIES)
def test_a_summary_that_differs_is_another_session(rows_of: RowsOf, other: Recording):
    assert sessions(rows_of, INDOORS, other) == {"watch": "watch", "b": "b"}


def test_two_even_hearts_are_no_proof(rows_of: RowsOf):
    """Ten minutes at 140 in both, without positions, a minute apart."""
    tables = raw(replace(WATCH, east_m=None), replace(WATCH, name="b", east_m=None, first_minute=1))
    tables["raw.records"]["heart_rate_bpm"] = 140
    assert rows_of("sessions.recordings", tables).role.tolist() == ["primary", "primary"]


def test_two_sessions_of_one_file_are_never_one(rows_of: RowsOf):
    twice = replace(WATCH, name="b", digest="watch")
    assert sessions(rows_of, WATCH, twice) == {"watch": "watch", "b": "b"}


# Three sessions of one file, twenty minutes each, and what else has been recorded of that morning.
PARTS = [
    replace(WATCH, name=f"part {nth}", digest="multisport", first_minute=20 * nth, minutes=20)
    for nth in range(3)
]


def test_a_whole_day_does_not_glue_the_sessions_of_a_multisport_file(rows_of: RowsOf):
    day = replace(WATCH, name="day", heart=None, format="gpx")
    rows = rows_of("sessions.recordings", raw(*PARTS, day)).set_index("activity_id")
    assert dict(rows.role) == {"day": "span", **{part.name: "primary" for part in PARTS}}
    assert rows.session_id["day"] in {part.name for part in PARTS}
    assert rows_of("sessions.sources", raw(*PARTS, day)).empty


def test_a_whole_day_twice_does_not_glue_them_either(rows_of: RowsOf):
    days = [replace(WATCH, name=f"day {nth}", format="gpx") for nth in range(2)]
    rows = rows_of("sessions.recordings", raw(*PARTS, *days)).set_index("activity_id")
    assert list(rows.role) == ["span", "span", "primary", "primary", "primary"]


def test_each_session_of_a_multisport_file_has_its_own_copy(rows_of: RowsOf):
    copies = [replace(part, name=f"copy {nth}", digest="tcx", format="tcx") for nth, part in enumerate(PARTS)]
    assert sessions(rows_of, *PARTS, *copies) == {
        name: f"part {nth}" for nth in range(3) for name in (f"copy {nth}", f"part {nth}")
    }


def test_two_small_pieces_of_a_long_day_do_not_replace_it(rows_of: RowsOf):
    pieces = [replace(WATCH, name=f"piece {nth}", first_minute=30 * nth + 5, minutes=10) for nth in range(2)]
    roles = rows_of("sessions.recordings", raw(WATCH, *pieces)).role
    assert roles.tolist() == ["primary"] * 3


def test_the_one_that_all_are_like_holds_them_together(rows_of: RowsOf):
    """A track without a heart, and a heart without a track: alike only to the copy that has both."""
    track = replace(WATCH, name="track", heart=None)
    heart = replace(WATCH, name="heart", east_m=None, minutes=58)
    assert len(set(sessions(rows_of, track, heart).values())) == 2
    both = replace(WATCH, name="both", format="gpx")
    assert set(sessions(rows_of, track, heart, both).values()) == {"both"}


def test_what_is_alike_to_a_copy_only_is_no_copy_of_the_primary(rows_of: RowsOf):
    """Two tracks far apart, and a heart without a track that is alike to both: it goes with one of them."""
    beside = replace(WATCH, name="c", east_m=40, format="gpx")
    no_track = replace(WATCH, name="b", east_m=None, minutes=50)
    assert sessions(rows_of, WATCH, no_track, beside) == {"watch": "watch", "b": "watch", "c": "c"}


def test_the_primary_is_whole_then_nearest_to_the_watch(rows_of: RowsOf):
    cut = replace(WATCH, name="cut", minutes=30)
    tcx = replace(WATCH, name="tcx", format="tcx")
    gpx = replace(WATCH, name="gpx", format="gpx")
    assert set(sessions(rows_of, cut, gpx, tcx).values()) == {"tcx"}
    assert set(sessions(rows_of, cut, gpx, tcx, WATCH).values()) == {"watch"}


GROWN = """
    athlete_id | path  | digest | modified_at         | outcome   | activity_id
    ann        | a.fit | half   | 2024-01-01 08:00:00 | imported  | a-half
    ann        | a.fit | whole  | 2024-01-01 09:00:00 | imported  | a-whole
    ann        | b.fit | half   | 2024-01-01 08:30:00 | duplicate |
"""


@pytest.mark.parametrize(
    ("start", "roles"), [("06:00", ["superseded", "primary"]), ("18:00", ["primary"] * 2)]
)
def test_of_a_file_that_grew_in_place_the_latest_version_counts(
    rows_of: RowsOf, start: str, roles: Sequence[str]
):
    tables = {
        "raw.files": GROWN,
        "raw.activities": f"""
            athlete_id | activity_id | file_digest | sport   | started_at
            ann        | a-half      | half        | running | 2024-01-01 06:00:00
            ann        | a-whole     | whole       | running | 2024-01-01 {start}:00
        """,
    }
    rows = rows_of("sessions.recordings", tables)
    assert rows.role.tolist() == roles
    outlines = rows_of("sessions.outlines", tables)
    assert outlines.latest_activity_id.notna().tolist() == [role == "superseded" for role in roles]


ANY = st.builds(
    replace,
    st.just(WATCH),
    name=st.sampled_from("abcdefgh"),
    heart=st.sampled_from([None, 1, 2]),
    east_m=st.sampled_from([None, 0.0, 5.0]),
    first_minute=st.sampled_from([0, 0, 10, 30]),
    minutes=st.sampled_from([10, 20, 30]),
    clock_s=st.sampled_from([0, 0, 1, 3600]),
    format=st.sampled_from(["fit", "gpx"]),
)


@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ANY, min_size=2, max_size=6, unique_by=lambda one: one.name), st.randoms())
def test_the_order_in_which_recordings_came_does_not_matter(
    rows_of: RowsOf, recordings: list[Recording], luck: random.Random
):
    """And every recording is of one session, whose primary it was held against."""
    found = sessions(rows_of, *recordings)
    assert all(found[session] == session for session in found.values())
    shuffled = luck.sample(recordings, len(recordings))
    assert sessions(rows_of, *shuffled) == found
    pairs = rows_of("sessions.pairs", raw(*recordings))
    alike = {(row.activity_id, row.other_activity_id) for row in pairs[pairs.is_same].itertuples()}
    spans = rows_of("sessions.recordings", raw(*recordings)).query("role == 'span'").activity_id.tolist()
    for name, session in found.items():
        assert name == session or name in spans or tuple(sorted((name, session))) in alike


def test_athletes_do_not_share_sessions(rows_of: RowsOf):
    """Two athletes of one lake with the very same recording have a session each, as if alone."""
    tables = raw(WATCH, replace(WATCH, name="b"))
    both = {name: pd.concat([rows, rows.assign(athlete_id="bob")]) for name, rows in tables.items()}
    rows = rows_of("sessions.recordings", both)
    assert rows.groupby("athlete_id").role.apply(list).to_dict() == {
        "ann": ["primary", "copy"],
        "bob": ["primary", "copy"],
    }


# --- channels


def test_each_channel_is_from_the_recording_that_knows_it_best(rows_of: RowsOf):
    """A watch without heart rate, and a phone without positions, every ten seconds but a second later."""
    watch, phone = replace(WATCH, heart=None), replace(WATCH, name="phone", format="gpx", clock_s=1)
    tables = raw(watch, phone)
    records = tables["raw.records"]
    records["power_w"] = np.where(records.activity_id == "phone", 250.0, np.nan)
    records["altitude_m"] = np.where(records.activity_id == "phone", 99.0, 100.0)
    (sources,) = rows_of("sessions.sources", tables).itertuples()
    assert (sources.session_id, sources.activity_id, sources.shift_s) == ("watch", "phone", -1)
    assert sources.is_source_of_heart_rate
    assert sources.is_source_of_power
    assert not sources.is_source_of_position
    assert not sources.is_source_of_altitude
    merged = rows_of("staging.records", tables)
    assert set(merged.activity_id) == {"watch"}
    assert list(merged.recorded_at) == list(watch.moments)
    assert list(merged.heart_rate_bpm) == pytest.approx(list(phone.records().heart_rate_bpm), abs=0.1)
    assert set(merged.power_w) == {250}
    assert set(merged.altitude_m) == {100}


def test_what_is_borrowed_lies_between_the_records_of_the_copy(rows_of: RowsOf):
    """Every ten seconds 150, 160, 170 watts, five seconds off: 155, 165. Beyond the copy's end nothing."""
    watch, phone = replace(WATCH, minutes=20), replace(WATCH, name="phone", format="gpx", minutes=12)
    tables = raw(watch, phone)
    records = tables["raw.records"]
    is_phone = records.activity_id == "phone"
    records.loc[is_phone, "recorded_at"] += timedelta(seconds=5)
    records.loc[is_phone, "latitude_deg"] += 3.0 * 5 / 111_195
    records["power_w"] = np.where(
        is_phone, 150.0 + 10 * (records.groupby("activity_id").cumcount() % 60), np.nan
    )
    power = rows_of("staging.records", tables).power_w
    assert list(power[:4].fillna(0)) == [0, 155, 165, 175]
    assert power[80:].isna().all()


def test_a_session_of_one_file_is_what_its_file_says(rows_of: RowsOf):
    tables = raw(WATCH, replace(WATCH, name="b", heart=2, started_at=MORNING + timedelta(days=3)))
    rows = rows_of("staging.records", tables).set_index(["activity_id", "recorded_at"])
    own = tables["raw.records"].set_index(["activity_id", "recorded_at"]).sort_index()
    for column, digits in (("latitude_deg", 7), ("heart_rate_bpm", 1)):
        assert list(rows[column]) == pytest.approx(list(own[column].round(digits)), abs=1e-9)
    assert not rows_of("staging.activities", tables).is_merged.any()
    assert rows_of("sessions.reasons", tables).empty


def test_null_fields_are_filled_but_no_total_is_from_a_copy_that_was_cut_short(rows_of: RowsOf):
    cut = replace(WATCH, name="cut", format="tcx", minutes=20, distance_m=3600, serial="5")
    rows = rows_of("staging.activities", raw(replace(WATCH, sport="generic"), cut))
    (session,) = rows.itertuples()
    assert (session.activity_id, session.sport, session.is_run) == ("watch", "running", True)
    assert session.device == "maker"
    assert rows.distance_m.isna().all()
    whole = replace(cut, minutes=60, distance_m=10_800)
    assert list(rows_of("staging.activities", raw(WATCH, whole)).distance_m) == [10_800]


def test_laps_and_stops_are_from_the_recording_that_has_most(rows_of: RowsOf):
    tables: dict[str, object] = dict(raw(WATCH, replace(WATCH, name="b", format="gpx", clock_s=3600)))
    tables["raw.laps"] = """
        athlete_id | activity_id | lap_number | started_at
        ann        | b           | 1          | 2024-05-01 07:03:17
        ann        | b           | 2          | 2024-05-01 07:13:17
        ann        | watch       | 1          | 2024-05-01 06:03:17
    """
    tables["raw.events"] = """
        athlete_id | activity_id | event_number | recorded_at         | event | event_type
        ann        | b           | 1            | 2024-05-01 07:20:00 | timer | stop
    """
    laps = rows_of("staging.laps", tables)
    assert list(laps.activity_id) == ["watch", "watch"]
    assert list(laps.started_at) == [MORNING, MORNING + timedelta(minutes=10)]
    stops = rows_of("staging.timer_stops", tables)
    assert list(stops.stopped_at) == [datetime(2024, 5, 1, 6, 20)]


# --- the ledger


def test_the_ledger_says_what_was_merged_with_what_and_why(rows_of: RowsOf):
    tables = raw(
        replace(WATCH, heart=None),
        replace(WATCH, name="b", format="gpx", clock_s=3600),
        replace(WATCH, name="c", format="gpx", east_m=8, heart=2),
    )
    files = rows_of("marts.files", tables).set_index("path")
    assert dict(files.outcome) == {"b.gpx": "duplicate", "c.gpx": "imported", "watch.fit": "imported"}
    assert files.duplicate_of_path["b.gpx"] == "watch.fit"
    assert files.activity_id["b.gpx"] == "watch"
    copy, primary, other = files.reason[["b.gpx", "watch.fit", "c.gpx"]]
    assert copy.startswith("the same session as watch.fit: position agrees in 60 of 60 minutes")
    assert "its clock is 1.0 h ahead" in copy
    assert copy.endswith("used from it: heart rate")
    assert primary.startswith("one activity; also in b.gpx; used from that: heart rate")
    assert "position agrees in 0 of 60 minutes" in other
    assert other.endswith("counted as a session of its own")


def test_a_multisport_file_is_a_duplicate_only_if_all_of_it_is(rows_of: RowsOf):
    one = replace(PARTS[0], name="one", digest="one", format="fit", serial="9")
    tables = raw(*(replace(part, format="gpx") for part in PARTS), one)
    files = rows_of("marts.files", tables).set_index("path")
    assert files.outcome["multisport.gpx"] == "imported"
    copies = [replace(part, name=f"copy {nth}", digest="tcx", format="tcx") for nth, part in enumerate(PARTS)]
    files = rows_of("marts.files", raw(*PARTS, *copies)).set_index("path")
    assert dict(files.outcome) == {"multisport.fit": "imported", "tcx.tcx": "duplicate"}
    assert files.duplicate_of_path["tcx.tcx"] == "multisport.fit"


# --- files: real ones, and what platforms make of them


@dataclass(frozen=True)
class Export:
    """What a platform writes of a recording: which seconds of it, with which channels, by which clock."""

    clock_s: int = 0
    first_s: int = 0
    last_s: int = 100_000
    every: int = 1
    has_position: bool = True
    has_heart_rate: bool = True
    east_m: float = 0
    heart_rate_off_bpm: float = 0


def points(fit: Path, export: Export) -> pd.DataFrame:
    """The records of a file as that platform has them."""
    (activity,) = READERS["fit"](fit.read_bytes(), str(fit)).activities
    rows = activity.streams["records"].to_pandas()
    seconds = (rows.recorded_at - rows.recorded_at[0]).dt.total_seconds()
    rows = rows[(seconds >= export.first_s) & (seconds <= export.last_s)].iloc[:: export.every].copy()
    rows["recorded_at"] += timedelta(seconds=export.clock_s)
    rows["longitude_deg"] += export.east_m / 111_195 / np.cos(np.radians(rows.latitude_deg))
    rows["heart_rate_bpm"] += export.heart_rate_off_bpm
    if not export.has_position:
        rows[["latitude_deg", "longitude_deg"]] = np.nan
    if not export.has_heart_rate:
        rows["heart_rate_bpm"] = np.nan
    return rows


def each(rows: pd.DataFrame) -> Iterator[Any]:
    """The rows as named tuples."""
    yield from rows.itertuples()


def element(name: str, value: float, form: str) -> str:
    return "" if np.isnan(value) else f"<{name}>{value:{form}}</{name}>"


def write_gpx(path: Path, rows: pd.DataFrame) -> Path:
    """GPX as Strava writes it: six decimals, the heart rate in an extension; no point without a position."""
    written = "".join(
        f'<trkpt lat="{row.latitude_deg:.6f}" lon="{row.longitude_deg:.6f}">'
        f"{element('ele', row.altitude_m, '.1f')}"
        f"<time>{row.recorded_at:%Y-%m-%dT%H:%M:%SZ}</time><extensions><gpxtpx:TrackPointExtension>"
        f"{element('gpxtpx:hr', row.heart_rate_bpm, '.0f')}</gpxtpx:TrackPointExtension></extensions></trkpt>"
        for row in each(rows)
        if not np.isnan(row.latitude_deg)
    )
    path.write_text(
        '<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1" '
        'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">'
        f"<trk><type>running</type><trkseg>{written}</trkseg></trk></gpx>"
    )
    return path


def write_tcx(path: Path, rows: pd.DataFrame) -> Path:
    """TCX of one lap, seven decimals."""
    written = "".join(
        f"<Trackpoint><Time>{row.recorded_at:%Y-%m-%dT%H:%M:%SZ}</Time>"
        + (
            ""
            if np.isnan(row.latitude_deg)
            else f"<Position><LatitudeDegrees>{row.latitude_deg:.7f}</LatitudeDegrees>"
            f"<LongitudeDegrees>{row.longitude_deg:.7f}</LongitudeDegrees></Position>"
        )
        + element("DistanceMeters", row.distance_m, ".2f")
        + (
            ""
            if np.isnan(row.heart_rate_bpm)
            else f"<HeartRateBpm><Value>{row.heart_rate_bpm:.0f}</Value></HeartRateBpm>"
        )
        + "</Trackpoint>"
        for row in each(rows)
    )
    start = f"{rows.recorded_at.iloc[0]:%Y-%m-%dT%H:%M:%SZ}"
    path.write_text(
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
        f'<Activities><Activity Sport="Running"><Id>{start}</Id><Lap StartTime="{start}">'
        f"<Track>{written}</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
    )
    return path


def landed(folder: Path, *paths: Path) -> dict[str, pd.DataFrame]:
    """The tables of a lake with these files."""
    lake = Lake(folder / "lake", "me")
    ingest(paths, lake, None, Silence(), workers=1)
    return {
        f"raw.{table}": pa.concat_tables(
            pq.ParquetFile(part).read() for part in lake.parts(table)
        ).to_pandas()
        for table in TABLES
    }


@pytest.fixture(scope="module")
def real_run(corpus: Path) -> Path:
    """A run of an hour from a real watch: positions, heart rate, smart recording."""
    (found,) = corpus.rglob("activity_234979239.fit")
    return found.resolve()


EXPORTS = {
    "everything": Export(),
    "a second late": Export(clock_s=1),
    "two hours ahead": Export(clock_s=7200),
    "eleven hours and a quarter behind, a second late": Export(clock_s=-40_499),
    "every third point": Export(every=3),
    "no heart rate": Export(has_heart_rate=False),
    "stopped early": Export(last_s=1300),
    "begun late": Export(first_s=400),
    "two hours ahead, stopped early, no heart rate": Export(7200, last_s=2000, has_heart_rate=False),
}


@pytest.mark.parametrize("write", [write_gpx, write_tcx])
@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
def test_what_a_platform_makes_of_a_real_run_is_the_same_session(
    rows_of: RowsOf,
    real_run: Path,
    tmp_path: Path,
    export: Export,
    write: Callable[[Path, pd.DataFrame], Path],
):
    copy = write(tmp_path / "copy", points(real_run, export))
    tables = landed(tmp_path, real_run, copy)
    assert sorted(rows_of("sessions.recordings", tables).role) == ["copy", "primary"]
    files = rows_of("marts.files", tables).set_index("format")
    assert files.outcome["fit"] == "imported"
    assert files.duplicate_of_path.drop("fit").tolist() == [str(real_run)]


def test_a_platform_that_kept_the_heart_rate_only_gives_it_to_the_track(
    rows_of: RowsOf, real_run: Path, tmp_path: Path
):
    whole = points(real_run, Export())
    track = write_gpx(tmp_path / "a.gpx", points(real_run, Export(has_heart_rate=False)))
    heart = write_tcx(tmp_path / "a.tcx", whole.assign(distance_m=np.nan))
    tables = landed(tmp_path, track, heart)
    merged = rows_of("staging.records", tables)
    assert merged.heart_rate_bpm.notna().mean() > 0.99 * whole.heart_rate_bpm.notna().mean()
    assert merged.latitude_deg.notna().mean() > 0.95


def test_a_companion_metres_away_with_another_heart_is_another_athlete(
    rows_of: RowsOf, real_run: Path, tmp_path: Path
):
    beside = points(real_run, Export(east_m=4, heart_rate_off_bpm=9, clock_s=2))
    tables = landed(tmp_path, real_run, write_gpx(tmp_path / "beside.gpx", beside))
    assert rows_of("sessions.recordings", tables).role.tolist() == ["primary", "primary"]


def test_laps_of_a_relay_one_after_the_other_are_sessions_of_their_own(
    rows_of: RowsOf, real_run: Path, tmp_path: Path
):
    legs = [
        write_gpx(
            tmp_path / f"{leg}.gpx", points(real_run, Export(first_s=900 * leg, last_s=900 * (leg + 1)))
        )
        for leg in range(3)
    ]
    tables = landed(tmp_path, *legs)
    assert rows_of("sessions.recordings", tables).role.tolist() == ["primary"] * 3


def test_two_simulated_runners_who_run_together_and_again_in_the_evening_stay_apart(
    rows_of: RowsOf, tmp_path: Path
):
    """The same plan, the same start, the same kind of watch; only their hearts and legs are their own."""
    easy = simulate.Habits(workouts_per_week=1, strides_per_week=0, races_per_year=0)
    one = simulate.Runner(weeks=1, habits=((0, easy),), missing_week_ratio=0)
    paths = [
        path
        for seed in (1, 2)
        for path in simulate.write(replace(one, seed=seed), tmp_path / f"runner {seed}")
    ]
    tables = landed(tmp_path, *paths)
    assert set(rows_of("sessions.recordings", tables).role) == {"primary"}
    moments = tables["raw.activities"].started_at
    tables["raw.activities"]["started_at"] = moments.dt.normalize() + timedelta(hours=6)
    starts = dict(zip(tables["raw.activities"].activity_id, moments.dt.normalize() - moments, strict=True))
    tables["raw.records"]["recorded_at"] += tables["raw.records"].activity_id.map(starts) + timedelta(hours=6)
    assert len(rows_of("sessions.pairs", tables)) >= len(paths) // 2
    assert set(rows_of("sessions.recordings", tables).role) == {"primary"}


# --- whole runs


def marts(home: Home) -> dict[str, pd.DataFrame]:
    with duckdb.connect(str(home.warehouse), read_only=True) as db:
        names = db.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('marts', 'sessions')"
        ).fetchall()
        return {name: db.sql(f"from {name} order by all").df() for (name,) in names}


def assert_same(found: Mapping[str, pd.DataFrame], expected: Mapping[str, pd.DataFrame]) -> None:
    assert found.keys() == expected.keys()
    for name, rows in found.items():
        pd.testing.assert_frame_equal(rows, expected[name], rtol=1e-9, atol=1e-9, obj=name)


@pytest.fixture(scope="module")
def exported(real_run: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One run four times: from the watch, stripped, in a wrong clock, cut short; and one that is another."""
    folder = tmp_path_factory.mktemp("exported")
    watch = folder / "watch.tcx"
    write_tcx(watch, points(real_run, Export(has_heart_rate=False)))
    return [
        watch,
        write_gpx(folder / "strava.gpx", points(real_run, Export(clock_s=1))),
        write_tcx(folder / "zone.tcx", points(real_run, Export(clock_s=3600, has_position=False))),
        write_gpx(folder / "short.gpx", points(real_run, Export(last_s=1500))),
        write_gpx(folder / "friend.gpx", points(real_run, Export(east_m=5, heart_rate_off_bpm=12))),
    ]


@pytest.fixture(scope="module")
def pair(exported: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The data folder of a run and its first copy. To look at only."""
    home = Home(tmp_path_factory.mktemp("pair"))
    for path in exported[:2]:
        flow.land(home, "me", [path], SILENT)
    flow.build(home, SILENT)
    return home


def test_in_whatever_order_and_portions_files_come_the_marts_are_the_same(
    models: dict[str, warehouse.Model], exported: list[Path], tmp_path: Path
):
    at_once = Home(tmp_path / "at once")
    flow.land(at_once, "me", exported, SILENT)
    flow.build(at_once, SILENT)
    expected = marts(at_once)
    assert len(expected["marts.activities"]) == 2
    assert sorted(expected["marts.files"].outcome) == [
        "duplicate",
        "duplicate",
        "duplicate",
        "imported",
        "imported",
    ]
    portions = Home(tmp_path / "portions")
    for path in reversed(exported):
        flow.land(portions, "me", [path], SILENT)
        warehouse.measure(models, [portions.lake_of("me")])  # all of a build that the next one finds again
    flow.build(portions, SILENT)
    assert_same(marts(portions), expected)


def test_a_copy_that_lands_later_has_only_its_sessions_batch_measured_anew(
    exported: list[Path], tmp_path: Path
):
    home = Home(tmp_path)
    measured = home.lake / "me" / "measured" / "activity.summaries"
    for path in (exported[0], exported[4]):
        flow.land(home, "me", [path], SILENT)
    flow.build(home, SILENT)
    before = {path.name: path.stat().st_mtime_ns for path in measured.rglob("*.parquet")}
    assert len(before) == 2
    flow.land(home, "me", [exported[1]], SILENT)
    flow.build(home, SILENT)
    after = {path.name: path.stat().st_mtime_ns for path in measured.rglob("*.parquet")}
    assert len(after) == 3
    assert len(before.items() & after.items()) == 1
    assert len(before.keys() - after.keys()) == 1  # nothing is left of what no longer holds
    summaries = marts(home)["marts.activities"]
    assert summaries.heart_rate_coverage_ratio.min() > 0.9


def test_a_copy_that_a_newer_version_reads_otherwise_lends_what_that_read(
    exported: list[Path], pair: Home, tmp_path: Path
):
    home = Home(tmp_path / "data")
    shutil.copytree(pair.folder, home.folder)
    (before,) = marts(pair)["marts.activities"].heart_rate_mean_bpm

    def newer(content: bytes, path: str) -> Reading:
        (activity,) = READERS["gpx"](content, path).activities
        records = activity.streams["records"]
        at = records.column_names.index("heart_rate_bpm")
        beats = pa.array(records["heart_rate_bpm"].to_pandas() + 10, pa.float64(), from_pandas=True)
        streams = {**activity.streams, "records": records.set_column(at, "heart_rate_bpm", beats)}
        return Reading([replace(activity, streams=streams)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.ingest.READERS", {**READERS, "gpx": newer})
        patch.setattr("pipeline.ingest.VERSION", VERSION + 1)
        ingest([exported[1]], home.lake_of("me"), None, Silence(), workers=1, retry=True)
    flow.build(home, SILENT)
    (after,) = marts(home)["marts.activities"].heart_rate_mean_bpm
    assert after == pytest.approx(before + 10, abs=0.5)


def test_compacted_copies_are_the_same_sessions(pair: Home, tmp_path: Path):
    home = Home(tmp_path / "data")
    shutil.copytree(pair.folder, home.folder)
    notes = [tmp_path / f"{number}.txt" for number in range(MANY_SMALL)]
    before = marts(pair)
    for note in notes:
        note.write_text(note.name)
        flow.land(home, "me", [note], SILENT)
    flow.build(home, SILENT)
    assert len(home.lake_of("me").batches()) < MANY_SMALL
    after = marts(home)
    after["marts.files"] = after["marts.files"].query("outcome != 'not_an_activity'").reset_index(drop=True)
    assert_same(after, before)
