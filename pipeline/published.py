"""Which warehouse is published, and whether there is anything new to make another one of.

Asked by every run, most of which find nothing new: this knows neither the models nor DuckDB, which takes
longer to load than the question takes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from pipeline.home import sql_folder as sql_folder  # noqa: PLC0414 - it is asked for here as well
from pipeline.lake import Lake


def program(folder: Path) -> str:
    """A digest of what makes a warehouse of a lake: DuckDB, this program, the models in `folder`."""
    texts = [
        path.read_text(encoding="utf-8")
        for path in (*sorted(Path(__file__).parent.rglob("*")), *sorted(folder.rglob("*")))
        if path.suffix in {".py", ".j2", ".css", ".sql", ".toml"}
    ]
    return digest_of_texts([version("duckdb"), *texts])


def state(made_by: str, lakes: Sequence[Lake], said: Iterable[str]) -> str:
    """A digest of all that a warehouse is made of: the program, landed batches, what athletes said.

    Of one athlete's lake it is all that this athlete's pages are made of: no row of another's enters them.
    """
    landed = [f"{lake.folder} {batch}" for lake in lakes for batch in lake.batches()]
    return digest_of_texts([made_by, *landed, *said])


def is_current(warehouse: Path, wanted: str) -> bool:
    """Was this very warehouse file published from this state?"""
    note = _note(warehouse)
    return note.exists() and warehouse.exists() and note.read_text() == _signed(warehouse, wanted)


def signature(warehouse: Path) -> str:
    """Another one for each warehouse that is published; nothing where none is."""
    note = _note(warehouse)
    return note.read_text() if note.exists() else ""


def sign(warehouse: Path, made_of: str) -> None:
    """Note of which state the warehouse file was published."""
    _note(warehouse).write_text(_signed(warehouse, made_of))


def digest_of_texts(texts: Iterable[str]) -> str:
    """Another one if any of the texts, or their order, is another one."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def _note(warehouse: Path) -> Path:
    return warehouse.with_name(f".{warehouse.name}.state")


def _signed(warehouse: Path, made_of: str) -> str:
    stat = warehouse.stat()
    return f"{made_of} {stat.st_size} {stat.st_mtime_ns}\n"
