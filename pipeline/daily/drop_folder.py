"""Whose files are whose in the drop folder, when one run is for several athletes.

A folder `exports/<athlete>/` is that athlete's, if an athlete of that name is known: to the lake, or by a
file `athletes/<athlete>.toml`. Where nobody is known yet, folders are athletes if they can be nothing else:
there are at least two, nothing lies loose beside them, and none is called as platforms, programs and
calendars call folders. Among athletes who were named before, another such folder is a new athlete's. All
else is `me`'s, or the one athlete's where only one is known, who has no folder.

No file is two athletes': whoever reads the rest passes by the folders of the others.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.athlete import DEFAULT_ID, default_athlete
from pipeline.errors import LakeError
from pipeline.lake import ATHLETE_ID, Lake
from pipeline.sources import Source, is_junk

# How folders are called that belong to nobody by name. To take a runner's `garmin` and `strava` for two
# athletes would halve every week; to take an athlete's folder for a heap of files would mix two runners. So
# here are platforms and what is in their exports, formats, kinds of training, words for time and for heaps.
# Not here: what a person may be called (april, june, jan).
_NOBODYS = """
    adidas amazfit apple bryton connect coros decathlon endomondo fitbit garmin google hammerhead
    health healthfit huawei intervals karoo komoot lezyne mapmyrun movescount nike nrc oura polar
    polarflow rungap runkeeper runalyze runtastic samsung sigma smashrun strava stryd suunto takeout
    tapiriik tomtom trainerroad trainingpeaks ultrahuman wahoo whoop withings xiaomi zepp zwift

    di_connect fitness uploaded_files user_data customer_data aws account accounts profile profiles
    settings media photos pictures images routes segments gear messages clubs comments followers
    wellness metrics sleep hrv monitor monitoring fitfiles gpxfiles tcxfiles

    fit gpx tcx kml csv json xml zip gz tar html txt pdf

    activity activities bike biking bikes cycling cycle hike hikes hiking indoor intervals marathon
    race races racing ride rides run runs running session sessions swim swims swimming tempo trail
    trails training trainings treadmill triathlon virtual walk walks walking workout workouts
    journal journals plan plans season notes log logs

    autumn daily day days january feb february march july september sept october oct november nov
    december dec month monthly months today week weekly weeks winter year yearly years yesterday

    all archive archives backup backups bulk copy data device devices download downloads export
    exports file files folder history import imports inbox incoming junk latest misc new old
    original originals other others phone processed raw recent rest sorted sync temp test tests tmp
    trash unsorted upload uploads watch watches zips
"""
NOBODY = frozenset(_NOBODYS.split())
# A folder for a year, a month or a day: no letter at all, or a year somewhere.
_DATED = re.compile(r"[^A-Za-z]*|.*(?<!\d)(?:19|20)\d\d(?!\d).*")


@dataclass(frozen=True)
class Share:
    """What one athlete has in this run: `sources`, but for the folders `without`, which are others'."""

    athlete_id: str
    sources: tuple[Source, ...] = ()
    without: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Division:
    """The shares of a run, and how they came about where that is not plain."""

    shares: tuple[Share, ...]
    said: tuple[str, ...] = ()


def division(
    exports: Path,
    lakes: Mapping[str, Lake],
    settled: Iterable[str],
    athlete_id: str | None,
    sources: Sequence[Source],
) -> Division:
    """Who takes part in a run, and with what: `lakes` of the athletes who are known, `settled` by settings.

    With an `athlete_id` only that athlete, and of another's folder only what is named in it. With `sources`
    those whose folders they are in, else `me`, or the one who is known. Raises SettingsError where several
    could be meant.
    """
    owners, said = _owners(exports, lakes, settled, is_first=not lakes and athlete_id is None)
    if athlete_id and sources:
        named = {one for one, folder in owners.items() if any(_is_in(source, folder) for source in sources)}
        others = {one: folder for one, folder in owners.items() if one not in named}
        return Division((_share(athlete_id, tuple(sources), others),))
    if athlete_id:
        own = owners.get(athlete_id, exports / athlete_id)
        alone = athlete_id != DEFAULT_ID and own.is_dir()
        return Division((_share(athlete_id, (own if alone else exports,), owners),))
    if sources and [_resolved(source) for source in sources] != [exports.resolve()]:
        return Division(_by_source(lakes, owners, sources), said)
    known = {*lakes, *owners}
    rest_is = _rests(lakes, owners)
    has_rest = any(map(_holds_something, _entries(exports, owners.values())))
    if has_rest and known and rest_is not in known:
        said = (*said, f"{exports}: what lies beside the athletes' folders is taken as {rest_is}'s.")
    taking_part = sorted(known | ({rest_is} if has_rest or not known else set()))
    return Division(
        tuple(
            _share(one, (exports,) if one == rest_is else tuple(filter(None, [owners.get(one)])), owners)
            for one in taking_part
        ),
        said,
    )


