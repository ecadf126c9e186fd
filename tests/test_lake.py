import re
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow.dataset import dataset

from pipeline.errors import BusyError, LakeError, SettingsError
from pipeline.lake import ATHLETE_ID, CONTRACT, MANY_SMALL, Lake, athletes, exclusive, write_parquet
from pipeline.lake import _typed as typed  # pyright: ignore[reportPrivateUsage] - the one place that rounds
from pipeline.schema import SCHEMA_VERSION, TABLES, read_schema


def ledger_of(*files: tuple[str, str | None]) -> pa.Table:
    rows = [{"athlete_id": "me", "path": path, "digest": digest} for path, digest in files]
    return pa.Table.from_pylist(rows, TABLES["files"])


def one_record() -> pa.Table:
    row = {"athlete_id": "me", "activity_id": "run", "recorded_at": datetime(2024, 1, 1, 6)}
    return pa.Table.from_pylist([row], TABLES["records"])


def test_an_empty_lake_has_no_batches_and_an_empty_ledger(tmp_path: Path):
    lake = Lake(tmp_path, "me")
    assert lake.batches() == []
    assert lake.parts("records") == []
    assert lake.ledger().schema == TABLES["files"]
    assert athletes(tmp_path) == []


def test_a_landed_batch_has_a_part_of_every_table(tmp_path: Path):
    lake = Lake(tmp_path, "me")
    batch = lake.land({"files": ledger_of(("a.fit", "1")), "records": one_record()})
    assert lake.batches() == [batch]
    assert pq.read_table(lake.parts("records")[0]).num_rows == 1
    assert all(pq.read_schema(part).equals(TABLES[table]) for table in TABLES for part in lake.parts(table))
    assert athletes(tmp_path) == ["me"]


def test_the_same_files_land_as_the_same_bytes(tmp_path: Path):
    tables = {"files": ledger_of(("a.fit", "1")), "records": one_record()}
    here, there = Lake(tmp_path / "here", "me"), Lake(tmp_path / "there", "me")
    assert here.land(tables) == there.land(tables) == here.land(tables)
    for table in TABLES:
        assert [part.read_bytes() for part in here.parts(table)] == [
            part.read_bytes() for part in there.parts(table)
        ]


def test_the_ledger_is_that_of_all_batches(tmp_path: Path):
    lake = Lake(tmp_path, "me")
    lake.land({"files": ledger_of(("a.fit", "1"))})
    lake.land({"files": ledger_of(("b.fit", "2"), (".DS_Store", None))})
    assert set(lake.ledger()["path"].to_pylist()) == {".DS_Store", "a.fit", "b.fit"}
    assert len(lake.parts("laps", lake.batches()[:1])) == 1


def test_athletes_do_not_see_each_other(tmp_path: Path):
    Lake(tmp_path, "ann").land({"files": ledger_of(("a.fit", "1"))})
    assert Lake(tmp_path, "bob").batches() == []
    (tmp_path / "bob").mkdir()
    assert athletes(tmp_path) == ["ann"]


def test_what_a_killed_run_left_is_unseen_and_swept(tmp_path: Path):
    lake = Lake(tmp_path, "me")
    batch = lake.land({"files": ledger_of(("a.fit", "1")), "records": one_record()})
    committed = {path for path in tmp_path.rglob("*") if path.is_file()}
    measured = {lake.measured("activity.steps", "d1", batch, sessions) for sessions in ("", "0a1b")}
    for part in measured:
        write_parquet(one_record(), part)
    orphans = [
        lake.folder / "records" / "0123456789abcdef.parquet",
        lake.folder / "files" / ".fedcba9876543210.parquet",
        lake.measured("activity.steps", "d1", "0123456789abcdef"),
        lake.measured("activity.steps", "d1", f".{batch}"),
        lake.measured("activity.steps", "d1", f".{batch}", "0a1b"),
    ]
    for orphan in orphans:
        write_parquet(one_record(), orphan)
    assert lake.batches() == [batch]
    assert len(lake.parts("records")) == 1
    lake.sweep()
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == committed | measured


