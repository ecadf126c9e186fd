"""What the documents show runs: every query in every page, against the marts as they are."""

import re
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pytest

from pipeline import warehouse

CHECKOUT = Path(__file__).parent.parent
PAGES = sorted(
    page
    for page in [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("[dpst]*/**/*.md")]
    if not {".venv", "exports", "lake", "reports"} & set(page.relative_to(CHECKOUT).parts)
)

NothingLanded = Callable[[Iterable[str]], duckdb.DuckDBPyConnection]


def queries(page: str) -> list[str]:
    """Blocks of SQL, and what `nextgear sql` is asked in the others or within a line."""
    asked = [
        words[2]
        for line in re.findall(r"nextgear sql [\"'][^\n`]*", page)
        if len(words := shlex.split(line, comments=True)) > 2 and not words[2].endswith(".sql")
    ]
    return [*re.findall(r"```sql\n(.*?)```", page, re.DOTALL), *asked]


def test_there_are_pages_with_queries():
    names = {str(page.relative_to(CHECKOUT)) for page in PAGES}
    assert {"README.md", "sql/README.md", "sql/cookbook/README.md", "data/README.md"} <= names
    assert len(queries((CHECKOUT / "README.md").read_text(encoding="utf-8"))) >= 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_every_query_that_a_page_shows_can_be_asked(page: Path, nothing_landed: NothingLanded):
    for query in queries(page.read_text(encoding="utf-8")):
        with warehouse.connection() as db:
            tables = warehouse.relations(db, str(page), query)
        try:
            nothing_landed(tables).execute(query)
        except duckdb.Error as error:
            pytest.fail(f"{query}\n{error}")
