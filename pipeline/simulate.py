"""A simulated runner whose truth is known, written as the FIT files a watch would have written.

The truth is one curve, `fitness`: day by day the factor on the runner's speed at an equal heart rate. All the
rest hides it as life does: noise from run to run, the time of day, hills, stops, a change of watch. Luck is
drawn day by day from the seed alone: another trend, or other habits from some week on, leave the rest alone.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.fit_file import Column, Messages, encoded

T = TypeVar("T")
Values = NDArray[np.float64]
Whole = NDArray[np.int64]

DAYS_PER_MONTH = 365.25 / 12
STANDING_BPM = 10  # the line of heart rate over speed meets speed zero this far above the resting heart rate
THRESHOLD_RATIO = 0.87  # of the heart-rate reserve: there the runner moves at the critical speed
FADE_EXPONENT = 0.06  # Riegel: beyond 5 km the speed of a race falls with this power of its length
ANAEROBIC_M = 180  # the metres a runner has above the critical speed, at once

FIT_EPOCH = datetime(1989, 12, 31)
SEMICIRCLES_PER_DEGREE = 2**31 / 180
METRES_PER_DEGREE = 111_195
GOLDEN_ANGLE = 2.399963  # however many routes there are, they lead to different places
STRAP_TYPE = 120  # the ANT+ device type of a heart-rate strap

# The articles' weeks by the number of runs: the last is the long one; workouts go to Tuesday, then Thursday.
RUN_WEEKDAYS = {
    2: (1, 6),
    3: (1, 3, 6),
    4: (1, 3, 5, 6),
    5: (1, 2, 3, 4, 6),
    6: (0, 1, 2, 3, 4, 6),
    7: (0, 1, 2, 3, 4, 5, 6),
}
WORKOUT_WEEKDAYS = (1, 3)
LONG_RUN_WEIGHT = 1.7  # an easy run's distance is 1


@dataclass(frozen=True)
class Workout:
    """Fast parts of equal length (of `distance_m` or of `duration_s`) at a ratio of the critical speed.

    The last part is slower than the first by `fade_ratio`, and its steps are heavier by `strain_ratio`.
    """

    kind: str
    repetition_count: int
    speed_ratio: float
    recovery_s: float
    distance_m: float = 0
    duration_s: float = 0
    grade_ratio: float = 0
    fade_ratio: float = 0
    strain_ratio: float = 0


WORKOUTS: Mapping[str, Workout] = {
    "5 x 1000 m": Workout("intervals", 5, 1.03, 120, distance_m=1000),
    "tempo 20 min": Workout("tempo", 1, 0.97, 0, duration_s=1200),
    "8 x 400 m": Workout("intervals", 8, 1.08, 90, distance_m=400),
    "fartlek 8 x 1 min": Workout("fartlek", 8, 1.06, 120, duration_s=60),
    "3 x 8 min": Workout("tempo", 3, 0.98, 90, duration_s=480),
    "10 x 200 m": Workout("intervals", 10, 1.15, 75, distance_m=200),
}
STRIDES = Workout("strides", 6, 1.3, 80, duration_s=20)


@dataclass(frozen=True)
class Habits:
    """How the runner lives an ordinary week.

    Rates may be fractions: a workout every second week is 0.5. Zero `down_week_every` is never.
    """

    runs_per_week: int = 4
    weekly_distance_m: float = 40_000
    easy_heart_rate_ratio: float = 0.71  # of the maximum
    effort_sd_bpm: float = 4
    workouts_per_week: float = 1
    workouts: tuple[str, ...] = tuple(WORKOUTS)
    strides_per_week: float = 0.5
    down_week_every: int = 4
    down_week_ratio: float = 0.72
    races_per_year: float = 3
    race_distances_m: tuple[float, ...] = (5000, 10_000)
    race_under_effort_pct: float = 0  # mean of what is left in the legs
    missed_run_ratio: float = 0  # of the runs of an ordinary week: how many do not come about


@dataclass(frozen=True)
class Device:
    """A watch, and where it takes the heart rate from: `strap` or `wrist`."""

    model: str = "Tern 2"
    serial: int = 3_141_592
    heart_rate_source: str = "strap"
    heart_rate_offset_bpm: float = 0
    speed_offset_pct: float = 0
    has_running_dynamics: bool = False


@dataclass(frozen=True)
class Climate:
    """The temperature of each day, warmest in late July, and what warmth does to the heart."""

    mean_c: float = 12
    swing_c: float = 10
    day_sd_c: float = 4
    warm_from_c: float = 12
    heat_bpm_per_c: float = 0.7
    acclimatised_ratio: float = 0.4  # of the warmth of the last two weeks
    is_recorded: bool = True


@dataclass(frozen=True)
class Runner:
    """All that makes a simulated runner. Derive others with `dataclasses.replace`.

    `habits`, `devices` and, unless it is one number, `trend_pct_per_month` are steps: (from this week on,
    value), the first from week 0. `breaks` are (first week, how many weeks) without a run.
    """

    seed: int = 1
    first_day: date = date(2025, 1, 6)
    weeks: int = 52
    habits: Sequence[tuple[int, Habits]] = ((0, Habits()),)
    devices: Sequence[tuple[int, Device]] = ((0, Device()),)
    breaks: Sequence[tuple[int, int]] = ()
    missing_week_ratio: float = 0.06
    heart_rate_max_bpm: float = 188
    heart_rate_resting_bpm: float = 52
    critical_speed_m_per_s: float = 3.7
    trend_pct_per_month: float | Sequence[tuple[int, float]] = 0.0
    wander_sd_pct: float = 3
    wander_time_constant_weeks: float = 6
    heart_rate_sd_bpm: float = 5
    heart_rate_lag_1: float = 0.1  # correlation of one run's luck with the next one's
    heart_rate_artefact_ratio: float = 0  # of the runs: heart rate 15 to 35 bpm off from start to end
    speed_sd_pct: float = 0  # how much of a run's metres the watch gets wrong
    time_of_day_pct: float = 3
    climate: Climate | None = None
    sport: str = "running"
    has_heart_rate: bool = True
    has_position: bool = True
    is_indoors: bool | None = None  # unless it is said, a run without positions is one on a treadmill
    has_zones_target: bool = False
    recording_interval_s: int = 1  # of even running; short efforts and races are always recorded every second
    home_latitude_deg: float = 55.0
    home_longitude_deg: float = 5.0
    utc_offset_s: int = 3600

    @property
    def standing_bpm(self) -> float:
        """The heart rate at which the line of speed over heart rate meets speed zero."""
        return self.heart_rate_resting_bpm + STANDING_BPM

    @property
    def threshold_bpm(self) -> float:
        """The heart rate at the critical speed."""
        reserve_bpm = self.heart_rate_max_bpm - self.heart_rate_resting_bpm
        return self.heart_rate_resting_bpm + THRESHOLD_RATIO * reserve_bpm


@dataclass(frozen=True)
class Step:
    """A stretch of a session at one speed; `intensity` is the FIT name of such a lap.

    `strain_ratio` is how much longer than at this speed when fresh the feet stay on the ground; the steps
    become slower by half of it.
    """

    intensity: str
    speed_m_per_s: float
    duration_s: int
    grade_ratio: float = 0
    strain_ratio: float = 0


@dataclass(frozen=True)
class Session:
    """One run as planned, and the luck of its day.

    `kind` is easy, long, strides, intervals, tempo, fartlek or race, `name` the same or the workout's;
    `started_at` is UTC. At the threshold heart rate the runner moves at the critical speed of this day and
    hour, but for a heart rate that is off by `heart_rate_luck_bpm`. The watch counts `seen_ratio` metres for
    each metre. From `drift_from_s` on the heart rate rises at an equal effort. Without a `route_number` every
    run goes another way.
    """

    started_at: datetime
    kind: str
    name: str
    steps: tuple[Step, ...]
    device: Device
    critical_speed_m_per_s: float
    heart_rate_luck_bpm: float
    seen_ratio: float
    temperature_c: float | None
    sport: str
    effort_rating: float | None = None
    route_number: int | None = None
    drift_bpm_per_min: float = 0.1
    drift_from_s: float = 600
    cadence: str = "whole"  # strides a minute; or exact, or none
    dynamics_noise_ratio: float = 0


def demo_runner() -> Runner:
    """Sixteen months of honest work that lead nowhere: too hard, too even, and at last without any speed."""
    eager = Habits(
        weekly_distance_m=42_000,
        easy_heart_rate_ratio=0.795,
        effort_sd_bpm=3,
        workouts_per_week=0.5,
        strides_per_week=0.125,
        down_week_every=9,
    )
    stuck = replace(
        eager,
        weekly_distance_m=44_000,
        easy_heart_rate_ratio=0.825,
        workouts_per_week=0,
        strides_per_week=0,
        down_week_every=0,
        races_per_year=2,
    )
    return Runner(
        seed=44,  # its wander leaves every half of the last year nearly flat
        weeks=70,
        habits=((0, eager), (46, stuck)),
        devices=(
            (0, Device("Tern 1", 1_618_033, "wrist", heart_rate_offset_bpm=4)),
            (11, Device("Tern 2", 3_141_592, "strap")),
        ),
        breaks=((28, 1),),
        missing_week_ratio=0.03,
        wander_sd_pct=0.8,
        has_zones_target=True,
        recording_interval_s=6,  # fewer records to write and read: the demo is not to keep anybody waiting
    )


def fitness(runner: Runner) -> Values:
    """The truth: per day from `first_day` on, the factor on the speed at an equal heart rate."""
    days = 7 * runner.weeks
    trend = runner.trend_pct_per_month
    steps = ((0, trend),) if isinstance(trend, int | float) else trend
    pct_per_day = np.array([_in_force(steps, day // 7) for day in range(days)]) / DAYS_PER_MONTH
    tau_days = 7 * runner.wander_time_constant_weeks
    wander_pct = runner.wander_sd_pct * _noise(_luck(runner, "wander"), days, tau_days)
    return np.exp((np.cumsum(pct_per_day) + wander_pct) / 100)


def truth(runner: Runner, first_day: date, last_day: date) -> float:
    """What happened between two days, both included, in % per month.

    It is the least-squares slope of the logarithm of `fitness` over those days, wander and all.
    """
    start = (first_day - runner.first_day).days
    log_pct = 100 * np.log(fitness(runner)[start : (last_day - runner.first_day).days + 1])
    return float(np.polyfit(np.arange(len(log_pct)) / DAYS_PER_MONTH, log_pct, 1)[0])


def sessions(runner: Runner) -> list[Session]:
    """Every run of the runner's life, in the order of time."""
    fitness_by_day = fitness(runner)
    temperature_c, heat_bpm = _weather(runner)
    luck_by_day = _luck(runner, "heart rate").standard_normal(7 * runner.weeks)
    luck, planned = 0.0, list[Session]()
    for week in range(runner.weeks):
        habits = _in_force(runner.habits, week)
        device = _in_force(runner.devices, week)
        for weekday, kind, distance_m in _week(runner, habits, week):
            day = 7 * week + weekday
            random = _luck(runner, "session", day)
            lag = runner.heart_rate_lag_1
            luck = lag * luck + np.sqrt(1 - lag**2) * luck_by_day[day]
            hour = 10.0 if kind == "race" else float(random.choice((6.6, 9.2, 18.2), p=(0.25, 0.25, 0.5)))
            hour += random.uniform(-0.5, 0.5)
            artefact = _luck(runner, "artefact", day)
            is_off = artefact.random() < runner.heart_rate_artefact_ratio
            off_bpm = artefact.choice((-1, 1)) * artefact.uniform(15, 35) if is_off else 0
            seen_pct = runner.speed_sd_pct * _luck(runner, "metres", day).standard_normal()
            # The same heart rate is worth most speed in the late afternoon.
            time_of_day = 1 + runner.time_of_day_pct / 200 * np.cos((hour - 17) * np.pi / 12)
            speed = runner.critical_speed_m_per_s * fitness_by_day[day]
            started_at = datetime.combine(runner.first_day, datetime.min.time()) + timedelta(
                days=day, seconds=round(3600 * hour) - runner.utc_offset_s
            )
            planned.append(
                Session(
                    started_at=started_at,
                    kind=WORKOUTS[kind].kind if kind in WORKOUTS else kind,
                    name=kind,
                    steps=_steps(runner, habits, kind, distance_m, speed, random),
                    device=device,
                    critical_speed_m_per_s=float(speed * time_of_day),
                    heart_rate_luck_bpm=float(runner.heart_rate_sd_bpm * luck + heat_bpm[day] + off_bpm),
                    seen_ratio=float(1 + (seen_pct + device.speed_offset_pct) / 100),
                    temperature_c=temperature_c[day],
                    sport=runner.sport,
                )
            )
    return planned


