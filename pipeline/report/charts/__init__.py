"""What the charts of the HTML report show, section by section; `drawing` draws them.

Colour is never the only sign: what differs in colour differs in shape, place or outline too. Each chart says
in words what is to be seen in it.
"""

from collections.abc import Callable, Mapping, Sequence

from pipeline.report.charts.drawing import Chart
from pipeline.report.charts.efforts import best_efforts, race_predictions
from pipeline.report.charts.pace import efficiency_trend
from pipeline.report.charts.recovery import recovery
from pipeline.report.charts.weeks import intensity_split, phases, weekly_load
from pipeline.report.charts.workouts import workouts
from pipeline.report.content import Content
from pipeline.report.units import Units

_DRAWN_BY: Mapping[str, Callable[[Content, Units], Sequence[Chart]]] = {
    "weekly_load": weekly_load,
    "phases": phases,
    "intensity_split": intensity_split,
    "efficiency_trend": efficiency_trend,
    "workouts": workouts,
    "recovery": recovery,
    "best_efforts": best_efforts,
    "race_predictions": race_predictions,
}


def charts(content: Content, units: Units) -> Mapping[str, Sequence[Chart]]:
    """The charts of each section that has enough rows to draw."""
    return {name: draw(content, units) for name, draw in _DRAWN_BY.items() if name in content.rows}
