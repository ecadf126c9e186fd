"""Finding exports: files in folders, in .gz, in .zip in .zip. Bytes and names only; readers know formats."""

import gzip
import io
import lzma
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG
from typing import IO, Any

from pipeline.errors import UnreadableFileError

# A whole Garmin account is under 2 GiB a part; one larger member could fill the memory.
UNPACKED_MAX_BYTES = 2 * 1024**3

# Tracks as XML shrink 10 to 30 times, a still one up to 100. A bomb is a thousand times larger than its file.
UNPACKED_MAX_RATIO = 200

# Below this the ratio says nothing: a small file of blanks does no harm.
UNPACKED_SAFE_BYTES = 10 * 1024**2

# A Garmin account's export is a zip of zips of files. Deeper, somebody is playing.
ZIP_DEPTH_MAX = 3

# What unpacking raises at bytes that are no archive, or one that this Python cannot unpack.
_DAMAGE = (OSError, EOFError, ValueError, NotImplementedError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)

_NEVER = datetime(1970, 1, 1)

IsKnown = Callable[[str, int, datetime], bool]

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
# Some program left out the outermost tag of TCX, and the activities are all there.
_ROOTS = {"gpx": "gpx", "trainingcenterdatabase": "tcx", "activities": "tcx", "html": "html"}


@dataclass(frozen=True)
class Export:
    """A file that was found, in a folder or as `<zip>/<member>`.

    `size_bytes` and `modified_at` (naive UTC) tell whether it changed; those of a member are its unpacked
    size and the time of the outermost file. A `container` is a zip whose members are exports of their own.
    `junk` says why it is not worth reading, `error` why it cannot be read.
    """

    path: str
    size_bytes: int
    modified_at: datetime
    load: Callable[[], bytes]
    junk: str = ""
    container: bool = False
    error: UnreadableFileError | None = None

    def content(self) -> bytes:
        """All of it, unpacked if it is gzipped. Raises `UnreadableFileError`."""
        if self.error:
            raise self.error
        try:
            content = self.load()
            return _gunzipped(content, self.path) if sniff(content) == "gzip" else content
        except (PermissionError, IsADirectoryError) as error:
            raise UnreadableFileError(self.path, "no_permission", "this user may not read it") from error
        except FileNotFoundError as error:
            raise UnreadableFileError(self.path, "not_found", "it is gone, or a link to nothing") from error
        except _DAMAGE as error:
            raise UnreadableFileError(self.path, "damaged_archive", str(error)) from error


def sniff(content: bytes) -> str:
    """What the bytes are, whatever the file is called.

    One of fit, gpx, tcx, zip, gzip, html, json, xml (any other), text, binary, empty (blanks too).
    """
    if content[8:12] == b".FIT":
        return "fit"
    if content.startswith(_ZIP):
        return "zip"
    if content.startswith(_GZIP):
        return "gzip"
    head = content[:16_384]
    text = head.decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace")
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        root = re.search(r"<(!doctype html|(?:[\w.-]+:)?([a-z][\w.-]*))", text, re.IGNORECASE)
        return _ROOTS.get((root[2] or "html").lower() if root else "", "xml")
    if re.search(r"[\0-\x08\x0e-\x1f]", text):
        return "binary"
    if text.startswith(("{", "[")):
        return "json"
    return "text" if text else "empty"


def _nothing_known(_path: str, _size_bytes: int, _modified_at: datetime) -> bool:
    return False


