"""The causes in words. They fit, or are consistent with, what happened; one runner's data prove none."""

from collections.abc import Sequence
from textwrap import shorten

from pipeline.report.content import Content, Row
from pipeline.report.page import Finding, Fold, Section, plain
from pipeline.report.units import Units

_TITLES = {
    "easy_share_low": "Too little easy running",
    "medium_trap": "Too much at medium effort",
    "easy_run_drift": "Easy runs drift upwards",
    "early_heart_rate_rise": "Heart rate rises early in a run",
    "resting_heart_rate_up": "Resting heart rate is up",
    "hrv_down": "Heart rate variability is down",
    "sleep_short": "Short sleep",
    "load_not_absorbed": "More load than is absorbed",
    "overcooked": "Overcooked",
    "no_speed_work": "No speed work",
    "too_much_speed": "Too much speed work",
    "speed_added_not_replaced": "Speed work added on top",
    "easy_runs_harder_after_speed": "Easy runs harder after speed work",
    "same_workout": "The same workout again and again",
    "low_mileage": "Low mileage",
    "inconsistent": "Inconsistent weeks",
    "fading_pace": "Pace fades in races and repeats",
    "no_down_weeks": "No down weeks",
    "no_hard_easy": "Hard days follow hard days",
    "fantasy_paces": "Workout paces beyond current fitness",
    "everything_at_once": "Everything raised at once",
    "stale_routine": "Stale routine",
    "timing_drift": "Timing between steps drifts",
    "heat_mask": "Heat hides the trend",
    "device_change": "A change of watch or sensor",
    "too_early": "Too early to show",
    "no_strength": "No strength work",
    "speed_not_fresh": "Speed work on tired legs",
    "more_reps_slower": "More repetitions at a slower pace",
    "no_long_run": "No long run",
    "phase_order": "Phases out of order",
}

NAME_LENGTH = 40

# What a cause can fit; without it there is nothing to explain, and the same rows are only worth knowing.
_TO_EXPLAIN = ("plateau", "declining", "undecided")


def causes(content: Content, units: Units) -> Section:
    """The leading causes as findings; what is weaker, ruled out or not assessable as one line each."""
    rows = content.rows["causes"]
    leading = [row for row in rows if row["is_leading"]]
    weaker = [row for row in rows if row["status"] == "flag" and not row["is_leading"]]
    assessed = [row for row in rows if row["status"] in ("flag", "ok")]
    ruled_out = [row for row in rows if row["status"] == "ok"]
    unknown = [row for row in rows if row["status"] == "not_assessable"]
    is_to_explain = content.verdict is not None and content.verdict["verdict"] in _TO_EXPLAIN
    if leading and not is_to_explain:
        lead = "Strongest first; worth knowing, though no plateau has been found."
    elif leading:
        lead = "Strongest first; to fit is to be consistent with what happened, not proof."
    elif assessed:
        lead = (
            f"No cause stands out among the {len(assessed)} that could be assessed; {len(unknown)} could not."
        )
    else:
        lead = "No cause could be assessed yet."
    notes = [
        *(f"First of all: {row['reason']}" for row in content.rows["measurement_gates"]),
        *_group("Ruled out", ruled_out),
        *_group("Cannot tell", unknown),
        *_group("Weaker signs", weaker),
        *_group("Does not apply", [row for row in rows if row["status"] == "not_applicable"]),
    ]
    return Section(
        "causes",
        _heading(leading, is_to_explain=is_to_explain),
        (lead,),
        findings=[_finding(row, units) for row in leading],
        notes=notes,
        details=[f"{_asked(row)} {row['reason'] or 'No reason given.'}" for row in unknown],
        folds=[
            *_fold("Weaker signs", [(_title(row), row) for row in weaker], is_short=True),
            *_fold("Ruled out, and why", [(_asked(row), row) for row in ruled_out], is_short=False),
        ],
        source="marts.causes",
    )


def _heading(leading: Sequence[Row], *, is_to_explain: bool) -> str:
    if not leading:
        return "Causes: none stands out"
    return "Causes that fit, which is no proof" if is_to_explain else "What stands out"


def _fold(title: str, rows: Sequence[tuple[str, Row]], *, is_short: bool) -> list[Fold]:
    reasons = [(name, row["reason"] or "") for name, row in rows]
    return [Fold(title, reasons, is_short=is_short)] if reasons else []


def _asked(row: Row) -> str:
    """As a question, for what cannot be told must not read like a finding."""
    return row["question"] or f"{_title(row)}?"


def _finding(row: Row, units: Units) -> Finding:
    return Finding(
        _title(row),
        row["reason"] or "",
        _evidence(row, units),
        row["advice"] or "",
        name=row["cause"],
        runs=[_run(run, units) for run in row["newest_runs"] or ()],
    )


def _run(run: Row, units: Units) -> str:
    """Such as `2026-05-10 Morning run (10.2 km)`; not every run has a name."""
    name = f" {shorten(plain(run['name']), NAME_LENGTH, placeholder='…')}" if run["name"] else ""
    return f"{run['local_day']}{name} ({units.distance(run['distance_m'])})"


def _group(label: str, rows: Sequence[Row]) -> list[str]:
    return [f"{label} ({len(rows)}): {_list(rows)}."] if rows else []


def title_of(cause: str) -> str:
    """What a cause is called; by its id if an older or a newer nextgear knew it."""
    return _TITLES.get(cause, cause.replace("_", " "))


def _title(row: Row) -> str:
    return _TITLES[row["cause"]]


def _list(rows: Sequence[Row]) -> str:
    return ", ".join(_lower(_title(row)) for row in rows)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _evidence(row: Row, units: Units) -> str:
    facts: list[str] = []
    if row["value"] is not None:
        facts.append(units.quantity(row["value"], row["unit"]))
    if facts and row["threshold"] is not None:
        facts[0] += f" (threshold {units.quantity(row['threshold'], row['unit'])})"
    if row["local_days"]:
        runs = len(row["activity_ids"])
        facts.append(f"{runs} {'run' if runs == 1 else 'runs'} since {row['local_days'][0]}")
    return " · ".join(facts)
