"""The models as text: a list, a diagram of what reads what, or the dictionary `sql/README.md`."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from pipeline import athlete
from pipeline.published import sql_folder
from pipeline.warehouse import (
    Model,
    column_meanings,
    connection,
    create,
    models,
    register_raw,
    register_settings,
)


def text(form: str) -> str:
    """The models in one of three forms: `list`, `graph` (Mermaid) or `markdown`."""
    folder = sql_folder()
    all_models = models(folder)
    lines = {"list": _list, "graph": _graph, "markdown": _markdown}[form](all_models, folder)
    return "\n".join(lines) + "\n"


def _list(all_models: Mapping[str, Model], _folder: Path) -> Iterator[str]:
    for model in all_models.values():
        yield f"{model.name}"
        yield f"    {model.description}"
        yield f"    reads {', '.join(sorted(model.reads)) or 'nothing'}"


def _graph(all_models: Mapping[str, Model], _folder: Path) -> Iterator[str]:
    yield "graph LR"
    for model in all_models.values():
        for read in sorted(model.reads):
            if not read.startswith("settings."):
                yield f"    {read} --> {model.name}"


def _markdown(all_models: Mapping[str, Model], folder: Path) -> Iterator[str]:
    yield from (
        "# The models",
        "",
        "Written by `make docs` from the heads of the models and from `columns.toml`; do not edit.",
        "What people query is in `marts`; the other layers are what they rest on.",
    )
    meanings = column_meanings(folder)
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
                if model.name not in ("settings.measuring", "settings.judging", "settings.matching"):
                    table = db.table(model.name)
                    yield from ("| column | type | meaning |", "|---|---|---|")
                    for column, kind in zip(table.columns, table.types, strict=True):
                        yield f"| `{column}` | {str(kind).lower()} | {meanings[column]} |"
