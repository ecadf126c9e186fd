"""Finding exports: files in folders, in .gz, in .zip in .zip; on this machine, or at an address.

Bytes and names only; readers know formats.
"""

import gzip
import hashlib
import io
import os
import re
import struct
import tempfile
import weakref
import zipfile
import zlib
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG
from typing import IO

from pipeline.addresses import local_path
from pipeline.errors import SettingsError, StoreError, UnreadableFileError
from pipeline.places import AT_ONCE, Entry, Place, first_line, is_refused

# The longest recordings, a day's ride as indented TCX, take a fifth of this. What is larger, such as all of
# Apple Health as one XML, could fill the memory.
CONTENT_MAX_BYTES = 256 * 1024**2

# A Garmin account is zips of up to 2 GiB in a zip; those are unpacked to disk.
ARCHIVE_MAX_BYTES = 4 * 1024**3
# An archive in an archive that is smaller than this is not worth a file.
SPOOLED_BYTES = 16 * 1024**2

# A zip's list of its members is read at once: this is 150,000 of them.
DIRECTORY_MAX_BYTES = 16 * 1024**2

# Tracks as XML shrink 10 to 30 times, a still one up to 100. A bomb is a thousand times larger than its file,
# some only as a whole, for their members share their bytes: this bounds the sum, too.
UNPACKED_MAX_RATIO = 200

# Below this the ratio says nothing: a small file of blanks does no harm.
UNPACKED_SAFE_BYTES = 10 * 1024**2

# A Garmin account's export is a zip of zips of files. Deeper, somebody is playing.
ZIP_DEPTH_MAX = 3

# What says what a file is stands in this much of it.
HEAD_BYTES = 16_384

# What unpacking raises at bytes that are no archive, or one that this Python cannot unpack.
_DAMAGE = (OSError, EOFError, ValueError, NotImplementedError, zipfile.BadZipFile, zlib.error)

# No export is packed otherwise, and of other methods zipfile would unpack a bomb whole.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

# The end of a zip, for large ones another before it, and where both have the size of the list of members.
_ENDS = ((b"PK\x05\x06", 12, "<I"), (b"PK\x06\x06", 40, "<Q"))
_END_MAX_BYTES = 22 + 65_535 + 20 + 56

_PIECE_BYTES = 8 * 1024**2  # of a store each piece is a request

# What is fetched from an address before its turn, at most.
AHEAD_BYTES = 64 * 1024**2

_NEVER = datetime(1970, 1, 1)

Source = Path | Place
IsKnown = Callable[[str, int, datetime], bool]
Open = Callable[[], IO[bytes]]

_JUNK = {
    "__macosx": "Finder's notes, no export",
    "thumbs.db": "Explorer's thumbnails",
    "desktop.ini": "Explorer's settings",
    "$recycle.bin": "in the waste bin",
    ".trash": "in the waste bin",
    ".trashes": "in the waste bin",
}
_PARTIAL = (".part", ".partial", ".crdownload", ".download", ".tmp")

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
# A cell of a table that names a file as Strava does; of a list that names none, the header in some languages.
_STRAVA_FILE = re.compile(rb"""[,;\t]["']?activities/[^/\s,;"']{1,99}\.\w{1,9}["']?[,;\t\r\n]""")
_STRAVA_HEADER = re.compile(
    r"(?=.*\b(activity id|aktivitäts-id|id de l['\u2019]activité|id de actividad|activiteits-id)\b)"
    r".*\b(activity date|aktivitätsdatum|date de l['\u2019]activité|fecha de la actividad"
    r"|datum van activiteit)",
    re.IGNORECASE,
)
# The columns of a journal of days; the first ones are called so nowhere else.
_JOURNALS_OWN = frozenset({"resting_heart_rate_bpm", "hrv_ms", "sleep_h", "race_km"})
JOURNAL_COLUMNS = _JOURNALS_OWN | {"day", "rpe", "strength", "ill", "race", "shoes", "plan", "note"}
_PLAN_COLUMNS = frozenset({"plan", "day", "kind"})
# In Garmin's JSON, what days and nights have and other lists have not.
_GARMIN_DAY = re.compile(
    r"\"(sleepStartTimestampGMT|deepSleepSeconds|lastNightAvg|restingHeartRate|currentDayRestingHeartRate"
    r"|wellnessStartTimeGmt|totalSteps)\"\s*:|\"type\"\s*:\s*\"HRV\""
)
# Some program left out the outermost tag of TCX, and the activities are all there.
_ROOTS = {"gpx": "gpx", "trainingcenterdatabase": "tcx", "activities": "tcx", "html": "html"}


