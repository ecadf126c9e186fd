"""The athlete's own settings: `athlete.toml`, checked and typed. All of it is optional.

birth_year = 1988
sex = "female"                  # or "male"
units = "km"                    # or "mi"
week_start = "monday"           # or "sunday"
time_zone = "Europe/Berlin"     # where activities are that do not say where they were
heart_rate_max_bpm = 188        # one value, for all time
threshold_pace = [              # or dated ones, each valid until the next; per km
{from = 2023-01-01, value = "4:45"},
{from = 2024-03-01, value = "4:30"},
]
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa

from pipeline.errors import SettingsError
from pipeline.schema import table_of

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

DEFAULT_ID = "me"


@dataclass(frozen=True)
class Anchor:
    """A value that holds from a day on; from the beginning if there is no day."""

    valid_from: date | None
    value: float


@dataclass(frozen=True)
class Athlete:
    """What an athlete has said about themself. None or no anchor: not said, to be estimated from the runs."""

    athlete_id: str
    birth_year: int | None = None
    sex: str | None = None
    units: str = "km"
    week_start: str = "monday"
    time_zone: str | None = None
    heart_rate_max_bpm: tuple[Anchor, ...] = ()
    heart_rate_resting_bpm: tuple[Anchor, ...] = ()
    heart_rate_threshold_bpm: tuple[Anchor, ...] = ()
    heart_rate_easy_below_bpm: tuple[Anchor, ...] = ()
    threshold_speed_m_per_s: tuple[Anchor, ...] = ()


ANCHORS = (
    "heart_rate_max_bpm",
    "heart_rate_resting_bpm",
    "heart_rate_threshold_bpm",
    "heart_rate_easy_below_bpm",
    "threshold_speed_m_per_s",
)

SETTINGS_SCHEMA = pa.schema(
    [
        ("athlete_id", pa.string()),
        ("birth_year", pa.int64()),
        ("sex", pa.string()),
        ("units", pa.string()),
        ("week_start", pa.string()),
        ("time_zone", pa.string()),
    ]
)

ANCHORS_SCHEMA = pa.schema(
    [
        ("athlete_id", pa.string()),
        ("anchor", pa.string()),
        ("valid_from", pa.date32()),
        ("value", pa.float64()),
    ]
)


def settings_path(data: Path, athlete_id: str) -> Path:
    """Where the settings of an athlete are, or would be."""
    return data / "athlete.toml" if athlete_id == DEFAULT_ID else data / "athletes" / f"{athlete_id}.toml"


def default_athlete(known: Iterable[str]) -> str:
    """Of whom a command speaks that names nobody. Raises SettingsError where several could be meant."""
    ids = sorted(known)
    if not ids or DEFAULT_ID in ids:
        return DEFAULT_ID
    if len(ids) == 1:
        return ids[0]
    raise SettingsError(f"there are several athletes: say --athlete with one of {', '.join(ids)}")


def settled(data: Path) -> list[str]:
    """The athletes, besides `me`, who have a file of settings."""
    return sorted(path.stem for path in (data / "athletes").glob("*.toml"))


def load(data: Path, athlete_id: str) -> Athlete:
    """The athlete's settings; without a file, all defaults.

    Raises SettingsError, naming the file, the key and what it may be, for anything that cannot be used.
    """
    path = settings_path(data, athlete_id)
    return parsed(path, _text(path), athlete_id)


def parsed(path: Path, text: str, athlete_id: str) -> Athlete:
    """The settings that stand in the text of a file at `path`. Raises SettingsError as `load`."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not a TOML file: {error}") from error
    settings: dict[str, Any] = {}
    for key, value in said.items():
        name, allowed, parse = _known(key, str(path))
        try:
            settings[name] = parse(value)
        except ValueError as error:
            raise SettingsError(f"{path}: {key} is {allowed}, not {value!r}") from error
    return Athlete(athlete_id, **settings)