def write(runner: Runner, folder: Path) -> list[Path]:
    """One FIT activity file per session; the same runner gives the same bytes."""
    return write_sessions(runner, sessions(runner), folder)


def write_sessions(runner: Runner, planned: Sequence[Session], folder: Path) -> list[Path]:
    """One FIT activity file for each of these sessions of a runner."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = list[Path]()
    for session in planned:
        path = folder / f"{session.started_at:%Y-%m-%d-%H-%M-%S}.fit"
        path.write_bytes(_fit_file(runner, session))
        paths.append(path)
    return paths


def _weather(runner: Runner) -> tuple[Sequence[float | None], Values]:
    """Of each day: the temperature that the watch records, and by how much warmth raises the heart rate."""
    days, climate = 7 * runner.weeks, runner.climate
    if climate is None:
        return [None] * days, np.zeros(days)
    day_of_year = runner.first_day.timetuple().tm_yday + np.arange(days)
    luck_c = climate.day_sd_c * _luck(runner, "weather").standard_normal(days)
    celsius = climate.mean_c + climate.swing_c * np.cos(2 * np.pi * (day_of_year - 205) / 365.25) + luck_c
    warmth_c = np.clip(celsius - climate.warm_from_c, 0, None)
    used_to_c = _smooth(warmth_c, 14, warmth_c[:28].mean())
    heat_bpm = climate.heat_bpm_per_c * (warmth_c - climate.acclimatised_ratio * used_to_c)
    return celsius.tolist() if climate.is_recorded else [None] * days, heat_bpm


# --- the plan -----------------------------------------------------------------------------------------------


def _week(runner: Runner, habits: Habits, week: int) -> list[tuple[int, str, float]]:
    """The week's runs: weekday, kind (or the name of a workout), distance in metres."""
    random = _luck(runner, "week", week)
    is_missing = random.random() < runner.missing_week_ratio
    if is_missing or any(first <= week < first + count for first, count in runner.breaks):
        return []
    is_down = habits.down_week_every > 0 and week % habits.down_week_every == habits.down_week_every - 1
    distance_m = habits.weekly_distance_m * (habits.down_week_ratio if is_down else 1)
    distance_m *= random.normal(1, 0.05)

    weekdays = RUN_WEEKDAYS[habits.runs_per_week]
    kinds = dict.fromkeys(weekdays, "easy")
    kinds[weekdays[-1]] = "race" if _due(habits.races_per_year / 52, week) else "long"
    count, done = _due(habits.workouts_per_week, week), int(week * habits.workouts_per_week)
    for index, weekday in enumerate([day for day in weekdays if day in WORKOUT_WEEKDAYS][:count]):
        kinds[weekday] = habits.workouts[(done + index) % len(habits.workouts)]
    easy_days = [day for day, kind in kinds.items() if kind == "easy"]
    for weekday in easy_days[: _due(habits.strides_per_week, week)]:
        kinds[weekday] = "strides"

    weights = {
        day: LONG_RUN_WEIGHT if kind == "long" else random.normal(1, 0.08) for day, kind in kinds.items()
    }
    scale = distance_m / sum(weights.values())
    missed = random.random(7) < habits.missed_run_ratio
    come_about = [(day, kind) for day, kind in kinds.items() if kind == "race" or not missed[day]]
    return [(day, kind, scale * weights[day]) for day, kind in come_about]


