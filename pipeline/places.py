"""Where things lie: a folder of this machine, or an address such as `s3://bucket/prefix`.

Through Arrow's filesystems, which are there already and speak S3, GCS, Azure and HDFS; who installs fsspec
reaches its filesystems as `fsspec+<name>://`. Passwords come from the environment, as those services have it.
An address says a name as the store has it, nothing encoded: `s3://bucket/my runs/100%`.
"""

import errno
import os
import re
import threading
import uuid
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import quote

import pyarrow as pa
from filelock import FileLock, Timeout
from pyarrow import fs

from pipeline.addresses import local_path
from pipeline.errors import BusyError, SettingsError

AT_ONCE = 16  # requests to a store: each waits for the network, not for this machine
PATIENCE_S = 60
LOCKS = ".locks"
RENEWED_S = 20  # how often who holds a place says so ...
DEAD_S = 120  # ... and after how long without a word somebody else may have it

_HIDDEN = re.compile(r"(?:^|/)\.")
_NEVER = datetime(1970, 1, 1)
_KNOWN = "say a path, file:, s3:, gs:, abfs: or hdfs:"
# What follows a question mark is for Arrow: the endpoint, the region.
_ADDRESS = re.compile(r"(\w+|fsspec\+\w+)://([^/?]*)(.*?)(\?[a-z_]+=.*)?", re.DOTALL)
_CUT_PASSWORD = re.compile(r"[^/?@]*:(?!\d+(?:[/?]|$))[^/?@]*[/?].*@", re.DOTALL)  # its end would be a path
_ALSO_CALLED = {"s3a": "s3", "s3n": "s3"}  # by Hadoop
_LIMIT = (
    f"retry_limit_seconds={PATIENCE_S}"  # else, where nobody answers, Arrow asks for a quarter of an hour
)
# A small object is one request, rather than three: to begin, to write and to end it.
_WANTED = {"s3": "allow_delayed_open=true", "gs": _LIMIT, "gcs": _LIMIT}
_WITH_BUCKETS = ("s3", "gcs", "abfs")
# By Amazon, of what it has in an archive, by Google, by Microsoft.
_REFUSED = re.compile("ACCESS_DENIED|storage class|PERMISSION_DENIED|AuthorizationPermissionMismatch")
_RENAMED = ("local", "hdfs")  # here others see a file while it is being written: it is, beside its name


@dataclass(frozen=True)
class Entry:
    """A file of a place, by its name below it; the time is naive UTC."""

    name: str
    size_bytes: int
    modified_at: datetime