def edited(data: Path, athlete_id: str, changes: Sequence[str], since: str | None = None) -> tuple[Path, str]:
    """The athlete's file and the text it would have with changes such as `heart_rate_max_bpm=191`.

    `since` is the day from which they hold, for anchors. Comments and all else in the file stay. Raises
    SettingsError for what the file may not say, and for a value without a day beside those that have one.
    """
    import tomlkit

    path = settings_path(data, athlete_id)
    load(data, athlete_id)
    document = tomlkit.parse(_text(path))
    day = None if since is None else _day(since)
    for change in changes:
        key, equals, value = (part.strip() for part in change.partition("="))
        if not equals or not value:
            raise SettingsError(f"--set {change}: write it as heart_rate_max_bpm=191")
        name, _, _ = _known(key, f"--set {change}")
        if day is None:
            if isinstance(document.get(key), list):
                raise SettingsError(f"--set {change}: {path} has dated values of it; say --from DAY as well")
            document[key] = _typed(value)
        elif name in ANCHORS:
            _insert(document, key, day, _typed(value))
        else:
            raise SettingsError(f"--from {since}: {key} does not change with the days")
    text = tomlkit.dumps(document).rstrip("\n") + "\n"
    _agree(parsed(path, text, athlete_id), changes)
    return path, text


def _agree(said: Athlete, changes: Sequence[str]) -> None:
    """Raise SettingsError for a change that the others contradict, or that could be meant in two ways."""
    changed = {change.partition("=")[0].strip(): change for change in changes}
    pace = changed.get("threshold_pace", "")
    if said.units == "mi" and pace and "/" not in pace:
        value = pace.partition("=")[2].strip()
        raise SettingsError(f"--set {pace}: per what? Write it as {value}/mi or {value}/km")
    known = [(name, getattr(said, name)[-1].value) for name in _RISING if getattr(said, name)]
    for (low, less), (high, more) in pairwise(known):
        if less >= more and not changed.keys().isdisjoint({low, high}):
            change = changed.get(high) or changed[low]
            raise SettingsError(f"--set {change}: {low} ({less:g}) has to be less than {high} ({more:g})")


def _insert(document: "TOMLDocument", key: str, day: date, value: object) -> None:
    """A value from a day on, in the place among the others that the day gives it."""
    import tomlkit

    old = document.get(key)
    if not isinstance(old, list):
        dated = tomlkit.array()
        if old is not None:
            dated.append({"from": date(1900, 1, 1), "value": old})
        dated.append({"from": day, "value": value})
        document[key] = dated
        return
    entries = cast("list[dict[str, object]]", old)
    days = [cast("date", entry["from"]) for entry in entries]
    if day in days:
        entries[days.index(day)]["value"] = value
    else:
        later = (place for place, other in enumerate(days) if other > day)
        entries.insert(next(later, len(days)), {"from": day, "value": value})


