"""The steps that change a data folder: be alone on it, land files, build the one warehouse of all.

What is wrong with one athlete does not stop the others. A lake that cannot be read, settings that cannot be
used, rows that break a promise: that athlete is left out of the warehouse, and `broken` says why. To keep the
rows of the last warehouse instead would mix what two versions of the models say; the athlete's last report
stays, and says of when it is.
"""

import json
import shutil
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline import athlete, ingest, lake, published
from pipeline.athlete import Athlete
from pipeline.console import Console
from pipeline.errors import LakeError, NextgearError, SettingsError, is_nobodys, sentence
from pipeline.home import Home
from pipeline.ingest import Counts
from pipeline.sources import Source

Broken = dict[str, NextgearError | OSError]  # by athlete: what is wrong


@contextmanager
def at_work(home: Home, console: Console) -> Generator[Broken]:
    """Be the only run on this folder, with a lake that this version can write to."""
    with lake.exclusive(home.folder):
        broken: Broken = {}
        batches = 0
        for athlete_id, lake_of in home.lakes().items():
            try:
                batches += lake_of.migrate()
            except LakeError as error:
                broken[athlete_id] = error
        if batches:
            console.say("migrated", "The lake of an older nextgear was brought up to date.", batches=batches)
        yield broken


@contextmanager
def blame(athlete_id: str, broken: Broken, is_squad: bool) -> Generator[None]:
    """Do something for one of several: what goes wrong is noted. For one alone it is raised.

    So is what is nobody's fault, such as a full disk: it would go wrong for all.
    """
    try:
        yield
    except (NextgearError, OSError) as error:
        if not is_squad or is_nobodys(error):
            raise
        broken[athlete_id] = error


def reason(error: NextgearError | OSError) -> str:
    """What went wrong, in one line: the first, without the rows that may follow."""
    told = sentence(error) if isinstance(error, OSError) else str(error)
    return told.partition("\n")[0].rstrip(": ")


def complain(broken: Broken, console: Console) -> dict[str, str]:
    """Say in a line each what is wrong, and with whom; the log has all of it."""
    failures = {athlete_id: reason(error) for athlete_id, error in sorted(broken.items())}
    for athlete_id, told in failures.items():
        console.of(athlete_id).complain(told)
        if "\n" in str(broken[athlete_id]):
            console.of(athlete_id).note(str(broken[athlete_id]))
    return failures


def land(
    home: Home,
    athlete_id: str,
    sources: Sequence[Source],
    console: Console,
    retry: bool = False,
    without: Sequence[Path] = (),
) -> Counts:
    """Bring every activity of the sources into the athlete's lake, but for the folders `without`."""
    athletes_lake = home.lake_of(athlete_id)
    settings = athlete.load(home.folder, athlete_id)
    with console.progress("Reading", "files") as progress:
        return ingest.ingest(
            sources, athletes_lake, settings.time_zone, progress, retry=retry, without=without
        )


def build(home: Home, console: Console, broken: Broken) -> bool:
    """Bring the warehouse up to date with the lake, the models and the settings; False when it was.

    Athletes of `broken` are left out, and who turns out to be broken is added to it. Raises what is wrong if
    it is nobody's in particular.
    """
    settled: dict[str, Athlete] = {}
    for athlete_id in home.lakes():
        if athlete_id not in broken:
            try:
                settled[athlete_id] = athlete.load(home.folder, athlete_id)
            except (SettingsError, OSError) as error:
                broken[athlete_id] = error
    made_by = published.program(published.sql_folder())
    fingerprints = _still_broken(home, made_by, settled, broken)
    sound = [settled[athlete_id] for athlete_id in settled if athlete_id not in broken]
    if broken and not sound:
        return False
    try:
        is_new = _build(home, console, sound, made_by)
    except (NextgearError, OSError) as error:
        failing = _failing_alone(home, sound, error)
        if not failing:
            raise
        broken.update(failing)
        for one in sound:
            if one.athlete_id in failing:
                fingerprints[one.athlete_id] = _fingerprint(home, made_by, one)
        is_new = _build(home, console, [one for one in sound if one.athlete_id not in failing], made_by)
    _note_left_out(home, broken, fingerprints)
    return is_new


def _build(home: Home, console: Console, athletes: Sequence[Athlete], made_by: str) -> bool:
    lakes = [home.lake_of(one.athlete_id) for one in athletes]
    said = [repr(one) for one in athletes]
    if published.is_current(home.warehouse, published.state(made_by, lakes, said)):
        return False  # `build` would say so as well, but it takes DuckDB to ask it
    from pipeline import warehouse

    with console.progress("Measuring", "batches") as progress:
        warehouse.build(
            home.warehouse, published.sql_folder(), lakes, said, lambda: athlete.tables(athletes), progress
        )
    for of_athlete in lakes:  # what was compacted is read by no published warehouse any more
        of_athlete.sweep()
    return True


def _failing_alone(home: Home, athletes: Sequence[Athlete], error: NextgearError | OSError) -> Broken:
    """Of whom it is the fault: a warehouse of the one alone cannot be built. Nobody, if it is everybody's."""
    if len(athletes) < 2 or is_nobodys(error):
        return {}
    from pipeline import warehouse

    failing: Broken = {}
    trial = home.folder / ".trial"
    for one in athletes:
        shutil.rmtree(trial, ignore_errors=True)
        trial.mkdir()
        try:
            warehouse.build(
                trial / "warehouse.duckdb",
                published.sql_folder(),
                [home.lake_of(one.athlete_id)],
                [repr(one)],
                lambda one=one: athlete.tables([one]),
            )
        except (NextgearError, OSError) as cause:
            failing[one.athlete_id] = cause
    shutil.rmtree(trial, ignore_errors=True)
    return failing if len(failing) < len(athletes) else {}


# --- who is left out


def _still_broken(home: Home, made_by: str, settled: Mapping[str, Athlete], broken: Broken) -> dict[str, str]:
    """Add who could not be built the last time and has the same files now: to try again takes a build."""
    fingerprints: dict[str, str] = {}
    for athlete_id, noted in home.noted_left_out().items():
        if not noted["fingerprint"] or athlete_id not in settled or athlete_id in broken:
            continue
        if noted["fingerprint"] == _fingerprint(home, made_by, settled[athlete_id]):
            broken[athlete_id] = LakeError(noted["reason"])
            fingerprints[athlete_id] = noted["fingerprint"]
    return fingerprints


def _fingerprint(home: Home, made_by: str, one: Athlete) -> str:
    """Another one when anything has changed that a build reads, a file brought back from a copy as well."""
    folder = home.lake_of(one.athlete_id).folder
    parts = sorted(folder.glob("*/*.parquet"))
    files = (f"{part} {part.stat().st_size} {part.stat().st_mtime_ns}" for part in parts)
    return published.digest_of_texts([made_by, repr(one), *files])


def _note_left_out(home: Home, broken: Broken, fingerprints: Mapping[str, str]) -> None:
    noted = {
        athlete_id: {"reason": reason(error), "fingerprint": fingerprints.get(athlete_id, "")}
        for athlete_id, error in broken.items()
    }
    if noted == home.noted_left_out():
        return
    if noted:
        with lake.beside(home.left_out) as unfinished:
            unfinished.write_text(json.dumps(noted, indent=1), encoding="utf-8")
    else:
        home.left_out.unlink(missing_ok=True)
