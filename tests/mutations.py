"""Files as damage, odd programs and malice leave them, made from sound ones.

Every function takes its chances from the generator that it is given: the same seed makes the same mutant.
"""

import gzip
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from random import Random

from fastcrc import crc16

MUTATIONS_MAX = 4

_words = str.split

# Where programs go wrong: nothing, all bits, signs, what formats use for "none", sizes, dates.
_INTEGERS = (0, 1, 2, 7, 12, 14, 100, 1000, 0x10000000, 1_000_000_000)
_POWERS = (7, 8, 15, 16, 31, 32, 63, 64)

# Messages that are read, and some that are not.
_MESSAGES = (0, 2, 3, 12, 18, 19, 20, 21, 23, 27, 34, 49, 72, 78, 101, 132, 142, 206, 207, 0xFF00, 0xFFFF)
_BASE_TYPES = (0, 1, 2, 7, 10, 13, 0x83, 0x84, 0x8B, 0x85, 0x86, 0x88, 0x8C, 0x89, 0x8E, 0x8F, 0x90, 0x6F)
_BASE_TYPE_SIZES = (*(1,) * 6, *(2,) * 3, *(4,) * 4, *(8,) * 4, 3)  # the last one is none

_NUMBERS = (
    *_words("nan NaN -nan inf -Infinity 1e308 1e309 -1e18 1e-400 -0 0x10 1_0 1,5 १२ --5 1.2.3 true"),
    *_words("180 -180 90.0000001 4294967295 2147483647 -32768 65535 255"),
    *_words("<x/>7 7<!--x-->8 <![CDATA[7]]> &#55;"),
    *("", " ", "9" * 400, "9" * 100_000, "0." + "0" * 5000 + "1"),
)
_TIMES = (
    *_words("Z now 12:00:00 1622548800 2021-06-01 20210601T120000Z 2021-W22-2T12:00:00Z"),
    *_words("0000-00-00T00:00:00Z 1969-12-31T23:59:59Z 9999-12-31T23:59:59Z -2021-06-01T12:00:00Z"),
    *_words("2021-02-30T00:00:00Z 2021-06-01T24:00:00Z 2021-06-01T12:00:60Z 2021-06-01T12:00:00.Z"),
    *_words("2021-06-01T12:00:00+99:00 2021-06-01T12:00:00-00:00 2021-06-01T12:00:00+14:00"),
    *_words("2021-06-01T12:00:00.123456789012Z १२३४-06-01T12:00:00Z"),
    *("", "2021-06-01 12:00:00", "2021-06-01T12:00:00Z" * 50, "1" * 5000),
)
_TAG_SOUP = (
    *_words("< > </ /> <> & &lt; &#0; &#xD800; &#x1F3C3; ]]> <![CDATA[ <!-- --> \0 \x01 \x1a \ufeff"),
    *_words("</gpx> <trkpt> </trkpt> <trkseg> </Track> </Activity> <Trackpoint/>"),
    *("<?xml version='1.0'?>", "<?x y?>", "<Activity Sport='Running'>", "<trkpt lat='1' lat='2'/>"),
    "<Lap StartTime='2021-06-01T12:00:00Z'>",
    "<trkpt lat='1' lon='2'><time>2021-06-01T12:00:00Z</time></trkpt>",
    *("<a>" * 99, "<a>" * 5000, "<a></a>" * 3000, "<a " + "b='c' " * 20 + "/>", "<n" + "a" * 70_000 + "/>"),
    " " * 50_000,
)
_SPORTS = ("", "running", "9", "RUN run", "\x7f", "Ⓡ", "a" * 9999)
_DOCTYPES = (
    "<!DOCTYPE gpx>",
    '<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    '<!DOCTYPE gpx [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    '<!DOCTYPE gpx SYSTEM "elsewhere.dtd">',
    "<!ENTITY a 'b'>",
)
_ENCODINGS = (
    *_words("utf-8 utf-16 utf-16-le utf-16-be utf-32 utf-7 utf-8-sig latin-1 cp1252 cp037 big5 gb18030"),
    *_words("shift_jis iso2022_jp koi8-r mac-roman idna punycode unicode_escape nonsense"),
)
_MEMBER_NAMES = (
    *_words("run.fit run.gpx run.tcx run.FIT a/b/run.fit run.fit.gz run.zip run.kml activities.csv"),
    *_words(". .. / ../../run.fit /etc/run.fit C:\\run.fit a\\b.fit a//b.fit run.fit/ run.fit.part"),
    *_words(".hidden.fit __MACOSX/._run.fit lä\u202euf.fit \U0001f3c3.gpx nul\0l.fit"),
    *("", "a\nb.fit", "x" * 300 + ".fit"),
)
# Of the headers of an archive: their first bytes, and where their numbers are, and how large.
_ZIP_NUMBERS = {
    b"PK\x03\x04": "6:2 8:2 14:4 18:4 22:4 26:2 28:2",
    b"PK\x01\x02": "8:2 10:2 16:4 20:4 24:4 28:2 30:2 32:2 42:4",
    b"PK\x05\x06": "8:2 10:2 12:4 16:4 20:2",
}
_BOMB_BYTES = 60_000_000

Mutation = Callable[[bytes, Random, Sequence[bytes]], bytes]


def mutant(kind: str, seeds: Sequence[bytes], rng: Random) -> bytes:
    """Something that was one of the `seeds` once; for the kind `archive`, with seeds in it."""
    content = _archive(rng, seeds) if kind == "archive" else rng.choice(seeds)
    return mutated(kind, content, seeds, rng)


def mutated(kind: str, content: bytes, others: Sequence[bytes], rng: Random) -> bytes:
    """`content` after some mutations that suit its kind, and some that suit none; `others` are like it."""
    if kind == "fit" and rng.random() < 0.7:
        content = _mutated_fit(content, rng, others)
        blind = rng.choice((0, 0, 0, 1))
    else:
        aware = _ZIP_MUTATIONS if kind == "archive" else _XML_MUTATIONS if kind in {"gpx", "tcx"} else _BLIND
        for _ in range(rng.randint(0, MUTATIONS_MAX)):
            content = rng.choice(aware)(content, rng, others)
        blind = rng.randint(0, MUTATIONS_MAX) if rng.random() < 0.5 else 0
    for _ in range(blind):
        content = rng.choice(_BLIND)(content, rng, others)
    return _sealed_anew(content) if kind == "fit" and rng.random() < 0.3 else content


# --- blind: whatever the bytes mean


def _block(content: bytes, rng: Random) -> tuple[int, int]:
    """A place, and one behind it that is mostly near."""
    at = rng.randrange(len(content) + 1)
    return at, min(len(content), at + int(2 ** rng.uniform(0, 12)))


def _flip_bits(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    flipped = bytearray(content)
    for _count in range(rng.choice((1, 1, 2, 8, 64)) * bool(content)):
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    return bytes(flipped)


def _replace_bytes(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    start, end = _block(content, rng)
    return content[:start] + rng.randbytes(end - start) + content[end:]


def _fill(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    start, end = _block(content, rng)
    return content[:start] + bytes([rng.choice((0, 0x20, 0x7F, 0xFF))]) * (end - start) + content[end:]


def _put_integer(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(content) + 1)
    number = _integer(rng, rng.choice((1, 2, 4, 8)))
    return content[:at] + number + content[at + len(number) :]


def _cut_short(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _cut_a_little(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    return content[: -rng.randint(1, 16)]


def _delete(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    start, end = _block(content, rng)
    return content[:start] + content[end:]


def _repeat(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    start, end = _block(content, rng)
    return content[:end] + content[start:end] * rng.choice((1, 1, 2, 20)) + content[end:]


def _insert(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.randbytes(rng.choice((1, 2, 8, 256))) + content[at:]


def _move(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    start, end = _block(content, rng)
    rest = content[:start] + content[end:]
    at = rng.randrange(len(rest) + 1)
    return rest[:at] + content[start:end] + rest[at:]


def _splice(content: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others)
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]


def _append(content: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    return content + rng.choice((b"\0" * rng.randint(1, 99), rng.randbytes(9), rng.choice(others), content))


_BLIND: Sequence[Mutation] = (
    *(_flip_bits, _replace_bytes, _fill, _put_integer, _cut_short, _cut_a_little, _delete, _repeat),
    *(_insert, _move, _splice, _append),
)


def _integer(rng: Random, size: int) -> bytes:
    number = rng.choice((*_INTEGERS, *(2**power + rng.randint(-2, 2) for power in _POWERS)))
    number = -number if rng.random() < 0.2 else number
    return (number % 256**size).to_bytes(size, rng.choice(("little", "big")))


# --- FIT: its header, its definitions, its messages, its checksum


@dataclass
class _Part:
    """One FIT file of those that are chained: its messages, the last of which may be cut short."""

    header: bytes
    messages: list[bytes]
    checksum: bytes

    def sealed(self, size_error: int = 0) -> bytes:
        """With a checksum that matches, and a size that does unless told otherwise."""
        body = b"".join(self.messages)
        size = (len(body) + size_error) % 2**32
        head = self.header[:4] + struct.pack("<I", size) + self.header[8:]
        if len(head) == 14 and any(head[12:]):  # it may be left out
            head = head[:12] + struct.pack("<H", crc16.arc(head[:12]))
        return head + body + struct.pack("<H", crc16.arc(head + body))


def parts(content: bytes) -> list[_Part]:
    """The FIT files that are chained in a sound file, by message."""
    found: list[_Part] = []
    while content[8:12] == b".FIT":
        start, end = content[0], content[0] + int.from_bytes(content[4:8], "little")
        found.append(_Part(content[:start], fit_messages(content[start:end]), content[end : end + 2]))
        content = content[end + 2 :]
    return found


def fit_messages(body: bytes) -> list[bytes]:
    """The messages and definitions between the header and the checksum of a FIT file."""
    sizes: dict[int, int] = {}
    found: list[bytes] = []
    start = 0
    while start < len(body):
        header, end = body[start], len(body)
        if header & 0xC0 == 0x40:
            end = start + 6 + 3 * int.from_bytes(body[start + 5 : start + 6])
            size = 1 + sum(body[start + 7 : end : 3])
            if header & 0x20:
                own = end
                end += 1 + 3 * int.from_bytes(body[own : own + 1])
                size += sum(body[own + 2 : end : 3])
            sizes[header & 0x0F] = size
        else:
            end = start + sizes.get(header >> 5 & 3 if header & 0x80 else header & 0x0F, len(body))
        found.append(body[start:end])
        start = end
    return found


def thinned_fit(content: bytes, kept: int) -> bytes:
    """A smaller file of the same making: of each local type, the first messages after each definition."""
    return b"".join(_Part(one.header, _thinned(one.messages, kept), b"").sealed() for one in parts(content))


def _thinned(messages: list[bytes], kept: int) -> list[bytes]:
    counts: dict[int, int] = {}
    result: list[bytes] = []
    for message in messages:
        header = message[0]
        local = header >> 5 & 3 if header & 0x80 else header & 0x0F
        is_definition = header & 0xC0 == 0x40
        counts[local] = 0 if is_definition else counts.get(local, 0) + 1
        if counts[local] <= kept:
            result.append(message)
    return result


def _sealed_anew(content: bytes) -> bytes:
    """The checksum of the first part as it should be, if there is one."""
    end = (content[0] if content else 0) + int.from_bytes(content[4:8], "little")
    if end > len(content):
        return content
    return content[:end] + struct.pack("<H", crc16.arc(content[:end])) + content[end + 2 :]


def _mutated_fit(content: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    files = parts(content)
    if not files:
        return content
    one = rng.choice(files)
    for _ in range(rng.randint(1, MUTATIONS_MAX)):
        rng.choice(_FIT_MUTATIONS)(one, rng, others)
        one.messages = [message for message in one.messages if message]
    if rng.random() < 0.1:
        one.header = rng.choice((one.header[:12], one.header[:12] + b"\0\0", one.header + b"\0" * 9))
        one.header = bytes([len(one.header)]) + one.header[1:]
    is_sealed = rng.random() < 0.7
    size_error = rng.choice((1, -1, 2, -2, 12, 1000, -1000, 2**31)) if rng.random() < 0.1 else 0
    if rng.random() < 0.03:
        size_error = -len(b"".join(one.messages))  # the header says that there is nothing
    chained: list[bytes] = []
    for each in files:
        sealed = each.sealed(size_error if each is one else 0)
        chained.append(sealed if each is not one or is_sealed else sealed[:-2] + each.checksum)
    if rng.random() < 0.1:
        chained.append(rng.choice((chained[0], rng.choice(others), b"\0" * 5, one.sealed()[:-3])))
    if rng.random() < 0.05:
        rng.shuffle(chained)
    if rng.random() < 0.01:
        chained = chained[:1] * 3 + [_Part(one.header, [], b"").sealed()] * rng.choice((9, 2000))
    return b"".join(chained)


FitMutation = Callable[[_Part, Random, Sequence[bytes]], None]


def _a_definition(part: _Part, rng: Random) -> int | None:
    places = [at for at, one in enumerate(part.messages) if one[0] & 0xC0 == 0x40 and len(one) > 6]
    return rng.choice(places) if places else None


def _edit_definition(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    """A field's number, size or type, their count, the byte order, the message."""
    at = _a_definition(part, rng)
    if at is None:
        return
    edited = bytearray(part.messages[at])
    field = 6 + 3 * rng.randrange(max(edited[5], 1))
    what = rng.randrange(8)
    if what == 0:
        edited[2] = rng.choice((0, 1, 2, 255))
    elif what == 1:
        edited[3:5] = struct.pack("<H", rng.choice(_MESSAGES))
    elif what == 2:
        edited[5] = rng.choice((0, 1, edited[5] + 1 & 255, edited[5] - 1 & 255, 255))
    elif field + 2 < len(edited):
        kind = rng.randrange(len(_BASE_TYPES))
        if what == 3:
            edited[field] = rng.choice((253, 254, 0, 3, 5, 6, rng.randrange(256)))
        elif what == 4:
            edited[field + 1] = rng.choice((0, 1, 2, 3, 4, 8, 255, rng.randrange(256)))
        elif what == 5:
            edited[field + 2] = _BASE_TYPES[kind]
        else:  # together, so that what follows still is where it was
            size = edited[field + 1]
            fits = [one for one, of_one in zip(_BASE_TYPES, _BASE_TYPE_SIZES, strict=True) if of_one == size]
            edited[field + 2] = rng.choice(fits or _BASE_TYPES)
    part.messages[at] = bytes(edited)


def _retype_with_data(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    """A field of another size, in the definition and in all that it defines, with other values."""
    at = _a_definition(part, rng)
    definition = bytearray(b"" if at is None else part.messages[at])
    if at is None or not definition[5] or len(definition) < 6 + 3 * definition[5]:
        return
    index = rng.randrange(definition[5])
    sizes = list(definition[7 : 6 + 3 * definition[5] : 3])
    kind = rng.randrange(len(_BASE_TYPES))
    size = min(255, _BASE_TYPE_SIZES[kind] * rng.choice((1, 1, 1, 2, 5)))
    definition[7 + 3 * index : 9 + 3 * index] = bytes([size, _BASE_TYPES[kind]])
    start = 1 + sum(sizes[:index])
    local = definition[0] & 0x0F
    part.messages[at] = bytes(definition)
    for later in range(at + 1, len(part.messages)):
        message = part.messages[later]
        if message[0] & 0xC0 == 0x40:
            if message[0] & 0x0F == local:
                return
        elif message[0] == local:
            value = rng.choice((_integer(rng, size), rng.randbytes(size), b"\xff" * size))
            part.messages[later] = message[:start] + value + message[start + sizes[index] :]


def _put_in_message(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    for _count in range(rng.choice((1, 1, 3, 10)) * bool(part.messages)):
        at = rng.randrange(len(part.messages))
        message = part.messages[at]
        place = rng.randrange(1, max(len(message), 2))
        number = _integer(rng, rng.choice((1, 2, 4)))
        part.messages[at] = (message[:place] + number + message[place + len(number) :])[: len(message)]


def _shuffle_messages(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    start = rng.randrange(len(part.messages) + 1)
    end = start + rng.choice((2, 5, 50))
    part.messages[start:end] = rng.sample(part.messages[start:end], len(part.messages[start:end]))


def _repeat_messages(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    start = rng.randrange(len(part.messages) + 1)
    end = start + rng.choice((1, 2, 20))
    at = rng.choice((end, rng.randrange(len(part.messages) + 1)))
    part.messages[at:at] = part.messages[start:end] * rng.choice((1, 1, 3))


def _drop_messages(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    start = rng.randrange(len(part.messages) + 1)
    del part.messages[start : start + rng.choice((1, 1, 2, 20))]


def _drop_a_kind(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    """All messages of one local type: no session, no records, no `file_id`."""
    local = rng.choice(part.messages or [b"\0"])[0] & 0x0F
    part.messages = [one for one in part.messages if one[0] & 0x0F != local]


def _borrow_messages(part: _Part, rng: Random, others: Sequence[bytes]) -> None:
    """From another file, definitions and all: local types get another meaning."""
    for other in parts(rng.choice(others))[:1]:
        start = rng.randrange(len(other.messages) + 1)
        at = rng.randrange(len(part.messages) + 1)
        part.messages[at:at] = other.messages[start : start + rng.choice((1, 5, 50))]


def _redefine(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    """A definition again somewhere else, perhaps for another local type."""
    at = _a_definition(part, rng)
    if at is not None:
        definition = part.messages[at]
        header = rng.choice((definition[0], 0x40 | rng.randrange(16), definition[0] ^ 0x20))
        part.messages.insert(rng.randrange(len(part.messages) + 1), bytes([header]) + definition[1:])


def _compress_times(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    """The header byte of some messages tells five bits of the time."""
    for at in range(len(part.messages)):
        message = part.messages[at]
        if message[0] < 4 and rng.random() < 0.5:
            header = 0x80 | message[0] << 5 | rng.randrange(32)
            part.messages[at] = bytes([header]) + message[1:]


def _add_developer_field(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    """A developer's field, described or not, in a definition and in what it defines."""
    at = _a_definition(part, rng)
    if at is None or part.messages[at][0] & 0x20:
        return
    definition, size = part.messages[at], rng.choice((0, 1, 2, 4, 8, 255))
    local, number, developer = definition[0] & 0x0F, rng.randrange(3), rng.randrange(2)
    for later in range(at + 1, len(part.messages)):
        message = part.messages[later]
        if message[0] & 0xC0 == 0x40:
            if message[0] & 0x0F == local:
                break
        elif message[0] == local:
            part.messages[later] = message + _integer(rng, 8)[:size].ljust(size, b"\1")
    count = rng.choice((1, 1, 1, 2, 255))
    part.messages[at] = (
        bytes([definition[0] | 0x20]) + definition[1:] + bytes([count, number, size, developer])
    )
    if rng.random() < 0.8:
        units = rng.choice((b"bpm\0", b"W\0\0\0", b"watt", b"rpm\0", b"\xff\xfe\0\0"))
        kind, native = rng.choice(_BASE_TYPES), rng.choice((3, 4, 7, 41, 255))
        described = b"\x4f\0\0\xce\0\5\0\1\2\1\1\2\2\1\2\x0f\1\2\x08\4\7"
        described += bytes([0x0F, developer, number, kind, native]) + units
        part.messages.insert(rng.choice((0, at, at + 1, len(part.messages))), described)


def _many_definitions(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    count = rng.choice((10, 300, 3000)) if rng.random() < 0.1 else 3
    for number in range(count):
        field = struct.pack("<BBB", number % 256, rng.choice((0, 1, 4)), rng.choice(_BASE_TYPES))
        part.messages.append(struct.pack("<BBBHB", 0x40 | number % 16, 0, 0, 20, 1) + field)


def _cut_body(part: _Part, rng: Random, _: Sequence[bytes]) -> None:
    body = b"".join(part.messages)
    part.messages = [body[: rng.randrange(len(body) + 1)]]


_FIT_MUTATIONS: Sequence[FitMutation] = (
    *(_edit_definition, _retype_with_data, _put_in_message) * 2,
    *(_shuffle_messages, _repeat_messages, _drop_messages, _drop_a_kind, _borrow_messages, _redefine),
    *(_compress_times, _add_developer_field, _many_definitions, _cut_body),
)


# --- GPX and TCX: tags, numbers, times, encodings; as Latin-1, in which every byte is a character


def _replaced(pattern: str, values: Sequence[str]) -> Mutation:
    """What matches the pattern, in one place or some, becomes one of the values."""
    compiled = re.compile(pattern)

    def replace(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
        text = content.decode("latin-1")
        spans = [match.span() for match in compiled.finditer(text)]
        chosen = sorted(rng.sample(spans, min(len(spans), rng.choice((1, 1, 3, 30)))))
        value = rng.choice(values)
        for start, end in reversed(chosen):
            text = text[:start] + value + text[end:]
        return text.encode("utf-8" if not value.isascii() else "latin-1", "replace")

    return replace


def _insert_soup(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    places = [match.start() for match in re.finditer(rb"<", content)] or [0]
    at = rng.choice((rng.choice(places), rng.randrange(len(content) + 1)))
    return content[:at] + rng.choice(_TAG_SOUP).encode("utf-8", "replace") + content[at:]


def _declare_doctype(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    at = content.find(b"?>") + 2 if rng.random() < 0.8 and b"?>" in content else 0
    content = content[:at] + rng.choice(_DOCTYPES).encode() + content[at:]
    return re.sub(rb"(?<=>)\d+(?=<)", b"&b;", content, count=1)


def _reencode(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    encoding = rng.choice(_ENCODINGS)
    if rng.random() < 0.7:
        declared = b'<?xml version="1.0" encoding="%s"?>' % encoding.encode()
        content = re.sub(rb"^\s*<\?xml[^>]*\?>", declared, content, count=1)
    if rng.random() < 0.5:
        return content
    try:
        return content.decode("utf-8", "replace").encode(encoding, "replace")
    except (LookupError, UnicodeError):
        return content


def _swap_tags(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """A tag where another was."""
    tags = list(re.finditer(rb"<[^<>]{1,200}>", content))
    if not tags:
        return content
    one, other = rng.choice(tags), rng.choice(tags)
    return content[: one.start()] + other[0] + content[one.end() :]


def _repeat_element(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """The same again behind it or in it, with all that it holds."""
    from_here = rng.randrange(len(content) + 1)
    element = re.compile(rb"<([\w:]+)[^<>]{,999}>.{,2000}?</\1>", re.DOTALL).search(content, from_here)
    if not element:
        return content
    at = rng.choice((element.end(), element.start() + element[0].index(b">") + 1))
    return content[:at] + element[0] * rng.choice((1, 2, 100)) + content[at:]


def _repeat_attribute(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    attributes = list(re.finditer(rb"\s[\w:]+\s*=\s*[\"'][^\"'<>]*[\"']", content))
    if not attributes:
        return content
    one = rng.choice(attributes)
    return content[: one.end()] + rng.choice(attributes)[0] + content[one.end() :]


def _rename(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """A tag called otherwise everywhere, or in another name space that nobody declares."""
    names = sorted(set(re.findall(rb"</([\w:]+)>", content)))
    if not names:
        return content
    old, new = rng.choice(names), rng.choice((b"x:", b"ns9:")) + rng.choice(names)
    return re.sub(rb"(?<=[</])%s(?=[\s/>])" % re.escape(old), new, content)


def _without_line_ends(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    return re.sub(rb"\s+", rng.choice((b" ", b"", b"\r", b"\t\n", b"\xa0", b"\0")), content)


_NUMBER = r"(?<=>)\s*[-+]?[\d.]+\s*(?=<)"
_TIME = r"(?<=>)\d{4}-\d\d-\d\dT[^<]*(?=<)|(?<=StartTime=\")[^\"]*(?=\")"
_COORDINATE = r"(?<=lat=\")[^\"]*(?=\")|(?<=lon=\")[^\"]*(?=\")"

_SPORT = r"(?<=Sport=\")[^\"]*|(?<=<type>)[^<]*"

_XML_MUTATIONS: Sequence[Mutation] = (
    *(_replaced(pattern, _NUMBERS) for pattern in (_NUMBER, _NUMBER, _COORDINATE, _TIME)),
    *(_replaced(pattern, _TIMES) for pattern in (_TIME, _TIME, _NUMBER)),
    *(_replaced(_SPORT, _SPORTS), _declare_doctype, _reencode, _swap_tags, _rename, _without_line_ends),
    *(_insert_soup, _insert_soup, _repeat_element, _repeat_attribute),
)


def thinned_xml(content: bytes, kept: int) -> bytes:
    """A smaller file of the same making: without the points between the first ones and the last one."""
    points = [
        match.span() for match in re.finditer(rb"<(trkpt|Trackpoint)\b.{,3000}?</\1>", content, re.DOTALL)
    ]
    if len(points) <= kept + 1:
        return content
    return content[: points[kept][0]] + content[points[-1][0] :]


# --- archives: names, sizes that lie, archives in archives


def _archive(rng: Random, seeds: Sequence[bytes]) -> bytes:
    """A zip or a gzip of some of the seeds, perhaps in another one."""
    members = [rng.choice(seeds) for _ in range(rng.choice((0, 1, 1, 2, 5)))]
    if rng.random() < 0.1:
        members.append(_bomb(rng.choice(("zeros", "zip", "gzip"))))
    if rng.random() < 0.3:
        return gzip.compress(b"".join(members), 1, mtime=0)
    archive = zipped(members, rng)
    for _ in range(rng.choice((0, 0, 0, 1, 2, 5))):
        archive = zipped([archive, *members[:1]], rng)
    return archive


def zipped(members: Sequence[bytes], rng: Random) -> bytes:
    """A zip of the members under odd names."""
    file = io.BytesIO()
    names = [rng.choice(_MEMBER_NAMES) for _ in members]
    method = rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name is there twice is the point
        for number, (name, member) in enumerate(zip(names, members, strict=True)):
            odd = f"{number}{name}" if rng.random() < 0.5 else name
            archive.writestr(zipfile.ZipInfo(odd), member, method, compresslevel=1)
    return file.getvalue()


@lru_cache
def _bomb(kind: str) -> bytes:
    """Little that unpacks to much."""
    if kind == "zeros":
        return bytes(_BOMB_BYTES)
    if kind == "gzip":
        return gzip.compress(bytes(_BOMB_BYTES), mtime=0)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("run.gpx"), bytes(_BOMB_BYTES), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _put_in_header(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """A number of one of its headers is another: a size, a place, a method, a flag, a length."""
    places = [
        (match.start() + int(offset), int(size))
        for mark, numbers in _ZIP_NUMBERS.items()
        for offset, size in (number.split(":") for number in numbers.split())
        for match in re.finditer(re.escape(mark), content)
    ]
    if not places:
        return content
    at, size = rng.choice(places)
    other = rng.choice(places)[0]
    near = (int.from_bytes(content[at : at + size], "little") + rng.randint(-9, 9)) % 256**size
    number = rng.choice((_integer(rng, size), content[other : other + size], near.to_bytes(size, "little")))
    return content[:at] + number + content[at + size :]


def _lie_about_sizes(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """The directory says that every member is small."""
    said = bytearray(content)
    for match in re.finditer(rb"PK\x01\x02", content):
        said[match.start() + 24 : match.start() + 28] = struct.pack("<I", rng.choice((0, 10, 1000)))
    return bytes(said)


def _overlap(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Many entries of the directory for one member."""
    start, end = content.find(b"PK\x01\x02"), content.rfind(b"PK\x05\x06")
    second = content.find(b"PK\x01\x02", start + 1)
    if not 0 <= start < end:
        return content
    entry = content[start : second if start < second < end else end]
    count = rng.choice((2, 20, 500))
    tail = bytearray(content[end : end + 22].ljust(22, b"\0"))
    tail[8:20] = struct.pack("<HHII", count, count, count * len(entry), start)
    return content[:start] + entry * count + bytes(tail)


def _wrap(content: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    wrappings: Sequence[Callable[[bytes], bytes]] = (
        partial(gzip.compress, compresslevel=1, mtime=0),
        zlib.compress,
        lambda inner: zipped([inner], rng),
        lambda inner: inner + b"\0" * 30_000,
        lambda inner: b"#!/bin/sh\n" + inner,
    )
    return rng.choice(wrappings)(content)


_ZIP_MUTATIONS: Sequence[Mutation] = (_put_in_header, _put_in_header, _lie_about_sizes, _overlap, _wrap)
