"""The model runner on small models over a small lake, and the warehouse of a whole run."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import athlete, warehouse
from pipeline.ask import query
from pipeline.errors import CheckError, ModelError, NextgearError
from pipeline.flow import Home
from pipeline.lake import Lake
from pipeline.schema import TABLES

# Each model reads what its name says that it needs; `long_runs` alone reads the threshold.
MODELS = {
    "settings/thresholds": "select cast(600 as double) as long_min_s -- a long run lasts ten minutes",
    "staging/activities": "select athlete_id, activity_id, started_at, timer_s from raw.activities",
    "activity/stream": """
        -- One row per record.
        -- grain: athlete_id, activity_id, recorded_at
        select athlete_id, activity_id, recorded_at, heart_rate_bpm from raw.records""",
    "activity/hearts": """
        -- One row per activity: its heart.
        --
        -- In beats.
        -- grain: athlete_id, activity_id
        -- check: heart_rate_bpm < 250
        select athlete_id, activity_id, max(heart_rate_bpm) as heart_rate_bpm
        from activity.stream group by all""",
    "activity/long_runs": """
        -- One row per long run.
        -- grain: athlete_id, activity_id
        select athlete_id, activity_id from staging.activities
        cross join settings.thresholds where timer_s >= long_min_s""",
    "athlete/days": """
        -- One row per day.
        -- grain: athlete_id, day
        -- check: timer_s > 0
        select athlete_id, cast(started_at as date) as day, sum(timer_s) as timer_s
        from staging.activities group by all""",
    "marts/days": """
        -- One row per day.
        -- grain: athlete_id, day
        select athlete_id, day, timer_s, birth_year from athlete.days
        left join raw.athletes using (athlete_id)""",
    "marts/runs": """
        -- One row per run.
        -- grain: athlete_id, activity_id
        select athlete_id, activity_id, heart_rate_bpm, long_runs.activity_id is not null as is_long
        from activity.hearts left join activity.long_runs using (athlete_id, activity_id)""",
}
MEASURED = {"activity.hearts", "activity.long_runs"}


class Project:
    """Models, a lake and the warehouse that they make."""

    def __init__(self, folder: Path) -> None:
        self.sql = folder / "sql"
        self.lake = Lake(folder / "lake", "ann")
        self.warehouse = folder / "warehouse.duckdb"
        self.athlete = athlete.Athlete("ann")
        self.sql.mkdir()
        (self.sql / "columns.toml").write_text('athlete_id = "Who."\n')
        for name, sql in MODELS.items():
            self.write(name, sql)

    def write(self, name: str, sql: str) -> None:
        path = self.sql / f"{name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(line.strip() for line in sql.strip().splitlines()))

    def change(self, name: str, old: str, new: str) -> None:
        changed = MODELS[name].replace(old, new)
        assert changed != MODELS[name]
        self.write(name, changed)

    def land(self, day: int, timer_s: float = 900, heart_rates_bpm: tuple[float, ...] = (120, 150)) -> None:
        started_at = datetime(2024, 1, 1, 6) + timedelta(days=day)
        keys = {"athlete_id": "ann", "activity_id": f"run {day}"}
        rows = {
            "files": [{"athlete_id": "ann", "path": f"{day}.fit", "digest": f"{day}", "outcome": "imported"}],
            "activities": [{**keys, "sport": "running", "started_at": started_at, "timer_s": timer_s}],
            "records": [
                {**keys, "recorded_at": started_at + timedelta(seconds=second), "heart_rate_bpm": bpm}
                for second, bpm in enumerate(heart_rates_bpm)
            ],
        }
        self.lake.land({table: pa.Table.from_pylist(rows[table], TABLES[table]) for table in rows})

    def build(self) -> bool:
        settings = [self.athlete]
        return warehouse.build(
            self.warehouse, self.sql, [self.lake], [repr(settings)], lambda: athlete.tables(settings)
        )

    def measured(self) -> dict[str, list[int]]:
        """When each model was measured, batch by batch; a new version of a model is another folder."""
        found: dict[str, list[int]] = {}
        for path in sorted((self.lake.folder / "measured").rglob("*.parquet")):
            found.setdefault(path.parent.parent.name, []).append(path.stat().st_mtime_ns)
        return found

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as db:
            return db.execute(sql).fetchall()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.land(1)
    project.land(2, timer_s=300)
    return project


# --- what a model reads and promises


READS = [
    ("from staging.laps", {"staging.laps"}),
    ("with laps as (from staging.laps) from laps", {"staging.laps"}),
    ("with a as (from b), b as (from marts.x) from a join b using (i)", {"marts.x"}),
    ("with recursive a as (from raw.x union all from a) from a", {"raw.x"}),
    (
        "select (select max(i) from raw.x) as i from raw.y where i in (from raw.z)",
        {"raw.x", "raw.y", "raw.z"},
    ),
    ("from raw.x, lateral (select 1 from raw.y where y.i = x.i)", {"raw.x", "raw.y"}),
    ("from raw.x asof left join raw.y on x.i = y.i and x.t > y.t", {"raw.x", "raw.y"}),
    ("from raw.x union all by name from raw.y", {"raw.x", "raw.y"}),
    ("select exists (from raw.x) as is_there", {"raw.x"}),
    ("select 'from raw.x' as text -- from raw.y", set[str]()),
    ("from range(3)", set[str]()),
]


@pytest.mark.parametrize(("sql", "reads"), READS, ids=[sql for sql, _ in READS])
def test_what_a_model_reads_is_found_by_the_parser(sql: str, reads: set[str]):
    with warehouse.connection() as db:
        assert warehouse.relations(db, "marts.x", sql) == reads


@pytest.mark.parametrize(
    "sql", ["select 1; select 2", "", "-- One row per nothing.", "selec 1", "create table x (i bigint)"]
)
def test_a_model_is_one_select(project: Project, sql: str):
    project.write("marts/faulty", sql)
    with pytest.raises(ModelError, match=r"marts\.faulty"):
        warehouse.models(project.sql)


def test_the_head_says_what_a_row_is_and_what_it_promises(project: Project):
    hearts = warehouse.models(project.sql)["activity.hearts"]
    assert hearts.description == "One row per activity: its heart. In beats."
    assert hearts.grain == ("athlete_id", "activity_id")
    assert hearts.checks == ("heart_rate_bpm < 250",)
    assert (hearts.layer, hearts.is_kept, hearts.is_stream) == ("activity", True, False)
    assert warehouse.models(project.sql)["activity.stream"].is_stream


def test_a_comment_below_the_head_promises_nothing(project: Project):
    project.write("marts/runs", "-- One row.\nselect 1 as i\n-- grain: i\n-- check: i = 2")
    runs = warehouse.models(project.sql)["marts.runs"]
    assert (runs.description, runs.grain, runs.checks) == ("One row.", (), ())


def test_a_model_comes_after_all_that_it_reads(project: Project):
    order = list(warehouse.models(project.sql))
    assert set(order) == {name.replace("/", ".") for name in MODELS}
    for name, model in warehouse.models(project.sql).items():
        assert all(order.index(read) < order.index(name) for read in model.reads if read in order)


def test_models_that_read_each_other_are_named(project: Project):
    project.change("athlete/days", "staging.activities", "marts.days")
    with pytest.raises(ModelError, match=r"athlete\.days.*marts\.days|marts\.days.*athlete\.days"):
        warehouse.models(project.sql)


def test_a_model_that_reads_what_is_not_there_is_named(project: Project):
    project.change("marts/runs", "activity.hearts", "activity.harts")
    with pytest.raises(ModelError, match=r"marts\.runs: reads activity\.harts"):
        warehouse.models(project.sql)


# --- a broken promise


def test_a_build_publishes_what_the_models_say(project: Project):
    assert project.build()
    assert project.rows("from marts.runs order by all") == [
        ("ann", "run 1", 150, True),
        ("ann", "run 2", 150, False),
    ]
    assert not project.build()


TWICE = "'ann', date '2024-01-02', 60"
BROKEN = [
    (
        "athlete/days",
        "cast(started_at as date) as day",
        "cast(null as date) as day",
        "grain: athlete_id, day",
    ),
    ("athlete/days", "group by all", f"group by all union all select {TWICE}", "grain: athlete_id, day"),
    ("athlete/days", "sum(timer_s)", "-sum(timer_s)", "timer_s > 0"),
    ("athlete/days", "sum(timer_s)", "cast(null as double)", "timer_s > 0"),
    ("activity/hearts", "max(heart_rate_bpm)", "251", "heart_rate_bpm < 250"),
]


@pytest.mark.parametrize(("name", "old", "new", "promise"), BROKEN, ids=[new for _, _, new, _ in BROKEN])
def test_a_broken_promise_shows_rows_and_keeps_the_warehouse_of_yesterday(
    project: Project, name: str, old: str, new: str, promise: str
):
    project.build()
    before = sha256(project.warehouse.read_bytes()).hexdigest()
    project.change(name, old, new)
    with pytest.raises(CheckError) as broken:
        project.build()
    assert broken.value.model == name.replace("/", ".")
    assert broken.value.check == promise
    assert "ann" in str(broken.value)
    assert sha256(project.warehouse.read_bytes()).hexdigest() == before
    assert len(project.rows("from marts.runs")) == 2
    project.write(name, MODELS[name])
    project.build()
    assert len(project.rows("from marts.runs")) == 2


def test_a_row_that_must_not_exist_keeps_the_warehouse_of_yesterday(project: Project):
    project.build()
    before = project.warehouse.stat()
    project.write(
        "checks/short", "-- A run under ten minutes.\nselect * from staging.activities where timer_s < 600"
    )
    with pytest.raises(CheckError) as broken:
        project.build()
    assert (broken.value.model, broken.value.check) == ("checks.short", "A run under ten minutes.")
    assert "run 2" in broken.value.rows
    assert "run 1" not in broken.value.rows
    assert project.warehouse.stat() == before


@pytest.mark.parametrize("fault", ["check: no_such_column > 0", "grain: no_such_column"])
def test_a_promise_that_does_not_run_is_the_fault_of_its_model(project: Project, fault: str):
    project.write(
        "athlete/days", f"-- One row.\n-- {fault}\nselect athlete_id, 1 as day, 1 as timer_s from raw.files"
    )
    with pytest.raises(ModelError, match=r"athlete\.days"):
        project.build()


def test_a_model_that_does_not_run_is_named(project: Project):
    project.change("marts/days", "birth_year", "year_of_birth")
    with pytest.raises(ModelError, match=r"marts\.days: .*year_of_birth"):
        project.build()
    assert not project.warehouse.exists()


# --- what is measured anew


def changed(before: dict[str, list[int]], after: dict[str, list[int]]) -> set[str]:
    assert before.keys() == after.keys() == MEASURED
    return {name for name in after if after[name] != before[name]}


CHANGES = [
    ("activity/hearts", "max(", "min(", {"activity.hearts"}),
    ("activity/stream", "select", "select distinct", {"activity.hearts"}),
    ("activity/long_runs", ">=", ">", {"activity.long_runs"}),
    ("settings/thresholds", "600", "300", {"activity.long_runs"}),
    ("staging/activities", "timer_s", "timer_s + 1 as timer_s", {"activity.long_runs"}),
    ("athlete/days", "sum(", "max(", set[str]()),
    ("marts/runs", "long_runs.activity_id is not null", "true", set[str]()),
]


@pytest.mark.parametrize(("name", "old", "new", "anew"), CHANGES, ids=[name for name, *_ in CHANGES])
def test_a_changed_model_measures_anew_what_rests_on_it_and_nothing_else(
    project: Project, name: str, old: str, new: str, anew: set[str]
):
    project.build()
    before = project.measured()
    project.change(name, old, new)
    assert project.build()
    assert changed(before, project.measured()) == anew


def test_a_new_run_is_measured_and_the_old_ones_are_not(project: Project):
    project.build()
    before = project.measured()
    project.land(3)
    project.build()
    for name, times in project.measured().items():
        assert len(times) == 3
        assert set(before[name]) < set(times)
    assert project.rows("select count(*) from marts.runs") == [(3,)]


def test_what_is_kept_of_a_batch_names_its_athlete_and_runs_in_text_and_in_their_order(tmp_path: Path):
    project = Project(tmp_path)
    for day in (10, 9, 8):
        project.land(day)
    project.lake.land(
        {"files": pa.Table.from_pylist([{"path": "page.fit", "digest": "page"}], TABLES["files"])}
    )  # a batch without any activity
    project.build()
    kept = sorted((project.lake.folder / "measured" / "activity.hearts").rglob("*.parquet"))
    assert [pq.read_schema(path).field("activity_id").type for path in kept] == [pa.string()] * 4
    assert project.rows("select athlete_id, activity_id from marts.runs order by all") == [
        ("ann", "run 10"),
        ("ann", "run 8"),
        ("ann", "run 9"),
    ]


def test_where_a_batch_is_measured_ids_sort_as_their_texts_do(project: Project):
    names = ["run 10", "run 9", "Run", "", "it's", "é", "z", "\U0001f3c3"]
    run = {"athlete_id": "ann", "started_at": datetime(2025, 1, 1), "timer_s": 900.0}
    rows = {
        "files": [{"athlete_id": "ann", "path": "all.fit", "digest": "all", "outcome": "imported"}],
        "activities": [{**run, "activity_id": name} for name in names],
    }
    project.lake.land({table: pa.Table.from_pylist(rows[table], TABLES[table]) for table in rows})
    ranked = "rank() over (partition by athlete_id order by activity_id) as place"
    project.write(
        "activity/hearts",
        "-- grain: athlete_id, activity_id\n"
        f"select athlete_id, activity_id, {ranked}, 0 as heart_rate_bpm from staging.activities",
    )
    project.build()
    ours = "where activity_id not in ('run 1', 'run 2')"
    found = project.rows(f"select activity_id, place from activity.hearts {ours} order by place")
    assert found == [(name, place) for place, name in enumerate(sorted(names), 1)]


def test_what_the_athlete_says_rebuilds_and_measures_nothing(project: Project):
    project.build()
    before = project.measured()
    project.athlete = athlete.Athlete("ann", birth_year=1988)
    assert project.build()
    assert changed(before, project.measured()) == set()
    assert project.rows("select distinct birth_year from marts.days") == [(1988,)]


def test_a_changed_meaning_of_a_column_is_published(project: Project):
    project.build()
    (project.sql / "columns.toml").write_text('athlete_id = "Whose."\n')
    assert project.build()
    told = "select comment from duckdb_columns() where table_name = 'runs' and column_name = 'athlete_id'"
    assert project.rows(told) == [("Whose.",)]


def test_a_warehouse_that_was_deleted_is_made_again_of_what_was_measured(project: Project):
    project.build()
    before, rows = project.measured(), project.rows("from marts.runs order by all")
    project.warehouse.unlink()
    assert project.build()
    assert project.rows("from marts.runs order by all") == rows
    assert changed(before, project.measured()) == set()


def test_a_warehouse_that_somebody_overwrote_is_made_again(project: Project):
    project.build()
    project.warehouse.write_bytes(b"not a database")
    assert project.build()
    assert len(project.rows("from marts.runs")) == 2


def test_what_a_killed_build_left_is_no_obstacle(project: Project):
    project.build()
    (project.warehouse.parent / ".warehouse.duckdb.building").write_bytes(b"half a database")
    (project.warehouse.parent / ".warehouse.duckdb.building.wal").write_bytes(b"half a log")
    project.land(3)
    project.build()
    assert len(project.rows("from marts.runs")) == 3
    assert not list(project.warehouse.parent.glob("*building*"))


def test_an_empty_lake_makes_a_warehouse_of_empty_tables(tmp_path: Path):
    project = Project(tmp_path)
    project.build()
    assert project.rows("from marts.runs") == []


# --- the published warehouse of a whole run


@pytest.fixture
def published(built: Home) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(built.warehouse), read_only=True)


def test_the_warehouse_opens_without_us_and_answers_for_one_run(published: duckdb.DuckDBPyConnection):
    with published as db:
        activities = db.sql("select activity_id, timer_s from marts.activities").fetchall()
        assert len(activities) == 8
        activity_id, timer_s = activities[0]
        records = db.sql("from marts.records where activity_id = $id", params={"id": activity_id}).df()
    assert set(records.activity_id) == {activity_id}
    assert records.step_s.sum() == pytest.approx(timer_s, rel=0.01)
    assert records.heart_rate_bpm.median() == pytest.approx(135, abs=25)


def test_tools_with_an_older_duckdb_can_open_the_warehouse(published: duckdb.DuckDBPyConnection):
    with published as db:
        version = "select tags['storage_version'] from duckdb_databases() where database_name = 'warehouse'"
        assert db.sql(version).fetchall() == [("v1.4.0+",)]


def test_every_table_and_column_of_the_warehouse_says_what_it_means(published: duckdb.DuckDBPyConnection):
    ours = "not internal and schema_name <> 'main'"
    silent = f"""
        select schema_name || '.' || table_name from duckdb_tables()
        where {ours} and coalesce(comment, '') = ''
        union all
        select schema_name || '.' || view_name from duckdb_views()
        where {ours} and coalesce(comment, '') = ''
        union all
        select schema_name || '.' || table_name || '.' || column_name from duckdb_columns()
        where {ours} and coalesce(comment, '') = ''
    """
    with published as db:
        assert db.sql(silent).fetchall() == []
        assert db.sql(f"select count(*) > 200 from duckdb_columns() where {ours}").fetchall() == [(True,)]


# --- questions


@pytest.fixture
def ask(built: Home) -> Iterator[Callable[[str], object]]:
    """Ask as `nextgear sql` does; what must not be asked is in test_sql_attacks.py."""
    with warehouse.reader(built.warehouse, built.lake) as db:
        yield lambda asked: [
            answer.relation.fetchall() for answer in query.answers(db, asked, query.Limits(timeout_s=0))
        ]


def test_a_question_is_answered_whatever_its_form(ask: Callable[[str], object]):
    assert ask("select 1 as i; from range(2);") == [[(1,)], [(0,), (1,)]]
    assert ask("with a as (select 'copy; attach' as i) from a -- copy it") == [[("copy; attach",)]]
    assert ask("select path from marts.files where outcome = 'quarantined'") != [[]]
    assert ask("select count(*) > 0 from marts.records") == [[(True,)]]
    for asked in ("describe marts.days", "summarize marts.days", "show all tables", "table marts.days"):
        assert ask(asked) != [[]], asked
    assert ask("") == []


def test_the_doors_of_a_reader_are_locked(ask: Callable[[str], object]):
    settings = "enable_external_access", "autoload_known_extensions", "autoinstall_known_extensions"
    for setting in settings:
        assert ask(f"select current_setting('{setting}')") == [[(False,)]]
    assert ask("select current_setting('lock_configuration')") == [[(True,)]]


def test_one_notebook_opens_a_warehouse_twice_and_each_for_its_own_lake(built: Home, tmp_path: Path):
    with (
        warehouse.reader(built.warehouse, built.lake, "1GB") as one,
        warehouse.reader(built.warehouse, tmp_path, "2GB") as other,
    ):
        for db, memory in ((one, "953.6 MiB"), (other, "1.8 GiB")):
            assert db.sql("select current_setting('memory_limit')").fetchall() == [(memory,)]
            assert db.sql("select count(*) from marts.activities").fetchall() == [(8,)]


def test_a_warehouse_that_another_program_writes_to_is_not_called_damaged(built: Home, tmp_path: Path):
    copied = tmp_path / "warehouse.duckdb"
    shutil.copy(built.warehouse, copied)
    hold = "import duckdb, sys; db = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, copied], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(NextgearError, match="another program has it open for writing"):
            warehouse.reader(copied, built.lake)


def test_a_reader_without_a_warehouse_says_what_makes_one(tmp_path: Path):
    with pytest.raises(NextgearError, match="nextgear run"):
        warehouse.reader(tmp_path / "warehouse.duckdb", tmp_path)


def test_a_reader_of_a_damaged_warehouse_says_what_makes_a_new_one(built: Home, tmp_path: Path):
    damaged = tmp_path / "warehouse.duckdb"
    shutil.copy(built.warehouse, damaged)
    with damaged.open("r+b") as file:
        file.write(bytes(5000))
    with pytest.raises(NextgearError, match="nextgear build"):
        warehouse.reader(damaged, tmp_path)


def test_what_memory_has_no_room_for_is_not_written_to_where_the_user_is():
    with warehouse.connection() as db:
        (folder,) = db.execute("select current_setting('temp_directory')").fetchone() or ("",)
    assert Path(folder).parent == Path(tempfile.gettempdir())
