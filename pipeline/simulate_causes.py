"""A runner who lives as the articles advise, and each cause of a plateau put into that life by a dose.

The life is a diary: day by day the run, the strength training, the night before and the weather. An injection
makes another diary of it: dose 0 is the healthy habit, 1 what an article would call a clear case, 0.5 half of
the way there, 1.3 drastic. All of it is from the words of the articles; nothing here knows a threshold of
`settings/`.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from pipeline import simulate
from pipeline.fit_file import Column, Messages, encoded
from pipeline.simulate import ANAEROBIC_M, FADE_EXPONENT, Device, Runner, Session, Step, Workout

# What a year is made of, from the articles' weeks: base, speed, peak with a race, recovery, and again.
PHASES = (("base", 6), ("speed", 6), ("peak", 2), ("recovery", 2), ("base", 10), ("speed", 8))
PHASE_VOLUMES: Mapping[str, float] = {"base": 1, "speed": 0.97, "peak": 0.78, "recovery": 0.65}
RUN_WEEKDAYS = {4: (1, 3, 5, 6), 5: (1, 2, 3, 4, 6)}
DOWN_RATIO = 0.7
STEADY_RATIO = 0.84  # of the maximum heart rate: about the effort of a marathon
HEAT_FROM_C, HEAT_BPM_PER_C = 15, 0.7
FINE_WEEKS = 10  # so far back every run is recorded every other second

# Each comes round again with a repetition (or a tenth of its time) more, and a little faster.
MENU = (
    Workout("intervals", 4, 1.03, 120, distance_m=1000),
    Workout("tempo", 1, 0.965, 0, duration_s=1200),
    Workout("intervals", 8, 1.04, 90, distance_m=400),
    Workout("intervals", 6, 1.05, 120, duration_s=60, grade_ratio=0.06),
    Workout("tempo", 3, 0.97, 90, duration_s=420),
    Workout("intervals", 8, 1.12, 90, distance_m=200),
    Workout("fartlek", 7, 1.05, 120, duration_s=60),
    Workout("intervals", 5, 1.035, 120, distance_m=800),
)
ONE_REPETITION = (0, 2, 3, 5, 6, 7)  # of the menu: these grow by repetitions
SAME = Workout("intervals", 6, 1.035, 120, distance_m=800)
STRIDES = Workout("strides", 6, 1.32, 80, duration_s=20)
HILL_SPRINTS = Workout("strides", 6, 1.35, 120, duration_s=10, grade_ratio=0.08)


@dataclass(frozen=True)
class Run:
    """A run as it is planned. `easy_ratio` is the heart rate of its easy parts, of the maximum.

    `steady_ratio` of the easy parts, at the end, are run at the effort of a marathon. The heart beats
    `extra_bpm` faster than the effort asks for. `fade_ratio` is by how much longer the second half of a race
    takes than the first.
    """

    kind: str  # easy, long, race or workout
    distance_m: float
    easy_ratio: float
    route_number: int
    workout: Workout | None = None
    steady_ratio: float = 0
    effort_sd_bpm: float = 2.5
    extra_bpm: float = 0
    drift_bpm_per_min: float = 0.1
    drift_from_s: float = 600
    fade_ratio: float = 0
    effort_rating: float = 3

    @property
    def is_quality(self) -> bool:
        """Is it a workout, and not an easy run with strides?"""
        return self.workout is not None and self.workout.kind != "strides"

    @property
    def is_easy(self) -> bool:
        """Is it meant to be easy, with or without strides?"""
        return self.kind == "easy"


@dataclass(frozen=True)
class Day:
    """A day and the night before it."""

    run: Run | None = None
    has_strength: bool = False
    sleep_h: float = 7.7
    resting_ratio: float = 1  # of the usual resting heart rate
    hrv_ratio: float = 1
    temperature_c: float = 12


@dataclass(frozen=True)
class Diary:
    """The days of a runner, from Monday on; of each week its phase and its share of the usual volume."""

    runner: Runner
    days: tuple[Day, ...]
    phases: tuple[str, ...]
    volumes: tuple[float, ...]
    hrv_ms: float
    has_wellness: bool = True
    has_strength_files: bool = True
    has_cadence: bool = True

    def week(self, day: int) -> int:
        """Of which week a day is, counted back from the last one, which is 0."""
        return (len(self.days) - 1 - day) // 7


Injection = Callable[[Diary, float], Diary]


# --- the healthy life ---------------------------------------------------------------------------------------


def healthy(seed: int) -> Diary:
    """Most of it easy, workouts that vary and grow, down weeks, phases, strength, sleep."""
    random = np.random.default_rng((seed, zlib.crc32(b"healthy")))
    late = int(random.integers(3))  # weeks of speed work not run yet
    phases = [name for name, weeks in PHASES for _ in range(weeks)]
    phases = phases[: len(phases) - late]
    weeks = len(phases)
    runner = Runner(
        seed=seed,
        first_day=date(2023, 1, 2) + timedelta(weeks=int(random.integers(100))),
        weeks=weeks,
        devices=(
            (0, Device(heart_rate_source=str(random.choice(("strap", "wrist"))), has_running_dynamics=True)),
        ),
        heart_rate_max_bpm=float(random.integers(176, 199)),
        heart_rate_resting_bpm=float(random.integers(45, 60)),
        critical_speed_m_per_s=float(random.uniform(3.2, 4.2)),
        trend_pct_per_month=0.35,
        wander_sd_pct=0.8,
        heart_rate_sd_bpm=float(random.uniform(2.5, 4)),
        time_of_day_pct=2,
        has_zones_target=True,
        home_latitude_deg=float(random.uniform(44, 58)),
    )
    run_days = RUN_WEEKDAYS[int(random.choice((4, 5)))]
    weekly_m = float(random.uniform(40_000, 52_000)) * (0.92 if len(run_days) == 4 else 1.05)
    easy_ratio = float(random.uniform(0.675, 0.70))
    volumes = [_volume(phases, week) for week in range(weeks)]
    days, quality_count = list[Day](), 0
    for week, phase in enumerate(phases):
        runs = _week(random, run_days, phase, weeks - 1 - week, quality_count)
        quality_count += sum(run.is_quality for run in runs.values())
        weights = {
            day: (simulate.LONG_RUN_WEIGHT if run.kind == "race" else run.distance_m) * random.normal(1, 0.08)
            for day, run in runs.items()
        }
        scale = weekly_m * volumes[week] * random.normal(1, 0.03) / sum(weights.values())
        for weekday in range(7):
            run = runs.get(weekday)
            if run is not None:
                distance_m = run.distance_m if run.kind == "race" else scale * weights[weekday]
                run = replace(run, distance_m=distance_m, easy_ratio=easy_ratio)
            days.append(Day(run, weekday in (1, 4), temperature_c=float(random.normal(12, 2.5))))
    return Diary(runner, tuple(days), tuple(phases), tuple(volumes), float(random.uniform(45, 80)))


def _volume(phases: Sequence[str], week: int) -> float:
    phase = phases[week]
    return PHASE_VOLUMES[phase] * (DOWN_RATIO if _is_down(phase, len(phases) - 1 - week) else 1)


def _is_down(phase: str, weeks_left: int) -> bool:
    """Every fourth week is lighter, but for those of a peak or a recovery, which are light anyway."""
    return phase in ("base", "speed") and weeks_left % 4 == 2


def _week(
    random: np.random.Generator, run_days: Sequence[int], phase: str, weeks_left: int, quality_count: int
) -> dict[int, Run]:
    """The runs of a week by weekday; their distances are weights, but for a race."""
    runs = {day: Run("easy", 1, 0, int(random.integers(1, 7)), effort_rating=3) for day in run_days}
    runs[6] = Run("long", simulate.LONG_RUN_WEIGHT, 0, int(random.integers(1, 7)), effort_rating=4)
    if phase in ("speed", "peak"):
        # a second workout every other week for who runs on five days
        is_light = phase == "peak" or _is_down(phase, weeks_left)
        runs[1] = with_workout(runs[1], menu(quality_count, is_light))
        if phase == "speed" and len(run_days) > 4 and weeks_left % 4 == 0:
            runs[3] = with_workout(runs[3], menu(quality_count + 1))
        if weeks_left in (3, 20):
            race_m = float(random.choice((5000, 10_000)))
            fade_ratio = float(random.normal(0, 0.006))
            runs[6] = replace(runs[6], kind="race", distance_m=race_m, fade_ratio=fade_ratio, effort_rating=9)
    if phase != "recovery" and not runs[3].is_quality:
        runs[3] = replace(runs[3], workout=STRIDES)
    if phase == "base" and weeks_left < 20:
        runs[1] = replace(runs[1], workout=HILL_SPRINTS)
    return runs


def menu(number: int, is_light: bool = False) -> Workout:
    """The workout that comes when so many were run before; a light one is half of it."""
    place, cycle = number % len(MENU), number // len(MENU)
    workout = replace(MENU[place], speed_ratio=MENU[place].speed_ratio * 1.004**cycle)
    if place in ONE_REPETITION:
        count = workout.repetition_count + cycle
        return replace(workout, repetition_count=(count + 1) // 2 if is_light else count)
    return replace(workout, duration_s=workout.duration_s * (0.6 if is_light else 1 + 0.1 * cycle))


def with_workout(run: Run, workout: Workout) -> Run:
    """The same run with a workout in it."""
    return replace(run, kind="workout", workout=workout, effort_rating=7)


# --- the causes ---------------------------------------------------------------------------------------------


def easy_share_low(diary: Diary, dose: float) -> Diary:
    """Not 80/20 but 55/45: long runs at the effort of a marathon, workouts with nothing easy about them."""

    def change(run: Run) -> Run:
        if run.kind == "long":
            return replace(run, steady_ratio=min(0.9 * dose, 1), effort_rating=4 + 2 * min(dose, 1))
        return replace(run, steady_ratio=min(0.4 * dose, 1)) if run.is_quality else run

    return _runs(_stalled(diary, 12), 12, change)


def medium_trap(diary: Diary, dose: float) -> Diary:
    """'They crank the pace slightly. Every. Single. Day': easy days are medium grinds, workouts are flat."""

    def change(run: Run) -> Run:
        if run.is_quality and run.workout:
            return replace(run, workout=_faster(run.workout, -0.015 * dose))
        to = 0.81 if run.is_easy else 0.75
        ratio = _towards(run.easy_ratio, to, dose)
        return (
            run if run.kind == "race" else replace(run, easy_ratio=ratio, effort_rating=3 + 2 * min(dose, 1))
        )

    return _runs(_stalled(diary, 20), 20, change)


def easy_run_drift(diary: Diary, dose: float) -> Diary:
    """'Easy runs drift slightly too hard ... for weeks or months without fully noticing': over 16 weeks."""

    def change(day: int, run: Run) -> Run:
        gone = 1 - (len(diary.days) - 1 - day) / (7 * 16)
        return replace(run, easy_ratio=run.easy_ratio + dose * (0.09 * gone - 0.02)) if run.is_easy else run

    return _runs_by_day(_stalled(diary, 12), 16, change)


def early_heart_rate_rise(diary: Diary, dose: float) -> Diary:
    """'Heart rate rises earlier than expected': easy runs begin as ever, then it climbs from the start."""

    def change(run: Run) -> Run:
        if run.kind not in ("easy", "long"):
            return run
        rise = 0.1 + 0.3 * dose
        return replace(run, drift_bpm_per_min=rise, drift_from_s=600 - 240 * min(dose, 1))

    return _runs(_stalled(diary, 8), 8, change)


def resting_heart_rate_up(diary: Diary, dose: float) -> Diary:
    """'Elevated morning heart rate (10%+ higher than usual)', for two weeks."""
    return _tired(_stalled(diary, 4), 2, resting=0.10 * dose, bpm=1.5 * dose)


def hrv_down(diary: Diary, dose: float) -> Diary:
    """'Trending down for a few days': over twelve days to a quarter below the usual."""

    def change(index: int, day: Day) -> Day:
        gone = 1 - (len(diary.days) - 1 - index) / 12
        return replace(day, hrv_ratio=day.hrv_ratio * (1 - 0.27 * dose * min(1.6 * gone, 1)))

    return _days(_stalled(diary, 4), 12 / 7, change)


def sleep_short(diary: Diary, dose: float) -> Diary:
    """'Under 7 hours' where '7-9 hours' are 'non-negotiable': six a night."""
    nights = _days(diary, 7, lambda _, day: replace(day, sleep_h=_towards(day.sleep_h, 6.1, dose)))
    return _stalled(nights, 7)


def load_not_absorbed(diary: Diary, dose: float) -> Diary:
    """'The overall stress never fully resolves between sessions': five weeks, each with more."""
    weeks = 5
    full = _without_down_weeks(diary, weeks, min(dose, 1))

    def change(index: int, run: Run) -> Run:
        more = (1 + 0.09 * dose) ** (weeks - full.week(index))
        return run if run.kind == "race" else replace(run, distance_m=run.distance_m * more)

    grown = _runs_by_day(_stalled(full, 6), weeks, change)
    fuller = _more_runs(grown, weeks, 0.7 * dose)
    return _tired(fuller, 3, resting=0.05 * dose, hrv=0.08 * dose, bpm=2.5 * dose, rating=1 * dose)


def overcooked(diary: Diary, dose: float) -> Diary:
    """'Always tired, always dragging, and speed is getting worse', and 'easy runs getting harder'."""
    more = _runs(
        _without_down_weeks(diary, 5, min(dose, 1)),
        10,
        lambda run: _longer(run, 1 + 0.12 * dose) if run.kind != "race" else run,
    )
    worse = replace(more, runner=_trend_from(more.runner, 12, 0.35 - 2.6 * dose))

    def slower(run: Run) -> Run:
        return replace(run, workout=_faster(run.workout, -0.02 * dose)) if run.workout else run

    flat = _runs(worse, 10, slower)
    return _tired(flat, 5, resting=0.08 * dose, hrv=0.15 * dose, bpm=3 * dose, rating=1.5 * dose)


def no_speed_work(diary: Diary, dose: float) -> Diary:
    """'I hadn't done a single stride, interval, or tempo rep in weeks'."""

    def plain(run: Run) -> Run:
        run = replace(run, kind="long" if run.kind in ("race", "long") else "easy", workout=None)
        return replace(run, effort_rating=3, distance_m=max(run.distance_m, 5000))

    return _some_runs(_stalled(diary, 14), 14, lambda run: run.workout or run.kind == "race", dose, plain)


