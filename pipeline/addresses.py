"""What a text names: a file of this machine, or an address such as `s3://bucket/prefix`."""

import re
from pathlib import Path
from urllib.parse import unquote

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # two letters at least: one is a drive of Windows
_FILE = re.compile(r"file:(?://(?:localhost)?)?(?=/)", re.IGNORECASE)


def is_address(text: str) -> bool:
    """Does it name another filesystem, rather than a file of this machine?"""
    return _ADDRESS.match(text) is not None and _FILE.match(text) is None


def local_path(text: str) -> Path | None:
    """The file of this machine that is named: `file:///my%20runs` is `/my runs`; of an address None."""
    if is_address(text):
        return None
    uri = _FILE.match(text)
    return Path(unquote(text[uri.end() :]) if uri else text)
