"""What `nextgear cluster` does: divide a lake into tasks, have them done, publish, say what came of it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from pipeline import published
from pipeline.athlete import settings_path
from pipeline.cluster import across, engine, layout
from pipeline.cluster.layout import Bucket, Layout
from pipeline.cluster.tasks import Done, Task, done, state_there
from pipeline.console import Console
from pipeline.errors import SettingsError
from pipeline.lake import ATHLETE_ID
from pipeline.places import Place, each_at_once
from pipeline.schema import OUTCOMES

ARCHIVE = ".zip"
_CALLED = "called by letters, digits, `-`, `_` and dots between them"
TOLD = 10  # names of a list, before it is cut short


@dataclass(frozen=True)
class Ran:
    """What a run over all buckets found and what went wrong, by bucket and by athlete."""

    outcomes: Mapping[str, int] = field(default_factory=dict[str, int])
    failed: Mapping[int, str] = field(default_factory=dict[int, str])
    broken: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def is_sound(self) -> bool:
        """Did nothing go wrong?"""
        return not (self.failed or self.broken)


def ingest(
    source: str,
    lake: str,
    master: str,
    settings: Mapping[str, str],
    console: Console,
    *,
    buckets: int | None = None,
    retry: bool = False,
) -> Ran:
    """Land what is new of each athlete's folder, or zip, in `source`."""
    place, where = Place.of(lake), Place.of(source)
    if f"{place}/".startswith(f"{where}/"):
        raise SettingsError(
            f"{place}: lies in {where}, where each folder is an athlete's; choose another place"
        )
    shares = _shares(where, source, console)
    engine.require()
    with place.alone():
        found = layout.read(place)
        if found and buckets not in (None, found.buckets):
            raise SettingsError(
                f"--buckets {buckets}: {place} has {found.buckets}; `nextgear cluster build` changes that"
            )
        count = layout.wanted_buckets(buckets, found, len(shares))
        if not found:
            Layout(count).write(place)
        program = _program()
        tasks = [
            Task(lake, bucket, tuple(ids), program, sources={one: shares[one] for one in ids}, retry=retry)
            for bucket, ids in layout.divided(shares, count).items()
        ]
        answers = _done(tasks, master, settings, console, "Reading")
    return _told_ingest(answers, place, console)


def build(
    lake: str,
    master: str,
    settings: Mapping[str, str],
    console: Console,
    *,
    buckets: int | None = None,
) -> Ran:
    """Build the marts of each bucket that is out of date, then those that look across all athletes."""
    place = Place.of(lake)
    layout.existing(place)
    engine.require()
    with place.alone():
        found = layout.existing(place)
        count = layout.wanted_buckets(buckets, found, 0)
        program = _program()
        edition = layout.edition_of(count, program)
        divided = layout.divided(layout.athletes(place), count)
        tasks = [Task(lake, bucket, tuple(ids), program, edition=edition) for bucket, ids in divided.items()]
        layout.withdraw(place, edition, with_losses(place, edition))
        answers = _done(tasks, master, settings, console, "Building")
        failed = {answer.bucket: answer.failed for answer in answers if answer.failed}
        for bucket, reason in failed.items():
            layout.quarantine(place, edition, bucket, reason)
        if len(failed) < len(tasks) or not (tasks and found.edition):
            _publish(place, Layout(count, edition), divided)
    return _told_build(answers, place, console)


def with_losses(place: Place, edition: str) -> list[int | str]:
    """The buckets of an edition, and SQUAD, of whose marts some are not there any more."""
    there = {f"{layout.MARTS}/{entry.name}" for entry in (place / layout.MARTS).entries()}
    buckets: dict[int | str, Bucket] = {**layout.all_published(place, edition)[0]}
    if squad := layout.published(place, edition, layout.SQUAD):
        buckets[layout.SQUAD] = squad
    return [
        bucket
        for bucket, made in buckets.items()
        if not there.issuperset(made.part(mart, edition, bucket) for mart in made.rows)
    ]


def _publish(place: Place, wanted: Layout, divided: Mapping[int, Sequence[str]]) -> None:
    """Make an edition the one that is published, and take away what no edition needs any more.

    In one that another program made there is nothing across athletes any more: this one's models may not fit.
    """
    buckets, failed = layout.all_published(place, wanted.edition)
    gone = [bucket for bucket in (*buckets, *failed) if bucket not in divided]
    layout.withdraw(place, wanted.edition, gone)
    kept = {bucket: made for bucket, made in buckets.items() if bucket in divided}
    if wanted.edition == layout.edition_of(wanted.buckets, _program()):
        parts = across.build(place, wanted.edition, kept)
    else:
        layout.withdraw(place, wanted.edition, [layout.SQUAD])
        parts = set[str]()
    if layout.existing(place) != wanted:
        wanted.write(place)
    parts |= {made.part(mart, wanted.edition, bucket) for bucket, made in kept.items() for mart in made.rows}
    _sweep(place, wanted.edition, parts)