@pytest.mark.parametrize("kth", range(len(TABLES)))
def test_a_landing_that_dies_at_any_rename_is_no_landing(tmp_path: Path, kth: int):
    program = f"""
import os
from pathlib import Path
from pipeline.lake import Lake
from pipeline.schema import TABLES
real, left = os.replace, [{kth}]
def replace(*paths):
    if not left[0]:
        os._exit(9)
    left[0] -= 1
    real(*paths)
os.replace = os.rename = replace
import pyarrow as pa
row = dict(athlete_id="me", path="a.fit", digest="1")
Lake(Path({str(tmp_path)!r}), "me").land(dict(files=pa.Table.from_pylist([row], TABLES["files"])))
"""
    died = subprocess.run([sys.executable, "-c", program], check=False)
    lake = Lake(tmp_path, "me")
    assert died.returncode == 9
    assert lake.batches() == []
    lake.sweep()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_second_run_on_the_same_data_is_turned_away_at_once(tmp_path: Path):
    with exclusive(tmp_path / "data"), pytest.raises(BusyError), exclusive(tmp_path / "data"):
        pass
    with exclusive(tmp_path / "data"):
        pass


@pytest.mark.parametrize(
    "athlete_id", ["", ".", "..", "a/b", "a\\b", ".ann", "ann.", "con", "NUL.x", "ä", "a b", "a" * 65]
)
def test_an_athlete_id_that_is_no_folder_name_is_refused(tmp_path: Path, athlete_id: str):
    with pytest.raises(SettingsError, match=re.escape(repr(athlete_id))):
        Lake(tmp_path, athlete_id)


@given(st.from_regex(ATHLETE_ID, fullmatch=True))
def test_an_athlete_id_stays_inside_the_lake(athlete_id: str):
    assert Lake(Path("lake"), athlete_id).folder.resolve().parent == Path("lake").resolve()
    assert not athlete_id.startswith(".")


# --- many small batches become one


def daily(lake: Lake, days: int) -> None:
    """A run a day, each landed by itself."""
    for day in range(days):
        keys = {"athlete_id": "me", "activity_id": f"run-{day:03}"}
        row = {**keys, "recorded_at": datetime(2024, 1, 1, 6), "heart_rate_bpm": 150.0, "distance_m": day / 3}
        lake.land(
            {
                "files": ledger_of((f"{day}.fit", str(day))),
                "records": pa.Table.from_pylist([row], read_schema("records")),
            }
        )


def rows(lake: Lake) -> dict[str, list[dict[str, object]]]:
    """All that the lake says, in an order of its own."""
    return {
        table: sorted(
            (row for part in lake.parts(table) for row in pq.ParquetFile(part).read().to_pylist()), key=repr
        )
        for table in TABLES
    }


def test_small_batches_become_one_with_the_same_rows(tmp_path: Path):
    lake = Lake(tmp_path, "me")
    daily(lake, MANY_SMALL)
    before = rows(lake)
    lake.compact()
    assert len(lake.batches()) == 1
    assert rows(lake) == before
    lake.sweep()
    assert rows(lake) == before
    assert len([path for path in tmp_path.rglob("*.parquet") if path.is_file()]) == len(TABLES)
    activity_ids = [str(name) for name in pq.read_table(lake.parts("records")[0])["activity_id"].to_pylist()]
    assert activity_ids == sorted(activity_ids)


def test_a_few_small_batches_are_left_alone(tmp_path: Path):
    lake = Lake(tmp_path, "me")
    daily(lake, MANY_SMALL - 1)
    batches = lake.batches()
    lake.compact()
    assert lake.batches() == batches


@pytest.mark.parametrize("kth", range(len(TABLES) + 1))
def test_a_compaction_that_dies_at_any_rename_neither_loses_nor_doubles_a_row(tmp_path: Path, kth: int):
    lake = Lake(tmp_path, "me")
    daily(lake, MANY_SMALL)
    before = rows(lake)
    with dying_at(kth), suppress(KeyboardInterrupt):
        lake.compact()
    assert (len(lake.batches()) == 1) == (kth == len(TABLES))
    assert rows(lake) == before
    lake.sweep()
    assert rows(lake) == before


