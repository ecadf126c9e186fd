"""What a machine can keep of the house style. Each test names all offenders at once."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import typer.main

from pipeline import warehouse
from pipeline.schema import TABLES

CHECKOUT = Path(__file__).parent.parent
SQL = CHECKOUT / "sql"

Models = dict[str, warehouse.Model]
NothingLanded = Callable[[Iterable[str]], duckdb.DuckDBPyConnection]
Node = dict[str, Any]  # one node of DuckDB's parse tree

# A part may import these parts and no other; what is not here may import all.
MAY_IMPORT = {
    "errors": set[str](),
    "schema": set[str](),
    "fit_file": set[str](),
    "simulate": {"fit_file"},
    "simulate_causes": {"fit_file", "simulate"},
    "console": set[str](),
    "letters": set[str](),
    "ask": {"errors", "home", "reader", "console", "published", "answers", "athlete", "lake"},
    "reader": {"errors"},
    "home": {"addresses", "errors", "lake"},
    "addresses": set[str](),
    "places": {"addresses", "errors"},
    "sources": {"addresses", "errors", "places"},
    "platforms": set[str](),
    "local_time": {"errors"},
    "readers": {"errors", "schema"},
    "lake": {"errors", "schema"},
    "athlete": {"errors", "schema"},
    "ingest": {
        "addresses",
        "errors",
        "schema",
        "sources",
        "platforms",
        "readers",
        "lake",
        "local_time",
        "athlete",
    },
    "published": {"home", "lake"},
    "warehouse": {"errors", "schema", "lake", "published", "reader"},
    "report": {"errors", "letters"},
    "schedule": {"errors"},
    "beginning": {"home"},
    "options": {"console"},
    "cluster": {
        "addresses",
        "ask",
        "athlete",
        "console",
        "errors",
        "ingest",
        "lake",
        "options",
        "places",
        "published",
        "schema",
        "warehouse",
    },
    "notify": {"errors", "lake"},
}

# None, neighbours, halves, a week's other days, conversions: numbers that say nothing about runners.
UNITS = {0, 1, -1, 2, 6, 7, 60, 100, 1000, 3600, 86400}

EXPLAIN_THEMSELVES = warehouse.EXPLAIN_THEMSELVES

# Other rows tomorrow, or on a retry. What needs no parentheses is a column to DuckDB's parser.
RESTLESS_FUNCTIONS = {"now", "today", "random", "setseed", "uuid", "uuidv4", "uuidv7", "nextval"}
RESTLESS_COLUMNS = {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"}

# Values and `threshold` stand beside a column `unit`; the others are numbers without one.
SHAPE_OF_TYPE = {
    "BOOLEAN": re.compile(r"^(is|has|counts)_"),
    "TIMESTAMP": re.compile(r"_at$"),
    "DATE": re.compile(r"_(day|on|from)$|^since$"),
    "DOUBLE": re.compile(
        r"_(m|s|days|months|bpm|deg|w|c|j|kg|m_per_s|per_min|m_per_beat|pct|pct_per_month)$"
        r"|_(ratio|score|rating|factor)$|^p_[a-z]+$|^(value|before_value|after_value|threshold|score|monotony|polarization_index)$"
    ),
}
ANY_SHAPE = re.compile("")


def expect_none(offenders: Iterable[object]) -> None:
    """Fail with every offender, one a line."""
    found = sorted({str(offender) for offender in offenders})
    assert not found, "\n".join(found)


# --- SQL: what a file is


def test_every_sql_file_is_a_model_a_check_a_report_or_a_recipe(models: Models):
    others = {"checks", "reports", "cookbook"}
    folders = {*warehouse.LAYERS[1:], *others}
    for path in SQL.rglob("*.sql"):
        folder, name = path.relative_to(SQL).with_suffix("").parts
        assert folder in folders, path
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), path
        assert folder in others or f"{folder}.{name}" in models


def test_every_sql_file_says_first_what_one_row_is():
    first_lines = {path: path.read_text(encoding="utf-8").splitlines()[0] for path in SQL.rglob("*.sql")}
    expect_none(path for path, line in first_lines.items() if not re.match(r"-- \S.*[.:?,\w]$", line))
    expect_none(
        path
        for path, line in first_lines.items()
        if path.parent.name not in {"checks", "cookbook"} and not line.startswith("-- One row")
    )


def test_a_recipe_begins_with_its_question_and_answers_it_for_one_athlete_or_for_all():
    recipes = {path: path.read_text(encoding="utf-8") for path in (SQL / "cookbook").glob("*.sql")}
    assert len(recipes) >= 20
    expect_none(path for path, sql in recipes.items() if not re.match(r"-- [A-Z].*\?\n", sql))
    for path, sql in recipes.items():
        is_of_all = "marts.squad" in sql
        assert is_of_all == path.name.startswith("squad_"), path
        assert is_of_all != ("getvariable('athlete_id')" in sql), path
    expect_none(path for path, sql in recipes.items() if len(sql.splitlines()) > 40)


def test_every_model_is_keyed_by_the_athlete(models: Models):
    keyed = (model for model in models.values() if model.layer != "settings")
    expect_none(model.name for model in keyed if model.grain[:1] != ("athlete_id",))


def test_every_window_stays_within_one_athlete(models: Models):
    expect_none(
        f"{model.name}: {node['function_name']}"
        for model in models.values()
        if "athlete_id" in model.grain and not model.is_across_athletes
        for node, _ in nodes(model)
        if node.get("class") == "WINDOW"
        and "athlete_id" not in {name for part in node["partitions"] for name in part.get("column_names", ())}
    )


def test_what_looks_across_athletes_rests_on_a_mart_alone_and_nothing_rests_on_it(models: Models):
    """Then all else can be built of some athletes at a time, and this of what that made."""
    across = {model.name for model in models.values() if model.is_across_athletes}
    assert across
    expect_none(
        f"{name} reads {read}"
        for name in across
        for read in models[name].reads
        if not read.startswith(("marts.", "settings."))
    )
    expect_none(f"{model.name} reads {read}" for model in models.values() for read in model.reads & across)


def test_layers_only_look_back(models: Models):
    depth = warehouse.LAYERS.index
    expect_none(
        f"{model.name} reads {read}"
        for model in models.values()
        for read in model.reads
        if depth(read.split(".")[0]) > depth(model.layer)
    )


def test_no_setting_of_the_athlete_enters_what_is_measured_once_per_activity(models: Models):
    activity = [name for name, model in models.items() if model.layer in warehouse.MEASURED_LAYERS]
    settings = {f"raw.{table}" for table in warehouse.SETTINGS_TABLES}
    expect_none(m.name for m in warehouse.ancestors(models, activity).values() if m.reads & settings)


def test_reports_and_recipes_read_marts_only():
    with warehouse.connection() as db:
        reads = {
            path: warehouse.relations(db, path.stem, path.read_text(encoding="utf-8"))
            for folder in ("reports", "cookbook")
            for path in (SQL / folder).glob("*.sql")
        }
    expect_none(path for path, read in reads.items() if any(not name.startswith("marts.") for name in read))


# --- SQL: what a select may say


@cache
def nodes(model: warehouse.Model) -> list[tuple[Node, tuple[Node, ...]]]:
    """Every node of the parsed model, with the nodes around it, outermost first."""
    with warehouse.connection() as db:
        parsed = db.execute("select json_serialize_sql(?)", [model.sql]).fetchall()[0][0]
    return list(_nodes(json.loads(parsed)["statements"][0]["node"], ()))


def _nodes(tree: Any, around: tuple[Node, ...]) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    if isinstance(tree, dict):
        yield tree, around
        for child in tree.values():
            yield from _nodes(child, (*around, tree))
    elif isinstance(tree, list):
        for child in tree:
            yield from _nodes(child, around)


def numbers(model: warehouse.Model) -> Iterator[str]:
    """The numbers of a model, less those of its quantiles: which quantile is a part of the name."""
    for node, around in nodes(model):
        literal = node.get("literal") or {}
        quantile = any(str(outer.get("function_name")).startswith("quantile") for outer in around)
        if literal.get("kind") in {"INTEGER", "NUMERIC"} and not quantile:
            yield literal["text"]


def test_outer_columns_are_spelled_out(models: Models):
    outermost = {"SELECT_NODE", "SET_OPERATION_NODE"}
    expect_none(
        model.name
        for model in models.values()
        for node, around in nodes(model)
        if node.get("class") == "STAR"
        and node.get("type") == "STAR"
        and {outer["type"] for outer in around if "type" in outer} <= outermost
        and not any("materialized" in outer for outer in around)
    )


def test_a_model_gives_the_same_rows_whenever_it_runs(models: Models):
    expect_none(
        model.name
        for model in models.values()
        for node, _ in nodes(model)
        if node.get("function_name") in RESTLESS_FUNCTIONS
        or ".".join(node.get("column_names", ())) in RESTLESS_COLUMNS
    )


def test_a_window_over_time_counts_seconds_not_rows(models: Models):
    expect_none(
        model.name
        for model in models.values()
        for node, _ in nodes(model)
        if {node.get("start"), node.get("end")} & {"EXPR_PRECEDING_ROWS", "EXPR_FOLLOWING_ROWS"}
    )


def test_a_number_that_decides_lives_in_settings_with_its_reason(models: Models):
    expect_none(
        f"{model.name}: {text}"
        for model in models.values()
        if model.layer != "settings"
        for text in numbers(model)
        if float(text) not in UNITS
    )


def test_every_threshold_is_read_by_a_model(models: Models, nothing_landed: NothingLanded):
    read = {
        node["column_names"][-1]
        for model in models.values()
        for node, _ in nodes(model)
        if node.get("column_names")
    }
    numbers = {name for table in EXPLAIN_THEMSELVES for name in nothing_landed([table]).table(table).columns}
    expect_none(numbers - read)


def test_what_is_measured_once_per_activity_hangs_on_no_number_that_judges(models: Models):
    activity = [name for name, model in models.items() if model.layer in warehouse.MEASURED_LAYERS]
    expect_none(
        m.name for m in warehouse.ancestors(models, activity).values() if "settings.judging" in m.reads
    )


def test_what_is_measured_of_a_recording_rests_on_its_file_alone(models: Models):
    recording = [name for name, model in models.items() if model.layer == "recording"]
    below = {m.name: m.layer for m in warehouse.ancestors(models, recording).values()}
    expect_none(name for name, layer in below.items() if layer not in {"recording", "settings"})


def test_whether_two_are_one_rests_on_no_row_per_record(models: Models):
    matching = [model for model in models.values() if model.layer == "sessions"]
    assert matching
    expect_none(
        f"{model.name} reads {read}"
        for model in matching
        for read in model.reads
        if read.startswith("raw.") and read not in {"raw.activities", "raw.descriptions", "raw.files"}
    )


def test_a_sentence_has_no_unit_of_length_but_the_athletes(models: Models):
    """`5 km` is the name of a race, and stays."""
    fixed = re.compile(r"(?<!\b5 )\bkm\b|\bmiles\b")
    expect_none(
        f"{model.name}: {text}"
        for model in models.values()
        if model.layer != "settings"
        for text in re.findall(r"'((?:[^']|'')*)'", re.sub(r"--.*", "", model.sql))
        if text != "km" and fixed.search(text)
    )


# --- SQL: names


@pytest.fixture
def columns(models: Models, nothing_landed: NothingLanded) -> list[tuple[str, str, str]]:
    """Table, name and type of every column, from the raw contract to the marts."""
    raw = [f"raw.{table}" for table in (*TABLES, *warehouse.SETTINGS_TABLES)]
    tables = {name: nothing_landed([name]).table(name) for name in (*raw, *models)}
    return [
        (table, name, str(type_))
        for table, rows in tables.items()
        for name, type_ in zip(rows.columns, rows.types, strict=True)
    ]


def test_every_column_is_explained_once_and_every_explanation_is_used(columns: list[tuple[str, str, str]]):
    explained = {name for name, meaning in warehouse.column_meanings(SQL).items() if meaning.strip()}
    expect_none({name for table, name, _ in columns if table not in EXPLAIN_THEMSELVES} - explained)
    expect_none(explained - {name for _, name, _ in columns})


def test_a_name_says_its_unit_or_its_kind(columns: list[tuple[str, str, str]]):
    expect_none(
        f"{table}.{name}: {type_}"
        for table, name, type_ in columns
        if not table.startswith("settings.") and not SHAPE_OF_TYPE.get(type_, ANY_SHAPE).search(name)
    )


def test_only_portable_types_leave_a_model(columns: list[tuple[str, str, str]]):
    portable = {"VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "VARCHAR[]"}
    of_models = [column for column in columns if not column[0].startswith("raw.")]
    expect_none(f"{table}.{name}: {type_}" for table, name, type_ in of_models if type_ not in portable)


def test_every_model_is_named_in_a_test(models: Models):
    tests = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    rows = [name for name, model in models.items() if model.layer != "settings"]
    expect_none(name for name in rows if not any(name in test for test in tests))


# --- Python


def imports(path: Path) -> Iterator[str]:
    """The parts of this package that a module imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("pipeline."))


