"""What one run holds: work bouts, its opening and its pacing, on streams whose answer is known."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import athlete, simulate, warehouse
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.schema import TABLES

RowsOf = Callable[..., pd.DataFrame]
Part = tuple[float, int]  # metres per second, for so many seconds
Parts = Sequence[Part]

RUN = """
    athlete_id | activity_id | sport   | started_at
    ann        | run         | running | 2024-01-01 06:00:00
"""
START = pd.Timestamp("2024-01-01 06:00:00")
EASY, JOG = 2.8, 2.3


def stream(parts: Parts, **columns: Any) -> pd.DataFrame:
    """A record a second of ann's run: each part at its speed, which changes at once."""
    speed = np.repeat([speed for speed, _ in parts], [seconds for _, seconds in parts])
    seconds = np.arange(len(speed) + 1)
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": "run",
            "recorded_at": START + pd.to_timedelta(seconds, unit="s"),
            "distance_m": np.r_[0, np.cumsum(speed)],
            **columns,
        }
    )


def laps(parts: Parts, **columns: Any) -> pd.DataFrame:
    """A lap for each part."""
    ends = np.cumsum([seconds for _, seconds in parts])
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": "run",
            "lap_number": np.arange(len(parts)),
            "started_at": START + pd.to_timedelta(np.r_[0, ends[:-1]], unit="s"),
            "elapsed_s": [seconds for _, seconds in parts],
            **columns,
        }
    )


KILOMETRES: Parts = [(EASY, 900), *[(4.0, 250), (JOG, 120)] * 4, (4.0, 250), (EASY, 600)]


@pytest.fixture
def bouts(rows_of: RowsOf) -> Callable[..., pd.DataFrame]:
    def found(records: pd.DataFrame, model: str = "activity.bouts", **given: pd.DataFrame) -> pd.DataFrame:
        tables = {f"raw.{table}": rows for table, rows in given.items()}
        return rows_of(model, {"raw.activities": RUN, "raw.records": records, **tables})

    return found


def test_five_kilometres_with_jogs_between_are_five_bouts(bouts: Callable[..., pd.DataFrame]):
    found = bouts(stream(KILOMETRES))
    assert list(found.bout_number) == [1, 2, 3, 4, 5]
    assert set(found.bout_source) == {"stream"}
    assert found.duration_s.to_numpy() == pytest.approx(250, abs=5)
    assert found.speed_m_per_s.to_numpy() == pytest.approx(4, rel=0.02)
    assert found.recovery_s[:4].to_numpy() == pytest.approx(120, abs=5)
    assert found.recovery_m[:4].to_numpy() == pytest.approx(276, rel=0.1)
    assert np.isnan(found.recovery_s[4])


def test_laps_that_the_watch_calls_work_are_the_bouts(bouts: Callable[..., pd.DataFrame]):
    intensity = ["warmup", *["active", "recovery"] * 4, "active", "cooldown"]
    found = bouts(stream(KILOMETRES), laps=laps(KILOMETRES, lap_intensity=intensity))
    assert set(found.bout_source) == {"laps"}
    assert list(found.duration_s) == [250] * 5
    assert found.distance_m.to_numpy() == pytest.approx(1000)


def test_an_easy_run_has_no_bouts(bouts: Callable[..., pd.DataFrame]):
    outline = bouts(stream([(EASY, 2400)]), "activity.bout_outlines").iloc[0]
    assert outline.bout_count == 0
    assert outline.easy_speed_m_per_s == pytest.approx(EASY)
    assert outline.is_finely_recorded


def test_the_second_half_is_weighed_by_the_way_not_by_the_time(bouts: Callable[..., pd.DataFrame]):
    """3060 m in 1020 s, then as much in 1224 s: a fifth slower."""
    pacing = bouts(stream([(3, 1020), (2.5, 1224)]), "activity.pacings").iloc[0]
    assert pacing.second_half_ratio == pytest.approx(0.2, abs=0.001)
    assert pacing.first_tenth_ratio == pytest.approx(3 / (6120 / 2244) - 1, abs=0.001)
    assert pacing.top_speed_m_per_s == pytest.approx(3)


