"""Training plans that a runner adds as a table: what is read, what is told, and what becomes of it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from test_ingest import Silence

from pipeline import sources
from pipeline.errors import UnreadableFileError
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.readers import plan

RowsOf = Callable[..., pd.DataFrame]

WEEK = """# three days of a plan
plan,day,kind,km,seconds,repeats,pace,what
hills,1,easy,5,,,,
hills,1,strides,,20,4,,four strides
hills,2,rest,,,,,
hills,3,easy,2,,,,
hills,3,repeat,"0,4",,6,mile,
"""


def steps(text: str) -> list[dict[str, Any]]:
    reading = plan.read(text.encode(), "plan.csv")
    assert reading.note == ""
    return [dict(row) for row in reading.plan_steps]


def test_a_step_is_a_row_and_steps_of_a_day_are_in_the_order_of_the_file():
    rows = steps(WEEK)
    assert [(row["plan_day_number"], row["step_number"], row["step_kind"]) for row in rows] == [
        (1, 1, "easy"),
        (1, 2, "strides"),
        (2, 1, "rest"),
        (3, 1, "easy"),
        (3, 2, "repeat"),
    ]
    assert (rows[4]["planned_m"], rows[4]["planned_count"], rows[4]["pace_name"]) == (400, 6, "mile")
    assert [row["step_words"] for row in rows] == [
        "5 km easy",
        "four strides",
        "rest",
        "2 km easy",
        "6 x 0.4 km repeat",
    ]
    assert (rows[1]["planned_s"], rows[1]["planned_m"], rows[0]["planned_count"]) == (20, None, None)


def test_a_plan_is_known_by_its_columns_and_a_journal_stays_one():
    assert sources.sniff(WEEK.encode()) == "plan"
    assert sources.sniff(b"day,plan,rpe\n2024-03-31,hills,3\n") == "journal"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",1,easy,5,,,,", "line 2, plan: a step is one of a plan with a name"),
        ("hills,1,swim,5,,,,", "line 2, kind: 'swim' is none of easy, cooldown"),
        ("hills,,easy,5,,,,", "line 2, day: a step has a day"),
        ("hills,0,easy,5,,,,", "line 2, day: '0' is no number from above 0 to 366"),
        ("hills,1.5,easy,5,,,,", "line 2, day: 1.5 is no whole number"),
        ("hills,1,easy,far,,,,", "line 2, km: 'far' is no number"),
        ("hills,1,easy,nan,,,,", "line 2, km: 'nan' is no number"),
        ("hills,1,strides,,,4,,", "line 2, seconds: strides have a length"),
        ("hills,1,repeat,1,60,4,,", "line 2, km, seconds: a repeat has one of the two"),
        ("hills,1,easy,5,,,warp,", "line 2, pace: 'warp' is none of mile"),
    ],
)
def test_a_row_that_is_no_step_is_told_and_leaves_the_others(row: str, told: str):
    text = f"plan,day,kind,km,seconds,repeats,pace,what\n{row}\nhills,2,rest,,,,,\n"
    reading = plan.read(text.encode(), "plan.csv")
    assert reading.note.startswith(told)
    assert [step["plan_day_number"] for step in reading.plan_steps] == [2]


def test_a_column_that_nobody_knows_is_named_and_one_that_is_missing_too():
    assert "`colour` is no column" in plan.read(b"plan,day,kind,colour\na,1,rest,red\n", "plan.csv").note
    with pytest.raises(UnreadableFileError, match="no column `kind`"):
        plan.read(b"plan,day\na,1\n", "plan.csv")


def test_a_plan_lands_and_its_last_version_counts(tmp_path: Path):
    """What was taken out of it is no longer planned."""
    lake = Lake(tmp_path / "lake", "me")
    file = tmp_path / "exports" / "hills.csv"
    file.parent.mkdir()

    def landed() -> list[int]:
        ingest([file.parent], lake, None, Silence(), 1)
        rows = [row for part in lake.parts("plan_steps") for row in pq.ParquetFile(part).read().to_pylist()]
        return sorted(row["plan_day_number"] for row in rows)

    file.write_text(WEEK)
    assert landed() == [1, 1, 2, 3, 3]
    (row,) = lake.ledger().to_pylist()
    assert (row["format"], row["outcome"], row["reason"]) == ("plan", "imported", "plan: hills")
    file.write_text("plan,day,kind\nhills,1,rest\n")
    os.utime(file, (2_000_000_000, 2_000_000_000))
    assert landed() == [1]


def test_a_plan_of_ones_own_stands_beside_those_that_come_along(rows_of: RowsOf):
    given = {
        "athlete.athletes": "athlete_id\nann\nbob",
        "raw.files": """
            athlete_id | path | digest | format | outcome  | modified_at
            ann        | p    | old    | plan   | imported | 2024-01-01 08:00:00
            ann        | p    | new    | plan   | imported | 2024-01-02 08:00:00
        """,
        "raw.plan_steps": """
            athlete_id | file_digest | plan_name    | plan_day_number | step_number | step_kind  | planned_m
            ann        | old         | hills        | 1               | 1           | easy       | 9000
            ann        | new         | hills        | 1               | 1           | easy       | 5000
            ann        | new         | hills        | 2               | 1           | time_trial | 1000
        """,
    }
    own = rows_of("staging.plan_steps", given)
    assert list(own.planned_m) == [5000, 1000]
    plans = rows_of("athlete.plans", given).set_index(["athlete_id", "plan_name"])
    assert list(plans.index) == [("ann", "hills"), ("ann", "mile_4_weeks"), ("bob", "mile_4_weeks")]
    assert (plans.plan_day_count["ann", "hills"], plans.trial_m["ann", "hills"]) == (2, 1000)
    assert pd.isna(plans.needed_run_days["ann", "hills"])
    assert plans.plan_day_count["bob", "mile_4_weeks"] == 28


def test_ones_own_plan_takes_the_place_of_one_of_the_same_name(rows_of: RowsOf):
    given = {
        "athlete.athletes": "athlete_id\nann",
        "staging.plan_steps": """
            athlete_id | plan_name    | plan_day_number | step_number | step_kind
            ann        | mile_4_weeks | 1               | 1           | rest
        """,
    }
    assert list(rows_of("athlete.plan_steps", given).step_kind) == ["rest"]
