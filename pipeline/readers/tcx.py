"""TCX, the format of Garmin's Training Center and of many programs since, streamed into columns."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import fsum, isnan

import numpy as np

from pipeline.errors import UnreadableFileError
from pipeline.readers import channels, tracks, xml_columns
from pipeline.readers.channels import Columns, Row
from pipeline.readers.xml_columns import Document, Element
from pipeline.schema import Activity, Reading

_CHILDREN = {
    "time": "recorded_at",
    "latitudedegrees": "latitude_deg",
    "longitudedegrees": "longitude_deg",
    "altitudemeters": "altitude_m",
    "distancemeters": "distance_m",
    "value": "heart_rate_bpm",  # of HeartRateBpm; nothing else in a point has one
    "cadence": "cadence_per_min",
    "runcadence": "foot_cadence_per_min",
    "speed": "speed_m_per_s",
    "watts": "power_w",
}

_JOULES_PER_KCAL = 4184

# A lifetime of activities; more would take minutes to read.
_ACTIVITIES_MAX = 10_000

# Nobody climbs so far between two points and back: a zero there is Suunto's way to write nothing.
_ALTITUDE_JUMP_M = 20

# Laps that are so far from their points have the date of another activity: some program wrote one of them.
_LAP_OFF_MAX = timedelta(days=1)


def read(content: bytes, path: str) -> Reading:
    """Each activity of the file; those of a triathlon are one each."""
    document = xml_columns.parse(content, path, "trackpoint", {}, _CHILDREN)
    found = list(document.root.all("activity"))
    if len(found) > _ACTIVITIES_MAX:
        raise UnreadableFileError(path, "endless", "more activities than any program puts into a file")
    activities = [activity for one in found if (activity := _activity(one, document))]
    if activities:
        untimed = len(found) - len(activities)
        notes = [f"{untimed} of {len(found)} activities without a time left out"] if untimed else []
        return Reading(activities, "; ".join(filter(None, [*notes, document.lost()])))
    if document.damage:
        raise UnreadableFileError(path, "not_tcx", document.damage)
    if found:
        raise UnreadableFileError(path, "no_clock", "no time in it is one: the day is unknown")
    kinds = [kind for kind in ("course", "workout") if any(document.root.all(kind))]
    return Reading(note=f"a {kinds[0]}: no activity" if kinds else "no activity in it")


def _activity(element: Element, document: Document) -> Activity | None:
    """None if the file does not say when it was."""
    sport, sub_sport = tracks.sport(element.attributes.get("Sport", ""))
    rows = _rows(tracks.points(document.columns, element, "track"), sport)
    laps = _laps(list(element.all("lap")))
    times = [xml_columns.at(seconds) for seconds in rows["recorded_at"][[0, -1][: rows["recorded_at"].size]]]
    started_at = _started_at(element, laps, times)
    if started_at is None:
        return None
    timer_s = _sum(lap["timer_s"] for lap in laps)
    elapsed_s = max([timer_s or 0.0, *((time - started_at).total_seconds() for time in times)])
    _let_laps_last(laps, started_at + timedelta(seconds=elapsed_s))
    _forget_zero_altitudes(rows)
    kilocalories = _sum(_number(lap, "calories") for lap in element.all("lap"))
    device = _device(element.first("creator"))
    summary: Row = {
        "sport": sport,
        "sub_sport": sub_sport,
        "name": element.find("notes").partition("\n")[0] or element.find("training", "plan", "name") or None,
        "started_at": started_at,
        "utc_offset_s": _utc_offset(element, document),
        "elapsed_s": elapsed_s or None,
        "timer_s": timer_s,
        "distance_m": _distance(laps, rows),
        "energy_j": kilocalories * _JOULES_PER_KCAL if kilocalories else None,
        "heart_rate_mean_bpm": _mean_heart_rate(laps),
        "heart_rate_max_bpm": max((lap["heart_rate_max_bpm"] or 0 for lap in laps), default=0) or None,
        "device_product": device.get("device_product"),
        "device_serial": device.get("device_serial"),
    }
    streams = channels.streams({"laps": laps, "devices": [device] if device else []})
    return Activity(summary, {**streams, "records": channels.table(rows)} if times else streams)


def _laps(laps: list[Element]) -> list[Row]:
    starts = xml_columns.times([lap.attributes.get("StartTime", "") for lap in laps])
    return [_lap(number, lap, start) for number, (lap, start) in enumerate(zip(laps, starts, strict=True), 1)]


def _lap(number: int, lap: Element, started_at: datetime | None) -> Row:
    intensity = lap.find("intensity").lower()
    return {
        "lap_number": number,
        "started_at": started_at,
        "timer_s": _number(lap, "totaltimeseconds"),
        "distance_m": _number(lap, "distancemeters"),
        "heart_rate_mean_bpm": _heart_rate(lap, "averageheartratebpm"),
        "heart_rate_max_bpm": _heart_rate(lap, "maximumheartratebpm"),
        "lap_intensity": ("rest" if intensity == "resting" else intensity) or None,
        "lap_trigger": lap.find("triggermethod").lower() or None,
    }


def _utc_offset(activity: Element, document: Document) -> int | None:
    """That of its own laps; those of a file may be of summer and winter. Else as the points have it."""
    starts = [lap.attributes.get("StartTime", "") for lap in activity.all("lap")]
    told = map(xml_columns.utc_offset, [*starts, document.first_time, activity.find("id")])
    return next((offset_s for offset_s in told if offset_s is not None), None)


def _started_at(activity: Element, laps: list[Row], times: list[datetime]) -> datetime | None:
    """The start of the first lap or point; the activity's id comes last, as it need not be a time."""
    starts = [lap["started_at"] for lap in laps if lap["started_at"]]
    if times:
        starts = [start for start in starts if abs(start - times[0]) <= _LAP_OFF_MAX]
    return min(starts + times, default=None) or xml_columns.times([activity.find("id")])[0]


