"""Are the models bound to DuckDB? Each is transpiled, run on Spark SQL, and has to give the same rows.

DuckDB is what runs them, on one machine and on many: this shows that it could be another engine. A model gets
the rows that DuckDB made of all before it, so that none stands or falls with another. `sql/SPARK.md` lists
those that cannot, and is held to it in both directions.
"""

import logging
import os
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest
import spark_sql
from sqlglot.errors import SqlglotError

from pipeline import athlete, published, warehouse
from pipeline.cluster.engine import LOG_SETTINGS, engine
from pipeline.errors import SettingsError
from pipeline.flow import Home
from pipeline.schema import TABLES
from pipeline.warehouse import Model

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PAGE = published.sql_folder() / "SPARK.md"
ALL = warehouse.models(published.sql_folder())
JUDGED_LAYERS = ("athlete", "marts")
SHARES = 30  # of the models below the marts one of so many is tested; NEXTGEAR_SPARK=all tests all
SEVERAL_ROWS = 5000  # of a table with so many, some activities are enough

# One task on one core, on plans that are made once and run once: nothing is worth compiling or distributing.
SPARK = {
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={LOG_SETTINGS.as_uri()}"
    " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss4m",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.leafNodeDefaultParallelism": "1",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.planChangeValidation": "false",
    "spark.sql.lightweightPlanChangeValidation": "false",
}


