"""FIT as columns: where its messages start, then each field of all the messages of a definition at once.

`scan` walks over the messages, the only step that is done message by message. Of what it found, `columns`
gives a kind of message as arrays, `messages` as dictionaries where there are few.
"""

import struct
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
from fitdecode.profile import MESSAGE_TYPES
from numpy.typing import NDArray

Message = dict[str, Any]
Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Valid = NDArray[np.bool_]
Columns = dict[str, Real]

_FIELD_DESCRIPTION = 206
_TIMESTAMP = 253
_DEFINITIONS_MAX = 2_000
_NO_POSITIONS = np.array([], np.int64)
_WINDOW = 64  # messages that are looked at in one go, if one is like the one before
_STRING, _BYTE, _UINT32 = 0x07, 0x0D, 0x86

# Of each base type, numpy's name and the value that says "none"; of floats that is NaN.
_BASE_TYPES: Mapping[int, tuple[str, int | None]] = {
    0x00: ("u1", 0xFF),
    0x01: ("i1", 0x7F),
    0x02: ("u1", 0xFF),
    _STRING: ("u1", 0),
    0x0A: ("u1", 0),
    _BYTE: ("u1", 0xFF),
    0x83: ("i2", 0x7FFF),
    0x84: ("u2", 0xFFFF),
    0x85: ("i4", 0x7FFFFFFF),
    _UINT32: ("u4", 0xFFFFFFFF),
    0x88: ("f4", None),
    0x89: ("f8", None),
    0x8B: ("u2", 0),
    0x8C: ("u4", 0),
    0x8E: ("i8", 0x7FFFFFFFFFFFFFFF),
    0x8F: ("u8", 0xFFFFFFFFFFFFFFFF),
    0x90: ("u8", 0),
}


@dataclass(frozen=True)
class _Field:
    """A field as a definition declares it; `developer` is the index of its developer, if it has one."""

    number: int
    base_type: int
    bytes: slice
    developer: int | None = None


@dataclass(frozen=True)
class _Layout:
    """What a definition says: which message, and how its fields lie behind the header byte."""

    number: int
    byte_order: str
    size: int
    fields: tuple[_Field, ...]

    @cached_property
    def known(self) -> list[tuple[_Field, Any]]:
        """The fields that the profile knows, and what it says of them."""
        native = (one for one in self.fields if one.developer is None)
        profile = _profile(self.number)
        return [(one, profile[one.number]) for one in native if one.number in profile]

    @cached_property
    def components(self) -> list[tuple[_Field, Any, str]]:
        """The fields of which bits are another field, what the profile says of that, and its name."""
        profile = _profile(self.number)
        return [
            (one, part, profile[part.def_num].name)
            for one, about in self.known
            if one.base_type != _STRING
            for part in about.components or ()
        ]


@dataclass
class Group:
    """The messages of one definition; `starts` are their first bytes, in the order of the file."""

    body: bytes
    layout: _Layout
    defined_at: int
    starts: "array[int]" = field(default_factory=lambda: array("q"))

    @cached_property
    def positions(self) -> Whole:
        """`starts` for numpy."""
        return np.array(self.starts, np.int64)

    @cached_property
    def rows(self) -> NDArray[np.uint8]:
        """The bytes of each message."""
        size = self.layout.size
        anywhere = np.ndarray(len(self.body) - size + 1, f"V{size}", self.body, strides=(1,))
        return anywhere[self.positions].view(np.uint8).reshape(-1, size)

    def elements(self, one: _Field, base_type: int) -> tuple[NDArray[Any], Valid]:
        """A field as it is in the file, by message and element of its array, and which of that is a value."""
        kind, none = _BASE_TYPES[base_type]
        values = self.rows[:, one.bytes].view(self.layout.byte_order + kind)
        valid = ~np.isnan(values) if none is None else values != none
        if base_type == _BYTE:  # all or nothing
            valid = valid | np.any(valid, axis=1, keepdims=True)
        return values, valid

    def values(self, one: _Field, base_type: int) -> tuple[NDArray[Any], Valid]:
        """A field as it is in the file, of an array the first value, and in which messages there is one."""
        values, valid = self.elements(one, base_type)
        if values.shape[1] == 1:
            return values[:, 0], valid[:, 0]
        return values[np.arange(len(values)), np.argmax(valid, axis=1)], np.any(valid, axis=1)

    def texts(self, one: _Field) -> list[str | None]:
        """A field of text, which ends at the first zero byte."""
        rows = (row.tobytes() for row in self.rows[:, one.bytes])
        return [row.partition(b"\0")[0].decode("utf-8", "replace") or None for row in rows]


@dataclass(frozen=True)
class _Description:
    """What a file says of a developer's field, from `position` on."""

    position: int
    base_type: int | None
    column: str