@dataclass(frozen=True)
class Export:
    """A file that was found, in a folder or as `<zip>/<member>`.

    `size_bytes` and `modified_at` (naive UTC) tell whether it changed; those of a member are its unpacked
    size and the time of the outermost file. A `container` is a zip whose members are exports of their own;
    the `digest` is told if it had to be read anyway. `junk` says why it is not worth reading, `error` why it
    cannot be read. What `is_away` lies at an address: if its bytes do not come, that says nothing about them.
    """

    path: str
    size_bytes: int
    modified_at: datetime
    opened: Open
    junk: str = ""
    container: bool = False
    digest: str | None = None
    error: UnreadableFileError | None = None
    is_away: bool = False

    @property
    def is_huge(self) -> bool:
        """Larger than any activity, and than what `content` reads."""
        return self.size_bytes > CONTENT_MAX_BYTES

    def content(self) -> bytes:
        """All of it, unpacked if it is gzipped. Raises `UnreadableFileError`, or `StoreError`."""
        with self._stream() as file:
            if self.is_huge:
                raise UnreadableFileError(self.path, "too_large", "no activity is as large as this")
            # Only who reads beyond the end of a member hears of a wrong checksum; and a file may have grown.
            content = file.read(self.size_bytes + 1) + file.read(CONTENT_MAX_BYTES)
            return _gunzipped(content, self.path) if content.startswith(_GZIP) else content

    def head(self, size_bytes: int = HEAD_BYTES) -> bytes:
        """Its start, as much as `sniff` looks at. Raises the same."""
        with self._stream() as file:
            return file.read(size_bytes)

    def sha256(self, copy: IO[bytes] | None = None) -> str:
        """The digest of the file as it lies there, read in pieces; into `copy`, too. Raises the same."""
        digest = hashlib.sha256()
        with self._stream() as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
                if copy:
                    copy.write(piece)
        return digest.hexdigest()

    @contextmanager
    def _stream(self) -> Generator[IO[bytes]]:
        if self.error:
            raise self.error
        try:
            with self.opened() as file:
                yield file
        except (PermissionError, IsADirectoryError) as error:
            raise UnreadableFileError(self.path, "no_permission", "this user may not read it") from error
        except FileNotFoundError as error:
            raise UnreadableFileError(self.path, "not_found", "it is gone, or a link to nothing") from error
        except _DAMAGE as error:
            if self.is_away and isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
                if is_refused(error):
                    refused = "the store does not give it to this user, or not at once"
                    raise UnreadableFileError(self.path, "no_permission", refused) from error
                kept = "What was complete is kept; run again to go on."
                raise StoreError(f"{self.path}: {first_line(error)}. {kept}") from error
            raise UnreadableFileError(self.path, "damaged_archive", str(error)) from error


def sniff(content: bytes) -> str:
    """What the bytes are, whatever the file is called.

    One of fit, gpx, tcx, strava (its list of activities), journal (of days), plan (of training),
    garmin_json (days and nights of an account), zip, gzip, html, json and xml (any other), text, binary,
    empty (blanks too).
    """
    if content[8:12] == b".FIT":
        return "fit"
    if content.startswith(_ZIP):
        return "zip"
    if content.startswith(_GZIP):
        return "gzip"
    head = content[:HEAD_BYTES]
    text = head.decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace")
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        root = re.search(r"<(!doctype html|(?:[\w.-]+:)?([a-z][\w.-]*))", text, re.IGNORECASE)
        return _ROOTS.get((root[2] or "html").lower() if root else "", "xml")
    if re.search(r"[\0-\x08\x0e-\x1f]", text):
        return "binary"
    if text.startswith(("{", "[")):
        return "garmin_json" if '"calendarDate"' in text and _GARMIN_DAY.search(text) else "json"
    if _header(text) >= _PLAN_COLUMNS:
        return "plan"
    if _is_journal(text):
        return "journal"
    if _STRAVA_FILE.search(content) or _STRAVA_HEADER.match(text):
        return "strava"
    return "text" if text else "empty"


