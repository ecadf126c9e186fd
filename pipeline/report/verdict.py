"""The verdict in words: what happened between two dates, how sure that is, and what it says in pace."""

from collections import Counter
from collections.abc import Sequence

from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table, plain
from pipeline.report.units import Units, number, shares, signed

_HEADLINES = {
    "improving": "You got faster",
    "plateau": "A plateau: neither faster nor slower",
    "declining": "You got slower",
    "undecided": "Too close to call",
    "not_enough_data": "Not enough runs to judge yet",
}

# How sure the lead sentence is: what stands before the change, and what follows it.
_LEADS = {
    "improving": ("You are about {change}", ""),
    "plateau": ("You are about as fast {then}: {change}", ""),
    "declining": ("You are about {change}", ""),
    "undecided": ("You may be {change}", ", which fits more than one answer"),
    "not_enough_data": ("You may be {change}", ", too uncertain to call"),
}
_TURN = ("You may be {change}", ": a turn that one look alone shows, so no verdict hangs on it yet")
_AGAINST_SEASON = ("You may be {change}", "")

_READ = "Read “90 %: 1 to 7 s” as: nine times in ten the truth lies between the two."

_CLASSES = {"improving": "faster", "plateau": "level", "declining": "slower"}

_YEAR_WEEKS = 52  # over whole years the seasons cancel out

_PROBABILITIES = {"p_improving": "Getting faster", "p_plateau": "Level", "p_declining": "Getting slower"}

_MANY_RUNS = 12  # with fewer it also takes more of them
_TOLD_REASONS = 4
_TOLD_DEVICES = 2  # a drawer full of watches is a table: marts.device_differences has it

# Why a run does not count, as marts.efficiency_trend says it: which runs would.
HELPS = {
    "no heart rate": "Runs with a strap or a watch that takes your heart rate",
    "treadmill or indoor": "Runs outdoors with GPS",
    "no position, so the speed is not a satellite's": "Runs outdoors with GPS",
    "too short a steady part": "Longer runs at an even effort",
    "uneven pace": "Runs at an even pace",
    "heart rate too low for the index": "Runs with a heart rate well above that at rest",
    "just back from a break": "Some more weeks of training",
    "too far off the runs around it": "More weeks of steady runs",
    "on a device that cannot be compared with the latest": "More weeks on the one watch",
}
# The same reasons, as they stand after a number of runs.
NOT_COUNTED = {
    "no heart rate": "without heart rate",
    "treadmill or indoor": "on a treadmill or indoors",
    "no position, so the speed is not a satellite's": "without GPS",
    "too short a steady part": "with too short a steady part",
    "uneven pace": "at an uneven pace",
    "heart rate too low for the index": "at too low a heart rate",
    "just back from a break": "just back from a break",
    "too far off the runs around it": "too far off the runs around them",
    "on a device that cannot be compared with the latest": "on a watch that cannot be compared with yours",
}
_MORE_WEEKS = "More weeks of steady runs with heart rate, on one watch,"


def verdict(content: Content, units: Units) -> Section:
    """The one section that is never empty: without runs it says what would settle the question."""
    row = content.verdict
    if row is None:
        return Section(
            "verdict",
            "Nothing to judge yet",
            (
                f"There is no activity of “{content.athlete_id}” here so far.",
                "Export your runs from your watch's account, then: nextgear run FOLDER-OR-ZIP",
            ),
            source="marts.plateau",
        )
    sentences = (
        _lead(row, units),
        _change(row, units),
        _against_season(row),
        _settle(row, content.rows["evidence"]),
    )
    notes = (
        _window(row),
        _turning_point(row),
        _season(row),
        *_devices(row, content.rows["devices"]),
        _races(row, content.rows["race_changes"]),
        _doubt(row),
        _other_windows(content),
        _READ if row["change_low_pct"] is not None else "",
    )
    return Section(
        "verdict",
        _headline(row),
        tuple(filter(None, sentences)),
        table=_probabilities(row),
        notes=tuple(filter(None, notes)),
        source="marts.plateau, device_differences, race_changes",
    )


