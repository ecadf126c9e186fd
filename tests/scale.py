"""What a cluster costs an athlete, and whether it says what one machine says: `make scale`.

A few dozen runners are simulated once; the others are the same files under other ids, as hard links. Costs
are seconds of CPU: of the tasks, as they tell them, and of everything else (the driver, Spark's Java, the
start of each Python process), as `/proc` counts it, so on Linux only.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline import athlete, published, simulate, warehouse
from pipeline.athlete import Athlete
from pipeline.cluster import across, layout
from pipeline.ingest import ingest
from pipeline.lake import MEASURED, Lake
from pipeline.places import Place
from pipeline.simulate import Habits, Runner

DISTINCT = 24
TOLERANCE = 1e-9
ONE_IN = 10  # athletes has a new run on an ordinary day
MOST_RUNS = 5  # of a command whose workers are killed, until nothing has failed
NOT_COMPARED = (
    "records",
    "squad",
)  # the first is a view over the lake; the other has a squad to compare with
LOOKS_EACH_S = 0.25  # at processes: of each so much at most is missed


@dataclass(frozen=True)
class Cost:
    """Of a command, or of several: CPU and wall clock seconds, the most memory of a process with tasks."""

    cpu_s: float = 0
    tasks_cpu_s: float = 0
    wall_s: float = 0
    memory_bytes: int = 0
    killed: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.cpu_s + other.cpu_s,
            self.tasks_cpu_s + other.tasks_cpu_s,
            self.wall_s + other.wall_s,
            max(self.memory_bytes, other.memory_bytes),
            self.killed + other.killed,
        )


@dataclass(frozen=True)
class Single:
    """Data folders of single machines: of some athletes each their own, and one of all as a squad."""

    folder: Path
    costs: dict[str, float] = field(default_factory=dict[str, float])  # seconds of CPU by step, of all

    def lake(self, athlete_id: str) -> Lake:
        """The lake of an athlete who has a data folder of their own."""
        return Lake(self.folder / athlete_id / "lake", athlete_id)

    def warehouse(self, athlete_id: str) -> Path:
        """What is built of it."""
        return self.folder / athlete_id / "warehouse.duckdb"

    @property
    def squad(self) -> Path:
        """The warehouse of all."""
        return self.folder / "squad" / "warehouse.duckdb"

    def seconds(self, *steps: str) -> float:
        """Of CPU, of some steps."""
        return sum(self.costs[step] for step in steps)


class Silence:
    """No progress to be told."""

    def expect(self, more: int) -> None:
        """So many files."""

    def advance(self, path: str, outcome: str) -> None:
        """One of them."""


# --- athletes


def simulated(folder: Path, asked: argparse.Namespace) -> list[Path]:
    """The folders of runners who differ in shape, habits and number of runs."""
    made: list[Path] = []
    for number in range(min(DISTINCT, max(asked.athletes))):
        runs = asked.runs_per_week + number % 3 - 1
        habits = Habits(runs_per_week=runs, workouts_per_week=1 if number % 2 else 0.5)
        runner = Runner(
            seed=asked.seed + number,
            weeks=asked.weeks,
            recording_interval_s=asked.interval,
            trend_pct_per_month=(number % 5 - 2) * 0.6,
            habits=((0, habits),),
        )
        made.append(folder / f"{number}")
        simulate.write(runner, made[-1])
    return made


def laid_out(source: Path, templates: Sequence[Path], count: int) -> dict[str, Path]:
    """A source of so many athletes, each without the last run; where that run of each is."""
    last: dict[str, Path] = {}
    for number in range(count):
        athlete_id = f"athlete-{number:05d}"
        folder = source / athlete_id
        folder.mkdir(parents=True)
        *files, last[athlete_id] = sorted(templates[number % len(templates)].glob("*.fit"))
        for file in files:
            os.link(file, folder / file.name)
    return last


# --- the cluster


def nextgear(words: Sequence[str], kills: int = 0, dice: random.Random | None = None) -> Cost:
    """Run a command; again if a task failed whose process was killed. What it took, all processes counted."""
    total = Cost()
    for _ in range(MOST_RUNS if kills else 1):
        began = time.monotonic()
        command = [sys.executable, "-m", "pipeline.cli", "cluster", *words, "--json-log"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
        cpu_s: dict[int, float] = {}
        killed: list[int] = []
        is_over = threading.Event()
        threads = [threading.Thread(target=_watch, args=(process.pid, cpu_s, is_over))]
        if dice and kills > total.killed:
            killing = (process.pid, kills - total.killed, dice, killed, is_over)
            threads.append(threading.Thread(target=_kill, args=killing))
        for thread in threads:
            thread.start()
        _, errors = process.communicate()
        is_over.set()
        for thread in threads:
            thread.join()
        events = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
        told = next((event for event in events if "cpu_s" in event), {})
        total += Cost(
            sum(cpu_s.values()),
            told.get("cpu_s", 0),
            time.monotonic() - began,
            told.get("most_memory_bytes", 0),
            len(killed),
        )
        if process.returncode == 0:
            return total
        print(f"exit {process.returncode}: {errors.strip()[-500:]}", file=sys.stderr)
    raise SystemExit(f"{' '.join(words)}: does not succeed")


def _kill(session: int, count: int, dice: random.Random, killed: list[int], is_over: threading.Event) -> None:
    """Kill Python processes that have a task of Spark, one after the other at random moments."""
    while not is_over.wait(dice.uniform(0.2, 4)) and len(killed) < count:
        workers = sorted(one.pid for one in _processes(session) if _is_worker(one))
        if workers:
            with suppress(ProcessLookupError):
                os.kill(chosen := dice.choice(workers), signal.SIGKILL)
                killed.append(chosen)


@dataclass(frozen=True)
class _Process:
    """One that runs, and its CPU seconds without those of its children."""

    pid: int
    parent: int
    cpu_s: float


def _watch(session: int, cpu_s: dict[int, float], is_over: threading.Event) -> None:
    """Note what each process of a session has used: some are waited for by nobody, and counted nowhere."""
    while not is_over.wait(LOOKS_EACH_S):
        cpu_s.update({one.pid: one.cpu_s for one in _processes(session)})


def _processes(session: int) -> Iterator[_Process]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            told = path.read_text().rpartition(")")[2].split()
            if int(told[3]) == session:
                ticks = int(told[11]) + int(told[12])
                yield _Process(int(path.parent.name), int(told[1]), ticks / os.sysconf("SC_CLK_TCK"))


def _is_worker(process: _Process) -> bool:
    return all("pyspark.daemon" in _command(pid) for pid in (process.pid, process.parent))


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


# --- one machine


def alone(single: Single, source: Path, athlete_ids: Sequence[str]) -> None:
    """Each athlete in their own data folder, with the functions that the commands call."""
    for athlete_id in athlete_ids:
        lake = single.lake(athlete_id)
        with _timed(single, "alone"):
            ingest([source / athlete_id], lake, None, Silence(), workers=1)
            _build(single.warehouse(athlete_id), [lake])


def as_a_squad(single: Single, source: Path, athlete_ids: Sequence[str]) -> None:
    """All of them in one data folder."""
    lakes = [Lake(single.squad.with_name("lake"), athlete_id) for athlete_id in athlete_ids]
    with _timed(single, "squad: read"):
        for lake in lakes:
            ingest([source / lake.athlete_id], lake, None, Silence(), workers=1)
    with _timed(single, "squad: measure"):
        warehouse.measure(warehouse.models(published.sql_folder()), lakes)
    with _timed(single, "squad: judge"):
        _build(single.squad, lakes)


def _build(path: Path, lakes: Sequence[Lake]) -> None:
    settings = [Athlete(lake.athlete_id) for lake in lakes]
    said = [repr(one) for one in settings]
    warehouse.build(path, published.sql_folder(), lakes, said, lambda: athlete.tables(settings))


@contextmanager
def _timed(single: Single, step: str) -> Generator[None]:
    """Adds the CPU seconds of what is done within to a step's."""
    began = time.process_time()
    yield
    single.costs[step] = single.costs.get(step, 0) + time.process_time() - began


