"""The sessions with fast parts: which they were, how even, and how fast the same ones have become."""

from collections.abc import Sequence
from datetime import date, timedelta
from textwrap import shorten

from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table
from pipeline.report.units import NOTHING, Units, number, percent, signed_percent

# What runners call the templates of settings.workout_templates, and what fits none of them.
TEMPLATES = {
    "strides": "strides",
    "hill_sprints": "hill sprints",
    "hills_and_sprints": "hills and sprints",
    "hill_repeats": "hill repeats",
    "sprint_floats": "sprints with floats",
    "sprints": "sprints",
    "floats": "floats",
    "alternators": "alternators",
    "alternate_miles": "alternate miles",
    "ladder": "ladder",
    "sandwich": "sandwich",
    "michigan": "Michigan",
    "tempo_and_800": "tempo, then 800s",
    "800_and_tempo": "800s, then tempo",
    "mile_and_200": "miles, then 200s",
    "long_repeats": "long repeats",
    "repeats_200": "repeats of 200 m",
    "repeats_400": "repeats of 400 m",
    "repeats_800": "repeats of 800 m",
    "repeats_1000": "repeats of 1000 m",
    "repeats_mile": "repeats of a mile",
    "fartlek": "fartlek",
    "broken_tempo": "broken tempo",
    "repeats_by_time": "repeats by time",
    "tempo": "tempo",
    "steady": "steady",
    "progression": "progression",
    "fast_finish": "fast finish",
    "race": "race",
    "unclassified": "another workout",
    "long": "long run",
    "recovery": "recovery run",
    "easy": "easy run",
    "quality": "hard run",
    "unknown": "run",
}
_OF_ANY_LENGTH = frozenset({"tempo", "broken_tempo", "fartlek", "repeats_by_time", "steady"})
_UNLIKE = frozenset({"hill_sprints", "hills_and_sprints", "hill_repeats", "unclassified"})
_TOLD_KINDS = 12
_LATELY_WEEKS = 12
_TIMED_MIN = 3  # the first two are what the others are held against
_SIGNATURE_LENGTH = 64


def workouts(content: Content, units: Units) -> Section:
    """The latest in words, how often each kind was run and at which pace, and the latest as a table."""
    source = "marts.workouts, bouts"
    title = "Workouts"
    rows = [row for row in content.rows["workouts"] if row["is_quality"]]
    if not rows:
        return Section("workouts", title, ("No run with fast parts has been seen yet.",), source=source)
    return Section(
        "workouts",
        title,
        list(filter(None, (_often(rows, content.as_of), _latest(rows[-1]), _strides(content)))),
        overview=[_kinds(rows, units)],
        table=Table(
            ("On", "Workout", "Even to", "Fade", "Pace", "Timing held"),
            [
                (
                    str(row["local_day"]),
                    shorten(row["signature"], _SIGNATURE_LENGTH, placeholder=" …"),
                    percent(row["evenness_ratio"], 1),
                    signed_percent(row["fade_ratio"], 1),
                    signed_percent(row["speed_excess_ratio"]),
                    _timing(row),
                )
                for row in rows
            ],
            series=True,
            words=(0, 1),
            caption="The latest workouts, repetition against repetition",
        ),
        notes=[
            "Even to: how far the times of the repetitions spread. Fade: how much longer the last third "
            "takes than the first. Pace: faster (+) or slower (−) than your races of that time let expect. "
            "Timing held: in how many fast parts cadence and ground contact stayed as in the first two."
        ],
        source=source,
    )


def _often(rows: Sequence[Row], as_of: date | None) -> str:
    count = len(rows)
    since = (as_of or rows[-1]["local_day"]) - timedelta(weeks=_LATELY_WEEKS)
    lately = sum(row["local_day"] > since for row in rows)
    told = f"{count} workout{'s' * (count != 1)} with fast parts since {rows[0]['local_day']}"
    latest = f"the latest on {rows[-1]['local_day']}"
    return f"{told}, {lately or 'none'} in the last {_LATELY_WEEKS} weeks; {latest}."


def _latest(row: Row) -> str:
    facts: list[str] = []
    if row["evenness_ratio"] is not None:
        facts.append(f"the repetitions differ by {percent(row['evenness_ratio'], 1)}")
    if row["fade_ratio"] is not None:
        side = "slower" if row["fade_ratio"] > 0 else "faster"
        facts.append(f"the last third was {percent(abs(row['fade_ratio']), 1)} {side} than the first")
    if row["speed_excess_ratio"] is not None:
        side = "faster" if row["speed_excess_ratio"] > 0 else "slower"
        facts.append(f"{percent(abs(row['speed_excess_ratio']))} {side} than your races let expect")
    if (row["timed_count"] or 0) >= _TIMED_MIN:
        facts.append(f"the timing of your steps held in {row['timing_held_count']} of {row['timed_count']}")
    if row["is_cut_short"]:
        facts.append("the last repetition was cut short")
    kind = TEMPLATES.get(row["workout_template"], row["workout_template"])
    told = f"Your latest workout ({row['local_day']}, {kind}): {row['signature']}"
    return f"{told}; {'; '.join(facts)}." if facts else f"{told}."


def _strides(content: Content) -> str:
    count = sum(1 for row in content.rows["workouts"] if row["stride_count"] or row["hill_sprint_count"])
    return f"Strides or hill sprints were part of {count} run{'s' * (count != 1)}." if count else ""


def _kinds(rows: Sequence[Row], units: Units) -> Table:
    """The commonest kind first; paces only of what is alike: level ground, parts of the same length."""
    kinds: dict[tuple[str, str | None], list[Row]] = {}
    for row in rows:
        kind = row["workout_template"]
        kinds.setdefault((kind, row["repeat_name"] if kind in _OF_ANY_LENGTH else None), []).append(row)
    ordered = sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0][0], kind[0][1] or ""))
    return Table(
        ("Kind", "Times", "First", "Pace then", "Latest", "Pace lately"),
        [
            (
                TEMPLATES.get(kind, kind) + (f", {length}" if length else ""),
                number(len(each)),
                *_when(kind, each[0], units),
                *(_when(kind, each[-1], units) if len(each) > 1 else (NOTHING, NOTHING)),
            )
            for (kind, length), each in ordered[:_TOLD_KINDS]
        ],
        caption="How often each kind was run, and the pace of its fast parts",
    )


def _when(kind: str, row: Row, units: Units) -> tuple[str, str]:
    pace = NOTHING if kind in _UNLIKE else units.pace(row["repeat_speed_m_per_s"])
    return str(row["local_day"]), pace


def _timing(row: Row) -> str:
    if (row["timed_count"] or 0) < _TIMED_MIN:
        return NOTHING
    return f"{row['timing_held_count']} of {row['timed_count']}"