def _is_journal(text: str) -> bool:
    """Is the first line that is no comment the header of a journal of days?"""
    names = _header(text)
    return bool(names & _JOURNALS_OWN or ("day" in names and len(names & JOURNAL_COLUMNS) > 1))


def _header(text: str) -> set[str]:
    """What the columns are called, if the text is a table."""
    lines = (line.strip() for line in text.splitlines())
    # A spreadsheet puts quotation marks around a comment with a delimiter in it.
    header = next((line for line in lines if line and not line.lstrip("\"'").startswith(("#", "sep="))), "")
    return {name.strip("\"' ").casefold() for name in re.split(r"[,;\t]", header)}


# --- find


def _nothing_known(_path: str, _size_bytes: int, _modified_at: datetime) -> bool:
    return False


def _nobody(_more: int) -> None:
    pass


def source(named: Source | str) -> Source:
    """What the user named: a file or folder of this machine, or a place elsewhere."""
    if not isinstance(named, str):
        return named
    path = local_path(named)
    return Place.of(named) if path is None else path


def exports(
    sources: Sequence[Source],
    is_known: IsKnown = _nothing_known,
    expect: Callable[[int], None] = _nobody,
    without: Sequence[Path] = (),
) -> Generator[Export]:
    """Every file in `sources`, sorted within each, folders and zips opened, each file once.

    What `is_known` by path, size and time is skipped unread, a known zip with all its members. A zip comes
    before its members. Their content is read only when asked for; that at an address a little before.
    `expect` hears of how many more there are as soon as that is known: of a folder at once, of a zip when it
    is opened. The folders `without` are passed by, also where a link leads to them. Raises SettingsError for
    a source that is not there, StoreError for one that answers no more.
    """
    paths = [source.folder if isinstance(source, Place) else source for source in sources]
    away = [_listed(source) for source in sources if isinstance(source, Place) and not source.folder]
    # all of them before any is read: a slip must not show after minutes
    if missing := next((path for path in paths if path and not path.exists()), None):
        raise SettingsError(f"{missing}: there is no such file or folder")
    seen = {folder.resolve() for folder in without}
    met: set[str] = set()  # at addresses
    for path in paths:
        if path is None:
            found = [each for each in away.pop(0) if each.path not in met]
            met.update(each.path for each in found)
        else:
            root = path.resolve()
            found = [_export(file, _junk(file.parts[len(root.parts) :])) for file in _files(root, seen)]
        found = [each for each in found if not is_known(each.path, each.size_bytes, each.modified_at)]
        expect(len(found))
        coming = _ahead(found) if path is None else (each for each in found)
        with closing(coming):
            for export in coming:
                if export.junk or not _is_zip(export):
                    yield export
                    continue
                bytes_left = max(UNPACKED_SAFE_BYTES, export.size_bytes * UNPACKED_MAX_RATIO)
                search = _Search(is_known, expect, bytes_left)
                if export.is_away:  # all of it is needed anyway, for its digest
                    yield from _exports_spooled(export, 1, search)
                else:
                    yield from _exports_in(export, export.opened, 1, search)


def _listed(place: Place) -> list[Export]:
    """The files at an address, in the order in which they would be found in a folder."""
    try:
        entries = place.entries(with_hidden=True)
        itself = None if entries else place.itself()
    except FileNotFoundError as error:
        raise SettingsError(f"{place}: there is no such file or folder") from error
    except OSError as error:
        raise SettingsError(f"{place}: cannot be listed ({first_line(error)})") from error
    if itself:
        folder, entry = itself
        return [_away(folder, entry, junk="")]
    entries.sort(key=lambda entry: entry.name.split("/"))
    return [_away(place, entry, _junk(entry.name.split("/"))) for entry in entries]


