"""How well the causes of a plateau are found, on simulated runners who have one: part of `make accuracy`.

The files of a runner who lives as the articles advise, with one cause put into that life by a dose, go
through the whole program; what `marts.causes` puts first is held against the cause. The same for runners
without any, for two causes at once, and for runners whose watch does not tell what a cause needs.
"""

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import duckdb
import pandas as pd
from accuracy import README, SLACK_SE, Figure, Silence

from pipeline import flow, ingest, simulate_causes
from pipeline.console import Console
from pipeline.simulate_causes import INJECTIONS, Diary

BEGIN, END = "<!-- make accuracy: causes -->", "<!-- end of make accuracy: causes -->"

CLEAR = 1.0
DOSES = (0.25, 0.5, 0.75, CLEAR, 1.3)
ALL_RUNNERS = 10  # of each cause at the clear dose; of healthy ones there are so many times more:
HEALTHY_RATIO = 10
OTHER_DOSES_RATIO = 0.3
SHARD_RUNNERS = 12
TOP = 3
PARTS = ("clear", "healthy", "doses", "pairs", "sensors")

# Of two causes that one life may well hold together: neither is what the other one looks like.
PAIRS = (
    ("sleep_short", "medium_trap"),
    ("no_strength", "fading_pace"),
    ("same_workout", "no_down_weeks"),
    ("low_mileage", "sleep_short"),
    ("no_speed_work", "no_strength"),
    ("hrv_down", "inconsistent"),
    ("fading_pace", "easy_run_drift"),
    ("resting_heart_rate_up", "same_workout"),
    ("no_long_run", "timing_drift"),
    ("easy_share_low", "no_strength"),
)


def without_nights(diary: Diary) -> Diary:
    """A watch that is taken off at night."""
    return replace(diary, has_wellness=False)


def without_strength_files(diary: Diary) -> Diary:
    """Nobody who never records strength training is told that there is none."""
    return replace(diary, has_strength_files=False)


def without_dynamics(diary: Diary) -> Diary:
    """No contact times, no cadence."""
    devices = tuple((week, replace(one, has_running_dynamics=False)) for week, one in diary.runner.devices)
    return replace(diary, runner=replace(diary.runner, devices=devices), has_cadence=False)


def without_heart_rate(diary: Diary) -> Diary:
    """Neither strap nor wrist, and so no nights."""
    return replace(diary, runner=replace(diary.runner, has_heart_rate=False), has_wellness=False)


# What is taken away, and the causes that nothing else can tell then.
KNOCK_OUTS: Mapping[str, tuple[Callable[[Diary], Diary], tuple[str, ...]]] = {
    "nights": (without_nights, ("resting_heart_rate_up", "hrv_down", "sleep_short")),
    "strength": (without_strength_files, ("no_strength",)),
    "dynamics": (without_dynamics, ("timing_drift",)),
    "heart-rate": (
        without_heart_rate,
        ("early_heart_rate_rise", "easy_run_drift", "easy_runs_harder_after_speed", "resting_heart_rate_up"),
    ),
}


@dataclass(frozen=True)
class Case:
    """A runner to be judged: seed, causes put in, their dose, and what is taken away."""

    seed: int
    causes: tuple[str, ...] = ()
    dose: float = CLEAR
    knocked_out: str = ""

    @property
    def athlete_id(self) -> str:
        """A name for its folder."""
        what = ".".join((*self.causes, *([self.knocked_out] if self.knocked_out else ()))) or "healthy"
        return f"{what[:50]}-{round(100 * self.dose)}-{self.seed}"

    @property
    def part(self) -> str:
        """What of the benchmark it is for."""
        if self.knocked_out:
            return "sensors"
        if len(self.causes) != 1:
            return "pairs" if self.causes else "healthy"
        return "clear" if self.dose == CLEAR else "doses"

    @property
    def diary(self) -> Diary:
        """The life."""
        diary = simulate_causes.healthy(self.seed)
        for cause in self.causes:
            diary = simulate_causes.injected(diary, cause, self.dose)
        return KNOCK_OUTS[self.knocked_out][0](diary) if self.knocked_out else diary