# --- are they the same?


def marts_of(paths: Sequence[Path], names: Sequence[str]) -> dict[str, pa.Table]:
    """The rows of some marts in warehouses of single machines."""
    found: dict[str, list[pa.Table]] = {name: [] for name in names}
    for path in paths:
        with duckdb.connect(str(path), read_only=True) as db:
            for name, tables in found.items():
                tables.append(db.sql(f"from marts.{name}").to_arrow_table())
    return {name: pa.concat_tables(tables) for name, tables in found.items()}


def differences(place: Place, single: Mapping[str, pa.Table], whose: Sequence[str] = ()) -> list[str]:
    """Which columns of which marts are other in the cluster's than on single machines, and how often.

    Of all athletes, or of some.
    """
    of_them = f"where athlete_id in {(*whose, '')}" if whose else ""
    published_marts = across.marts(place)
    models = warehouse.models(published.sql_folder())
    found: list[str] = []
    with duckdb.connect() as db:
        db.execute("set enable_progress_bar = false")
        for mart, rows in single.items():
            files = [f"{place}/{file}" for file in published_marts.get(mart, ())]
            db.register("theirs", rows)
            ours = f"(from read_parquet({files}, hive_partitioning = false) {of_them})"
            keys = models[f"marts.{mart}"].grain
            columns = [column for column in rows.column_names if column not in keys]
            judged = [_differs(column, rows.schema.field(column).type) for column in columns]
            judged += ["ours is null or theirs is null"]
            counted = ", ".join(f"count(*) filter ({one})" for one in judged)
            counts = db.execute(
                f"select {counted} from {ours} as ours full join theirs using ({', '.join(keys)})"
            ).fetchall()[0]
            named = zip([*columns, "rows that only one of them has"], counts, strict=True)
            found += [f"{mart}.{column}: {count}" for column, count in named if count]
    return found


