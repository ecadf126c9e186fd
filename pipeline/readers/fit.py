"""FIT, the format of nearly every watch."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, count, pairwise
from operator import itemgetter

import numpy as np
import pyarrow as pa
from fastcrc import crc16

from pipeline.errors import UnreadableFileError
from pipeline.readers import channels, fit_columns, fit_strap, wellness
from pipeline.readers.channels import FOOT_SPORTS, Row
from pipeline.readers.fit_columns import Columns, Message, Real, Scan
from pipeline.schema import Activity, Reading, column_of, stream_schema

_EPOCH = datetime(1989, 12, 31)
_EPOCH_S = (_EPOCH - datetime(1970, 1, 1)).total_seconds()
_DEGREES = 180 / 2**31
_JOULES_PER_KCAL = 4184

# Smaller times count from when the device was switched on: its clock was never set.
_CLOCK_MIN = 0x10000000
_UINT32_END = 2**32

# So soon before or after the records start or end, a watch says what time it is. No two zones are nearer.
_TOLD_WITHIN_S, _ZONE_STEP_S = 120, 900

# A record so long before its session is left over from an earlier one; sooner, the device was merely late.
_STALE_S = 86_400

# A `file_id` comes first. This much of a file has it, with the definitions that some put before it.
_HEAD_BYTES = 1000

_CHAINED_MAX = 1000

# No device writes nearly as much into one file, chained or not. It would take minutes to read.
_MOST = {"definitions": 20_000, "sessions": 500, "messages beside records": 100_000}
_DEVICES_MAX = 256
_WORKOUT_STEPS_MAX = 1000

# Nothing that is measured comes near. Such numbers are damage, and would overflow in sums.
_NUMBER_END = 1e15

# FIT has a byte for a heart rate, of which the last value is none.
_BEATS_END = 255

# Of five zones of heart rate, which is what watches have, those whose top is not the maximum.
_ZONES = (1, 2, 3, 4)

_DEVICE_FIELDS = ("manufacturer", "product", "product_name", "serial_number")
# The fields that are read of each message, under the names that they have where no subfield renames them.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "activity": ("timestamp", "local_timestamp"),
    "device_info": (*_DEVICE_FIELDS, "device_index", "device_type", "source_type", "software_version"),
    "event": ("timestamp", "event", "event_type"),
    "file_id": (*_DEVICE_FIELDS, "type"),
    "hr_zone": ("message_index", "high_bpm"),
    "lap": (
        "start_time",
        "sport",
        "sub_sport",
        "total_elapsed_time",
        "total_timer_time",
        "total_distance",
        "avg_heart_rate",
        "max_heart_rate",
        "intensity",
        "lap_trigger",
        "wkt_step_index",
    ),
    "length": ("start_time", "total_elapsed_time", "swim_stroke", "total_strokes"),
    "session": (
        "start_time",
        "sport",
        "sub_sport",
        "sport_profile_name",
        "total_elapsed_time",
        "total_timer_time",
        "total_distance",
        "total_ascent",
        "total_descent",
        "total_calories",
        "avg_heart_rate",
        "max_heart_rate",
        "workout_rpe",
    ),
    "sport": ("sport", "sub_sport", "name"),
    "time_in_zone": (
        "reference_mesg",
        "reference_index",
        "max_heart_rate",
        "resting_heart_rate",
        "threshold_heart_rate",
    ),
    "timestamp_correlation": ("timestamp", "system_timestamp", "local_timestamp"),
    "user_profile": ("gender", "resting_heart_rate", "default_max_heart_rate"),
    "workout_step": (
        "message_index",
        "wkt_step_name",
        "intensity",
        "duration_type",
        "duration_value",
        "target_type",
        "target_value",
        "custom_target_value_low",
        "custom_target_value_high",
    ),
    "zones_target": ("max_heart_rate", "threshold_heart_rate"),
}

# The messages of a session, and the time that says of which: a session lasts till the next one starts.
_TIME_OF = {"lap": "start_time", "length": "start_time", "event": "timestamp"}

# Developers' fields, the native one that they stand in for, and what one of their units is in that of it.
# With a number they say so themselves (Stryd, COROS); by name, those of Stryd and RunScribe that do not.
_STAND_INS = {
    "developer_3_bpm": ("heart_rate", 1),
    "developer_4_rpm": ("cadence", 1),
    "developer_7_w": ("power", 1),
    "developer_7_watt": ("power", 1),
    "developer_7_watts": ("power", 1),
    "developer_power_w": ("power", 1),
    "developer_power_watts": ("power", 1),
    "developer_39_centimeters": ("vertical_oscillation", 10),
    "developer_vertical oscillation_centimeters": ("vertical_oscillation", 10),
    "developer_41_milliseconds": ("stance_time", 1),
    "developer_ground time_milliseconds": ("stance_time", 1),
    "developer_gct_ms": ("stance_time", 1),
}
# RunScribe may tell the feet apart; one field is for both of them.
_OF_BOTH_FEET = {"developer_gct_ms": ("developer_gct_l_ms", "developer_gct_r_ms")}
_RECORD_FIELDS = frozenset(
    {
        "timestamp",
        "position_lat",
        "position_long",
        "altitude",
        "enhanced_altitude",
        "distance",
        "speed",
        "enhanced_speed",
        "heart_rate",
        "cadence",
        "cadence256",
        "fractional_cadence",
        "power",
        "temperature",
        "stance_time",
        "vertical_oscillation",
        "step_length",
        "vertical_ratio",
        *_STAND_INS,
        *chain.from_iterable(_OF_BOTH_FEET.values()),
    }
)

_DEVICE_KINDS = (
    "antplus_device_type",
    "ble_device_type",
    "local_device_type",
    "ant_device_type",
    "device_type",
)
_ANT_HEART_RATE = 120  # `device_type` of a file that is too old to say `source_type`


@dataclass
class _Contents:
    """What one FIT file holds, in its own order. NaN is none."""

    kind: str | None = None
    messages: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    records: Columns = field(default_factory=lambda: {"timestamp": np.array([])})
    intervals: Columns = field(default_factory=lambda: {"timestamp": np.array([]), "rr_s": np.array([])})
    strap: Columns = field(default_factory=lambda: {"timestamp": np.array([]), "heart_rate": np.array([])})
    wellness: list[Row] = field(default_factory=list[Row])

    def first(self, name: str) -> Message:
        return next(iter(self.messages[name]), {})

    def append(self, other: "_Contents") -> None:
        for name, messages in other.messages.items():
            self.messages[name] += messages
        self.records = _appended(self.records, other.records)
        self.intervals = _appended(self.intervals, other.intervals)
        self.strap = _appended(self.strap, other.strap)


def _appended(first: Columns, second: Columns) -> Columns:
    none = [np.full(len(columns["timestamp"]), np.nan) for columns in (first, second)]
    return {
        name: np.concatenate([first.get(name, none[0]), second.get(name, none[1])])
        for name in first.keys() | second.keys()
    }


def read(content: bytes, path: str) -> Reading:
    """One activity per session of every FIT file that `content` chains; the note says what was lost."""
    notes: list[str] = []
    parts: list[_Contents] = []
    counts: Counter[str] = Counter()
    for start, body_start, end in _chains(content, notes):
        part = _contents(content, start, body_start, end, notes, counts, path)
        if part.kind is None and parts:  # a strap's memory that a watch appended: belongs to what it follows
            parts[-1].append(part)
        else:
            parts.append(part)
    if not parts:
        raise UnreadableFileError(path, "not_fit", "there is no FIT header at its start")
    kinds = dict.fromkeys(part.kind or "activity" for part in parts)
    days = tuple(moment for part in parts for moment in part.wellness)
    if "activity" not in kinds:
        what = wellness.said(days) or f"a FIT file of type {', '.join(kinds)}: no activity"
        return Reading(note="; ".join(notes), said=what, wellness=days)
    activities = [
        activity
        for part in parts
        if part.kind in {"activity", None}
        for activity in _activities(part, path, notes)
    ]
    if not activities:
        raise UnreadableFileError(path, "no_records", "; ".join(["neither a session nor a record", *notes]))
    return Reading(activities, note="; ".join(notes), wellness=days)


def _chains(content: bytes, notes: list[str]) -> Iterator[tuple[int, int, int]]:
    """The start of each FIT file in `content`, and of its body, and the end of that. A copy is left out."""
    seen: set[bytes] = set()
    start = 0
    while start < len(content):
        body_start = start + content[start]
        if content[start] < 12 or content[start + 8 : start + 12] != b".FIT":
            notes.append(f"no FIT in the {len(content) - start} bytes from byte {start} on")
            return
        end = body_start + int.from_bytes(content[start + 4 : start + 8], "little")
        if end == body_start:  # the device died before it could fill in the size
            end = max(len(content), body_start)
            notes.append(f"the header at byte {start} gives no size")
        body = content[body_start:end]
        if len(seen) == _CHAINED_MAX:
            notes.append(f"more FIT files in one than any device writes: left out from byte {start} on")
            return
        if body not in seen:
            yield start, body_start, end
        seen.add(body)
        start = end + 2


def _refuse_endless(found: Scan, counts: Counter[str], path: str) -> None:
    """`counts` is what the file had so far."""
    counts["definitions"] += len(found.groups)
    counts["sessions"] += sum(len(group.starts) for group in found.of("session"))
    counts["messages beside records"] += sum(
        len(group.starts) for name in _FIELDS for group in found.of(name)
    )
    for what, most in _MOST.items():
        if counts[what] > most:
            raise UnreadableFileError(path, "endless", f"more {what} than any device writes")


def _contents(
    content: bytes, start: int, body_start: int, end: int, notes: list[str], counts: Counter[str], path: str
) -> _Contents:
    """The messages of one FIT file up to the first damage; of one that is no activity, kind and wellness."""
    body = content[body_start:end]
    found = fit_columns.scan(body[:_HEAD_BYTES])
    kind = _kind(found)
    if kind in wellness.NEVER:
        _note_damage(Scan(body), content, start, body_start, end, notes)
        return _Contents(kind)
    found = fit_columns.scan(body)
    _refuse_endless(found, counts, path)
    kind = _kind(found)
    if kind not in {"activity", None}:
        _note_damage(found, content, start, body_start, end, notes)
        return _Contents(kind, wellness=wellness.moments(found))
    _note_damage(found, content, start, body_start, end, notes)
    messages = {name: fit_columns.messages(found, name, fields) for name, fields in _FIELDS.items()}
    switched_on_at = _switched_on_at(messages["timestamp_correlation"])
    tops = fit_columns.arrays(found, "time_in_zone", "hr_zone_high_boundary")
    for message, of_message in zip(messages["time_in_zone"], tops, strict=True):
        message["hr_zone_high_boundary"] = of_message
    for message in chain.from_iterable(messages.values()):
        _count_from_the_epoch(message, switched_on_at)
    records = {
        name: _without_damage(column)
        for name, column in fit_columns.columns(found, "record", _RECORD_FIELDS).items()
    }
    positions = found.positions("record")
    times = records.get("timestamp", np.full(len(positions), np.nan))
    times = np.where(times <= _CLOCK_MIN, times + switched_on_at, times)
    times[(times <= _CLOCK_MIN) | (times >= _UINT32_END)] = np.nan
    return _Contents(
        kind,
        defaultdict(list, messages),
        {**records, "timestamp": times},
        fit_strap.intervals(found, positions[~np.isnan(times)], times[~np.isnan(times)]),
        fit_strap.heart_rates(found),
    )


def _without_damage(column: Real) -> Real:
    is_damage = np.abs(column) >= _NUMBER_END
    return np.where(is_damage, np.nan, column) if is_damage.any() else column


def _kind(found: Scan) -> str | None:
    """The type of the file as it says first; damage may look like another one, further on."""
    kinds = (str(one.get("type", "activity")) for one in fit_columns.messages(found, "file_id", ("type",)))
    return next(kinds, None)


def _note_damage(
    found: Scan, content: bytes, start: int, body_start: int, end: int, notes: list[str]
) -> None:
    damage, at = found.damage, body_start + (found.damaged_at or 0)
    if not damage and len(content) < end + 2:
        damage, at = "the file ends there", min(len(content), end)
    if damage:
        count, of_part = len(found.positions("record")), " of that part" if start else ""
        notes.append(
            f"damaged from byte {at} on, the rest is lost; {count} records{of_part} come before ({damage})"
        )
    elif crc16.arc(content[start:end]) != int.from_bytes(content[end : end + 2], "little"):
        notes.append(f"checksum does not match the part that starts at byte {start}")


def _switched_on_at(correlations: list[Message]) -> int:
    """When the device was switched on, if it says what time it was so many seconds later; else 0."""
    for message in correlations:
        clock, running_s = _number(message, "timestamp"), _number(message, "system_timestamp")
        if clock is not None and running_s is not None and running_s <= _CLOCK_MIN < clock < _UINT32_END:
            return int(clock - running_s)
    return 0


def _count_from_the_epoch(message: Message, switched_on_at: int) -> None:
    """Remove times that cannot be set right."""
    for name in ("timestamp", "start_time"):
        value = message.pop(name, None)
        if isinstance(value, int):
            clock = value + switched_on_at if value <= _CLOCK_MIN else value
            if _CLOCK_MIN < clock < _UINT32_END:
                message[name] = clock


def _activities(part: _Contents, path: str, notes: list[str]) -> list[Activity]:
    sessions = part.messages["session"]
    has_time = ~np.isnan(part.records["timestamp"])
    records = {name: column[has_time] for name, column in part.records.items()}
    times = records["timestamp"]
    if len(times) < len(has_time):
        notes.append(f"{len(has_time) - len(times)} records without a clock time left out")
    if len(times) and not sessions:
        sessions = [_rebuilt(part, records)]
        notes.append("no session message: the summary is rebuilt from the records")
    if len(times) and len(sessions) == 1:
        sessions[0].setdefault("start_time", int(times.min()))
    if any("start_time" not in session for session in sessions) or (len(has_time) and not sessions):
        raise UnreadableFileError(path, "no_clock", "the device's clock was not set: the day is unknown")
    if not sessions:
        return []
    if len(part.strap["timestamp"]):
        heart_rate = records.get("heart_rate", np.full(len(times), np.nan))
        records["heart_rate"] = fit_strap.merged(times, heart_rate, part.strap)
    sessions = sorted(sessions, key=itemgetter("start_time"))
    starts: list[int] = [session["start_time"] for session in sessions]
    shares: list[dict[str, list[Message]]] = [defaultdict(list) for _ in starts]
    for name, time in _TIME_OF.items():
        for message in sorted((one for one in part.messages[name] if time in one), key=itemgetter(time)):
            shares[max(bisect_right(starts, message[time]) - 1, 0)][name].append(message)
    is_stale = times < starts[0] - _STALE_S
    if is_stale.any():
        notes.append(f"{is_stale.sum()} records of more than a day before the start left out")
        records = {name: column[~is_stale] for name, column in records.items()}
    devices = _devices(part.messages["device_info"])
    if len(devices) > _DEVICES_MAX:
        raise UnreadableFileError(path, "endless", "more devices than any athlete wears")
    if len(part.messages["workout_step"]) > _WORKOUT_STEPS_MAX:
        raise UnreadableFileError(path, "endless", "more steps than any workout has")
    return [
        _activity(part, session, share, own_records, own_intervals["rr_s"], devices, _zones(part, number))
        for number, (session, share, own_records, own_intervals) in enumerate(
            zip(sessions, shares, _shared(records, starts), _shared(part.intervals, starts), strict=True)
        )
    ]


def _shared(columns: Columns, starts: list[int]) -> list[Columns]:
    """The rows of each session, in the order of time."""
    order = np.argsort(columns["timestamp"], kind="stable")
    columns = {name: column[order] for name, column in columns.items()}
    bounds = [0, *np.searchsorted(columns["timestamp"], starts[1:]), len(order)]
    return [{name: column[a:b] for name, column in columns.items()} for a, b in pairwise(bounds)]


def _rebuilt(part: _Contents, records: Columns) -> Message:
    times = records["timestamp"]
    distances = records.get("distance", times[:0])
    known: Message = {
        "start_time": int(times.min()),
        "total_elapsed_time": times.max() - times.min(),
        "sport": part.first("sport").get("sport", part.first("lap").get("sport")),
        "sub_sport": part.first("sport").get("sub_sport", part.first("lap").get("sub_sport")),
        "total_distance": max(distances[~np.isnan(distances)].tolist(), default=None),
    }
    return {name: value for name, value in known.items() if value is not None}


def _activity(
    part: _Contents,
    session: Message,
    share: dict[str, list[Message]],
    records: Columns,
    intervals: Real,
    devices: list[Message],
    zones: Message,
) -> Activity:
    sport = _profile_name(session, "sport")
    rows = channels.cleaned(_record_columns(records), counts_feet=sport in FOOT_SPORTS)
    table = channels.table(rows)
    file_id, profile = part.first("file_id"), part.first("user_profile")
    creator = next((device for device in devices if device.get("device_index") in {"creator", 0}), {})
    rating, kilocalories = _number(session, "workout_rpe"), _number(session, "total_calories")
    summary: Row = {
        "sport": sport,
        "sub_sport": _profile_name(session, "sub_sport"),
        "name": _text(session | part.first("sport"), "sport_profile_name", "name"),
        "started_at": _at(session["start_time"]),
        "utc_offset_s": _utc_offset(part),
        "elapsed_s": _number(session, "total_elapsed_time"),
        "timer_s": _number(session, "total_timer_time"),
        "distance_m": _number(session, "total_distance"),
        "ascent_m": _number(session, "total_ascent"),
        "descent_m": _number(session, "total_descent"),
        "energy_j": None if kilocalories is None else kilocalories * _JOULES_PER_KCAL,
        "heart_rate_mean_bpm": _number(session, "avg_heart_rate") or None,
        "heart_rate_max_bpm": _number(session, "max_heart_rate") or None,
        "effort_rating": None if rating is None else rating / 10,
        "device_manufacturer": _text(file_id | creator, "manufacturer"),
        "device_product": _text(creator | file_id, "product_name", "garmin_product", "product"),
        "device_serial": _text(creator | file_id, "serial_number"),
        "heart_rate_source": _heart_rate_source(
            devices, sport, bool(len(intervals)), table["heart_rate_bpm"].null_count < len(table)
        ),
        "profile_sex": _text(profile, "gender"),
        "profile_heart_rate_resting_bpm": _number(profile, "resting_heart_rate")
        or _number(zones, "resting_heart_rate")
        or None,
        "profile_heart_rate_max_bpm": _number(zones, "max_heart_rate")
        or _number(profile, "default_max_heart_rate")
        or None,
        "profile_heart_rate_threshold_bpm": _number(zones, "threshold_heart_rate") or None,
        **{
            f"profile_heart_rate_zone_{zone}_bpm": top
            for zone, top in zip(_ZONES, zones.get("tops", ()), strict=False)
        },
    }
    tables = {
        "laps": [_lap(number, lap) for number, lap in enumerate(share["lap"], 1)],
        "lengths": [_length(number, length) for number, length in enumerate(share["length"], 1)],
        "workout_steps": list(map(_workout_step, count(), part.messages["workout_step"])),
        "events": [_event(number, event) for number, event in enumerate(share["event"], 1)],
        "devices": [_device(number, device) for number, device in enumerate(devices, 1)],
    }
    streams = channels.streams(tables)
    if len(table):
        streams["records"] = table
    if len(intervals):
        every = np.ones(len(intervals), bool)
        columns = [
            column_of(np.arange(len(intervals)) + 1, every, pa.int64()),
            column_of(intervals, every, pa.float64()),
        ]
        streams["rr_intervals"] = pa.Table.from_arrays(columns, schema=stream_schema("rr_intervals"))
    return Activity(summary, streams)


def _zones(part: _Contents, number: int) -> Message:
    """What the watch was told of heart rate for the session of that number, the tops of its zones as `tops`.

    What it says of the session counts before what it says of itself: zones may differ from sport to sport.
    """
    of_sessions = [one for one in part.messages["time_in_zone"] if one.get("reference_mesg") == "session"]
    own = next((one for one in of_sessions if one.get("reference_index") == number), {})
    known = {name: value for name, value in own.items() if value}
    tops = own.get("hr_zone_high_boundary") or [
        float(zone["high_bpm"]) for zone in part.messages["hr_zone"] if _number(zone, "high_bpm")
    ]
    if len(tops) == len(_ZONES) + 2:  # begins with what is below the first zone
        tops = tops[1:]
    bounds = [0, *tops, _BEATS_END]
    is_scheme = len(tops) == len(_ZONES) + 1 and all(low < high for low, high in pairwise(bounds))
    return {**part.first("zones_target"), **known, "tops": list(map(float, tops)) if is_scheme else []}


def _record_columns(records: Columns) -> Columns:
    """In the units of the lake. What an athlete wears for it measures better than the watch."""
    none = np.full(len(records["timestamp"]), np.nan)

    def first(*names: str) -> Real:
        there = [records[name] for name in names if name in records]
        return channels.first(*there) if there else none

    fraction = np.nan_to_num(first("fractional_cadence"))
    for both, feet in _OF_BOTH_FEET.items():
        if any(foot in records for foot in feet):
            records[both] = _mean_of_those_there([first(foot) for foot in feet])
    for own, (native, unit) in _STAND_INS.items():
        if own in records:
            is_worn = np.nan_to_num(records[own]) != 0
            records[native] = np.where(is_worn, records[own] * unit, first(native))
            fraction = np.where(is_worn & (native == "cadence"), 0, fraction)
    return {
        "recorded_at": records["timestamp"] + _EPOCH_S,
        "latitude_deg": first("position_lat") * _DEGREES,
        "longitude_deg": first("position_long") * _DEGREES,
        "altitude_m": first("enhanced_altitude", "altitude"),
        "distance_m": first("distance"),
        "speed_m_per_s": first("enhanced_speed", "speed"),
        "heart_rate_bpm": first("heart_rate"),
        "cadence_per_min": channels.first(first("cadence256"), first("cadence") + fraction),
        "power_w": first("power"),
        "temperature_c": first("temperature"),
        "ground_contact_s": first("stance_time") * 1e-3,
        "vertical_oscillation_m": first("vertical_oscillation") * 1e-3,
        "step_length_m": first("step_length") * 1e-3,
        "vertical_ratio": first("vertical_ratio") * 1e-2,
    }


def _mean_of_those_there(columns: list[Real]) -> Real:
    """By row, the mean of the columns that are neither 0 nor NaN; 0 if none is."""
    total = sum((np.nan_to_num(column) for column in columns), np.zeros(1))
    return total / np.maximum(sum(np.nan_to_num(column) != 0 for column in columns), 1)


def _lap(number: int, lap: Message) -> Row:
    return {
        "lap_number": number,
        "started_at": _at(lap["start_time"]),
        "elapsed_s": _number(lap, "total_elapsed_time"),
        "timer_s": _number(lap, "total_timer_time"),
        "distance_m": _number(lap, "total_distance"),
        "heart_rate_mean_bpm": _number(lap, "avg_heart_rate") or None,
        "heart_rate_max_bpm": _number(lap, "max_heart_rate") or None,
        "lap_intensity": _text(lap, "intensity"),
        "lap_trigger": _text(lap, "lap_trigger"),
        "workout_step_number": _whole(lap, "wkt_step_index"),
    }


def _length(number: int, length: Message) -> Row:
    return {
        "length_number": number,
        "started_at": _at(length["start_time"]),
        "elapsed_s": _number(length, "total_elapsed_time"),
        "stroke": _text(length, "swim_stroke"),
        "stroke_count": _whole(length, "total_strokes"),
    }


def _workout_step(number: int, step: Message) -> Row:
    """A step of the workout that the watch led through; laps name theirs by its number, which begins at 0."""
    row: Row = {
        "workout_step_number": _whole(step, "message_index") if "message_index" in step else number,
        "step_name": _text(step, "wkt_step_name"),
        "step_intensity": _text(step, "intensity"),
        "duration_type": _text(step, "duration_type"),
        "duration_s": _number(step, "duration_time"),
        "distance_m": _number(step, "duration_distance"),
        "repeat_from_step_number": _whole(step, "duration_step"),
        "repeat_count": _whole(step, "repeat_steps"),
        "target_type": _text(step, "target_type"),
    }
    for end in ("low", "high"):
        heart_rate = _number(step, f"custom_target_heart_rate_{end}") or 0
        # 0 to 100 is percent of a maximum that the file need not tell
        row[f"target_heart_rate_{end}_bpm"] = heart_rate - 100 if heart_rate > 100 else None
        row[f"target_speed_{end}_m_per_s"] = _number(step, f"custom_target_speed_{end}") or None
    return row


def _event(number: int, event: Message) -> Row:
    return {
        "event_number": number,
        "recorded_at": _at(event["timestamp"]),
        "event": _text(event, "event"),
        "event_type": _text(event, "event_type"),
    }


def _device(number: int, device: Message) -> Row:
    return {
        "device_number": number,
        "device_kind": _text(device, *_DEVICE_KINDS),
        "device_manufacturer": _text(device, "manufacturer"),
        "device_product": _text(device, "product_name", "garmin_product", "product"),
        "device_serial": _text(device, "serial_number"),
        "software_version": _text(device, "software_version"),
    }


def _devices(messages: list[Message]) -> list[Message]:
    """One message per device: a device reports again and again, each time a little of itself."""
    devices: dict[object, Message] = {}
    for message in messages:
        devices.setdefault(message.get("device_index"), {}).update(message)
    return list(devices.values())


def _heart_rate_source(
    devices: list[Message], sport: str, has_beats: bool, has_heart_rate: bool
) -> str | None:
    """Only straps tell single beats. A watch that names no sensor used its own; no devices tell nothing."""
    kinds = [device.get(kind) for device in devices for kind in _DEVICE_KINDS if kind != "local_device_type"]
    if has_beats or "heart_rate" in kinds or _ANT_HEART_RATE in kinds:
        return "strap"
    return "wrist" if devices and has_heart_rate and sport in FOOT_SPORTS else None


def _utc_offset(part: _Contents) -> int | None:
    """Local time less UTC as the watch says it with the activity, or else where it correlates its clocks."""
    for message in (part.first("activity"), part.first("timestamp_correlation")):
        local, utc = _number(message, "local_timestamp"), _number(message, "timestamp")
        if local is not None and utc is not None:
            offset_s = channels.utc_offset(utc - local if _is_swapped(part, local, utc) else local - utc)
            if offset_s is not None:
                return offset_s
    return None


def _is_swapped(part: _Contents, local: float, utc: float) -> bool:
    """Do the records, which count in UTC, start or end at what is called local, and far from the other?"""
    times = part.records["timestamp"][~np.isnan(part.records["timestamp"])]
    if not len(times):
        return False
    start, end = float(times.min()), float(times.max())
    is_far = not start - _ZONE_STEP_S < utc < end + _ZONE_STEP_S
    return is_far and min(abs(local - start), abs(local - end)) <= _TOLD_WITHIN_S


def _at(timestamp: int) -> datetime:
    return _EPOCH + timedelta(seconds=timestamp)


def _number(message: Message, *names: str) -> float | None:
    """The first of the fields that is a number; damage can make a text of it, or more than is measured."""
    values = (message.get(name) for name in names)
    numbers = (float(value) for value in values if isinstance(value, int | float))
    return next((number for number in numbers if abs(number) < _NUMBER_END), None)


def _whole(message: Message, name: str) -> int | None:
    value = message.get(name)
    return value if isinstance(value, int) and 0 <= value < _UINT32_END else None


def _text(message: Message, *names: str) -> str | None:
    """The first of the fields that is there, without the control characters of a damaged one."""
    texts = ("".join(filter(str.isprintable, str(message[name]))) for name in names if name in message)
    return next(filter(None, texts), None)


def _profile_name(message: Message, name: str) -> str:
    """The profile's word; a number that it does not know is a sport newer than it, other text is damage."""
    value = message.get(name) or "generic"
    return value if isinstance(value, str) and re.fullmatch(r"[a-z0-9_]+", value) else "unknown"
