"""Best efforts, the duration curve, critical speed, races and predictions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from pipeline import published, warehouse

RowsOf = Callable[..., pd.DataFrame]

RUN = """
    athlete_id | activity_id | sport   | started_at
    ann        | run         | running | 2024-01-01 06:00:00
"""
MONDAY = date(2024, 1, 1)


def records(seconds: Sequence[float] | np.ndarray[Any, Any], **columns: Any) -> pd.DataFrame:
    """One row per second given, of ann's run; a column is a number for all rows or a value for each."""
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": "run",
            "recorded_at": pd.Timestamp("2024-01-01 06:00:00")
            + pd.to_timedelta(np.asarray(seconds), unit="s"),
            **columns,
        }
    )


def of_run(rows_of: RowsOf, model: str, seconds: Any, distance_m: Any) -> pd.DataFrame:
    """Rows of a model if ann's run had these records."""
    return rows_of(model, {"raw.activities": RUN, "raw.records": records(seconds, distance_m=distance_m)})


def ann(**columns: Any) -> pd.DataFrame:
    """Rows of ann; a column is one value for all rows or a value for each."""
    return pd.DataFrame({"athlete_id": "ann", **columns})


def ids(count: int) -> list[str]:
    """So many activities, in order."""
    return [f"run{number:03}" for number in range(count)]


def days(numbers: Sequence[int]) -> list[date]:
    """The days so many days after Monday, 1 January 2024."""
    return [MONDAY + timedelta(days=number) for number in numbers]


# --- one activity


def test_a_jump_of_the_position_is_bridged_and_the_rest_of_the_run_counts(rows_of: RowsOf):
    """At 3 m/s, three seconds at 12: 400 m still take 400 / 3 s, and the run is 1800 m long, not 1827."""
    seconds = np.arange(601)
    distance_m = 3.0 * seconds + 9 * np.clip(seconds - 301, 0, 3)
    stretches = of_run(rows_of, "activity.stretches", seconds, distance_m)
    assert stretches.travelled_um.iloc[-1] / 1e6 == pytest.approx(1800, abs=0.01)
    efforts = of_run(rows_of, "activity.best_efforts", seconds, distance_m).set_index("effort_distance_m")
    assert efforts.elapsed_s[400] == pytest.approx(400 / 3, abs=0.3)
    assert efforts.elapsed_s[1000] == pytest.approx(1000 / 3, abs=0.3)


def test_a_watch_that_catches_up_after_a_lag_covers_what_was_covered(rows_of: RowsOf):
    """At 3 m/s, nothing for six seconds, then 24 m in two: nobody gained a metre."""
    seconds = np.arange(601)
    distance_m = 3.0 * seconds - 3 * np.clip(seconds - 300, 0, 6) + 9 * np.clip(seconds - 306, 0, 2)
    stretches = of_run(rows_of, "activity.stretches", seconds, distance_m)
    assert stretches.travelled_um.iloc[-1] / 1e6 == pytest.approx(1800)


def test_repeats_of_a_minute_are_no_jumps(rows_of: RowsOf):
    """A minute at 2.5 and one at 5 m/s, five times."""
    seconds = np.arange(601)
    distance_m = np.r_[0, np.cumsum(np.where(seconds[1:] % 120 <= 60, 2.5, 5.0))]
    stretches = of_run(rows_of, "activity.stretches", seconds, distance_m)
    assert stretches.travelled_um.iloc[-1] / 1e6 == pytest.approx(distance_m[-1])


def test_the_way_walked_while_the_timer_stood_is_no_part_of_an_effort(rows_of: RowsOf):
    """600 m at 3 m/s, ten minutes in which the position moved 900 m, 600 m more."""
    seconds = np.r_[0:201, 801:1001]
    distance_m = np.r_[np.arange(201) * 3.0, 1500 + np.arange(200) * 3.0]
    efforts = of_run(rows_of, "activity.best_efforts", seconds, distance_m).set_index("effort_distance_m")
    assert efforts.elapsed_s[400] == pytest.approx(400 / 3)
    # 1000 m are 333 s and the ten minutes (601 s between the two records)
    assert efforts.elapsed_s[1000] == pytest.approx(1000 / 3 + 601, abs=0.1)
    assert efforts.moving_s[1000] == pytest.approx(1000 / 3, abs=0.1)