def _let_laps_last(laps: list[Row], end: datetime) -> None:
    """Till the next one starts, pauses included: the file says only how long the timer ran."""
    timed = [lap for lap in laps if lap["started_at"]]
    ends = [*(lap["started_at"] for lap in timed[1:]), end]
    for lap, next_at in zip(timed, ends, strict=False):
        seconds = (next_at - lap["started_at"]).total_seconds()
        lap["elapsed_s"] = seconds if seconds >= 0 else lap["timer_s"]


def _rows(points: Columns, sport: str) -> Columns:
    """The points cleaned; `RunCadence` is of feet whatever the sport is called."""
    feet = points["foot_cadence_per_min"]
    points["cadence_per_min"] = channels.first(points["cadence_per_min"], feet)
    return channels.cleaned(points, sport in channels.FOOT_SPORTS or not np.isnan(feet).all())


def _forget_zero_altitudes(rows: Columns) -> None:
    altitude = rows["altitude_m"] = rows["altitude_m"].copy()
    known = np.flatnonzero((altitude != 0) & ~np.isnan(altitude))
    zeros = np.flatnonzero(altitude == 0)
    if known.size:
        after = np.searchsorted(known, zeros)
        nearest = [np.abs(altitude[known[np.clip(after - back, 0, known.size - 1)]]) for back in (1, 0)]
        altitude[zeros[np.minimum(*nearest) > _ALTITUDE_JUMP_M]] = np.nan


def _distance(laps: list[Row], rows: Columns) -> float | None:
    """What the laps say, which may differ from the points; else what these say, or how far apart they are."""
    recorded = rows["distance_m"]
    recorded_m = float(np.max(recorded, initial=0, where=~np.isnan(recorded)))
    return _sum(lap["distance_m"] for lap in laps) or recorded_m or tracks.measure(rows)


def _mean_heart_rate(laps: list[Row]) -> float | None:
    """By time, if every lap that took some has one."""
    timed = [(lap["timer_s"], lap["heart_rate_mean_bpm"]) for lap in laps if lap["timer_s"]]
    if not timed or any(mean is None for _, mean in timed):
        return None
    return fsum(seconds * mean for seconds, mean in timed) / fsum(seconds for seconds, _ in timed)


def _device(creator: Element) -> Row:
    """The one device of a file, if it is named."""
    product, serial = creator.find("name"), creator.find("unitid")
    version = [creator.find("version", f"version{part}") for part in ("major", "minor")]
    if not product:
        return {}
    return {
        "device_number": 1,
        "device_product": product,
        "device_serial": serial if serial.strip("0") else None,
        "software_version": ".".join(version) if all(version) else None,
    }


def _heart_rate(lap: Element, name: str) -> float | None:
    beats = _number(lap, name, "value")
    return None if beats in channels.NO_HEART_RATE else beats


def _sum(numbers: Iterable[float | None]) -> float | None:
    """Of those that are there, if any is."""
    known = [number for number in numbers if number is not None]
    return fsum(known) if known else None


def _number(element: Element, *names: str) -> float | None:
    number = xml_columns.number(element.find(*names))
    return None if isnan(number) else number
