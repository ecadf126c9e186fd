"""What platforms put beside the FIT, GPX and TCX of their exports, so that the ledger can say what to do."""

import re
from dataclasses import dataclass

_HEAD_BYTES = 16_384


@dataclass(frozen=True)
class Kind:
    """A kind of file without a reader: how to know it, what becomes of it, and why, for who exported it.

    `file_format` is what `sources.sniff` makes of it, `mark` a pattern that its first part has.
    """

    file_format: str
    mark: str
    outcome: str
    reason: str


# The first that fits.
_KINDS = (
    Kind(
        "xml",
        r"<HealthData\b",
        "unsupported",
        "Apple Health's own XML cannot be read; the routes of its workouts are the GPX files beside it",
    ),
    Kind("xml", r"<ClinicalDocument\b", "not_an_activity", "Apple Health's clinical document"),
    Kind("xml", r"<sml\b", "unsupported", "Suunto's SML cannot be read; export it as FIT in the Suunto app"),
    Kind(
        "json",
        r'"DeviceLog"\s*:',
        "unsupported",
        "Suunto's JSON cannot be read; export it as FIT in the Suunto app",
    ),
    Kind(
        "json",
        r'"exportVersion"\s*:.*"exercises"\s*:',
        "unsupported",
        "Polar's JSON cannot be read; in Polar Flow, export the session as TCX or FIT",
    ),
    Kind("json", r'"exportVersion"\s*:', "not_an_activity", "Polar's data of an account or a day"),
    Kind(
        "json",
        r'"summarizedActivitiesExport"\s*:',
        "not_an_activity",
        "Garmin's list of activities; they are in the FIT files of the same export",
    ),
    Kind(
        "json",
        r'"(calendarDate"\s*:.*"(totalKilocalories|createTimestampLocal)|sleepStartTimestampGMT)"\s*:',
        "not_an_activity",
        "Garmin's days or nights as JSON, but without anything to read of them",
    ),
    Kind(
        "json",
        r'"(start_epoch_ms|active_duration_ms)"\s*:',
        "unsupported",
        "Nike Run Club's JSON cannot be read; turn it into GPX or TCX first",
    ),
    Kind(
        "json",
        r'"sport_type_id"\s*:',
        "unsupported",
        "Runtastic's JSON cannot be read; the GPX files of the same export can",
    ),
    Kind(
        "json",
        r'"logId"\s*:.*"activityTypeId"\s*:',
        "unsupported",
        "Fitbit's JSON cannot be read; export the run as TCX",
    ),
    Kind(
        "text",
        r"\A\ufeff?Activity Id,Date,Type,Route Name,",
        "not_an_activity",
        "Runkeeper's list of activities; they are in the GPX files of the same export",
    ),
    Kind(
        "text",
        r"\A\ufeff?Activity Type,Date,Favorite,Title,Distance",
        "unsupported",
        "Garmin Connect's table has sums only; export the activities as FIT",
    ),
)


def recognised(file_format: str, content: bytes) -> Kind | None:
    """Which kind of file this is, of those that no reader knows."""
    head = content[:_HEAD_BYTES].decode("utf-8", "replace")
    known = (kind for kind in _KINDS if kind.file_format == file_format)
    return next((kind for kind in known if re.search(kind.mark, head, re.DOTALL)), None)
