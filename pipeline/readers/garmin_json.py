"""Days and nights from the JSON files of a Garmin account.

An account's export has `DI-Connect-Aggregator/UDSFile_*.json` (days), and in `DI-Connect-Wellness`
`*_sleepData.json` and `*_healthStatusData.json` (nights, each of the day on which one wakes up): lists of
objects with a `calendarDate`. Programs that ask Garmin's website get one object for each day, and a night in
`dailySleepDTO` or `hrvSummary`. Any of these, found by what is in it.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from pipeline.errors import UnreadableFileError
from pipeline.readers import wellness
from pipeline.readers.channels import Row
from pipeline.schema import Reading

# In this one Garmin's website wraps what an export has bare.
_WRAPPERS = ("dailySleepDTO", "hrvSummary")
_ASLEEP = ("deepSleepSeconds", "lightSleepSeconds", "remSleepSeconds")
# The day's own before that which is smoothed over a week, as in a watch's files.
_RESTING = ("currentDayRestingHeartRate", "restingHeartRate")
_LARGEST = 1e6  # of all these numbers none is near to it


def read(content: bytes, path: str) -> Reading:
    """What it tells of each day; no activity."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError(path, "damaged_json", str(error)) from error
    days = [day for record in _records(found) if (day := _day(record))]
    said = wellness.said(days) or "Garmin's days as JSON: no resting heart rate, variability or sleep in them"
    return Reading(said=said, wellness=tuple(days))


def _records(found: Any) -> Iterator[dict[str, Any]]:
    for record in found if isinstance(found, list) else [found]:
        if isinstance(record, dict):
            wrapped = [record[name] for name in _WRAPPERS if isinstance(record.get(name), dict)]
            yield from wrapped or [record]


def _day(record: dict[str, Any]) -> Row | None:
    """A row of one day, None if the record says nothing that is kept."""
    try:
        day = date.fromisoformat(record["calendarDate"])
    except (KeyError, TypeError, ValueError):
        return None
    asleep_s = [_number(record.get(name)) for name in _ASLEEP]
    told = {
        "heart_rate_resting_bpm": next(filter(None, (_number(record.get(name)) for name in _RESTING)), None),
        "hrv_s": _milliseconds(_variability(record)),
        "sleep_s": float(sum(filter(None, asleep_s))) or None,
        "sleep_score": _score(record),
    }
    known = {name: value for name, value in told.items() if value}
    return {"local_day": day, **known} if known else None


def _variability(record: dict[str, Any]) -> float | None:
    metrics = record.get("metrics")
    of_night = [
        _number(metric.get("value"))
        for metric in (metrics if isinstance(metrics, list) else [])
        if isinstance(metric, dict) and metric.get("type") == "HRV"
    ]
    return next(filter(None, (*of_night, _number(record.get("lastNightAvg")))), None)


def _score(record: dict[str, Any]) -> float | None:
    scores = record.get("sleepScores")
    if not isinstance(scores, dict):
        return None
    overall = scores.get("overall")
    return _number(scores.get("overallScore")) or _number(
        overall.get("value") if isinstance(overall, dict) else None
    )


def _milliseconds(value: float | None) -> float | None:
    return None if value is None else value / 1000


def _number(value: Any) -> float | None:
    """A number above 0: with 0 or less Garmin says that there is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value < _LARGEST else None
