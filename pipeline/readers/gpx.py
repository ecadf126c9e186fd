"""GPX, streamed into columns."""

from pipeline.errors import UnreadableFileError
from pipeline.readers import channels, tracks, xml_columns
from pipeline.schema import Activity, Reading

_ATTRIBUTES = {"lat": "latitude_deg", "lon": "longitude_deg"}

# Every program has its own name space and its own words for what is in the extensions.
_CHILDREN = {
    "time": "recorded_at",
    "ele": "altitude_m",
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "bpm": "heart_rate_bpm",
    "cad": "cadence_per_min",
    "cadence": "cadence_per_min",
    "runcadence": "cadence_per_min",
    "atemp": "temperature_c",
    "temp": "temperature_c",
    "power": "power_w",
    "watts": "power_w",
    "powerinwatts": "power_w",
    "speed": "speed_m_per_s",
}


def read(content: bytes, path: str) -> Reading:
    """All segments of all tracks, as one activity."""
    document = xml_columns.parse(content, path, "trkpt", _ATTRIBUTES, _CHILDREN)
    root, gpx, point_count = document.root, document.root.first("gpx"), document.root.end_point
    sport, sub_sport = tracks.sport(next(filter(None, (one.find("type") for one in root.all("trk"))), ""))
    columns = {**document.columns, "detour_m": tracks.detours(document.columns)}
    points = tracks.points(columns, root, "trkseg")
    rows = channels.cleaned(points, counts_feet=sport in channels.FOOT_SPORTS)
    if not rows["recorded_at"].size:
        if document.damage:
            raise UnreadableFileError(path, "not_gpx", document.damage)
        if document.first_time.strip():
            raise UnreadableFileError(path, "no_clock", "no time in it is one: the day is unknown")
        is_route = point_count or any(root.all("rte"))
        return Reading(note="a route: no times" if is_route else "no track in it")
    tracks.measure(rows)  # for the records alone: the file itself states no total, jumps of the GPS and all
    started_s, ended_s = rows["recorded_at"][[0, -1]]
    summary = {
        "sport": sport,
        "sub_sport": sub_sport,
        "name": gpx.find("trk", "name") or gpx.find("metadata", "name") or gpx.find("name") or None,
        "started_at": xml_columns.at(started_s),
        "utc_offset_s": xml_columns.utc_offset(document.first_time),
        "elapsed_s": float(ended_s - started_s),
        "device_product": gpx.attributes.get("creator"),
    }
    return Reading([Activity(summary, {"records": channels.table(rows)})], document.lost())
