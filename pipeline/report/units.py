"""The only place where SI becomes what a runner reads: km or miles, pace, h:mm:ss, %. None is a dash."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import SettingsError

NOTHING = "–"

_WHOLE_TOLERANCE = 0.005  # parts that were rounded to two digits still make a whole
_FLOAT_DUST = 1e-9  # 0.29 of 100 is 28.999...

_NAMED_DISTANCES = {1609.344: "1 mile", 21097.5: "half marathon", 42195.0: "marathon"}


@dataclass(frozen=True)
class Units:
    """A runner's unit of length; `length_m` is how many metres it has."""

    symbol: str
    length_m: float

    def lengths(self, distance_m: float | None) -> float | None:
        """A distance as a bare number of these units, as a chart wants it."""
        return None if distance_m is None else distance_m / self.length_m

    def distance(self, distance_m: float | None) -> str:
        """Such as `42.2 km`."""
        return NOTHING if distance_m is None else f"{distance_m / self.length_m:.1f} {self.symbol}"

    def pace_s(self, speed_m_per_s: float | None) -> float | None:
        """Seconds for one unit; None when standing, which has no pace."""
        return self.length_m / speed_m_per_s if speed_m_per_s else None

    def pace(self, speed_m_per_s: float | None) -> str:
        """Such as `4:59 /km`."""
        seconds = self.pace_s(speed_m_per_s)
        return NOTHING if seconds is None else f"{clock(seconds)} /{self.symbol}"

    def quantity(self, value: float | None, unit: str | None) -> str:
        """A value in the unit that a mart says, such as `ratio`, `m/week` or `bpm`, as a runner reads it."""
        if value is None:
            return NOTHING
        match (unit or "").partition("/"):
            case ("ratio", _, _):
                return percent(value)
            case ("m", "/", "s"):
                return self.pace(value)
            case ("m", slash, period):
                return self.distance(value) + slash + period
            case ("s", "", _):
                return clock(value)
            case _:
                digits = 0 if value == round(value) or abs(value) >= 100 else 1
                return f"{number(value, digits)} {unit or ''}".strip()


METRIC = Units("km", 1000.0)
IMPERIAL = Units("mi", 1609.344)
_UNITS = {units.symbol: units for units in (METRIC, IMPERIAL)}


def units_named(name: str) -> Units:
    """The units called `km` or `mi`, as athlete.toml calls them."""
    if name not in _UNITS:
        raise SettingsError(f"units: {name!r} is not one of {', '.join(_UNITS)}")
    return _UNITS[name]


def clock(seconds: float | None) -> str:
    """`h:mm:ss`, or `m:ss` under an hour; rounded to the second before it is split, so never `4:60`."""
    if seconds is None:
        return NOTHING
    minutes, second = divmod(round(abs(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    sign = "−" if seconds < 0 and (minutes or second) else ""
    return f"{sign}{hours}:{minute:02}:{second:02}" if hours else f"{sign}{minute}:{second:02}"


def clock_hours(seconds: float) -> str:
    """`h:mm h`, for nights and the like, where seconds are no matter."""
    hours, minute = divmod(round(seconds / 60), 60)
    return f"{hours}:{minute:02} h"


def effort_name(distance_m: float) -> str:
    """What runners call a distance: `400 m`, `5 km`, `half marathon`."""
    if distance_m in _NAMED_DISTANCES:
        return _NAMED_DISTANCES[distance_m]
    return f"{distance_m:.0f} m" if distance_m < 1000 else f"{distance_m / 1000:g} km"


def number(value: float | None, digits: int = 0) -> str:
    """A plain number with a real minus sign, and without `-0`."""
    if value is None:
        return NOTHING
    text = f"{abs(value):.{digits}f}"
    return f"−{text}" if value < 0 and text.strip("0.") else text


def signed(value: float | None, digits: int = 1) -> str:
    """A change: its sign is always written, except that of nothing."""
    text = number(value, digits)
    return f"+{text}" if value is not None and value > 0 and text.strip("0.") else text


def percent(ratio: float | None, digits: int = 0) -> str:
    """A ratio of 0..1 as `66 %`."""
    return NOTHING if ratio is None else f"{number(100 * ratio, digits)} %"


def shares(ratios: Sequence[float | None]) -> list[str]:
    """Parts of one whole as whole percents that add to 100 (largest remainder); others each on its own."""
    known = [ratio for ratio in ratios if ratio is not None]
    if len(known) < len(ratios) or abs(sum(known) - 1) > _WHOLE_TOLERANCE or min(known) < 0:
        return [percent(ratio) for ratio in ratios]
    floors = [int(100 * ratio + _FLOAT_DUST) for ratio in known]
    by_remainder = sorted(range(len(known)), key=lambda place: floors[place] - 100 * known[place])
    for place in by_remainder[: 100 - sum(floors)]:
        floors[place] += 1
    return [
        f"{whole} %" if whole or not ratio else "<1 %" for whole, ratio in zip(floors, known, strict=True)
    ]


def signed_percent(ratio: float | None, digits: int = 0) -> str:
    """A relative change of 0..1 as `+6 %`."""
    return NOTHING if ratio is None else f"{signed(100 * ratio, digits)} %"
