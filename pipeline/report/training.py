"""What was run: weeks, intensity, pace at a heart rate, best efforts, and the files it all comes from."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from statistics import fmean

from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table, plain
from pipeline.report.units import (
    NOTHING,
    Units,
    clock,
    effort_name,
    number,
    percent,
    signed,
    signed_percent,
)

_OUTCOMES = {
    "imported": "read whole",
    "salvaged": "damaged, read in part",
    "duplicate": "another copy of a session",
    "not_an_activity": "holds no session",
    "unsupported": "a format not read yet",
    "quarantined": "unreadable, set aside",
}


def weekly_load(content: Content, units: Units) -> Section:
    """Distance, time and load per week."""
    rows = content.rows["weekly_load"]
    longest_m = max((row["distance_m"] or 0 for row in rows), default=0) or 1
    table = Table(
        ("Week of", "Runs", "Distance", "Time", "Load", "Change", "Longest"),
        [
            (
                str(row["week_start_on"]),
                number(row["run_count"]),
                units.distance(row["distance_m"]),
                clock(row["moving_s"]),
                number(row["load_score"]),
                signed_percent(row["load_change_ratio"]),
                units.distance(row["longest_run_m"]),
            )
            for row in rows
        ],
        bars=[(row["distance_m"] or 0) / longest_m for row in rows],
        series=True,
    )
    if not rows:
        return Section("weekly_load", "Weekly load", ("No week yet.",), source="marts.weekly_load")
    sentences = [_recent_weeks(rows[-4:], rows[-8:-4], units), _form(rows[-1])]
    return Section(
        "weekly_load",
        "Weekly load",
        [sentence for sentence in sentences if sentence],
        table=table,
        notes=[
            "Distance and time are those of runs. Load is that of all sports (100 is an hour at threshold), "
            "and its change is against the mean of the three weeks before.",
            "Form is yesterday's fitness less yesterday's fatigue.",
        ],
        source="marts.weekly_load",
    )


def _recent_weeks(recent: Sequence[Row], before: Sequence[Row], units: Units) -> str:
    def distance(weeks: Sequence[Row]) -> str:
        return units.distance(fmean(row["distance_m"] or 0 for row in weeks))

    runs = number(fmean(row["run_count"] or 0 for row in recent), 1)
    earlier = f"; the {len(before)} before: {distance(before)}" if before else ""
    return f"The last {len(recent)} weeks: {distance(recent)} and {runs} runs a week{earlier}."


def _form(row: Row) -> str:
    if row["form_score"] is None:
        return ""
    return (
        f"Fitness {number(row['fitness_score'])}, fatigue {number(row['fatigue_score'])}, "
        f"form {signed(row['form_score'], 0)}."
    )


def intensity_split(content: Content, units: Units) -> Section:  # noqa: ARG001 - sections share a signature
    """Easy, moderate and hard: the 80/20 question."""
    rows = [row for row in content.rows["intensity_split"] if row["easy_time_ratio"] is not None]
    weeks = [row for row in rows if row["window_weeks"] == 1]
    if not weeks:
        return Section(
            "intensity_split",
            "Easy and hard",
            ("No week with heart rate yet.",),
            source="marts.intensity_split",
        )
    latest = max(rows, key=lambda row: (row["week_start_on"], row["window_weeks"]))
    return Section(
        "intensity_split",
        "Easy and hard",
        [sentence for sentence in (_split(latest), _share_by_distance(latest), _zones(latest)) if sentence],
        table=Table(
            ("Week of", "Easy", "Moderate", "Hard", "Easy by distance"),
            [
                (
                    str(row["week_start_on"]),
                    percent(row["easy_time_ratio"]),
                    percent(row["moderate_time_ratio"]),
                    percent(row["hard_time_ratio"]),
                    percent(row["easy_distance_ratio"]),
                )
                for row in weeks
            ],
            bars=[row["easy_time_ratio"] for row in weeks],
            series=True,
        ),
        source="marts.intensity_split",
    )


def _split(row: Row) -> str:
    weeks = row["window_weeks"]
    return (
        f"The last {'week' if weeks == 1 else f'{weeks} weeks'}: "
        f"{percent(row['easy_time_ratio'])} of the time easy, "
        f"{percent(row['moderate_time_ratio'])} moderate, {percent(row['hard_time_ratio'])} hard."
    )


def _share_by_distance(row: Row) -> str:
    short = row["easy_shortfall_ratio"]
    if row["easy_distance_ratio"] is None or short is None:
        return ""
    gap = "80 % is met" if short <= 0 else f"{number(100 * short)} points short of 80 %"
    return f"By distance {percent(row['easy_distance_ratio'])} easy: {gap}."


def _zones(row: Row) -> str:
    if row["easy_below_bpm"] is None:
        return ""
    zones = f"Easy is below {number(row['easy_below_bpm'])} bpm, hard from {number(row['hard_from_bpm'])} bpm"
    low, high = row["easy_time_minus_3_bpm_ratio"], row["easy_time_plus_3_bpm_ratio"]
    if low is not None and high is not None:
        zones += f"; were these 3 bpm lower or higher, easy would be {percent(low)} or {percent(high)}"
    zones += "."
    if row["athlete_heart_rate_max_bpm"] is not None:
        source = {"runs": "the highest in your runs", "device": "set in your watch", "age": "from your age"}
        said = source.get(row["athlete_heart_rate_max_source"], row["athlete_heart_rate_max_source"])
        zones += f" Both follow from a maximum of {number(row['athlete_heart_rate_max_bpm'])} bpm ({said})."
    return zones


def efficiency_trend(content: Content, units: Units) -> Section:
    """Pace at one heart rate: month by month here, run by run in the chart and in JSON."""
    rows = content.rows["efficiency_trend"]
    counted = [row for row in rows if row["counts_for_trend"]]
    if not counted:
        sentences = ["No steady run with heart rate counts for a trend yet.", *_not_counted(rows)]
        return Section("efficiency_trend", "Pace at a heart rate", sentences, source="marts.efficiency_trend")
    heart_rate = f"{number(counted[-1]['reference_heart_rate_bpm'])} bpm"
    months: dict[str, list[Row]] = {}
    for row in counted:
        months.setdefault(f"{row['local_day']:%Y-%m}", []).append(row)
    latest = counted[-1]
    now = f"The last four weeks: {units.pace(latest['trend_speed_m_per_s'])} at {heart_rate}"
    if latest["trend_low_m_per_s"] is not None:
        now += f" (90 %: {_range(latest, units)})"
    return Section(
        "efficiency_trend",
        f"Pace at {heart_rate}",
        [f"{now}; {len(counted)} of {len(rows)} runs count.", *_not_counted(rows)],
        table=Table(
            ("Month", "Runs", f"Pace at {heart_rate}", "90 % range"),
            [
                (month, str(len(runs)), units.pace(runs[-1]["trend_speed_m_per_s"]), _range(runs[-1], units))
                for month, runs in months.items()
            ],
            series=True,
        ),
        notes=[f"A new watch or sensor from {', '.join(map(str, changes))}: paces across it do not compare."]
        if (changes := device_changes(counted))
        else [],
        source="marts.efficiency_trend",
    )


def _range(row: Row, units: Units) -> str:
    """From the fast end to the slow one, as a pace is read."""
    if row["trend_low_m_per_s"] is None or row["trend_high_m_per_s"] is None:
        return NOTHING
    fast, slow = units.pace_s(row["trend_high_m_per_s"]), units.pace_s(row["trend_low_m_per_s"])
    return f"{clock(fast)} to {clock(slow)}"


def _not_counted(rows: Sequence[Row]) -> list[str]:
    reasons = Counter(plain(row["reason"] or "unknown") for row in rows if not row["counts_for_trend"])
    listed = ", ".join(f"{count} × {reason}" for reason, count in reasons.most_common(4))
    return [f"Not counted: {listed}."] if listed else []


def device_changes(counted: Sequence[Row]) -> list[date]:
    """Days from which the runs that count come from another device than the run before."""
    pairs = pairwise(counted)
    return [later["local_day"] for earlier, later in pairs if earlier["device_key"] != later["device_key"]]


def best_efforts(content: Content, units: Units) -> Section:
    """The fastest of each distance, ever and in the latest season."""
    rows = content.rows["best_efforts"]
    if not rows:
        return Section("best_efforts", "Best efforts", ("No best effort yet.",), source="marts.best_efforts")
    return Section(
        "best_efforts",
        "Best efforts",
        ["Found inside training and races alike; a training best is seldom all you have."],
        table=Table(
            ("Distance", "Best", "Pace", "On", "Latest season", "On"),
            [
                (
                    effort_name(row["effort_distance_m"]),
                    clock(row["elapsed_s"]),
                    units.pace(row["effort_distance_m"] / row["elapsed_s"]),
                    str(row["local_day"]),
                    clock(row["season_elapsed_s"]),
                    str(row["season_local_day"]),
                )
                for row in rows
            ],
        ),
        source="marts.best_efforts",
    )


def files(content: Content, units: Units) -> Section:  # noqa: ARG001 - sections share a signature
    """What became of every file."""
    rows = content.rows["files"]
    total = sum(row["file_count"] for row in rows)
    facts = [f"{total} files seen, each accounted for." if total else "No file seen yet."]
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