@dataclass
class Scan:
    """The whole messages of one FIT file, and if there is damage, from which byte on and which."""

    body: bytes
    groups: list[Group] = field(default_factory=list)
    damaged_at: int | None = None
    damage: str = ""
    has_compressed_times: bool = False
    _positions: dict[str, Whole] = field(default_factory=dict[str, Whole])

    def of(self, name: str) -> list[Group]:
        """The groups of a kind of message."""
        number = _NUMBERS[name]
        return [group for group in self.groups if group.layout.number == number and group.starts]

    @cached_property
    def compressed_times(self) -> Mapping[int, Whole]:
        """By `defined_at` of a group: times of which header bytes tell five bits, -1 for other messages."""
        if not self.has_compressed_times:
            return {}
        groups = [group for group in self.groups if group.starts]
        positions = np.concatenate([group.positions for group in groups])
        headers = np.frombuffer(self.body, np.uint8)[positions].astype(np.int64)
        told = np.concatenate([_timestamps(group) for group in groups])
        tell_all, tell_some = np.flatnonzero(told >= 0), np.flatnonzero(headers >= 0x80)
        order = np.argsort(np.append(positions[tell_all], positions[tell_some] + 0.5))
        at, is_some = np.append(tell_all, tell_some)[order], order >= len(tell_all)
        times = np.full(len(positions), -1)
        times[at[is_some]] = unrolled(headers[at] & 0x1F, 5, np.where(is_some, -1, told[at]))[is_some]
        ends = np.cumsum([len(group.positions) for group in groups])[:-1]
        return {group.defined_at: part for group, part in zip(groups, np.split(times, ends), strict=True)}

    def positions(self, name: str) -> Whole:
        """Where the messages of a kind start, in the order of `columns` and `messages`."""
        if name not in self._positions:
            starts = [_NO_POSITIONS, *(group.positions for group in self.of(name))]
            self._positions[name] = np.sort(np.concatenate(starts), kind="stable")  # quick: each is in order
        return self._positions[name]

    @cached_property
    def descriptions(self) -> Mapping[tuple[int, int], list[_Description]]:
        """What the file says of developers' fields, by the index of the developer and the field's number."""
        found: dict[tuple[int, int], list[_Description]] = defaultdict(list)
        for key, description in sorted(_descriptions(self), key=lambda one: one[1].position):
            found[key].append(description)
        return found


_NUMBERS: Mapping[str, int] = {message.name: number for number, message in MESSAGE_TYPES.items()}


def _profile(number: int) -> Mapping[int, Any]:
    """The fields of a message as fitdecode's profile has them, by number."""
    known: Any = MESSAGE_TYPES.get(number)
    return known.fields if known else {}


@lru_cache(maxsize=1024)
def _layout(definition: bytes) -> _Layout:
    """What the bytes of a definition say that follow its header byte. A field without size is none."""
    byte_order = ">" if definition[1] else "<"
    (number,) = struct.unpack(byte_order + "H", definition[2:4])
    end = 5 + 3 * definition[4]
    fields: list[_Field] = []
    start = 1
    for at in (*range(5, end, 3), *range(end + 1, len(definition), 3)):
        field_number, size, last = definition[at : at + 3]
        stop = start + size
        if at > end:
            fields += [_Field(field_number, _BYTE, slice(start, stop), developer=last)] * bool(size)
        elif size:
            fields.append(_Field(field_number, _fitting(last, size), slice(start, stop)))
        start = stop
    return _Layout(number, byte_order, start, tuple(fields))


def _fitting(base_type: int | None, size: int) -> int:
    """The base type, or bytes if it does not fit the size: COROS declares uint32 of one byte."""
    if base_type is None or base_type not in _BASE_TYPES:
        return _BYTE
    return _BYTE if size % np.dtype(_BASE_TYPES[base_type][0]).itemsize else base_type


