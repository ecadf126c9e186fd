"""The healthy life of the articles, and that each injection moves what it says and leaves the rest."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.readers import READERS
from pipeline.simulate import Session
from pipeline.simulate_causes import INJECTIONS, Diary, Run, healthy, injected, sessions, write

DOSES = (0, 0.25, 0.5, 0.75, 1, 1.3)
SEEDS = range(4)
RECENT = 56

Measure = Callable[[Diary], float]


def recent_runs(diary: Diary, days: int = RECENT) -> list[Run]:
    return [day.run for day in diary.days[-days:] if day.run]


def recent_sessions(diary: Diary) -> list[Session]:
    first = len(diary.days) - RECENT
    return [one for one in sessions(diary) if (one.started_at.date() - diary.runner.first_day).days >= first]


def metres(session: Session, fast: bool = True) -> float:
    """Of a session, or of what in it is slower than 0.8 of the critical speed."""
    return sum(
        step.speed_m_per_s * step.duration_s
        for step in session.steps
        if fast or step.speed_m_per_s < 0.8 * session.critical_speed_m_per_s
    )


def easy_share(diary: Diary) -> float:
    runs = recent_sessions(diary)
    return sum(metres(one, fast=False) for one in runs) / sum(metres(one) for one in runs)


def easy_effort(diary: Diary) -> float:
    return float(np.mean([run.easy_ratio for run in recent_runs(diary) if run.is_easy]))


def effort_growth(diary: Diary) -> float:
    """Over 16 weeks."""
    easy = [run.easy_ratio for run in recent_runs(diary, 112) if run.is_easy]
    return easy[-1] - easy[0]


def drift(diary: Diary) -> float:
    return float(np.mean([run.drift_bpm_per_min for run in recent_runs(diary) if run.kind == "long"]))


def last_night(diary: Diary, what: str) -> float:
    return getattr(diary.days[-1], what)


def sleep(diary: Diary) -> float:
    return float(np.mean([day.sleep_h for day in diary.days[-28:]]))


def week_metres(diary: Diary, *weeks: int) -> float:
    """The mean of some weeks, the last one being 0; without races, which are as long as they are."""
    return float(
        np.mean(
            [
                sum(
                    day.run.distance_m
                    for index, day in enumerate(diary.days)
                    if day.run and diary.week(index) == week
                )
                for week in weeks
            ]
        )
    )


def growth(diary: Diary) -> float:
    """The last four weeks against the four before."""
    return week_metres(diary, 0, 1, 2, 3) / week_metres(diary, 4, 5, 6, 7)


def fast_runs(diary: Diary) -> float:
    """Workouts, races and strides a week."""
    return sum(run.workout is not None or run.kind == "race" for run in recent_runs(diary)) / 8


def workouts(diary: Diary, days: int = RECENT) -> float:
    return sum(run.is_quality for run in recent_runs(diary, days)) / days * 7


def pace(diary: Diary) -> float:
    """Of the 1000 m repetitions, of the critical speed."""
    ratios = [run.workout.speed_ratio for run in recent_runs(diary, 266) if run.is_quality and run.workout]
    return float(np.mean(ratios[-4:]))


def extra_beats(diary: Diary) -> float:
    return float(np.mean([run.extra_bpm for run in recent_runs(diary, 28)]))


def modal_share(diary: Diary) -> float:
    kinds = [run.workout for run in recent_runs(diary, 84) if run.is_quality]
    return max(kinds.count(kind) for kind in kinds) / len(kinds)


def thin_weeks(diary: Diary) -> float:
    return float(np.mean([week_metres(diary, week) < 20_000 for week in range(16)]))


def fade(diary: Diary) -> float:
    return float(
        np.mean([run.workout.fade_ratio for run in recent_runs(diary) if run.workout and run.is_quality])
    )


def unbroken_weeks(diary: Diary) -> float:
    """The longest row of weeks, of 18, without one that is lighter than 85 % of the three before."""
    found = longest = 0
    for week in range(17, -1, -1):
        before = week_metres(diary, week + 1, week + 2, week + 3)
        found = 0 if week_metres(diary, week) < 0.85 * before else found + 1
        longest = max(longest, found)
    return longest


def hard_after_hard(diary: Diary) -> float:
    """Of the workouts: how many come the day after another."""
    days = diary.days[-RECENT:]
    hard = [bool(day.run and day.run.is_quality) for day in days]
    return sum(one and other for one, other in pairwise(hard)) / sum(hard)


def speed_after_hard(diary: Diary) -> float:
    """Of the runs with anything fast in it: how many come the day after a workout or a long run."""
    days = diary.days[-RECENT:]
    hard = [bool(day.run and (day.run.is_quality or day.run.kind in ("long", "race"))) for day in days]
    fast = [bool(day.run and day.run.workout) for day in days]
    return sum(one and other for one, other in zip(hard, fast[1:], strict=False)) / sum(fast)


def routes(diary: Diary) -> float:
    return len({run.route_number for run in recent_runs(diary)})


def strain(diary: Diary) -> float:
    """How much longer the feet are on the ground in the last repetition than in the first."""
    last = [one.steps[-2] for one in recent_sessions(diary) if one.kind == "intervals"]
    return float(np.mean([step.strain_ratio for step in last]))


def warmth(diary: Diary) -> float:
    celsius = [day.temperature_c for day in diary.days]
    return float(np.mean(celsius[-42:]) - np.mean(celsius[-154:-70]))


def weeks_with_old_watch(diary: Diary) -> float:
    return float(diary.runner.devices[-1][0] or diary.runner.weeks)


def weeks_since_break(diary: Diary) -> float:
    empty = [
        diary.week(index)
        for index in range(0, len(diary.days), 7)
        if week_metres(diary, diary.week(index)) == 0
    ]
    return min(empty, default=20)


def strength(diary: Diary) -> float:
    return sum(day.has_strength for day in diary.days[-RECENT:]) / 8


def repetitions(diary: Diary) -> float:
    """Of the last four weeks, against those of the healthy life."""

    def fast(life: Diary) -> float:
        works = [run.workout for run in recent_runs(life, 28) if run.workout]
        return sum(work.repetition_count * max(work.duration_s, work.distance_m) for work in works)

    return fast(diary) / fast(healthy(diary.runner.seed))


def longest_run(diary: Diary) -> float:
    """Against the median run."""
    runs = [run.distance_m for run in recent_runs(diary) if run.kind != "race"]
    return max(runs) / float(np.median(runs))


def quality_weeks(diary: Diary) -> float:
    """The row of weeks with a workout that has lasted until now."""
    return next(
        week
        for week in range(99)
        if not any(
            day.run and day.run.is_quality
            for index, day in enumerate(diary.days)
            if diary.week(index) == week
        )
    )


# What a cause moves, how little it is in the healthy life (or how much, if it falls), and in a clear case.
MOVES: dict[str, tuple[Measure, float, float]] = {
    "easy_share_low": (easy_share, 0.8, 0.65),
    "medium_trap": (easy_effort, 0.71, 0.79),
    "easy_run_drift": (effort_growth, 0.001, 0.07),
    "early_heart_rate_rise": (drift, 0.11, 0.35),
    "resting_heart_rate_up": (lambda diary: last_night(diary, "resting_ratio"), 1.001, 1.09),
    "hrv_down": (lambda diary: last_night(diary, "hrv_ratio"), 0.999, 0.8),
    "sleep_short": (sleep, 7.5, 6.3),
    "load_not_absorbed": (growth, 1.1, 1.35),
    "overcooked": (extra_beats, 0.1, 2.5),
    "no_speed_work": (fast_runs, 1.4, 0),
    "too_much_speed": (workouts, 1.7, 2.7),
    "speed_added_not_replaced": (growth, 1.1, 1.2),
    "easy_runs_harder_after_speed": (extra_beats, 0.1, 5),
    "same_workout": (modal_share, 0.5, 1),
    "low_mileage": (lambda diary: week_metres(diary, *range(8)), 33_000, 22_000),
    "inconsistent": (thin_weeks, 0.01, 0.3),
    "fading_pace": (fade, 0.01, 0.1),
    "no_down_weeks": (unbroken_weeks, 8, 12),
    "no_hard_easy": (hard_after_hard, 0.01, 0.4),
    "fantasy_paces": (pace, 1.09, 1.1),
    "everything_at_once": (growth, 1.1, 1.25),
    "stale_routine": (routes, 4, 2),
    "timing_drift": (strain, 0.01, 0.07),
    "heat_mask": (warmth, 2, 10),
    "device_change": (weeks_with_old_watch, 31, 22),
    "too_early": (weeks_since_break, 16, 6),
    "no_strength": (strength, 1.9, 0),
    "speed_not_fresh": (speed_after_hard, 0.15, 0.7),
    "more_reps_slower": (repetitions, 1, 1.5),
    "no_long_run": (longest_run, 1.5, 1.3),
    "phase_order": (quality_weeks, 9, 20),
}

# Nights, strength, weather and watch change with these causes only; so does what is longer ago than this.
NOT_RUNS = {
    "nights": {"resting_heart_rate_up", "hrv_down", "sleep_short", "load_not_absorbed", "overcooked"}
    | {"too_much_speed", "easy_runs_harder_after_speed", "too_early"},
    "strength": {"no_strength", "inconsistent", "too_early"},
    "weather": {"heat_mask"},
    "watch": {"device_change", "timing_drift"},
}
OLDEST_WEEKS = {"same_workout": 34, "low_mileage": 34, "phase_order": 30, "no_down_weeks": 20} | {
    "fading_pace": 24,
    "inconsistent": 26,
    "stale_routine": 23,
    "medium_trap": 20,
}


def test_every_cause_can_be_injected_and_is_measured_here():
    assert MOVES.keys() == INJECTIONS.keys()
    assert len(MOVES) == 31


@pytest.mark.parametrize("cause", INJECTIONS)
def test_without_a_dose_the_life_is_the_healthy_one(cause: str):
    assert injected(healthy(1), cause, 0) == healthy(1)


@pytest.mark.parametrize("cause", MOVES)
def test_a_dose_moves_what_the_cause_is_about(cause: str):
    measure, little, much = MOVES[cause]
    grows = much > little
    for seed in SEEDS:
        values = [measure(injected(healthy(seed), cause, dose)) for dose in DOSES]
        clear = values[DOSES.index(1)]
        assert values[0] <= little if grows else values[0] >= little, (seed, values)
        assert clear >= much if grows else clear <= much, (seed, values)
        order = np.diff(values) if grows else -np.diff(values)
        assert order.min() >= -0.1 * abs(values[-1] - values[0]), (seed, values)


@pytest.mark.parametrize("cause", INJECTIONS)
def test_a_cause_leaves_the_rest_of_the_life(cause: str):
    before = healthy(2)
    after = injected(before, cause, 1)
    old = len(before.days) - 7 * OLDEST_WEEKS.get(cause, 18)
    assert after.days[:old] == before.days[:old]
    parts: dict[str, Callable[[Diary], object]] = {
        "nights": lambda diary: [(day.sleep_h, day.resting_ratio, day.hrv_ratio) for day in diary.days],
        "strength": lambda diary: [day.has_strength for day in diary.days],
        "weather": lambda diary: [day.temperature_c for day in diary.days],
        "watch": lambda diary: diary.runner.devices,
    }
    for part, of_life in parts.items():
        if cause not in NOT_RUNS[part]:
            assert of_life(after) == of_life(before), part


def test_heavy_legs_do_not_slow_the_repetitions_down():
    light, heavy = (
        [step.speed_m_per_s for one in sessions(diary) for step in one.steps]
        for diary in (healthy(0), replace(injected(healthy(0), "timing_drift", 1), runner=healthy(0).runner))
    )
    assert heavy == light


def test_healthy_runners_differ_and_live_as_the_articles_advise():
    lives = [healthy(seed) for seed in range(30)]
    assert len({life.runner.heart_rate_max_bpm for life in lives}) > 10
    assert {len(recent_runs(life, 7)) for life in lives} == {4, 5}
    assert min(easy_share(life) for life in lives) >= 0.8
    assert min(week_metres(life, *range(8)) for life in lives) > 30_000
    for life in lives[:5]:
        assert {"base", "speed", "peak", "recovery"} == set(life.phases)
        kinds = [run.workout for run in recent_runs(life) if run.is_quality]
        assert len(set(kinds)) == len(kinds) >= 5  # no two alike


def test_a_workout_comes_round_longer_and_faster():
    life = healthy(3)
    thousands = [
        run.workout for run in recent_runs(life, 266) if run.workout and run.workout.distance_m == 1000
    ]
    assert len(thousands) >= 2
    assert thousands[-1].repetition_count > thousands[0].repetition_count
    assert thousands[-1].speed_ratio > thousands[0].speed_ratio


def test_the_watch_tells_of_nights_strength_and_effort(tmp_path: Path):
    """What a week of files holds, as our reader finds it."""
    whole = injected(healthy(1), "sleep_short", 1)
    last = replace(
        whole,
        days=whole.days[-7:],
        phases=whole.phases[-1:],
        volumes=whole.volumes[-1:],
        runner=replace(whole.runner, weeks=1),
    )
    read = [READERS["fit"](path.read_bytes(), path.name) for path in write(last, tmp_path)]
    summaries = [one.summary for reading in read for one in reading.activities]
    assert sum(one["sub_sport"] == "strength_training" for one in summaries) == 2
    runs = [one for one in summaries if one["sport"] == "running"]
    assert len(runs) == len(recent_runs(last, 7))
    assert all(one["effort_rating"] in range(1, 11) for one in runs)
    nights = [row for reading in read for row in reading.wellness]
    slept = [row["sleep_s"] / 3600 for row in nights if row.get("sleep_s")]
    assert np.mean(slept) == pytest.approx(6.1, abs=0.6)
    resting = [row["heart_rate_resting_bpm"] for row in nights if row.get("heart_rate_resting_bpm")]
    assert np.mean(resting) == pytest.approx(whole.runner.heart_rate_resting_bpm, abs=2)
    hrv_ms = [1000 * row["hrv_s"] for row in nights if row.get("hrv_s")]
    assert np.mean(hrv_ms) == pytest.approx(whole.hrv_ms, rel=0.12)


def test_the_files_hold_what_fatigue_does_to_the_steps(tmp_path: Path):
    """In the last repetition the feet stay down 8.5 % longer, and the steps are half of that slower."""
    life = injected(healthy(1), "timing_drift", 1)
    path, session = _last_intervals(life, tmp_path)
    (activity,) = READERS["fit"](path.read_bytes(), path.name).activities
    rows = activity.streams["records"].to_pylist()
    ends = np.cumsum([step.duration_s for step in session.steps])
    reps = [place for place, step in enumerate(session.steps) if step.intensity == "active"]

    def against_fresh(place: int, name: str, at_3_m_per_s: float, per_m_per_s: float) -> float:
        middle = rows[int(ends[place] - session.steps[place].duration_s + 15) : int(ends[place]) - 5]
        fresh = [at_3_m_per_s + per_m_per_s * (row["speed_m_per_s"] - 3) for row in middle]
        return float(np.mean([row[name] / one for row, one in zip(middle, fresh, strict=True)]))

    first, last = (against_fresh(reps[place], "ground_contact_s", 0.255, -0.03) for place in (0, -1))
    assert last / first == pytest.approx(1.085, abs=0.03)
    first, last = (against_fresh(reps[place], "cadence_per_min", 164, 9) for place in (0, -1))
    assert last / first == pytest.approx(1 - 0.0425, abs=0.015)


def _last_intervals(life: Diary, folder: Path) -> tuple[Path, Session]:
    session = [one for one in sessions(life) if one.kind == "intervals" and not one.steps[1].grade_ratio][-1]
    write(life, folder)
    return folder / f"{session.started_at:%Y-%m-%d-%H-%M-%S}.fit", session
