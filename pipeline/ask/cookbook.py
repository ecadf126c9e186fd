"""The questions that runners ask, each a query of `sql/cookbook`: its first line is the question."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from pipeline.errors import SettingsError
from pipeline.home import sql_folder


@dataclass(frozen=True)
class Recipe:
    """A question and the query that answers it, for the athlete of `getvariable('athlete_id')` or for all."""

    name: str
    question: str
    sql: str


def recipes() -> list[Recipe]:
    """All of them, by name."""
    return [
        Recipe(path.stem, sql.splitlines()[0].removeprefix("-- "), sql)
        for path in sorted((sql_folder() / "cookbook").glob("*.sql"))
        for sql in [path.read_text(encoding="utf-8")]
    ]


def recipe(name: str) -> Recipe:
    """The one of that name, or of that file. Raises SettingsError, with names alike, if there is none."""
    known = {recipe.name: recipe for recipe in recipes()}
    wanted = name.removesuffix(".sql")
    if wanted in known:
        return known[wanted]
    alike = get_close_matches(wanted, known)
    advice = f"did you mean {' or '.join(alike)}?" if alike else "`nextgear sql --cookbook` lists them"
    raise SettingsError(f"the cookbook has no {wanted}: {advice}")


def listed() -> Iterator[str]:
    """A line for each: its name and its question."""
    known = recipes()
    longest = max(len(recipe.name) for recipe in known)
    for recipe in known:
        yield f"{recipe.name:<{longest}}  {recipe.question}"


def markdown() -> Iterator[str]:
    """The lines of `sql/cookbook/README.md`."""
    known = recipes()
    yield from (
        "# The cookbook",
        "",
        "Written by `make docs` from the queries beside it; do not edit.",
        f"{len(known)} questions that runners ask, each answered by one query of the marts.",
        "",
        "```",
        "nextgear sql --cookbook                  # this list",
        f"nextgear sql --cookbook {known[0].name:<17}# the answer, from your own runs",
        "```",
        "",
        "Copy one and change it: `nextgear sql mine.sql`. Those called `squad_...` are about all athletes.",
        "What a column means is in [the dictionary](../README.md).",
        "",
        "| question | query |",
        "|---|---|",
        *(f"| {recipe.question} | [{recipe.name}]({recipe.name}.sql) |" for recipe in known),
    )
    for recipe in known:
        yield from ("", f"## {recipe.question}", "", "```sql", recipe.sql.rstrip(), "```")


if __name__ == "__main__":  # make docs
    print("\n".join(markdown()))
