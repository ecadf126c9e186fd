"""How fast and how small, as ratios between things measured in one run: `make bench`.

Every figure is the median of rounds in which the contestants take turns, in seconds of CPU of this process
and of those that it starts, on real files of the corpus. Peers are used as their documentation shows.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

import fitdecode
import gpxpy
import pandas as pd
import pyarrow as pa
from fastcrc import crc16
from garmin_fit_sdk import Decoder, Stream

from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.readers import fit_columns, gpx
from pipeline.schema import TABLES

CORPUS = Path(os.environ.get("NEXTGEAR_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))
ROUNDS = 3
KNOWN_FILES = 3000
RECORDS_PER_HOUR = 3600

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


def fit_files() -> list[Path]:
    """Real activities of a usual size, which every contestant reads whole."""
    found = (path for path in sorted(CORPUS.rglob("*.fit")) if 60_000 < path.stat().st_size < 1_200_000)
    return [path for path in found if _is_sound(path.read_bytes())][:25]


def _is_sound(content: bytes) -> bool:
    size = content[0] + int.from_bytes(content[4:8], "little") + 2
    is_one = size == len(content) and not crc16.arc(content)
    return is_one and Decoder(Stream.from_byte_array(bytearray(content))).read()[1] == []


def lines() -> Iterator[tuple[str, str, str]]:
    """What, figure, goal."""
    paths = fit_files()
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
        yield from _known(Path(scratch))


def _known(scratch: Path) -> Iterator[tuple[str, str, str]]:
    """A long history: a ledger of thousands of files, of which nothing or one is new."""
    exports = scratch / "exports"
    exports.mkdir()
    for number in range(KNOWN_FILES):
        (exports / f"{number:05}.txt").write_text(f"note {number}")
    command = [sys.executable, "-m", "pipeline.cli", "run", str(exports), "--data", str(scratch), "--quiet"]

    def run() -> None:
        subprocess.run(command, check=True)

    def nothing() -> None:
        subprocess.run([*command[:3], "--help"], check=True, stdout=subprocess.DEVNULL)

    run()
    times = race({"run": run, "help": nothing})
    yield (
        f"a run over {KNOWN_FILES} known files, beyond start-up",
        f"{times['run'] - times['help']:.2f} s",
        "0.4 s",
    )
    yield "nextgear --help", f"{times['help']:.2f} s", "0.15 s"


def main() -> None:
    """Print the table."""
    started = time.monotonic()
    print("| what | measured | goal |\n|---|---|---|")
    for what, figure, goal in lines():
        print(f"| {what} | {figure} | {goal} |", flush=True)
    print(
        f"\nMedians of {ROUNDS} rounds, CPU time; {len(TABLES)} tables; {time.monotonic() - started:.0f} s."
    )


if __name__ == "__main__":
    main()
