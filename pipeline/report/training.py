"""What was run: how much in a week, how hard, and what that adds up to."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import fmean

from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table
from pipeline.report.phases import PHASES
from pipeline.report.units import NOTHING, Units, clock, number, percent, shares, signed, signed_percent

_METHODS = {
    "heart_rate": "by heart rate",
    "pace": "by pace",
    "rpe": "by your own rating",
    "duration": "by duration alone",
    None: "unknown",
}

# The zones of the articles, by settings.intensity_zones.
_ZONES = ("1 very easy", "2 easy", "3 steady", "4 tempo", "5 hard", "6 sprint")

_PARTS = ("easy", "moderate", "hard")

# Fewer runs, or less time, have no distribution that an index could describe.
_INDEX_MIN_RUNS = 4
_INDEX_MIN_S = 7200


def weekly_load(content: Content, units: Units) -> Section:
    """Distance, time and load per week."""
    rows = content.rows["weekly_load"]
    longest_m = max((row["distance_m"] or 0 for row in rows), default=0) or 1
    table = Table(
        ("Week of", "Phase", "Runs", "Distance", "Time", "Load", "Change", "Longest"),
        [
            (
                str(row["week_start_on"]),
                PHASES.get(row["phase"], NOTHING),
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
        words=(0, 1),
    )
    if not rows:
        return Section("weekly_load", "Weekly load", ("No week yet.",), source="marts.weekly_load")
    form = next(iter(content.rows["form"]), None)
    methods = content.rows["load_methods"]
    has_loads = any(row["load_method"] is not None for row in methods)
    whole = [row for row in rows if _is_over(row, content)] or rows
    sentences = [
        _recent_weeks(whole[-4:], whole[-8:-4], units),
        *((_form(form), _last_days(form, rows)) if has_loads else ()),
        _methods(methods),
    ]
    return Section(
        "weekly_load",
        "Weekly load",
        [sentence for sentence in sentences if sentence],
        table=table,
        notes=[
            "Distance and time are those of runs. Load is that of all sports (100 is an hour at threshold), "
            "and its change is against the mean of the three weeks before.",
            "Form is the fitness less the fatigue of the evening before. Monotony is the mean of seven days' "
            "loads over their spread, strain their sum times that.",
        ],
        source="marts.weekly_load, days, activities",
    )


def _is_over(week: Row, content: Content) -> bool:
    """An unfinished week among four would look like a fall."""
    return content.as_of is None or week["week_start_on"] + timedelta(days=6) <= content.as_of


def _recent_weeks(recent: Sequence[Row], before: Sequence[Row], units: Units) -> str:
    def distance(weeks: Sequence[Row]) -> str:
        return units.distance(fmean(row["distance_m"] or 0 for row in weeks))

    runs = number(fmean(row["run_count"] or 0 for row in recent), 1)
    earlier = f"; the {len(before)} before: {distance(before)}" if before else ""
    until = recent[-1]["week_start_on"] + timedelta(days=6)
    weeks = "The week" if len(recent) == 1 else f"The {len(recent)} weeks"
    return f"{weeks} up to {until}: {distance(recent)} and {runs} runs a week{earlier}."


def _form(row: Row | None) -> str:
    if row is None or row["fitness_score"] is None or row["fatigue_score"] is None:
        return ""
    warming = " Both are still filling up from nothing." if row["is_warming_up"] else ""
    # what is printed adds up
    next_form = round(row["fitness_score"]) - round(row["fatigue_score"])
    fitness = f"fitness {number(row['fitness_score'])} (mean load a day, faded over 42 days)"
    fatigue = f"fatigue {number(row['fatigue_score'])} (over 7 days)"
    form = f"the next day begins with their difference, form {signed(next_form, 0)}"
    return f"After {row['local_day']}: {fitness}, {fatigue}; {form}.{warming}"


def _last_days(row: Row | None, weeks: Sequence[Row]) -> str:
    """How even and how heavy; the ratio to the month before describes, and foretells nothing."""
    facts: list[str] = []
    if row is not None and row["monotony"] is not None:
        facts.append(f"monotony {number(row['monotony'], 1)}, strain {number(row['strain_score'])}")
    if row is not None and row["acute_chronic_ratio"] is not None:
        facts.append(
            f"{number(row['acute_chronic_ratio'], 2)} times the daily load of the four weeks they end "
            "(acute:chronic; it describes, and foretells no injury)"
        )
    ramps = [week for week in weeks if week["load_change_ratio"] is not None]
    told = f"The last seven days: {'; '.join(facts)}." if facts else ""
    if ramps:
        told += (
            f" The load of the week of {ramps[-1]['week_start_on']} against the mean of the three before it: "
            f"{signed_percent(ramps[-1]['load_change_ratio'])}."
        )
    return told.strip()


def _methods(rows: Sequence[Row]) -> str:
    """Such as `Load of 37 activities: 31 by heart rate, 4 by pace, 2 by duration alone`."""
    total = sum(row["activity_count"] for row in rows)
    told = ", ".join(f"{row['activity_count']} {_METHODS[row['load_method']]}" for row in rows)
    if rows and all(row["load_method"] is None for row in rows):
        return (
            "No activity has a load: there is neither heart rate nor a rating, nor a pace to measure by. So "
            "fitness, fatigue and form cannot be told."
        )
    if len(rows) == 1 and total > 1:
        return f"The load of all {total} activities is {_METHODS[rows[0]['load_method']]}."
    return f"Load of {total} {'activity' if total == 1 else 'activities'}: {told}." if rows else ""


def intensity_split(content: Content, units: Units) -> Section:
    """Easy, moderate and hard: the 80/20 question."""
    rows = [row for row in content.rows["intensity_split"] if row["easy_time_ratio"] is not None]
    weeks = [row for row in rows if row["window_weeks"] == 1]
    if not weeks:
        return Section(
            "intensity_split",
            "Easy and hard",
            ("No week with heart rate, or a pace that could stand in for it, yet.",),
            source="marts.intensity_split",
        )
    latest = max(rows, key=lambda row: (row["week_start_on"], row["window_weeks"]))
    return Section(
        "intensity_split",
        "Easy and hard",
        list(
            filter(
                None,
                (
                    _split(latest),
                    _share_by_distance(latest),
                    _polarization(latest),
                    _zones(latest, content.rows["anchors"]),
                    _by_pace(latest),
                ),
            )
        ),
        overview=[_three_countings(latest), _six_zones(latest, content.rows["zones"], units)],
        table=Table(
            ("Week of", "Easy", "Moderate", "Hard", "Easy by distance"),
            [
                (
                    str(row["week_start_on"]),
                    *_thirds(row, "time"),
                    percent(row["easy_distance_ratio"]),
                )
                for row in weeks
            ],
            bars=[row["easy_time_ratio"] for row in weeks],
            stacks=[[row[f"{part}_time_ratio"] or 0.0 for part in _PARTS] for row in weeks],
            series=True,
        ),
        notes=[
            "Easy, moderate and hard are divided by your two thresholds, the six zones by shares of your "
            "maximum heart rate. They do not nest: a zone with a threshold inside counts partly as the one, "
            "partly as the other."
        ],
        source="marts.intensity_split, zones, anchors",
    )


def _thirds(row: Row, kind: str) -> list[str]:
    """Easy, moderate and hard, adding to 100 %; `kind` as the columns name it: `time`, `distance`, ..."""
    return shares([row[f"{part}_{kind}_ratio"] for part in _PARTS])


def _split(row: Row) -> str:
    easy, moderate, hard = _thirds(row, "time")
    return f"{_weeks(row)}: {easy} of the time easy, {moderate} moderate, {hard} hard."


def _share_by_distance(row: Row) -> str:
    short = row["easy_shortfall_ratio"]
    if row["easy_distance_ratio"] is None or short is None:
        return ""
    easy = _thirds(row, "distance")[0]
    target = row["easy_distance_ratio"] + short
    # against what is printed
    points = round(100 * target) - int(easy.partition(" ")[0].lstrip("<"))
    goal = percent(target)
    if short <= 0:
        gap = f"{goal} is met"
    elif points < 1:
        gap = f"just short of {goal}"
    else:
        gap = f"{points} point{'s' * (points != 1)} short of {goal}"
    told = f"By distance {easy} easy: {gap}"
    low, high = row["easy_distance_minus_3_bpm_ratio"], row["easy_distance_plus_3_bpm_ratio"]
    if low is not None and high is not None:
        hangs = (low >= target) != (high >= target)
        told += (
            f" ({percent(low)} or {percent(high)} with zones 3 bpm lower or higher"
            f"{': the answer hangs on that' if hangs else ''})"
        )
    return f"{told}."


def _polarization(row: Row) -> str:
    """Treff's index in words, and why there is none, where there is none."""
    index, hard = row["polarization_index"], row["hard_time_ratio"]
    seconds = sum(row[f"{part}_s"] or 0 for part in _PARTS)
    if (row["run_count"] or 0) < _INDEX_MIN_RUNS or seconds < _INDEX_MIN_S:
        return "Too few runs for a polarization index."
    if not hard:
        return "Nothing was hard: the polarization index is 0." if hard == 0 else ""
    if index is None:
        more = hard > (row["easy_time_ratio"] or 0)
        return f"No polarization index: {'more was hard than easy' if more else 'the middle is empty'}."
    told = "polarized (" if row["is_polarized"] else "not polarized (that takes "
    empty = "; an empty middle counts as next to nothing" if not row["moderate_s"] else ""
    return f"Polarization index {number(index, 2)}: {told}most easy, some hard, least between{empty})."