def scan(body: bytes) -> Scan:
    """The messages of the body of a FIT file, which is what lies between its header and its checksum."""
    found = Scan(body)
    groups: dict[object, Group] = {}
    described: list[array[int]] = []
    current: list[Group | None] = [None] * 16
    # By header byte, if met since the definition: the size of a message, and where to note its start.
    known: list[tuple[int, Callable[[int], None], array[int]] | None] = [None] * 256
    position, end, header, previous = 0, len(body), -1, -1
    while position < end:
        header = body[position]
        step = known[header]
        if step:
            size, note, starts = step
            if header == previous:
                window = body[position : position + _WINDOW * size : size]
                following = position + size * (len(window) - len(window.lstrip(window[:1])))
                starts.extend(range(position, following, size))
            else:
                note(position)
                following = position + size
                previous = header
        elif header & 0xC0 == 0x40:
            following = position + 6 + 3 * int.from_bytes(body[position + 5 : position + 6])
            if header & 0x20:
                following += 1 + 3 * int.from_bytes(body[following : following + 1])
            if following > end:
                return _damaged(found, position, "the definition is cut short")
            definition = body[position + 1 : following]
            layout = _layout(definition)
            key: object = definition
            if header & 0x20:  # means what the descriptions so far say
                key = definition, sum(map(len, described))
            if key not in groups:
                if len(groups) == _DEFINITIONS_MAX:
                    return _damaged(found, position, "there are more definitions than any device writes")
                groups[key] = Group(body, layout, position)
                found.groups.append(groups[key])
                if layout.number == _FIELD_DESCRIPTION:
                    described.append(groups[key].starts)
            local, previous = header & 0x0F, -1
            current[local] = groups[key]
            known[local:0x40:0x10] = [None] * 4
            if local < 4:
                known[0x80 + 32 * local : 0xA0 + 32 * local] = [None] * 32
        else:
            group = current[header >> 5 & 0x03 if header & 0x80 else header & 0x0F]
            if not group:
                return _damaged(found, position, "the message is not defined")
            known[header] = group.layout.size, group.starts.append, group.starts
            found.has_compressed_times |= header >= 0x80
            continue
        position = following
    if position > end and (step := known[header]):
        return _damaged(found, step[2].pop(), "the message is cut short")
    return found


def _damaged(found: Scan, position: int, damage: str) -> Scan:
    found.damaged_at, found.damage = position, damage
    return found


def unrolled(low: Whole, bits: int, told: Whole) -> Whole:
    """A number that only grows, of which messages have the low bits, and some all of it (else -1)."""
    is_told = told >= 0
    steps = np.diff(np.where(is_told, told, low), prepend=0) & ((1 << bits) - 1)
    grown = np.cumsum(np.where(is_told, 0, steps))
    latest = np.maximum.accumulate(np.where(is_told, np.arange(len(low)), -1))
    return grown + np.where(latest < 0, 0, told[latest] - grown[latest])


def _timestamps(group: Group) -> Whole:
    """The time that each message tells in full, or -1."""
    told = np.full(len(group.positions), -1)
    for one in group.layout.fields:
        if one.number == _TIMESTAMP and one.base_type == _UINT32:
            values, valid = group.values(one, _UINT32)
            told[valid] = values[valid]
    return told


def _descriptions(found: Scan) -> Iterator[tuple[Any, _Description]]:
    for group in found.of("field_description"):
        fields = {one.number: one for one in group.layout.fields}
        developer, number, base_type, native = (
            _listed(group, fields[wanted]) if wanted in fields else [None] * len(group.positions)
            for wanted in (0, 1, 2, 15)
        )
        names, units = (
            group.texts(fields[wanted]) if wanted in fields else [None] * len(group.positions)
            for wanted in (3, 8)
        )
        for at, position in enumerate(group.starts):
            name = names[at] if native[at] is None else native[at]
            column = f"developer_{name}_{units[at]}".lower()
            yield (developer[at], number[at]), _Description(position, base_type[at], column)


def columns(found: Scan, name: str, wanted: Collection[str] = ()) -> Columns:
    """All messages of a kind, a column per field (or per field `wanted`), in SI units; NaN is none.

    A developer's field is called after the native one that it stands in for and its units, `developer_3_bpm`,
    or after its own name, `developer_gct_ms`.
    """
    groups = found.of(name)
    positions = found.positions(name)
    complete: Columns = {}

    def column(of: str) -> Real:
        if of not in complete:
            complete[of] = np.full(len(positions), np.nan)
        return complete[of]

    for group in groups:
        rows = np.searchsorted(positions, group.positions)
        for of, values, valid in _from_least_to_most_trusted(found, group, wanted):
            if len(groups) == 1:
                np.copyto(column(of), values, where=valid)
            else:
                column(of)[rows[valid]] = values[valid]
    for of, places, values in _growing(groups, wanted):
        rows = np.searchsorted(positions, places)
        column(of)[rows] = np.where(np.isnan(column(of)[rows]), values, column(of)[rows])
    return complete


def _growing(groups: list[Group], wanted: Collection[str]) -> Iterator[tuple[str, Whole, Real]]:
    """What messages have the low bits of: the column, where the messages start, the values."""
    found: dict[str, list[tuple[Whole, Whole, Any]]] = defaultdict(list)
    for group in groups:
        for one, part, target in group.layout.components:
            if part.accumulate and (not wanted or target in wanted):
                low, valid = _component(group, one, part)
                if low.dtype.kind == "f":  # damage: of a real number no bits are another one
                    continue
                found[target].append((group.positions[valid], low[valid], part))
    for target, parts in found.items():
        places, low = (np.concatenate([part[at] for part in parts]) for at in (0, 1))
        order = np.argsort(places)
        about = parts[0][2]
        yield target, places[order], _scaled(unrolled(low[order], about.bits, np.full(len(low), -1)), about)


