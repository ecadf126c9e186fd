"""What the runner could say that would sharpen this report most, how to say it, and what it would change."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.report.content import Content, Row
from pipeline.report.page import Finding, Section
from pipeline.report.units import Units, number, percent

MOST = 3  # more than that nobody does

# What a journal would let the report speak of, by the cause that cannot be assessed without.
_IN_A_JOURNAL: Mapping[str, str] = {
    "sleep_short": "short sleep",
    "hrv_down": "heart-rate variability",
    "resting_heart_rate_up": "morning heart rate",
    "no_strength": "strength training",
}
_JOURNAL_MIN = 2  # of these; of one alone the cause itself says what it needs
_SENSITIVE_RATIO = 0.05  # of the time: less is within what one run more or less does to it
_GUESSED = frozenset({"default", "age"})
_CLASSES: Mapping[str, str] = {
    "improving": "improving",
    "plateau": "a plateau",
    "declining": "declining",
    "undecided": "undecided",
}


@dataclass(frozen=True)
class Hint:
    """One thing to say or do: what it is about, the command to copy, and what it would change."""

    title: str
    command: str
    change: str


def hints(content: Content) -> Sequence[Hint]:
    """The few that would help most, the best first; none where nothing is guessed that can be told."""
    row = next(iter(content.rows["sharpen"]), None)
    found = [ask(row) for ask in _QUESTIONS] if row else []
    return [replace(hint, command=_about(hint.command, content)) for hint in found if hint][:MOST]


def _about(commands: str, content: Content) -> str:
    return " && ".join(f"{command}{content.options}" for command in commands.split(" && "))


def sharpen(content: Content, units: Units) -> Section:  # noqa: ARG001 - sections share a signature
    """The hints as a section; without findings there is nothing to say."""
    found = hints(content)
    known = "Nothing that you could say now would change much."
    asked = "You know these better than your files do; what would change most comes first."
    return Section(
        "sharpen",
        "What would sharpen this report",
        [asked if found else known],
        [Finding(hint.title, hint.change, "", hint.command) for hint in found],
        source="marts.anchors",
        is_optional=not found,
    )


def text(content: Content, width: int) -> str:
    """The same for the end of a run, each with its commands."""
    found = hints(content)
    told: list[str] = ["What would sharpen this report most:"] * bool(found)
    for hint in found:
        told += [f"  {command}" for command in hint.command.split(" && ")]
        why = f"{hint.title}: {hint.change}"
        told += textwrap.wrap(why, width, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return "\n".join(told)


# --- in the order of how much of a report hangs on each


def _time_zone(row: Row) -> Hint | None:
    if row["unplaced_count"] * 2 <= row["activity_count"]:
        return None
    return _zone(row)


def _few_unplaced(row: Row) -> Hint | None:
    return _zone(row) if 0 < row["unplaced_count"] * 2 <= row["activity_count"] else None


def _zone(row: Row) -> Hint:
    share = f"{number(row['unplaced_count'])} of {number(row['activity_count'])} activities"
    return Hint(
        "Your time zone",
        "nextgear athlete --set time_zone=Europe/Berlin && nextgear run --retry",
        f"{share} do not say where they were, so an evening run may count to the day after, and to the "
        "next week. What does not lie in exports/ has to be given to the second command again.",
    )


def _heart_rate_max(row: Row) -> Hint | None:
    if not row["heart_rate_count"] or not _is_maximum_a_guess(row):
        return None
    source = "what is usual at your age" if row["heart_rate_max_source"] == "age" else "a guess"
    guess = f"{number(row['heart_rate_max_bpm'])} bpm is {source}"
    return Hint(
        "Your maximum heart rate",
        "nextgear athlete --set heart_rate_max_bpm=...",
        f"{guess}, and zones, loads and the easy share hang on it{_sensitivity(row)}.",
    )


def _threshold(row: Row) -> Hint | None:
    if not row["heart_rate_count"] or row["hard_from_source"] != "default":
        return None
    return Hint(
        "The heart rate of your threshold",
        "nextgear athlete --set heart_rate_threshold_bpm=...",
        f"Hard begins at {number(row['hard_from_bpm'])} bpm by a rule of thumb; the mean of the last 20 "
        "minutes of half an hour alone, as hard as you can hold, would tell where it does.",
    )


def _easy(row: Row) -> Hint | None:
    if not row["heart_rate_count"] or row["easy_below_source"] != "default" or not _is_sensitive(row):
        return None
    return Hint(
        "Up to where you speak whole sentences",
        "nextgear athlete --set heart_rate_easy_below_bpm=...",
        f"Easy is below {number(row['easy_below_bpm'])} bpm by a rule of thumb{_sensitivity(row)}.",
    )


def _resting(row: Row) -> Hint | None:
    if not row["heart_rate_count"] or row["heart_rate_resting_source"] not in {"default", "runs"}:
        return None
    value = number(row["heart_rate_resting_bpm"])
    where = "a guess" if row["heart_rate_resting_source"] == "default" else "the lowest that your runs show"
    return Hint(
        "Your resting heart rate",
        "nextgear athlete --set heart_rate_resting_bpm=...",
        f"{value} bpm is {where}{_doubt(row)}; loads hang on it, too.",
    )


def _birth_year(row: Row) -> Hint | None:
    if row["birth_year"] is not None or not row["heart_rate_count"] or not _is_maximum_a_guess(row):
        return None
    return Hint(
        "The year of your birth",
        "nextgear athlete --set birth_year=...",
        "Where no run was hard enough to show your maximum heart rate, age is a better guess than none.",
    )


def _journal(row: Row) -> Hint | None:
    silent = [words for cause, words in _IN_A_JOURNAL.items() if cause in (row["silent_causes"] or ())]
    if row["journal_count"] or len(silent) < _JOURNAL_MIN:
        return None
    return Hint(
        "A journal of what no file tells",
        "nextgear athlete --journal",
        f"Nothing can be said of {', '.join(silent[:-1])} and {silent[-1]}: that takes a watch at night, or "
        "a line of yours for each day.",
    )


def _threshold_pace(row: Row) -> Hint | None:
    if row["threshold_speed_source"] is not None or not row["bare_run_count"]:
        return None
    return Hint(
        "The pace that you can race for an hour",
        "nextgear athlete --set threshold_pace=4:30",
        f"{number(row['bare_run_count'])} of {number(row['run_count'])} runs have no heart rate, and no pace "
        "to measure them against.",
    )


def _sex(row: Row) -> Hint | None:
    if row["sex"] != "unknown" or not row["trimp_count"]:
        return None
    return Hint(
        "Your sex",
        "nextgear athlete --set sex=...",
        "TRIMP weighs hard minutes by other constants for women and men; now it stands between them.",
    )


def _races(row: Row) -> Hint | None:
    if row["race_count"] or row["journal_count"] or _journal(row):  # one journal is begun once
        return None
    return Hint(
        "Your races",
        "nextgear athlete --journal",
        "No run was recognised as a race: its day, name and distance in a journal make it one, which shows "
        "what you are worth and from when on.",
    )


_QUESTIONS: Sequence[Callable[[Row], Hint | None]] = (
    _time_zone,
    _heart_rate_max,
    _threshold,
    _easy,
    _resting,
    _journal,
    _threshold_pace,
    _few_unplaced,
    _birth_year,
    _races,
    _sex,
)


def _is_maximum_a_guess(row: Row) -> bool:
    return not row["is_heart_rate_max_confirmed"] or row["heart_rate_max_source"] in _GUESSED


def _is_sensitive(row: Row) -> bool:
    """Do a few beats move the easy share by more than it moves from week to week anyway?"""
    low, high = row["easy_time_minus_3_bpm_ratio"], row["easy_time_plus_3_bpm_ratio"]
    return low is not None and high is not None and high - low >= _SENSITIVE_RATIO


def _sensitivity(row: Row) -> str:
    """What three beats would change."""
    low, high = row["easy_time_minus_3_bpm_ratio"], row["easy_time_plus_3_bpm_ratio"]
    if not _is_sensitive(row):
        return ""
    return (
        f": with zones 3 bpm lower or higher {percent(low)} or {percent(high)} of your time is easy, "
        f"instead of {percent(row['easy_time_ratio'])}"
    )


def _doubt(row: Row) -> str:
    """Whether the verdict is another one with another resting heart rate."""
    others = [
        (side, _CLASSES[row[f"class_zero_speed_{side}"]])
        for side in ("lower", "higher")
        if row[f"class_zero_speed_{side}"] in _CLASSES and row[f"class_zero_speed_{side}"] != row["verdict"]
    ]
    if not others or row["verdict"] not in _CLASSES:
        return ""
    told = " and ".join(
        f"{number(row['zero_speed_doubt_bpm'])} bpm {side} the verdict would be {words}"
        for side, words in others
    )
    return f", and with one {told}"
