"""What the report's queries answer about one athlete, before anyone has put it into words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import ModelError, NextgearError, WarehouseError

Row = Mapping[str, Any]

# In the order in which they are told. Each is a query of `sql/reports/`, as are those beside it.
SECTIONS = (
    "verdict",
    "causes",
    "progress_signs",
    "habit_changes",
    "weekly_load",
    "phases",
    "intensity_split",
    "efficiency_trend",
    "workouts",
    "recovery",
    "best_efforts",
    "races",
    "race_predictions",
    "plan",
    "sharpen",
    "data_quality",
    "files",
)
_BESIDE: Mapping[str, Sequence[str]] = {
    "verdict": ("evidence", "devices", "race_changes"),
    "causes": ("measurement_gates",),
    "weekly_load": ("form", "load_methods", "months"),
    "phases": ("breaks", "week_pattern"),
    "intensity_split": ("anchors", "zones"),
    "efficiency_trend": ("fitness_curve", "devices"),
    "workouts": ("repeats",),
    "recovery": ("recovery_days",),
    "best_efforts": ("critical_speed", "effort_months"),
    "plan": ("plan_days",),
    "data_quality": ("altitudes", "gates"),
}


# The warehouse knows what a row of its tables is.
_MODELS = """
    select schema_name || '.' || table_name, comment from duckdb_tables()
    where comment is not null and (schema_name = 'marts' or table_name like 'cause\\_%' escape '\\')
    union all
    select schema_name || '.' || view_name, comment from duckdb_views()
    where comment is not null and schema_name = 'marts'
"""


@dataclass(frozen=True)
class Content:
    """The rows of every section that was asked for; the verdict's are always there, it dates the others."""

    athlete_id: str
    sections: Sequence[str]
    rows: Mapping[str, Sequence[Row]]
    models: Mapping[str, str]
    """What a row is of each mart and of each model of a cause, by its name."""
    options: str = ""
    """What has to follow a command that is shown for it to be about this athlete."""

    @property
    def verdict(self) -> Row | None:
        """The window that carries the verdict; None when the athlete has no activity."""
        return next(iter(self.rows["verdict"]), None)

    @property
    def as_of(self) -> date | None:
        """The day the verdict looks back from: the athlete's last."""
        return self.verdict["as_of_day"] if self.verdict else None


def queries(section: str) -> Sequence[str]:
    """The names of the queries that a section is told from, its own first."""
    return (section, *_BESIDE.get(section, ()))


def read(warehouse: Path, athlete_id: str, sql: Path, sections: Sequence[str], options: str = "") -> Content:
    """Ask the warehouse the questions in the folder `sql`: those of the sections, and the verdict's."""
    asked = [query for name in ("verdict", *sections) for query in queries(name)]
    with _opened(warehouse) as connection:
        whose = {"athlete_id": athlete_id}
        rows = {name: _rows(connection, sql, name, whose) for name in dict.fromkeys(asked)}
        models = dict(connection.execute(_MODELS).fetchall())
    return Content(athlete_id, sections, rows, models, options)


def ask(warehouse: Path, sql: Path, query: str, parameters: Mapping[str, object]) -> list[Row]:
    """What one query of the folder `sql` answers, that is not about one athlete."""
    with _opened(warehouse) as connection:
        return _rows(connection, sql, query, parameters)


def _opened(warehouse: Path) -> duckdb.DuckDBPyConnection:
    if not warehouse.exists():
        raise NextgearError(
            f"{warehouse}: no warehouse yet; `nextgear run SOURCES` makes one from your exports; "
            "`nextgear demo` shows what you would get"
        )
    try:
        connection = duckdb.connect(warehouse, read_only=True)
    except duckdb.Error as error:
        advice = "delete it, and `nextgear build` makes a new one"
        raise WarehouseError(f"{warehouse}: {advice}: {error}") from error
    connection.execute("set enable_progress_bar = false")  # it would stand between the lines
    return connection


def _rows(
    connection: duckdb.DuckDBPyConnection, sql: Path, name: str, parameters: Mapping[str, object]
) -> list[Row]:
    query = (sql / f"{name}.sql").read_text(encoding="utf-8")
    try:
        result = connection.execute(query, dict(parameters))
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        other = "the warehouse is another version's, and `nextgear build` brings it up to date"
        raise ModelError(f"reports.{name}", f"{other} ({str(error).splitlines()[0]})") from error
    except duckdb.Error as error:
        raise ModelError(f"reports.{name}", str(error)) from error
    columns = [column[0] for column in result.description or ()]
    return [dict(zip(columns, map(_known, row), strict=True)) for row in result.fetchall()]


def _known(value: Any) -> Any:
    """NaN and infinity are no numbers to tell a runner, and JSON has none."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
