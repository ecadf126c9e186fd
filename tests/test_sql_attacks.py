"""What a query must not be able to do: write, look into files, reach out, stay. Each attack is refused.

A refusal is one sentence; the data folder stays as it is byte for byte, and no file appears anywhere near.
"""

import hashlib
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import pipeline
from pipeline.errors import SettingsError
from pipeline.flow import Home

SECRET = "attack-at-dawn"

WRITES = [
    "copy marts.days to '{out}'",
    "COPY (select 1) TO '{out}' (format parquet)",
    "copy (select 1) to '{lake}/me/mine.parquet'",
    "copy (select 1) to '{part}' (use_tmp_file false)",
    "copy marts.days from '{csv}'",
    "/* select */ copy marts.days to '{out}'",
    "select 1; copy marts.days to '{out}'",
    "select 1;; ;copy marts.days to '{out}';",
    "with a as (copy marts.days to '{out}') from a",
    "with a as (copy marts.days to '{lake}/me/mine.parquet') from a",
    "with a as (with b as (copy marts.days to '{lake}/x.csv') from b) from a",
    "select (with a as (copy marts.days to '{lake}/x.csv') select count(*) from a)",
    "from (with a as (copy marts.days to '{lake}/x.csv') from a) union all select 1",
    "with a as (insert into marts.plans (athlete_id) values ('x') returning 1) from a",
    "with a as (update marts.days set distance_m = 0 returning 1) from a",
    "with a as (delete from marts.days returning 1) from a",
    "with a as materialized (\u00a0CoPy (select 1) to '{lake}/x.csv') select 1 from a",
    "with a as (copy (select 1 as i) to '{lake}/x.csv') pivot (select 1 as i) on i using count(*)",
    "from query('with x as (copy (select 1) to ''{lake}/x.csv'') from x')",
    "with recursive a as (delete from marts.days returning 1) from a",
    "insert into marts.days (athlete_id) values ('x')",
    "update marts.days set distance_m = 0",
    "delete from marts.days",
    "truncate marts.days",
    "merge into marts.days using marts.plans on false when not matched then insert default values",
    "drop table marts.days",
    "drop schema marts cascade",
    "alter table marts.days add column x int",
    "alter view marts.records rename to x",
    "comment on table marts.days is 'x'",
    "create table marts.x as select 1",
    "create temp table x as select 1",
    "create temporary view x as select 1",
    "create or replace view marts.days as select 1",
    "create macro f(a) as a",
    "create temp macro f() as table select 1",
    "create secret (type s3, key_id 'x', secret 'y')",
    "create persistent secret s (type s3, key_id 'x', secret 'y')",
    "create sequence s",
    "create type t as enum ('a')",
    "create schema x",
    "export database '{out}'",
    "import database '{out}'",
    "attach '{out}' as x",
    "attach ':memory:' as x",
    "attach '{lake}/x.duckdb'",
    "attach '{lake}/x.duckdb' as x (read_write)",
    "create table memory.main.x as select 1",
    "attach '{warehouse}' as x (read_only false)",
    "detach warehouse",
    "use memory",
    "checkpoint",
    "force checkpoint",
    "vacuum",
    "analyze",
    "begin transaction",
    "commit",
    "call checkpoint()",
    "from checkpoint()",
    "from force_checkpoint()",
    "select write_log('x', level := 'ERROR')",
    "from enable_logging(storage := 'file', storage_path := '{out}')",
    "call enable_logging('QueryLog', storage = 'file', storage_path = '{out}')",
    "from enable_profiling(format := 'json', save_location := '{out}')",
    "from truncate_duckdb_logs()",
    "select nextval('s')",
    "select setseed(0.5)",
    "explain analyze copy marts.days to '{out}'",
    "explain select 1",
    "prepare p as copy marts.days to '{out}'",
    "prepare p as select 1; execute p",
    "execute p",
    "deallocate p",
    "from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "pragma json_execute_serialized_sql('x')",
    "from query('copy marts.days to ''{out}''')",
    "from query('select 1')",
    "from query_table(['marts.days'])",
    "select json_serialize_plan('from read_csv(''{secret}'')')",
]