def _headline(row: Row) -> str:
    """An undecided verdict says what keeps it open, for its odds may look as if nothing did."""
    if row["is_first_look_of_turn"]:
        return "A turn, which the next look must confirm"
    if row["is_against_season"]:
        return "Too close to call: it may be the season"
    if row["verdict"] == "not_enough_data" and row["change_pct"] is not None:
        return "Cannot tell yet: the runs scatter too much"
    return _HEADLINES[row["verdict"]]


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    """`+2.1 % (90 %: −0.5 to +4.7)`, as far as it is known."""
    told = f"{signed(value)} %"
    return told if low is None or high is None else f"{told} (90 %: {signed(low)} to {signed(high)})"


def _lead(row: Row, units: Units) -> str:
    """The verdict in one sentence: the change of pace as a runner feels it, since when, and how sure."""
    start_s = units.pace_s(row["reference_speed_start_m_per_s"])
    end_s = units.pace_s(row["reference_speed_end_m_per_s"])
    if row["change_pct"] is None or start_s is None or end_s is None:
        return ""
    # the difference is that of the two paces as they are printed
    gained_s = round(start_s) - round(end_s)
    least_s = units.pace_s(row["reference_speed_start_high_m_per_s"])
    most_s = units.pace_s(row["reference_speed_start_low_m_per_s"])
    if least_s is None or most_s is None:
        span = ""
    else:
        span = f" (90 %: {_span(round(least_s) - round(end_s), round(most_s) - round(end_s))})"
    at, around = f"at {number(row['reference_heart_rate_bpm'])} bpm", f"around {row['window_start_on']}"
    before, after = _LEADS[row["verdict"]]
    if row["is_first_look_of_turn"]:
        before, after = _TURN
    elif row["is_against_season"]:
        before, after = _AGAINST_SEASON
    if row["verdict"] == "plateau":
        change = _sided(gained_s, units) if gained_s else "no second between them"
        return f"{before.format(then=f'{at} as {around}', change=change)}{span}."
    change = f"{_sided(gained_s, units)} {at} than {around}"
    if gained_s == 0:
        change = f"as fast {at} as {around}"
    return f"{before.format(change=change)}{span}{after}."


def _change(row: Row, units: Units) -> str:
    """The same with the days, the paces at both ends, and in percent."""
    if row["change_pct"] is None:
        return ""
    change = _interval(row["change_pct"], row["change_low_pct"], row["change_high_pct"])
    start, end = (row[f"reference_speed_{side}_m_per_s"] for side in ("start", "end"))
    then, now = row["window_start_on"], row["window_end_on"]
    if start is None or end is None:
        return f"Between {then} and {now} your speed at the same heart rate changed by {change}."
    paces = f"{units.pace(start)} around {then}, {units.pace(end)} around {now} (your last run that counts)"
    return f"That is {paces}: {change} of speed at the same heart rate."


def _span(least_s: int, most_s: int) -> str:
    """From the smaller to the greater; the side is said where it is not the same all along."""
    if least_s >= 0 or most_s <= 0:
        low_s, high_s = sorted((abs(least_s), abs(most_s)))
        return f"{low_s} to {high_s} s"
    return f"{_sided(least_s)} to {_sided(most_s)}"


def _sided(gained_s: int, units: Units | None = None) -> str:
    per = f"/{units.symbol}" if units else ""
    return f"{abs(gained_s)} s{per} {'faster' if gained_s > 0 else 'slower'}"


def _against(row: Row) -> str:
    if row["season_change_pct"] is None:
        return ""
    change = _interval(row["season_change_pct"], row["season_change_low_pct"], row["season_change_high_pct"])
    then, now = number(row["season_before_run_count"]), number(row["season_run_count"])
    return f"against the same weeks a year ago: {change}, {then} runs then, {now} now."


def _season(row: Row) -> str:
    told = _against(row)
    return "" if row["is_against_season"] or not told else told[0].upper() + told[1:]