def too_much_speed(diary: Diary, dose: float) -> Diary:
    """'Elite runners usually top out at 2-3 hard sessions a week': here it is four."""
    more = _more_workouts(_saturday_for_friday(diary, 9), 9, 2.3 * dose, weekdays=(3, 5, 1))

    def hard_finish(run: Run) -> Run:
        return with_workout(run, Workout("tempo", 1, 0.965, 0, duration_s=1200))

    longs = _some_runs(more, 9, lambda run: run.kind == "long", 0.4 * dose, hard_finish)
    return _tired(_stalled(longs, 9), 7, resting=0.02 * dose, bpm=1.5 * dose, rating=0.5 * dose)


def speed_added_not_replaced(diary: Diary, dose: float) -> Diary:
    """'Added on top of an already full week': workouts begin, and no easy run is left out."""
    started = _speed_from(diary, 4)
    more = _more_workouts(_more_runs(started, 4, 2 * dose), 4, dose, weekdays=(3,))
    return _stalled(more, 6)


def easy_runs_harder_after_speed(diary: Diary, dose: float) -> Diary:
    """'What if my easy runs feel harder after adding speed work?': the same pace costs more beats."""
    started = _speed_from(diary, 5)
    return _tired(_stalled(started, 6), 5, resting=0.01 * dose, bpm=6 * dose, rating=1.5 * dose)


