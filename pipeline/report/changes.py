"""What moves where pace does not, and what the runner changed and came of it: sentences of the marts."""

from pipeline.report.content import Content
from pipeline.report.page import Section
from pipeline.report.units import Units

_TOLD_CHANGES = 5  # the latest; marts.habit_changes has them all


def progress_signs(content: Content, units: Units) -> Section:  # noqa: ARG001 - sections share a signature
    """The signs that can improve while pace does not, those that moved first."""
    rows = content.rows["progress_signs"]
    known = [row["sentence"] for row in rows if row["direction"] != "unknown"]
    unknown = [row["sentence"] for row in rows if row["direction"] == "unknown"]
    return Section(
        "progress_signs",
        "Progress that pace does not show",
        (_signs_in_short(content) or "These signs cannot be told yet.", *known),
        notes=unknown,
        source="marts.progress_signs",
    )


def habit_changes(content: Content, units: Units) -> Section:  # noqa: ARG001 - sections share a signature
    """The lasting changes of habit, the latest first, and what easy pace did since."""
    sentences = [row["sentence"] for row in content.rows["habit_changes"][:_TOLD_CHANGES]]
    if not sentences:
        sentences = ["No habit changed for good in the time that can be seen."]
    return Section(
        "habit_changes",
        "What you changed, and what pace did since",
        sentences,
        notes=(
            "Paces are means of comparable easy runs. What followed a change need not have come from it.",
        ),
        source="marts.habit_changes",
    )


def in_short(content: Content) -> list[str]:
    """A line on the signs and one on the latest change, where there is anything to say."""
    latest = [f"Changed: {row['sentence']}" for row in content.rows["habit_changes"][:1]]
    return [line for line in (_signs_in_short(content), *latest) if line]


def _signs_in_short(content: Content) -> str:
    rows = content.rows["progress_signs"]
    known = [row for row in rows if row["direction"] != "unknown"]
    better = sum(row["direction"] == "better" for row in known)
    if not known:
        return ""
    if any(row["is_improving_underneath"] for row in rows):
        return f"You improve underneath: {better} of {len(known)} signs are better, though pace is not."
    moved = f"{better or 'none'} moved for the better"
    return f"Of {len(known)} sign{'s' * (len(known) != 1)} that can move before pace does, {moved}."