def _against_season(row: Row) -> str:
    """Why it is undecided: a year before, the season was the same."""
    if not row["is_against_season"]:
        return ""
    return f"That may be the season, for it is the other way round {_against(row)}"


def _devices(row: Row, devices: Sequence[Row]) -> list[str]:
    """Each other watch or sensor whose runs are in the window, and how much less or more it shows."""
    if row["slope_pct_per_month"] is None:
        return []
    others = [
        device
        for device in devices
        if not device["is_latest_device"] and device["last_run_on"] >= row["window_start_on"]
    ]
    told = [_device(device) for device in others[-_TOLD_DEVICES:]]
    if len(others) > _TOLD_DEVICES:
        told.append(f"{len(others) - _TOLD_DEVICES} more watches or sensors: see marts.device_differences.")
    return told


def _device(device: Row) -> str:
    if device["run_count"] == 1:
        runs = f"Your run of {device['first_run_on']} is on another watch or sensor"
    else:
        days = f"from {device['first_run_on']} to {device['last_run_on']}"
        runs = f"Your {number(device['run_count'])} runs {days} are on another watch or sensor"
    if device["device_difference_pct"] is None:
        return f"{runs}, with too little beside it to compare it with the one of now: that does not count."
    less = device["device_difference_pct"] >= 0
    facts: list[str] = []
    if device["device_difference_low_pct"] is not None:
        ends = (device["device_difference_low_pct"], device["device_difference_high_pct"])
        low, high = ends if less else (-ends[1], -ends[0])
        facts.append(f"90 %: {number(low, 1)} to {number(high, 1)}")
    if device["placebo_spread_pct"] is not None:
        spread = number(device["placebo_spread_pct"], 1)
        facts.append(f"at dates without a change such differences spread by {spread} %")
    shown = f"{number(abs(device['device_difference_pct']), 1)} % {'less' if less else 'more'}"
    known = f" ({'; '.join(facts)})" if facts else ""
    return f"{runs}: it shows {shown} speed at the same heart rate{known}. That is taken out."


def _races(row: Row, changes: Sequence[Row]) -> str:
    """A second witness with its own line: whoever races faster is not always faster at a heart rate."""
    if row["change_pct"] is None or not changes:
        return ""
    races = changes[0]
    what = "races" if races["has_races"] else "efforts near your best"
    days = f"from {races['first_race_on']} to {races['last_race_on']}"
    change = _interval(races["race_change_pct"], races["race_change_low_pct"], races["race_change_high_pct"])
    told = f"Your {number(races['race_count'])} {what} {days} say {change} by VDOT: {_agreement(row, races)}"
    weak = "" if races["has_races"] else " Efforts in training are a weak witness."
    return f"{told}. Pace at a heart rate and racing speed are two things.{weak}"


def _agreement(row: Row, races: Row) -> str:
    """Do they say the same as the pace at a heart rate?"""
    is_open = races["race_change_low_pct"] <= 0 <= races["race_change_high_pct"]
    if row["verdict"] == "plateau":
        return "no clear change either" if is_open else "a change that the heart rate does not show"
    same = races["race_change_pct"] * row["change_pct"] > 0
    direction = "the same direction" if same else "the opposite direction"
    return f"{direction}, though they alone could not tell" if is_open else direction


def _doubt(row: Row) -> str:
    """Said only when another heart rate at no speed would put the slope in another class."""
    if row["verdict"] not in _CLASSES:
        return ""
    told = [
        f"{side} this would be {_CLASSES[row[f'class_zero_speed_{side}']]} "
        f"({signed(row[f'slope_zero_speed_{side}_pct_per_month'], 2)} % a month)"
        for side in ("lower", "higher")
        if row[f"class_zero_speed_{side}"] not in (None, row["verdict"])
    ]
    if not told:
        return ""
    return f"With a resting heart rate {number(row['zero_speed_doubt_bpm'])} bpm {', '.join(told)}."