def test_parts_do_not_know_each_other():
    package = CHECKOUT / "pipeline"
    part_of = {path: path.relative_to(package).with_suffix("").parts[0] for path in package.rglob("*.py")}
    expect_none(
        f"{path} imports {imported}"
        for path, part in part_of.items()
        if part in MAY_IMPORT
        for imported in imports(path)
        if imported not in MAY_IMPORT[part] | {part}
    )


def test_no_module_is_a_drawer_for_odds_and_ends():
    expect_none(CHECKOUT.glob("pipeline/**/*util*.py"))


def test_the_command_starts_without_what_only_some_commands_need():
    listing = "import pipeline.cli, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=True
    ).stdout
    heavy = {
        "duckdb",
        "pyarrow",
        "pandas",
        "numpy",
        "rich",
        "jinja2",
        "vl_convert",
        "fastcrc",
        "fitdecode",
        "gpxpy",
        "tzfpy",
        "prompt_toolkit",
        "pygments",
    }
    assert heavy.isdisjoint(loaded.split())


# --- README


@pytest.fixture
def readme() -> str:
    return (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_the_readme_knows_every_command_and_option(readme: str):
    from pipeline.cli import app

    program: Any = typer.main.get_command(app)
    commands: dict[str, Any] = dict(program.commands)
    for group in [name for name, command in commands.items() if hasattr(command, "commands")]:
        commands |= {f"{group} {name}": command for name, command in commands[group].commands.items()}
    options = {
        option for each in (program, *commands.values()) for param in each.params for option in param.opts
    }
    asked = {*(f"nextgear {name}" for name in commands), *(o for o in options if o.startswith("--"))}
    expect_none(text for text in sorted(asked - {"--help"}) if not re.search(rf"{re.escape(text)}\b", readme))


def test_what_the_readme_links_to_exists(readme: str):
    links = [link for link in re.findall(r"\]\(([^)#]+)", readme) if "://" not in link]
    assert links
    expect_none(link for link in links if not (CHECKOUT / link).exists())


def test_the_sql_that_the_readme_shows_runs(readme: str, nothing_landed: NothingLanded):
    shown = re.findall(r"```sql\n(.*?)```", readme, re.DOTALL)
    assert shown
    for query in shown:
        with warehouse.connection() as db:
            tables = warehouse.relations(db, "README.md", query)
        nothing_landed(tables).execute(query)


def test_the_readme_names_models_that_are_there_and_every_cause(models: Models):
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:marts|settings)\.[a-z_0-9]+)`", readme))
    expect_none(name for name in named if name not in models)
    asked = re.findall(r"^\s*\(?\s*'([a-z_]+)', '[A-Z]", models["settings.causes"].sql, re.MULTILINE)
    assert len(asked) == 31
    expect_none(cause for cause in asked if f"`{cause}`" not in readme)
