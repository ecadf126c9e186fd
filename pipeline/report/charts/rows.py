"""How far back the detailed charts go."""

from collections.abc import Sequence
from datetime import date, timedelta

from pipeline.report.content import Content, Row

# Further back, bars are too thin to see and the verdict's longest window (78 weeks) has passed; what came
# before is drawn coarsely.
CHART_WEEKS = 104


def recent(content: Content, query: str, day: str) -> Sequence[Row]:
    """The rows of the last two years; none where one alone would have no neighbour."""
    since = content.as_of - timedelta(weeks=CHART_WEEKS) if content.as_of else date.min
    rows = [row for row in content.rows.get(query, ()) if row[day] > since]
    return rows if len(rows) > 1 else ()