def test_a_ride_and_a_walk_have_no_best_efforts(rows_of: RowsOf):
    seconds = np.arange(601)
    given = {
        "raw.activities": RUN.replace("running", "cycling"),
        "raw.records": records(seconds, distance_m=3.0 * seconds),
    }
    assert rows_of("activity.best_efforts", given).empty
    assert rows_of("activity.duration_curve", given).empty


def test_the_farthest_in_a_time_is_found_wherever_it_began(rows_of: RowsOf):
    """Ten minutes at 3 m/s, two at 4, ten at 3: 480 m in the two, 480 + 180 in three, from minute 9 or 10."""
    seconds = np.arange(1321)
    distance_m = 3.0 * seconds + np.clip(seconds - 600, 0, 120)
    curve = of_run(rows_of, "activity.duration_curve", seconds, distance_m).set_index("duration_s")
    assert curve.distance_m[60] == pytest.approx(240)
    assert curve.distance_m[120] == pytest.approx(480)
    assert curve.start_offset_s[120] == 600
    assert curve.distance_m[180] == pytest.approx(660)
    assert curve.distance_m[1200] == pytest.approx(3720)
    assert 1800 not in curve.index


def test_standing_counts_in_the_duration_curve_and_a_day_of_it_costs_nothing(rows_of: RowsOf):
    """600 m at 3 m/s, a day in bed with the watch on, 600 m more: no five minutes hold more than 600 m."""
    seconds = np.r_[0:201, 86400:86601]
    distance_m = np.r_[np.arange(201) * 3.0, 600 + np.arange(201) * 3.0]
    curve = of_run(rows_of, "activity.duration_curve", seconds, distance_m).set_index("duration_s")
    assert curve.distance_m[180] == pytest.approx(540)
    assert curve.distance_m[300] == pytest.approx(600)
    assert curve.distance_m[7200] == pytest.approx(600)


def test_faster_than_the_world_record_is_no_duration_either(rows_of: RowsOf):
    seconds = np.arange(3601)
    assert of_run(rows_of, "activity.duration_curve", seconds, 8.0 * seconds).empty


# --- critical speed


def test_stretches_of_one_run_make_no_critical_speed(rows_of: RowsOf):
    """They follow each other: the later ones are not all that the runner had."""
    given = efforts_of([0], LINE)
    given["activity.duration_curve"]["activity_id"] = ids(2)[0]
    assert rows_of("athlete.critical_speeds", given).critical_speed_m_per_s.isna().all()


def efforts_of(days_: Sequence[int], distances: Mapping[int, float]) -> dict[str, pd.DataFrame]:
    """What is known of runs on those days; the first two, on one day, have these farthest distances."""
    days_ = [days_[0], *days_]
    activities = ids(len(days_))
    runs = [activities[1 if order == 0 else 0] for order in range(len(distances))]
    return {
        "staging.activities": ann(
            activity_id=activities, local_day=days(days_), is_run=True, is_indoor=False
        ),
        "activity.summaries": ann(activity_id=activities, moving_s=3600, moving_m=3600 * 2.8),
        "activity.duration_curve": ann(
            activity_id=runs, duration_s=list(distances), distance_m=list(distances.values())
        ),
    }


LINE = {duration: 4 * duration + 150 for duration in (120, 180, 300, 600, 1200)}


def test_the_critical_speed_is_the_slope_of_distance_over_time(rows_of: RowsOf):
    """D = 4 t + 150 m."""
    row = rows_of("athlete.critical_speeds", efforts_of([0], LINE)).iloc[0]
    assert row.critical_speed_m_per_s == pytest.approx(4)
    assert row.d_prime_m == pytest.approx(150)
    assert (row.effort_count, row.critical_speed_method) == (5, "line")
    assert row.is_critical_speed_confident
    assert list(row.activity_ids) == ["run000", "run001"]
    # a straight line is left with what it was off by on simulated runners: 4 %
    assert row.critical_speed_error_m_per_s == pytest.approx(0.16)


