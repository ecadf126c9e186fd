"""What GPX and TCX have in common beyond their syntax: words for sports, segments, distance along a track."""

import re

import numpy as np
from numpy.typing import NDArray

from pipeline.readers.channels import Columns
from pipeline.readers.xml_columns import Element

_EARTH_RADIUS_M = 6_371_008.8

# A new segment so soon is a lap or a lost fix, and the ground between belongs to the activity. Later, the
# recording was paused: a watch counts no distance then, so neither does this.
_SEGMENT_JOIN_MAX_S = 10

# Words of a sport; the numbers are Strava's.
_SPORTS = {
    "running": {"run", "running", "jogging", "treadmill", "9"},
    "cycling": {"ride", "cycling", "biking", "bike", "cycle", "1"},
    "walking": {"walk", "walking", "10"},
    "hiking": {"hike", "hiking", "4"},
    "swimming": {"swim", "swimming"},
}
_SUB_SPORTS = {"treadmill": "treadmill", "trail": "trail", "virtual": "virtual_activity"}


def sport(words: str) -> tuple[str, str | None]:
    """Sport and sub sport, as FIT calls them."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)  # Strava's TrailRun
    found = set(re.split(r"[\W_]+", apart.lower()))
    kind = next((name for name, known in _SPORTS.items() if found & known), "generic")
    return kind, next((name for word, name in _SUB_SPORTS.items() if word in found), None)


def points(columns: Columns, element: Element, segment: str) -> Columns:
    """The points in an element, and in which `segment` of it each one is."""
    own = {name: column[element.first_point : element.end_point] for name, column in columns.items()}
    starts = [one.first_point for one in element.all(segment)]
    numbers = np.arange(element.first_point, element.end_point)
    return {**own, "segment": np.searchsorted(starts, numbers, side="right").astype(np.float64)}


def measure(rows: Columns) -> float | None:
    """Gives each row that has a position its distance, along what was recorded; the total, in metres."""
    located = np.flatnonzero(~np.isnan(rows["latitude_deg"]))
    if not located.size:
        return None
    steps_m = _steps(rows["latitude_deg"][located], rows["longitude_deg"][located])
    if "detour_m" in rows:
        detour_m = rows["detour_m"][located[1:]]
        steps_m = np.where(np.isnan(detour_m), steps_m, detour_m)
    silence_s, segment_change = (np.diff(rows[name][located]) for name in ("recorded_at", "segment"))
    is_paused = (segment_change != 0) & (silence_s > _SEGMENT_JOIN_MAX_S)
    steps_m[is_paused] = 0
    rows["distance_m"] = np.full(rows["recorded_at"].size, np.nan)
    rows["distance_m"][located] = np.concatenate([[0.0], np.cumsum(steps_m)])
    return float(rows["distance_m"][located[-1]])


def detours(columns: Columns) -> NDArray[np.float64]:
    """By point, the metres since the last one with a time, along those without one in between; else NaN."""
    latitude, longitude = columns["latitude_deg"], columns["longitude_deg"]
    located = np.flatnonzero(
        ~np.isnan(latitude) & ~np.isnan(longitude) & ((latitude != 0) | (longitude != 0))
    )
    along_m = np.concatenate([[0.0], np.cumsum(_steps(latitude[located], longitude[located]))])
    stops = np.flatnonzero(~np.isnan(columns["recorded_at"][located]))
    is_detour = np.diff(stops) > 1
    since_m = np.full(latitude.size, np.nan)
    since_m[located[stops[1:][is_detour]]] = np.diff(along_m[stops])[is_detour]
    return since_m


def _steps(latitude_deg: NDArray[np.float64], longitude_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """The metres from each position to the next, on a sphere."""
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    half_chord = np.sin(np.diff(latitude) / 2) ** 2 + (
        np.cos(latitude[:-1]) * np.cos(latitude[1:]) * np.sin(np.diff(longitude) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_M * np.arcsin(np.minimum(1, np.sqrt(half_chord)))
