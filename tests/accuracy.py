"""How often the verdict is right, on simulated runners whose truth is known: `make accuracy`.

Record-level FIT files of each runner go through the whole program, and what `marts.plateau` says is held
against the runner's fitness in the very window that the answer names. Two worlds: in `tidy` all is as a
textbook has it, `real` has the noise, the wander, the watches and the gaps of real runners (SCIENCE.md F).
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from pipeline import flow, ingest, simulate
from pipeline.console import Console
from pipeline.simulate import Climate, Device, Habits, Runner

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- make accuracy -->", "<!-- end of make accuracy -->"

CLASSES = ("improving", "plateau", "declining")
SURE_PCT_PER_MONTH = 0.25  # what counts as a plateau: between minus and plus this (SCIENCE.md C1)
SHARD_RUNNERS = 15
FIRST_YEAR_DAYS = 365  # looks with less behind them are not judged in the real world,
USABLE_RUNS_PER_WEEK = 2  # nor those after a year with fewer comparable runs
WORKOUTS = ("tempo 20 min", "3 x 8 min")  # no short ones, which would be recorded every second
ALL_RUNNERS, CI_RUNNERS = 150, 12
SLACK_SE = 3  # binomial standard errors that a small sample may miss a goal by


# --- the worlds


def tidy(seed: int, trend: float = 0) -> Runner:
    """SCIENCE.md C2: 78 weeks, 3.5 steady runs in each, noise of 5 % a run, and a season that shows."""
    random = np.random.default_rng((seed, 1))
    habits = Habits(
        runs_per_week=7,
        weekly_distance_m=7 * 6500,
        easy_heart_rate_ratio=0.75,
        effort_sd_bpm=0.04 * (188 - 52),
        workouts_per_week=0.5,
        workouts=WORKOUTS,
        strides_per_week=0,
        down_week_every=0,
        races_per_year=12,
        race_distances_m=(3000, 5000),
        race_under_effort_pct=1,
        missed_run_ratio=0.45,
    )
    return Runner(
        seed=seed,
        first_day=date(2023, 1, 2) + timedelta(weeks=int(random.integers(52))),
        weeks=78,
        habits=((0, habits),),
        breaks=((int(random.integers(10, 66)), int(random.integers(1, 4))),),
        missing_week_ratio=0.06,
        trend_pct_per_month=trend,
        wander_sd_pct=0.5,
        wander_time_constant_weeks=3,
        heart_rate_sd_bpm=4,
        heart_rate_lag_1=0.4,
        heart_rate_artefact_ratio=0.03,
        speed_sd_pct=1.5,
        time_of_day_pct=0,
        climate=Climate(),
        recording_interval_s=10,
    )


def with_new_device(runner: Runner) -> Runner:
    """Another watch for the last 18 weeks, whose heart rate and metres differ from the old one's."""
    random = np.random.default_rng((runner.seed, 2))
    beats, metres = random.choice((-3, 3)), random.choice((-1, 1))
    new = Device("Tern 3", 2_718_281, heart_rate_offset_bpm=float(beats), speed_offset_pct=float(metres))
    return replace(runner, devices=((0, Device()), (runner.weeks - 18, new)))


def with_effort_drift(runner: Runner) -> Runner:
    """Over the last 60 weeks every run is a little harder than the last: 6 % of the reserve in all."""
    ((_, habits),) = runner.habits
    reserve_bpm = runner.heart_rate_max_bpm - runner.heart_rate_resting_bpm
    start = runner.weeks - 60

    def after(weeks: int) -> Habits:
        more = 0.06 * reserve_bpm / runner.heart_rate_max_bpm * weeks / 60
        return replace(habits, easy_heart_rate_ratio=habits.easy_heart_rate_ratio + more)

    return replace(runner, habits=((0, habits), *((start + weeks, after(weeks)) for weeks in range(60))))


