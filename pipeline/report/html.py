"""The report as one HTML page that needs nothing else: no network, no JavaScript."""

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.report.charts import CHART_WEEKS, charts
from pipeline.report.content import Content
from pipeline.report.page import Section, plain
from pipeline.report.units import Units


def html_report(heading: str, sections: Sequence[Section], content: Content, units: Units) -> str:
    """All of every section; series and charts go back two years."""
    return html_page(
        "report.html.j2",
        heading=heading,
        sections=sections,
        charts=charts(content, units),
        series_rows=CHART_WEEKS,
        verdict=content.verdict["verdict"] if content.verdict else "not_enough_data",
    )


def html_page(template: str, **values: object) -> str:
    """A page from a template of this folder that extends `base.html.j2`, which wants a `heading`.

    Whatever stands in `values` is text: markup in it is shown, not obeyed.
    """
    environment = Environment(
        loader=PackageLoader("pipeline.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_readable,
    )
    return environment.get_template(template).render(values)


def _readable(value: object) -> object:
    """Text from a file made harmless to read, and no number left at a line's end without its unit."""
    return plain(value).replace(" %", "\u00a0%").replace(" /", "\u00a0/") if type(value) is str else value