# --- numbers


@given(st.lists(st.none() | st.floats(-9e6, 9e6, width=64), min_size=1))
def test_a_double_lands_as_the_nearest_decimal(values: list[float | None]):
    (landed,) = typed(
        pa.table({"distance_m": pa.array(values, pa.float64())}),
        pa.schema([("distance_m", pa.decimal128(18, 2))]),
    )
    for value, decimal in zip(values, landed.to_pylist(), strict=True):
        assert (value is None) == (decimal is None)
        assert value is None or decimal is None or abs(float(decimal) - value) <= 0.005 + 1e-9


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e300])
def test_what_is_no_number_of_any_size_lands_as_a_null(value: float):
    schema = pa.schema([("distance_m", pa.decimal128(18, 2))])
    (landed,) = typed(pa.table({"distance_m": pa.array([value, 1.0])}), schema)
    assert landed.to_pylist() == [None, 1]


@pytest.mark.parametrize("kind", [pa.int64(), pa.int32(), pa.float32()])
def test_a_number_of_another_type_lands_as_the_same_number(kind: pa.DataType):
    rows = pa.table({"power_w": pa.array([200, None, 3], kind)})
    landed = typed(rows, pa.schema([TABLES["records"].field("power_w")]))["power_w"]
    assert landed.to_pylist() == [200, None, 3]


# --- a batch that takes the place of others


def batch_of(*names: str) -> dict[str, pa.Table]:
    """Files with an activity of one record each; each name is path and digest."""
    files = [{"athlete_id": "me", "path": name, "digest": name, "outcome": "imported"} for name in names]
    keys = [{"athlete_id": "me", "activity_id": f"run-{name}"} for name in names]
    return {
        "files": pa.Table.from_pylist(files, TABLES["files"]),
        "activities": pa.Table.from_pylist(
            [{**key, "file_digest": name} for key, name in zip(keys, names, strict=True)],
            TABLES["activities"],
        ),
        "records": pa.Table.from_pylist(
            [{**key, "recorded_at": datetime(2024, 1, 1), "power_w": 200.0} for key in keys],
            read_schema("records"),
        ),
    }


def names(lake: Lake) -> dict[str, list[str]]:
    """Whose rows the lake has."""
    activities, records = (
        [row["activity_id"] for row in rows(lake)[table]] for table in ("activities", "records")
    )
    return {
        "files": sorted(str(path) for path in lake.ledger()["path"].to_pylist()),
        "activities": [str(name).removeprefix("run-") for name in activities],
        "records": [str(name).removeprefix("run-") for name in records],
    }


def whole(*names: str) -> dict[str, list[str]]:
    """Each of them is there, with all its rows, once."""
    return {table: [*names] for table in ("files", "activities", "records")}


def test_a_file_that_is_read_again_leaves_no_row_of_its_older_reading(tmp_path: Path):
    lake = Lake(tmp_path, "me")
    first, second = lake.land(batch_of("a", "b")), lake.land(batch_of("c", "d"))
    landed = lake.land(batch_of("b", "c", "new"), {first: {("b", "b")}, second: {("c", "c")}})
    assert lake.batches() == [landed]
    assert names(lake) == whole("a", "b", "c", "d", "new")
    lake.sweep()
    assert {path.stem for path in tmp_path.rglob("*.parquet")} == {landed}


def test_a_copy_that_goes_takes_nothing_of_its_original_with_it(tmp_path: Path):
    lake = Lake(tmp_path, "me")
    tables = batch_of("a")
    copy = {"athlete_id": "me", "path": "copy", "digest": "a", "outcome": "duplicate"}
    ledger = pa.concat_tables([tables["files"], pa.Table.from_pylist([copy], TABLES["files"])])
    batch = lake.land({**tables, "files": ledger})
    lake.land(batch_of("b"), {batch: {("copy", "a")}})
    assert names(lake) == whole("a", "b")


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_what_was_replaced_stays_away_wherever_a_sweep_ends(tmp_path: Path, lost: int):
    lake = Lake(tmp_path, "me")
    first = lake.land(batch_of("a"))
    second = lake.land(batch_of("b"), {first: set()})
    third = lake.land(batch_of("c"), {second: set()})
    for part in [lake.folder / "files" / f"{batch}.parquet" for batch in (second, first, third)][:lost]:
        if part.stem != third:
            part.unlink()
    assert lake.batches() == [third]
    assert names(lake)["files"] == ["a", "b", "c"]


