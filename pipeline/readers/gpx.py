"""GPX, parsed by gpxpy."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from math import asin, cos, isfinite, radians, sin, sqrt
from typing import Any

import gpxpy
from gpxpy.gpx import GPX, GPXException, GPXTrackPoint

from pipeline.errors import UnreadableFileError
from pipeline.readers import channels
from pipeline.readers.channels import Row
from pipeline.schema import Activity, Reading

# Every program has its own name space and its own words: only the tag's last part is looked at.
_CHANNELS = {
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "bpm": "heart_rate_bpm",
    "cad": "cadence_per_min",
    "cadence": "cadence_per_min",
    "runcadence": "cadence_per_min",
    "atemp": "temperature_c",
    "temp": "temperature_c",
    "power": "power_w",
    "watts": "power_w",
    "powerinwatts": "power_w",
    "speed": "speed_m_per_s",
}

# Words of <type>; the numbers are Strava's.
_SPORTS = {
    "running": {"run", "running", "jogging", "treadmill", "9"},
    "cycling": {"ride", "cycling", "biking", "bike", "cycle", "1"},
    "walking": {"walk", "walking", "10"},
    "hiking": {"hike", "hiking", "4"},
    "swimming": {"swim", "swimming"},
}

# A new segment so soon is a lap or a lost fix, and the ground between belongs to the activity. Later, the
# recording was paused: a watch counts no distance then, so neither does this.
_SEGMENT_JOIN_MAX_S = 10

# Other times are a clock that was not set: there were no GPS receivers to carry.
_YEARS = range(1990, 2100)

_EARTH_RADIUS_M = 6_371_008.8


def read(content: bytes, path: str) -> Reading:
    """All segments of all tracks, as one activity."""
    gpx = _parsed(content, path)
    segments = [segment.points for track in gpx.tracks for segment in track.segments]
    point_count = sum(map(len, segments))
    timed = [
        (_utc(point.time), _row(point, number))
        for number, points in enumerate(segments)
        for point in points
        if point.time and point.time.year in _YEARS
    ]
    if not timed:
        return Reading(note="a route: no times" if point_count or gpx.routes else "no track in it")
    track = gpx.tracks[0]
    sport = _sport(next((one.type for one in gpx.tracks if one.type), ""))
    rows = channels.merged(timed)
    channels.count_both_feet(rows, sport)
    started_at, ended_at = rows[0]["recorded_at"], rows[-1]["recorded_at"]
    summary: Row = {
        "sport": sport,
        "name": track.name or gpx.name,
        "started_at": started_at,
        "utc_offset_s": _utc_offset(point.time for points in segments for point in points),
        "elapsed_s": (ended_at - started_at).total_seconds(),
        "distance_m": _measured(rows),
        "device_product": gpx.creator,
    }
    lost = point_count - len(timed)
    note = f"{lost} of {point_count} points without a time left out" if lost else ""
    return Reading([Activity(summary, channels.streams({"records": rows}))], note)


def _parsed(content: bytes, path: str) -> GPX:
    text = _decoded(content)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableFileError(path, "unsafe_xml", "it defines entities, which can fill the memory")
    try:
        return gpxpy.parse(_bound(text))
    except (GPXException, ValueError) as error:
        raise UnreadableFileError(path, "not_gpx", str(error)) from error


def _decoded(content: bytes) -> str:
    """The text without what may stand before `<?xml`: a byte order mark, Strava's blanks."""
    declared = re.search(rb"""^\s*<\?xml[^>]*encoding=["']([\w.-]+)""", content[:200])
    encodings = ["utf-16"] if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ["utf-8-sig"]
    if declared:
        encodings.append(declared[1].decode("ascii"))
    for encoding in encodings:
        try:
            return content.decode(encoding).lstrip()
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("latin-1").lstrip()  # never fails, and positions and times are ASCII


def _bound(text: str) -> str:
    """Declares the prefixes that some programs use and forget to declare."""
    used = set(re.findall(r"</?([A-Za-z_][\w.-]*):", text))
    used |= set(re.findall(r"""\s([A-Za-z_][\w.-]*):[\w.-]+\s*=\s*["']""", text))
    missing = used - set(re.findall(r"\sxmlns:([\w.-]+)\s*=", text)) - {"xml", "xmlns"}
    declarations = "".join(f' xmlns:{prefix}="urn:{prefix}"' for prefix in sorted(missing))
    return re.sub(r"<gpx\b", f"<gpx{declarations}", text, count=1)


def _row(point: GPXTrackPoint, segment: int) -> Row:
    row = channels.position(point.latitude, point.longitude)
    row |= {"segment": segment, "altitude_m": _finite(point.elevation), "speed_m_per_s": _finite(point.speed)}
    for name, text in _extensions(point.extensions):
        if name in _CHANNELS and row.get(_CHANNELS[name]) is None:
            row[_CHANNELS[name]] = _number(text)
    row["heart_rate_bpm"] = row.get("heart_rate_bpm") or None
    return row


def _extensions(elements: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for element in elements:
        for inner in element.iter():
            yield re.split("[}:]", inner.tag)[-1].lower(), inner.text or ""


def _number(text: str) -> float | None:
    try:
        return _finite(float(text))
    except ValueError:
        return None


def _finite(number: float | None) -> float | None:
    return number if number is not None and isfinite(number) else None


def _sport(kind: str) -> str:
    words = set(re.split(r"[\W_]+", kind.lower()))
    return next((sport for sport, known in _SPORTS.items() if words & known), "generic")


def _utc(time: datetime) -> datetime:
    """To the second, as watches record; a time without offset is UTC, as GPX prescribes."""
    return time.replace(tzinfo=None, microsecond=0) - _offset(time)


def _offset(time: datetime) -> timedelta:
    # Not `time.utcoffset()`: that raises at the +99:00 which gpxpy lets through.
    return (time.tzinfo and time.tzinfo.utcoffset(time)) or timedelta(0)


def _utc_offset(times: Iterable[datetime | None]) -> int | None:
    """The file's own; none for plain UTC, which nearly every program writes wherever it is."""
    offset = next((_offset(time) for time in times if time), None)
    return channels.utc_offset(offset.total_seconds()) if offset else None


def _measured(rows: list[Row]) -> float | None:
    """Gives each row that has a position its distance, along what was recorded; the total, in metres."""
    located = [row for row in rows if "latitude_deg" in row]
    if not located:
        return None
    total = located[0]["distance_m"] = 0.0
    for earlier, later in pairwise(located):
        silence_s = (later["recorded_at"] - earlier["recorded_at"]).total_seconds()
        if earlier["segment"] == later["segment"] or silence_s <= _SEGMENT_JOIN_MAX_S:
            total += _metres(earlier, later)
        later["distance_m"] = total
    return total


def _metres(start: Row, end: Row) -> float:
    """Along the great circle."""
    south, north = radians(start["latitude_deg"]), radians(end["latitude_deg"])
    half_width = radians(end["longitude_deg"] - start["longitude_deg"]) / 2
    chord = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(half_width) ** 2
    return 2 * _EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))