def real(seed: int) -> Runner:
    """SCIENCE.md F: what three real runners of many years look like, each a little different."""
    random = np.random.default_rng((seed, 3))
    weeks = int(random.integers(78, 131))
    workouts_per_week = float(random.choice((0, 0.5, 1)))
    planned = 5
    steady_per_week = random.uniform(1, 3.6)
    habits = Habits(
        runs_per_week=planned,
        weekly_distance_m=planned * 6500,
        easy_heart_rate_ratio=float(random.uniform(0.74, 0.80)),
        effort_sd_bpm=5,
        workouts_per_week=workouts_per_week,
        workouts=WORKOUTS,
        strides_per_week=0,
        down_week_every=int(random.choice((0, 4))),
        down_week_ratio=0.8,
        races_per_year=float(random.choice((0, 2, 4, 12))),
        race_under_effort_pct=1,
        missed_run_ratio=float(1 - steady_per_week / (planned - workouts_per_week)),
    )
    breaks = [
        (int(random.integers(weeks)), int(random.integers(1, 6)))
        for _ in range(random.poisson(1.2 * weeks / 52))
    ]
    return Runner(
        seed=seed,
        first_day=date(2022, 1, 3) + timedelta(weeks=int(random.integers(52))),
        weeks=weeks,
        habits=((0, habits),),
        devices=_watches(random, weeks),
        breaks=breaks,
        missing_week_ratio=0.06,
        trend_pct_per_month=float(random.normal(0, 0.4)),
        wander_sd_pct=float(random.uniform(3, 4)),
        wander_time_constant_weeks=6,
        heart_rate_sd_bpm=float(random.uniform(5, 6)),
        heart_rate_lag_1=0.1,
        heart_rate_artefact_ratio=0.01,
        time_of_day_pct=3,
        climate=Climate(heat_bpm_per_c=0) if random.random() < 0.15 else None,
        recording_interval_s=10,
    )


def _watches(random: np.random.Generator, weeks: int) -> tuple[tuple[int, Device], ...]:
    """A new watch every year or so; one runner in four wears the strap in some weeks only."""
    changes = sorted({0, *random.integers(4, weeks, random.poisson(weeks / 52)).tolist()})
    is_both = random.random() < 0.25
    steps = list[tuple[int, Device]]()
    for number, (first, end) in enumerate(zip(changes, [*changes[1:], weeks], strict=True)):
        step_bpm = float(random.uniform(-10, 10)) if number else 0.0
        source = str(random.choice(("wrist", "strap")))
        strap = Device(
            f"Tern {number + 1}",
            1000 + number,
            "strap",
            heart_rate_offset_bpm=step_bpm,
            speed_offset_pct=float(random.normal(0, 1)),
        )
        wrist = replace(
            strap, heart_rate_source="wrist", heart_rate_offset_bpm=step_bpm + random.normal(7, 1.3)
        )
        for week in range(first, end) if is_both else (first,):
            has_strap = random.random() < 0.6 if is_both else source == "strap"
            steps.append((week, strap if has_strap else wrist))
    return tuple(steps)


@dataclass(frozen=True)
class Scenario:
    """A kind of runner; `nominal` is the class that its trend was made for."""

    world: str
    name: str
    runner: Callable[[int], Runner]
    nominal: str | None = None


def _short(seed: int) -> Runner:
    return replace(tidy(seed, trend=(-0.5, 0, 0.5)[seed % 3]), weeks=8, breaks=())


def _device(seed: int) -> Runner:
    return with_new_device(tidy(seed))


def _drift(seed: int) -> Runner:
    return with_effort_drift(tidy(seed))


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("tidy", "improving", partial(tidy, trend=0.5), "improving"),
        Scenario("tidy", "plateau", tidy, "plateau"),
        Scenario("tidy", "declining", partial(tidy, trend=-0.5), "declining"),
        Scenario("tidy", "device", _device, "plateau"),
        Scenario("tidy", "drift", _drift, "plateau"),
        Scenario("tidy", "short", _short),
        Scenario("real", "real", real),
    )
}