def test_a_file_that_is_again_what_it_was_before_it_was_replaced_lands(tmp_path: Path):
    lake = Lake(tmp_path, "me")
    first = lake.land(batch_of("a"))
    lake.land(batch_of("b"), {first: {("a", "a")}})
    lake.land(batch_of("a"))
    for _ in range(2):
        assert {table: sorted(found) for table, found in names(lake).items()} == whole("a", "b")
        lake.sweep()


@pytest.mark.parametrize("kth", range(len(TABLES)))
def test_a_replacement_that_dies_at_any_rename_leaves_all_as_it_was(tmp_path: Path, kth: int):
    lake = Lake(tmp_path, "me")
    batch = lake.land(batch_of("a", "b"))
    with dying_at(kth), suppress(KeyboardInterrupt):
        lake.land(batch_of("b"), {batch: {("b", "b")}})
    assert lake.batches() == [batch]
    lake.sweep()
    assert names(lake) == whole("a", "b")


# --- a lake of another version


@pytest.fixture
def old_lake(tmp_path: Path) -> Lake:
    """As an older program would have left it: without a contract, some columns and a table, with doubles."""
    lake = Lake(tmp_path, "me")
    for names in (("a", "b"), ("c",)):
        lake.land(batch_of(*names))
    for table in TABLES:
        for part in lake.parts(table):
            old = pq.read_table(part, partitioning=None).replace_schema_metadata(None)
            if table == "devices":
                part.unlink()
                continue
            if table == "records":
                power = old["power_w"].cast(pa.float64())
                old = old.set_column(old.column_names.index("power_w"), "power_w", power)
                old = old.drop_columns(["vertical_ratio"])
            if table == "activities":
                old = old.drop_columns(["effort_rating", "name"])
            pq.write_table(old, part)
    return lake


def test_a_lake_of_an_older_program_becomes_one_of_this_one_and_loses_nothing(old_lake: Lake):
    batches = old_lake.batches()
    assert old_lake.migrate() == 2
    assert old_lake.batches() == batches
    for table, schema in TABLES.items():
        assert all(pq.read_schema(part).equals(schema) for part in old_lake.parts(table)), table
    assert names(old_lake) == whole("a", "b", "c")
    (record, *_) = rows(old_lake)["records"]
    assert (record["power_w"], record["vertical_ratio"]) == (200, None)
    before = bytes_of(old_lake)
    assert old_lake.migrate() == 0
    assert bytes_of(old_lake) == before


@pytest.mark.parametrize("kth", range(2 * len(TABLES)))
def test_a_migration_that_dies_at_any_rename_goes_on_the_next_time(old_lake: Lake, kth: int):
    with dying_at(kth), suppress(KeyboardInterrupt):
        old_lake.migrate()
    assert sorted(map(str, old_lake.ledger()["path"].to_pylist())) == ["a", "b", "c"]
    old_lake.migrate()
    assert old_lake.migrate() == 0
    assert names(old_lake) == whole("a", "b", "c")
    assert not list(old_lake.folder.rglob(".*.parquet"))


def of_a_newer_version(lake: Lake) -> None:
    (part, *_) = lake.parts("files")
    rows = pq.read_table(part, partitioning=None)
    contract = f"{SCHEMA_VERSION + 1} 01234567"
    pq.write_table(rows.replace_schema_metadata({CONTRACT: contract.encode()}), part)


def with_a_new_column(lake: Lake) -> None:
    for table in ("files", "laps"):
        (part, *_) = lake.parts(table)
        rows = pq.read_table(part, partitioning=None).replace_schema_metadata(None)
        pq.write_table(rows.append_column("mood", pa.nulls(len(rows), pa.string())), part)