def _from_least_to_most_trusted(
    found: Scan, group: Group, wanted: Collection[str]
) -> Iterator[tuple[str, NDArray[Any], Valid]]:
    """The columns of a group; of two with one name, what the latter has counts more."""
    times = found.compressed_times.get(group.defined_at)
    if times is not None:
        yield "timestamp", times, times >= 0
    for one, part, target in reversed(group.layout.components):
        if not part.accumulate and (not wanted or target in wanted):
            values, valid = _component(group, one, part)
            yield target, _scaled(values, part), valid
    for one, about in group.layout.known:
        if one.base_type != _STRING and (not wanted or about.name in wanted):
            values, valid = group.values(one, one.base_type)
            yield about.name, _scaled(values, about), valid
    for one in group.layout.fields:
        if one.developer is None:
            continue
        said = found.descriptions.get((one.developer, one.number), [])
        said = said[: bisect_left(said, group.defined_at, key=attrgetter("position"))]
        if said and said[-1].base_type != _STRING and (not wanted or said[-1].column in wanted):
            size = one.bytes.stop - one.bytes.start
            yield said[-1].column, *group.values(one, _fitting(said[-1].base_type, size))


def _component(group: Group, one: _Field, part: Any) -> tuple[NDArray[Any], Valid]:
    """The bits of a field that are another field."""
    values, valid = group.elements(one, one.base_type)
    if values.dtype.kind == "f":
        return values[:, 0], valid[:, 0]
    shifts = 8 * np.arange(min(values.shape[1], 7))
    whole = (values[:, :7].astype(np.int64) << shifts).sum(axis=1)
    low = whole >> part.bit_offset & ((1 << part.bits) - 1)
    return low, np.any(valid, axis=1)


def _scaled(values: NDArray[Any], about: Any) -> NDArray[Any]:
    if about.scale:
        values = np.divide(values, about.scale, dtype=np.float64)
    return values - about.offset if about.offset else values


def messages(found: Scan, name: str, wanted: Collection[str]) -> list[Message]:
    """All messages of a kind with the fields `wanted` that they have, in SI units and the profile's words.

    A field whose meaning another one decides is called by its meaning: `garmin_product` instead of `product`.
    """
    dated: list[tuple[int, Message]] = []
    for group in found.of(name):
        fields = [(about, _listed(group, one)) for one, about in group.layout.known if about.name in wanted]
        times = found.compressed_times.get(group.defined_at)
        for at, position in enumerate(group.starts):
            raw = {about.def_num: values[at] for about, values in fields}
            message: Message = {}
            for about, values in fields:
                if values[at] is not None:
                    meant = _meant(about, raw) if about.subfields else about
                    message[meant.name] = _rendered(values[at], meant)
            if times is not None and times[at] >= 0:
                message.setdefault("timestamp", int(times[at]))
            dated.append((position, message))
    return [message for _, message in sorted(dated, key=itemgetter(0))]


def arrays(found: Scan, name: str, wanted: str) -> list[list[Any]]:
    """Of all messages of a kind the elements of one field, as it is in the file, that are values."""
    dated: list[tuple[int, list[Any]]] = []
    for group in found.of(name):
        one = next((one for one, about in group.layout.known if about.name == wanted), None)
        if one is None or one.base_type == _STRING:
            dated += ((position, []) for position in group.starts)
            continue
        values, valid = group.elements(one, one.base_type)
        dated += ((position, values[at][valid[at]].tolist()) for at, position in enumerate(group.starts))
    return [elements for _, elements in sorted(dated, key=itemgetter(0))]


def _listed(group: Group, one: _Field) -> list[Any]:
    """A field as it is in the file, None where there is no value."""
    if one.base_type == _STRING:
        return group.texts(one)
    values, valid = group.values(one, one.base_type)
    return [
        value if is_valid else None for value, is_valid in zip(values.tolist(), valid.tolist(), strict=True)
    ]


def _meant(about: Any, raw: Mapping[int, object]) -> Any:
    """The profile's field, or that of its subfields which the other fields of the message make of it."""
    subfields = (
        each
        for each in about.subfields
        for reference in each.ref_fields
        if raw.get(reference.def_num) == reference.raw_value
    )
    return next(subfields, about)


def _rendered(raw: Any, about: Any) -> Any:
    if about.type.enum and raw in about.type.enum:
        return about.type.enum[raw]
    if not isinstance(raw, str):
        raw = raw / about.scale if about.scale else raw
        raw = raw - about.offset if about.offset else raw
    return raw
