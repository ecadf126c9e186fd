"""FIT, the format of nearly every watch, decoded by fitdecode."""

import struct
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import fitdecode

from pipeline.errors import UnreadableFileError
from pipeline.readers import channels
from pipeline.readers.channels import FOOT_SPORTS, Row
from pipeline.schema import Activity, Reading

Message = dict[str, Any]

_EPOCH = datetime(1989, 12, 31)
_DEGREES = 180 / 2**31
_JOULES_PER_KCAL = 4184

# Smaller times count from when the device was switched on: its clock was never set.
_CLOCK_MIN = 0x10000000
_UINT32_END = 2**32

# A record so long before its session is left over from an earlier one; sooner, the device was merely late.
_STALE_S = 86_400

# What fitdecode raises at bytes that are no FIT: its own errors, and what its tables and asserts trip over.
_DAMAGE = (
    fitdecode.FitError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)

# The messages of a session, and the time that says of which: a session lasts till the next one starts.
_TIME_OF = {
    "record": "timestamp",
    "lap": "start_time",
    "length": "start_time",
    "event": "timestamp",
    "hrv": "timestamp",
}
_OF_FILE = {"activity", "device_info", "file_id", "session", "sport", "user_profile", "zones_target"}
_KEPT = _OF_FILE | _TIME_OF.keys()

# Developer fields that declare which native field they stand in for: (its number, their unit) -> its name.
_STAND_INS = {
    (3, "bpm"): "heart_rate",
    (4, "rpm"): "cadence",
    (7, "w"): "power",
    (7, "watt"): "power",
    (7, "watts"): "power",
    (41, "milliseconds"): "stance_time",
}

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
    """The messages of one FIT file by name, in the order of the file."""

    kind: str | None = None
    messages: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))

    def first(self, name: str) -> Message:
        return next(iter(self.messages[name]), {})


class _FitReader(fitdecode.FitReader):
    """fitdecode trips over fields of size 0, which TrainingPeaks Virtual declares: nothing to read there."""

    def _read_definition_message(self, header_chunk: Any, record_header: Any) -> Any:
        definition: Any = super()._read_definition_message(header_chunk, record_header)
        definition.field_defs = [one for one in definition.field_defs if one.size]
        definition.dev_field_defs = [one for one in definition.dev_field_defs if one.size]
        return definition

    @property
    def message_start(self) -> int:
        """Where the message starts that is being read, in bytes."""
        return self._chunk_offset


def read(content: bytes, path: str) -> Reading:
    """One activity per session of every FIT file that `content` chains; the note says what was lost."""
    notes: list[str] = []
    parts: list[_Contents] = []
    for start, chain in _chains(content, notes):
        part = _contents(chain, start, notes)
        if part.kind is None and parts:  # a strap's memory that a watch appended: belongs to what it follows
            for name, messages in part.messages.items():
                parts[-1].messages[name] += messages
        else:
            parts.append(part)
    if not parts:
        raise UnreadableFileError(path, "not_fit", "there is no FIT header at its start")
    kinds = dict.fromkeys(part.kind or "activity" for part in parts)
    if "activity" not in kinds:
        return Reading(note=f"a FIT file of type {', '.join(kinds)}: no activity")
    activities = [
        activity
        for part in parts
        if part.kind in {"activity", None}
        for activity in _activities(part, path, notes)
    ]
    if not activities:
        raise UnreadableFileError(path, "no_records", "; ".join(["neither a session nor a record", *notes]))
    return Reading(activities, note="; ".join(notes))


def _chains(content: bytes, notes: list[str]) -> Iterable[tuple[int, bytes]]:
    """Where each FIT file in `content` starts, and its bytes. One that comes twice is given once."""
    seen: set[bytes] = set()
    start = 0
    while start < len(content):
        header_size = content[start]
        if header_size < 12 or content[start + 8 : start + 12] != b".FIT":
            notes.append(f"no FIT in the {len(content) - start} bytes from byte {start} on")
            return
        body_size = int.from_bytes(content[start + 4 : start + 8], "little")
        if not body_size:  # the device died before it could fill in the size
            body_size = len(content) - start - header_size
            notes.append(f"the header at byte {start} gives no size")
        end = start + header_size + body_size + 2
        body = content[start + header_size : end - 2]
        header = content[start : start + 4] + body_size.to_bytes(4, "little")
        if body not in seen:
            yield start, header + content[start + 8 : end]
        seen.add(body)
        start = end


