"""A training plan that was started: how far it was kept to, and what comes next."""

from pipeline.report.content import Content, Row
from pipeline.report.page import Section, Table
from pipeline.report.units import Units, percent

_NEXT_DAYS = 3


def plan(content: Content, units: Units) -> Section:  # noqa: ARG001 - sections share a signature
    """The plan started last; without one, what the plans ask for, said only where it is asked for."""
    rows = content.rows["plan"]
    started = next((row for row in rows if row["plan_started_on"] is not None), None)
    source = "marts.plans, plan_days"
    if started is None:
        told = [f"{row['title']}: {row['reason']}" for row in rows]
        return Section("plan", "Plan", ("No plan has been started.", *told), is_optional=True, source=source)
    days = [day for day in content.rows["plan_days"] if day["plan_name"] == started["plan_name"]]
    is_over = bool(days) and content.as_of is not None and content.as_of >= days[-1]["local_day"]
    to_come = [day for day in days if content.as_of is not None and day["local_day"] > content.as_of]
    sentences = [_started(started, is_over=is_over), started["reason"], *map(_next, to_come[:_NEXT_DAYS])]
    return Section(
        "plan",
        f"Plan: {started['title']}",
        sentences,
        table=Table(
            ("Day", "Planned", "Done", "Kept to"),
            [
                (
                    str(day["local_day"]),
                    day["planned"] or "",
                    day["done"] or "",
                    percent(day["adherence_ratio"]),
                )
                for day in days
            ],
            words=(0, 1, 2),
        ),
        source=source,
    )


def _started(row: Row, *, is_over: bool) -> str:
    by = "your journal says so" if row["start_source"] == "journal" else "your runs follow it"
    told = "It was run from" if is_over else "It runs since"
    return f"{told} {row['plan_started_on']}{' on' if is_over else ''}: {by}."


def _next(day: Row) -> str:
    return f"{day['local_day']}: {day['planned']}."