@pytest.mark.parametrize(
    ("why", "distances"),
    [
        ("two efforts are always on a line", {300: 1350, 600: 2550}),
        ("nothing of ten minutes", {120: 630, 180: 870, 300: 1350}),
        ("an even run is on a line through nothing", {t: 4 * t for t in LINE}),
        ("the long ones were not all-out", {t: 3.2 * t + 500 for t in LINE}),
        ("hardly faster than the usual 2.8 m/s", {t: 2.9 * t + 150 for t in LINE}),
        ("no line at all", {120: 700, 180: 800, 300: 1700, 600: 2300, 1200: 5000}),
    ],
)
def test_efforts_that_were_not_all_out_give_no_critical_speed(
    rows_of: RowsOf, why: str, distances: Mapping[int, float]
):
    row = rows_of("athlete.critical_speeds", efforts_of([0], distances)).iloc[0]
    assert not row.is_critical_speed_confident, why
    assert np.isnan(row.critical_speed_m_per_s)


def test_a_race_is_taken_as_5_km_less_a_usual_d_prime_and_a_training_run_is_not(rows_of: RowsOf):
    """5 km in 20:00: (5000 - 200) / 1200 = 4 m/s."""
    given = efforts_of([0], {}) | {
        "activity.best_efforts": ann(activity_id=["run000"], effort_distance_m=5000, elapsed_s=1200),
        "athlete.races": ann(activity_id=["run000"], race_source="name"),
    }
    row = rows_of("athlete.critical_speeds", given).iloc[0]
    assert row.critical_speed_m_per_s == pytest.approx(4)
    assert (row.critical_speed_method, row.effort_count) == ("race", 1)
    assert row.is_critical_speed_confident
    # 80 m of unknown D' over 1200 s, and 4 % of 4 m/s
    assert row.critical_speed_error_m_per_s == pytest.approx(np.hypot(80 / 1200, 0.16))

    given["athlete.races"] = ann(activity_id=["another"], race_source="name")
    row = rows_of("athlete.critical_speeds", given).iloc[0]
    assert np.isnan(row.critical_speed_m_per_s)
    assert not row.is_critical_speed_confident


def test_the_stretches_of_the_critical_speed_cover_every_day_once_and_forget_after_four_months(
    rows_of: RowsOf,
):
    """Efforts on 1 January 2024, easy runs until the end of the year."""
    rows = rows_of("athlete.critical_speeds", efforts_of(range(0, 366, 3), LINE))
    starts = [str(day)[:10] for day in rows.valid_from]
    ends = [str(day)[:10] for day in rows.valid_until_day]
    assert (starts[0], ends[-1]) == ("1900-01-01", "9999-12-31")
    gaps = [
        date.fromisoformat(start) - date.fromisoformat(end)
        for end, start in zip(ends[:-1], starts[1:], strict=True)
    ]
    assert set(gaps) == {timedelta(days=1)}
    known = rows.critical_speed_m_per_s.notna().tolist()
    assert known == sorted(known, reverse=True)
    last_known = date.fromisoformat(ends[sum(known) - 1])
    assert timedelta(days=120 - 28) <= last_known - MONDAY < timedelta(days=120)


def test_a_race_that_was_jogged_tells_no_critical_speed(rows_of: RowsOf):
    """5 km in 27:00 is 4800 m in 1620 s: 2.96 m/s, hardly faster than the usual 2.8."""
    given = efforts_of([0], {}) | {
        "activity.best_efforts": ann(activity_id=["run000"], effort_distance_m=5000, elapsed_s=1620),
        "athlete.races": ann(activity_id=["run000"], race_source="name"),
    }
    row = rows_of("athlete.critical_speeds", given).iloc[0]
    assert not row.is_critical_speed_confident
    assert row.effort_count == 0


def test_a_treadmill_tells_no_critical_speed(rows_of: RowsOf):
    given = efforts_of([0], LINE)
    given["staging.activities"]["is_indoor"] = True
    row = rows_of("athlete.critical_speeds", given).iloc[0]
    assert np.isnan(row.critical_speed_m_per_s)


# --- races

EASY_RUNS = 12


