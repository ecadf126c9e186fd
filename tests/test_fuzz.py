"""A short run of `make fuzz`, and whether what it checks can fail at all."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import fuzz
import mutations
import pyarrow as pa
import pytest

from pipeline.readers import READERS
from pipeline.schema import Activity, Reading, stream_schema

DATA = Path(__file__).parent / "data"
RUN = (DATA / "run-with-beats.fit").read_bytes()

MUTANTS = range(1_000)
BUDGET_S = 20


@pytest.mark.usefixtures("corpus")
def test_no_mutant_breaks_a_promise():
    total = fuzz.Report()
    for batch in fuzz.run(MUTANTS, seed=1, workers=1, budget_s=BUDGET_S):
        total.add(batch)
    assert total.findings == []
    outcomes = sum((tally.outcomes for tally in total.tallies.values()), Counter[str]())
    assert min(outcomes[each] for each in ("imported", "salvaged", "quarantined", "not_an_activity")) > 0


@pytest.mark.usefixtures("corpus")
def test_a_mutant_is_the_same_whenever_its_number_is_asked_for():
    first = [fuzz.mutant(number, seed=1) for number in range(50)]
    assert [fuzz.mutant(number, seed=1) for number in reversed(range(50))] == first[::-1]
    assert len({content for _, content in first}) > 40


@pytest.mark.parametrize(
    "name", ["run-with-beats.fit", "pool-swim.fit", "settings.fit", "run-then-settings.fit"]
)
def test_a_file_taken_apart_and_put_together_is_the_same_file(name: str):
    content = (DATA / name).read_bytes()
    assert b"".join(part.sealed() for part in mutations.parts(content)) == content


def test_a_file_that_is_cut_down_is_sound_and_has_its_first_records():
    thinned = mutations.thinned_fit(RUN, 5)
    assert fuzz.is_sound(thinned)
    (whole,), (few,) = (READERS["fit"](content, "some.fit").activities for content in (RUN, thinned))
    assert few.streams["records"].slice(0, 5) == whole.streams["records"].slice(0, 5)
    assert len(few.streams["records"]) < len(whole.streams["records"])


@pytest.mark.parametrize("kind", ["fit", "gpx", "tcx"])
def test_mutations_are_not_the_file_again(kind: str):
    content = (DATA / f"run.{kind}").read_bytes() if kind != "fit" else RUN
    mutants = {mutations.mutated(kind, content, [content], Random(seed)) for seed in range(100)}
    assert len(mutants - {content}) > 60


# --- what the fuzzer would find


def records(**columns: list[Any]) -> pa.Table:
    schema = stream_schema("records")
    rows = len(next(iter(columns.values())))
    times = [datetime(2024, 1, 1, 6, 0, second) for second in range(rows)]
    given = {"recorded_at": times, **columns}
    return pa.Table.from_pydict({name: given.get(name, [None] * rows) for name in schema.names}, schema)


RUNNING = Activity({"sport": "running", "started_at": datetime(2024, 1, 1)}, {})


def with_summary(**values: object) -> Reading:
    return Reading([replace(RUNNING, summary={**RUNNING.summary, **values})])


def with_records(**columns: list[Any]) -> Reading:
    return Reading([replace(RUNNING, streams={"records": records(**columns)})])


@pytest.mark.parametrize(
    ("reading", "what"),
    [
        (Reading(), "it holds no activity"),
        (with_summary(sport=None), "the sport is None"),
        (with_summary(sport="Running hard"), "the sport is"),
        (with_summary(started_at=None), "it started at None"),
        (with_summary(distance_m=float("inf")), "distance_m is inf"),
        (with_summary(name=""), "name is ''"),
        (with_summary(utc_offset_s=61), "utc_offset_s is 61"),
        (with_summary(pace=3), "the summary has {'pace'}"),
        (with_records(recorded_at=[datetime(2024, 1, 1)] * 2), "the times do not grow"),
        (with_records(recorded_at=[datetime(2024, 1, 1, 0, 0, 0, 5)]), "not of whole seconds"),
        (with_records(latitude_deg=[1.0]), "half a position"),
        (with_records(latitude_deg=[91.0], longitude_deg=[1.0]), "off the globe"),
        (with_records(latitude_deg=[0.0], longitude_deg=[0.0]), "means none"),
        (with_records(heart_rate_bpm=[float("nan")]), "heart_rate_bpm is no number"),
        (with_records(heart_rate_bpm=[]), "no rows"),
        (
            Reading([replace(RUNNING, streams={"records": records(power_w=[1]).select([0])})]),
            "another schema",
        ),
    ],
)
def test_a_broken_promise_is_found(reading: Reading, what: str):
    found = list(fuzz.broken("gpx", b"", reading))
    assert len(found) == 1
    assert what in found[0]


def test_a_sound_reading_breaks_no_promise():
    assert list(fuzz.broken("fit", RUN, READERS["fit"](RUN, "some.fit"))) == []


@pytest.mark.parametrize("damage", [RUN[:-1], RUN + b"\0", RUN[:500] + b"\x55" + RUN[501:], RUN + RUN[:-9]])
def test_damage_that_a_reading_does_not_tell_is_found(damage: bytes):
    silent = Reading(READERS["fit"](RUN, "some.fit").activities)
    assert list(fuzz.broken("fit", damage, silent)) == ["its checksum says damage, the reading does not"]
    assert list(fuzz.broken("fit", damage, replace(silent, note="salvaged"))) == []