def _by_pace(row: Row) -> str:
    if not row["pace_judged_ratio"]:
        return ""
    return (
        f"{percent(row['pace_judged_ratio'], 1)} of the time was judged by pace: repeats too short for heart "
        "rate to follow, and where there is none."
    )


def _weeks(row: Row) -> str:
    until = row["week_start_on"] + timedelta(days=6)
    if row["window_weeks"] == 1:
        return f"The week up to {until}"
    return f"The {row['window_weeks']} weeks up to {until}"


def _three_countings(row: Row) -> Table:
    """By time, by distance and by what the session was for, which differ; and with the zones off a little."""
    easy = row["easy_session_ratio"]
    sessions = [NOTHING] * 3 if easy is None else [(told := shares([easy, 1 - easy]))[0], NOTHING, told[1]]
    columns = [_thirds(row, kind) for kind in ("time", "distance")]
    shifted = [_thirds(row, f"time_{side}_3_bpm") for side in ("minus", "plus")]
    return Table(
        ("Counted by", "Time", "Distance", "Sessions", "−3 bpm", "+3 bpm"),
        list(zip(("Easy", "Moderate", "Hard"), *columns, sessions, *shifted, strict=True)),
        caption=f"{_weeks(row)} in three ways of counting, and by time with zones 3 bpm lower and higher",
    )


