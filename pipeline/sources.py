"""Finding exports: files in folders, in .gz, in .zip in .zip. Only bytes and names here; readers know formats."""

import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from stat import S_ISREG

from pipeline.errors import UnreadableFileError

# A whole Garmin account is under 2 GiB a part; one larger member could fill the memory.
UNPACKED_MAX_BYTES = 2 * 1024**3

# Tracks as XML shrink 10 to 30 times, a still one up to 100. A bomb is a thousand times larger than its file.
UNPACKED_MAX_RATIO = 200

# Below this the ratio says nothing: a small file of blanks does no harm.
UNPACKED_SAFE_BYTES = 10 * 1024**2

# A Garmin account's export is a zip of zips of files. Deeper, somebody is playing.
ZIP_DEPTH_MAX = 3

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

_ROOTS = {"gpx": "gpx", "trainingcenterdatabase": "tcx", "html": "html"}


@dataclass(frozen=True)
class Export:
    """A file that was found, in a folder or as `<zip>/<member>`.

    `size_bytes` and `modified_at` (naive UTC) tell whether it changed; those of a member are its unpacked size
    and the time of the outermost file. A `container` is a zip whose members are exports of their own. `junk`
    says why it is not worth reading, `error` why it cannot be read.
    """

    path: str
    size_bytes: int
    modified_at: datetime
    load: Callable[[], bytes]
    container: bool = False
    junk: str = ""
    error: UnreadableFileError | None = None

    def content(self) -> bytes:
        """All of it, unpacked if it is gzipped. Raises `UnreadableFileError`."""
        if self.error:
            raise self.error
        try:
            content = self.load()
            return _gunzipped(content, self.path) if sniff(content) == "gzip" else content
        except PermissionError as error:
            raise UnreadableFileError(self.path, "no_permission", "this user may not read it") from error
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise UnreadableFileError(self.path, "damaged_archive", str(error)) from error


def sniff(content: bytes) -> str:
    """What the bytes are, whatever the file is called: `fit`, `gpx`, `tcx`, `zip`, `gzip`, `html`, `json` ..."""
    if content[8:12] == b".FIT":
        return "fit"
    if content[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return "zip"
    if content[:2] == b"\x1f\x8b":
        return "gzip"
    head = _text(content[:4096]).lstrip("\ufeff \t\r\n")
    if not head:
        return "empty" if not content.strip() else "binary"
    if head.startswith("<"):
        root = re.search(r"<(?:[\w.-]+:)?([a-z][\w.-]*)", head, re.IGNORECASE)
        doctype = re.match(r"<!doctype html", head, re.IGNORECASE)
        return "html" if doctype else _ROOTS.get(root[1].lower() if root else "", "xml")
    if head[0] in "{[":
        return "json"
    return "text" if "\0" not in head else "binary"


def exports(paths: Sequence[Path], is_known: IsKnown = lambda *_: False) -> Iterator[Export]:
    """Every file in `paths`, sorted within each, folders and zips opened, each file once.

    What `is_known` by path, size and time is skipped unread, a known zip with all its members. A zip comes after
    its members: once it is known, they all are.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise UnreadableFileError(path, "not_found", "there is no such file or folder")
        for found in _files(path.resolve(), seen):
            below = found.relative_to(path.resolve())
            yield from _from_file(found, _junk(below.parts), is_known)