def _steps(
    runner: Runner,
    habits: Habits,
    kind: str,
    distance_m: float,
    critical_speed: float,
    random: np.random.Generator,
) -> tuple[Step, ...]:
    """The stretches of a run: easy ones are paced by a heart rate, fast ones by a speed."""
    if kind == "race":
        race_m = float(random.choice(habits.race_distances_m))
        speed = critical_speed * 5000 / (5000 - ANAEROBIC_M) * (5000 / race_m) ** FADE_EXPONENT
        speed *= random.normal(1, 0.018)
        speed *= 1 - habits.race_under_effort_pct / 100 * random.exponential()
        return (Step("active", speed, round(race_m / speed)),)

    target_bpm = random.normal(habits.easy_heart_rate_ratio * runner.heart_rate_max_bpm, habits.effort_sd_bpm)
    easy_speed = (
        critical_speed * (target_bpm - runner.standing_bpm) / (runner.threshold_bpm - runner.standing_bpm)
    )
    if kind in ("easy", "long"):
        return (Step("active", easy_speed, round(distance_m / easy_speed)),)

    workout = STRIDES if kind == "strides" else WORKOUTS[kind]
    speed = critical_speed * workout.speed_ratio * random.normal(1, 0.01)
    work = Step("active", speed, round(workout.duration_s or workout.distance_m / speed))
    recovery = Step("recovery", 0.6 * easy_speed, round(workout.recovery_s))
    body = [step for _ in range(workout.repetition_count) for step in (work, recovery)][:-1]
    rest_m = max(distance_m - sum(step.speed_m_per_s * step.duration_s for step in body), 2500)
    before = 1 - 400 / rest_m if kind == "strides" else 0.6  # strides come at the end of an easy run
    return (
        Step("warmup", easy_speed, round(before * rest_m / easy_speed)),
        *body,
        Step("cooldown", 0.95 * easy_speed, round((1 - before) * rest_m / easy_speed)),
    )


