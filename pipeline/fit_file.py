"""FIT files written as columns: all messages of a kind at once, by the names of Garmin's profile."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from fastcrc import crc16
from garmin_fit_sdk import Profile
from numpy.typing import NDArray

PROTOCOL_VERSION = 0x20
IS_DEFINITION = 0x40
STRING = 0x07
MOST_KINDS = 16  # of messages in a file that are never defined anew

# Of the base types that are written here, the number of it and numpy's name.
BASE_TYPES: Mapping[str, tuple[int, str]] = {
    "enum": (0x00, "u1"),
    "sint8": (0x01, "i1"),
    "uint8": (0x02, "u1"),
    "string": (STRING, "S"),
    "uint16": (0x84, "<u2"),
    "sint32": (0x85, "<i4"),
    "uint32": (0x86, "<u4"),
    "uint32z": (0x8C, "<u4"),
}

# A column is an array, or one value for each message or for all of them.
Column = NDArray[Any] | Sequence[Any] | str | float


@dataclass(frozen=True)
class Messages:
    """Messages of one kind: `columns` by field, in SI units or by the names of the profile's types."""

    kind: str
    columns: Mapping[str, Column]
    count: int = 1


def encoded(groups: Iterable[Messages], order: NDArray[np.int64]) -> bytes:
    """A FIT file of groups of messages; `order` sorts all of them, counted from group to group."""
    definitions, rows = bytearray(), list[bytes]()
    for local, group in enumerate(groups):
        definition, size, content = _group(local, group)
        definitions += definition
        rows += [content[begin : begin + size] for begin in range(0, len(content), size)]
    if len(rows) != len(order):
        raise ValueError(f"{len(rows)} messages, but an order of {len(order)}")
    body = bytes(definitions) + b"".join([rows[place] for place in order.tolist()])
    version = Profile["version"]
    head = struct.pack(
        "<BBHI4s", 14, PROTOCOL_VERSION, 1000 * version["major"] + version["minor"], len(body), b".FIT"
    )
    content = head + struct.pack("<H", crc16.arc(head)) + body
    return content + struct.pack("<H", crc16.arc(content))


def _group(local: int, group: Messages) -> tuple[bytes, int, bytes]:
    """The definition, the size of a message, and the messages, one after the other."""
    if local >= MOST_KINDS:
        raise ValueError(f"more than {MOST_KINDS} kinds of messages")
    number, fields = _fields(group.kind)
    columns = {name: _raw(fields[name], column) for name, column in group.columns.items()}
    dtype = np.dtype([("", "u1"), *((name, column.dtype) for name, column in columns.items())])
    rows = np.zeros(group.count, dtype)
    rows[dtype.names[0] if dtype.names else ""] = local
    for name, column in columns.items():
        rows[name] = column
    definition = struct.pack("<BBBHB", IS_DEFINITION | local, 0, 0, number, len(columns))
    definition += b"".join(
        bytes([fields[name]["num"], column.dtype.itemsize, BASE_TYPES[fields[name]["base_type"]][0]])
        for name, column in columns.items()
    )
    return definition, dtype.itemsize, rows.tobytes()


def _raw(field: Mapping[str, Any], column: Column) -> NDArray[Any]:
    """The numbers of a field as the file holds them."""
    number, dtype = BASE_TYPES[field["base_type"]]
    if number == STRING:
        return np.array(f"{column}\0".encode(), f"S{len(str(column).encode()) + 1}")
    codes = _codes(field["type"])
    if isinstance(column, str):
        return np.array(codes[column], dtype)
    if isinstance(column, Sequence) and column and isinstance(column[0], str):
        return np.array([codes[name] for name in column], dtype)
    return np.rint((np.asarray(column) + field["offset"][0]) * field["scale"][0]).astype(dtype)


@cache
def _fields(kind: str) -> tuple[int, Mapping[str, Mapping[str, Any]]]:
    number: int = Profile["mesg_num"][kind.upper()]
    return number, {field["name"]: field for field in Profile["messages"][number]["fields"].values()}


@cache
def _codes(kind: str) -> Mapping[str, int]:
    return {name: code for code, name in Profile["types"].get(kind, {}).items()}
