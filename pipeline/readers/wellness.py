"""What a watch tells of days and nights, from the FIT files that are no activity."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import fmean

from pipeline.readers import channels, fit_columns
from pipeline.readers.channels import Row
from pipeline.readers.fit_columns import Message, Scan

# Types of files without a day in them. Garmin has not told the names of those with nights: 49 and 68 are two.
NEVER = frozenset(
    {"device", "settings", "sport", "workout", "course", "schedules", "totals", "goals"}
    | {"segment", "segment_list", "exd_configuration"}
)

# Smaller times count from when the device was switched on: its clock was never set.
_CLOCK = range(0x10000000, 2**32)

_EPOCH = datetime(1989, 12, 31)
_ASLEEP = ("light", "deep", "rem")
_MEASURED = ("awake", *_ASLEEP)

# Neither a stage of sleep nor a gap between values lasts so long: the next message is of another night.
_SILENCE_MAX_S = 3 * 3600

_WORDS = {
    "heart_rate_resting_bpm": "resting heart rate",
    "hrv_s": "heart-rate variability",
    "sleep_s": "sleep",
    "sleep_score": "sleep score",
}


def moments(found: Scan) -> list[Row]:
    """What the file tells, each with its time `recorded_at`, as `Reading.wellness` wants it.

    The resting heart rate is that of the day, not the mean of a week that stands beside it. The variability
    is that which the watch tells of the night, or else the mean of its five-minute values. A night ends with
    its last message.
    """
    rows = [
        {"recorded_at": _time(message), name: message[field] / unit}
        for kind, field, name, unit in (
            ("monitoring_hr_data", "current_day_resting_heart_rate", "heart_rate_resting_bpm", 1),
            ("hrv_status_summary", "last_night_average", "hrv_s", 1000),
        )
        for message in _timed(found, kind, field)
        if message.get(field)
    ]
    if not any("hrv_s" in row for row in rows):
        rows += _variability(_timed(found, "hrv_value", "value"))
    nights = _nights(_timed(found, "sleep_level", "sleep_level"))
    scores = [
        message["overall_sleep_score"]
        for message in fit_columns.messages(found, "sleep_assessment", ("overall_sleep_score",))
        if message.get("overall_sleep_score")
    ]
    if nights and scores:
        nights[-1]["sleep_score"] = float(scores[-1])
    offset_s = _utc_offset(found)
    return [
        {**row, "recorded_at": _EPOCH + timedelta(seconds=row["recorded_at"]), "utc_offset_s": offset_s}
        for row in (*rows, *nights)
    ]


def said(rows: Sequence[Row]) -> str:
    """What these rows hold, in words; nothing if they hold nothing."""
    words = [word for name, word in _WORDS.items() if any(name in row for row in rows)]
    return f"wellness: {', '.join(words)}" if words else ""


def _timed(found: Scan, kind: str, field: str) -> list[Message]:
    told = fit_columns.messages(found, kind, ("timestamp", field))
    return sorted((one for one in told if one.get("timestamp") in _CLOCK), key=_time)


def _time(message: Message) -> int:
    return message["timestamp"]


def _parts(told: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """The messages of one night, then those of the next."""
    start = 0
    for end in range(1, len(told) + 1):
        if end == len(told) or _time(told[end]) - _time(told[end - 1]) > _SILENCE_MAX_S:
            yield told[start:end]
            start = end


def _nights(levels: Sequence[Message]) -> list[Row]:
    """Seconds asleep: each message says how it is from then on until the next one."""
    found: list[Row] = []
    for night in _parts(levels):
        if any(one.get("sleep_level") in _MEASURED for one in night):
            asleep_s = sum(
                _time(following) - _time(one)
                for one, following in pairwise(night)
                if one.get("sleep_level") in _ASLEEP
            )
            found.append({"recorded_at": _time(night[-1]), "sleep_s": float(asleep_s)})
    return found


def _variability(values: Sequence[Message]) -> list[Row]:
    """The mean of what five minutes each were worth."""
    measured = [one for one in values if one.get("value")]
    return [
        {"recorded_at": _time(night[-1]), "hrv_s": fmean(one["value"] for one in night) / 1000}
        for night in _parts(measured)
    ]


def _utc_offset(found: Scan) -> int | None:
    told = (
        channels.utc_offset(message["local_timestamp"] - message["timestamp"])
        for kind in ("monitoring_info", "timestamp_correlation")
        for message in _timed(found, kind, "local_timestamp")
        if isinstance(message.get("local_timestamp"), int)
    )
    return next((offset_s for offset_s in told if offset_s is not None), None)