# --- the body, second by second -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Streams:
    """What the watch saw. One value per second since the start; `recorded` are the seconds it kept."""

    distance_m: Values
    speed_m_per_s: Values
    altitude_m: Values
    heart_rate_bpm: Values
    cadence_per_min: Values
    strain_ratio: Values
    latitude_deg: Values
    longitude_deg: Values
    recorded: Whole
    stops: list[tuple[int, int]]  # (last second before, last second of the stop)
    laps: list[tuple[int, int, str, str]]  # (from, to, intensity, trigger), in seconds


def _streams(runner: Runner, session: Session) -> _Streams:
    random = _luck(runner, "second", _fit_time(session.started_at))
    is_every_second = session.kind in ("intervals", "fartlek", "strides", "race")  # short efforts need it
    step_of = np.repeat(np.arange(len(session.steps)), [step.duration_s for step in session.steps])
    stops: list[tuple[int, int]] = []
    if session.kind in ("easy", "long"):
        step_of, stops = _with_stops(step_of, random)
    is_standing = step_of < 0
    count, seconds = len(step_of), np.arange(len(step_of))

    planned = np.where(is_standing, 0, np.array([step.speed_m_per_s for step in session.steps])[step_of])
    speed = _smooth(planned, 3, 0) * (1 + 0.02 * _noise(random, count, 30))
    speed = np.where(is_standing, 0, np.clip(speed, 0, None))
    # By the satellites; the metres add up better.
    seen_speed = session.seen_ratio * speed * (1 + 0.055 * _noise(random, count, 15))
    distance = session.seen_ratio * (np.cumsum(speed) - speed[0])

    hill, hump = random.uniform(0, 2 * np.pi, 2)
    altitude = 20 + 7 * np.sin(distance / 320 + hill) + 2 * np.sin(distance / 90 + hump)
    grade = 7 / 320 * np.cos(distance / 320 + hill) + 2 / 90 * np.cos(distance / 90 + hump)
    slope = _smooth(
        np.where(is_standing, 0, np.array([step.grade_ratio for step in session.steps])[step_of]), 2, 0
    )
    altitude, grade = altitude + np.cumsum(slope * speed), grade + slope
    effort = speed * (1 + 2.9 * grade + 18 * grade**2) / session.critical_speed_m_per_s  # near Strava's curve
    heart_rate = _heart_rate(runner, session, effort, is_standing)
    heart_rate = np.clip(
        heart_rate + 1.2 * _noise(random, count, 10), runner.heart_rate_resting_bpm, runner.heart_rate_max_bpm
    )

    # Once around a circle, so that the run ends where it began.
    turn, radius_m = random.uniform(0, 2 * np.pi), distance[-1] / (2 * np.pi)
    turn = turn if session.route_number is None else GOLDEN_ANGLE * session.route_number
    angle = turn + distance / radius_m
    north_m = radius_m * (np.sin(angle) - np.sin(turn)) + 1.5 * _noise(random, count, 40)
    east_m = radius_m * (np.cos(angle) - np.cos(turn)) + 1.5 * _noise(random, count, 40)
    metres_per_degree_east = METRES_PER_DEGREE * np.cos(np.radians(runner.home_latitude_deg))

    strain = _smooth(np.array([step.strain_ratio for step in session.steps])[step_of], 5, 0)
    laps = _lap_spans(session, distance)
    is_kept = seconds % (1 if is_every_second else runner.recording_interval_s) == 0
    is_kept[[end for _, end, _, _ in laps]] = True
    is_kept[[second for stopped, went_on in stops for second in (stopped, went_on + 1)]] = True
    return _Streams(
        distance_m=distance,
        speed_m_per_s=seen_speed,
        altitude_m=altitude + 0.3 * _noise(random, count, 60),
        heart_rate_bpm=heart_rate + session.device.heart_rate_offset_bpm,
        cadence_per_min=(164 + 9 * (seen_speed - 3) + 1.5 * _noise(random, count, 5)) * (1 - strain / 2),
        strain_ratio=strain + session.dynamics_noise_ratio * _noise(random, count, 20),
        latitude_deg=runner.home_latitude_deg + north_m / METRES_PER_DEGREE,
        longitude_deg=runner.home_longitude_deg + east_m / metres_per_degree_east,
        recorded=np.flatnonzero(is_kept & ~is_standing),
        stops=stops,
        laps=laps,
    )


