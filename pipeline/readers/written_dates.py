"""Dates and times as platforms write them for people, in whatever language; CLDR knows the words."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from babel import Locale

# Those of the platforms' websites, and their neighbours.
_LANGUAGES = re.findall(
    r"\w+",
    "ar bg ca cs da de el en es et fi fr he hr hu id it ja ko lt lv ms nb nl pl pt ro ru sk sl sr sv th tr "
    "uk vi zh",
)

# Someone's "Sept." is another's "Sep": so much of a month's name is enough if no other month begins so.
_PREFIX_MIN = 3

# Nobody recorded anything before; later is another calendar, such as the Thai one.
_YEARS = range(1970, 2200)

_LENGTH_MAX = 100

_TIME = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2}):(?P<minute>\d\d)(:(?P<second>\d\d))?"
    r"|(?<![\d.])(?P<hour_>\d{1,2})\.(?P<minute_>\d\d)(\.(?P<second_>\d\d))?(?!\.?\d)"
)
_CLOCK = ("hour", "minute", "second")
_WORD = re.compile(r"[^\W\d_]+")
_PERIOD_AFTER = re.compile(r"\s*((?:[^\W\d_]+[.\s]*)*)")
_PERIOD_BEFORE = re.compile(r"([^\W\d_]+)\s*$")


@dataclass(frozen=True)
class _Parts:
    """A written date, taken apart. `numbers` are those of the date, the year being one of four digits."""

    hour: int
    minute: int
    second: int
    numbers: tuple[str, ...]
    words: frozenset[str]
    has_dots: bool


def parsed(texts: Sequence[str]) -> list[datetime | None]:
    """Each text as a naive datetime, None where it does not say for sure.

    All are in one language and one order, so what one leaves open (`3/4/2024`) others may decide. If none
    does, all stay open: nothing is guessed.
    """
    parts = [_parts(_plain(text)) if len(text) <= _LENGTH_MAX else None for text in texts]
    months = _months_of_words({one.words for one in parts if one and len(one.numbers) == 2})
    day_first = _is_day_first([one for one in parts if one])
    return [
        _iso(text) or (_date(one, months, day_first) if one else None)
        for text, one in zip(texts, parts, strict=True)
    ]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _iso(text: str) -> datetime | None:
    """ISO 8601 says what it means; without a time of day it does not say enough."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    is_utc = found.tzinfo is None or not found.utcoffset()
    return found.replace(tzinfo=None) if is_utc and ":" in text else None


def _parts(text: str) -> _Parts | None:
    found = next((match for match in _TIME.finditer(text) if match["hour"] or ":" not in text), None)
    if not found:
        return None
    hour, minute, second = (
        int(found[name] or found[f"{name}_"] or 0) for name in ("hour", "minute", "second")
    )
    before, after = text[: found.start()], text[found.end() :]
    is_afternoon = _is_afternoon(before, after)
    if is_afternoon is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * is_afternoon
    elif _PERIOD_AFTER.match(after)[1] and not re.search(r"\d", after):  # pyright: ignore[reportOptionalSubscript] - it matches nothing, too
        return None  # a word for half of a day, and we do not know which
    rest = f"{before} {after}"
    return _Parts(
        hour, minute, second, tuple(re.findall(r"\d+", rest)), frozenset(_WORD.findall(rest)), "." in before
    )


def _is_afternoon(before: str, after: str) -> bool | None:
    morning, afternoon = _halves_of_a_day()
    told = [_PERIOD_AFTER.match(after), _PERIOD_BEFORE.search(before)]
    for match in told:
        word = re.sub(r"[.\s]", "", match[1]) if match else ""
        if word in morning | afternoon:
            return word in afternoon
    return None


@lru_cache(maxsize=1)
def _halves_of_a_day() -> tuple[frozenset[str], frozenset[str]]:
    def words(key: str) -> frozenset[str]:
        written = (
            str(widths[width][key])
            for locale in map(Locale.parse, _LANGUAGES)
            for widths in locale.day_periods.values()
            for width in ("abbreviated", "wide")
            if key in widths.get(width, {})
        )
        return frozenset(re.sub(r"[.\s]", "", _plain(text)) for text in written)

    return words("am"), words("pm")


@lru_cache(maxsize=1)
def _month_names() -> list[tuple[Mapping[str, int], Mapping[str, int]]]:
    """For each language its words for months, without the dot of an abbreviation, and beginnings of them."""
    found: list[tuple[Mapping[str, int], Mapping[str, int]]] = []
    for language in _LANGUAGES:
        names = {
            _plain(str(name)).strip("."): number
            for widths in Locale.parse(language).months.values()
            for width in ("abbreviated", "wide")
            for number, name in widths.get(width, {}).items()
        }
        beginnings: dict[str, set[int]] = {}
        for name, number in names.items():
            for end in range(_PREFIX_MIN, len(name)):
                beginnings.setdefault(name[:end], set()).add(number)
        found.append((names, {text: min(of) for text, of in beginnings.items() if len(of) == 1} | names))
    return found


def _months_of_words(written: Iterable[frozenset[str]]) -> Mapping[frozenset[str], int]:
    """The month that each set of words has in it, in those languages that know most of them, and best.

    Several languages may: what they do not agree on is not told. `Listopad` is a month of autumn in both
    Polish and Croatian, but not the same.
    """
    written = list(written)
    ranked: list[tuple[tuple[int, int], Mapping[frozenset[str], int | None]]] = []
    for names, beginnings in _month_names():
        months = {words: _month_in(words, beginnings) for words in written}
        known = sum(month is not None for month in months.values())
        ranked.append(((known, sum(_month_in(words, names) is not None for words in written)), months))
    best = [months for rank, months in ranked if rank == max(rank for rank, _ in ranked)]
    told = {words: {months[words] for months in best} for words in written}
    return {words: month for words, found in told.items() if len(found) == 1 for month in found if month}


def _month_in(words: frozenset[str], names: Mapping[str, int]) -> int | None:
    found = {names[word] for word in words if word in names}
    return found.pop() if len(found) == 1 else None


def _is_day_first(parts: Iterable[_Parts]) -> bool | None:
    """Whether 3/4/2024 is the third of April; None if nothing tells."""
    pairs = [
        (int(one.numbers[0]), int(one.numbers[1]), one.has_dots)
        for one in parts
        if len(one.numbers) == 3 and len(one.numbers[2]) == 4
    ]
    first, second = (any(pair[at] > 12 for pair in pairs) for at in (0, 1))
    if first != second:
        return first
    # Nobody who writes dots puts the month first.
    return True if not first and pairs and all(has_dots for *_, has_dots in pairs) else None


def _date(one: _Parts, months: Mapping[frozenset[str], int], day_first: bool | None) -> datetime | None:
    years = [number for number in one.numbers if len(number) == 4]
    others = [int(number) for number in one.numbers if len(number) < 3]
    if len(years) != 1 or len(years) + len(others) != len(one.numbers):
        return None
    if len(others) == 1 and one.words in months:
        month, day = months[one.words], others[0]
    elif len(others) == 2 and one.numbers[0] == years[0]:
        month, day = others
    elif len(others) == 2 and one.numbers[2] == years[0] and day_first is not None:
        month, day = reversed(others) if day_first else others
    else:
        return None
    try:
        found = datetime(int(years[0]), month, day, one.hour, one.minute, one.second)
    except ValueError:
        return None
    return found if found.year in _YEARS else None
