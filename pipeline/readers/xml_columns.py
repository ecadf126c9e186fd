"""GPX and TCX as they stream by: their points as columns, what stands around the points as a small tree.

Tags are known by their last part, in lower case: every program has its own name spaces, and some forget to
declare them. A value that is not there, or is no number, is NaN in a column.
"""

import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Self, TypeVar
from xml.parsers import expat

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.errors import UnreadableFileError
from pipeline.readers import channels
from pipeline.readers.channels import Columns

# No program nests deeper than twenty, nor writes so much that is no point; both only fill the memory.
_DEPTH_MAX = 100
_ELEMENTS_MAX = 200_000

# Other times are a clock that was not set: there were no receivers to carry before. Seconds since 1970.
_CLOCK_MIN, _CLOCK_MAX = 631_152_000, 4_102_444_800

# Nothing that is measured comes near. Such numbers are damage, and would overflow in sums.
_NUMBER_END = 1e15

# Codecs of Python that are encodings of files; the rest unpacks or transforms, some in quadratic time.
_ENCODINGS = ("big5", "cp", "euc", "gb", "iso", "koi", "mac", "shift", "utf-16", "windows")

_Value = TypeVar("_Value")


@dataclass(slots=True)
class Element:
    """What is not a point: its points are those from `first_point` up to before `end_point`."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    first_point: int = 0
    end_point: int = 0
    text: str = ""
    children: list[Self] = field(default_factory=list[Self])

    def all(self, name: str) -> Iterator[Self]:
        """The outermost elements of that name below this one, at any depth, in the order of the file."""
        for child in self.children:
            if child.name == name:
                yield child
            else:
                yield from child.all(name)

    def first(self, *names: str) -> Self:
        """The first child of that name, and of it the first child ...; an empty element if there is none."""
        found = self
        for name in names:
            found = next((child for child in found.children if child.name == name), type(self)(name))
        return found

    def find(self, *names: str) -> str:
        """The text of `first`."""
        return self.first(*names).text


@dataclass(frozen=True)
class Document:
    """A file up to its end, or up to its first damage, of which `damage` then tells.

    `columns` has one value per point, NaN where there is none; `recorded_at` is in seconds since 1970.
    `first_time` is the first time of a point as it is written.
    """

    root: Element
    columns: Columns
    first_time: str
    damage: str

    def lost(self) -> str:
        """What does not become part of an activity, in words."""
        lost = int(np.isnan(self.columns["recorded_at"]).sum())
        untimed = f"{lost} of {self.root.end_point} points without a time left out" if lost else ""
        return "; ".join(filter(None, [untimed, self.damage]))


@dataclass(slots=True)
class _Texts:
    """The values of one column as they are written, and of which point each one is."""

    points: list[int] = field(default_factory=list[int])
    texts: list[str] = field(default_factory=list[str])


class _Memo(dict[str, _Value], Generic[_Value]):
    """What a function makes of a tag, worked out once per tag: a file has millions of tags, but few names."""

    def __init__(self, function: Callable[[str], _Value]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, tag: str) -> _Value:
        self[tag] = value = self._function(tag)
        return value


def parse(
    content: bytes,
    path: str,
    point: str,
    attributes: Mapping[str, str],
    children: Mapping[str, str],
    is_exact: bool = False,
) -> Document:
    """The tree of elements around those called `point`, and the columns of these.

    `attributes` and `children` name the column of each attribute and tag of a point; of several values for
    one column the first number counts. Document types are refused, and with them entities and references to
    elsewhere. A point that is cut short is no point.

    Unless `is_exact`, a value is what stands since the previous tag that ends: nothing but blanks stands
    between tags. If some value then makes no sense, the file is damaged there, and is read exactly.
    """
    local = _Memo(lambda tag: tag.rpartition(":")[2].lower())
    columns = {column: _Texts() for column in (*attributes.values(), *children.values())}
    destinations = _Memo(lambda tag: columns[children[local[tag]]] if local[tag] in children else None)
    stack = [Element("/")]  # no tag is called so: this one stays
    characters: list[str] = []
    clear = characters.clear
    of_attributes = [(name, columns[column].texts.append) for name, column in attributes.items()]
    point_tag = ""
    point_count = element_count = 0

    def start(tag: str, written: dict[str, str]) -> None:
        nonlocal point_tag, element_count
        clear()
        name = local[tag]
        if name == point:
            point_tag = tag
            for attribute, add_text in of_attributes:
                add_text(written.get(attribute, ""))
            # Inside a point only ends are listened to: that is most of the speed.
            parser.StartElementHandler = start_in_point if is_exact else None
            parser.EndElementHandler = end_in_point
            return
        element = Element(name, written, point_count, point_count)
        stack[-1].children.append(element)
        stack.append(element)
        element_count += 1
        if len(stack) > _DEPTH_MAX or element_count > _ELEMENTS_MAX:
            raise UnreadableFileError(path, "unsafe_xml", "so many tags would fill the memory")

    def start_in_point(*_: object) -> None:
        clear()

    def end_in_point(tag: str) -> None:
        nonlocal point_count
        destination = destinations[tag]
        if destination:
            destination.points.append(point_count)
            destination.texts.append("".join(characters))
        elif tag == point_tag:
            point_count += 1
            parser.StartElementHandler = start
            parser.EndElementHandler = end
        clear()

    def end(tag: str) -> None:
        if stack[-1].name == local[tag]:  # a point in a point leaves ends without a start
            element = stack.pop()
            element.text = "".join(characters).strip()
            element.end_point = point_count
        clear()

    def refuse(*_: object) -> None:
        detail = "it declares a document type, whose entities can fill the memory"
        raise UnreadableFileError(path, "unsafe_xml", detail)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters.append
    parser.StartDoctypeDeclHandler = refuse
    damage = ""
    try:
        parser.Parse(_decoded(content), True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        damage = (
            f"damaged at line {error.lineno} ({what}), the rest is lost; {point_count} points come before"
        )
    for element in stack:  # what the damage left open
        element.end_point = point_count
    for column in attributes.values():
        columns[column].points.extend(range(len(columns[column].texts)))
    values = {
        column: (_seconds if column == "recorded_at" else _numbers)(written.texts)
        for column, written in columns.items()
    }
    if not is_exact and any(_is_doubtful(columns[name].texts, values[name]) for name in values):
        return parse(content, path, point, attributes, children, is_exact=True)
    return Document(
        stack[0],
        {name: _column_of(columns[name].points, values[name], point_count) for name in values},
        next(iter(columns["recorded_at"].texts), ""),
        damage,
    )


def _is_doubtful(texts: list[str], values: NDArray[np.float64]) -> bool:
    return any(texts[place].strip() for place in np.flatnonzero(np.isnan(values)))


def _decoded(content: bytes) -> str:
    """The text without what may stand before `<?xml`: a byte order mark, Strava's blanks."""
    declared = re.search(rb"""^\s*<\?xml[^>]*encoding=["']([\w.-]+)""", content[:200])
    encodings = ["utf-16"] if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ["utf-8"]
    if declared and declared[1].decode("ascii").lower().startswith(_ENCODINGS):
        encodings.append(declared[1].decode("ascii"))
    for encoding in encodings:
        try:
            return content.decode(encoding).lstrip("\ufeff" + string.whitespace)
        except (UnicodeError, LookupError):
            continue
    return content.decode("latin-1").lstrip()  # never fails, and positions and times are ASCII