READS = [
    "from '{secret}'",
    'from "{secret}"',
    "select * from '{csv}'",
    "from '{part}'",
    "from '{lake}/**/*.parquet'",
    "describe '{csv}'",
    "summarize '{csv}'",
    "from (summarize '{csv}')",
    "with a as (from '{csv}') from a",
    "from '{part}', (with \"{part}\" as (select 1) select 1)",
    "from '{csv}', (with \"{csv}\" as (select 1) select 1)",
    'with "{part}" as (from \'{part}\') from "{part}"',
    'with recursive "{part}" as (from \'{part}\' union all from "{part}") from "{part}"',
    'with "{part}" as (select 1) from x."{part}"',
    "with a as materialized (select * from read_csv('{csv}')) from a",
    "from read_csv('{csv}')",
    "from read_csv_auto(['{csv}'])",
    "from READ_CSV('{csv}')",
    "from \"read_csv\"('{csv}')",
    "from main.read_csv('{csv}')",
    "from system.main.read_csv('{csv}')",
    "from read_text('{secret}')",
    "from read_text('/etc/passwd')",
    "from read_text('file://{secret}')",
    "from read_text('{lake}/../../{name}/secret.txt')",
    "select (select content from read_text('{secret}'))",
    "from marts.plans, lateral read_text('{secret}')",
    "from marts.plans where exists (from read_text('{secret}'))",
    "from marts.plans order by (select content from read_text('{secret}'))",
    "select count(*) filter ((select count(*) from read_text('{secret}')) > 0)",
    "from read_blob('{secret}')",
    "from read_blob('/proc/self/environ')",
    "from read_json('{secret}')",
    "from read_ndjson('{secret}')",
    "from read_json_objects('{secret}')",
    "from read_parquet('{part}')",
    "from parquet_scan('{part}')",
    "from parquet_metadata('{part}')",
    "from parquet_schema('{part}')",
    "from parquet_file_metadata('{part}')",
    "from parquet_kv_metadata('{part}')",
    "from read_duckdb('{warehouse}')",
    "from sniff_csv('{csv}')",
    "from glob('/*')",
    "from glob('{lake}/**')",
    "from histogram('{csv}', a)",
    "from read_text('http://localhost:9/x')",
    "from 'https://localhost:9/x.parquet'",
    "from 's3://bucket/x.parquet'",
    "from duckdb_secrets()",
    "from which_secret('s3://x', 's3')",
    "from duckdb_settings()",
    "from duckdb_logs()",
    "from duckdb_external_file_cache()",
    "from duckdb_temporary_files()",
    "from python_map_function(1)",
    "from arrow_scan(1, 2, 3)",
    "from pandas_scan(1)",
    "from seq_scan('x')",
    "from secret_rows",
    "select getenv('HOME')",
    "from create_external_resource('x', map {{}}, 'x', 1, true, 1, 1)",
]

SETTINGS = [
    "set memory_limit = '100GB'",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "set allowed_directories = ['/']",
    "set variable athlete_id = 'ann'",
    "reset memory_limit",
    "reset all",
    "pragma memory_limit = '100GB'",
    "pragma enable_profiling",
    "pragma version",
    "pragma database_list",
    "set schema 'raw'",
    "install httpfs",
    "install httpfs from community",
    "load httpfs",
    "load '{out}'",
    "update extensions",
    "from add_grammar_extension('x')",
    "select x from (set memory_limit = '100GB')",
    "select 1\0; set memory_limit = '100GB'",
    "\uff43opy marts.days to '{out}'",
    "\u202ecopy marts.days to '{out}'",
    "co\u200bpy marts.days to '{out}'",
    "-- select 1\ncopy marts.days to '{out}'",
    "select 1 --\n; copy marts.days to '{out}'",
    "$$select$$; copy marts.days to '{out}'",
]

ATTACKS = [*WRITES, *READS, *SETTINGS]


@pytest.fixture(scope="module")
def warehouse(built: Home) -> Iterator[pipeline.Warehouse]:
    before = contents(built.folder)
    with pipeline.open(built.folder, timeout_s=5, memory="200MB") as opened:
        yield opened
    assert contents(built.folder) == before


