"""All athletes on one page, for who coaches them: who has stalled, since when, and what may be behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline.report.causes import title_of
from pipeline.report.content import Row, ask
from pipeline.report.page import made_on, plain
from pipeline.report.units import NOTHING, Units, number, percent, signed, units_named

# Verdict -> how it is called in a table, what a group of such athletes is called, and what that means.
_VERDICTS = {
    "declining": "slower",
    "plateau": "plateau",
    "improving": "faster",
    "undecided": "undecided",
    "not_enough_data": "cannot tell",  # too few runs, or they scatter too much: the reason says which
}
_GROUPS = (
    ("Stalled", ("declining", "plateau")),
    ("Getting faster", ("improving",)),
    ("Cannot tell", ("undecided", "not_enough_data")),
)
_NAME_CHARACTERS = 12
_FACTS = (
    "since",
    "change_pct",
    "change_low_pct",
    "change_high_pct",
    "slope_pct_per_month",
    "slope_place_ratio",
    "leading_cause",
    "last_run_on",
    "days_since_run",
    "easy_share_ratio",
    "easy_share_place_ratio",
    "weekly_distance_m",
    "weekly_distance_place_ratio",
)


@dataclass(frozen=True)
class Member:
    """An athlete: a row of the query `squad`, if anything is known; what went wrong; the report."""

    athlete_id: str
    row: Row | None
    failure: str = ""
    link: str = ""

    @property
    def verdict(self) -> str:
        """What is known of the athlete; `failed` if nothing is, for something went wrong."""
        if self.row is None:
            return "failed" if self.failure else "not_enough_data"
        return self.row["verdict"]


@dataclass(frozen=True)
class _Line:
    """A member in words."""

    name: str
    link: str
    verdict: str  # a class of the style sheet
    called: str
    since: str
    is_since_before: bool
    change: str
    window: str
    cause: str
    reason: str
    last_run: str
    ago: str
    easy: str
    easy_place: str
    weekly: str
    weekly_place: str


def members(
    warehouse: Path,
    sql: Path,
    ids: Sequence[str],
    today: date,
    failures: Mapping[str, str],
    links: Mapping[str, str],
) -> list[Member]:
    """All athletes in the order of the query, then those of whom it knows nothing."""
    rows = {row["athlete_id"]: row for row in ask(warehouse, sql, "squad", {"today": today})}
    order = [*rows, *(one for one in ids if one not in rows)]
    return [
        Member(one, rows.get(one), failures.get(one, ""), links.get(one, "")) for one in order if one in ids
    ]


def page(members: Sequence[Member], made_at: datetime, units: str) -> str:
    """The page, whose links to the reports are relative."""
    from pipeline.report.html import html_page

    runner_units = units_named(units)
    groups = [(title, [_line(one, runner_units) for one in some]) for title, some in _grouped(members)]
    return html_page(
        "squad.html.j2",
        heading=f"nextgear · {len(members)} athletes · {made_on(made_at)}",
        title=_title(members),
        groups=groups,
        failures=[one for one in members if one.failure],
        symbol=runner_units.symbol,
    )


def table(members: Sequence[Member], units: str, width: int) -> str:
    """The same in characters: two lines an athlete, the second with the first leading cause."""
    runner_units = units_named(units)
    name_width = min(_NAME_CHARACTERS, max(len("athlete"), *(len(one.athlete_id) for one in members)))
    titles = ("verdict", "since", "change (90 %)", "easy", f"{units}/week", "ran")
    head = _columns("athlete", titles, name_width)
    lines = [_title(members), "", head]
    for title, some in _grouped(members):
        lines.append(f"{title}:")
        for one in some:
            line = _line(one, runner_units)
            name = line.name if len(line.name) <= name_width else f"{line.name[: name_width - 1]}…"
            since = f"{'<' * line.is_since_before}{line.since}"
            cells = (line.called, since, line.change, line.easy, line.weekly, line.ago)
            lines.append(_columns(name, cells, name_width))
            lines.append(_cut(f"  {line.cause}: {line.reason}" if line.cause else f"  {line.reason}", width))
    lines += [_cut(f"{one.athlete_id} failed: {one.failure}", width) for one in members if one.failure]
    return "\n".join(line.rstrip() for line in lines)


def _columns(name: str, cells: Sequence[str], width: int) -> str:
    called, since, change, easy, weekly, ago = cells
    return f"{name:<{width}} {called:<11} {since:<11} {change:<23} {easy:>5} {weekly:>7} {ago:>5}"


def facts(member: Member) -> dict[str, Any]:
    """One athlete for programs: SI, ISO days, null for what is not known."""
    row = member.row or {}
    told = {key: row.get(key) for key in _FACTS}
    days = {key: value.isoformat() for key, value in told.items() if isinstance(value, date)}
    return {
        "athlete_id": member.athlete_id,
        "verdict": member.verdict,
        **told,
        **days,
        "failure": member.failure or None,
        "report": member.link or None,
    }


def _grouped(members: Sequence[Member]) -> list[tuple[str, list[Member]]]:
    groups = [(title, [one for one in members if one.verdict in verdicts]) for title, verdicts in _GROUPS]
    return [(title, some) for title, some in groups if some]


def _title(members: Sequence[Member]) -> str:
    """`3 athletes: 1 slower, 1 on a plateau, 1 cannot be told`."""
    counts = [
        (sum(one.verdict in verdicts for one in members), words)
        for verdicts, words in (
            (("declining",), "slower"),
            (("plateau",), "on a plateau"),
            (("improving",), "faster"),
            (("undecided", "not_enough_data"), "cannot be told"),
            (("failed",), "failed"),
        )
    ]
    return f"{len(members)} athletes: {', '.join(f'{count} {words}' for count, words in counts if count)}"


def _line(member: Member, units: Units) -> _Line:
    row: Mapping[str, Any] = member.row or {}
    value, low, high = (row.get(f"change_{which}pct") for which in ("", "low_", "high_"))
    change = NOTHING if value is None else f"{signed(value)} %"
    if value is not None and low is not None and high is not None:
        change += f" ({signed(low)} to {signed(high)})"
    since = row.get("since") if member.verdict != "not_enough_data" else None
    days, weekly_m = row.get("days_since_run"), row.get("weekly_distance_m")
    cause = row.get("leading_cause")
    reason = row.get("leading_reason") if cause else row.get("reason")
    if cause is None and member.verdict in ("declining", "plateau"):
        reason = "No cause stands out among those that could be assessed."
    return _Line(
        name=member.athlete_id,
        link=member.link,
        verdict=member.verdict,
        called=_VERDICTS[member.verdict],
        since=NOTHING if since is None else str(since),
        is_since_before=since is not None and bool(row.get("is_since_before")),
        change=change,
        window="" if value is None else f"{row['window_start_on']} to {row['window_end_on']}",
        cause=title_of(cause) if cause else "",
        reason=plain(reason or ""),
        last_run=str(row.get("last_run_on") or ""),
        ago=NOTHING if days is None else "today" if days == 0 else f"{days} d" if days > 0 else "ahead",
        easy=percent(row.get("easy_share_ratio")),
        easy_place=_place(row.get("easy_share_place_ratio")),
        weekly=number(units.lengths(weekly_m)),
        weekly_place=_place(row.get("weekly_distance_place_ratio")),
    )


def _place(ratio: float | None) -> str:
    """`place 75 %`: so many of the others have less, and those with the same count half."""
    if ratio is None:
        return ""
    if ratio in (0, 1):
        return "most of all" if ratio else "least of all"
    return f"place {percent(ratio)}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