def _contents(chain: bytes, start: int, notes: list[str]) -> _Contents:
    """The messages of one FIT file up to the first damage; of one that is no activity, only its kind."""
    found = _Contents()
    reader = _FitReader(
        chain,
        processor=None,
        check_crc=fitdecode.CrcCheck.READONLY,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    )
    latest = 0
    try:
        for frame in reader:
            if isinstance(frame, fitdecode.FitCRC) and not frame.matched:
                notes.append(f"checksum does not match the part that starts at byte {start}")
            if not isinstance(frame, fitdecode.FitDataMessage) or frame.name not in _KEPT:
                continue
            message = _message(frame)
            if frame.name == "file_id":
                found.kind = str(message.get("type", "activity"))
                if found.kind != "activity":
                    return found
            elif frame.name == "record":
                latest = message.get("timestamp", latest)
            elif frame.name == "hrv":  # has no time of its own
                intervals = frame.get_value("time", fallback=())
                message = {
                    "timestamp": latest,
                    "intervals": intervals if isinstance(intervals, tuple) else (intervals,),
                }
            found.messages[frame.name].append(message)
    except _DAMAGE as error:
        notes.append(
            f"damaged from byte {start + reader.message_start} on, the rest is lost; "
            f"{len(found.messages['record'])} records come before ({error})"
        )
    return found


def _message(frame: Any) -> Message:
    """The values that a message has, by field name; of an array the first value."""
    message: Message = {}
    for one in frame.fields:
        value = one.value
        if isinstance(value, tuple):
            value = next((element for element in value if element is not None), None)
        if value is None or (one.name in {"timestamp", "start_time"} and not _is_time(value)):
            continue
        if one.field_def is None:  # unpacked from another field, whose own full-width twin counts more
            message.setdefault(one.name, value)
        elif not one.field_def.is_dev:
            message[one.name] = value
        elif frame.name == "record" and value:
            stand_in = _STAND_INS.get((one.field.native_field_num, str(one.units).lower()))
            if stand_in:
                message[stand_in] = value
            if stand_in == "cadence":
                message.pop("fractional_cadence", None)
    return message


def _is_time(value: object) -> bool:
    return isinstance(value, int) and _CLOCK_MIN <= value < _UINT32_END


def _activities(part: _Contents, path: str, notes: list[str]) -> list[Activity]:
    sessions, all_records = part.messages["session"], part.messages["record"]
    records = [record for record in all_records if "timestamp" in record]
    if len(records) < len(all_records):
        notes.append(f"{len(all_records) - len(records)} records without a clock time left out")
    if records and not sessions:
        sessions = [_rebuilt(part, records)]
        notes.append("no session message: the summary is rebuilt from the records")
    if records and len(sessions) == 1:
        sessions[0].setdefault("start_time", min(record["timestamp"] for record in records))
    if any("start_time" not in session for session in sessions) or (all_records and not sessions):
        raise UnreadableFileError(path, "no_clock", "the device's clock was not set: the day is unknown")
    sessions = sorted(sessions, key=itemgetter("start_time"))
    starts: list[int] = [session["start_time"] for session in sessions]
    shares: list[dict[str, list[Message]]] = [defaultdict(list) for _ in starts]
    stale_count = 0
    for name, time in _TIME_OF.items() if starts else ():
        for message in sorted((one for one in part.messages[name] if time in one), key=itemgetter(time)):
            if name == "record" and message[time] < starts[0] - _STALE_S:
                stale_count += 1
            else:
                shares[max(bisect_right(starts, message[time]) - 1, 0)][name].append(message)
    if stale_count:
        notes.append(f"{stale_count} records of more than a day before the start left out")
    return [_activity(part, session, share) for session, share in zip(sessions, shares, strict=True)]


def _rebuilt(part: _Contents, records: list[Message]) -> Message:
    times = [record["timestamp"] for record in records]
    distances = [metres for record in records if (metres := _number(record, "distance")) is not None]
    known: Message = {
        "start_time": min(times),
        "total_elapsed_time": max(times) - min(times),
        "sport": part.first("sport").get("sport", part.first("lap").get("sport")),
        "sub_sport": part.first("sport").get("sub_sport", part.first("lap").get("sub_sport")),
        "total_distance": max(distances, default=None),
    }
    return {name: value for name, value in known.items() if value is not None}