def cases(count: int, seed: int = 0, causes: Sequence[str] = tuple(INJECTIONS)) -> list[Case]:
    """Every runner of a benchmark with `count` runners of each cause at the clear dose."""
    seeds = range(seed, seed + count)
    few = seeds[: max(round(OTHER_DOSES_RATIO * count), 1)]
    found = [Case(one, (cause,)) for cause in causes for one in seeds]
    found += [Case(one, (cause,), dose) for cause in causes for dose in DOSES if dose != CLEAR for one in few]
    if len(causes) < len(INJECTIONS):
        return found
    found += [Case(one) for one in range(seed, seed + HEALTHY_RATIO * count)]
    found += [Case(one, pair) for pair in PAIRS for one in few]
    for name, (_, blind) in KNOCK_OUTS.items():
        for cause in dict.fromkeys((*blind, "medium_trap", "no_down_weeks")):
            found += [Case(one, (cause,), knocked_out=name) for one in few]
    return found


# --- runners through the whole program ----------------------------------------------------------------------


CAUSES = """
select athlete_id, cause, status, score, rank, is_leading, value, exposure_score, coverage_ratio,
       certainty_ratio, alignment_score, response_score, explained_by, reason
from marts.causes
"""


def landed(case: Case, keep: Path) -> Path:
    """The folder of this runner's lake; what is there already stays."""
    diary = case.diary
    last_week = replace(
        diary,
        days=diary.days[-7:],
        phases=diary.phases[-1:],
        volumes=diary.volumes[-1:],
        runner=replace(diary.runner, weeks=1),
    )
    with tempfile.TemporaryDirectory() as scratch:
        files = b"".join(path.read_bytes() for path in simulate_causes.write(last_week, Path(scratch)))
    digest = hashlib.sha256(repr(diary).encode() + files).hexdigest()[:12]
    home = flow.Home(keep / f"{case.athlete_id}-{digest}")
    lake = home.lake_of(case.athlete_id)
    if not (home.folder / "landed").exists():
        shutil.rmtree(home.folder, ignore_errors=True)
        with tempfile.TemporaryDirectory() as exports:
            paths = simulate_causes.write(diary, Path(exports))
            ingest.ingest(paths, lake, None, Silence(), workers=1, batch_files=len(paths))
        (home.folder / "landed").touch()
    return lake.folder


def judged(some: Sequence[Case], keep: Path | None) -> pd.DataFrame:
    """What the program says of these runners; with `keep`, only what changed models make necessary."""
    with tempfile.TemporaryDirectory() as scratch:
        home = flow.Home(Path(scratch) / "home")
        home.lake.mkdir(parents=True)
        for case in some:
            (home.lake / case.athlete_id).symlink_to(landed(case, keep or Path(scratch) / "kept"))
        flow.build(home, Console(is_quiet=True))
        with duckdb.connect(str(home.warehouse), read_only=True) as db:
            db.execute("set enable_progress_bar = false")
            rows = db.sql(CAUSES).df()
    by_id = {case.athlete_id: case for case in some}
    told = [by_id[athlete_id] for athlete_id in rows.athlete_id]
    return rows.assign(
        injected=["+".join(case.causes) or "healthy" for case in told],
        dose=[case.dose for case in told],
        seed=[case.seed for case in told],
        knocked_out=[case.knocked_out for case in told],
    )