def a_run_among_easy_ones(**run: Any) -> dict[str, pd.DataFrame]:
    """Twelve easy runs of 8 km at 2.8 m/s and 140 bpm, then one as told: by default 5 km at 4 m/s and 170."""
    told = {
        "name": None,
        "length_m": 5000,
        "speed_m_per_s": 4.0,
        "heart_rate_bpm": 170,
        "effort_m": 5000,
        "is_indoor": False,
    } | run
    activities = ids(EASY_RUNS + 1)
    lengths = np.r_[np.full(EASY_RUNS, 8000), told["length_m"]]
    speeds = np.r_[2.8 + 0.02 * np.arange(EASY_RUNS), told["speed_m_per_s"]]
    return {
        "staging.activities": ann(
            activity_id=activities,
            local_day=days(range(0, 3 * EASY_RUNS + 3, 3)),
            is_run=True,
            is_indoor=[False] * EASY_RUNS + [told["is_indoor"]],
            name=["Morning Run"] * EASY_RUNS + [told["name"]],
            distance_m=lengths,
        ),
        "activity.summaries": ann(
            activity_id=activities,
            moving_s=lengths / speeds,
            moving_m=lengths,
            heart_rate_mean_bpm=np.r_[np.full(EASY_RUNS, 140.0), told["heart_rate_bpm"] or np.nan],
        ),
        "activity.best_efforts": ann(
            activity_id=activities,
            effort_distance_m=np.r_[np.full(EASY_RUNS, 5000), told["effort_m"]],
            elapsed_s=np.r_[np.full(EASY_RUNS, 5000), told["effort_m"]] / speeds,
        ),
    }


def race_source(rows_of: RowsOf, **run: Any) -> str | None:
    """What says that the run was a race, if anything does."""
    races = rows_of("athlete.races", a_run_among_easy_ones(**run))
    assert set(races.activity_id) <= {ids(EASY_RUNS + 1)[-1]}
    return None if races.empty else str(races.race_source[0])


@pytest.mark.parametrize(
    "name",
    [
        "parkrun #214",
        "Weekend race at Space Coast",
        "SPRING SERIES: RACE 2",
        "Stadtlauf",
        "5k",
        "Club championships",
        "5 km di Roma",
        "Zawody na 5 km",
    ],
)
def test_a_race_is_known_by_its_name(rows_of: RowsOf, name: str):
    assert race_source(rows_of, name=name) == "name"


@pytest.mark.parametrize(
    ("name", "length_m"),
    [
        ("Berlin Marathon", 42600),
        ("Maratón de Sevilla", 42400),
        ("Halbmarathon", 21300),
        ("Lisbon Half", 21200),
        ("półmaraton", 21150),
        ("10 km", 10050),
    ],
)
def test_the_distance_in_a_name_is_the_one_that_was_run(rows_of: RowsOf, name: str, length_m: float):
    assert race_source(rows_of, name=name, length_m=length_m, speed_m_per_s=3.2, effort_m=5000) == "name"
    assert race_source(rows_of, name=name, length_m=9000, speed_m_per_s=3.2, heart_rate_bpm=145) is None


@pytest.mark.parametrize(
    "name",
    [
        "Morning Run",
        "Race pace 5k",
        "Easy 5k",
        "Marathon training week 3",
        "5 x 1000 m",
        "5x1k",
        "parkrun warm-up",
        "Race day shakeout",
        "Course à pied le matin",
        "Carrera de mañana",
        "Corrida matinal",
        "Утренний забег",
        "Tempolauf 5 km",
        "Trace of a horse",
    ],
)
def test_a_name_that_speaks_of_training_or_of_any_run_is_no_race(rows_of: RowsOf, name: str):
    assert race_source(rows_of, name=name, speed_m_per_s=3.2, heart_rate_bpm=145) is None


def test_an_easy_run_over_the_distance_in_its_name_is_no_race(rows_of: RowsOf):
    assert race_source(rows_of, name="5k", speed_m_per_s=2.8, heart_rate_bpm=140) is None


def test_a_hard_run_that_is_the_best_of_the_year_is_a_race(rows_of: RowsOf):
    assert race_source(rows_of) == "near_best"
    assert race_source(rows_of, length_m=6000) == "near_best"


def test_a_race_that_was_measured_a_little_short_is_one(rows_of: RowsOf):
    """4.95 km of 5: there is no best effort over 5 km, only one over 3."""
    assert race_source(rows_of, length_m=4950, effort_m=3000) == "near_best"


def test_the_only_run_over_a_distance_is_no_race_if_it_is_worth_less_than_others(rows_of: RowsOf):
    """10 km at 3.4 m/s, where 3 km at 4 m/s are known (worth 3.72 m/s over 10 km)."""
    given = a_run_among_easy_ones(length_m=10_000, speed_m_per_s=3.4, effort_m=10_000)
    fast = {"athlete_id": "ann", "activity_id": "run003", "effort_distance_m": 3000, "elapsed_s": 750}
    efforts = pd.concat([given["activity.best_efforts"], pd.DataFrame([fast])])
    assert list(rows_of("athlete.races", given).activity_id) == ["run012"]
    assert rows_of("athlete.races", given | {"activity.best_efforts": efforts}).empty