def _column_of(
    points: Sequence[int] | NDArray[np.int64], values: NDArray[np.float64], point_count: int
) -> NDArray[np.float64]:
    """A value per point: of several the first, which is assigned last, and so stays."""
    column = np.full(point_count + 1, np.nan)  # the last one is of a point that was cut short
    known = np.flatnonzero(np.abs(values) < _NUMBER_END)[::-1]
    column[np.array(points, np.int64)[known]] = values[known]
    return column[:point_count]


def _numbers(texts: list[str]) -> NDArray[np.float64]:
    try:
        return np.array(list(map(float, texts)))
    except ValueError:
        return np.array([number(text) for text in texts])


def number(text: str) -> float:
    """What is written there, NaN if that is no number, or not one of anything that is measured."""
    try:
        value = float(text)
    except ValueError:
        return np.nan
    return value if abs(value) < _NUMBER_END else np.nan


def _seconds(texts: Sequence[str]) -> NDArray[np.float64]:
    """Since 1970, to the second, as watches record; a time without offset is UTC, as GPX prescribes."""
    trimmed = pc.utf8_trim_whitespace(pa.array(texts, pa.string()))
    try:
        stamps = trimmed.cast(pa.timestamp("us", "UTC"))
    except pa.ArrowInvalid:  # not plain ISO 8601, at least one of them
        stamps = pa.array([_time(text.strip()) for text in texts], pa.timestamp("us"))
    seconds = stamps.cast(pa.int64()).to_numpy(zero_copy_only=False) // 1_000_000
    return np.where((seconds >= _CLOCK_MIN) & (seconds < _CLOCK_MAX), seconds, np.nan)


def _time(text: str) -> datetime | None:
    """The time as gpxpy reads it, who knows more ways to write one; as naive UTC."""
    from gpxpy.gpxfield import TIME_TYPE

    time = TIME_TYPE.from_string(text)
    # Not `time.utcoffset()`: that raises at the +99:00 which gpxpy lets through.
    offset = time.tzinfo.utcoffset(time) if time and time.tzinfo else None
    try:
        return time.replace(tzinfo=None) - (offset or timedelta(0)) if time else None
    except OverflowError:  # the year 1 or 9999
        return None


def times(texts: Sequence[str]) -> list[datetime | None]:
    """What is no time is None, the others are naive UTC to the second."""
    return [None if np.isnan(seconds) else at(seconds) for seconds in _seconds(texts)]


def at(seconds: float) -> datetime:
    """So many seconds after 1970, as naive UTC."""
    return datetime(1970, 1, 1) + timedelta(seconds=float(seconds))


def utc_offset(text: str) -> int | None:
    """A time's own; none for plain UTC, which nearly every program writes wherever it is."""
    found = re.search(r":\d\d(?:\.\d+)?([+-])(\d\d):?(\d\d)?\s*$", text)
    if not found:
        return None
    seconds = int(found[2]) * 3600 + int(found[3] or 0) * 60
    return channels.utc_offset(-seconds if found[1] == "-" else seconds) if seconds else None
