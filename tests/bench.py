"""How fast and how small, as ratios between things measured in one run: `make bench`.

Every figure is the median of rounds in which the contestants take turns, in seconds of CPU of this process
and of those that it starts, on real files of the corpus and a simulated
history. Peers are used as their documentation shows.
"""

import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

import fitdecode
import gpxpy
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from fastcrc import crc16
from garmin_fit_sdk import Decoder, Stream

from pipeline import published, simulate, warehouse
from pipeline.ingest import BATCH_FILES, ingest
from pipeline.lake import MEASURED, Lake
from pipeline.readers import fit_columns, gpx
from pipeline.simulate import Habits, Runner

CORPUS = Path(os.environ.get("NEXTGEAR_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))
ROUNDS = 3
KNOWN_FILES = 3000
RECORDS_PER_HOUR = 3600
MANY_RECORDS = 2000 * RECORDS_PER_HOUR

CONTESTANTS = ("fitdecode", "garmin-fit-sdk", "gpxpy", "pandas", "numpy", "pyarrow", "duckdb")
README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- make bench -->", "<!-- end of make bench -->"

Contestants = Mapping[str, Callable[[], object]]


class Silence:
    """No progress to be told."""

    def expect(self, more: int) -> None:
        """So many files."""

    def advance(self, path: str, outcome: str) -> None:
        """One of them."""


def cpu_s() -> float:
    """Seconds of CPU of this process and of those that it waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def race(contestants: Contestants) -> dict[str, float]:
    """Each one's median time, in seconds of CPU, after a round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for round_number in range(ROUNDS + 1):
        for name, run in contestants.items():
            start = cpu_s()
            run()
            if round_number:
                times[name].append(cpu_s() - start)
    return {name: median(each) for name, each in times.items()}


def with_fitdecode(content: bytes) -> pa.Table:
    """Every record as a dictionary, then Arrow."""
    rows = [
        {field.name: field.value for field in frame.fields if isinstance(field.value, int | float)}
        for frame in fitdecode.FitReader(content)
        if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record"
    ]
    return pa.Table.from_pylist(rows)


def with_columns(content: bytes) -> pa.Table:
    """Every field of every record into Arrow, the checksum checked."""
    crc16.arc(content)
    body = content[content[0] : -2]
    return pa.table(
        {k: pa.array(v) for k, v in fit_columns.columns(fit_columns.scan(body), "record").items()}
    )


def fit_files(count: int) -> list[Path]:
    """Real activities of a usual size, which every contestant reads whole."""
    found = (path for path in sorted(CORPUS.rglob("*.fit")) if 60_000 < path.stat().st_size < 1_200_000)
    return [path for path in found if _is_sound(path.read_bytes())][:count]


def _is_sound(content: bytes) -> bool:
    size = content[0] + int.from_bytes(content[4:8], "little") + 2
    is_one = size == len(content) and not crc16.arc(content)
    return is_one and Decoder(Stream.from_byte_array(bytearray(content))).read()[1] == []


def lines() -> Iterator[tuple[str, str, str]]:
    """What, figure, goal."""
    paths = fit_files(25)
    contents = [path.read_bytes() for path in paths]
    records = sum(len(with_columns(content)) for content in contents)
    fit = race(
        {
            "columns": lambda: [with_columns(content) for content in contents],
            "fitdecode": lambda: [with_fitdecode(content) for content in contents],
            "garmin-fit-sdk": lambda: [
                Decoder(Stream.from_byte_array(bytearray(content))).read() for content in contents
            ],
        }
    )
    ours = fit["columns"]
    yield "FIT to Arrow, against fitdecode", f"{fit['fitdecode'] / ours:.0f}x", "100x"
    yield "FIT to Arrow, against garmin-fit-sdk", f"{fit['garmin-fit-sdk'] / ours:.0f}x", "75x"
    with tempfile.TemporaryDirectory() as scratch:
        numbers = iter(range(1000))

        def land() -> None:
            lake = Lake(Path(scratch) / str(next(numbers)), "me")
            ingest(paths, lake, None, Silence(), workers=1)

        def with_pandas() -> None:
            for number, content in enumerate(contents):
                frame = pd.DataFrame(with_fitdecode(content).to_pylist())
                frame.to_parquet(Path(scratch) / f"{number}.parquet")

        parquet = race({"lake": land, "fitdecode + pandas": with_pandas})
        hours = records / RECORDS_PER_HOUR
        yield (
            "FIT to Parquet, against fitdecode + pandas",
            f"{parquet['fitdecode + pandas'] / parquet['lake']:.0f}x",
            "100x",
        )
        yield "FIT to Parquet, files of an hour per second and core", f"{hours / parquet['lake']:.0f}", "250"
        parts = Lake(Path(scratch) / "0", "me").parts("records")
        landed = sum(part.stat().st_size for part in parts)
        yield "bytes a record", f"{landed / records:.1f}", "9"
        batch = Lake(Path(scratch) / "batch", "me")
        ingest(fit_files(BATCH_FILES), batch, None, Silence(), workers=1)
        measured = sum(pq.read_metadata(part).num_rows for part in batch.parts("records"))
        measured_s = measuring(batch) * MANY_RECORDS / measured
        yield "measuring 2,000 hours of running (from a batch of them)", f"{measured_s:.0f} s", "3 s"
    tracks = [path.read_bytes() for path in sorted(CORPUS.rglob("*.gpx")) if path.stat().st_size > 200_000]
    tracks = [content for content in tracks if b"<time>" in content and b"<gpx" in content[:400]][:10]
    gpx_times = race(
        {
            "columns": lambda: [gpx.read(content, "a.gpx") for content in tracks],
            "gpxpy": lambda: [gpxpy.parse(content) for content in tracks],
        }
    )
    yield "GPX, against gpxpy", f"{gpx_times['gpxpy'] / gpx_times['columns']:.1f}x", "4x"
    with tempfile.TemporaryDirectory() as scratch:
        yield from _history(Path(scratch))


def measuring(lake: Lake) -> float:
    """Seconds to measure every activity of a lake, with all the models of `sql/activity`."""
    models = warehouse.models(published.sql_folder())

    def measure() -> None:
        shutil.rmtree(lake.folder / MEASURED, ignore_errors=True)
        warehouse.measure(models, [lake])

    return race({"measure": measure})["measure"]


def _history(scratch: Path) -> Iterator[tuple[str, str, str]]:
    """Eleven years of a simulated runner, of which nothing or one run is new."""
    exports = scratch / "exports"
    habits = Habits(5, 25_000, workouts_per_week=0, strides_per_week=0, races_per_year=0)
    runner = Runner(
        first_day=date(2013, 1, 7),
        weeks=KNOWN_FILES // 5 + 5,
        habits=((0, habits),),
        missing_week_ratio=0,
        recording_interval_s=10,
    )
    files = simulate.write(runner, exports)
    waiting = [file.rename(scratch / file.name) for file in files[KNOWN_FILES:]]
    command = [sys.executable, "-m", "pipeline.cli", "run", str(exports), "--data", str(scratch), "--quiet"]

    def run() -> None:
        subprocess.run(command, check=True)

    def one_more() -> None:
        waiting[0].rename(exports / waiting.pop(0).name)
        run()

    def nothing() -> None:
        subprocess.run([*command[:3], "--help"], check=True, stdout=subprocess.DEVNULL)

    def told(form: str) -> Callable[[], object]:
        asked = [
            *command[:3],
            "report",
            "--data",
            str(scratch),
            "--format",
            form,
            "--out",
            str(scratch / form),
        ]
        return lambda: subprocess.run(asked, check=True, stderr=subprocess.DEVNULL)

    run()
    reports = race({form: told(form) for form in ("html", "terminal")})
    times = race({"one more": one_more, "run": run, "help": nothing})
    yield f"HTML report of {KNOWN_FILES} activities", f"{reports['html']:.2f} s", "5 s"
    yield f"terminal report of {KNOWN_FILES} activities", f"{reports['terminal']:.2f} s", "1.5 s"
    yield f"a run with one new file after {KNOWN_FILES} activities", f"{times['one more']:.2f} s", "1.5 s"
    yield (
        f"a run over {KNOWN_FILES} known files, beyond start-up",
        f"{times['run'] - times['help']:.2f} s",
        "0.4 s",
    )
    yield "nextgear --help", f"{times['help']:.2f} s", "0.15 s"


def table() -> Iterator[str]:
    """The lines of the table, one as soon as it is known, and what it was measured with."""
    yield "| what | measured | goal |"
    yield "|---|---|---|"
    for what, figure, goal in lines():
        yield f"| {what} | {figure} | {goal} |"
    versions = ", ".join(f"{name} {version(name)}" for name in CONTESTANTS)
    yield ""
    yield (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {versions}: medians of {ROUNDS} "
        "rounds in which the contestants take turns, CPU time."
    )


def main() -> None:
    """Print the table; with `--readme` write it between its marks in the README as well."""
    told: list[str] = []
    for line in table():
        print(line, flush=True)
        told.append(line)
    if "--readme" in sys.argv[1:]:
        before, rest = README.read_text(encoding="utf-8").split(BEGIN)
        after = rest.split(END)[1]
        README.write_text("\n".join([before + BEGIN, *told, END + after]), encoding="utf-8")


if __name__ == "__main__":
    main()
