"""One reader fuzzed by atheris, which keeps what reaches new lines: the second half of `make fuzz`.

    python tests/fuzz_guided.py fit 60 .fuzz/     a format, seconds, and how the names of findings begin

What it reads is held against the same promises as in fuzz.py.
"""

import sys
import tempfile
import warnings
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

atheris: Any = import_module("atheris")

with atheris.instrument_imports(include=["pipeline"]):
    import fuzz
    import mutations

    from pipeline.errors import UnreadableFileError
    from pipeline.readers import READERS
    from pipeline.sources import sniff

    for _format in READERS:
        import_module(f"pipeline.readers.{_format}")

# Of a mutant; coverage needs no long files.
LARGEST_BYTES = 20_000


def main(kind: str, seconds: int, prefix: str) -> None:
    """Ends the process: 0 if every promise was kept."""
    warnings.simplefilter("error")
    seeds = fuzz.seeds()[kind]

    def read(content: bytes) -> None:
        if sniff(content) != kind:
            return
        try:
            reading = READERS[kind](content, "mutant")
        except UnreadableFileError:
            return
        whats = list(fuzz.broken(kind, content, reading))
        assert not whats, whats

    def mutate(content: bytes, size_max: int, seed: int) -> bytes:
        rng = Random(seed)
        aware = mutations.mutated(kind, content, seeds, rng) if rng.random() < 0.5 else b""
        return aware[:size_max] or atheris.Mutate(content, size_max)

    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(seeds):
            if len(content) <= LARGEST_BYTES:
                Path(folder, str(number)).write_bytes(content)
        settings = {
            "max_total_time": seconds,
            "timeout": fuzz.TIME_MAX_S,
            "rss_limit_mb": fuzz.MEMORY_MAX_BYTES // 10**6,
            "max_len": LARGEST_BYTES,
            "artifact_prefix": prefix,
        }
        talk = ["-verbosity=0", "-print_final_stats=1"]
        options = [f"-{name}={value}" for name, value in settings.items()]
        atheris.Setup([sys.argv[0], *options, *talk, folder], read, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
