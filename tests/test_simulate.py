"""The simulated runner: its files are sound, and the truth it promises is the truth they hold."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import fitdecode
import numpy as np
import pytest
from garmin_fit_sdk import Decoder, Stream
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fit_file import Messages as Group
from pipeline.fit_file import encoded
from pipeline.readers import READERS
from pipeline.simulate import (
    DAYS_PER_MONTH,
    WORKOUTS,
    Climate,
    Device,
    Habits,
    Runner,
    demo_runner,
    fitness,
    sessions,
    truth,
    write,
)

Messages = dict[str, list[dict[str, Any]]]

SHORT_RUNS = Habits(weekly_distance_m=18_000)
RUNNER = Runner(seed=5, weeks=2, habits=((0, SHORT_RUNS),), missing_week_ratio=0, recording_interval_s=8)
TWICE_A_WEEK = replace(
    RUNNER, habits=((0, Habits(runs_per_week=2, weekly_distance_m=8000, workouts_per_week=0)),)
)


def messages(path: Path) -> Messages:
    """What fitdecode finds in a file, by the name of the message; a wrong checksum raises."""
    found: Messages = defaultdict(list)
    with fitdecode.FitReader(path, check_crc=fitdecode.CrcCheck.RAISE) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                found[frame.name].append({field.name: field.value for field in frame.fields})
    return found


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write(RUNNER, tmp_path_factory.mktemp("runner"))


@pytest.fixture(scope="module")
def files(paths: list[Path]) -> list[Messages]:
    return [messages(path) for path in paths]


def values(rows: list[dict[str, Any]], name: str) -> list[Any]:
    return [row[name] for row in rows]


def whole_truth(runner: Runner) -> float:
    return truth(runner, runner.first_day, runner.first_day + timedelta(days=7 * runner.weeks - 1))


def week_distances(runner: Runner) -> list[float]:
    metres = [0.0] * runner.weeks
    for session in sessions(runner):
        week = (session.started_at.date() - runner.first_day).days // 7
        metres[week] += sum(step.speed_m_per_s * step.duration_s for step in session.steps)
    return metres


def test_the_same_runner_leaves_the_same_bytes_and_another_seed_leaves_others(
    paths: list[Path], tmp_path: Path
):
    contents = [path.read_bytes() for path in paths]
    again = write(replace(RUNNER, weeks=1), tmp_path / "again")
    assert [path.read_bytes() for path in again] == contents[: len(again)]
    other = write(replace(TWICE_A_WEEK, seed=6), tmp_path / "other")
    assert {path.read_bytes() for path in other}.isdisjoint(contents)


def test_the_makers_own_decoder_finds_no_fault(paths: list[Path]):
    for path in paths[:3]:
        decoder = Decoder(Stream.from_file(str(path)))
        assert decoder.check_integrity()
        _, errors = decoder.read()
        assert errors == []


def test_two_readers_that_share_no_code_find_the_same_records(paths: list[Path], files: list[Messages]):
    for path, file in list(zip(paths, files, strict=True))[:3]:
        (activity,) = READERS["fit"](path.read_bytes(), path.name).activities
        ours, theirs = activity.streams["records"].to_pylist(), file["record"]
        assert values(ours, "recorded_at") == [at.replace(tzinfo=None) for at in values(theirs, "timestamp")]
        for name, field in (
            ("distance_m", "distance"),
            ("speed_m_per_s", "enhanced_speed"),
            ("altitude_m", "enhanced_altitude"),
            ("heart_rate_bpm", "heart_rate"),
        ):
            assert [float(one) for one in values(ours, name)] == pytest.approx(
                values(theirs, field), abs=1e-3
            )


def test_a_written_number_comes_back_in_the_steps_that_the_profile_has(tmp_path: Path):
    records = Group(
        "record", {"timestamp": 10**9, "distance": [0, 1.234], "temperature": [-7, 30.6], "cadence": 84}, 2
    )
    path = tmp_path / "two.fit"
    path.write_bytes(encoded([Group("file_id", {"type": "activity"}), records], np.array([0, 2, 1])))
    read = messages(path)["record"]
    assert values(read, "distance") == [1.23, 0]  # centimetres, in the order asked for
    assert values(read, "temperature") == [31, -7]
    assert values(read, "cadence") == [84, 84]


def test_every_planned_run_is_a_file_of_one_running_activity_on_its_local_clock(files: list[Messages]):
    for session, file in zip(sessions(RUNNER), files, strict=True):
        (summary,), (activity,) = file["session"], file["activity"]
        assert file["file_id"][0]["type"] == "activity"
        assert (summary["sport"], summary["sub_sport"]) == ("running", "generic")
        assert summary["start_time"].replace(tzinfo=None) == session.started_at
        local: datetime = activity["local_timestamp"]
        assert local - activity["timestamp"] == timedelta(hours=1)


def test_session_laps_and_records_agree_on_distance_and_time(files: list[Messages]):
    for file in files:
        (session,), laps, records = file["session"], file["lap"], file["record"]
        for total in ("total_distance", "total_timer_time", "total_elapsed_time"):
            assert sum(values(laps, total)) == pytest.approx(session[total], abs=0.1)
        assert records[-1]["distance"] == pytest.approx(session["total_distance"], abs=0.02)
        moments, distances = values(records, "timestamp"), values(records, "distance")
        assert (moments[-1] - moments[0]).total_seconds() == session["total_elapsed_time"]
        assert all(earlier < later for earlier, later in pairwise(moments))
        assert all(earlier <= later for earlier, later in pairwise(distances))
        mean_speed = session["total_distance"] / session["total_timer_time"]
        assert np.mean(values(records, "enhanced_speed")) == pytest.approx(mean_speed, rel=0.05)


def test_the_path_on_the_map_is_as_long_as_the_run(files: list[Messages]):
    for file in files:
        records = file["record"]
        degrees = 180 / 2**31
        north = np.diff(values(records, "position_lat")) * degrees * 111_195
        east = np.diff(values(records, "position_long")) * degrees * 111_195 * np.cos(np.radians(55))
        assert np.hypot(north, east).sum() == pytest.approx(records[-1]["distance"], rel=0.06)


def test_a_stop_is_a_timer_event_without_records_or_metres(files: list[Messages]):
    stops = 0
    for file in files:
        timer = [(event["timestamp"], event["event_type"]) for event in file["event"]]
        assert [kind for _, kind in timer] == ["start", "stop_all"] * (len(timer) // 2)
        standing_s = 0.0
        for (stopped, _), (went_on, _) in zip(timer[1:-1:2], timer[2::2], strict=True):
            assert not any(stopped < record["timestamp"] <= went_on for record in file["record"])
            standing_s += (went_on - stopped).total_seconds()
            stops += 1
        (session,) = file["session"]
        assert session["total_elapsed_time"] - session["total_timer_time"] == standing_s
    assert stops > 0


def test_heart_rate_stays_within_the_runner(files: list[Messages]):
    for file in files:
        beats = values(file["record"], "heart_rate")
        assert min(beats) >= RUNNER.heart_rate_resting_bpm
        assert max(beats) <= RUNNER.heart_rate_max_bpm
        assert file["session"][0]["max_heart_rate"] == max(beats)


def test_the_laps_of_a_workout_are_its_repetitions(files: list[Messages]):
    (index,) = [place for place, session in enumerate(sessions(RUNNER)) if session.name == "5 x 1000 m"]
    work = [lap for lap in files[index]["lap"] if lap["intensity"] == "active"]
    assert values(work, "total_distance") == pytest.approx([1000] * 5, rel=0.03)
    moments = values(files[index]["record"], "timestamp")
    assert {later - earlier for earlier, later in pairwise(moments)} == {timedelta(seconds=1)}


def test_a_change_of_watch_shows_in_the_files_and_only_a_strap_is_a_sensor(tmp_path: Path):
    devices = ((0, Device("Old", 1, "wrist", 8)), (1, Device("New", 2, "strap", has_running_dynamics=True)))
    runner = replace(TWICE_A_WEEK, devices=devices)
    read = [messages(path) for path in write(runner, tmp_path)]
    for week, (model, serial, kinds) in enumerate([("Old", 1, []), ("New", 2, ["heart_rate"])]):
        for file in read[2 * week : 2 * week + 2]:
            assert (file["file_id"][0]["product_name"], file["file_id"][0]["serial_number"]) == (
                model,
                serial,
            )
            sensors = [row for row in file["device_info"] if row["device_index"] != "creator"]
            assert values(sensors, "antplus_device_type") == kinds
            assert ("stance_time" in file["record"][0]) == (model == "New")


def test_a_wrist_that_reads_high_reads_high_by_its_offset(tmp_path: Path):
    means: list[float] = []
    for offset in (0, 8):
        runner = replace(TWICE_A_WEEK, weeks=1, devices=((0, Device(heart_rate_offset_bpm=offset)),))
        (first, *_) = write(runner, tmp_path / str(offset))
        means.append(float(np.mean(values(messages(first)["record"], "heart_rate"))))
    assert means[1] - means[0] == pytest.approx(8, abs=0.01)


def test_a_watch_that_counts_too_many_metres_tells_of_a_faster_run_at_the_same_heart_rate(tmp_path: Path):
    totals: list[tuple[float, float]] = []
    for offset in (0, 2):
        runner = replace(TWICE_A_WEEK, weeks=1, devices=((0, Device(speed_offset_pct=offset)),))
        (session,) = messages(write(runner, tmp_path / str(offset))[0])["session"]
        totals.append((session["total_distance"], session["avg_heart_rate"]))
    assert totals[1][0] / totals[0][0] == pytest.approx(1.02, abs=1e-4)
    assert totals[1][1] == totals[0][1]


def test_the_metres_that_a_watch_gets_wrong_differ_from_run_to_run():
    seen = [session.seen_ratio for session in sessions(replace(TWICE_A_WEEK, weeks=100, speed_sd_pct=1.5))]
    assert np.mean(seen) == pytest.approx(1, abs=0.005)
    assert np.std(seen) == pytest.approx(0.015, rel=0.2)


def test_warmth_raises_the_heart_rate_of_summer_and_is_told_by_the_watch(tmp_path: Path):
    """At 22 degrees for weeks, 10 too warm: 0.7 bpm a degree, of which 40 % are taken back by habit: 4.2."""
    steady = Climate(mean_c=22, swing_c=0, day_sd_c=0)
    warm = replace(TWICE_A_WEEK, climate=steady)
    for there, here in zip(sessions(warm), sessions(TWICE_A_WEEK), strict=True):
        assert there.heart_rate_luck_bpm - here.heart_rate_luck_bpm == pytest.approx(4.2)
    assert {row["temperature"] for row in messages(write(warm, tmp_path)[0])["record"]} == {22}
    year = replace(warm, weeks=52, climate=Climate(day_sd_c=0))
    celsius = {session.started_at.date(): session.temperature_c or 0 for session in sessions(year)}
    hottest = max(celsius, key=lambda day: celsius[day])
    assert celsius[hottest] == pytest.approx(22, abs=0.1)
    assert hottest.month == 7
    hidden = replace(warm, climate=replace(steady, is_recorded=False))
    assert {session.temperature_c for session in sessions(hidden)} == {None}


def test_some_runs_have_a_heart_rate_that_is_grossly_off():
    calm = replace(TWICE_A_WEEK, weeks=200, heart_rate_sd_bpm=0, heart_rate_artefact_ratio=0.1)
    off = np.array([session.heart_rate_luck_bpm for session in sessions(calm)])
    assert np.mean(off != 0) == pytest.approx(0.1, abs=0.03)
    assert np.abs(off[off != 0]).min() >= 15


def test_missed_runs_leave_the_others_and_every_race_as_they_were():
    habits = Habits(runs_per_week=7, missed_run_ratio=0.5, races_per_year=12)
    runner = replace(RUNNER, weeks=100, habits=((0, habits),))
    whole = replace(runner, habits=((0, replace(habits, missed_run_ratio=0)),))
    kept, planned = sessions(runner), sessions(whole)
    assert len(kept) / len(planned) == pytest.approx(0.5, abs=0.05)
    assert {session.started_at for session in kept} < {session.started_at for session in planned}
    assert sum(one.kind == "race" for one in kept) == sum(one.kind == "race" for one in planned)


def test_a_walk_is_a_walk_in_the_file(tmp_path: Path):
    file = messages(write(replace(TWICE_A_WEEK, weeks=1, sport="walking"), tmp_path)[0])
    assert values(file["session"] + file["lap"], "sport") == ["walking"] * (1 + len(file["lap"]))


def test_a_runner_without_a_sensor_has_no_heart_rate_and_one_indoors_no_position(tmp_path: Path):
    runner = replace(TWICE_A_WEEK, has_heart_rate=False, has_position=False)
    for file in map(messages, write(runner, tmp_path)):
        assert not any("heart_rate" in record or "position_lat" in record for record in file["record"])
        assert "avg_heart_rate" not in file["session"][0]
        assert values(file["device_info"], "device_index") == ["creator"]
        assert file["session"][0]["sub_sport"] == "treadmill"


def test_the_files_tell_of_the_fitness_that_the_truth_promises(tmp_path: Path):
    """Without luck, the pace at an equal heart rate changes by the trend, here a huge one, and by no more."""
    calm = replace(SHORT_RUNS, workouts_per_week=0, strides_per_week=0, races_per_year=0)
    runner = replace(
        RUNNER,
        weeks=8,
        habits=((0, calm),),
        trend_pct_per_month=6,
        wander_sd_pct=0,
        heart_rate_sd_bpm=0,
        time_of_day_pct=0,
        recording_interval_s=20,
    )
    months: list[float] = []
    index: list[float] = []
    for session, path in zip(sessions(runner), write(runner, tmp_path), strict=True):
        records = messages(path)["record"]
        middle = [row for row in records if 800 <= row["distance"] - 1000 <= 2800]
        speed, beats = np.mean(values(middle, "enhanced_speed")), np.mean(values(middle, "heart_rate"))
        index.append(100 * float(np.log(speed / (beats - runner.standing_bpm))))
        months.append((session.started_at.date() - runner.first_day).days / DAYS_PER_MONTH)
    assert whole_truth(runner) == pytest.approx(6)
    assert np.polyfit(months, index, 1)[0] == pytest.approx(6, abs=1)


@pytest.mark.parametrize("trend", [0.0, 0.5, -0.5])
def test_the_truth_is_the_trend_plus_what_happened_to_happen(trend: float):
    slopes = [whole_truth(Runner(seed=seed, trend_pct_per_month=trend)) for seed in range(60)]
    assert np.mean(slopes) == pytest.approx(trend, abs=0.2)
    assert 0.2 < np.std(slopes) < 0.8
    assert whole_truth(Runner(trend_pct_per_month=trend, wander_sd_pct=0)) == pytest.approx(trend)


def test_the_truth_can_turn():
    runner = Runner(weeks=40, trend_pct_per_month=((0, 1.0), (20, -0.5)), wander_sd_pct=0)
    turn = runner.first_day + timedelta(weeks=20)
    assert truth(runner, runner.first_day, turn - timedelta(days=1)) == pytest.approx(1)
    assert truth(runner, turn, turn + timedelta(weeks=19)) == pytest.approx(-0.5)


def test_wander_has_the_size_and_the_memory_it_was_given():
    log_pct = np.array([100 * np.log(fitness(Runner(seed=seed))) for seed in range(300)])
    assert log_pct.std() == pytest.approx(3, rel=0.1)
    apart = np.corrcoef(log_pct[:, 0], log_pct[:, 42])[0, 1]  # six weeks: the time constant
    assert apart == pytest.approx(np.exp(-1), abs=0.15)


def test_a_longer_life_and_another_trend_leave_the_luck_of_each_day():
    short = sessions(RUNNER)
    longer = sessions(replace(RUNNER, weeks=9, trend_pct_per_month=2))
    for one, other in zip(short, longer, strict=False):
        assert (one.started_at, one.name) == (other.started_at, other.name)
        assert one.heart_rate_luck_bpm == other.heart_rate_luck_bpm


def test_an_ordinary_week_has_the_distance_asked_for():
    steady = Habits(weekly_distance_m=40_000, down_week_every=0, races_per_year=0)
    assert np.mean(week_distances(Runner(habits=((0, steady),), missing_week_ratio=0))) == pytest.approx(
        40_000, rel=0.02
    )


def test_every_fourth_week_is_a_down_week_and_a_break_is_empty():
    habits = Habits(races_per_year=0)
    metres = week_distances(Runner(weeks=16, habits=((0, habits),), missing_week_ratio=0, breaks=((8, 2),)))
    assert metres[8:10] == [0, 0]
    running = [metre for week, metre in enumerate(metres) if week not in (3, 7, 8, 9, 11, 15)]
    assert max(metres[week] for week in (3, 7, 11, 15)) < 0.85 * np.mean(running)
    assert min(running) > 0.85 * np.mean(running)


@given(
    seed=st.integers(0, 2**32),
    runs_per_week=st.integers(2, 7),
    workouts_per_week=st.floats(0, 2),
    weekly_distance_m=st.floats(8_000, 150_000),
)
@settings(max_examples=40, deadline=None)
def test_no_two_workouts_stand_next_to_each_other_and_the_long_run_ends_the_week(
    seed: int, runs_per_week: int, workouts_per_week: float, weekly_distance_m: float
):
    habits = Habits(
        runs_per_week=runs_per_week, workouts_per_week=workouts_per_week, weekly_distance_m=weekly_distance_m
    )
    planned = sessions(Runner(seed=seed, weeks=8, habits=((0, habits),)))
    hard = [session.started_at.date() for session in planned if session.name in WORKOUTS]
    assert all(later - earlier >= timedelta(days=2) for earlier, later in pairwise(hard))
    assert all(session.started_at.weekday() == 6 for session in planned if session.kind in ("long", "race"))
    assert all(
        step.duration_s > 0 and step.speed_m_per_s > 0 for session in planned for step in session.steps
    )
    starts = [session.started_at for session in planned]
    assert starts == sorted(starts)


def test_the_demo_runner_stands_still_and_its_easy_runs_are_not_easy():
    demo = demo_runner()
    last_day = demo.first_day + timedelta(days=7 * demo.weeks - 1)

    def slope(weeks: int, ending: date) -> float:
        return truth(demo, ending - timedelta(days=7 * weeks - 1), ending)

    for weeks in (26, 32, 39, 45, 52):
        for back in range(52 - weeks + 1):
            assert abs(slope(weeks, last_day - timedelta(weeks=back))) < 0.25
    recent = [
        session for session in sessions(demo) if session.started_at.date() > last_day - timedelta(weeks=20)
    ]
    assert {session.kind for session in recent} == {"easy", "long", "race"}
    easy_below = 0.78 * demo.heart_rate_max_bpm
    reserve = demo.threshold_bpm - demo.standing_bpm
    for session in [session for session in recent if session.kind != "race"]:
        speed_ratio = session.steps[0].speed_m_per_s / session.critical_speed_m_per_s
        assert easy_below < demo.standing_bpm + reserve * speed_ratio < demo.threshold_bpm