def test_an_opening_is_told_in_two_minutes(bouts: Callable[..., pd.DataFrame]):
    bpm = np.repeat([120, 140], [121, 120])
    openings = bouts(stream([(3, 120), (2, 120)], heart_rate_bpm=bpm), "activity.openings")
    assert list(openings.interval_number) == [0, 1]
    assert openings.grade_adjusted_speed_m_per_s.to_numpy() == pytest.approx([3, 2])
    assert list(openings.heart_rate_bpm) == [120, 140]
    assert list(openings.moving_s) == [120, 120]


def test_the_mart_knows_the_day_of_a_bout(bouts: Callable[..., pd.DataFrame]):
    found = bouts(stream(KILOMETRES), "marts.bouts")
    assert len(found) == 5
    assert set(found.local_day) == {pd.Timestamp("2024-01-01")}


@pytest.mark.parametrize(
    "model",
    [
        "activity.half_minutes",
        "activity.easy_speeds",
        "activity.paces",
        "activity.stream_bouts",
        "activity.lap_bouts",
    ],
)
def test_a_run_without_distance_has_no_bouts(bouts: Callable[..., pd.DataFrame], model: str):
    records = stream([(EASY, 600)]).drop(columns="distance_m")
    assert not len(bouts(records.assign(heart_rate_bpm=140), "activity.bouts"))
    bouts(records.assign(heart_rate_bpm=140), model)


# --- the articles' sessions, by a GPS that jitters ----------------------------------------------------------


def repeats(speed: float, seconds: int, count: int, recovery: float, recovery_s: int) -> list[Part]:
    """So many fast parts with a slow one between each two."""
    return [(speed, seconds), *[(recovery, recovery_s), (speed, seconds)] * (count - 1)]


WARM_UP, COOL_DOWN = (EASY, 900), (EASY, 600)
SPRINTS, SPRINT_S, WALK_S = 6, 10, 120
SESSIONS: dict[str, tuple[list[Part], list[Part]]] = {  # the parts, and those of them that are work
    "fartlek: 6 x 1 min, 2 min jog": ([WARM_UP, *repeats(4.1, 60, 6, JOG, 120), COOL_DOWN], [(4.1, 60)] * 6),
    "10 x 200 m, floats of 200 m": ([WARM_UP, *repeats(5, 40, 10, 3.6, 56), COOL_DOWN], [(5, 40)] * 10),
    "8 x 400 m, 90 s jog": ([WARM_UP, *repeats(4.25, 94, 8, JOG, 90), COOL_DOWN], [(4.25, 94)] * 8),
    "5 x 1000 m, 2 min walk": ([WARM_UP, *repeats(4.1, 244, 5, 1.3, 120), COOL_DOWN], [(4.1, 244)] * 5),
    "3 x 8 min of 45 min": ([(EASY, 600), *repeats(3.7, 480, 3, JOG, 90), (EASY, 480)], [(3.7, 480)] * 3),
    "20 min tempo": ([WARM_UP, (3.6, 1200), COOL_DOWN], [(3.6, 1200)]),
    "40 min tempo": ([WARM_UP, (3.5, 2400), COOL_DOWN], [(3.5, 2400)]),
    "tempo and 2 x 800 m": (
        [WARM_UP, (3.6, 900), (JOG, 180), *repeats(4.1, 195, 2, JOG, 120), COOL_DOWN],
        [(3.6, 900), (4.1, 195), (4.1, 195)],
    ),
    "fast finish": ([(EASY, 3600), (3.5, 1200)], [(3.5, 1200)]),
    "5 strides at the end, walking": ([(EASY, 2100), *repeats(5, 20, 5, 1.3, 80), COOL_DOWN], [(5, 20)] * 5),
    "8 strides, jogging": ([(EASY, 1800), *repeats(4.9, 20, 8, JOG, 60), COOL_DOWN], [(4.9, 20)] * 8),
    "6 hill sprints": ([WARM_UP, *[(4.4, SPRINT_S), (1.2, WALK_S)] * SPRINTS, COOL_DOWN], [(4.4, 10)] * 6),
    "easy": ([(EASY, 2700)], []),
    "easy with traffic lights": ([(EASY, 500), (0, 40), (EASY, 700), (0, 25), (EASY, 900)], []),
    "easy, a little faster at the end": ([(0, 30), (2.7, 900), (2.8, 900), (2.9, 900)], []),
    "easy with walking breaks": ([(EASY, 480), (1.4, 60)] * 5, []),
    "a race": ([(4, 1250)], []),
}
JITTER = 0.04  # of the speed, forgotten within eight seconds


