"""What the clock on the wall said: local days and weeks hang on it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_QUARTER_HOUR_S = 900
_WEST_MIN_S, _EAST_MAX_S = -12 * 3600, 14 * 3600


def utc_offset(
    started_at: datetime,
    file_offset_s: int | None,
    latitude_deg: float | None,
    longitude_deg: float | None,
    home_zone: str | None,
) -> tuple[int | None, str | None]:
    """Local time less UTC in seconds, and whether the `file`, the `position` or the `athlete` told.

    `started_at` is naive UTC. A file's offset that no place on Earth keeps is not believed.
    """
    if file_offset_s is not None and _is_kept_somewhere(file_offset_s):
        return file_offset_s, "file"
    if latitude_deg is not None and longitude_deg is not None:
        from tzfpy import get_tz

        return _offset(get_tz(longitude_deg, latitude_deg), started_at), "position"
    if home_zone is not None:
        return _offset(home_zone, started_at), "athlete"
    return None, None


def _is_kept_somewhere(offset_s: int) -> bool:
    return _WEST_MIN_S <= offset_s <= _EAST_MAX_S and offset_s % _QUARTER_HOUR_S == 0


def _offset(zone: str, started_at: datetime) -> int:
    local = started_at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    return round((local.replace(tzinfo=None) - started_at).total_seconds())
