"""What the numbers are measured against, in words: what holds now, what changed, what would tell more."""

from collections.abc import Mapping
from datetime import timedelta

from pipeline.report.content import Content, Row
from pipeline.report.page import Finding, Section, Table
from pipeline.report.units import NOTHING, Units

# anchor: what a runner calls it, its unit, and its key in athlete.toml.
_ANCHORS: Mapping[str, tuple[str, str, str]] = {
    "heart_rate_max_bpm": ("Maximum heart rate", "bpm", "heart_rate_max_bpm"),
    "heart_rate_resting_bpm": ("Resting heart rate", "bpm", "heart_rate_resting_bpm"),
    "easy_below_bpm": ("First threshold, easy is below", "bpm", "heart_rate_easy_below_bpm"),
    "hard_from_bpm": ("Second threshold, hard is from it on", "bpm", "heart_rate_threshold_bpm"),
    "threshold_speed_m_per_s": ("Threshold pace", "m/s", "threshold_pace"),
}

# What would tell more than the source that we have.
_HELPS: Mapping[str, str] = {
    "heart_rate_max_bpm": "two runs with a hard finish, a race or hill repeats, with a chest strap",
    "heart_rate_resting_bpm": "some mornings' count before getting up, or a watch worn at night",
    "easy_below_bpm": "a lactate or breathing test, or up to where you speak whole sentences with ease",
    "hard_from_bpm": "half an hour alone as hard as you can hold: the mean of its last 20 minutes",
    "threshold_speed_m_per_s": "the pace that you can race for an hour",
}
_WEAK = frozenset({"default", "age"})


def settings(told: Mapping[str, object], path: str, *, is_there: bool) -> Section:
    """What athlete.toml says that is no anchor."""
    rows = [(key, NOTHING if value is None else str(value)) for key, value in told.items()]
    where = path if is_there else f"There is no {path} yet: nothing has to be said."
    return Section("settings", "Settings", [where], table=Table(("setting", "value"), rows))


def anchors(content: Content, units: Units) -> Section:
    """Those that hold now, each with where it is from, and what would sharpen it."""
    now = {row["anchor"]: row for row in content.rows["anchors"] if row["is_latest_anchor"]}
    findings = [
        Finding(
            f"{name}: {units.quantity(now[anchor]['value'], unit)}"
            + ("" if now[anchor]["is_confirmed"] else ", a guess"),
            _sentence(now[anchor]["reason"]),
            " · ".join(filter(None, (_since(now[anchor]), _help(now[anchor], key)))),
        )
        for anchor, (name, unit, key) in _ANCHORS.items()
        if anchor in now
    ]
    notes = [
        f"Not known: {name.lower()}. It would help: {_HELPS[anchor]} (--set {key}=...)."
        for anchor, (name, _, key) in _ANCHORS.items()
        if anchor not in now
    ]
    about = "Zones, loads and the split are measured against these."
    return Section("anchors", "What holds now", [about], findings, notes=notes)


def changes(content: Content, units: Units) -> Section | None:
    """The days on which an anchor became another one, or nobody knew it any more; None if none ever did."""
    rows: list[tuple[str, ...]] = []
    for anchor, (name, unit, _) in _ANCHORS.items():
        stretches = [row for row in content.rows["anchors"] if row["anchor"] == anchor]
        for place, old in enumerate(stretches, 1):
            if old["valid_until_day"] is None:
                continue
            new = next(iter(stretches[place:]), None)
            next_day = old["valid_until_day"] + timedelta(days=1)
            is_next = new is not None and new["valid_from"] == next_day
            value, source = (new["value"], new["source"]) if new and is_next else (None, NOTHING)
            before, then = (units.quantity(one, unit) for one in (old["value"], value))
            rows.append((next_day.isoformat(), name.partition(",")[0], before, then, source))
    if not rows:
        return None
    table = Table(("from", "anchor", "before", "then", "source"), sorted(rows), series=True)
    note = 'All of them, with the runs behind each: nextgear sql "from marts.anchors"'
    return Section("changes", "What changed", table=table, notes=[note])


def _sentence(reason: str) -> str:
    return (
        f"{reason[0].upper()}{reason[1:]}."
        if reason and not reason.startswith("athlete.toml")
        else f"{reason}."
    )


def _since(row: Row) -> str:
    return f"Since {row['valid_from']}." if row["valid_from"] else ""


def _help(row: Row, key: str) -> str:
    if row["is_confirmed"] and row["source"] not in _WEAK:
        return ""
    return f"Better: {_HELPS[row['anchor']]} (--set {key}=...)."
