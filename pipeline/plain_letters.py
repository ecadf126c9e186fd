"""What to write where a terminal, a pipe or a mail knows no − or █: letters that look like it, no error.

cron and old systems have no UTF-8; a report with an en dash in it must reach them all the same.
"""

import codecs
import sys
import unicodedata
from io import TextIOWrapper

_NAME = "nextgear-plain"
_LIKE = {
    **dict.fromkeys("−–—─━·\u2010\u2011", "-"),
    **dict.fromkeys("█▉▊▋▌▇▆▅■▪●", "#"),
    **dict.fromkeys("▍▎▏▄▃▂▁░▒▓○□", "."),
    **dict.fromkeys("│┃┆┊", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯", "+"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u2032", "'"),
    **dict.fromkeys("•∙★✓", "*"),
    "×": "x",
    "…": "...",
    "→": "->",
    "←": "<-",
    "≥": ">=",
    "≤": "<=",
    "≈": "~",
    "±": "+-",
    "°": " deg",
    "ß": "ss",
    "ø": "o",
    "æ": "ae",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
}


def like(text: str) -> str:
    """Letters of ASCII for each of the text: what looks like it, the letter without its accent, or `?`."""
    return "".join(_LIKE.get(letter) or _without_accent(letter) for letter in text)


def _without_accent(letter: str) -> str:
    """The letter that it is made of; a combining accent alone is nothing."""
    parts = unicodedata.normalize("NFKD", letter)
    plain = parts.encode("ascii", "ignore").decode()
    return plain or ("" if unicodedata.combining(letter) else "?")


def use() -> None:
    """Have standard output and error write such letters where they cannot write the real ones."""
    codecs.register_error(_NAME, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_NAME)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return like(error.object[error.start : error.end]), error.end