def _six_zones(row: Row, zones: Sequence[Row], units: Units) -> Table:
    spent = [row[f"zone_{zone}_s"] for zone in range(1, 7)]
    total = sum(second or 0 for second in spent)
    ratios = [(second or 0) / total if total else 0.0 for second in spent]
    told = shares(ratios) if total else [NOTHING] * len(spent)
    borders = {zone["zone"]: zone for zone in zones}
    return Table(
        ("Zone", "Heart rate", "Counts as", "Time", "Share", "Pace", "Distance"),
        [
            (
                name,
                _beats(borders.get(zone)),
                borders[zone]["effort_class"].replace(" or ", "/") if zone in borders else NOTHING,
                clock(second),
                share,
                _paces(borders.get(zone), units),
                units.distance(row[f"zone_{zone}_m"]),
            )
            for zone, (name, second, share) in enumerate(zip(_ZONES, spent, told, strict=True), 1)
        ],
        bars=ratios,
        caption=f"{_weeks(row)} in the zones of the articles, with their borders of today",
        words=(0, 2),
    )


def _beats(zone: Row | None) -> str:
    """Such as `133–151`."""
    if zone is None:
        return NOTHING
    return _from_to(*(number(zone[side]) for side in ("from_bpm", "until_bpm")))


def _paces(zone: Row | None, units: Units) -> str:
    """Such as `5:12–4:26`: a pace is said from its slow end."""
    if zone is None:
        return NOTHING
    return _from_to(*(clock(units.pace_s(zone[f"{side}_m_per_s"])) for side in ("from", "until")))


def _from_to(low: str, high: str) -> str:
    if low == high == NOTHING:
        return NOTHING
    if low == NOTHING:
        return f"to {high}"
    return f"from {low}" if high == NOTHING else f"{low}–{high}"


def _zones(row: Row, anchors: Sequence[Row]) -> str:
    """The two thresholds, and why they are thought to be there."""
    if row["easy_below_bpm"] is None:
        return ""
    now = {anchor["anchor"]: anchor for anchor in anchors if anchor["is_latest_anchor"]}

    def told(what: str, value: float | None, anchor: str) -> str:
        if anchor not in now:
            return f"{what} {number(value)} bpm."
        guess = "" if now[anchor]["is_confirmed"] else ", a guess"
        return f"{what} {number(value)} bpm{guess}: {now[anchor]['reason']}."

    zones = [
        told("Easy is below", row["easy_below_bpm"], "easy_below_bpm"),
        told("Hard is from", row["hard_from_bpm"], "hard_from_bpm"),
    ]
    if row["athlete_heart_rate_max_bpm"] is not None:
        zones.append(told("The maximum is", row["athlete_heart_rate_max_bpm"], "heart_rate_max_bpm"))
    return " ".join(zones)
