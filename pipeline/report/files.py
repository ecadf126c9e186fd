"""Where it all comes from: what became of every file, and what cleaning did not believe."""

from collections.abc import Sequence

from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table
from pipeline.report.units import Units, clock, number, percent

_OUTCOMES = {
    "imported": "read whole",
    "salvaged": "damaged, read in part",
    "duplicate": "another copy of a session",
    "not_an_activity": "holds no session",
    "unsupported": "a format not read yet",
    "quarantined": "unreadable, set aside",
}

# The gates of marts.measurement_gates.
_GATES = {
    "device": "Watch and sensor",
    "heat": "Weather",
    "heart_rate_sensor": "Where heart rate is taken",
    "treadmill": "Share of treadmill runs",
    "zones": "Zones",
}
_ANSWERS = {"ok": "sound", "flag": "doubtful", "not_assessable": "cannot tell"}

_FAULTS = {
    "heart_rate_out_of_range": "Heart rate that nobody has",
    "heart_rate_flat": "Heart rate stuck on one value",
    "heart_rate_cadence_locked": "Heart rate that was the cadence",
    "heart_rate_dropout": "Heart rate dropped out",
    "speed": "Speed that leapt",
}


def files(content: Content, units: Units) -> Section:  # noqa: ARG001 - sections share a signature
    """What became of every file."""
    rows = content.rows["files"]
    total = sum(row["file_count"] for row in rows)
    sums = " + ".join(f"{row['file_count']} {row['outcome'].replace('_', ' ')}" for row in rows)
    facts = [f"{total} files seen = {sums}." if total else "No file seen yet."]
    if activities := max((row["activity_count"] for row in rows), default=0):
        facts.append(f"In them: {activities} {'activity' if activities == 1 else 'activities'}.")
    if any(row["outcome"] == "quarantined" for row in rows):
        command = f"nextgear files --outcome quarantined{content.options}"
        facts.append(f"Which could not be read, and why: {command}")
    if unplaced := max((row["unplaced_count"] for row in rows), default=0):
        activities = "activity" if unplaced == 1 else "activities"
        facts.append(f"The time zone of {unplaced} {activities} is not known: UTC's day counts.")
    return Section(
        "files",
        "Files",
        tuple(facts),
        table=Table(
            ("Outcome", "Files"),
            [(f"{row['outcome']} ({_OUTCOMES[row['outcome']]})", str(row["file_count"])) for row in rows],
        )
        if rows
        else None,
        source="marts.files",
    )


def data_quality(content: Content, units: Units) -> Section:  # noqa: ARG001 - sections share a signature
    """What the sensors told and nobody believed, and how the altitudes were treated."""
    rows = [row for row in content.rows["data_quality"] if row["rejected_s"]]
    lead = (
        "Readings that cannot be true were left out of heart rates and speeds, and of all that rests on "
        "them; their time still counts."
        if rows
        else "Nothing had to be left out."
    )
    return Section(
        "data_quality",
        "Can the measurement be trusted?",
        list(filter(None, (lead, _altitudes(content.rows["altitudes"])))),
        overview=[_gates(content.rows["gates"])] if content.rows["gates"] else [],
        table=Table(
            ("What", "Time", "Of all", "Activities"),
            [
                (
                    _FAULTS[row["fault"]],
                    clock(row["rejected_s"]),
                    percent(row["rejected_s"] / row["moving_s"] if row["moving_s"] else None, 1),
                    number(row["activity_count"]),
                )
                for row in rows
            ],
        )
        if rows
        else None,
        source="marts.activities, measurement_gates",
    )


def _gates(rows: Sequence[Row]) -> Table:
    return Table(
        ("What comes first", "It is", "Why"),
        [
            (
                _GATES[row["gate"]],
                _ANSWERS[row["status"]],
                row["reason"],
            )
            for row in rows
        ],
        words=(0, 1, 2),
        caption="What must be sound before any cause of training counts",
    )


def _altitudes(rows: Sequence[Row]) -> str:
    """A noisy altitude makes hills, so its grades are smoothed over more metres, or not used."""
    told = [
        f"{number(row['activity_count'])} "
        + (f"over {number(row['grade_smoothing_m'])} m" if row["grade_smoothing_m"] else "without altitude")
        for row in rows
    ]
    why = "The noisier an altitude, the longer the stretch over which its grades are smoothed"
    return f"{why}. Runs: {', '.join(told)}." if told else ""