def runs_of(names: Sequence[str], athlete_id: str = "ann", later: str = "0 s") -> dict[str, pd.DataFrame]:
    """The sessions, each a run of its own, a record a second; the same noise each time."""
    runs, rows = list[dict[str, Any]](), list[pd.DataFrame]()
    for name in names:
        number = list(SESSIONS).index(name)
        speeds, seconds = map(list, zip(*SESSIONS[name][0], strict=True))
        speed = np.repeat(np.array(speeds, float), seconds)
        kernel = np.exp(-np.arange(48) / 8)
        noise = np.convolve(
            np.random.default_rng(number).standard_normal(len(speed) + 47), kernel / np.linalg.norm(kernel)
        )[47:-47]
        climb = np.zeros(len(speed))
        if name == "6 hill sprints":
            up_and_down = np.repeat([0.35, -0.35 * SPRINT_S / WALK_S], [SPRINT_S, WALK_S])
            climb[900:-600] = np.tile(up_and_down, SPRINTS)
        start = START + pd.Timedelta(days=number) + pd.Timedelta(later)
        keys = {"athlete_id": athlete_id, "activity_id": name}
        runs.append({**keys, "sport": "running", "started_at": start})
        rows.append(
            pd.DataFrame(
                {
                    **keys,
                    "recorded_at": start + pd.to_timedelta(np.arange(len(speed) + 1), unit="s"),
                    "distance_m": np.r_[0, np.cumsum(speed * (1 + JITTER * noise))],
                    "altitude_m": 100 + np.r_[0, np.cumsum(climb)],
                }
            )
        )
    return {"raw.activities": pd.DataFrame(runs), "raw.records": pd.concat(rows)}


def test_of_each_session_of_the_articles_the_work_is_found_and_nothing_else(rows_of: RowsOf):
    found = rows_of("activity.bouts", runs_of(list(SESSIONS)))
    of_run = {name: found[found.activity_id == name] for name in SESSIONS}
    assert {name: len(rows) for name, rows in of_run.items()} == {
        name: len(work) for name, (_, work) in SESSIONS.items()
    }
    for name, (_, work) in SESSIONS.items():
        speeds, seconds = np.array(work or [(0, 0)]).T[:, : len(work)]
        assert of_run[name].duration_s.to_numpy() == pytest.approx(seconds, abs=5, rel=0.35), name
        assert of_run[name].speed_m_per_s.to_numpy() == pytest.approx(speeds, rel=0.1), name
        if work:
            assert np.median(of_run[name].duration_s - seconds) == pytest.approx(0, abs=2), name
            assert np.median(of_run[name].speed_m_per_s / speeds) == pytest.approx(1, abs=0.04), name


def test_a_hill_sprint_knows_its_hill(rows_of: RowsOf):
    found = rows_of("activity.bouts", runs_of(["6 hill sprints"]))
    assert (found.grade_ratio > 0.04).all()
    assert (found.grade_adjusted_speed_m_per_s > found.speed_m_per_s).all()


def test_when_and_by_whom_a_session_was_run_changes_nothing(rows_of: RowsOf):
    names = ["fartlek: 6 x 1 min, 2 min jog", "5 strides at the end, walking", "6 hill sprints", "easy"]
    first = rows_of("activity.bouts", runs_of(names))
    other = rows_of("activity.bouts", runs_of(names, "bob", "40 days 07:00:35"))
    pd.testing.assert_frame_equal(first.drop(columns="athlete_id"), other.drop(columns="athlete_id"))
    shifted = rows_of("activity.bouts", runs_of(names, later="3 s"))
    assert list(shifted.activity_id) == list(first.activity_id)
    assert shifted.duration_s.to_numpy() == pytest.approx(first.duration_s.to_numpy(), abs=3)


# --- laps ---------------------------------------------------------------------------------------------------


def test_a_lap_that_holds_the_warm_up_and_the_first_repeat_does_not_mislead(
    bouts: Callable[..., pd.DataFrame],
):
    marked = laps(KILOMETRES, lap_intensity=["warmup", *["active", "recovery"] * 4, "active", "cooldown"])
    one = marked.iloc[1].copy()
    one["started_at"], one["elapsed_s"] = START, 1150
    marked = pd.concat([one.to_frame().T, marked.iloc[2:]]).astype({"elapsed_s": float, "lap_number": int})
    found = bouts(stream(KILOMETRES), laps=marked)
    assert list(found.bout_source) == ["stream", "laps", "laps", "laps", "laps"]
    assert found.duration_s.to_numpy() == pytest.approx(250, abs=3)


