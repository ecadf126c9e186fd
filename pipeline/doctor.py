"""Is this installation, and what lies in the data folder, sound? One line per check, and what to do about it.

Looks only: nothing is written, nothing mended. Each check speaks for itself, so that one that finds something
wrong keeps no other from looking.
"""

import json
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import athlete, lake, notify, published
from pipeline.answers import options_for
from pipeline.daily import runlog, unread_days
from pipeline.errors import NextgearError, SettingsError
from pipeline.home import Home
from pipeline.lake import LEDGER, Lake
from pipeline.letters import plain
from pipeline.schema import SCHEMA_VERSION, TABLES

FORMATS = ("table", "json")
OK, NOTE, WRONG = "ok", "note", "wrong"

_DISTRIBUTION = "nextgear"
_LITTLE_ROOM_BYTES = 1_000_000_000
_NO_ROOM_BYTES = 100_000_000
# What other machines write to as well, some of them without locks that hold.
_NETWORKS = re.compile(r"nfs\d?|cifs|smb\d?|smbfs|afpfs|fuse\.sshfs|fuse\.rclone|9p|davfs|glusterfs|ceph")
_CLOCK_TOLERANCE = timedelta(days=1)  # a watch may keep the time of another side of the world
_PYTHON_LEAST = (3, 11)  # as pyproject.toml says
_UNREADABLE = (pa.ArrowException, OSError)


@dataclass(frozen=True)
class Finding:
    """What a check found, and what to do about it; nothing is to be done about what is ok."""

    check: str
    state: Literal["ok", "note", "wrong"]
    found: str
    advice: str = ""


def examine(home: Home, *, is_deep: bool = False, is_sending: bool = False) -> list[Finding]:
    """All checks. `is_deep` reads every byte of the lake; `is_sending` sends a test to who is notified."""
    checks: Sequence[Callable[[], Iterable[Finding]]] = (
        _python,
        _packages,
        _engine,
        _zones,
        _terminal,
        lambda: _folder(home),
        lambda: _exports(home),
        lambda: _settings(home),
        lambda: _lakes(home, is_deep),
        lambda: _warehouse(home),
        lambda: _left_out(home),
        lambda: _last_run(home),
        lambda: _notifications(home, is_sending),
    )
    return [finding for check in checks for finding in _of(check)]


def _of(check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What a check finds; what it may not look at is found as well."""
    try:
        yield from check()
    except OSError as error:
        yield Finding("data folder", WRONG, f"{error.filename}: {error.strerror}", "let this user read it")


def text(findings: Sequence[Finding], form: str) -> str:
    """A line for each, with what to do; for programs as JSON. Raises SettingsError for another format."""
    if form not in FORMATS:
        raise SettingsError(f"--format {form}: there are {', '.join(FORMATS)}")
    if form == "json":
        return json.dumps([asdict(finding) for finding in findings], indent=1)
    width = max(len(finding.check) for finding in findings)
    lines = [
        f"{finding.state:<5}  {finding.check:<{width}}  "
        + plain(": ".join(filter(None, (finding.found, finding.advice))))
        for finding in findings
    ]
    counts = Counter(finding.state for finding in findings)
    told = {WRONG: "wrong", NOTE: "to note", OK: "ok"}
    return "\n".join(
        [*lines, ", ".join(f"{counts[state]} {words}" for state, words in told.items() if counts[state])]
    )


def is_sound(findings: Iterable[Finding]) -> bool:
    """Is nothing wrong? Notes are not."""
    return all(finding.state != WRONG for finding in findings)


# --- the installation


def _python() -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    is_enough = sys.version_info >= _PYTHON_LEAST
    least = ".".join(map(str, _PYTHON_LEAST))
    yield (
        Finding("python", OK, found)
        if is_enough
        else Finding("python", WRONG, found, f"install Python {least} or newer")
    )


def _packages() -> Iterator[Finding]:
    try:
        required = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Finding("packages", NOTE, "nextgear is not installed here, only run from its folder")
        return
    wanted = [
        matched
        for text in required
        if (matched := re.match(r"([\w.-]+)(?:\[.*\])?\s*(?:>=\s*([\d.]+))?\s*(;.*extra.*)?", text))
    ]
    bad: list[str] = []
    for name, least, extra in (matched.groups() for matched in wanted):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            bad += [] if extra else [f"{name} is missing"]
            continue
        if least and not extra and _numbers(found) < _numbers(least):
            bad.append(f"{name} {found} is older than {least}")
    yield (
        Finding("packages", WRONG, "; ".join(bad), "install nextgear again")
        if bad
        else Finding("packages", OK, f"nextgear {metadata.version(_DISTRIBUTION)} and what it needs")
    )


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, without zeros at the end, so that 2.0 is not more than 2."""
    leading = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in leading[0].split(".")] if leading else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _engine() -> Iterator[Finding]:
    models = sum(1 for _ in published.sql_folder().rglob("*.sql"))
    try:
        import duckdb
    except ImportError as error:  # a library of the system that it needs is another one
        yield Finding("duckdb", WRONG, str(error), "install nextgear again")
        return
    try:
        with duckdb.connect(":memory:") as db:
            db.execute("select count(*) from range(10)").fetchall()
    except duckdb.Error as error:
        yield Finding("duckdb", WRONG, str(error), "install nextgear again")
        return
    yield (
        Finding("duckdb", OK, f"{duckdb.__version__}, and {models} models in SQL")
        if models
        else Finding("duckdb", WRONG, "the models in SQL are not there", "install nextgear again")
    )