def _share(athlete_id: str, sources: tuple[Source, ...], owners: Mapping[str, Path]) -> Share:
    others = (folder for one, folder in owners.items() if one != athlete_id)
    return Share(athlete_id, sources, tuple(others))


def _by_source(
    lakes: Mapping[str, Lake], owners: Mapping[str, Path], sources: Sequence[Source]
) -> tuple[Share, ...]:
    """Each source to whose folder it is in; all others to the one who is meant if nobody is named."""
    of: dict[str, list[Source]] = {}
    for source in sources:
        inside = (one for one, folder in owners.items() if _is_in(source, folder))
        owner = next(inside, None) or default_athlete({*lakes, *owners})
        of.setdefault(owner, []).append(source)
    return tuple(_share(one, tuple(found), owners) for one, found in of.items())


def _is_in(source: Source, folder: Path) -> bool:
    path = _resolved(source)
    return path is not None and path.is_relative_to(folder.resolve())


def _resolved(source: Source) -> Path | None:
    """Where it is on this machine; what is at an address is in nobody's folder."""
    path = source if isinstance(source, Path) else source.folder
    return path.resolve() if path else None


def _rests(lakes: Mapping[str, Lake], owners: Mapping[str, Path]) -> str:
    """Whose all is that lies in nobody's folder."""
    alone = next(iter(lakes)) if len(lakes) == 1 else DEFAULT_ID
    return DEFAULT_ID if alone in owners else alone


def _owners(
    exports: Path, lakes: Mapping[str, Lake], settled: Iterable[str], *, is_first: bool
) -> tuple[dict[str, Path], tuple[str, ...]]:
    """The folder of each athlete who has one, and what is to be said of those who are new."""
    known = {*lakes, *settled}
    folders = {path.name: path for path in _entries(exports) if path.is_dir()}
    owners = {name: path for name, path in folders.items() if name in known}
    strangers = {name: path for name, path in folders.items() if name not in known and _holds_something(path)}
    if owners.keys() - {DEFAULT_ID} or (lakes and DEFAULT_ID not in lakes):
        new = {
            name: path
            for name, path in strangers.items()
            if is_name(name) and not any(_is_read_by(one, path) for one in lakes.values())
        }
        said = [
            f"{name} is new: {path} is taken as an athlete of that name. If it is none, remove {name} from "
            f"the folders `lake` and `reports`, and rename it: {name}-files would be nobody's."
            for name, path in new.items()
        ]
        return owners | new, tuple(said)
    has_loose = any(not path.is_dir() for path in _entries(exports))
    if not is_first or has_loose or len(strangers) < 2 or any(map(_is_nobodys, folders)):
        return owners, ()
    if not all(map(ATHLETE_ID.fullmatch, folders)):
        return owners, (
            f"{exports}: all folders are taken as one runner's. For an athlete each, name them with letters, "
            "digits, `-` and `_` only.",
        )
    names = ", ".join(sorted(strangers))
    return owners | strangers, (
        f"{exports}: each folder is taken as an athlete: {names}. If all of it is one runner's, remove the "
        "folder `lake` beside it and run once with `--athlete me`, which reads it as one.",
    )


def is_name(name: str) -> bool:
    """May a folder of this name be an athlete's?"""
    return ATHLETE_ID.fullmatch(name) is not None and not _is_nobodys(name)


def _is_nobodys(name: str) -> bool:
    words = {name.lower(), *re.split(r"[^a-z]+", name.lower())}
    return _DATED.fullmatch(name) is not None or not NOBODY.isdisjoint(words)


def _entries(folder: Path, besides: Iterable[Path] = ()) -> list[Path]:
    """What lies in a folder, but for what is nobody's export and the folders `besides`."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError:
        return []
    taken = set(besides)
    return [folder / name for name in names if not is_junk(name) and folder / name not in taken]


def _holds_something(path: Path) -> bool:
    """A file, or a folder with something in it; one that cannot be opened may have."""
    return not path.is_dir() or not os.access(path, os.R_OK) or bool(_entries(path))


def _is_read_by(lake: Lake, folder: Path) -> bool:
    """Did this athlete read files of that folder before it could be another's?"""
    inside = f"{folder.resolve()}{os.sep}"
    try:
        return any(str(path).startswith(inside) for path in lake.ledger()["path"].to_pylist())
    except LakeError:
        return True  # of whom nobody knows what is theirs, nothing is taken away