def _with_stops(step_of: Whole, random: np.random.Generator) -> tuple[Whole, list[tuple[int, int]]]:
    """The steps with up to two waits at a road put in as -1; no wait early, late or in a short run."""
    count = int(random.integers(3)) if len(step_of) > 1200 else 0
    places, lengths = (
        np.sort(random.integers(600, max(len(step_of) - 300, 601), count)),
        random.integers(15, 90, count),
    )
    ends = places + np.cumsum(lengths) - 1
    stops = list(zip((ends - lengths).tolist(), ends.tolist(), strict=True))
    return np.insert(step_of, np.repeat(places, lengths), -1), stops


def _heart_rate(runner: Runner, session: Session, effort: Values, is_standing: NDArray[np.bool_]) -> Values:
    """What the heart does for an effort in critical speeds: late, low at first, and drifting up for hours."""
    seconds = np.arange(len(effort))
    drifting_min = np.clip(seconds / 60 - session.drift_from_s / 60, 0, None)
    drift_bpm = session.drift_bpm_per_min * drifting_min - 6 * np.exp(-seconds / 240)
    target = runner.standing_bpm + (runner.threshold_bpm - runner.standing_bpm) * effort
    off_bpm = np.where(is_standing, 0, drift_bpm + session.heart_rate_luck_bpm)
    return _smooth(target + off_bpm, 30, runner.standing_bpm + 15)


