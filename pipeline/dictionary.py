"""The models as text: a list, a diagram of what reads what, or the dictionary `sql/README.md`."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path

import duckdb

from pipeline import athlete
from pipeline.errors import SettingsError
from pipeline.published import sql_folder
from pipeline.warehouse import (
    EXPLAIN_THEMSELVES,
    LAYERS,
    Model,
    ancestors,
    column_meanings,
    connection,
    create,
    models,
    reasons,
    register_raw,
    register_settings,
)


def text(form: str, name: str | None = None) -> str:
    """The models in one of three forms: `list`, `graph` (Mermaid) or `markdown`; of a name, what it rests on.

    Raises SettingsError for the name of no model.
    """
    folder = sql_folder()
    all_models = models(folder)
    if name is not None:
        wanted = _named(all_models, name)
        lines = _lineage(all_models, wanted) if form == "graph" else _one(all_models, wanted, folder)
    else:
        lines = {"list": _list, "graph": _graph, "markdown": _markdown}[form](all_models, folder)
    return "\n".join(lines) + "\n"


def _named(all_models: Mapping[str, Model], name: str) -> Model:
    """The model of that name; a mart without its schema is meant, too."""
    for known in (name, f"marts.{name}"):
        if known in all_models:
            return all_models[known]
    alike = get_close_matches(name, all_models) or get_close_matches(f"marts.{name}", all_models)
    advice = f"did you mean {' or '.join(alike)}?" if alike else "`nextgear models` lists them"
    raise SettingsError(f"{name}: there is no such model; {advice}")


def _list(all_models: Mapping[str, Model], _folder: Path) -> Iterator[str]:
    for model in all_models.values():
        yield f"{model.name}"
        yield f"    {model.description}"
        yield f"    reads {', '.join(sorted(model.reads)) or 'nothing'}"


def _one(all_models: Mapping[str, Model], model: Model, folder: Path) -> Iterator[str]:
    layer, table = model.name.split(".")
    readers = sorted(other.name for other in all_models.values() if model.name in other.reads)
    yield model.name
    yield f"    {model.description}"
    yield f"    made by {folder / layer / table}.sql"
    if model.grain:
        yield f"    a row per {', '.join(model.grain)}"
    yield f"    reads {', '.join(sorted(model.reads)) or 'nothing'}"
    yield f"    read by {', '.join(readers) or 'no other model'}"
    yield ""
    with connection() as db:
        register_raw(db, {})
        register_settings(db, athlete.tables([]))
        for below in ancestors(dict(all_models), [model.name]).values():
            create(db, below)
        rows = list(_columns(db, model, folder))
    longest = max(len(column) for column, _, _ in rows)
    for column, kind, meaning in rows:
        yield f"{column:<{longest}}  {kind:<9}  {meaning}"


def _columns(db: duckdb.DuckDBPyConnection, model: Model, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Name, type and meaning of each column of a model that is built."""
    meanings = column_meanings(folder)
    own = reasons(model.sql) if model.name in EXPLAIN_THEMSELVES else {}
    table = db.table(model.name)
    for column, kind in zip(table.columns, table.types, strict=True):
        yield column, str(kind).lower(), own.get(column) or meanings[column]


# --- what reads what, for Mermaid, which GitHub draws up to 50,000 letters and 500 arrows


def _graph(all_models: Mapping[str, Model], _folder: Path) -> Iterator[str]:
    """The marts and what each of them reads; all models are more than anybody can look at."""
    marts = {name: model for name, model in all_models.items() if model.layer == "marts"}
    yield from _drawn(marts.values())


def _lineage(all_models: Mapping[str, Model], model: Model) -> Iterator[str]:
    """A model and all that it rests on, down to the lake; numbers of the settings are left out."""
    yield from _drawn(ancestors(dict(all_models), [model.name]).values())


def _drawn(drawn: Collection[Model]) -> Iterator[str]:
    """Each layer is a box, in the order in which they are built; a dot in a name would end it."""
    arrows = [
        (read, model.name)
        for model in drawn
        for read in sorted(model.reads)
        if not read.startswith("settings.")
    ]
    names = {name for arrow in arrows for name in arrow}
    names |= {model.name for model in drawn if model.layer != "settings"}
    yield "flowchart LR"
    for layer in LAYERS:
        inside = sorted(name for name in names if name.startswith(f"{layer}."))
        if inside:
            yield f"    subgraph {layer}"
            yield from (f'        {_id(name)}["{name.partition(".")[2]}"]' for name in inside)
            yield "    end"
    yield from (f"    {_id(read)} --> {_id(name)}" for read, name in arrows)


def _id(name: str) -> str:
    return name.replace(".", "_")


def _markdown(all_models: Mapping[str, Model], folder: Path) -> Iterator[str]:
    yield from (
        "# The models",
        "",
        "Written by `make docs` from the heads of the models and from `columns.toml`; do not edit.",
        "What people query is in `marts`; the other layers are what they rest on.",
        "[The cookbook](cookbook/README.md) has questions that are ready to be asked, and",
        "[the warehouse in other tools](OTHER_TOOLS.md) how DuckDB, DBeaver, pandas and R open it.",
    )
    with connection() as db:
        register_raw(db, {})
        register_settings(db, athlete.tables([]))
        for model in all_models.values():
            create(db, model)
        in_order = sorted(
            all_models.values(), key=lambda model: (model.layer != "marts", model.layer, model.name)
        )
        for layer, of_layer in groupby(in_order, key=lambda model: model.layer):
            yield from ("", f"## {layer}")
            for model in of_layer:
                yield from ("", f"### {model.name}", "", model.description, "")
                if model.grain:
                    yield f"A row per `{', '.join(model.grain)}`."
                if model.reads:
                    yield f"Reads {', '.join(f'`{read}`' for read in sorted(model.reads))}."
                yield ""
                if model.name not in EXPLAIN_THEMSELVES:
                    yield from ("| column | type | meaning |", "|---|---|---|")
                    for column, kind, meaning in _columns(db, model, folder):
                        yield f"| `{column}` | {kind} | {meaning} |"
