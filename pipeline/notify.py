"""News of a run to a phone or a mailbox, through Apprise, for who asks for it in `notify.toml`.

targets = ["ntfy://my-topic", "mailto://name:password@mail.example"]

Nothing else in nextgear ever uses the network. What is sent is the lines that a run prints as its news.
"""

import hashlib
import json
import logging
import re
import tomllib
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

from pipeline.errors import SettingsError
from pipeline.lake import beside

if TYPE_CHECKING:
    import apprise

TITLE = "nextgear"
FILE = "notify.toml"
UNSENT = "unsent.json"
HOW_TO_INSTALL = "`pip install 'nextgear[notify]'`, or `pipx inject nextgear apprise`"

_OTHERS_MAY_READ = 0o044
_MOST_LINES = 50  # of a target that takes nothing for months


def targets(path: Path) -> tuple[str, ...]:
    """Where news goes, as Apprise's URLs, from a file that need not be there.

    Raises SettingsError, without a word of what may be a password, for a file that says it in no such way.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a TOML file: {error}") from error
    listed = said.get("targets", [])
    urls = cast("list[object]", listed) if isinstance(listed, list) else [None]
    if said.keys() - {"targets"} or not all(isinstance(url, str) for url in urls):
        raise SettingsError(f'{path}: write it as targets = ["ntfy://my-topic", ...], and nothing else')
    return tuple(str(url) for url in urls)


def is_open_to_others(path: Path) -> bool:
    """May other users of this machine read the passwords in it?"""
    return path.exists() and bool(path.stat().st_mode & _OTHERS_MAY_READ)


def send(lines: Sequence[str], urls: Sequence[str], unsent: Path | None = None) -> list[str]:
    """Send the lines to every target; a sentence for each that did not take them, without its address.

    What a target did not take is kept in the file `unsent`, and sent before the next news.
    """
    waiting = _waiting(unsent)
    letters = {key_of(url): [*waiting.get(key_of(url), ()), *lines][-_MOST_LINES:] for url in urls}
    _keep(letters, unsent)  # first, so that a run that is killed meanwhile says it twice rather than never
    if not any(letters.values()):
        return []
    try:
        import apprise
    except ImportError:
        return [f"{FILE}: nothing was sent, for notifications need Apprise: {HOW_TO_INSTALL}"]
    asset = apprise.AppriseAsset(app_id=TITLE, app_desc="training, judged", app_url="")
    failures: list[str] = []
    for number, url in enumerate(urls, 1):
        if letters[key_of(url)] and (
            failure := _failure(number, url, "\n".join(letters[key_of(url)]), asset)
        ):
            failures.append(failure)
        else:
            letters[key_of(url)] = []
    _keep(letters, unsent)
    return failures


def key_of(url: str) -> str:
    """What tells targets apart in a file that is to hold no password."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _waiting(unsent: Path | None) -> dict[str, list[str]]:
    """What was not taken, by target; a file that is not ours, or was cut short, holds nothing."""
    try:
        said = json.loads(unsent.read_text(encoding="utf-8")) if unsent else {}
    except (FileNotFoundError, ValueError):
        return {}
    return cast("dict[str, list[str]]", said) if isinstance(said, dict) else {}


def _keep(letters: Mapping[str, Sequence[str]], unsent: Path | None) -> None:
    kept = {key: list(lines) for key, lines in letters.items() if lines}
    if unsent is None:
        return
    if not kept:
        unsent.unlink(missing_ok=True)
        return
    with beside(unsent) as unfinished:
        unfinished.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def _failure(number: int, url: str, text: str, asset: "apprise.AppriseAsset") -> str:
    """Why one target did not take the text; nothing if it did."""
    import apprise

    with _heard() as log:
        target = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
        was_sent = target and target.notify(body=text, title=TITLE, body_format=apprise.NotifyFormat.TEXT)
    if was_sent:
        return ""
    scheme = re.match(r"\w+(?=://)", url)
    # No more of the address: where it has no password, its path or its host is what nobody else may know.
    which = f"{FILE}: target {number}{f' ({scheme[0]})' if scheme else ''}"
    if not target:
        return f"{which} is no address that Apprise knows; see https://github.com/caronc/apprise"
    return f"{which} did not take the news{_reason(log, url)}"


@contextmanager
def _heard() -> Generator[list[str]]:
    """What Apprise has to say, which would go to standard error."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logger = logging.getLogger("apprise")
    had = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = had


def _reason(log: Sequence[str], url: str) -> str:
    """The last of what Apprise says, with a star for each word of the address."""
    if not log:
        return ""
    words = set(re.findall(r"\w+", f"{url.partition('://')[2]} {unquote(url)}")) - {url.partition("://")[0]}
    told = re.sub(r"\w+", lambda word: "*" if word[0] in words else word[0], " ".join(log[-1].split()))
    return f": {told}"