def _zones() -> Iterator[Finding]:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from tzfpy import get_tz

    try:
        ZoneInfo("Europe/Berlin")
        named = get_tz(13.4, 52.5)
    except (ZoneInfoNotFoundError, OSError) as error:
        yield Finding("time zones", WRONG, str(error), "pip install tzdata")
        return
    yield Finding("time zones", OK if named else WRONG, f"Berlin is in {named}")


def _terminal() -> Iterator[Finding]:
    encoding = (sys.stdout.encoding or "ascii").lower()
    yield (
        Finding("terminal", OK, encoding)
        if encoding.replace("-", "") == "utf8"
        else Finding(
            "terminal",
            NOTE,
            f"standard output is {encoding}, so bars and dashes are written in plain letters",
            "set LANG=C.UTF-8 or PYTHONUTF8=1",
        )
    )


# --- the data folder


def _folder(home: Home) -> Iterator[Finding]:
    folder = home.folder
    if not folder.exists():
        yield Finding("data folder", NOTE, f"{folder} is not there yet", "`nextgear run` makes it")
        return
    if not folder.is_dir():
        yield Finding("data folder", WRONG, f"{folder} is no folder", "choose another one with --data")
        return
    if os.access(folder, os.W_OK | os.X_OK):
        yield Finding("data folder", OK, str(folder))
    else:
        yield Finding(
            "data folder",
            NOTE,
            f"{folder} cannot be written: reports and SQL can be asked for, but nothing can be added",
            "let this user write there to add something",
        )
    free = shutil.disk_usage(folder).free
    advice = "make room there" if free < _LITTLE_ROOM_BYTES else ""
    state = WRONG if free < _NO_ROOM_BYTES else NOTE if advice else OK
    yield Finding("room", state, f"{free / 1e9:.1f} GB free", advice)
    kind = _file_system(folder)
    if kind and _NETWORKS.fullmatch(kind):
        yield Finding(
            "file system",
            NOTE,
            f"{folder} is on a network ({kind}), where locks may not hold",
            "have only one machine run nextgear on it",
        )
    yield from _lock(folder)


def _file_system(folder: Path) -> str:
    """What kind the folder is on; nothing where nobody says so."""
    mounts = Path("/proc/self/mountinfo")
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place = folder.resolve()
    found = ""
    longest = -1
    for line in lines:
        before, _, after = line.partition(" - ")
        point = re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), before.split(" ")[4])
        if place.is_relative_to(point) and len(point) >= longest:
            longest, found = len(point), after.split(" ")[0]
    return found