def everything(all_cases: Sequence[Case], keep: Path | None, jobs: int) -> pd.DataFrame:
    """All of these runners, in shards."""
    shards = [all_cases[begin : begin + SHARD_RUNNERS] for begin in range(0, len(all_cases), SHARD_RUNNERS)]
    done = list[pd.DataFrame]()
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for number, future in enumerate([pool.submit(judged, some, keep) for some in shards], 1):
            done.append(future.result())
            print(f"\r{number} of {len(shards)} shards", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return pd.concat(done, ignore_index=True)


# --- what it comes to ---------------------------------------------------------------------------------------


def of_cause(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each runner with one cause in it: what is said of that cause, and what is said first."""
    own = rows[(rows.injected == rows.cause) & (rows.knocked_out == "")]
    keys = ["athlete_id", "injected", "dose", "seed"]
    first = rows[rows["rank"] == 1].set_index("athlete_id").cause
    return own[[*keys, "status", "score", "rank", "is_leading"]].assign(first=own.athlete_id.map(first))


def top_shares(told: pd.DataFrame) -> pd.DataFrame:
    """Per cause at the clear dose: how often it is first, and among the first three."""
    clear = told[told.dose == CLEAR]
    return (
        clear.assign(top_1=_within(clear, 1), top_3=_within(clear, TOP))
        .groupby("injected", sort=False)[["top_1", "top_3"]]
        .mean()
    )


def monotony(told: pd.DataFrame) -> pd.Series:
    """Per cause: the rank correlation of the mean score with the dose. No score at all counts as none."""
    means = told.fillna({"score": 0.0}).groupby(["injected", "dose"], sort=False).score.mean().reset_index()
    return means.groupby("injected", sort=False)[["dose", "score"]].apply(
        lambda some: some.dose.rank().corr(some.score.round(6).rank())
    )


def false_alarms(rows: pd.DataFrame) -> pd.Series:
    """Per healthy runner: is any cause a leading one?"""
    healthy = rows[(rows.injected == "healthy") & (rows.knocked_out == "")]
    return healthy.groupby("athlete_id").is_leading.any()


def pairs_found(rows: pd.DataFrame) -> pd.Series:
    """Per runner with two causes: are both among the first three?"""
    both = rows[rows.injected.str.contains("+", regex=False)]
    pairs = zip(both.cause, both.injected, strict=True)
    own = both[pd.Series([cause in injected.split("+") for cause, injected in pairs], both.index, dtype=bool)]
    return own.assign(is_found=_within(own, TOP)).groupby("athlete_id").is_found.all()


def _within(rows: pd.DataFrame, last: int) -> pd.Series:
    """Is the cause among so many first flags?"""
    return (rows["rank"] <= last).fillna(value=False).astype(bool)


def knocked_out(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Of each runner without a sensor: is what it tells not assessable, and do the others keep their order?

    The order is that of the other flags of the same runner with the sensor. Without any heart rate everything
    else is judged by pace, and may be judged otherwise.
    """
    blind = rows[rows.knocked_out != ""]
    is_blind = pd.Series(
        [cause in KNOCK_OUTS[name][1] for cause, name in zip(blind.cause, blind.knocked_out, strict=True)],
        blind.index,
        dtype=bool,
    )
    untold = blind[is_blind].assign(is_untold=blind.status == "not_assessable")
    whole = dict(list(rows[rows.knocked_out == ""].groupby(["injected", "dose", "seed"])))
    kept = dict[str, bool]()
    for (athlete_id, name), some in blind.groupby(["athlete_id", "knocked_out"]):
        key = (some.injected.iloc[0], some.dose.iloc[0], some.seed.iloc[0])
        if name != "heart-rate" and key in whole:
            gone = KNOCK_OUTS[str(name)][1]
            kept[str(athlete_id)] = _order(some, gone) == _order(whole[key], gone)
    return untold.groupby("athlete_id").is_untold.all(), pd.Series(kept, dtype=bool)


def _order(rows: pd.DataFrame, gone: Sequence[str]) -> list[str]:
    """The leading causes but those, by rank."""
    flags = rows[rows.is_leading & ~rows.cause.isin(gone)]
    return flags.sort_values("rank").cause.tolist()


def figures(rows: pd.DataFrame) -> Iterator[Figure]:
    """The goals."""
    told = of_cause(rows)
    shares = top_shares(told)
    if len(shares):
        count = int((told.dose == CLEAR).sum())
        yield Figure("the cause is first", shares.top_1.mean(), ">= 0.85", count)
        yield Figure("the cause is among the first three", shares.top_3.mean(), ">= 0.95", count)
        yield Figure(
            "the same for the cause that is found worst",
            shares.top_3.min(),
            ">= 0.7",
            count // len(shares),
        )
    if told.dose.nunique() > 2:
        grows = monotony(told).mean()
        yield Figure("the score grows with the dose: rank correlation", grows, ">= 0.9", is_share=False)
    alarms = false_alarms(rows)
    if len(alarms):
        yield Figure("healthy runners with any leading cause", alarms.mean(), "<= 0.1", len(alarms))
    found = pairs_found(rows)
    if len(found):
        yield Figure("two causes: both among the first three", found.mean(), ">= 0.9", len(found))
    untold, kept = knocked_out(rows)
    if len(untold):
        yield Figure("without the sensor: not assessable", untold.mean(), ">= 1.0", len(untold))
    if len(kept):
        yield Figure("without the sensor: the others keep their order", kept.mean(), ">= 0.9", len(kept))


def tables(rows: pd.DataFrame, slack_se: float) -> Iterator[str]:
    """All of it as Markdown; a goal that is missed says so."""
    yield "| what | measured | goal | of |"
    yield "|---|---|---|---|"
    for figure in figures(rows):
        missed = "" if figure.is_met(slack_se) else " **missed**"
        count = figure.count or ""
        yield f"| {figure.what} | {figure.text}{missed} | {figure.goal_text} | {count} |"
    told = of_cause(rows)
    shares, grows = top_shares(told), monotony(told)
    scores = told.fillna({"score": 0.0}).pivot_table(
        index="injected", columns="dose", values="score", sort=False
    )
    yield ""
    doses = sorted(scores.columns)
    heads = " | ".join(f"dose {dose:g}" for dose in doses)
    yield f"| cause | first | first three | {heads} | with the dose | first instead | healthy |"
    yield "|" + "---|" * (6 + len(doses))
    healthy = rows[(rows.injected == "healthy") & (rows.knocked_out == "")]
    alarms = healthy.groupby("cause").is_leading.mean()
    for cause in sorted(shares.index):
        of_dose = " | ".join(f"{scores[dose].get(cause, 0):.2f}" for dose in doses)
        others = told[(told.injected == cause) & (told.dose == CLEAR) & (told["first"] != cause)]["first"]
        instead = ", ".join(f"{name} {n}" for name, n in others.fillna("none").value_counts().head(3).items())
        yield (
            f"| {cause} | {shares.top_1[cause]:.0%} | {shares.top_3[cause]:.0%} | {of_dose} "
            f"| {grows[cause]:.2f} | {instead} | {alarms.get(cause, float('nan')):.0%} |".replace(
                "nan%", ""
            ).replace("nan", "")
        )
    yield ""
    today, count = f"{datetime.now(UTC):%Y-%m-%d}", rows.athlete_id.nunique()
    yield (
        f"{today}, {count} runners. Dose 1 is what an article would call a clear case, 0 the healthy habit; "
        "the scores are means, 0 where nothing can be said."
    )


def main() -> int:
    """Run, print, and say by the exit code whether every goal is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=ALL_RUNNERS, help="runners of each cause")
    parser.add_argument("--seed", type=int, default=0, help="of the first runner")
    parser.add_argument("--cause", choices=INJECTIONS, action="append", help="only this one")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="folder for the lakes: a second time is fast")
    parser.add_argument("--rows", type=Path, help="save what is said of every cause as Parquet")
    parser.add_argument("--readme", action="store_true", help="write the tables into the README as well")
    said = parser.parse_args()
    wanted = cases(said.count, said.seed, said.cause or tuple(INJECTIONS))
    wanted = [case for case in wanted if case.part in (said.part or PARTS)]
    rows = everything(wanted, said.keep, said.jobs)
    if said.rows:
        rows.to_parquet(said.rows, index=False)
    slack_se = SLACK_SE if said.count < ALL_RUNNERS else 0
    told = list(tables(rows, slack_se))
    print("\n".join(told))
    if said.readme:
        before, rest = README.read_text(encoding="utf-8").split(BEGIN)
        after = rest.split(END)[1]
        README.write_text("\n".join([before + BEGIN, *told, END + after]), encoding="utf-8")
    return any("**missed**" in line for line in told)


if __name__ == "__main__":
    sys.exit(main())