def test_a_recording_that_lost_half_of_a_race_hides_no_other_race(rows_of: RowsOf):
    """5 km at 2.8 m/s by the watch's total, of which only 100 s have records: no 5 km in 100 s."""
    given = a_run_among_easy_ones()
    given["staging.activities"].loc[0, "distance_m"] = 4950
    given["activity.summaries"].loc[0, ["moving_s", "moving_m"]] = [100, 280]
    given["activity.best_efforts"] = given["activity.best_efforts"][1:]
    assert list(rows_of("athlete.races", given).activity_id) == [ids(EASY_RUNS + 1)[-1]]


def test_without_heart_rate_it_must_have_the_length_of_a_race(rows_of: RowsOf):
    assert race_source(rows_of, heart_rate_bpm=None) == "near_best"
    assert race_source(rows_of, heart_rate_bpm=None, length_m=6000) is None


@pytest.mark.parametrize(
    "run",
    [
        {"heart_rate_bpm": 145},  # fast at an easy heart rate: downhill, or a good day
        {"speed_m_per_s": 3.05},  # the best of the year by a little
        {"length_m": 9000},  # fast in the middle of a longer run
        {"is_indoor": True},  # as the belt says
    ],
)
def test_a_fast_run_that_was_no_race_is_none(rows_of: RowsOf, run: dict[str, Any]):
    assert race_source(rows_of, **run) is None


def test_among_few_runs_the_best_is_no_race(rows_of: RowsOf):
    given = a_run_among_easy_ones()
    few = {table: rows[rows.activity_id >= ids(EASY_RUNS + 1)[6]] for table, rows in given.items()}
    assert rows_of("athlete.races", few).empty


@pytest.mark.parametrize("model", ["athlete.races", "athlete.critical_speeds"])
def test_one_athletes_races_do_not_depend_on_who_else_runs(rows_of: RowsOf, model: str):
    """Bob has the same runs, half as fast, on the same days and with the same ids."""
    anns = a_run_among_easy_ones() | {
        "activity.duration_curve": ann(
            activity_id="run012", duration_s=list(LINE), distance_m=list(LINE.values())
        )
    }
    bobs = {table: rows.assign(athlete_id="bob") for table, rows in anns.items()}
    bobs["activity.summaries"]["moving_s"] *= 2
    bobs["activity.best_efforts"]["elapsed_s"] *= 2
    bobs["activity.duration_curve"]["distance_m"] /= 2
    alone = rows_of(model, anns)
    among = rows_of(model, {table: pd.concat([bobs[table], anns[table]]) for table in anns})
    assert len(alone)
    pd.testing.assert_frame_equal(alone, among[among.athlete_id == "ann"].reset_index(drop=True))


# --- what people query


def test_best_efforts_of_races_have_a_vdot_and_those_of_a_treadmill_no_rank(rows_of: RowsOf):
    """5 km in 19:57 is VDOT 50 in Daniels' table."""
    activities = ids(2)
    rows = rows_of(
        "marts.best_efforts",
        {
            "activity.best_efforts": ann(
                activity_id=activities, effort_distance_m=5000, elapsed_s=[1197, 1000], start_offset_s=0
            ),
            "athlete.activities": ann(
                activity_id=activities, local_day=days([0, 1]), is_run=True, is_indoor=[False, True]
            ),
            "athlete.races": ann(activity_id=activities[:1], race_source="name"),
        },
    )
    assert rows.vdot_score[0] == pytest.approx(50, rel=0.002)
    assert rows.race_source[0] == "name"
    assert (rows.all_time_rank[0], rows.season_rank[0]) == (1, 1)
    for unknown in (rows.vdot_score, rows.all_time_rank, rows.season_rank):
        assert unknown.isna().tolist() == [False, True]