def _lock(folder: Path) -> Iterator[Finding]:
    path = folder / ".lock"
    if not path.exists() or not os.access(path, os.W_OK):
        return
    from filelock import FileLock, Timeout

    try:
        with FileLock(path, timeout=0):
            pass
    except Timeout:
        yield Finding("lock", NOTE, "another run is at work on this folder", "wait for it to end")
        return
    except OSError as error:
        yield Finding(
            "lock", WRONG, f"{path}: {error.strerror}", "have the data folder on a disk of this machine"
        )
        return
    yield Finding("lock", OK, "nobody is at work")


def _exports(home: Home) -> Iterator[Finding]:
    folder = home.exports
    if not folder.exists():
        yield Finding(
            "exports", NOTE, f"{folder} is not there yet", "`nextgear run` makes it; put files there"
        )
        return
    try:
        count = sum(len(files) for _, _, files in os.walk(folder, onerror=_raise))
    except OSError as error:
        yield Finding("exports", WRONG, f"{error.filename}: {error.strerror}", "let this user read it")
        return
    files = f"{count} file{'s' * (count != 1)} in {folder}"
    yield Finding("exports", OK, files) if count else Finding("exports", OK, f"nothing in {folder}")


def _raise(error: OSError) -> None:
    raise error


def _settings(home: Home) -> Iterator[Finding]:
    own = athlete.settings_path(home.folder, athlete.DEFAULT_ID)
    others = sorted((home.folder / "athletes").glob("*.toml"))
    for path in filter(Path.exists, (own, *others)):
        try:
            athlete.load(home.folder, athlete.DEFAULT_ID if path == own else path.stem)
        except NextgearError as error:
            yield Finding("settings", WRONG, str(error), "correct the file")
        except OSError as error:
            yield Finding("settings", WRONG, f"{path}: {error.strerror}", "let this user read it")
        else:
            yield Finding("settings", OK, str(path))


# --- the lake


def _lakes(home: Home, is_deep: bool) -> Iterator[Finding]:
    if not home.lake.is_dir():
        yield Finding("lake", NOTE, "nothing has landed yet", "`nextgear run SOURCES` reads your exports")
        return
    ids = [folder.name for folder in sorted(home.lake.iterdir()) if (folder / LEDGER).is_dir()]
    for athlete_id in ids:
        try:
            yield from _lake(Lake(home.lake, athlete_id), is_deep)
        except SettingsError as error:
            yield Finding("lake", NOTE, str(error), f"nextgear ignores {home.lake / athlete_id}")
    if not ids:
        yield Finding("lake", NOTE, "nothing has landed yet", "`nextgear run SOURCES` reads your exports")


def _lake(one: Lake, is_deep: bool) -> Iterator[Finding]:
    check = f"lake of {one.athlete_id}"
    contracts: dict[str, str] = {}
    damaged: list[tuple[Path, str]] = []
    for part in sorted((one.folder / LEDGER).glob("[!.]*.parquet")):
        try:
            said = pq.read_metadata(part).metadata or {}
            contracts[part.stem] = said.get(lake.CONTRACT, lake.BEFORE_CONTRACTS.encode()).decode().split()[0]
        except _UNREADABLE as error:
            damaged.append((part, f"cannot be read: {' '.join(str(error).split())}"))
    if damaged:  # nobody knows then which batches there are
        yield from (_damage(check, part, why) for part, why in damaged)
        return
    versions = {int(version) for version in contracts.values() if version.isdigit()}
    if max(versions, default=0) > SCHEMA_VERSION:
        yield Finding(check, WRONG, f"{one.folder} was written by a newer nextgear", "update nextgear")
        return
    batches = one.batches()
    for batch in batches:
        for table in TABLES:
            part = one.folder / table / f"{batch}.parquet"
            if not part.exists() and contracts[batch] != str(SCHEMA_VERSION):
                continue  # the table is younger than the batch, and the next run makes it
            why = _fault(part, is_deep)
            if why:
                damaged.append((part, why))
    if damaged:
        yield from (_damage(check, part, why) for part, why in damaged)
        return
    if min(versions, default=SCHEMA_VERSION) < SCHEMA_VERSION:
        yield Finding(check, NOTE, "an older nextgear wrote it", "the next run brings it up to date")
    yield from _rows(one, check, f"{len(batches)} batch{'es' * (len(batches) != 1)}", is_deep)


