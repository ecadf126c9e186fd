"""The verdict in words: what happened between two dates, how sure that is, and what it says in pace."""

from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table
from pipeline.report.units import Units, clock, number, percent, signed

_HEADLINES = {
    "improving": "You got faster",
    "plateau": "A plateau: neither faster nor slower",
    "declining": "You got slower",
    "undecided": "Too close to call",
    "not_enough_data": "Not enough runs to judge yet",
}

_CHANGES = {
    "improving": "you got faster at the same heart rate: {change}.",
    "plateau": "you hardly gained or lost speed at the same heart rate: {change}.",
    "declining": "you got slower at the same heart rate: {change}.",
    "undecided": "your speed at the same heart rate changed by {change}: that fits more than one answer.",
    "not_enough_data": "your speed at the same heart rate changed by {change}: too uncertain to call.",
}

_TURN = (
    "your speed at the same heart rate changed by {change}: a turn that one look shows; "
    "the next must confirm it."
)

_YEAR_WEEKS = 52  # over whole years the seasons cancel out

_PROBABILITIES = {"p_improving": "Getting faster", "p_plateau": "Level", "p_declining": "Getting slower"}


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
    return Section(
        "verdict",
        _HEADLINES[row["verdict"]],
        tuple(filter(None, (_change(row), _pace(row, units), _settle(row)))),
        table=_probabilities(row),
        notes=tuple(filter(None, (_window(row), _other_windows(content)))),
        source="marts.plateau",
    )


def _change(row: Row) -> str:
    if row["change_pct"] is None:
        return ""
    change = f"{signed(row['change_pct'])} %"
    if row["change_low_pct"] is not None and row["change_high_pct"] is not None:
        change += f" (90 %: {signed(row['change_low_pct'])} to {signed(row['change_high_pct'])})"
    span = f"Between {row['window_start_on']} and {row['window_end_on']} "
    sentence = _TURN if row["is_first_look_of_turn"] else _CHANGES[row["verdict"]]
    return span + sentence.format(change=change)


def _pace(row: Row, units: Units) -> str:
    """The change as a runner feels it; the difference is that of the two paces as printed."""
    start_s = units.pace_s(row["reference_speed_start_m_per_s"])
    end_s = units.pace_s(row["reference_speed_end_m_per_s"])
    if start_s is None or end_s is None:
        return ""
    start, end = clock(start_s), clock(end_s)
    gained_s = round(start_s) - round(end_s)
    at = f"At {number(row['reference_heart_rate_bpm'])} bpm that is"
    if gained_s == 0:
        return f"{at} {end} /{units.symbol}, then as now."
    side = "faster" if gained_s > 0 else "slower"
    return f"{at} {start} /{units.symbol} then, {end} /{units.symbol} now: {abs(gained_s)} s {side}."


def _settle(row: Row) -> str:
    if row["verdict"] != "not_enough_data":
        return ""
    reason = row["reason"] or "No run has counted so far"
    help_wanted = "More weeks of steady runs with heart rate, on one watch, would settle it."
    return f"{reason[0].upper()}{reason[1:].rstrip('.')}. {help_wanted}"


def _probabilities(row: Row) -> Table | None:
    if row["p_plateau"] is None:
        return None
    return Table(
        ("Trend", "Probability"),
        [(label, percent(row[column])) for column, label in _PROBABILITIES.items()],
        bars=[row[column] for column in _PROBABILITIES],
    )


def _window(row: Row) -> str:
    if row["window_weeks"] is None:
        return ""
    facts = [f"{row['window_weeks']} weeks, {number(row['run_count'])} runs that count"]
    if (smallest := row["minimum_detectable_pct_per_month"]) is not None:
        facts.append(f"the smallest trend they could show is {number(smallest, 1)} % a month")
    if row["since"] is not None and row["verdict"] != "not_enough_data":
        at_least = "at least " if row["is_since_before"] else ""
        facts.append(f"this verdict has stood {at_least}since {row['since']}")
    season = " Season and heat are not corrected for." if row["window_weeks"] < _YEAR_WEEKS else ""
    return "; ".join(facts) + "." + season


def _other_windows(content: Content) -> str:
    """The same question asked of half a year and of a year, so that a recent turn is not hidden."""
    chosen = content.verdict
    views = [
        f"over {row['window_weeks']} weeks faster {percent(row['p_improving'])}, "
        f"level {percent(row['p_plateau'])}, slower {percent(row['p_declining'])}"
        for row in content.rows["verdict"]
        if row["window_weeks"] in (26, _YEAR_WEEKS) and row["p_plateau"] is not None and row is not chosen
    ]
    return f"For comparison: {'; '.join(views)}." if views else ""