def predicted(
    rows_of: RowsOf, efforts: Sequence[tuple[int, float, float, str | None]], last_day: int = 0
) -> pd.DataFrame:
    """Predictions from efforts (day, distance, time, race source), by distance."""
    activities = ids(len(efforts) + 1)
    on, distances, times, sources = (list(column) for column in zip(*efforts, strict=True))
    return rows_of(
        "marts.race_predictions",
        {
            "activity.best_efforts": ann(
                activity_id=activities[:-1], effort_distance_m=distances, elapsed_s=times
            ),
            "athlete.activities": ann(
                activity_id=activities,
                local_day=days([*on, max(last_day, *on)]),
                is_run=True,
                is_indoor=False,
            ),
            "athlete.races": ann(activity_id=activities[:-1], race_source=sources).dropna(),
            "athlete.critical_speeds": ann(critical_speed_m_per_s=[4.0]),
        },
    ).set_index("race_distance_m")


@pytest.mark.parametrize(
    ("race_source", "last_day", "confidence", "reason"),
    [
        ("name", 30, "high", "a race"),
        ("name", 120, "medium", "a race"),
        ("near_best", 30, "medium", "an effort near your best"),
        (None, 30, "low", "a training run: probably slower than you can"),
        ("name", 200, "none", "no run outdoors of a mile or more in the last half year"),
    ],
)
def test_a_prediction_says_what_it_rests_on(
    rows_of: RowsOf, race_source: str | None, last_day: int, confidence: str, reason: str
):
    rows = predicted(rows_of, [(0, 5000, 1200, race_source)], last_day)
    assert (rows.confidence[10_000], rows.reason[10_000]) == (confidence, reason)
    assert rows.predicted_s.isna().loc[10_000] == (confidence == "none")
    if confidence != "none":
        assert rows.age_days[10_000] == last_day


def test_a_runner_on_the_treadmill_alone_gets_no_prediction_and_is_told_why(rows_of: RowsOf):
    rows = rows_of(
        "marts.race_predictions",
        {
            "activity.best_efforts": ann(activity_id=["run"], effort_distance_m=5000, elapsed_s=1200),
            "athlete.activities": ann(activity_id=["run"], local_day=MONDAY, is_run=True, is_indoor=True),
            "athlete.critical_speeds": ann(valid_from=[MONDAY], valid_until_day=MONDAY),
        },
    )
    assert rows.predicted_s.isna().all()
    assert set(rows.confidence) == {"none"}
    assert set(rows.reason) == {"no run outdoors of a mile or more in the last half year"}


def test_a_marathon_from_5_km_is_less_sure_than_10_km_from_it(rows_of: RowsOf):
    rows = predicted(rows_of, [(0, 5000, 1200, "name")])
    assert (rows.confidence[10_000], rows.confidence[42_195]) == ("high", "medium")


def test_of_efforts_that_are_about_as_good_the_nearest_distance_counts(rows_of: RowsOf):
    """5 km in 20:00 and a half in 1:32 are VDOT 49.8; 10 km in 50:00 is far below."""
    rows = predicted(
        rows_of, [(0, 5000, 1200, "name"), (1, 10_000, 3000, "name"), (2, 21_097.5, 5520, "name")]
    )
    assert rows.effort_distance_m[3000] == 5000
    assert rows.effort_distance_m[10_000] == 5000
    assert rows.effort_distance_m[42_195] == 21_097.5


def test_the_report_tells_the_models_least_and_most(
    nothing_landed: Callable[[Iterable[str]], duckdb.DuckDBPyConnection],
):
    """1200 s by Riegel, 1190 by Cameron, none by the others."""
    typed = nothing_landed(["marts.race_predictions"])
    query = (published.sql_folder() / "reports" / "race_predictions.sql").read_text(encoding="utf-8")
    with warehouse.connection() as db:
        db.execute("create schema marts")
        columns = typed.table("marts.race_predictions")
        names = ", ".join(
            f"{name} {type_}" for name, type_ in zip(columns.columns, columns.types, strict=True)
        )
        db.execute(f"create table marts.race_predictions ({names})")
        db.execute(
            "insert into marts.race_predictions by name select 'ann' as athlete_id, 5000 as race_distance_m, "
            "1195 as predicted_s, 1200 as riegel_s, 1190 as cameron_s, 'a race' as reason"
        )
        (row,) = db.execute(query, {"athlete_id": "ann"}).df().itertuples()
    assert (row.race_distance_m, row.predicted_s, row.fastest_s, row.slowest_s) == (5000, 1195, 1190, 1200)
    assert row.reason == "a race"