# --- runners through the whole program


# The window that each look chose; of the latest look, all windows.
LOOKS = """
select
    plateau.athlete_id,
    plateau.as_of_day,
    plateau.is_latest,
    plateau.is_chosen,
    plateau.verdict,
    plateau.window_weeks,
    plateau.window_start_on,
    plateau.window_end_on,
    plateau.run_count,
    plateau.slope_pct_per_month,
    plateau.slope_low_pct_per_month,
    plateau.slope_high_pct_per_month,
    plateau.standard_error_pct_per_month,
    plateau.p_improving,
    plateau.p_plateau,
    plateau.p_declining,
    (select count(*) from athlete.trend_runs as runs
     where runs.athlete_id = plateau.athlete_id and runs.counts_for_trend
     and runs.local_day between plateau.as_of_day - 364 and plateau.as_of_day) / 52 as usable_per_week,
    plateau.as_of_day
    - (select min(days.local_day) from athlete.activities as days where days.athlete_id = plateau.athlete_id)
    as days_behind
from marts.plateau as plateau
where plateau.is_chosen or plateau.is_latest
order by plateau.athlete_id, plateau.as_of_day, plateau.window_weeks
"""

# Every run with an index, whether it counts or not.
RUNS = """
select
    runs.*,
    hour(activities.started_at + to_seconds(coalesce(activities.utc_offset_s, 0)))
    + minute(activities.started_at) / 60 as local_hour,
    activities.session_class,
    temperatures.temperature_c
from athlete.trend_runs as runs
inner join athlete.activities as activities using (athlete_id, activity_id)
left join (
    select athlete_id, activity_id, avg(temperature_c) as temperature_c
    from raw.records group by all
) as temperatures using (athlete_id, activity_id)
order by runs.athlete_id, runs.local_day
"""


@dataclass(frozen=True)
class Silence:
    """No progress to be told."""

    def expect(self, more: int) -> None:
        """So many files."""

    def advance(self, path: str, outcome: str) -> None:
        """One of them."""


def landed(wanted: Mapping[str, Sequence[int]], folder: Path) -> tuple[flow.Home, Mapping[str, Runner]]:
    """A data folder with all that these runners exported, each an athlete; what is there already stays.

    They are seeds of scenarios.
    """
    runners = {
        f"{scenario}-{seed}": SCENARIOS[scenario].runner(seed)
        for scenario, seeds in wanted.items()
        for seed in seeds
    }
    home = flow.Home(folder / f"{next(iter(runners))}-{_digest(runners)}")
    if (home.folder / "landed").exists():
        return home, runners
    shutil.rmtree(home.folder, ignore_errors=True)
    for athlete_id, runner in runners.items():
        with tempfile.TemporaryDirectory() as exports:
            paths = simulate.write(runner, Path(exports))
            lake = home.lake_of(athlete_id)
            ingest.ingest(paths, lake, None, Silence(), workers=1, batch_files=len(paths))
    (home.folder / "landed").touch()
    return home, runners