def _damage(check: str, part: Path, why: str) -> Finding:
    ledger = part.parent.parent / LEDGER / part.name
    return Finding(
        check,
        WRONG,
        f"{part} {why}",
        f"bring it back from a copy; or remove {ledger}, and `nextgear run` reads its files again, "
        "where they still are",
    )


def _fault(part: Path, is_deep: bool) -> str:
    """Why a part of a table cannot be read, if so."""
    try:
        file = pq.ParquetFile(part)
        rows = sum(len(some) for some in file.iter_batches()) if is_deep else file.metadata.num_rows
    except FileNotFoundError:
        return "is missing"
    except _UNREADABLE as error:
        return f"cannot be read: {' '.join(str(error).split())}"
    return f"has {rows} rows, not {file.metadata.num_rows}" if rows != file.metadata.num_rows else ""


def _rows(one: Lake, check: str, batches: str, is_deep: bool) -> Iterator[Finding]:
    """Is every file of the ledger in the tables, and nothing in the tables of no file?"""
    ledger = one.ledger().select(["digest", "outcome"]).to_pylist()
    activities = [
        row
        for part in one.parts("activities")
        for row in pq.ParquetFile(part).read(["file_digest", "started_at"]).to_pylist()
    ]
    known = {row["digest"] for row in ledger}
    strays = [row for row in activities if row["file_digest"] not in known]
    read = "every byte read" if is_deep else "nextgear doctor --deep reads every byte"
    said = f"{len(ledger)} files, {len(activities)} activities, {batches}; {read}"
    if strays:
        yield Finding(
            check,
            WRONG,
            f"{len(strays)} activities are of no file that the ledger knows",
            f"remove {one.folder} and run again over all exports",
        )
    else:
        yield Finding(check, OK, said)
    outcomes = Counter(str(row["outcome"]) for row in ledger)
    for outcome in ("quarantined", "unsupported"):
        if outcomes[outcome]:
            count = outcomes[outcome]
            yield Finding(
                f"files of {one.athlete_id}",
                NOTE,
                f"{count} file{'s are' if count > 1 else ' is'} {outcome}",
                f"nextgear files --outcome {outcome}{options_for(one.athlete_id)} says why",
            )
    for told in unread_days.told(one):
        yield Finding(
            f"journal of {one.athlete_id}", NOTE, told, "correct the file; the next run reads it again"
        )
    yield from _clock(one, [row["started_at"] for row in activities])


def _clock(one: Lake, started: Sequence[datetime | None]) -> Iterator[Finding]:
    now = datetime.now(UTC).replace(tzinfo=None)
    later = [at for at in started if at is not None and at > now + _CLOCK_TOLERANCE]
    if later:
        yield Finding(
            "clock",
            NOTE,
            f"this machine says {now:%Y-%m-%d %H:%M} UTC, but {one.athlete_id} has activities up "
            f"to {max(later):%Y-%m-%d}",
            "correct the clock, or the watch's",
        )


# --- what was made of it


def _warehouse(home: Home) -> Iterator[Finding]:
    path = home.warehouse
    if not path.exists():
        if home.lake.is_dir():
            yield Finding("warehouse", NOTE, "there is none yet", "`nextgear build` makes it")
        return
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True) as db:
            count = len(db.execute("select 1 from duckdb_tables() where schema_name = 'marts'").fetchall())
            count += len(db.execute("select 1 from duckdb_views() where schema_name = 'marts'").fetchall())
    except duckdb.Error as error:
        why = " ".join(str(error).split())
        yield Finding("warehouse", WRONG, f"{path}: {why}", "delete it, and `nextgear build` makes a new one")
        return
    state, advice = _age(home)
    yield Finding("warehouse", state, f"{path}, {count} marts{', out of date' * bool(advice)}", advice)