def _away(place: Place, entry: Entry, junk: str) -> Export:
    path = f"{place}/{entry.name}"
    opened = partial(place.opened, entry.name)
    return Export(path, entry.size_bytes, entry.modified_at, opened, junk, is_away=True)


def _ahead(found: Sequence[Export]) -> Generator[Export]:
    """The same, with the bytes of the next ones on their way: a store takes longer to answer than to send."""
    pool = ThreadPoolExecutor(AT_ONCE)
    waiting: deque[Export] = deque()
    try:
        for export in found:
            is_ahead = not export.junk and export.size_bytes <= AHEAD_BYTES
            coming = partial(_come, pool.submit(_bytes, export.opened)) if is_ahead else export.opened
            waiting.append(replace(export, opened=coming))
            while len(waiting) > AT_ONCE or sum(each.size_bytes for each in waiting) > AHEAD_BYTES:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        pool.shutdown(cancel_futures=True)


def _bytes(opened: Open) -> bytes:
    with opened() as file:
        return file.read()


def _come(content: Future[bytes]) -> IO[bytes]:
    return io.BytesIO(content.result())


def _files(path: Path, seen: set[Path]) -> Iterator[Path]:
    """The files below `path`; a folder that cannot be listed stands for itself."""
    try:
        folder = path.resolve() if path.is_dir() else None
        children = sorted(os.scandir(path), key=attrgetter("name")) if folder and folder not in seen else []
    except OSError:
        folder, children = None, []
    if folder is None and path not in seen:
        yield path
    seen.add(folder or path)  # links may go round in a circle
    for child in children:
        file = path / child.name
        if not child.is_file(follow_symlinks=False):
            yield from _files(file, seen)
        elif file not in seen:  # nearly all of them: the listing itself says that these are files
            seen.add(file)
            yield file


def _export(file: Path, junk: str) -> Export:
    path = os.fsencode(file).decode("utf-8", "backslashreplace")  # a name need not be text
    opened = partial(file.open, "rb")
    try:
        status = file.stat()
    except OSError:
        return Export(path, 0, _NEVER, opened, junk)
    modified_at = datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None)
    if not S_ISREG(status.st_mode) and not S_ISDIR(status.st_mode):
        junk = "a device or a pipe, not a file"
    return Export(path, status.st_size, modified_at, opened, junk)


# --- look into archives


@dataclass
class _Search:
    """What holds for a zip and all the zips in it; `bytes_left` is what may still be unpacked of them."""

    is_known: IsKnown
    expect: Callable[[int], None]
    bytes_left: int


def _exports_in(archive: Export, opened: Open, depth: int, search: _Search) -> Iterator[Export]:
    """The archive itself, then its members."""
    try:
        unpacked = _unpacker(archive, opened)
    except UnreadableFileError as error:
        yield replace(archive, error=error)
        return
    members = list(_members(archive, unpacked, search.is_known))
    search.bytes_left -= sum(member.size_bytes for member in members if not member.error)
    if search.bytes_left < 0:
        yield replace(archive, error=_bomb(archive.path))
        return
    yield replace(archive, container=True)
    search.expect(len(members))
    for member in members:
        if member.junk or member.error or not _is_zip(member):
            yield member
        else:
            yield from _exports_spooled(member, depth + 1, search)


def _exports_spooled(archive: Export, depth: int, search: _Search) -> Iterator[Export]:
    """The same of an archive that cannot be read where it is."""
    try:
        spooled, digest = _spooled(archive, depth)
    except UnreadableFileError as error:
        yield replace(archive, error=error)
    else:
        yield from _exports_in(replace(archive, digest=digest), lambda: spooled, depth, search)


def _unpacker(archive: Export, opened: Open) -> zipfile.ZipFile:
    try:
        with ExitStack() as until_used:
            file = until_used.enter_context(opened())
            if _directory_bytes(file) > DIRECTORY_MAX_BYTES:
                raise UnreadableFileError(archive.path, "too_many_members", "no export has so many files")
            unpacked = zipfile.ZipFile(file)
            if sum(member.compress_size for member in unpacked.infolist()) > unpacked.start_dir:
                raise _bomb(archive.path)  # more than the archive has: members share their bytes
            # Not closed before: its members are read as long as somebody holds one.
            weakref.finalize(unpacked, until_used.pop_all().close)
            return unpacked
    except _DAMAGE as error:
        detail = f"its list of files cannot be read ({error}); so does a download look that was cut short"
        raise UnreadableFileError(archive.path, "damaged_archive", detail) from error