def judged(wanted: Mapping[str, Sequence[int]], keep: Path | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the program says of these runners: its looks with the truth, and the runs behind them.

    With `keep`, the lake stays there, and a later call only does what changed models make necessary.
    """
    with tempfile.TemporaryDirectory() as scratch:
        home, runners = landed(wanted, keep or Path(scratch))
        flow.build(home, Console(is_quiet=True))
        with duckdb.connect(str(home.warehouse), read_only=True) as db:
            db.execute("set enable_progress_bar = false")
            looks, runs = db.sql(LOOKS).df(), db.sql(RUNS).df()
    looks["true_pct_per_month"] = [
        _truth(runners[row.athlete_id], row.window_start_on.date(), row.window_end_on.date())
        for row in looks.itertuples()
    ]
    scenario_of = {f"{scenario}-{seed}": scenario for scenario, seeds in wanted.items() for seed in seeds}
    looks["scenario"] = looks.athlete_id.map(scenario_of)
    runs["scenario"] = runs.athlete_id.map(scenario_of)
    return looks, runs


def _digest(runners: Mapping[str, Runner]) -> str:
    """Changes with any runner, and with what the simulator makes of the first weeks of the first one."""
    first = replace(next(iter(runners.values())), weeks=3)
    with tempfile.TemporaryDirectory() as scratch:
        files = b"".join(path.read_bytes() for path in simulate.write(first, Path(scratch)))
    return hashlib.sha256(repr(runners).encode() + files).hexdigest()[:12]


def _truth(runner: Runner, first_day: date, last_day: date) -> float:
    """The realised slope between two days; NaN for a window that reaches beyond the runner's life."""
    if first_day < runner.first_day or last_day <= first_day:
        return float("nan")
    return simulate.truth(runner, first_day, last_day)


def days_of(scenario: str, seeds: Sequence[int]) -> pd.DataFrame:
    """The truth as a curve: per runner and day, how much faster at an equal heart rate, in log %."""
    frames = [
        pd.DataFrame(
            {
                "athlete_id": f"{scenario}-{seed}",
                "local_day": pd.date_range(runner.first_day, periods=7 * runner.weeks),
                "true_log_pct": 100 * np.log(simulate.fitness(runner)),
            }
        )
        for seed in seeds
        for runner in [SCENARIOS[scenario].runner(seed)]
    ]
    return pd.concat(frames)


def everything(
    scenarios: Sequence[str], seeds: Sequence[int], keep: Path | None, jobs: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The looks and the runs of all these runners; shards of them in `jobs` processes."""
    shards = [
        (scenario, seeds[begin : begin + SHARD_RUNNERS])
        for scenario in scenarios
        for begin in range(0, len(seeds), SHARD_RUNNERS)
    ]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(judged, {scenario: some}, keep) for scenario, some in shards]
        done = list[tuple[pd.DataFrame, pd.DataFrame]]()
        for number, future in enumerate(waiting, 1):
            done.append(future.result())
            print(f"\r{number} of {len(shards)} shards", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return pd.concat([looks for looks, _ in done]), pd.concat([runs for _, runs in done])


def save_rows(runs: pd.DataFrame, scenarios: Sequence[str], seeds: Sequence[int], path: Path) -> None:
    """The runs that an estimator sees, and beside them the true fitness of every day, as Parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    runs.to_parquet(path, index=False)
    truth = pd.concat([days_of(scenario, seeds) for scenario in scenarios])
    truth.to_parquet(path.with_name(f"{path.stem}_truth.parquet"), index=False)


# --- what it comes to


@dataclass(frozen=True)
class Figure:
    """A measured share or number and the goal it is held against; `count` is what a share is of."""

    what: str
    value: float
    goal: str = ""  # such as ">= 0.85"; without one it is told for context
    count: int = 0
    is_share: bool = True

    def is_met(self, slack_se: float) -> bool:
        """Is the goal reached, or missed by no more than chance may in so small a sample?"""
        if not self.goal:
            return True
        sign, bound = self.goal.split()[0], float(self.goal.split()[1])
        slack = slack_se * np.sqrt(bound * (1 - bound) / self.count) if self.is_share and self.count else 0
        return bool(self.value >= bound - slack if sign == ">=" else self.value <= bound + slack)

    @property
    def text(self) -> str:
        """As a person reads it."""
        if np.isnan(self.value):
            return "none"
        return f"{100 * self.value:.1f} %" if self.is_share else f"{self.value:.3f}"

    @property
    def goal_text(self) -> str:
        """The goal in the unit of the value."""
        if not self.goal:
            return ""
        sign, bound = self.goal.split()
        return f"{sign} {100 * float(bound):g} %" if self.is_share else f"{sign} {bound}"


def class_of(pct_per_month: pd.Series) -> pd.Series:
    """What really happened."""
    return pd.Series(
        np.select(
            [pct_per_month > SURE_PCT_PER_MONTH, pct_per_month < -SURE_PCT_PER_MONTH],
            ["improving", "declining"],
            "plateau",
        ),
        pct_per_month.index,
    )


def tidy_figures(looks: pd.DataFrame) -> Iterator[Figure]:
    """The goals of the tidy world: the verdict of today against the trend that the runner was made with."""
    latest = looks[looks.is_latest & looks.is_chosen]
    by = dict(list(latest.groupby("scenario")))

    def share(scenario: str, verdict: str) -> float:
        return float((by[scenario].verdict == verdict).mean())

    for scenario, goal in (("improving", 0.85), ("plateau", 0.78), ("declining", 0.83), ("device", 0.72)):
        if scenario in by:
            nominal, count = str(SCENARIOS[scenario].nominal), len(by[scenario])
            yield Figure(f"tidy, {scenario}: {nominal}", share(scenario, nominal), f">= {goal}", count)
    if "improving" in by:
        plateaus = share("improving", "plateau")
        yield Figure("tidy, improving: called a plateau", plateaus, "<= 0.05", len(by["improving"]))
    if {"improving", "declining"} <= by.keys():
        swaps = sum((by[one].verdict == other).sum() for one, other in _OPPOSITES)
        count = len(by["improving"]) + len(by["declining"])
        yield Figure("tidy: improving and declining swapped", swaps / count, "<= 0.0", count)
    if {"plateau", "drift"} <= by.keys():
        yield from _drift_figures(by["drift"], by["plateau"], looks[looks.scenario == "plateau"])
    if "short" in by:
        count = len(by["short"])
        yield Figure("tidy, 8 weeks: not enough data", share("short", "not_enough_data"), ">= 1.0", count)


def _drift_figures(drifting: pd.DataFrame, steady: pd.DataFrame, windows: pd.DataFrame) -> Iterator[Figure]:
    """How much a drift of the effort adds to the slope of the same runner in the same window.

    Between the windows that either of the two would have chosen it is more: a choice is for what stands out.
    """

    def error(looks: pd.DataFrame, key: str) -> pd.Series:
        keys = [looks.athlete_id.str.rsplit("-", n=1).str[1], *([looks.window_weeks] if key else [])]
        return pd.Series((looks.slope_pct_per_month - looks.true_pct_per_month).array, keys)

    for key, what, goal in (
        ("window_weeks", "tidy: what a drift of the effort adds to the mean slope, % a month", "<= 0.05"),
        ("", "tidy: the same between the windows that each would choose", ""),
    ):
        latest = windows[windows.is_latest] if key else steady
        added = (error(drifting, key) - error(latest, key)).dropna()
        yield Figure(what, abs(float(added.mean())), goal, len(added), is_share=False)


_OPPOSITES = (("improving", "declining"), ("declining", "improving"))


def eligible(looks: pd.DataFrame) -> pd.DataFrame:
    """The looks of the real world that are to be judged."""
    is_known = (looks.days_behind >= FIRST_YEAR_DAYS) & (looks.usable_per_week >= USABLE_RUNS_PER_WEEK)
    return looks[looks.is_chosen & is_known]


def is_opposite(verdict: pd.Series, true_class: pd.Series) -> pd.Series:
    """Improving said of who declined, or the other way round."""
    both = verdict.isin(("improving", "declining")) & true_class.isin(("improving", "declining"))
    return both & (verdict != true_class)


def real_figures(looks: pd.DataFrame) -> Iterator[Figure]:
    """The goals of the real world: every look against what happened in its own window."""
    looks = eligible(looks).sort_values(["athlete_id", "as_of_day"])
    true_class = class_of(looks.true_pct_per_month)
    decided = looks.verdict.isin(CLASSES)
    told, count = int(decided.sum()), len(looks)
    yield Figure("real: decided", float(decided.mean()), ">= 0.55", count)
    right = (looks.verdict == true_class)[decided]
    yield Figure("real: right among the decided", float(right.mean()), ">= 0.82", told)
    opposite = is_opposite(looks.verdict, true_class)[decided]
    yield Figure("real: opposite among the decided", float(opposite.mean()), "<= 0.03", told)
    yield from (
        replace(figure, goal=goal) for figure in [coverage("real", looks)] for goal in (">= 0.85", "<= 0.95")
    )
    loss, base = log_losses(looks)
    what = "real: log loss under the base rate's"
    yield Figure(what, 1 - loss / base if base else float("nan"), ">= 0.25", count)
    before = looks.groupby("athlete_id").verdict.shift()
    days = looks.groupby("athlete_id").as_of_day.diff()
    flips = is_opposite(looks.verdict, before.fillna("none")) & (days == pd.Timedelta(days=28))
    yield Figure("real: turned round from one look to the next", float(flips.mean()), "<= 0.05", count)


def coverage(name: str, looks: pd.DataFrame) -> Figure:
    """How often the 90 % interval holds the truth."""
    known = looks.dropna(subset=["slope_low_pct_per_month", "slope_high_pct_per_month", "true_pct_per_month"])
    held = known.true_pct_per_month.between(known.slope_low_pct_per_month, known.slope_high_pct_per_month)
    return Figure(f"{name}: 90 % interval holds the truth", float(held.mean()), count=len(known))


def log_losses(looks: pd.DataFrame) -> tuple[float, float]:
    """Of the probabilities that are told, and of the shares of the classes among the same looks."""
    known = looks.dropna(subset=["p_improving", "true_pct_per_month"])
    if known.empty:
        return float("nan"), float("nan")
    true_class = class_of(known.true_pct_per_month)
    told = np.select([true_class == one for one in CLASSES], [known[f"p_{one}"] for one in CLASSES])
    base = true_class.map(true_class.value_counts(normalize=True))
    return float(-np.log(np.clip(told, 1e-6, 1)).mean()), float(-np.log(base).mean())


def plain_line(looks: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """For context: at each look a least-squares line over the last 52 weeks, devices pooled, always sure."""
    by_runner = dict(list(runs[runs.index_log_pct.notna()].groupby("athlete_id")))
    lines = []
    for athlete_id, as_of_day in zip(looks.athlete_id, looks.as_of_day, strict=True):
        of_runner = by_runner[athlete_id]
        start = as_of_day - pd.Timedelta(weeks=52)
        inside = of_runner[of_runner.local_day.between(start, as_of_day, inclusive="right")]
        months = inside.day_number / simulate.DAYS_PER_MONTH
        slope, level = np.polyfit(months, inside.index_log_pct, 1)
        rest = inside.index_log_pct - level - slope * months
        spread = ((months - months.mean()) ** 2).sum()
        error = float(np.sqrt((rest**2).sum() / (len(inside) - 2) / spread))
        scenario, seed = str(athlete_id).rsplit("-", 1)
        lines.append(
            {
                "athlete_id": athlete_id,
                "as_of_day": as_of_day,
                "verdict": class_of(pd.Series([slope]))[0],
                "slope_low_pct_per_month": slope - 1.645 * error,
                "slope_high_pct_per_month": slope + 1.645 * error,
                "true_pct_per_month": _truth(
                    SCENARIOS[scenario].runner(int(seed)),
                    inside.local_day.min().date(),
                    inside.local_day.max().date(),
                ),
            }
        )
    return pd.DataFrame(lines)


def tables(looks: pd.DataFrame, runs: pd.DataFrame, slack_se: float) -> Iterator[str]:
    """All of it as Markdown; a goal that is missed says so."""
    figures = [*tidy_figures(looks[looks.scenario.map(_world) == "tidy"])]
    of_real = looks[looks.scenario == "real"]
    if len(of_real):
        figures += real_figures(of_real)
    yield "| what | measured | goal | of |"
    yield "|---|---|---|---|"
    for figure in figures:
        missed = "" if figure.is_met(slack_se) else " **missed**"
        yield f"| {figure.what} | {figure.text}{missed} | {figure.goal_text} | {figure.count} |"
    yield ""
    yield (
        "| runners | looks | really | improving | plateau | declining | undecided | not enough data "
        "| interval holds | log loss, base | weeks | se |"
    )
    yield "|" + "---|" * 12
    for scenario, group in looks.groupby("scenario", sort=False):
        chosen = eligible(group) if scenario == "real" else group[group.is_latest & group.is_chosen]
        true_class = class_of(chosen.true_pct_per_month).where(chosen.true_pct_per_month.notna(), "unknown")
        for really in (*CLASSES, "unknown"):
            some = chosen[true_class == really]
            if len(some):
                yield _row(str(scenario), really, some)
        yield _row(str(scenario), "all", chosen)
    if len(of_real):
        chosen = eligible(of_real)
        line = plain_line(chosen, runs[runs.scenario == "real"])
        true_class = class_of(line.true_pct_per_month)
        yield ""
        right, turned = line.verdict == true_class, is_opposite(line.verdict, true_class)
        yield (
            f"A plain 52-week line over the same looks, always sure: {right.mean():.0%} right, "
            f"{turned.mean():.0%} opposite, its 90 % interval holds the truth in {coverage('', line).text}."
        )
    yield ""
    today, count = f"{datetime.now(UTC):%Y-%m-%d}", looks.athlete_id.nunique()
    yield (
        f"{today}, {count} runners. Tidy: the verdict of the last day against the trend that the runner was "
        "made with; real: monthly looks against what happened in the window."
    )


def _row(scenario: str, really: str, looks: pd.DataFrame) -> str:
    verdicts = looks.verdict.value_counts(normalize=True)
    shares = [f"{verdicts.get(one, 0):.0%}" for one in (*CLASSES, "undecided", "not_enough_data")]
    loss, base = log_losses(looks)
    cells = [
        scenario,
        str(len(looks)),
        really,
        *shares,
        coverage("", looks).text,
        f"{loss:.2f}, {base:.2f}" if really == "all" else f"{loss:.2f}",
        f"{looks.window_weeks.median():.0f}",
        f"{looks.standard_error_pct_per_month.mean():.2f}",
    ]
    cells = ["none" if "nan" in cell else cell for cell in cells]
    return "| " + " | ".join(cells) + " |"


def _world(scenario: str) -> str:
    return SCENARIOS[scenario].world


def main() -> int:
    """Run, print, and say by the exit code whether every goal is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=ALL_RUNNERS, help="runners of each scenario")
    parser.add_argument("--seed", type=int, default=0, help="of the first runner")
    parser.add_argument("--world", choices=("tidy", "real"), help="only this one")
    parser.add_argument("--scenario", choices=SCENARIOS, action="append", help="only this one")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder for the lakes: a second time is fast")
    parser.add_argument("--rows", type=Path, help="save the runs and the true fitness as Parquet")
    parser.add_argument("--readme", action="store_true", help="write the tables into the README as well")
    said = parser.parse_args()
    scenarios = said.scenario or [
        name for name, scenario in SCENARIOS.items() if said.world in (None, scenario.world)
    ]
    seeds = range(said.seed, said.seed + said.count)
    looks, runs = everything(scenarios, seeds, said.keep, said.jobs)
    if said.rows:
        save_rows(runs, scenarios, seeds, said.rows)
        looks.to_parquet(said.rows.with_name(f"{said.rows.stem}_looks.parquet"), index=False)
    slack_se = SLACK_SE if said.count < ALL_RUNNERS else 0
    told = list(tables(looks, runs, slack_se))
    print("\n".join(told))
    if said.readme:
        before, rest = README.read_text(encoding="utf-8").split(BEGIN)
        after = rest.split(END)[1]
        README.write_text("\n".join([before + BEGIN, *told, END + after]), encoding="utf-8")
    return any("**missed**" in line for line in told)


if __name__ == "__main__":
    sys.exit(main())