def _differs(column: str, kind: pa.DataType) -> str:
    """When a column is not the same in `ours` and `theirs`."""
    ours, theirs = f'ours."{column}"', f'theirs."{column}"'
    exactly = f"{ours} is distinct from {theirs}"
    if not pa.types.is_floating(kind):
        return exactly
    allowed = f"{TOLERANCE} * greatest(1, abs({ours}), abs({theirs}))"
    return f"{exactly} and coalesce(not abs({ours} - {theirs}) <= {allowed}, true)"


def in_another_order(place: Place, single: Mapping[str, pa.Table], dice: random.Random) -> list[str]:
    """The differences of a bucket whose athletes come in another order, built here, by the same task."""
    from pipeline.cluster.tasks import Task, done

    found = layout.existing(place)
    divided = layout.divided(layout.athletes(place), found.buckets)
    for bucket, ids in divided.items():
        dice.shuffle(ids)
        program = published.program(published.sql_folder())
        if failed := done(Task(str(place), bucket, tuple(ids), program, edition=found.edition)).failed:
            return [failed]
    return differences(place, single)


# --- all of it


def size_bytes(folder: Path) -> int:
    """What the files of a folder hold."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def sizes(lake: Path, source: Path) -> dict[str, int]:
    """Bytes by what they are."""
    measured = sum(size_bytes(folder) for folder in (lake / layout.LAKE).glob(f"*/{MEASURED}"))
    return {
        "exports": size_bytes(source),
        "lake": size_bytes(lake / layout.LAKE) - measured,
        "measured": measured,
        "marts": size_bytes(lake / layout.MARTS),
    }


def trial(scratch: Path, templates: Sequence[Path], count: int, asked: argparse.Namespace) -> dict[str, str]:
    """One number of athletes: what it cost, as a row of a table. Raises SystemExit if marts are not equal."""
    dice = random.Random(asked.seed)
    source, lake = scratch / "source", scratch / "lake"
    last = laid_out(source, templates, count)
    place, ids = Place.of(str(lake)), sorted(last)
    divided = ["--buckets", str(asked.buckets[0])] if asked.buckets else []
    master = ["--master", asked.master]
    cost = nextgear(["ingest", str(source), str(lake), *master, *divided], asked.kills, dice)
    reading = cost
    cost += nextgear(["build", str(lake), *master], asked.kills, dice)
    held = sizes(lake, source)
    row = {
        "athletes": str(count),
        "buckets": str(layout.existing(place).buckets),
        "CPU s an athlete": f"{cost.cpu_s / count:.2f}",
        "of tasks": f"{cost.tasks_cpu_s / count:.2f}",
        "to read": f"{reading.tasks_cpu_s / count:.2f}",
        "driver and Java s": f"{cost.cpu_s - cost.tasks_cpu_s:.0f}",
        "wall s": f"{cost.wall_s:.0f}",
        "most MB of a task": f"{cost.memory_bytes / 1e6:.0f}",
        "killed": str(cost.killed),
    }
    row |= {f"{what} kB": f"{held_bytes / count / 1e3:.0f}" for what, held_bytes in held.items()}

    single = Single(scratch / "single")
    apart = ids[: asked.alone or count]
    if asked.compare:
        row |= _one_machine(single, source, ids, apart, cost.cpu_s)
        print(row, flush=True)
        _compare(place, single, apart, "as loaded")

    if not asked.only_load:
        lucky = ids[::ONE_IN]
        for athlete_id in lucky:
            os.link(last[athlete_id], source / athlete_id / last[athlete_id].name)
        day = nextgear(["ingest", str(source), str(lake), *master])
        day += nextgear(["build", str(lake), *master])
        row |= {
            "day: CPU s a run": f"{day.cpu_s / len(lucky):.2f}",
            "of its tasks": f"{day.tasks_cpu_s / len(lucky):.2f}",
        }
        if asked.compare:
            _one_machine(single, source, ids, apart, day.cpu_s)
            _compare(place, single, apart, "after a day")
    if asked.compare:
        for buckets in asked.buckets[1:]:
            nextgear(["build", str(lake), *master, "--buckets", str(buckets)])
            _compare(place, single, apart, f"in {buckets} buckets")
        if asked.shuffle:
            marts = marts_of([single.squad], _names())
            _tell("in another order", in_another_order(place, marts, dice))
    return row


def _one_machine(
    single: Single, source: Path, ids: Sequence[str], apart: Sequence[str], cluster_s: float
) -> dict[str, str]:
    """Have single machines do what lies in the source; what it cost an athlete, the cluster's beside it."""
    single.costs.clear()
    alone(single, source, apart)
    as_a_squad(single, source, ids)
    squad_s = single.seconds("squad: read", "squad: measure", "squad: judge")
    told = {step: f"{spent:.1f}" for step, spent in single.costs.items()}
    print(f"one machine, CPU s: {told}; the cluster {cluster_s:.1f}", flush=True)
    return {
        "one machine, alone": f"{single.costs['alone'] / len(apart):.2f}",
        "one machine, squad": f"{squad_s / len(ids):.2f}",
        "more than a squad": f"{cluster_s / squad_s - 1:+.0%}",
    }