def _directory_bytes(file: IO[bytes]) -> int:
    """How large the list of its members is, as a zip says: zipfile reads it whole. 0 if there is none."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END_MAX_BYTES))
    tail = file.read()
    found = [0]
    for mark, offset, form in _ENDS:
        at = tail.rfind(mark) + offset
        if at >= offset and at + struct.calcsize(form) <= len(tail):
            found += struct.unpack_from(form, tail, at)
    # the small end says "see the large one" by a number that is larger than the file
    return max(told for told in found if told <= size)


def _members(archive: Export, unpacked: zipfile.ZipFile, is_known: IsKnown) -> Iterator[Export]:
    """The files in an archive by name; of several with one name, the latter ones are numbered."""
    counts: Counter[str] = Counter()
    for member in sorted(unpacked.infolist(), key=attrgetter("filename")):
        counts[member.filename] += 1
        number = f" ({counts[member.filename]})" if counts[member.filename] > 1 else ""
        # Without a name of its own its path would be that of the archive.
        path = f"{archive.path}/{member.filename or 'nameless'}{number}"
        if not member.filename.endswith("/") and not is_known(path, member.file_size, archive.modified_at):
            yield Export(
                path,
                member.file_size,
                archive.modified_at,
                partial(unpacked.open, member),
                _junk(PurePosixPath(member.filename).parts),
                error=_refused(member, path),
            )


def _spooled(member: Export, depth: int) -> tuple[IO[bytes], str]:
    """An archive in an archive as a file of its own, on disk if it is large, and its digest."""
    if depth > ZIP_DEPTH_MAX:
        deep = f"an archive in an archive, more than {ZIP_DEPTH_MAX} deep"
        raise UnreadableFileError(member.path, "nested_too_deep", deep)
    with ExitStack() as until_whole:
        copy = until_whole.enter_context(tempfile.SpooledTemporaryFile(SPOOLED_BYTES))
        digest = member.sha256(copy)
        until_whole.pop_all()
        return copy, digest


def _is_zip(export: Export) -> bool:
    """Whether the file starts as an archive does; one that cannot be opened says so when it is read."""
    try:
        return export.head(4).startswith(_ZIP)
    except UnreadableFileError:
        return False


def _refused(member: zipfile.ZipInfo, path: str) -> UnreadableFileError | None:
    if member.flag_bits & 1:
        return UnreadableFileError(path, "encrypted", "it needs a password")
    if member.compress_type not in _METHODS:
        return UnreadableFileError(path, "unknown_packing", "it is packed in a way that no export is")
    is_bomb = member.file_size > _unpacked_max(member.compress_size, ARCHIVE_MAX_BYTES)
    return _bomb(path) if is_bomb else None


def _gunzipped(content: bytes, path: str) -> bytes:
    limit = _unpacked_max(len(content), CONTENT_MAX_BYTES)
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        unpacked = file.read(limit + 1)
    if len(unpacked) > limit:
        raise _bomb(path)
    return unpacked


def _unpacked_max(packed_bytes: int, at_most: int) -> int:
    return min(at_most, max(UNPACKED_SAFE_BYTES, packed_bytes * UNPACKED_MAX_RATIO))


def _bomb(path: str) -> UnreadableFileError:
    return UnreadableFileError(path, "zip_bomb", "unpacked it is larger than any export, perhaps on purpose")


def is_junk(name: str) -> bool:
    """Is a file or folder of this name nobody's export?"""
    return bool(_junk((name,)))


def _junk(parts: Sequence[str]) -> str:
    """Why a file with this path below what the user named is no export, if so."""
    for part in parts:
        if part.lower() in _JUNK:
            return _JUNK[part.lower()]
        if part.startswith(".") and part != "..":
            return "a hidden file"
    return "still being downloaded" if parts and parts[-1].lower().endswith(_PARTIAL) else ""
