"""What the clock on the wall said: local days and weeks hang on it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_QUARTER_HOUR_S = 900
_WEST_MIN_S, _EAST_MAX_S = -12 * 3600, 14 * 3600
_LONGEST_S = 30 * 86_400  # what lasts longer by its own account is damaged


def utc_offset(
    started_at: datetime,
    file_offset_s: int | None,
    latitude_deg: float | None,
    longitude_deg: float | None,
    home_zone: str | None,
    elapsed_s: float = 0,
) -> tuple[int | None, str | None]:
    """Local time less UTC in seconds at the start, and whether `file`, `position` or `athlete` told.

    `started_at` is naive UTC. A file is believed over the place: a watch may keep the time of home abroad,
    and that is the day that its owner saw. But not if no place on Earth keeps such an offset, nor if it is
    zero or that of the place with the wrong sign: so write programs that forgot it, or took local time for
    UTC. Where the clocks changed on the way, a watch tells what they say at the end.
    """
    zone = _zone_at(latitude_deg, longitude_deg)
    place_s = _offset(zone, started_at) if zone else None
    if file_offset_s is not None and _is_kept_somewhere(file_offset_s):
        if zone is None or place_s is None:
            return file_offset_s, "file"
        ended_at = started_at + timedelta(seconds=min(max(elapsed_s, 0), _LONGEST_S))
        if file_offset_s in {place_s, _offset(zone, ended_at)}:
            return place_s, "file"
        if file_offset_s not in {0, -place_s}:
            return file_offset_s, "file"
    if place_s is not None:
        return place_s, "position"
    if home_zone is not None:
        return _offset(home_zone, started_at), "athlete"
    return None, None


def _is_kept_somewhere(offset_s: int) -> bool:
    return _WEST_MIN_S <= offset_s <= _EAST_MAX_S and offset_s % _QUARTER_HOUR_S == 0


def _zone_at(latitude_deg: float | None, longitude_deg: float | None) -> str | None:
    if latitude_deg is None or longitude_deg is None:
        return None
    from tzfpy import get_tz

    return get_tz(longitude_deg, latitude_deg)


def _offset(zone: str, started_at: datetime) -> int:
    local = started_at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    return round((local.replace(tzinfo=None) - started_at).total_seconds())
