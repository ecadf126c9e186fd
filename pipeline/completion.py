"""What a shell may offer after `nextgear report --format ` and the like: values, where they can be listed."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import typer

_ANY = ""  # command


def offer(app: typer.Typer) -> None:
    """Tell the options of the commands which values there are. Only when a shell asks: it takes its time."""
    for command in app.registered_commands:
        assert command.callback
        name = command.name or command.callback.__name__
        for parameter, annotation in inspect.get_annotations(command.callback, eval_str=True).items():
            for info in getattr(annotation, "__metadata__", ()):
                # in an annotation, what typer calls the default is the first of the names
                declared = (info.default, *(info.param_decls or ()), parameter)
                asked = ((command_name, option) for command_name in (name, _ANY) for option in declared)
                values = next((_VALUES[key] for key in asked if key in _VALUES), None)
                if values:
                    info.autocompletion = _known(values)


def _known(values: Callable[[Path | None], Iterable[str]]) -> Callable[[typer.Context], list[str]]:
    """Those in the data folder of the command that is being typed; typer leaves out what does not fit."""

    def known(ctx: typer.Context) -> list[str]:
        return list(values(ctx.params.get("data")))

    return known


# --- the values; what is imported for one of them is not loaded for the others


def _these(*values: str) -> Callable[[Path | None], Iterable[str]]:
    return lambda _: values


def _athletes(data: Path | None) -> Iterable[str]:
    """Those with something in the lake, by the names of its folders: fast, and without a look at a file."""
    from pipeline.home import Home, default_folder

    lake = Home(data or default_folder()).lake
    return sorted(folder.name for folder in lake.iterdir()) if lake.is_dir() else []


def _report_formats(_: Path | None) -> Iterable[str]:
    from pipeline.report import FORMATS

    return FORMATS


def _sections(_: Path | None) -> Iterable[str]:
    from pipeline.report.content import SECTIONS

    return SECTIONS


def _outcomes(_: Path | None) -> Iterable[str]:
    from pipeline.schema import OUTCOMES

    return OUTCOMES


def _row_formats(_: Path | None) -> Iterable[str]:
    from pipeline.ask.formats import FORMATS

    return FORMATS


def _schedules(_: Path | None) -> Iterable[str]:
    from pipeline.schedule import FORMATS

    return FORMATS


def _every(_: Path | None) -> Iterable[str]:
    from pipeline.schedule import EVERY

    return EVERY


def _settings(_: Path | None) -> Iterable[str]:
    from pipeline.athlete import KEYS

    return (f"{key}=" for key in KEYS)


def _models(_: Path | None) -> Iterable[str]:
    from pipeline.published import sql_folder

    others = {"checks", "reports", "cookbook"}
    models = (path for path in sql_folder().glob("*/*.sql") if path.parent.name not in others)
    return sorted(f"{path.parent.name}.{path.stem}" for path in models)


def _recipes(_: Path | None) -> Iterable[str]:
    """What --cookbook answers by a name; a query that is typed is nobody's to complete."""
    from pipeline.published import sql_folder

    return sorted(path.stem for path in (sql_folder() / "cookbook").glob("*.sql"))


_VALUES: Mapping[tuple[str, str], Callable[[Path | None], Iterable[str]]] = {
    (_ANY, "--athlete"): _athletes,
    ("report", "--format"): _report_formats,
    ("report", "--section"): _sections,
    ("files", "--outcome"): _outcomes,
    ("files", "--format"): _row_formats,
    ("sql", "--format"): _row_formats,
    ("athlete", "--format"): _these("terminal", "json"),
    ("athlete", "--set"): _settings,
    ("doctor", "--format"): _these("table", "json"),
    ("schedule", "--format"): _schedules,
    ("schedule", "--every"): _every,
    ("models", "name"): _models,
    ("sql", "query"): _recipes,
}