def _lap_spans(session: Session, distance: Values) -> list[tuple[int, int, str, str]]:
    if session.kind in ("intervals", "tempo", "fartlek"):
        ends = np.cumsum([step.duration_s for step in session.steps]) - 1
        kinds = [(step.intensity, "manual") for step in session.steps]
    else:
        kilometres = np.searchsorted(distance, np.arange(1000, distance[-1] - 1, 1000))
        ends = np.append(kilometres, len(distance) - 1)
        kinds = [("active", "distance")] * len(kilometres) + [("active", "session_end")]
    begins = np.append(0, ends[:-1])
    return [
        (begin, end, *kind) for begin, end, kind in zip(begins.tolist(), ends.tolist(), kinds, strict=True)
    ]


# --- the file -----------------------------------------------------------------------------------------------


def _fit_file(runner: Runner, session: Session) -> bytes:
    streams, device = _streams(runner, session), session.device
    start, last = _fit_time(session.started_at), len(streams.distance_m) - 1
    product: dict[str, Column] = {
        "manufacturer": "development",
        "product": zlib.crc32(device.model.encode()) % 2**16,
        "serial_number": device.serial,
        "product_name": device.model,
    }
    profile = Messages(
        "user_profile", {"gender": "female", "resting_heart_rate": round(runner.heart_rate_resting_bpm)}
    )
    opening = [
        Messages("file_id", {"type": "activity", **product, "time_created": start}),
        Messages(
            "device_info",
            {"timestamp": start, "device_index": "creator", **product, "source_type": "local"},
        ),
        profile,
    ]
    if runner.has_heart_rate and device.heart_rate_source == "strap":
        sensor: dict[str, Column] = {"device_index": 1, "device_type": STRAP_TYPE, "source_type": "antplus"}
        opening.append(Messages("device_info", {"timestamp": start, **sensor}))
    if runner.has_zones_target:
        opening.append(Messages("zones_target", {"max_heart_rate": round(runner.heart_rate_max_bpm)}))

    whole = _summaries(runner, streams, start, [(0, last)])
    is_indoors = not runner.has_position if runner.is_indoors is None else runner.is_indoors
    session_message = Messages(
        "session",
        {
            "message_index": 0,
            **whole,
            "event": "lap",
            "event_type": "stop",
            "sport": session.sport,
            "sub_sport": "treadmill" if is_indoors and session.sport == "running" else "generic",
            "num_laps": len(streams.laps),
            "first_lap_index": 0,
            "trigger": "activity_end",
            **({} if session.effort_rating is None else {"workout_rpe": 10 * session.effort_rating}),
        },
    )
    activity: dict[str, Column] = {
        "timestamp": start + last,
        "local_timestamp": start + last + runner.utc_offset_s,
        "total_timer_time": whole["total_timer_time"],
        "num_sessions": 1,
        "type": "manual",
        "event": "activity",
        "event_type": "stop",
    }
    # The timeline in the order of time; within a second the timer starts first and stops last.
    moments = [(0, 0, "start"), (last, 3, "stop_all")]
    for stopped, went_on in streams.stops:
        moments += [(stopped, 3, "stop_all"), (went_on, 0, "start")]
    seconds, places, kinds = map(list, zip(*moments, strict=True))
    timer = Messages(
        "event", {"timestamp": start + np.array(seconds), "event": "timer", "event_type": kinds}, len(moments)
    )
    laps, records = _laps(runner, session, streams, start), _records(runner, session, streams, start)
    when = np.concatenate([np.array(seconds), [end for _, end, _, _ in streams.laps], streams.recorded])
    place = np.repeat([0, 2, 1], [len(moments), len(streams.laps), len(streams.recorded)])
    place[: len(moments)] = places
    timeline = len(opening) + np.lexsort((place, when))
    total = len(opening) + len(timeline)
    return encoded(
        [*opening, timer, laps, records, session_message, Messages("activity", activity)],
        np.concatenate([np.arange(len(opening)), timeline, [total, total + 1]]),
    )