def _sweep(place: Place, edition: str, parts: set[str]) -> None:
    """Remove other editions, other generations, and what was half written when a run was killed."""
    marts, notes = place / layout.MARTS, place / layout.EDITIONS
    others = [notes / folder for folder in notes.children()[0] if folder != edition]
    for mart in marts.children()[0]:
        folders, _ = (marts / mart).children()
        others += [marts / mart / folder for folder in folders if folder != f"edition={edition}"]
    for other in others:
        other.remove_all()
    found = (entry.name for entry in marts.entries(with_hidden=True))
    marts.remove(name for name in found if f"{layout.MARTS}/{name}" not in parts)
    told = (entry.name for entry in notes.entries(with_hidden=True))
    notes.remove(name for name in told if PurePosixPath(name).name.startswith("."))


def _done(
    tasks: Sequence[Task], master: str, settings: Mapping[str, str], console: Console, title: str
) -> list[Done]:
    if not tasks:
        return []
    with engine.engine(master, settings) as context, console.progress(title, "buckets") as progress:
        share = engine.share(context)
        return engine.run(context, [replace(task, share=share) for task in tasks], progress)


def _program() -> str:
    return published.program(published.sql_folder())


def _shares(source: Place, address: str, console: Console) -> dict[str, list[str]]:
    """Whose each folder or zip of the source is: it is called after its athlete."""
    if source.folder and not source.folder.is_dir():
        what = (
            "a file: give the folder in which it lies"
            if source.folder.exists()
            else "there is no such folder"
        )
        raise SettingsError(f"{source}: {what}")
    folders, files = source.children()
    if layout.FILE in {file.name for file in files}:
        raise SettingsError(f"{source}: a lake, and no exports: say first where these lie, then the lake")
    base, query, options = (str(source.folder), "", "") if source.folder else address.partition("?")
    found: dict[str, list[str]] = {}
    named = [(name, name) for name in folders]
    named += [(file.name.removesuffix(ARCHIVE), file.name) for file in files if file.name.endswith(ARCHIVE)]
    nobodys = [file.name for file in files if not file.name.endswith(ARCHIVE)]
    for athlete_id, name in sorted(named):
        if ATHLETE_ID.fullmatch(athlete_id):
            found.setdefault(athlete_id, []).append(f"{base.rstrip('/')}/{name}{query}{options}")
        else:
            nobodys.append(name)
    nobodys = [name for name in nobodys if not name.startswith(".")]
    if not found:
        raise SettingsError(f"{source}: no athletes here: each is a folder, or a .zip, {_CALLED}")
    if nobodys:
        text = f"Nobody's, and left alone: {_listed(nobodys)}; an athlete's folder, or .zip, is {_CALLED}."
        console.say("nobodys", text, names=nobodys)
    return found


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return f"{', '.join(sorted(names)[:TOLD])}{more}"


# --- what is said


def _told_ingest(answers: Sequence[Done], place: Place, console: Console) -> Ran:
    outcomes: Counter[str] = Counter()
    for answer in answers:
        outcomes.update(answer.outcomes)
    known = sum(answer.known for answer in answers)
    counted = [f"{outcomes[one]} {one.replace('_', ' ')}" for one in OUTCOMES if outcomes[one]]
    what = ", ".join([*([f"{known} known"] if known else []), *counted]) or "nothing to read"
    athletes = sum(answer.athletes for answer in answers)
    console.say(
        "ingested",
        f"{known + outcomes.total()} files of {_many(athletes, 'athlete')}: {what}.",
        athletes=athletes,
        known=known,
        outcomes=dict(outcomes),
        **_costs(answers),
    )
    if outcomes:
        console.say("next", f"Next: nextgear cluster build {place}")
    return _complained(answers, console, dict(outcomes))


def _told_build(answers: Sequence[Done], place: Place, console: Console) -> Ran:
    new = sum(answer.is_new for answer in answers)
    athletes = sum(answer.athletes for answer in answers if not answer.failed)
    built = f"{new} built, {sum(not a.failed for a in answers) - new} up to date"
    console.say(
        "built",
        f"{_many(len(answers), 'bucket')}: {built}. {_many(athletes, 'athlete')} in {place}/{layout.MARTS}.",
        buckets=len(answers),
        built=new,
        athletes=athletes,
        **_costs(answers),
    )
    return _complained(answers, console, {})


def _complained(answers: Sequence[Done], console: Console, outcomes: Mapping[str, int]) -> Ran:
    failed = {answer.bucket: answer.failed for answer in answers if answer.failed}
    broken = {one: reason for answer in answers for one, reason in answer.broken.items()}
    for bucket, reason in failed.items():
        console.complain(f"bucket {bucket}: {reason}")
    for athlete_id, reason in sorted(broken.items()):
        console.of(athlete_id).complain(reason)
    return Ran(outcomes, failed, broken)