@pytest.fixture
def places(built: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the attacks are about: files of somebody else, where they would like to write, and the lake's."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "rows.csv").write_text(f"a,b\n{SECRET},2\n")
    part = next(built.lake.rglob("records/**/*.parquet"), None) or next(built.lake.rglob("*.parquet"))
    return {
        "out": str(tmp_path / "out"),
        "secret": str(tmp_path / "secret.txt"),
        "csv": str(tmp_path / "rows.csv"),
        "lake": str(built.lake),
        "warehouse": str(built.warehouse),
        "part": str(part),
        "name": tmp_path.name,
    }


def contents(folder: Path) -> dict[Path, str]:
    return {path: hashlib.sha1(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def touched(*folders: Path) -> set[tuple[str, int, int, int]]:
    """All there is, and when it was last written: quicker than to read it."""
    found = ((path, path.stat()) for folder in folders for path in folder.rglob("*"))
    return {(str(path), known.st_size, known.st_mtime_ns, known.st_ino) for path, known in found}


def test_there_are_enough_attacks_and_each_is_another_one():
    assert len(ATTACKS) == len(set(ATTACKS)) >= 120


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_and_leaves_no_trace(
    warehouse: pipeline.Warehouse, built: Home, places: dict[str, str], tmp_path: Path, attack: str
):
    secret_rows = SECRET  # what Python has is no table either
    assert secret_rows
    before = touched(built.folder, tmp_path)
    with pytest.raises(SettingsError) as refused:
        warehouse.sql(attack.format(**places))
    assert SECRET not in str(refused.value)
    assert touched(built.folder, tmp_path) == before


def test_what_is_asked_of_the_tables_is_answered_after_all_that(warehouse: pipeline.Warehouse):
    for query in (
        "from marts.records limit 1",
        "with days as (from marts.days), x as (select 1 as a) from days, x limit 1",
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 9) from n",
        "describe marts.days",
        "summarize marts.plans",
        "show all tables",
        "from (describe marts.days) where column_name = 'local_day'",
        "pivot marts.days on is_ill in (true, false) using count(*)",
        "from (pivot marts.activities on sport in ('running') using count(*) group by local_day)",
        "select unnest(range(3)), 'from ''x.csv''' as text",
        "from duckdb_columns() where schema_name = 'marts'",
        'select "local_day" from "marts"."days" as "d.csv" limit 1',
        'with "my.runs" as (from marts.activities) from "my.runs" limit 1',
        'with "my.runs" as (select 1 as a), "a.b" as (from "My.Runs") from "a.b" where a in (from "my.runs")',
        'with recursive "my.n"(i) as (select 1 union all select i + 1 from "my.n" where i < 9) from "my.n"',
        "select 1 as a union all by name select 2 as a order by all;",
        "values (1), (2)",
        "select getvariable('athlete_id') as me",
        "from information_schema.tables limit 1",
    ):
        assert len(warehouse.sql(query)), query


def test_what_it_refuses_for_its_length_or_depth_is_told_at_once(warehouse: pipeline.Warehouse):
    began = time.monotonic()
    for query in (
        f"select '{'x' * 10_000_000}'",
        "select " + "(" * 200_000 + "1" + ")" * 200_000,
        "select " + "(" * 5_000 + "1" + ")" * 5_000,
        "select " + "-" * 1 + "(- " * 3_000 + "1" + ")" * 3_000,
        "select " + "1 + " * 100_000 + "1",
        "select " * 2_000 + "1",
        "from (" * 3_000 + "select 1" + ")" * 3_000,
        "select " + "[" * 20_000,
        "select " + "case when true then " * 3_000 + "1" + " end" * 3_000,
        "with a0 as (select 1) "
        + " ".join(f", a{n} as (from a{n - 1})" for n in range(1, 2)) * 1
        + "; select ((",
    ):
        with pytest.raises(SettingsError):
            warehouse.sql(query)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "query",
    [
        "from range(1000000000000)",
        "select count(*) from range(1000000000000) where range < 0",
        "with recursive a(x) as (select 1 union all select x + 1 from a) select count(*) from a",
        "select sum(a.range * b.range) from range(10000000) a, range(10000000) b",
        "select sleep_ms(600000)",
        "select max(levenshtein(repeat('ab', 30000), repeat('ba', 30000) || i)) from range(1000) t(i)",
    ],
)
def test_a_query_that_never_ends_is_stopped(built: Home, query: str):
    began = time.monotonic()
    with (
        pipeline.open(built.folder, timeout_s=0.5, memory="2GB") as warehouse,
        pytest.raises(SettingsError, match=r"more than 0.5 s.*--timeout|takes more than the memory"),
    ):
        warehouse.sql(query)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "query",
    [
        "select * from range(3000000) a, range(3000000) b order by a.range * b.range",
        "select list(range) from range(1000000000)",
        "select string_agg(repeat('x', 1000), '') from range(10000000)",
        "select repeat('x', 10000000000)",
        "select count(distinct range) from range(1000000000)",
        "from range(100000000)",
    ],
)
def test_a_query_that_eats_memory_is_stopped(warehouse: pipeline.Warehouse, query: str):
    with pytest.raises(SettingsError):
        warehouse.sql(query)
    assert warehouse.sql("select 1 as a").a.tolist() == [1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")
def test_what_the_engine_does_not_count_is_stopped_by_the_system(
    nextgear: Callable[..., subprocess.CompletedProcess[str]], built: Home
):
    limited = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))}
    ended = nextgear(
        *("sql", "select list_sum(range(2000000000))", "--memory", "300MB", "--data", built.folder), **limited
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("nextgear: your query took more than the memory that it may take (300MB)")


def test_a_step_that_nothing_stops_ends_with_its_process(
    nextgear: Callable[..., subprocess.CompletedProcess[str]], built: Home
):
    query = "select length(lpad('x', 900000000, 'y'))"
    ended = nextgear("sql", query, "--timeout", "0.2", "--memory", "4GB", "--data", built.folder)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("nextgear: your query took more than 0.2 s")


def test_a_query_in_the_middle_of_its_work_is_stopped_by_ctrl_c(
    started: Callable[..., subprocess.Popen[str]], built: Home
):
    query = "select count(*) from range(1000000000000) where range < 0"
    process = started("sql", query, "--data", built.folder)
    time.sleep(3)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("nextgear: interrupted.")


def test_a_frame_for_a_notebook_is_the_one_that_duckdb_makes(warehouse: pipeline.Warehouse, built: Home):
    import duckdb

    with duckdb.connect(built.warehouse, read_only=True) as db:
        for query in (
            "from marts.activities order by all",
            "from marts.causes order by all",
            "select now()::timestamp as a, date '2024-01-01' as b, sum(range) as c, 1.5 as d from range(3)",
        ):
            ours, theirs = warehouse.sql(query), db.sql(query).df()
            assert list(ours.dtypes) == list(theirs.dtypes)
            if "now()" not in query:
                assert repr(ours.to_dict()) == repr(theirs.to_dict())


# --- where answers are written


def test_a_file_is_written_whole_or_not_at_all(
    nextgear: Callable[..., subprocess.CompletedProcess[str]], built: Home, tmp_path: Path
):
    out = tmp_path / "days.parquet"
    out.write_text("mine")
    for query, said in (
        ("select 1 / (x - 90000)::int, error('no') from range(100000) t(x)", "no"),
        ("select 1; select 2", "one select"),
        ("", "no query"),
    ):
        ended = nextgear("sql", query, "--out", out, "--data", built.folder)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert said in ended.stderr
        assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_no_answer_is_written_over_what_nextgear_keeps(
    nextgear: Callable[..., subprocess.CompletedProcess[str]], built: Home
):
    before = contents(built.folder)
    roundabout = built.lake / ".." / "lake" / "me" / "x.csv"
    for place in (built.warehouse, built.lake / "me" / "x.csv", built.lake, roundabout):
        ended = nextgear("sql", "select 1", "--out", place, "--format", "csv", "--data", built.folder)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "nextgear's own" in ended.stderr
    assert contents(built.folder) == before


def test_what_a_cell_holds_cannot_drive_the_terminal(built: Home):
    from pipeline.ask import query, tables
    from pipeline.ask.formats import table
    from pipeline.reader import reader

    hostile = "\x1b]0;owned\x07\x1b[2J\r\n\t\u202egnp.exe\u2066\u200b\x9b31m\x7f\u2028end"
    with reader(built.warehouse, built.lake) as db:
        for width in (1000, 40, 10):
            for answer in query.answers(db, f"select '{hostile}' as \"{hostile}\", 1 as a", query.Limits()):
                shown = list(table(answer, width, 10))
                assert all(line.isprintable() for line in shown), shown
    assert tables.visible("Ünïcödé 走る 👟 नमस्ते") == "Ünïcödé 走る 👟 नमस्ते"
    assert tables.visible("a\nb\u202ec") == "a\\nb\\u202ec"
