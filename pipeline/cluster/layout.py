"""What lies where in a lake at an address, and what is published of it."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.errors import LakeError, SettingsError
from pipeline.lake import ATHLETE_ID
from pipeline.places import Place, each_at_once

FILE = "nextgear.json"
LAYOUT = 1
LAKE, EDITIONS, MARTS = "lake", "editions", "marts"
SQUAD = "squad"  # stands where the bucket's number does: what is made of all buckets
MOST_BUCKETS = 1_000_000
ATHLETES_A_BUCKET = 32  # enough that what each build costs once counts little, few enough to fit
FEWEST_BUCKETS = 4


@dataclass(frozen=True)
class Layout:
    """How a lake is divided, and the edition that is published; none before the first build."""

    buckets: int
    edition: str = ""

    def write(self, place: Place) -> None:
        """Make it so: whoever asks from now on sees this edition."""
        place.write(FILE, _json({"layout": LAYOUT, "buckets": self.buckets, "edition": self.edition}))


@dataclass(frozen=True)
class Bucket:
    """A bucket as it was published: of what it was made, and what came of it.

    `left_out` are athletes who cannot be built, each with the reason. `rows` has those of each mart.
    """

    state: str
    generation: str
    athletes: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])
    rows: Mapping[str, int] = field(default_factory=dict[str, int])

    def part(self, mart: str, edition: str, bucket: int | str) -> str:
        """The file of a mart."""
        return part(mart, edition, bucket, self.generation)


def part(mart: str, edition: str, bucket: int | str, generation: str) -> str:
    """Where a mart's rows of a bucket lie."""
    return f"{MARTS}/{mart}/edition={edition}/bucket={bucket}/{generation}.parquet"


def edition_of(buckets: int, program: str) -> str:
    """The name of an edition."""
    return f"{buckets}-{program}"


def read(place: Place) -> Layout | None:
    """The layout of a lake; None where there is none. Raises LakeError for one of a newer program."""
    content = place.read(FILE)
    if content is None:
        return None
    name = f"{place}/{FILE}"
    if _parsed(content, name, {"layout": int})["layout"] != LAYOUT:
        raise LakeError(f"{name}: a newer nextgear wrote it; nothing was changed: update nextgear")
    told = _parsed(content, name, {"buckets": int, "edition": str})
    return Layout(int(told["buckets"]), str(told["edition"]))


def existing(place: Place) -> Layout:
    """The layout of a lake that is there. Raises SettingsError if none is."""
    found = read(place)
    if found is None:
        raise SettingsError(f"{place}: no lake yet; `nextgear cluster ingest SOURCE {place}` makes one")
    return found


def wanted_buckets(said: int | None, found: Layout | None, athletes: int) -> int:
    """How many buckets there are to be: as was said, as there are, or as suits so many athletes."""
    if said is not None:
        if not 1 <= said <= MOST_BUCKETS:
            raise SettingsError(f"--buckets {said}: from 1 to {MOST_BUCKETS}")
        return said
    if found:
        return found.buckets
    needed = max(FEWEST_BUCKETS, -(-athletes // ATHLETES_A_BUCKET))
    return 1 << (needed - 1).bit_length()


def bucket_of(athlete_id: str, buckets: int) -> int:
    """The bucket of an athlete: by a digest of the id, the same on every machine and in every version."""
    return int.from_bytes(hashlib.sha256(athlete_id.encode()).digest()[:8]) % buckets


def divided(athlete_ids: Iterable[str], buckets: int) -> dict[int, list[str]]:
    """The athletes of each bucket that has any, both in order."""
    found: dict[int, list[str]] = {}
    for athlete_id in sorted(athlete_ids):
        found.setdefault(bucket_of(athlete_id, buckets), []).append(athlete_id)
    return dict(sorted(found.items()))


def athletes(place: Place) -> list[str]:
    """Who has something in the lake."""
    folders, _ = (place / LAKE).children()
    return sorted(folder for folder in folders if ATHLETE_ID.fullmatch(folder))


def published(place: Place, edition: str, bucket: int | str) -> Bucket | None:
    """A bucket of an edition; None if it is not there, for it was never built or could not be."""
    name = f"{EDITIONS}/{edition}/{bucket}.json"
    content = place.read(name)
    if content is None:
        return None
    kinds = {"state": str, "generation": str, "athletes": list, "left_out": dict, "rows": dict}
    told = _parsed(content, f"{place}/{name}", kinds)
    return Bucket(
        told["state"], told["generation"], tuple(told["athletes"]), dict(told["left_out"]), dict(told["rows"])
    )


def publish(place: Place, edition: str, bucket: int | str, made: Bucket) -> None:
    """Make a bucket visible, all of its marts at once; it has no failure any more."""
    place.write(f"{EDITIONS}/{edition}/{bucket}.json", _json(asdict(made)))
    place.remove([f"{EDITIONS}/{edition}/{bucket}.failed.json"])


def quarantine(place: Place, edition: str, bucket: int, reason: str) -> None:
    """Note why a bucket could not be built. What was published of it in this edition stays."""
    place.write(f"{EDITIONS}/{edition}/{bucket}.failed.json", _json({"reason": reason}))


def withdraw(place: Place, edition: str, buckets: Iterable[int | str]) -> None:
    """Take buckets out of an edition."""
    place.remove(
        f"{EDITIONS}/{edition}/{bucket}{ending}" for bucket in buckets for ending in (".json", ".failed.json")
    )


def all_published(place: Place, edition: str) -> tuple[dict[int, Bucket], dict[int, str]]:
    """The buckets of an edition, and why others could not be built."""
    names = [entry.name for entry in (place / EDITIONS / edition).entries()]
    whole = [name.removesuffix(".json") for name in names if re.fullmatch(r"\d+\.json", name)]
    failed = [name.removesuffix(".failed.json") for name in names if re.fullmatch(r"\d+\.failed\.json", name)]
    found: dict[int, Bucket] = {}
    reasons: dict[int, str] = {}

    def look(bucket: str) -> None:
        if made := published(place, edition, bucket):
            found[int(bucket)] = made

    def ask(bucket: str) -> None:
        name = f"{EDITIONS}/{edition}/{bucket}.failed.json"
        if content := place.read(name):
            reasons[int(bucket)] = str(_parsed(content, f"{place}/{name}", {"reason": str})["reason"])

    each_at_once(look, whole)
    each_at_once(ask, failed)
    return dict(sorted(found.items())), dict(sorted(reasons.items()))


def _parsed(content: bytes, name: str, kinds: Mapping[str, type]) -> dict[str, Any]:
    """What a note says. Raises LakeError for one that is damaged, or does not say all of this."""
    try:
        told = json.loads(content)
    except ValueError as error:
        raise LakeError(f"{name}: cannot be read: {error}; bring it back from a copy") from error
    is_whole = isinstance(told, dict) and all(isinstance(told.get(key), kind) for key, kind in kinds.items())
    if not is_whole:
        raise LakeError(f"{name}: does not say all of {', '.join(kinds)}; bring it back from a copy")
    return told


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, indent=1, sort_keys=True).encode()