def _typed(text: str) -> int | float | str:
    """What TOML would call a number, as one; all else is text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"--from {text}: a day is written as 2025-06-01") from error


def _text(path: Path) -> str:
    """What stands in the file; nothing if there is none."""
    try:
        return path.read_text(encoding="utf-8-sig") if path.exists() else ""
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not a TOML file: {error}") from error


def _known(key: str, where: str) -> "_Key":
    if key in KEYS:
        return KEYS[key]
    similar = difflib.get_close_matches(key, KEYS, n=1)
    advice = f"did you mean {similar[0]}?" if similar else f"there are {', '.join(KEYS)}"
    raise SettingsError(f"{where}: there is no setting {key}; {advice}")


def told(athlete: Athlete) -> dict[str, str | int | None]:
    """The settings that are no anchors, by their keys; None is not said."""
    return {key: getattr(athlete, name) for key, (name, _, _) in KEYS.items() if name not in ANCHORS}


def tables(athletes: Sequence[Athlete]) -> dict[str, pa.Table]:
    """What athletes have said, as the warehouse wants it: `athletes` and `athlete_anchors`."""
    return {"athletes": settings_table(athletes), "athlete_anchors": anchors_table(athletes)}


def settings_table(athletes: Iterable[Athlete]) -> pa.Table:
    """One row per athlete."""
    rows = [{name: getattr(athlete, name) for name in SETTINGS_SCHEMA.names} for athlete in athletes]
    return table_of(rows, SETTINGS_SCHEMA)


def anchors_table(athletes: Iterable[Athlete]) -> pa.Table:
    """One row per athlete, anchor and day from which it is valid (null: always)."""
    rows = [
        {
            "athlete_id": athlete.athlete_id,
            "anchor": name,
            "valid_from": anchor.valid_from,
            "value": anchor.value,
        }
        for athlete in athletes
        for name in ANCHORS
        for anchor in getattr(athlete, name)
    ]
    return table_of(rows, ANCHORS_SCHEMA)


# --- what a key may be: each parser raises ValueError for what it may not


def _one_of(*choices: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if value not in choices:
            raise ValueError
        return str(value)

    return parse


def _number(low: float, high: float) -> Callable[[object], float]:
    def parse(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError
        return value

    return parse


def _year(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError
    return int(_number(1900, date.today().year)(value))


def _zone(value: object) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, OSError) as error:  # OSError: the name of a folder of zones, as "Europe"
        raise ValueError from error


def _pace(value: object) -> float:
    """Metres per second, from minutes and seconds for a kilometre, or for a mile if that is said."""
    matched = re.fullmatch(r"(\d{1,2}):([0-5]\d) ?(?:/ ?(km|mi))?", str(value))
    if not matched:
        raise ValueError
    per_km = 1000 / _LENGTHS_M[matched[3] or "km"] * (int(matched[1]) * 60 + int(matched[2]))
    return 1000 / _number(120, 1200)(per_km)


_LENGTHS_M = {"km": 1000.0, "mi": 1609.344}


def _anchors(parse: Callable[[object], float]) -> Callable[[object], tuple[Anchor, ...]]:
    def parse_all(value: object) -> tuple[Anchor, ...]:
        if not isinstance(value, list):
            return (Anchor(None, float(parse(value))),)
        values = dict(_dated(entry, parse) for entry in value)
        if len(values) < len(value):
            raise ValueError
        return tuple(Anchor(day, values[day]) for day in sorted(values))

    return parse_all


def _dated(entry: object, parse: Callable[[object], float]) -> tuple[date, float]:
    if not isinstance(entry, dict) or entry.keys() != {"from", "value"}:
        raise ValueError
    day = entry["from"]
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ValueError
    return day, float(parse(entry["value"]))


# Of heart rates each is less than the next.
_RISING = (
    "heart_rate_resting_bpm",
    "heart_rate_easy_below_bpm",
    "heart_rate_threshold_bpm",
    "heart_rate_max_bpm",
)

_DATED = "or a list of {from = 2024-01-01, value = ...}, each day once"

# The field of Athlete, what is allowed, and the parser.
_Key = tuple[str, str, Callable[[object], object]]

KEYS: Mapping[str, _Key] = {
    "birth_year": ("birth_year", "a year from 1900 to this one", _year),
    "sex": ("sex", '"male" or "female"', _one_of("male", "female")),
    "units": ("units", '"km" or "mi"', _one_of("km", "mi")),
    "week_start": ("week_start", '"monday" or "sunday"', _one_of("monday", "sunday")),
    "time_zone": ("time_zone", 'the name of a time zone, such as "Europe/Berlin"', _zone),
    "heart_rate_max_bpm": (
        "heart_rate_max_bpm",
        f"a number from 100 to 250 {_DATED}",
        _anchors(_number(100, 250)),
    ),
    "heart_rate_resting_bpm": (
        "heart_rate_resting_bpm",
        f"a number from 25 to 120 {_DATED}",
        _anchors(_number(25, 120)),
    ),
    "heart_rate_threshold_bpm": (
        "heart_rate_threshold_bpm",
        f"a number from 80 to 230 {_DATED}",
        _anchors(_number(80, 230)),
    ),
    "heart_rate_easy_below_bpm": (
        "heart_rate_easy_below_bpm",
        f"a number from 70 to 220 {_DATED}",
        _anchors(_number(70, 220)),
    ),
    "threshold_pace": (
        "threshold_speed_m_per_s",
        f'minutes and seconds per km from "2:00" to "20:00", or such as "7:15/mi" {_DATED}',
        _anchors(_pace),
    ),
}
