import re
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filelock import Timeout
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.lake import ATHLETE_ID, MANY_SMALL, Lake, athletes, exclusive, write_parquet
from pipeline.lake import _typed as typed  # pyright: ignore[reportPrivateUsage] - the one place that rounds
from pipeline.schema import TABLES, read_schema


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
    with exclusive(tmp_path / "data"), pytest.raises(Timeout), exclusive(tmp_path / "data"):
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
    renames: list[Path] = []
    replace = Path.replace

    def dying(path: Path, target: Path) -> Path:
        if len(renames) == kth:
            raise KeyboardInterrupt
        renames.append(target)
        return replace(path, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", dying)
        with suppress(KeyboardInterrupt):
            lake.compact()
    assert len(renames) == min(kth, len(TABLES))
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