def _summaries(
    runner: Runner, streams: _Streams, start: int, spans: Sequence[tuple[int, int]]
) -> dict[str, Column]:
    """What a watch says of stretches, given by their first and last second."""
    begins, ends = np.array(spans).T
    standing_s = np.array(
        [
            sum(went_on - stopped for stopped, went_on in streams.stops if begin <= stopped < end)
            for begin, end in spans
        ]
    )
    columns: dict[str, Column] = {
        "timestamp": start + ends,
        "start_time": start + begins,
        "total_elapsed_time": ends - begins,
        "total_timer_time": ends - begins - standing_s,
        "total_distance": streams.distance_m[ends] - streams.distance_m[begins],
    }
    if runner.has_heart_rate:
        kept = [
            streams.recorded[slice(*np.searchsorted(streams.recorded, (begin, end + 1)))]
            for begin, end in spans
        ]
        columns["avg_heart_rate"] = np.array([streams.heart_rate_bpm[seconds].mean() for seconds in kept])
        columns["max_heart_rate"] = np.array([streams.heart_rate_bpm[seconds].max() for seconds in kept])
    return columns


def _laps(runner: Runner, session: Session, streams: _Streams, start: int) -> Messages:
    count = len(streams.laps)
    triggers = [trigger for _, _, _, trigger in streams.laps]
    columns: dict[str, Column] = {
        "message_index": np.arange(count),
        **_summaries(runner, streams, start, [(begin, end) for begin, end, _, _ in streams.laps]),
        "event": "lap",
        "event_type": "stop",
        "intensity": [intensity for _, _, intensity, _ in streams.laps],
        "lap_trigger": triggers,
        "sport": session.sport,
    }
    if triggers[0] == "manual":
        columns["wkt_step_index"] = np.arange(count)
    return Messages("lap", columns, count)