def _names() -> list[str]:
    """The marts that are compared athlete by athlete."""
    models = warehouse.models(published.sql_folder())
    marts = [name.partition(".")[2] for name, model in models.items() if model.layer == "marts"]
    return [mart for mart in marts if mart not in NOT_COMPARED]


def _compare(place: Place, single: Single, apart: Sequence[str], when: str) -> None:
    """Hold the cluster's marts against those of each athlete's own machine, and those of the squad's."""
    names = _names()
    squad = marts_of([single.squad], [*names, "squad"])
    own = marts_of([single.warehouse(athlete_id) for athlete_id in apart], names)
    rows = sum(map(len, squad.values()))
    _tell(f"{when}: {len(squad)} marts, {rows} rows, and a squad on one machine", differences(place, squad))
    found = differences(place, own, apart)
    _tell(f"{when}: and {len(apart)} athletes each on a machine of their own", found)


def _tell(what: str, found: Sequence[str]) -> None:
    print(f"{what}: {'equal' if not found else 'NOT EQUAL'}", flush=True)
    if found:
        raise SystemExit("\n".join(found))


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """As Markdown, a column for each trial."""
    names = list(rows[0])
    lines = [f"| {name} | {' | '.join(row.get(name, '') for row in rows)} |" for name in names]
    return "\n".join([lines[0], f"|---|{'--:|' * len(rows)}", *lines[1:]])


def main() -> None:
    """Try each number of athletes; print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--athletes", type=int, nargs="+", default=[200])
    parser.add_argument("--weeks", type=int, default=8)
    parser.add_argument("--interval", type=int, default=6, help="seconds between records")
    parser.add_argument("--runs-per-week", type=int, default=4)
    parser.add_argument(
        "--buckets", type=int, nargs="*", default=[], help="first to load, then to build again"
    )
    parser.add_argument(
        "--templates", type=Path, nargs="*", help="folders of exports, instead of simulated ones"
    )
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--compare", action="store_true", help="with N runs of a single machine")
    parser.add_argument("--alone", type=int, help="how many of them; the others as a squad of one machine")
    parser.add_argument("--shuffle", action="store_true", help="compare with athletes in another order, too")
    parser.add_argument("--only-load", action="store_true", help="no ordinary day after it")
    parser.add_argument("--kills", type=int, default=0, help="processes to kill of each command of the load")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.environ["PYTHONPATH"] = str(Path(__file__).parent.parent)
    print(f"seed {asked.seed}: {asked.weeks} weeks, a record each {asked.interval} s", flush=True)
    rows: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory(prefix="nextgear-scale-") as folder:
        templates = asked.templates or simulated(Path(folder) / "templates", asked)
        for count in asked.athletes:
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                rows.append(trial(Path(scratch), templates, count, asked))
            print(table(rows), flush=True)


if __name__ == "__main__":
    main()