def _activity(part: _Contents, session: Message, share: dict[str, list[Message]]) -> Activity:
    sport = _profile_name(session, "sport")
    rows = channels.merged((_at(record["timestamp"]), _record(record)) for record in share["record"])
    channels.count_both_feet(rows, sport)
    file_id, profile, zones = part.first("file_id"), part.first("user_profile"), part.first("zones_target")
    devices = _devices(part.messages["device_info"])
    creator = next((device for device in devices if device.get("device_index") in {"creator", 0}), {})
    intervals = [
        rr_s for message in share["hrv"] for rr_s in message["intervals"] if isinstance(rr_s, float) and rr_s
    ]
    rating, kilocalories = _number(session, "workout_rpe"), _number(session, "total_calories")
    summary: Row = {
        "sport": sport,
        "sub_sport": _profile_name(session, "sub_sport"),
        "name": _text(session | part.first("sport"), "sport_profile_name", "name"),
        "started_at": _at(session["start_time"]),
        "utc_offset_s": _utc_offset(part.first("activity")),
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
        "heart_rate_source": _heart_rate_source(devices, rows, sport, bool(intervals)),
        "profile_sex": _text(profile, "gender"),
        "profile_heart_rate_resting_bpm": _number(profile, "resting_heart_rate") or None,
        "profile_heart_rate_max_bpm": _number(zones, "max_heart_rate")
        or _number(profile, "default_max_heart_rate")
        or None,
        "profile_heart_rate_threshold_bpm": _number(zones, "threshold_heart_rate") or None,
    }
    tables = {
        "records": rows,
        "laps": [_lap(number, lap) for number, lap in enumerate(share["lap"], 1)],
        "lengths": [_length(number, length) for number, length in enumerate(share["length"], 1)],
        "events": [_event(number, event) for number, event in enumerate(share["event"], 1)],
        "rr_intervals": [
            {"rr_number": number, "rr_s": seconds} for number, seconds in enumerate(intervals, 1)
        ],
        "devices": [_device(number, device) for number, device in enumerate(devices, 1)],
    }
    return Activity(summary, channels.streams(tables))


def _record(record: Message) -> Row:
    latitude, longitude = _number(record, "position_lat"), _number(record, "position_long")
    cadence = _number(record, "cadence256", "cadence")
    if cadence is not None and "cadence256" not in record:
        cadence += _number(record, "fractional_cadence") or 0
    return channels.position(_scaled(latitude, _DEGREES), _scaled(longitude, _DEGREES)) | {
        "altitude_m": _number(record, "enhanced_altitude", "altitude"),
        "distance_m": _number(record, "distance"),
        "speed_m_per_s": _number(record, "enhanced_speed", "speed"),
        "heart_rate_bpm": _number(record, "heart_rate") or None,
        "cadence_per_min": cadence,
        "power_w": _number(record, "power"),
        "temperature_c": _number(record, "temperature"),
        "ground_contact_s": _scaled(_number(record, "stance_time"), 1e-3),
        "vertical_oscillation_m": _scaled(_number(record, "vertical_oscillation"), 1e-3),
        "step_length_m": _scaled(_number(record, "step_length"), 1e-3),
        "vertical_ratio": _scaled(_number(record, "vertical_ratio"), 1e-2),
    }


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


def _heart_rate_source(devices: list[Message], rows: list[Row], sport: str, has_beats: bool) -> str | None:
    """Only straps tell single beats. A watch that names no sensor used its own; no devices tell nothing."""
    kinds = [device.get(kind) for device in devices for kind in _DEVICE_KINDS if kind != "local_device_type"]
    if has_beats or "heart_rate" in kinds or _ANT_HEART_RATE in kinds:
        return "strap"
    has_heart_rate = any("heart_rate_bpm" in row for row in rows)
    return "wrist" if devices and has_heart_rate and sport in FOOT_SPORTS else None


def _utc_offset(activity: Message) -> int | None:
    local, utc = _number(activity, "local_timestamp"), _number(activity, "timestamp")
    return None if local is None or utc is None else channels.utc_offset(local - utc)


def _at(timestamp: int) -> datetime:
    return _EPOCH + timedelta(seconds=timestamp)


def _number(message: Message, *names: str) -> float | None:
    """The first of the fields that is there; damage can make a text of a number, which then is none."""
    return next((message[name] for name in names if isinstance(message.get(name), int | float)), None)


def _whole(message: Message, name: str) -> int | None:
    value = message.get(name)
    return value if isinstance(value, int) and abs(value) < _UINT32_END else None


def _scaled(number: float | None, factor: float) -> float | None:
    return None if number is None else number * factor


def _text(message: Message, *names: str) -> str | None:
    """The first of the fields that is there, without the control characters of a damaged one."""
    texts = ("".join(filter(str.isprintable, str(message[name]))) for name in names if name in message)
    return next(filter(None, texts), None)


def _profile_name(message: Message, name: str) -> str:
    """The profile's word; a number that the profile does not know is a sport newer than it."""
    value = message.get(name) or "generic"
    return value if isinstance(value, str) else "unknown"