def same_workout(diary: Diary, dose: float) -> Diary:
    """'They'd been doing the same 6x800s for over a year'."""

    def same(run: Run) -> Run:
        return with_workout(run, SAME)

    return _some_runs(_stalled(diary, 16), 38, lambda run: run.is_quality, dose, same)


def low_mileage(diary: Diary, dose: float) -> Diary:
    """'Nailing intervals but running just 10 miles a week total'."""
    recent = [run.distance_m for index, run in _runs_of(diary) if diary.week(index) < 12]
    weekly_m = sum(recent) / 12
    ratio = _towards(1, 16_500 / weekly_m, dose)

    def shorter(run: Run) -> Run:
        if run.kind == "race":
            return run
        work = run.workout and replace(
            run.workout,
            repetition_count=max(round(run.workout.repetition_count * (1 - 0.4 * dose)), 1),
            duration_s=run.workout.duration_s * (1 - 0.5 * dose * (run.workout.repetition_count == 1)),
        )
        return replace(run, distance_m=max(run.distance_m * ratio, 2000), workout=work)

    return _stalled(_runs(diary, 38, shorter), 38)


def inconsistent(diary: Diary, dose: float) -> Diary:
    """'Consistency = results': here two weeks in five come to next to nothing."""
    weeks = [week for week in range(24, 0, -1) if _is_due(24 - week, 0.42 * dose)]

    def change(index: int, day: Day) -> Day:
        if diary.week(index) not in weeks or day.run is None:
            return day
        run = replace(day.run, kind="easy", workout=None, distance_m=4500, effort_rating=3)
        return replace(day, run=run if index % 7 == 3 else None, has_strength=False)

    return _days(_stalled(diary, 16), 25, change)