def _settle(row: Row, evidence: Sequence[Row]) -> str:
    """What is missing, and what would settle the question: true for what is there, not in general."""
    if row["verdict"] != "not_enough_data":
        return ""
    runs = Counter[str]()
    others = Counter[str]()
    counted = 0
    for kind in evidence:
        if kind["reason"] is None:
            others[kind["sport"] or "of an unknown sport"] += kind["activity_count"]
        elif kind["counts_for_trend"]:
            counted += kind["activity_count"]
        else:
            runs[kind["reason"]] += kind["activity_count"]
    if others and not runs and not counted:
        sports = ", ".join(plain(sport) for sport, _ in others.most_common())
        among = f"{others.total()} {'activity' if others.total() == 1 else 'activities'} ({sports})"
        return f"There is no run among your {among}. Runs outdoors with GPS and heart rate would settle it."
    reason = (row["reason"] or "no run has counted so far").rstrip(".")
    told = f"{reason[0].upper()}{reason[1:]}. {not_counted(runs)}".rstrip()
    help_wanted = _MORE_WEEKS
    if runs and row["slope_pct_per_month"] is None:
        leading, count = runs.most_common(1)[0]
        help_wanted = HELPS.get(leading, _MORE_WEEKS) if count > counted else _MORE_WEEKS
    long_enough = runs.total() + counted >= _MANY_RUNS or help_wanted is _MORE_WEEKS
    return f"{told} {help_wanted}{'' if long_enough else ' for some weeks'} would settle it."


def not_counted(reasons: Counter[str]) -> str:
    """`Not counted: 17 at an uneven pace, 3 without heart rate.`, the commonest reasons."""
    commonest = reasons.most_common(_TOLD_REASONS)
    told = [f"{count} {NOT_COUNTED.get(reason, f'({plain(reason)})')}" for reason, count in commonest]
    if others := reasons.total() - sum(count for _, count in commonest):
        told.append(f"{others} for other reasons")
    return f"Not counted: {', '.join(told)}." if told else ""


def _probabilities(row: Row) -> Table | None:
    if row["p_plateau"] is None:
        return None
    told = shares([row[column] for column in _PROBABILITIES])
    return Table(
        ("Trend", "Probability"),
        list(zip(_PROBABILITIES.values(), told, strict=True)),
        bars=[row[column] for column in _PROBABILITIES],
    )


def _window(row: Row) -> str:
    if row["slope_pct_per_month"] is None:
        return ""
    last = f"your last activity on {row['as_of_day']}"
    runs = f"{number(row['run_count'])} runs that count"
    facts = [f"As of {last}: a straight line through {runs}, over {row['window_weeks']} weeks"]
    if (smallest := row["minimum_detectable_pct_per_month"]) is not None:
        facts.append(f"the smallest trend they could show is {number(smallest, 1)} % a month")
    if row["since"] is not None and row["verdict"] != "not_enough_data":
        at_least = "at least " if row["is_since_before"] else ""
        facts.append(f"this verdict has stood {at_least}since {row['since']}")
    season = " In less than a year the season has its part." if row["window_weeks"] < _YEAR_WEEKS else ""
    return "; ".join(facts) + "." + season


def _turning_point(row: Row) -> str:
    """A change inside the window, that a line from its one end to the other does not show."""
    if row["turned_on"] is None:
        return ""
    since = _interval(row["since_turn_pct"], row["since_turn_low_pct"], row["since_turn_high_pct"])
    was = "lowest" if row["since_turn_pct"] > 0 else "highest"
    return f"In between it turned: it was {was} in the week up to {row['turned_on']}, and since then {since}."


def _other_windows(content: Content) -> str:
    """The same question asked of half a year and of a year, so that a recent turn is not hidden."""
    chosen = content.verdict
    views = [
        "over {} weeks faster {}, level {}, slower {}".format(
            row["window_weeks"], *shares([row[column] for column in _PROBABILITIES])
        )
        for row in content.rows["verdict"]
        if row["window_weeks"] in (26, _YEAR_WEEKS) and row["p_plateau"] is not None and row is not chosen
    ]
    return f"For comparison: {'; '.join(views)}." if views else ""
