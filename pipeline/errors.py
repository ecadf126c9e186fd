"""The expected errors. Each names the file or the model it is about; anything else is a bug and may crash."""

import errno
import os
from pathlib import PurePath

# What helps where nothing can be written.
_ADVICE = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room there"),
    errno.EFBIG: "allow larger files there (`ulimit -f`)",
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EROFS),
        "let this user write there, or choose another folder with --data",
    ),
    **dict.fromkeys(
        (errno.ENOTDIR, errno.EEXIST, errno.EISDIR),
        "move away what stands where nextgear wants a file or a folder of its own",
    ),
}

# What no athlete can do anything for: the disk, not one of its files; nobody who listens any more.
_NOBODYS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EPIPE)


class NextgearError(Exception):
    """What a user can be told in one sentence."""

    exit_code = 2  # what was asked for cannot be done; 1: something of ours is wrong


class UnreadableFileError(NextgearError):
    """A file that no reader can make sense of. It is quarantined and the run goes on.

    `reason` is a stable code (`not_gpx`, `empty`), `detail` says what was found and where.
    """

    def __init__(self, path: PurePath | str, reason: str, detail: str) -> None:
        super().__init__(f"{path}: {reason}: {detail}")
        self.path = str(path)
        self.reason = reason
        self.detail = detail


class StoreError(NextgearError):
    """A store at an address that answers no more: what it holds is not damaged, nobody knows."""

    exit_code = 1


class ModelError(NextgearError):
    """A SQL model that cannot be parsed, ordered or run. The published warehouse stays as it was."""

    exit_code = 1

    def __init__(self, model: str, detail: str) -> None:
        super().__init__(f"model {model}: {detail}")
        self.model = model
        self.detail = detail


class CheckError(NextgearError):
    """A promise of a model that its rows break. The published warehouse stays as it was."""

    exit_code = 1

    def __init__(self, model: str, check: str, rows: str) -> None:
        super().__init__(f"model {model} breaks its promise `{check}`:\n{rows}")
        self.model = model
        self.check = check
        self.rows = rows


class LakeError(NextgearError):
    """A lake that is damaged, or that this program must not write to, for it could not keep all of it."""

    exit_code = 1


class BusyError(NextgearError):
    """Another run is at work on the data folder."""

    exit_code = 75


class WarehouseError(NextgearError):
    """A published warehouse that is damaged; the lake has all that it takes to build another."""

    exit_code = 1


class SettingsError(NextgearError):
    """A value in athlete.toml, on the command line or in a query that cannot be used."""


def sentence(error: OSError) -> str:
    """What could not be written, and what to do about it."""
    path = error.filename2 or error.filename  # of a rename the place where it should have come
    what = error.strerror or str(error)
    advice = next((advice for code, advice in _ADVICE.items() if os.strerror(code) in what), "see to that")
    return (
        f"{path}: {what}. What was complete is kept; {advice} and run again."
        if path
        else (f"{what}. What was complete is kept; {advice} and run again.")
    )


def is_nobodys(error: Exception) -> bool:
    """Is the disk full or not to be written, has a store fallen silent, or has who reads us gone?"""
    if isinstance(error, StoreError):
        return True
    return isinstance(error, OSError) and any(os.strerror(code) in str(error) for code in _NOBODYS)