def fading_pace(diary: Diary, dose: float) -> Diary:
    """'I keep dying halfway'; 'always fading on rep 4'; 'blow out a few at 1:30 and crawl the rest'."""

    def fade(run: Run) -> Run:
        if run.kind == "race":
            return replace(run, fade_ratio=run.fade_ratio + 0.09 * dose)
        if run.workout and run.is_quality:
            return replace(run, workout=replace(run.workout, fade_ratio=0.11 * dose))
        return run

    return _runs(_stalled(diary, 12), 24, fade)


def no_down_weeks(diary: Diary, dose: float) -> Diary:
    """'Every few weeks, throw in a down week': there is none for a third of a year."""
    weeks = round(_towards(3, 16, dose))

    def no_race(index: int, run: Run) -> Run:
        if run.kind != "race":
            return run
        others_m = [day.run.distance_m for day in diary.days[index - 6 : index] if day.run]
        long_m = sum(others_m) / len(others_m) * simulate.LONG_RUN_WEIGHT
        return replace(run, kind="long", distance_m=long_m, effort_rating=4)

    busy = _runs_by_day(_without_down_weeks(diary, weeks, 1), weeks, no_race)
    return _stalled(busy, 12) if weeks > 3 else diary


def no_hard_easy(diary: Diary, dose: float) -> Diary:
    """'Don't go back-to-back': the second workout on the day after the first, at times a third after that."""

    def change(index: int, day: Day) -> Day:
        week, weekday = diary.week(index), index % 7
        if not _is_due(week, dose) or weekday not in (1, 2, 3):
            return day
        is_light = _is_down(diary.phases[index // 7], week)
        easy = _easy_of_week(diary, index)
        if weekday == 1:
            return replace(day, run=with_workout(easy, menu((0, 2, 7)[week % 3], is_light)))
        if weekday == 2:
            return replace(day, run=with_workout(easy, menu((1, 4)[week % 2], is_light)))
        if _is_due(week, 0.4 * dose) and not is_light:
            return replace(day, run=with_workout(easy, menu(6)))
        # who has run on the day of rest rests now
        had_rest = diary.days[index - 1].run is None
        return replace(day, run=None if had_rest else easy)

    return _stalled(_days(diary, 9, change), 9)


def fantasy_paces(diary: Diary, dose: float) -> Diary:
    """'Aiming for a 20-minute 5K but running 22. Trying to train at 20-minute pace?', and breaking off."""

    def change(run: Run) -> Run:
        if not (run.workout and run.is_quality):
            return run
        work = _faster(run.workout, 0.09 * dose)
        count = max(round(work.repetition_count * (1 - 0.35 * min(dose, 1.4))), 1)
        shorter_s = work.duration_s * (1 - 0.45 * min(dose, 1.4) * (work.repetition_count <= 3))
        return replace(
            run,
            workout=replace(work, repetition_count=count, duration_s=shorter_s, fade_ratio=0.05 * dose),
        )

    return _runs(_stalled(diary, 10), 10, change)


def everything_at_once(diary: Diary, dose: float) -> Diary:
    """'They continuously change something: more intensity, different workouts, higher mileage'."""
    weeks = 4
    full = _without_down_weeks(diary, weeks, min(dose, 1))

    def change(run: Run) -> Run:
        more = 1 + (0.3 if run.kind == "long" else 0.12) * dose
        return run if run.kind == "race" else _longer(run, more)

    more = _more_runs(_runs(full, weeks, change), weeks, dose)
    return _stalled(_more_workouts(more, weeks, 1.3 * dose, weekdays=(3, 5)), weeks)


def stale_routine(diary: Diary, dose: float) -> Diary:
    """'Cruising at the same pace, doing the same loops'; 'doing the same stuff'."""
    loop_m = float(np.median([run.distance_m for _, run in _runs_of(diary) if run.is_easy]))
    share = min(dose, 1)

    def same(index: int, day: Day) -> Day:
        if day.run is None or day.run.kind == "race" or not _is_due(index, share):
            return day
        is_light = _is_down(diary.phases[index // 7], diary.week(index))
        if is_light and index % 7 == 3:
            return replace(day, run=None)  # a lighter week has a loop less
        to_m = loop_m * (2 if day.run.kind == "long" and not is_light else 1)
        return replace(
            day, run=replace(day.run, route_number=1, distance_m=to_m, effort_sd_bpm=2.5 * (1 - share))
        )

    return _days(_stalled(diary, 16), round(10 + 10 * dose), same)


def timing_drift(diary: Diary, dose: float) -> Diary:
    """'Your stride starts feeling heavier, slower, and less responsive between steps', and on it goes."""
    device = replace(diary.runner.devices[0][1], has_running_dynamics=True)

    def heavier(run: Run) -> Run:
        work = run.workout
        return replace(run, workout=replace(work, strain_ratio=0.085 * dose)) if work else run

    dynamic = replace(diary, runner=replace(diary.runner, devices=((0, device),)))
    return _runs(_stalled(dynamic, 12), 12, heavier)


def heat_mask(diary: Diary, dose: float) -> Diary:
    """'Hot and humid out? Your paces will suffer': the last weeks are warm, fitness goes on rising."""

    def warm(index: int, day: Day) -> Day:
        share = min((9 - diary.week(index)) / 2, 1)
        return replace(day, temperature_c=day.temperature_c + 14 * dose * share)

    return _days(diary, 9, warm)


def device_change(diary: Diary, dose: float) -> Diary:
    """Another watch, on the wrist, that sees another heart rate and other metres than the one before."""
    random = np.random.default_rng((diary.runner.seed, zlib.crc32(b"device")))
    up = float(random.choice((-1, 1)))
    old = replace(diary.runner.devices[0][1], heart_rate_source="strap")
    new = replace(
        old,
        model="Tern 3",
        serial=2_718_281,
        heart_rate_source="wrist",
        heart_rate_offset_bpm=8 * up * dose,
        speed_offset_pct=-1.5 * up * dose,
    )
    since = diary.runner.weeks - round(15 * dose)
    stalled = _stalled(diary, 15)
    return replace(stalled, runner=replace(stalled.runner, devices=((0, old), (since, new))))


def too_early(diary: Diary, dose: float) -> Diary:
    """'The process simply has not had enough uninterrupted time yet': just begun after seven weeks off."""
    since = max(round(_towards(16, 5, dose)), 2)

    def change(index: int, day: Day) -> Day:
        if diary.week(index) >= since:
            return Day(temperature_c=day.temperature_c)
        return day

    return _days(_stalled(diary, since), since + 7, change)


def no_strength(diary: Diary, dose: float) -> Diary:
    """'Skipping strength', of which 'two sessions a week will do'."""
    trained = [index for index, day in enumerate(diary.days) if day.has_strength and diary.week(index) < 12]
    skipped = {index for place, index in enumerate(trained) if _is_due(place, dose)}
    return _days(
        _stalled(diary, 12),
        12,
        lambda index, day: replace(day, has_strength=day.has_strength and index not in skipped),
    )


def speed_not_fresh(diary: Diary, dose: float) -> Diary:
    """'Run long Sunday and then try to hammer intervals Monday'."""

    def change(index: int, day: Day) -> Day:
        weekday, week = index % 7, diary.week(index)
        if not _is_due(week, dose):
            return day
        easy = _easy_of_week(diary, index)
        if weekday == 0:  # the day after the long run
            is_light = _is_down(diary.phases[index // 7], week)
            return replace(day, run=with_workout(easy, menu((5, 2)[week % 2], is_light)))
        if weekday == 1:  # and the day after that
            return replace(day, run=replace(easy, workout=STRIDES))
        if day.run is None or weekday == 6:
            return day
        # who has run on Monday rests on another day
        rests = weekday == 2 or (weekday == 3 and diary.days[index - 1].run is None)
        return replace(day, run=None if rests else easy)

    return _stalled(_days(diary, 10, change), 10)


def more_reps_slower(diary: Diary, dose: float) -> Diary:
    """'If this works, more will work better' - 'but more usually means slower'."""

    def change(run: Run) -> Run:
        if not run.workout:
            return run
        work = _faster(run.workout, -0.04 * dose)
        if work.repetition_count > 1:
            count = round(work.repetition_count * (1 + 0.6 * dose))
            return replace(run, workout=replace(work, repetition_count=count))
        return replace(run, workout=replace(work, duration_s=work.duration_s * (1 + 0.6 * dose)))

    return _stalled(_runs(diary, 4, change), 4)


def no_long_run(diary: Diary, dose: float) -> Diary:
    """Without the "steady long run": every run is as long as the others, the week as long as ever."""

    def change(index: int, run: Run) -> Run:
        of_week = [
            one.distance_m
            for day, one in _runs_of(diary)
            if diary.week(day) == diary.week(index) and one.kind != "race"
        ]
        if run.kind == "race":
            return run
        to_m = sum(of_week) / len(of_week)
        kind = "easy" if run.kind == "long" and dose >= 0.9 else run.kind
        return replace(run, kind=kind, distance_m=_towards(run.distance_m, to_m, min(dose, 1.05)))

    return _stalled(_runs_by_day(diary, 12, change), 12)


def phase_order(diary: Diary, dose: float) -> Diary:
    """'Don't try to stay in 'go mode' year-round': half a year of workouts, no base, no recovery."""
    weeks = round(_towards(8, 26, dose))
    if weeks <= 8:
        return diary
    numbers = {index: number for number, index in enumerate(i for i in range(len(diary.days)) if i % 7 == 1)}

    def change(index: int, day: Day) -> Day:
        phase = diary.phases[index // 7]
        if day.run is None or phase == "speed":
            return day
        run = _longer(day.run, 1 / PHASE_VOLUMES[phase])
        return replace(day, run=with_workout(run, menu(numbers[index])) if index % 7 == 1 else run)

    return _stalled(_days(diary, weeks, change), weeks)


INJECTIONS: Mapping[str, Injection] = {
    injection.__name__: injection
    for injection in (
        easy_share_low,
        medium_trap,
        easy_run_drift,
        early_heart_rate_rise,
        resting_heart_rate_up,
        hrv_down,
        sleep_short,
        load_not_absorbed,
        overcooked,
        no_speed_work,
        too_much_speed,
        speed_added_not_replaced,
        easy_runs_harder_after_speed,
        same_workout,
        low_mileage,
        inconsistent,
        fading_pace,
        no_down_weeks,
        no_hard_easy,
        fantasy_paces,
        everything_at_once,
        stale_routine,
        timing_drift,
        heat_mask,
        device_change,
        too_early,
        no_strength,
        speed_not_fresh,
        more_reps_slower,
        no_long_run,
        phase_order,
    )
}


def injected(diary: Diary, cause: str, dose: float) -> Diary:
    """The same life with a cause of a plateau in it; without a dose it is the same."""
    return INJECTIONS[cause](diary, dose) if dose else diary


# --- how a diary is changed ---------------------------------------------------------------------------------


def _towards(healthy_value: float, clear_value: float, dose: float) -> float:
    return healthy_value + dose * (clear_value - healthy_value)


def _is_due(place: int, share: float) -> bool:
    """Is this one among the share, spread evenly over the places 0, 1, 2, ...?"""
    return int((place + 1) * share + 1e-9) > int(place * share + 1e-9)


def _days(diary: Diary, weeks: float, change: Callable[[int, Day], Day]) -> Diary:
    """Other days in the last so many weeks."""
    first = len(diary.days) - 7 * weeks
    changed = (change(index, day) if index >= first else day for index, day in enumerate(diary.days))
    return replace(diary, days=tuple(changed))


def _runs_by_day(diary: Diary, weeks: float, change: Callable[[int, Run], Run]) -> Diary:
    return _days(
        diary, weeks, lambda index, day: replace(day, run=change(index, day.run)) if day.run else day
    )


def _runs(diary: Diary, weeks: float, change: Callable[[Run], Run]) -> Diary:
    return _runs_by_day(diary, weeks, lambda _, run: change(run))


def _runs_of(diary: Diary) -> list[tuple[int, Run]]:
    return [(index, day.run) for index, day in enumerate(diary.days) if day.run]


def _some_runs(
    diary: Diary,
    weeks: int,
    which: Callable[[Run], object],
    share: float,
    change: Callable[[Run], Run],
) -> Diary:
    """A share of such runs in the last so many weeks, changed."""
    found = [index for index, run in _runs_of(diary) if which(run) and diary.week(index) < weeks]
    chosen = {index for place, index in enumerate(reversed(found)) if _is_due(place, share)}
    return _runs_by_day(diary, weeks, lambda index, run: change(run) if index in chosen else run)


def _longer(run: Run, ratio: float) -> Run:
    return replace(run, distance_m=run.distance_m * ratio)


def _faster(workout: Workout, ratio: float) -> Workout:
    return replace(workout, speed_ratio=workout.speed_ratio * (1 + ratio))


def _easy_of_week(diary: Diary, index: int) -> Run:
    """An easy run as long as the easy runs of that week are."""
    monday = index - index % 7
    runs = [day.run for day in diary.days[monday : monday + 7] if day.run and day.run.kind != "race"]
    model = min(runs, key=lambda run: run.distance_m)
    return replace(model, kind="easy", workout=None, route_number=1 + index % 6, effort_rating=3)


def _trend_from(runner: Runner, weeks: int, pct_per_month: float) -> Runner:
    """Another trend in the last so many weeks."""
    trend = runner.trend_pct_per_month
    steps = ((0, trend),) if isinstance(trend, int | float) else tuple(trend)
    since = max(runner.weeks - weeks, 0)
    kept = tuple(step for step in steps if step[0] < since)
    return replace(runner, trend_pct_per_month=(*kept, (since, pct_per_month)))


def _stalled(diary: Diary, weeks: int) -> Diary:
    """No progress any more, which is why the runner asks."""
    return replace(diary, runner=_trend_from(diary.runner, weeks, 0))


def _tired(
    diary: Diary,
    weeks: float,
    resting: float = 0,
    hrv: float = 0,
    bpm: float = 0,
    rating: float = 0,
) -> Diary:
    """What the articles see in who does not recover: mornings, beats at the same pace, how hard it feels."""

    def change(_: int, day: Day) -> Day:
        run = day.run and replace(
            day.run,
            extra_bpm=day.run.extra_bpm + bpm,
            effort_rating=min(day.run.effort_rating + rating, 10),
        )
        return replace(
            day, run=run, resting_ratio=day.resting_ratio + resting, hrv_ratio=day.hrv_ratio * (1 - hrv)
        )

    return _days(diary, weeks, change)


def _without_down_weeks(diary: Diary, weeks: int, share: float) -> Diary:
    """A share of what the down weeks are lighter by is run as well."""

    def change(index: int, run: Run) -> Run:
        week = index // 7
        full = PHASE_VOLUMES[diary.phases[week]] if diary.phases[week] in ("base", "speed") else 1
        ratio = _towards(1, full / diary.volumes[week], share)
        return run if run.kind == "race" else _longer(run, ratio)

    return _runs_by_day(diary, weeks, change) if share else diary


def _more_runs(diary: Diary, weeks: int, per_week: float) -> Diary:
    """Easy runs on days of rest."""

    def change(index: int, day: Day) -> Day:
        monday, week = index - index % 7, diary.week(index)
        rest = [weekday for weekday in (2, 5, 0, 4) if diary.days[monday + weekday].run is None]
        place = rest.index(index % 7) if index % 7 in rest else len(rest)
        is_wanted = per_week > place and _is_due(week, min(per_week - place, 1))
        return replace(day, run=_easy_of_week(diary, index)) if is_wanted and day.run is None else day

    return _days(diary, weeks, change)


def _saturday_for_friday(diary: Diary, weeks: int) -> Diary:
    """Who runs on Thursday and Friday rests in between instead."""

    def change(index: int, day: Day) -> Day:
        friday = index - index % 7 + 4
        friday_run, saturday_run = (diary.days[one].run for one in (friday, friday + 1))
        if saturday_run is not None or index not in (friday, friday + 1):
            return day
        return replace(day, run=None if index == friday else friday_run)

    return _days(diary, weeks, change)


def _more_workouts(diary: Diary, weeks: int, per_week: float, weekdays: Sequence[int]) -> Diary:
    """Workouts in the place of easy runs."""

    def change(index: int, day: Day) -> Day:
        place = weekdays.index(index % 7) if index % 7 in weekdays else -1
        if place < 0 or day.run is None or day.run.is_quality or per_week <= place:
            return day
        if not _is_due(diary.week(index), min(per_week - place, 1)):
            return day
        return replace(day, run=with_workout(day.run, menu(3 * diary.week(index) + place)))

    return _days(diary, weeks, change)


def _speed_from(diary: Diary, weeks: int) -> Diary:
    """Workouts begin only so many weeks before the end: until then the base goes on, with its strides."""

    def change(index: int, day: Day) -> Day:
        if diary.phases[index // 7] != "speed" or diary.week(index) < weeks or day.run is None:
            return day
        run = day.run
        if run.is_quality or run.kind == "race":
            run = replace(run, kind="long" if run.kind == "race" else "easy", workout=None, effort_rating=3)
            run = replace(
                run, distance_m=max(run.distance_m, 6000), workout=STRIDES if index % 7 == 1 else None
            )
        return replace(day, run=run)

    return _days(diary, 9, change)


# --- the sessions -------------------------------------------------------------------------------------------


def sessions(diary: Diary) -> list[Session]:
    """Every run of the diary with the luck of its day, in the order of time."""
    runner = diary.runner
    fitness = simulate.fitness(runner)
    planned = list[Session]()
    for index, day in enumerate(diary.days):
        if day.run is None:
            continue
        run, week = day.run, index // 7
        random = np.random.default_rng((runner.seed, zlib.crc32(b"run"), index))
        hour = 10.0 if run.kind == "race" else float(random.choice((7.0, 18.0), p=(0.3, 0.7)))
        hour += random.uniform(-0.5, 0.5)
        time_of_day = 1 + runner.time_of_day_pct / 200 * np.cos((hour - 17) * np.pi / 12)
        speed = float(runner.critical_speed_m_per_s * fitness[index])
        heat_bpm = HEAT_BPM_PER_C * max(day.temperature_c - HEAT_FROM_C, 0)
        luck_bpm = float(runner.heart_rate_sd_bpm * random.standard_normal())
        device = [device for first, device in runner.devices if first <= week][-1]
        kind = run.workout.kind if run.workout else run.kind
        planned.append(
            Session(
                started_at=_moment(runner, index, hour),
                kind=kind,
                name=run.kind,
                steps=_steps(runner, run, speed, heat_bpm, random),
                device=device,
                critical_speed_m_per_s=float(speed * time_of_day),
                heart_rate_luck_bpm=luck_bpm + run.extra_bpm + heat_bpm,
                seen_ratio=1 + device.speed_offset_pct / 100,
                temperature_c=day.temperature_c,
                sport=runner.sport,
                effort_rating=float(np.clip(np.rint(run.effort_rating + random.normal(0, 0.4)), 1, 10)),
                route_number=run.route_number,
                drift_bpm_per_min=run.drift_bpm_per_min,
                drift_from_s=run.drift_from_s,
                cadence="exact" if diary.has_cadence else "none",
                dynamics_noise_ratio=0.01,
            )
        )
    return planned


def _moment(runner: Runner, day: int, hour: float) -> datetime:
    """UTC."""
    midnight = datetime.combine(runner.first_day, datetime.min.time())
    return midnight + timedelta(days=day, seconds=round(3600 * hour) - runner.utc_offset_s)


def _steps(
    runner: Runner, run: Run, speed: float, heat_bpm: float, random: np.random.Generator
) -> tuple[Step, ...]:
    """The stretches of a run, at this day's critical speed; who is hot keeps the heart rate, not the pace."""
    if run.kind == "race":
        return _race(run, speed, random)
    target_bpm = random.normal(run.easy_ratio * runner.heart_rate_max_bpm, run.effort_sd_bpm) - heat_bpm
    steady_bpm = STEADY_RATIO * runner.heart_rate_max_bpm - heat_bpm
    per_bpm = speed / (runner.threshold_bpm - runner.standing_bpm)
    easy, steady = (per_bpm * (bpm - runner.standing_bpm) for bpm in (target_bpm, steady_bpm))
    if run.workout is None:
        return _stretch("active", run.distance_m, easy, steady, run.steady_ratio)

    work = run.workout
    luck = random.normal(1, 0.008)
    body = list[Step]()
    for place in range(work.repetition_count):
        gone = place / max(work.repetition_count - 1, 1)
        fast = (
            speed * work.speed_ratio * luck * random.normal(1, 0.005) * (1 + work.fade_ratio * (0.5 - gone))
        )
        fast /= 1 + 2.9 * work.grade_ratio + 18 * work.grade_ratio**2
        strain = max(work.strain_ratio, 0.005) * max(1.5 * gone - 0.5, 0)
        rep = Step("active", fast, round(work.duration_s or work.distance_m / fast), work.grade_ratio, strain)
        back = fast * rep.duration_s * work.grade_ratio / max(0.75 * easy * work.recovery_s, 1)
        body += [rep, Step("recovery", 0.75 * easy, round(work.recovery_s), -back)]
    body = body[:-1]
    rest_m = max(run.distance_m - sum(step.speed_m_per_s * step.duration_s for step in body), 2200)
    before = 1 - 500 / rest_m if work.kind == "strides" else 0.6  # strides come at the end of an easy run
    return (
        *_stretch("warmup", before * rest_m, easy, steady, run.steady_ratio),
        *body,
        *_stretch("cooldown", (1 - before) * rest_m, 0.97 * easy, steady, run.steady_ratio),
    )


def _stretch(intensity: str, distance_m: float, easy: float, steady: float, ratio: float) -> tuple[Step, ...]:
    """An easy stretch, a share of which, at the end, is not easy."""
    parts = ((easy, 1 - ratio), (steady, ratio))
    return tuple(
        Step(intensity, speed, round(share * distance_m / speed)) for speed, share in parts if share > 0.01
    )


def _race(run: Run, speed: float, random: np.random.Generator) -> tuple[Step, ...]:
    speed *= 5000 / (5000 - ANAEROBIC_M) * (5000 / run.distance_m) ** FADE_EXPONENT
    speed *= random.normal(1, 0.008) * (1 - 0.3 * max(run.fade_ratio, 0))
    tenth_m = run.distance_m / 10
    speeds = [speed * (1 + 2 * run.fade_ratio * (0.45 - tenth / 10)) for tenth in range(10)]
    return tuple(Step("active", one, round(tenth_m / one)) for one in speeds)


# --- the files ----------------------------------------------------------------------------------------------


def write(diary: Diary, folder: Path) -> list[Path]:
    """What this runner's watch exports: a file per run and strength training, and one per week of nights."""
    runner = diary.runner
    fine_from = _moment(runner, len(diary.days) - 7 * FINE_WEEKS, 0)
    runs = sessions(diary)
    paths = list[Path]()
    for interval_s, some in (
        (10, [one for one in runs if one.started_at < fine_from]),
        (2, [one for one in runs if one.started_at >= fine_from]),
    ):
        paths += simulate.write_sessions(replace(runner, recording_interval_s=interval_s), some, folder)
    if diary.has_strength_files:
        for index, day in enumerate(diary.days):
            if day.has_strength:
                started_at = _moment(runner, index, 20)
                path = folder / f"{started_at:%Y-%m-%d-%H-%M-%S}-strength.fit"
                path.write_bytes(_strength_file(runner, started_at))
                paths.append(path)
    if diary.has_wellness:
        for monday in range(0, len(diary.days), 7):
            path = folder / f"{runner.first_day + timedelta(days=monday)}-nights.fit"
            path.write_bytes(_nights_file(diary, monday))
            paths.append(path)
    return paths


def _strength_file(runner: Runner, started_at: datetime) -> bytes:
    start, minutes = _fit_time(started_at), 40
    random = np.random.default_rng((runner.seed, zlib.crc32(b"strength"), start))
    beats = 100 + 12 * random.standard_normal(minutes)
    device = runner.devices[0][1]
    span: dict[str, Column] = {
        "timestamp": start + 60 * minutes,
        "start_time": start,
        "total_elapsed_time": 60 * minutes,
        "total_timer_time": 60 * minutes,
        "event": "lap",
        "event_type": "stop",
        "sport": "training",
    }
    groups = [
        Messages(
            "file_id",
            {
                "type": "activity",
                "manufacturer": "development",
                "serial_number": device.serial,
                "time_created": start,
            },
        ),
        Messages("record", {"timestamp": start + 60 * np.arange(minutes), "heart_rate": beats}, minutes),
        Messages("lap", {"message_index": 0, **span}),
        Messages(
            "session", {"message_index": 0, **span, "sub_sport": "strength_training", "workout_rpe": 50}
        ),
        Messages(
            "activity",
            {
                "timestamp": start + 60 * minutes,
                "local_timestamp": start + 60 * minutes + runner.utc_offset_s,
                "total_timer_time": 60 * minutes,
                "num_sessions": 1,
                "type": "manual",
                "event": "activity",
                "event_type": "stop",
            },
        ),
    ]
    return encoded(groups, np.arange(minutes + 4))


def _nights_file(diary: Diary, monday: int) -> bytes:
    """A week of resting heart rates, heart-rate variability and stages of sleep; some nights are missing."""
    runner = diary.runner
    resting, hrv, levels = (list[tuple[int, float]]() for _ in range(3))
    stages = list[str]()
    for index in range(monday, monday + 7):
        day = diary.days[index]
        random = np.random.default_rng((runner.seed, zlib.crc32(b"night"), index))
        beats = runner.heart_rate_resting_bpm * day.resting_ratio + 1.1 * random.standard_normal()
        hrv_ms = diary.hrv_ms * day.hrv_ratio * np.exp(0.08 * random.standard_normal())
        sleep_h = day.sleep_h + 0.5 * random.standard_normal()
        if random.random() < 0.05:
            continue
        woke = _fit_time(_moment(runner, index, 6.4))
        resting.append((woke + 600, beats))
        hrv.append((woke + 60, float(hrv_ms)))
        quarter_s = round(900 * sleep_h)
        levels += [(woke - (4 - part) * quarter_s, 0) for part in range(5)]
        stages += ["light", "deep", "light", "rem", "awake"]
    start = _fit_time(_moment(runner, monday, 0))
    local: dict[str, Column] = {"timestamp": start, "local_timestamp": start + runner.utc_offset_s}
    groups = [
        Messages("file_id", {"type": "monitoring_b", "manufacturer": "development", "time_created": start}),
        Messages("monitoring_info", local),
    ]
    if resting:
        when, beats = map(list, zip(*resting, strict=True))
        columns = {"timestamp": when, "current_day_resting_heart_rate": beats, "resting_heart_rate": beats}
        groups.append(Messages("monitoring_hr_data", columns, len(when)))
        when, ms = map(list, zip(*hrv, strict=True))
        groups.append(
            Messages("hrv_status_summary", {"timestamp": when, "last_night_average": ms}, len(when))
        )
        when = [moment for moment, _ in levels]
        groups.append(Messages("sleep_level", {"timestamp": when, "sleep_level": stages}, len(when)))
    return encoded(groups, np.arange(sum(group.count for group in groups)))


def _fit_time(moment: datetime) -> int:
    return round((moment - simulate.FIT_EPOCH).total_seconds())