def with_a_new_table(lake: Lake) -> None:
    batch = lake.batches()[0]
    (part, *_) = lake.parts("files")
    pq.write_table(pq.read_table(part, partitioning=None).replace_schema_metadata(None), part)
    write_parquet(pa.table({"mood": ["good"]}), lake.folder / "moods" / f"{batch}.parquet")


def with_a_number_too_large(lake: Lake) -> None:
    (part, *_) = lake.parts("files")
    rows = pq.read_table(part, partitioning=None).replace_schema_metadata(None)
    sizes = pa.array([2.5] * len(rows))
    pq.write_table(rows.set_column(rows.column_names.index("size_bytes"), "size_bytes", sizes), part)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (of_a_newer_version, "a newer nextgear"),
        (with_a_new_column, "mood"),
        (with_a_new_table, "mood"),
        (with_a_number_too_large, "size_bytes|truncated"),
    ],
)
def test_a_lake_that_cannot_be_kept_whole_is_refused_and_not_touched(
    tmp_path: Path, made: Callable[[Lake], None], said: str
):
    lake = Lake(tmp_path, "me")
    lake.land(batch_of("a"))
    made(lake)
    before = bytes_of(lake)
    with pytest.raises(LakeError, match=said) as refused:
        lake.migrate()
    assert refused.value.exit_code == 1
    assert str(tmp_path) in str(refused.value)
    assert bytes_of(lake) == before


@pytest.mark.parametrize("left_bytes", [0, 4, 300])
def test_a_ledger_that_was_cut_short_is_named_with_what_to_do(tmp_path: Path, left_bytes: int):
    lake = Lake(tmp_path, "me")
    lake.land(batch_of("a"))
    (part,) = lake.parts("files")
    part.write_bytes(part.read_bytes()[:left_bytes])
    for look in (lake.ledger, lake.migrate):
        with pytest.raises(LakeError, match=re.escape(f"{part}: cannot be read")) as refused:
            look()
        assert str(lake.folder) in str(refused.value)
    assert athletes(tmp_path) == ["me"]


def bytes_of(lake: Lake) -> dict[Path, tuple[bytes, int]]:
    files = [path for path in lake.folder.rglob("*") if path.is_file()]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@contextmanager
def dying_at(kth: int) -> Generator[None]:
    """A process that ends before the k-th rename."""
    left = [kth]
    replace = Path.replace

    def dying(path: Path, target: Path) -> Path:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return replace(path, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", dying)
        yield


# --- without us


READERS_OF_OTHERS: dict[str, Callable[[Path], pa.Table]] = {
    "pandas": lambda folder: pa.Table.from_pandas(pd.read_parquet(folder, dtype_backend="pyarrow")),
    "pyarrow": lambda folder: dataset(folder, format="parquet").to_table(),
    "duckdb": lambda folder: duckdb.read_parquet(f"{folder}/*.parquet").to_arrow_table(),
}


@pytest.mark.parametrize("program", READERS_OF_OTHERS)
def test_a_table_of_the_lake_is_a_folder_that_others_read(tmp_path: Path, program: str):
    lake = Lake(tmp_path, "me")
    lake.land(batch_of("a", "b"))
    lake.land(batch_of("c"))
    for table, schema in TABLES.items():
        read = READERS_OF_OTHERS[program](lake.folder / table)
        assert read.column_names == schema.names
        assert len(read) == sum(pq.ParquetFile(part).metadata.num_rows for part in lake.parts(table))
        for column in schema:
            got = read.schema.field(column.name).type
            is_text = pa.types.is_string(got) or pa.types.is_large_string(got) or pa.types.is_string_view(got)
            assert is_text if column.type == pa.string() else got == column.type, (table, column.name, got)
    records = READERS_OF_OTHERS[program](lake.folder / "records")
    assert set(records["athlete_id"].to_pylist()) == {"me"}
    assert records["power_w"].cast(pa.float64()).to_pylist() == [200.0] * 3