def _records(runner: Runner, session: Session, streams: _Streams, start: int) -> Messages:
    kept = streams.recorded
    speed, steps_per_min = streams.speed_m_per_s[kept], streams.cadence_per_min[kept]
    columns: dict[str, Column] = {"timestamp": start + kept}
    if runner.has_position:
        columns["position_lat"] = streams.latitude_deg[kept] * SEMICIRCLES_PER_DEGREE
        columns["position_long"] = streams.longitude_deg[kept] * SEMICIRCLES_PER_DEGREE
        columns["enhanced_altitude"] = streams.altitude_m[kept]
    if runner.has_heart_rate:
        columns["heart_rate"] = streams.heart_rate_bpm[kept]
    strides_per_min = steps_per_min / 2  # FIT counts one foot
    if session.cadence == "exact":
        columns["cadence"] = np.floor(strides_per_min)
        columns["fractional_cadence"] = strides_per_min % 1
    elif session.cadence == "whole":
        columns["cadence"] = strides_per_min
    columns["distance"] = streams.distance_m[kept]
    columns["enhanced_speed"] = speed
    if session.temperature_c is not None:
        columns["temperature"] = session.temperature_c
    if session.device.has_running_dynamics:
        strain = streams.strain_ratio[kept]
        columns["vertical_oscillation"] = (98 - 3 * speed) * (1 + strain / 2)  # mm
        columns["stance_time"] = (345 - 30 * speed) * (1 + strain)  # ms
        columns["step_length"] = 1000 * speed / (steps_per_min / 60)  # mm
    return Messages("record", columns, len(kept))


# --- luck and time ------------------------------------------------------------------------------------------


def _luck(runner: Runner, purpose: str, index: int = 0) -> np.random.Generator:
    return np.random.default_rng((runner.seed, zlib.crc32(purpose.encode()), index))


def _noise(random: np.random.Generator, count: int, time_constant: float) -> Values:
    """Unit variance, forgotten exponentially."""
    kernel = _forgetting(time_constant)
    white = random.standard_normal(count + len(kernel) - 1)
    return np.convolve(white, kernel / np.linalg.norm(kernel), "valid")


def _smooth(values: Values, time_constant: float, before: float) -> Values:
    """`values` followed with a lag, from a long time at the value `before`."""
    kernel = _forgetting(time_constant)
    padded = np.concatenate([np.full(len(kernel) - 1, before), values])
    return np.convolve(padded, kernel / kernel.sum(), "valid")


def _forgetting(time_constant: float) -> Values:
    return np.exp(-np.arange(6 * round(time_constant)) / time_constant).astype(np.float64)


def _in_force(steps: Sequence[tuple[int, T]], week: int) -> T:
    return [value for first_week, value in steps if first_week <= week][-1]


def _due(per_week: float, week: int) -> int:
    """How many of something that comes `per_week` times fall into this week: evenly spread, no luck."""
    return int((week + 1) * per_week) - int(week * per_week)


def _fit_time(moment: datetime) -> int:
    return round((moment - FIT_EPOCH).total_seconds())