@dataclass(frozen=True)
class Place:
    """A folder on some filesystem. Its files are written whole or not at all.

    Raises OSError, naming the address, for what cannot be reached; SettingsError for an address that is none.
    """

    filesystem: fs.FileSystem
    path: str
    address: str

    @classmethod
    def of(cls, address: str) -> "Place":
        """What `file:`, `s3:`, `gs:` and the like name; or a path of this machine."""
        folder = local_path(address)
        if folder is not None:
            folder = folder.expanduser().absolute()
            return cls(fs.LocalFileSystem(), folder.as_posix().rstrip("/"), str(folder))
        parts = _ADDRESS.fullmatch(address)
        if parts is None:
            raise SettingsError(f"{address}: no address; {_KNOWN}")
        scheme, authority, path, options = parts[1].lower(), parts[2], parts[3].rstrip("/"), parts[4] or ""
        scheme = _ALSO_CALLED.get(scheme, scheme)
        wanted = _WANTED.get(scheme, "")
        if wanted.partition("=")[0] not in options:
            options += f"{'&' if options else '?'}{wanted}"
        # of who asks and with which password, nothing is told
        shown = f"{scheme}://{re.sub(r'.*@' if scheme == 's3' else r':[^@]*(?=@)', '', authority)}{path}"
        if _CUT_PASSWORD.match(f"{authority}{path}{options}"):
            raise SettingsError(f"{scheme}://…: a `/` or `?` of a password in an address is written %2F, %3F")
        uri = f"{scheme}://{authority}{path if scheme.startswith('fsspec+') else quote(path)}{options}"
        try:
            filesystem, inside = fs.FileSystem.from_uri(uri)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ImportError, OSError) as error:
            what = first_line(error).replace(uri, shown)
            raise SettingsError(f"{shown}: cannot be reached ({what}); {_KNOWN}") from error
        if filesystem.type_name in _WITH_BUCKETS and not inside.strip("/"):
            raise SettingsError(f"{shown}: say which bucket, as in {scheme}://BUCKET/FOLDER")
        if "//" in inside:
            raise SettingsError(f"{shown}: a name is missing between two slashes")
        return cls(filesystem, inside.rstrip("/"), shown)

    def __truediv__(self, name: str) -> "Place":
        return Place(self.filesystem, f"{self.path}/{name}", f"{self.address}/{name}")

    def __str__(self) -> str:
        return self.address

    @property
    def folder(self) -> Path | None:
        """The folder itself, if it is one of this machine."""
        return Path(self.path) if self.filesystem.type_name == "local" else None

    def entries(self, *, with_hidden: bool = False) -> list[Entry]:
        """All files below, sorted by name; none where there is nothing.

        What is called with a dot at the beginning, itself or a folder of it, is hidden: so are files that are
        just being written.
        """
        entries = [
            Entry(info.path[len(self.path) + 1 :], info.size or 0, _naive(info.mtime))
            for info in self._listed(is_recursive=True)
            if info.is_file
        ]
        return [entry for entry in entries if with_hidden or not _HIDDEN.search(entry.name)]

    def children(self) -> tuple[list[str], list[Entry]]:
        """The folders right below, and the files."""
        listed = self._listed(is_recursive=False)
        folders = [info.base_name for info in listed if not info.is_file]
        files = [Entry(info.base_name, info.size or 0, _naive(info.mtime)) for info in listed if info.is_file]
        return folders, files

    def itself(self) -> "tuple[Place, Entry] | None":
        """If it is a file: its folder, and what it is there. Raises FileNotFoundError if nothing is there."""
        with _named(self.address):
            info = self.filesystem.get_file_info(self.path)
        if info.type == fs.FileType.NotFound:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.address)
        if not info.is_file:
            return None
        folder = Place(self.filesystem, self.path.rpartition("/")[0], self.address.rpartition("/")[0])
        return folder, Entry(info.base_name, info.size or 0, _naive(info.mtime))

    def _listed(self, *, is_recursive: bool) -> list[fs.FileInfo]:
        selector = fs.FileSelector(self.path, allow_not_found=True, recursive=is_recursive)
        with _named(self.address):
            found = self.filesystem.get_file_info(selector)
        return sorted(found, key=lambda info: info.path)

    def read(self, name: str) -> bytes | None:
        """What a file holds; None if there is none."""
        with _named(f"{self.address}/{name}"):
            try:
                with self.filesystem.open_input_stream(f"{self.path}/{name}") as file:
                    return file.read()
            except FileNotFoundError:
                return None

    def opened(self, name: str) -> IO[bytes]:
        """A file to read and to seek in."""
        with _named(f"{self.address}/{name}"):
            return self.filesystem.open_input_file(f"{self.path}/{name}")  # pyright: ignore[reportReturnType] - NativeFile is one

    def write(self, name: str, content: bytes) -> None:
        """A file of this content, in place of the one that was there."""
        with (
            _named(f"{self.address}/{name}"),
            self._new(name) as target,
            self.filesystem.open_output_stream(target) as file,
        ):
            file.write(content)

    def fetch(self, names: Iterable[str], folder: Path) -> None:
        """Copies of files into a folder of this machine, under the same names.

        Where they lie on this machine as well, they are links: nobody writes into a file, all rename.
        """
        each_at_once(lambda name: self._fetch(name, folder / name), names)

    def _fetch(self, name: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.fetched")
        unfinished.unlink(missing_ok=True)  # of one who was killed: perhaps a link, to copy would write into
        with _named(f"{self.address}/{name}"):
            if self.folder and _is_linked(self.folder / name, unfinished):
                pass
            else:
                fs.copy_files(
                    f"{self.path}/{name}",
                    str(unfinished),
                    source_filesystem=self.filesystem,
                    destination_filesystem=fs.LocalFileSystem(),
                    use_threads=False,
                )
        unfinished.replace(target)
        unfinished.unlink(missing_ok=True)  # to rename one of two names of a file to the other does nothing

    def send(self, names: Iterable[str], folder: Path) -> None:
        """Copies of files of a folder of this machine, under the same names."""
        each_at_once(lambda name: self._send(name, folder / name), names)

    def _send(self, name: str, source: Path) -> None:
        with _named(f"{self.address}/{name}"), self._new(name) as target:
            if self.folder and _is_linked(source, Path(target)):
                return
            fs.copy_files(
                str(source),
                target,
                source_filesystem=fs.LocalFileSystem(),
                destination_filesystem=self.filesystem,
                use_threads=False,
            )

    @contextmanager
    def _new(self, name: str) -> Generator[str]:
        """The path to write to, which is `name` when all is written."""
        path = f"{self.path}/{name}"
        if self.filesystem.type_name not in _RENAMED:
            yield path  # of an object nobody sees anything before it is whole
            return
        folder, _, last = path.rpartition("/")
        unfinished = f"{folder}/.{last}.{uuid.uuid4().hex[:8]}"
        self.filesystem.create_dir(folder, recursive=True)
        try:
            yield unfinished
            self.filesystem.move(unfinished, path)
        finally:  # after a success, too: to rename one of two names of a file to the other does nothing
            with suppress(OSError):
                self.filesystem.delete_file(unfinished)

    def remove(self, names: Iterable[str]) -> None:
        """Take files away; those that are gone already are gone."""
        each_at_once(self._remove, names)

    def _remove(self, name: str) -> None:
        with _named(f"{self.address}/{name}"), suppress(FileNotFoundError):
            self.filesystem.delete_file(f"{self.path}/{name}")

    def remove_all(self) -> None:
        """Take away all that is below, and the folder."""
        with _named(self.address), suppress(FileNotFoundError):
            self.filesystem.delete_dir(self.path)

    @contextmanager
    def alone(self) -> Generator[None]:
        """Be the only one who changes this place. Raises BusyError at once if another one does.

        A folder is locked, and the system unlocks it however the run ends. A store knows no locks: there each
        lays down a note of its own and then looks for others. Of two at the same time both may turn back,
        never both go on. A note that nobody renewed for DEAD_S is of a run that was killed.
        """
        if self.folder:
            with self._locked(self.folder / LOCKS / "lock"):
                yield
            return
        note = f"{uuid.uuid4().hex}.json"
        locks = self / LOCKS
        locks.write(note, b"{}")
        try:
            self._turn_back_if_busy(locks, note)
            is_done = threading.Event()
            renewing = threading.Thread(target=_renew, args=(locks, note, is_done), daemon=True)
            renewing.start()
            try:
                yield
            finally:
                is_done.set()
                renewing.join()
        finally:
            locks.remove([note])

    @contextmanager
    def _locked(self, path: Path) -> Generator[None]:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise BusyError(f"another run is at work on {self.address} ({path} is held)") from error
        try:
            yield
        finally:
            lock.release()

    def _turn_back_if_busy(self, locks: "Place", note: str) -> None:
        notes = {entry.name: entry.modified_at for entry in locks.entries() if entry.name.endswith(".json")}
        # the times are all of one clock, the store's
        dead = [name for name, at in notes.items() if (notes.get(note, at) - at).total_seconds() > DEAD_S]
        if others := notes.keys() - {note, *dead}:
            raise BusyError(
                f"another run is at work on {self.address} (it says so in {LOCKS}/{min(others)}; if it was "
                f"killed, wait {DEAD_S // 60} minutes)"
            )
        locks.remove(dead)


def each_at_once(do: Callable[[str], None], names: Iterable[str]) -> None:
    """Do it for each name, several at a time; the first error is raised when all are through."""
    wanted = list(names)
    if len(wanted) < 2:
        for name in wanted:
            do(name)
        return
    with ThreadPoolExecutor(min(AT_ONCE, len(wanted))) as pool:
        for done in [pool.submit(do, name) for name in wanted]:
            done.result()


def _renew(locks: Place, note: str, is_done: threading.Event) -> None:
    while not is_done.wait(RENEWED_S):
        with suppress(OSError):  # the next time, perhaps
            locks.write(note, b"{}")


def _is_linked(source: Path, target: Path) -> bool:
    """Could the file be given a second name? Not on another disk, nor on some filesystems."""
    try:
        os.link(source, target)
    except FileNotFoundError as error:
        raise FileNotFoundError(error.errno, error.strerror, str(source)) from None
    except OSError:
        return False
    return True


def first_line(error: Exception) -> str:
    """What went wrong; what Arrow says may go on for pages."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said.partition("\n")[0]


def is_refused(error: OSError) -> bool:
    """Has the store answered, and does not give this one object: to this user, or from its archive?"""
    return type(error) is OSError and _REFUSED.search(str(error)) is not None


@contextmanager
def _named(address: str) -> Generator[None]:
    """Say of what fails where it is: not all of Arrow's errors do."""
    try:
        yield
    except OSError as error:
        if error.filename:
            raise
        kind = PermissionError if is_refused(error) else type(error)
        raise kind(error.errno or errno.EIO, first_line(error), address) from error


def _naive(moment: datetime | None) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else _NEVER
