"""What looks at all buckets at once: the marts across athletes, questions in SQL, the proof of a deletion."""

import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import published
from pipeline.athlete import settings_path
from pipeline.cluster import layout
from pipeline.cluster.layout import SQUAD, Bucket
from pipeline.errors import LakeError, SettingsError
from pipeline.places import LOCKS, Place, each_at_once

_READ = (f"{layout.MARTS}/", f"{layout.EDITIONS}/")
MEND = "if a build is at work, wait for its end; else remove that file and build again"


def build(place: Place, edition: str, buckets: Mapping[int, Bucket]) -> set[str]:
    """Build the marts that look from one athlete at another, if any bucket has changed; their files.

    A second pass: of one row per athlete, so that one machine does for millions.
    """
    from pipeline import warehouse

    all_models = warehouse.models(published.sql_folder())
    wanted = [name for name, model in all_models.items() if model.is_across_athletes]
    generation = published.digest_of_texts([edition, *(f"{k} {b.generation}" for k, b in buckets.items())])
    before = layout.published(place, edition, SQUAD)
    if before and before.generation == generation:
        return {before.part(mart, edition, SQUAD) for mart in before.rows}
    models = warehouse.ancestors(all_models, wanted)
    given = {read for name in wanted for read in models[name].reads if read.startswith(f"{layout.MARTS}.")}
    needed = warehouse.ancestors({n: m for n, m in all_models.items() if n not in given}, wanted)
    with (
        warehouse.faults(str(place), MEND),
        tempfile.TemporaryDirectory(prefix="nextgear-") as scratch,
        warehouse.connection() as db,
    ):
        folder = Path(scratch)
        warehouse.register_raw(db, {})
        if buckets:
            for name in given:
                mart = name.partition(".")[2]
                parts = _parts(edition, buckets, mart)
                place.fetch(parts, folder)
                show(db, mart, [folder / part for part in parts])
            rows: dict[str, int] = {}
            for name, model in needed.items():
                warehouse.create(db, model)
                warehouse.check(db, model)
                if name in wanted:
                    mart = name.partition(".")[2]
                    target = folder / layout.part(mart, edition, SQUAD, generation)
                    rows[mart] = warehouse.keep(db, model, target)
        else:
            rows = {}
        made = Bucket(generation, generation, (), rows=rows)
        place.send([made.part(mart, edition, SQUAD) for mart in rows], folder)
        layout.publish(place, edition, SQUAD, made)
        return {made.part(mart, edition, SQUAD) for mart in rows}


def _parts(edition: str, buckets: Mapping[int, Bucket], mart: str) -> list[str]:
    return [made.part(mart, edition, bucket) for bucket, made in buckets.items() if mart in made.rows]


def show(db: duckdb.DuckDBPyConnection, mart: str, files: Iterable[Path]) -> None:
    """A mart as a view of its files."""
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    db.execute(
        f"create view {layout.MARTS}.{mart} as from read_parquet([{listed}], hive_partitioning = false)"
    )


def marts(place: Place) -> dict[str, list[str]]:
    """The files of each mart that are published, as names below the place."""
    found = layout.existing(place)
    if not found.edition:
        raise SettingsError(f"{place}: nothing is built yet; nextgear cluster build {place}")
    buckets, _ = layout.all_published(place, found.edition)
    names = sorted({mart for made in buckets.values() for mart in made.rows})
    files = {mart: _parts(found.edition, buckets, mart) for mart in names}
    if squad := layout.published(place, found.edition, SQUAD):
        files |= {mart: [squad.part(mart, found.edition, SQUAD)] for mart in squad.rows}
    return files


def prove_absent(place: Place, athlete_id: str) -> int:
    """Look at every file of a lake, and find the athlete in none; how many those were.

    Raises LakeError, naming them, if a file is called after the athlete, or a mart or a note tells of them.
    What is in another athlete's folder is theirs alone: of those, most of a lake, it sees the names.
    """
    folders, files = place.children()
    entries = [file.name for file in files]
    for folder in folders:
        if folder == layout.LAKE:
            theirs, strays = (place / layout.LAKE).children()
            names = [*theirs, *(stray.name for stray in strays)]
        else:
            names = [entry.name for entry in (place / folder).entries(with_hidden=True)]
        entries += [f"{folder}/{name}" for name in names]
    found = [name for name in entries if _is_called(name, athlete_id)]

    def look(name: str) -> None:
        if name.endswith(".json"):
            is_told = _is_told(json.loads(place.read(name) or b"{}"), athlete_id)
        else:
            with place.opened(name) as file:
                is_told = athlete_id in pq.read_table(file, columns=["athlete_id"])["athlete_id"].to_pylist()
        if is_told:
            found.append(name)

    try:
        each_at_once(look, (name for name in entries if name.startswith(_READ)))
    except (ValueError, pa.ArrowException) as error:  # what cannot be read proves nothing
        raise LakeError(
            f"{place}: {athlete_id} may still be there, for a file is damaged: {error}"
        ) from error
    if found:
        raise LakeError(f"{place}: {athlete_id} is still in {', '.join(sorted(set(found)))}")
    return len(entries)


def _is_called(name: str, athlete_id: str) -> bool:
    """Is a file, or a folder that it is in, called after the athlete? They may be called `7` or `records`."""
    top, *inner = PurePosixPath(name).parts
    if top == layout.LAKE:
        return inner[0] == athlete_id
    if top in (layout.MARTS, layout.EDITIONS, LOCKS, layout.FILE):
        return False
    settings = settings_path(Path(), athlete_id).as_posix()
    return name == settings or athlete_id in (*inner, *(PurePosixPath(part).stem for part in inner))


def _is_told(note: Mapping[str, Any], athlete_id: str) -> bool:
    """Does the note of a bucket name the athlete, or a reason in it one of their files?"""
    named = {*note.get("athletes", ()), *note.get("left_out", ())}
    reasons = [str(note.get("reason", "")), *note.get("left_out", {}).values()]
    files = re.compile(rf"\b(?:lake/{re.escape(athlete_id)}/|athletes/{re.escape(athlete_id)}\.toml)")
    return athlete_id in named or any(map(files.search, reasons))
