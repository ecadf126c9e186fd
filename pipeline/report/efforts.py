"""What was run fastest, how far it carries, and which race times that makes likely."""

from collections.abc import Sequence

from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table
from pipeline.report.units import NOTHING, Units, clock, effort_name, number

_TRUST = {"high": "fairly sure", "medium": "roughly", "low": "a guess", "none": "cannot tell"}
_MODELS = {"Riegel": "riegel_s", "Cameron": "cameron_s", "VDOT": "vdot_s", "Crit. speed": "critical_speed_s"}
_RACES = frozenset({"journal", "name"})


def best_efforts(content: Content, units: Units) -> Section:
    """The fastest of each distance, ever and in the latest season."""
    rows = content.rows["best_efforts"]
    source = "marts.best_efforts, critical_speeds"
    if not rows:
        return Section("best_efforts", "Best efforts", ("No best effort yet.",), source=source)
    sources = {row[column] for row in rows for column in ("race_source", "season_race_source")}
    notes = [
        "Best has the stops in it, as a race has; moving is the same stretch without them. A distance counts "
        "where the watch measured all of it: a race that it measured short counts for the shorter ones only."
    ]
    if sources & _RACES:
        notes.append("* A race, by its name or your journal.")
    if "near_best" in sources:
        notes.append("~ Near your best of a year, and hard: probably a race.")
    sentences = [
        "Found inside training and races alike; a training best is seldom all you have.",
        _critical_speed(content, units),
    ]
    return Section(
        "best_efforts",
        "Best efforts",
        list(filter(None, sentences)),
        table=Table(
            ("Distance", "Best", "Moving", "Pace", "VDOT", "On", "Season's best"),
            [
                (
                    effort_name(row["effort_distance_m"]),
                    clock(row["elapsed_s"]) + _mark(row["race_source"]),
                    clock(row["moving_s"]),
                    units.pace(row["effort_distance_m"] / row["elapsed_s"]),
                    number(row["vdot_score"]),
                    str(row["local_day"]),
                    f"{row['season_local_day']:%Y}: {clock(row['season_elapsed_s'])}"
                    + _mark(row["season_race_source"]),
                )
                for row in rows
            ],
        ),
        notes=notes,
        source=source,
    )


def _mark(race_source: str | None) -> str:
    if race_source is None:
        return ""
    return "*" if race_source in _RACES else "~"


def _critical_speed(content: Content, units: Units) -> str:
    """Said only if the efforts behind it were hard enough."""
    row = next(iter(content.rows["critical_speed"]), None)
    if row is None or not row["is_critical_speed_confident"]:
        return ""
    told = f"Critical speed {units.pace(row['critical_speed_m_per_s'])}"
    if row["critical_speed_error_m_per_s"] is not None:
        error = 100 * row["critical_speed_error_m_per_s"] / row["critical_speed_m_per_s"]
        told += f" (give or take {number(error)} %)"
    if row["critical_speed_method"] == "line":
        told += f", D' {number(row['d_prime_m'])} m"
    only = row["effort_count"] == 1
    told += f": from {'one effort' if only else number(row['effort_count']) + ' efforts'}"
    if row["local_day"] is not None:
        told += f"{'' if only else ', the last'} on {row['local_day']}"
        told += f" ({_ago((content.as_of - row['local_day']).days)})" if content.as_of else ""
    return f"{told}."


def _ago(days: int) -> str:
    """Counted from the athlete's last activity, as all of the report is."""
    return {0: "the day of your last activity", 1: "a day before"}.get(days, f"{days} days before")


def race_predictions(content: Content, units: Units) -> Section:  # noqa: ARG001 - sections share a signature
    """What time is to be expected over each distance, by whom, and how far to trust it."""
    rows = content.rows["race_predictions"]
    source = "marts.race_predictions"
    known = [row for row in rows if row["predicted_s"] is not None]
    if not known:
        reasons = sorted({row["reason"] for row in rows}) or ["no run yet"]
        return Section(
            "race_predictions", "Race times", (f"Cannot tell: {'; '.join(reasons)}.",), source=source
        )
    models = [model for model, column in _MODELS.items() if any(row[column] is not None for row in known)]
    return Section(
        "race_predictions",
        "Race times",
        ["If you raced now, rested and on a flat course.", *_evidence(known)],
        table=Table(
            ("Distance", "Expected", *models, "How sure"),
            [
                (
                    effort_name(row["race_distance_m"]),
                    clock(row["predicted_s"]),
                    *(clock(row[_MODELS[model]]) for model in models),
                    _TRUST[row["confidence"] if row["predicted_s"] is not None else "none"],
                )
                for row in rows
            ],
        ),
        notes=_untold(rows, known),
        source=source,
    )


def _evidence(known: Sequence[Row]) -> list[str]:
    """The efforts that the times rest on, each with the distances that rest on it."""
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in known:
        groups.setdefault((row["activity_id"], row["effort_distance_m"]), []).append(row)
    told: list[str] = []
    for rows in groups.values():
        effort, distances = rows[0], ", ".join(effort_name(row["race_distance_m"]) for row in rows)
        told.append(
            f"{distances}: from {effort_name(effort['effort_distance_m'])} in {clock(effort['elapsed_s'])} "
            f"on {effort['local_day']} ({_ago(effort['age_days'])}), {effort['reason']}."
        )
    return told


def _untold(rows: Sequence[Row], known: Sequence[Row]) -> list[str]:
    notes = ["Expected is the middle one of the models."]
    if any(row[column] is None for row in known for column in _MODELS.values()):
        notes.append(f"{NOTHING} A model says nothing of times that it was not made for.")
    if len(known) < len(rows):
        untold = [row for row in rows if row["predicted_s"] is None]
        beyond = ", ".join(effort_name(row["race_distance_m"]) for row in untold)
        why = sorted({row["reason"] for row in untold if row["activity_id"] is None})
        reason = "; ".join(why) or "beyond the times that the models were made for"
        notes.append(f"Cannot tell {beyond}: {reason}.")
    return notes