def _age(home: Home) -> tuple[Literal["ok", "note"], str]:
    """Is the published warehouse made of what lies there now? What is damaged is told elsewhere."""
    try:
        left_out = home.reasons_left_out()
        lakes = [one for athlete_id, one in home.lakes().items() if athlete_id not in left_out]
        said = [repr(athlete.load(home.folder, one.athlete_id)) for one in lakes]
        wanted = published.state(published.program(published.sql_folder()), lakes, said)
    except (NextgearError, *_UNREADABLE):
        return "ok", ""
    is_current = published.is_current(home.warehouse, wanted)
    return ("ok", "") if is_current else ("note", "`nextgear build` renews it")


def _left_out(home: Home) -> Iterator[Finding]:
    left_out = home.reasons_left_out() if home.folder.is_dir() else {}
    for athlete_id, why in left_out.items():
        yield Finding("warehouse", WRONG, f"{athlete_id} is not in it: {why}", "see to that and run again")


def _last_run(home: Home) -> Iterator[Finding]:
    """When it was and how it ended, by the log; without one, when the last report is from."""
    ends = _ends(runlog.log_of(home.folder))
    if ends:
        at, level, text = ends[-1]
        when = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).astimezone()
        told = f"{when:%Y-%m-%d %H:%M}, {text}"
        is_well = level == "INFO"
        yield (
            Finding("last run", OK, told)
            if is_well
            else Finding("last run", NOTE, told, f"see {runlog.log_of(home.folder)}")
        )
        return
    pages = sorted(home.reports.glob("*/latest.html"), key=lambda page: page.stat().st_mtime)
    if not pages:
        yield Finding("last run", NOTE, "there was none yet", "`nextgear run` makes the first report")
        return
    at_local = datetime.fromtimestamp(pages[-1].stat().st_mtime).astimezone()
    yield Finding("last run", OK, f"{at_local:%Y-%m-%d %H:%M}, by its report")


def _ends(log: Path) -> list[tuple[str, str, str]]:
    """When a run ended, how bad that was, and the words; the oldest first."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    matches = (re.fullmatch(r"(\S+Z) (INFO|ERROR|CRITICAL) run: (?!started)(.*)", line) for line in lines)
    return [(matched[1], matched[2], matched[3]) for matched in matches if matched]


def _notifications(home: Home, is_sending: bool) -> Iterator[Finding]:
    path = home.folder / notify.FILE
    try:
        urls = notify.targets(path)
    except SettingsError as error:
        yield Finding("notifications", WRONG, str(error), "correct the file")
        return
    if not urls:
        if is_sending:
            example = 'targets = ["ntfy://my-topic"]'
            yield Finding("notifications", WRONG, f"{path} names no target", f"write into it: {example}")
        else:
            yield Finding("notifications", OK, "off, as long as there is no notify.toml")
        return
    try:
        import apprise  # noqa: F401  # pyright: ignore[reportUnusedImport] - is it there?
    except ImportError:
        yield Finding("notifications", WRONG, "Apprise is not installed", notify.HOW_TO_INSTALL)
        return
    if notify.is_open_to_others(path):
        yield Finding("notifications", NOTE, f"others can read {path} and its passwords", f"chmod 600 {path}")
    failures = notify.send(["A test, sent by nextgear doctor."], urls) if is_sending else []
    for failure in failures:
        yield Finding("notifications", WRONG, failure, "correct the target")
    if not failures:
        sent = ", a test was sent to each" * is_sending
        yield Finding("notifications", OK, f"{len(urls)} target{'s' * (len(urls) > 1)}{sent}")