def test_laps_by_the_kilometre_are_no_work(bouts: Callable[..., pd.DataFrame]):
    slow_and_fast: Parts = [(2.7, 370), (2.95, 339)] * 4
    found = bouts(
        stream(slow_and_fast), laps=laps(slow_and_fast, lap_intensity="active", lap_trigger="distance")
    )
    assert not len(found)


def test_laps_marked_by_hand_that_alternate_are_work_even_if_they_differ_little(
    bouts: Callable[..., pd.DataFrame],
):
    """Miles at marathon pace, and 8 % slower ones between: no valley that the stream alone would trust."""
    miles: Parts = [(EASY, 600), *repeats(3.6, 447, 4, 3.31, 486), (EASY, 600)]
    found = bouts(stream(miles), laps=laps(miles, lap_trigger="manual"))
    assert list(found.bout_source) == ["laps"] * 4
    assert list(found.duration_s) == [447] * 4


def test_a_whole_run_that_the_watch_calls_active_is_no_work(bouts: Callable[..., pd.DataFrame]):
    found = bouts(stream([(EASY, 2400)]), laps=laps([(EASY, 2400)], lap_intensity="active"))
    assert not len(found)


# --- what is told of a bout ---------------------------------------------------------------------------------


def test_a_bout_tells_of_heart_and_steps(bouts: Callable[..., pd.DataFrame]):
    """A heart at 170 in the repeat and at 140 a minute later; steps as its records have them."""
    parts: Parts = [(EASY, 600), (4.0, 300), (JOG, 300), (4.0, 300), (EASY, 300)]
    kind = np.r_[0, np.repeat([0, 1, 0, 1, 0], [600, 300, 300, 300, 300])]
    found = bouts(
        stream(
            parts,
            heart_rate_bpm=np.where(kind == 1, 170, 140),
            cadence_per_min=np.where(kind == 1, 180, 160),
            ground_contact_s=np.where(kind == 1, 0.2, 0.26),
            vertical_oscillation_m=np.where(kind == 1, 0.08, 0.09),
            step_length_m=np.where(kind == 1, 1.33, 1.05),
        )
    )
    assert found.heart_rate_peak_bpm.tolist() == [170, 170]
    assert found.heart_rate_drop_bpm.to_numpy() == pytest.approx(30)
    assert found.cadence_mean_per_min.to_numpy() == pytest.approx(180, abs=1)
    assert found.ground_contact_mean_s.to_numpy() == pytest.approx(0.2, abs=0.002)
    assert found.vertical_oscillation_mean_m.to_numpy() == pytest.approx(0.08, abs=0.001)
    assert found.step_length_mean_m.to_numpy() == pytest.approx(1.33, abs=0.01)
    assert found.halves_ratio.to_numpy() == pytest.approx(1, abs=0.01)
    assert found.recovery_speed_m_per_s[0] == pytest.approx(JOG, rel=0.03)