def exports(paths: Sequence[Path], is_known: IsKnown = _nothing_known) -> Iterator[Export]:
    """Every file in `paths`, sorted within each, folders and zips opened, each file once.

    What `is_known` by path, size and time is skipped unread, a known zip with all its members. A zip comes
    before its members. Their content is read only when asked for.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise UnreadableFileError(path, "not_found", "there is no such file or folder")
        root = path.resolve()
        for file in _files(root, seen):
            yield from _exports_of(file, _junk(file.relative_to(root).parts), is_known)


def _files(path: Path, seen: set[Path]) -> Iterator[Path]:
    """The files below `path`; a folder that cannot be listed stands for itself."""
    try:
        folder = path.resolve() if path.is_dir() else None
        children = sorted(path.iterdir()) if folder and folder not in seen else []
    except OSError:
        folder, children = None, []
    if folder is None and path not in seen:
        yield path
    seen.add(folder or path)  # links may go round in a circle
    for child in children:
        yield from _files(child, seen)


def _exports_of(file: Path, junk: str, is_known: IsKnown) -> Iterator[Export]:
    path = os.fsencode(file).decode("utf-8", "backslashreplace")  # a name need not be text
    try:
        status = file.stat()
    except OSError:
        yield Export(path, 0, _NEVER, file.read_bytes, junk)
        return
    modified_at = datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None)
    if is_known(path, status.st_size, modified_at):
        return
    if not S_ISREG(status.st_mode) and not S_ISDIR(status.st_mode):
        junk = "a device or a pipe, not a file"
    export = Export(path, status.st_size, modified_at, file.read_bytes, junk)
    if not junk and _is_zip(file.open, "rb"):
        yield from _exports_in(export, file, 1, is_known)
    else:
        yield export


def _exports_in(archive: Export, file: Path | io.BytesIO, depth: int, is_known: IsKnown) -> Iterator[Export]:
    """The archive itself, then its members."""
    if depth > ZIP_DEPTH_MAX:
        deep = f"an archive in an archive, more than {ZIP_DEPTH_MAX} deep"
        yield replace(archive, error=UnreadableFileError(archive.path, "nested_too_deep", deep))
        return
    try:
        opened = zipfile.ZipFile(file)
    except _DAMAGE as error:
        damage = UnreadableFileError(archive.path, "damaged_archive", str(error))
        yield replace(archive, error=damage)
        return
    yield replace(archive, container=True)
    for member in sorted(opened.infolist(), key=attrgetter("filename")):
        # Without a name of its own its path would be that of the archive.
        path = f"{archive.path}/{member.filename or 'nameless'}"
        if member.filename.endswith("/") or is_known(path, member.file_size, archive.modified_at):
            continue
        junk = _junk(PurePosixPath(member.filename).parts)
        export = Export(
            path,
            member.file_size,
            archive.modified_at,
            partial(opened.read, member),
            junk,
            error=_refused(member, path),
        )
        if junk or export.error or not _is_zip(opened.open, member):
            yield export
            continue
        try:
            inner = io.BytesIO(export.content())
        except UnreadableFileError as error:
            yield replace(export, error=error)
            continue
        yield from _exports_in(export, inner, depth + 1, is_known)


def _is_zip(opened: Callable[[Any], IO[bytes]], what: object) -> bool:
    """Whether the file starts as an archive does; one that cannot be opened says so when it is read."""
    try:
        with opened(what) as file:
            return file.read(4).startswith(_ZIP)
    except _DAMAGE:
        return False


def _refused(member: zipfile.ZipInfo, path: str) -> UnreadableFileError | None:
    if member.flag_bits & 1:
        return UnreadableFileError(path, "encrypted", "it needs a password")
    return _bomb(path) if member.file_size > _unpacked_max(member.compress_size) else None


def _gunzipped(content: bytes, path: str) -> bytes:
    limit = _unpacked_max(len(content))
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        unpacked = file.read(limit + 1)
    if len(unpacked) > limit:
        raise _bomb(path)
    return unpacked


def _unpacked_max(packed_bytes: int) -> int:
    return min(UNPACKED_MAX_BYTES, max(UNPACKED_SAFE_BYTES, packed_bytes * UNPACKED_MAX_RATIO))


def _bomb(path: str) -> UnreadableFileError:
    return UnreadableFileError(path, "zip_bomb", "unpacked it is larger than any export, perhaps on purpose")


def _junk(parts: Sequence[str]) -> str:
    """Why a file with this path below what the user named is no export, if so."""
    for part in parts:
        if part.lower() in _JUNK:
            return _JUNK[part.lower()]
        if part.startswith("."):
            return "a hidden file"
    return "still being downloaded" if parts and parts[-1].lower().endswith(_PARTIAL) else ""