def _costs(answers: Sequence[Done]) -> dict[str, float]:
    """What it took, for who sizes a cluster: with --json-log."""
    return {
        "cpu_s": round(sum(answer.cpu_s for answer in answers), 1),
        "longest_task_s": round(max((answer.wall_s for answer in answers), default=0), 1),
        "most_memory_bytes": max((answer.memory_bytes for answer in answers), default=0),
        "fetched_bytes": sum(answer.fetched_bytes for answer in answers),
        "sent_bytes": sum(answer.sent_bytes for answer in answers),
    }


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


# --- who is in it, and who no longer


def status(lake: str, form: str) -> tuple[str, bool]:
    """What is published of a lake, what is not and why; and whether all of it could be."""
    if form not in ("table", "json"):
        raise SettingsError(f"--format {form}: there are table and json")
    place = Place.of(lake)
    found = layout.existing(place)
    buckets, failed = layout.all_published(place, found.edition) if found.edition else ({}, {})
    left_out = {one: why for made in buckets.values() for one, why in made.left_out.items()}
    athletes = sum(len(made.athletes) for made in buckets.values())
    due = _due(lake, place, found, buckets)
    told = {
        "buckets": found.buckets,
        "edition": found.edition or None,
        "athletes": athletes,
        "failed_buckets": {str(bucket): reason for bucket, reason in failed.items()},
        "left_out": left_out,
        "due_buckets": due,
    }
    is_sound = not (failed or left_out)
    if form == "json":
        return json.dumps(told, indent=1), is_sound
    if not found.edition:
        return f"{place}: nothing is built yet; nextgear cluster build {place}", True
    lines = [
        f"{place}: {_many(athletes, 'athlete')} in {len(buckets)} of {found.buckets} buckets, "
        f"edition {found.edition}."
    ]
    lines += [f"bucket {bucket} could not be built: {reason}" for bucket, reason in failed.items()]
    lines += [f"{one} is left out: {reason}" for one, reason in sorted(left_out.items())]
    if due:
        lines.append(f"{_many(len(due), 'bucket')} to be built anew: nextgear cluster build {place}")
    return "\n".join(lines), is_sound


def _due(lake: str, place: Place, found: Layout, buckets: Mapping[int, Bucket]) -> list[int]:
    """The buckets that a build would build anew: something has landed, somebody went, nextgear is another."""
    program = _program()
    edition = layout.edition_of(found.buckets, program)
    divided = layout.divided(layout.athletes(place), found.buckets)
    due: list[int] = [bucket for bucket in buckets if bucket not in divided]

    def look(bucket: str) -> None:
        task = Task(lake, int(bucket), tuple(divided[int(bucket)]), program, edition=edition)
        made = buckets.get(task.bucket)
        if not made or made.state != state_there(task, place, made.left_out):
            due.append(task.bucket)

    each_at_once(look, map(str, divided))
    return sorted(due)


def forget(lake: str, athlete_id: str, console: Console) -> None:
    """Delete all that there is of an athlete, build the bucket without them, and prove that nothing is left.

    Raises LakeError if something is. What lies at the sources is not touched.
    """
    place = Place.of(lake)
    if not ATHLETE_ID.fullmatch(athlete_id):
        raise SettingsError(f"{athlete_id!r} is no athlete's id")
    layout.existing(place)
    with place.alone():
        found = layout.existing(place)
        was_there = athlete_id in layout.athletes(place)
        (place / layout.LAKE / athlete_id).remove_all()
        place.remove([settings_path(Path(), athlete_id).as_posix()])
        if found.edition:
            bucket = layout.bucket_of(athlete_id, found.buckets)
            divided = layout.divided(layout.athletes(place), found.buckets)
            if bucket in divided:
                program = found.edition.partition("-")[2]
                task = Task(lake, bucket, tuple(divided[bucket]), program, edition=found.edition)
                answer = done(task)
                if answer.failed:  # then its marts go, too: they would still have the athlete
                    layout.withdraw(place, found.edition, [bucket])
                    layout.quarantine(place, found.edition, bucket, answer.failed)
                    console.complain(f"bucket {bucket}: {answer.failed}")
            _publish(place, found, divided)
        else:
            _sweep(place, found.edition, set())  # what a first build that was killed has made so far
        looked_at = across.prove_absent(place, athlete_id)
    console.say(
        "forgotten",
        f"{athlete_id} {'is gone' if was_there else 'was not in the lake'}: {looked_at} files of {place} "
        "were looked at, and none names them. "
        "Exports at the source are still there, and the next ingest would read them again.",
        files=looked_at,
    )