def listed() -> dict[str, str]:
    """The models of the page's table, with the reason why each does not run."""
    rows = re.findall(r"^\| `(\w+\.\w+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(rows)


@dataclass(frozen=True)
class Sample:
    """Tables that DuckDB has made."""

    db: duckdb.DuckDBPyConnection
    tables: Mapping[str, pa.Table]


@pytest.fixture(scope="module")
def sessions(demo: Home) -> Sample:
    """Everything up to `activity/`, of few sessions second by second, some of which two watches recorded."""
    with duckdb.connect(str(demo.warehouse), read_only=True) as whole:
        chosen = whole.execute(
            """
            with laps as (
                from activity.lap_bouts select activity_id group by 1 order by count(*) desc, 1 limit 1
            ),
            streams as (
                from activity.stream_bouts select activity_id group by 1 order by count(*) desc, 1 limit 1
            )
            (from marts.activities select activity_id where session_class = 'race' order by all limit 1)
            union (from laps)
            union (from streams)
            union (from marts.activities select activity_id where session_class = 'easy' order by all limit 2)
            """
        ).fetchall()
    raw = _raw(demo, sorted(activity_id for (activity_id,) in chosen))
    db = _warehouse(raw)
    for table, copied in {
        "files": "path || '.copy' as path, digest || 'copy' as digest, activity_id || '-copy' as activity_id",
        "activities": "activity_id || '-copy' as activity_id, file_digest || 'copy' as file_digest, "
        "started_at + to_seconds(4) as started_at, 'Other' as device_product, '7' as device_serial",
        "records": "activity_id || '-copy' as activity_id, recorded_at + to_seconds(4) as recorded_at, "
        "null as heart_rate_bpm",
    }.items():
        db.execute(
            f"insert into raw.{table} select * replace ({copied}) from raw.{table} "
            "where activity_id in (from raw.activities select activity_id order by activity_id limit 2)"
        )
    wanted = [name for name, model in ALL.items() if _is_of_sessions(model)]
    for model in warehouse.ancestors(ALL, wanted).values():
        warehouse.create(db, model)
    return _sample(db)


@pytest.fixture(scope="module")
def season(demo: Home) -> Sample:
    """What is judged of the demo's runner, who has nights and a journal besides; of much, some activities."""
    db = _warehouse(_raw(demo, None))
    _add_nights(db)
    db.execute(f"attach '{demo.warehouse}' as whole (read_only)")
    for model in ALL.values():
        if model.is_kept or model.layer == "sessions":
            db.execute(f"create table {model.name} as from whole.{model.name}")
            if db.table(model.name).shape[0] > SEVERAL_ROWS:
                db.execute(f"delete from {model.name} where hash(activity_id) % 10 > 0")
        elif not model.is_stream and (model.layer not in JUDGED_LAYERS or not _is_of_sessions(model)):
            warehouse.create(db, model)
    return _sample(db)


def _is_of_sessions(model: Model) -> bool:
    """Tested on few sessions, second by second, not on a season."""
    is_judged = model.layer in JUDGED_LAYERS
    return not is_judged or any(ALL[name].is_stream for name in model.reads if name in ALL)


def _raw(home: Home, activities: Sequence[str] | None) -> Mapping[str, pa.Table]:
    """What has landed of some activities; of all without, but no records."""
    with warehouse.connection() as db:
        lake = home.lakes()["me"]
        warehouse.register_raw(db, {table: lake.parts(table) for table in TABLES})
        some = f"where activity_id in ({str(activities)[1:-1]})" if activities else ""
        found = dict[str, pa.Table]()
        for table, schema in TABLES.items():
            is_about_one = "activity_id" in schema.names
            nothing = "where false" if activities is None and table in ("records", "rr_intervals") else ""
            found[f"raw.{table}"] = db.sql(
                f"from raw.{table} {some if is_about_one else ''}{nothing}"
            ).to_arrow_table()
        return found


def _warehouse(raw: Mapping[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    db = warehouse.connection()
    warehouse.register_raw(db, {})
    warehouse.register_settings(db, athlete.tables([athlete.Athlete("me", sex="female")]))
    for table, rows in raw.items():
        db.register("rows", rows)
        db.execute(f"insert into {table} by name from rows")
    return db


def _add_nights(db: duckdb.DuckDBPyConnection) -> None:
    """Nights that grow worse, a plan that is started, a journal of how hard it was."""
    db.execute(
        """
        create temp table calendar as
        select cast(started_at as date) as local_day, row_number() over (order by min(started_at)) as number
        from raw.activities group by all;
        insert into raw.wellness_days by name
        select
            'me' as athlete_id, 'nights' as file_digest, local_day,
            46 + number // 60 + number % 4 as heart_rate_resting_bpm,
            0.07 - number // 60 * 0.004 + number % 5 * 0.001 as hrv_s,
            27000 - number // 40 * 900 + number % 7 * 600 as sleep_s,
            70 as sleep_score
        from calendar;
        insert into raw.journal by name
        select
            'me' as athlete_id, 'journal' as file_digest, local_day,
            3 + number % 5 as effort_rating,
            number % 50 = 0 as has_race,
            number % 6 = 0 and number < 150 as is_ill,
            if(number = 120, 'mile_4_weeks', null) as plan_name
        from calendar where number % 2 = 0;
        insert into raw.files by name
        select 'me' as athlete_id, 'journal.csv' as path, 'journal' as digest, 'journal' as format,
            1 as size_bytes, timestamp '2025-01-01' as modified_at, 'imported' as outcome,
            1 as reader_version;
        """
    )


def _sample(db: duckdb.DuckDBPyConnection) -> Sample:
    names = db.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'memory' "
        "and not temporary"
    ).fetchall()
    return Sample(db, {name: db.table(name).to_arrow_table() for (name,) in names})


@pytest.fixture(scope="module")
def spark() -> Iterator["SparkSession"]:
    """A Spark in this process, stopped when the file is through: there can be only one."""
    with ExitStack() as stack:
        try:
            context = stack.enter_context(engine("local[1]", SPARK))
        except SettingsError as error:
            pytest.fail(str(error)) if os.environ.get("CI") else pytest.skip(str(error))
        from pyspark.sql import SparkSession

        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # of queries that do not run
        yield SparkSession(context)


@pytest.fixture(scope="module")
def samples(spark: "SparkSession", sessions: Sample, season: Sample) -> Mapping[str, Sample]:
    """Both, as views of Spark too, by the name that is before theirs."""
    both = {"sessions": sessions, "season": season}
    for prefix, sample in both.items():
        for name, rows in sample.tables.items():
            frame = spark.createDataFrame(spark_sql.rows_for_spark(rows)).coalesce(1)
            frame.createOrReplaceTempView(spark_sql.view(prefix, name))
    return both


def chosen() -> list[str]:
    """The marts, what is listed, and a share of all others, always the same; all of them if that is asked."""
    if os.environ.get("NEXTGEAR_SPARK") == "all":
        return list(ALL)
    others = {name for name in ALL if zlib.crc32(name.encode()) % SHARES == 0}
    return [name for name in ALL if name.startswith("marts.") or name in others or name in listed()]


def test_the_page_lists_models_that_exist_and_counts_those_that_run():
    page = PAGE.read_text(encoding="utf-8")
    assert listed().keys() <= ALL.keys()
    written = re.findall(r"^\| (\w+) \| (\d+) of (\d+) \|$", page, re.MULTILINE)
    counts = {
        layer: [model.name not in listed() for model in ALL.values() if model.layer == layer]
        for layer in dict.fromkeys(model.layer for model in ALL.values())
    }
    assert {layer: (int(run), int(of)) for layer, run, of in written} == {
        layer: (sum(runs), len(runs)) for layer, runs in counts.items()
    }


@pytest.mark.parametrize("name", chosen())
def test_a_model_gives_the_same_rows_on_spark_unless_it_is_listed(
    name: str, spark: "SparkSession", samples: Mapping[str, Sample]
):
    model = ALL[name]
    prefix = "sessions" if _is_of_sessions(model) else "season"
    failure = _failure(model, spark, samples[prefix], prefix)
    reason = listed().get(name)
    if reason is None:
        assert failure is None
    else:
        assert failure is not None, f"{PAGE.name} lists it ({reason}), and it runs: take it off the list"


def _failure(model: Model, spark: "SparkSession", sample: Sample, prefix: str) -> str | None:
    """Why the model does not run on Spark, or the first of the rows that differ there."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    def look_up(query: str) -> list[Any]:
        return [value for (value,) in sample.db.execute(query).fetchall()]

    tables = {name: rows.schema for name, rows in sample.tables.items()}
    try:
        sql = spark_sql.transpiled(model.sql, tables, look_up, prefix)
        rows = spark.sql(sql).toArrow()
    except SqlglotError as error:
        return f"sqlglot: {error}"
    except (PySparkException, Py4JJavaError) as error:
        causes = re.findall(r"(?:Caused by|executor driver\)): (.+)", str(error))
        return f"Spark: {(causes or [str(error)])[0]}"
    return spark_sql.difference(rows, sample.tables[model.name], model.grain)
