"""Letters that do no harm: without control over the terminal, and such as it has.

What has no such letter shows a bar of `#`, a plain minus, dots for braille instead.
"""

import codecs
import sys
import unicodedata

_INSTEAD = {
    **dict.fromkeys("█▉▊▋▌▇▆", "#"),
    "▒": "=",
    "░": "-",
    **dict.fromkeys("▍▎▏", "|"),
    **dict(zip("▁▂▃▄▅", "_.-:=", strict=True)),
    **dict.fromkeys("−–─—", "-"),
    "×": "x",
    "·": "|",
    "…": "...",
    **dict.fromkeys("┤│├┃", "|"),
    **dict.fromkeys("┌┐└┘┬┴┼╭╮╰╯", "+"),
    "→": "->",
    "←": "<-",
    "≥": ">=",
    "≤": "<=",
    "±": "+-",
    "ß": "ss",
    **dict.fromkeys("“”", '"'),
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{NO-BREAK SPACE}": " ",
}
_BRAILLE = range(0x2800, 0x2900)
NAME = "nextgear"


def plain(text: str) -> str:
    """Text from a file on one line, without what would drive a terminal instead of being read."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def instead(letter: str) -> str:
    """Something of ASCII like it, or `?`."""
    if ord(letter) in _BRAILLE:
        # the upper rows of dots are the lower bits
        dots = ord(letter) - _BRAILLE.start
        return " " if not dots else "'" if not dots & 0b11110100 else "." if not dots & 0b00011011 else ":"
    without_accent = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return _INSTEAD.get(letter) or without_accent or "?"


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(instead, error.object[error.start : error.end])), error.end


def fit(*streams: object) -> None:
    """From now on a letter that a stream's encoding does not have is replaced, and never ends the program."""
    for stream in streams or (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=NAME)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


def keep() -> None:
    """From now on standard output is UTF-8, for what has to arrive as it is."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


codecs.register_error(NAME, _replaced)