def test_heart_rate_after_a_bout_is_not_told_if_the_next_begins_within_the_minute(
    bouts: Callable[..., pd.DataFrame],
):
    parts: Parts = [(EASY, 600), *repeats(4.4, 60, 6, JOG, 45), (EASY, 600)]
    records = stream(parts)
    found = bouts(records.assign(heart_rate_bpm=150 + np.arange(len(records)) // 10 % 2))
    assert list(found.heart_rate_drop_bpm.isna()) == [True] * 5 + [False]


def test_of_a_coarse_recording_short_bouts_are_not_guessed(bouts: Callable[..., pd.DataFrame]):
    parts: Parts = [(EASY, 1200), *repeats(5, 20, 5, 1.3, 80), (EASY, 300), (4.2, 240), (EASY, 300)]
    records = stream(parts).iloc[::6]
    assert not bouts(records, "activity.bout_outlines").is_finely_recorded[0]
    assert bouts(records).duration_s.to_numpy() == pytest.approx([240], abs=12)


def test_a_gps_that_lags_and_catches_up_makes_no_strides(bouts: Callable[..., pd.DataFrame]):
    """Ten seconds at a quarter of the speed, then ten that make up for it, while the steps stay the same."""
    lag: list[Part] = [(0.25 * EASY, 10), (1.75 * EASY, 10), (1.1 * EASY, 15), (0.9 * EASY, 15)]
    records = stream([(EASY, 300), *lag * 30, (EASY, 300)], cadence_per_min=166)
    assert not len(bouts(records))


def test_routes_are_told_apart_without_telling_where_they_are(rows_of: RowsOf):
    """Two loops to the east, the second begun a step away, and one to the west."""

    def key(east: float, start_deg: float = 0) -> str:
        """Out for ten minutes and back."""
        out = np.r_[np.arange(601), np.arange(600)[::-1]] * EASY
        records = stream([(EASY, 1200)]).assign(
            latitude_deg=50.0, longitude_deg=8.0 + start_deg + east * out / (111_195 * np.cos(np.radians(50)))
        )
        pacing = rows_of("activity.pacings", {"raw.activities": RUN, "raw.records": records}).iloc[0]
        assert pacing.top_speed_m_per_s == pytest.approx(EASY)
        return str(pacing.route_key)

    assert key(1) == key(1, 0.0001) != key(-1)
    assert "50" not in key(1).split() and len(key(1)) == 32


def test_a_run_without_positions_has_no_route(bouts: Callable[..., pd.DataFrame]):
    assert bouts(stream([(EASY, 600)]), "activity.pacings").route_key.isna().all()


def test_a_block_knows_its_steps(bouts: Callable[..., pd.DataFrame]):
    """The first block is minutes 10 to 15."""
    cadence = np.r_[160, np.repeat([160, 170], [600, 600])]
    records = stream(
        [(EASY, 1200)], heart_rate_bpm=140, cadence_per_min=cadence, ground_contact_s=cadence / 1000
    )
    block = bouts(records, "activity.blocks").iloc[0]
    assert block.cadence_mean_per_min == pytest.approx(170)
    assert block.ground_contact_mean_s == pytest.approx(0.17)


# --- the simulated runner's files ---------------------------------------------------------------------------


class Silence:
    """No progress to be told."""

    def expect(self, more: int) -> None:
        """So many files."""

    def advance(self, path: str, outcome: str) -> None:
        """One of them."""


@pytest.mark.parametrize("has_laps", [True, False])
def test_the_work_of_a_simulated_runner_is_found_with_and_without_laps(
    models: dict[str, warehouse.Model], tmp_path: Path, has_laps: bool
):
    habits = simulate.Habits(
        runs_per_week=4, weekly_distance_m=34_000, workouts_per_week=1, strides_per_week=1, races_per_year=0
    )
    runner = simulate.Runner(seed=3, weeks=6, habits=((0, habits),), missing_week_ratio=0)
    lake = Lake(tmp_path / "lake", "me")
    ingest(simulate.write(runner, tmp_path / "exports"), lake, None, Silence(), workers=1)
    with warehouse.connection() as db:
        parts = {table: lake.parts(table) if has_laps or table != "laps" else [] for table in TABLES}
        warehouse.register_raw(db, parts)
        warehouse.register_settings(db, athlete.tables([]))
        for model in warehouse.ancestors(models, ["activity.bouts"]).values():
            warehouse.create(db, model)
            warehouse.check(db, model)
        found = db.sql(
            "select bouts.*, activities.started_at from activity.bouts as bouts "
            "inner join staging.activities as activities using (athlete_id, activity_id) order by bout_number"
        ).df()
    work = {
        session.started_at: [step for step in session.steps if step.intensity == "active"]
        if session.kind not in ("easy", "long")
        else []
        for session in simulate.sessions(runner)
    }
    of_run = {
        started_at: found[found.started_at == pd.Timestamp(started_at)].reset_index() for started_at in work
    }
    assert {at: len(rows) for at, rows in of_run.items()} == {at: len(steps) for at, steps in work.items()}
    marked = found[found.bout_source == "laps"]
    assert len(marked) == (sum(len(steps) for steps in work.values()) - 6 * 6 if has_laps else 0)
    for started_at, steps in work.items():
        seconds = np.array([step.duration_s for step in steps])
        assert of_run[started_at].duration_s.to_numpy() == pytest.approx(seconds, abs=5)
    assert marked.duration_s.to_numpy() == pytest.approx(marked.duration_s.round().to_numpy())
