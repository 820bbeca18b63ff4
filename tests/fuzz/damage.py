"""What is done to a valid file: a seed gives the same damage again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

NUMBER = re.compile(rb"-?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")
ODD_NUMBERS = (b"0", b"-1", b"1", b"2", b"255", b"256", b"65535", b"65536", b"2147483647",
               b"4294967296", b"18446744073709551616", b"9" * 400, b"nan", b"inf", b"-inf",
               b"1e308", b"1e-320", b"0.0", b"-0", b"", b"1,5", b"0x10", b"\xc2\xb2")  # fmt: skip
ODD_WORDS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
HEADER = 1024
Damage = Callable[[bytearray, random.Random], None]


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The content after one to four kinds of damage."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        chance.choice(ALL)(changed, chance)
    return bytes(changed)


def _place(content: bytearray, chance: random.Random) -> int:
    """Headers are where the harm is done."""
    far = len(content) if chance.random() < 0.3 else min(len(content), HEADER)
    return chance.randrange(max(far, 1))


def _flip(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 2, 8))):
        if content:
            content[_place(content, chance)] ^= 1 << chance.randrange(8)


def _overwrite(content: bytearray, chance: random.Random) -> None:
    at, length = _place(content, chance), chance.choice((1, 2, 4, 16))
    content[at : at + length] = chance.randbytes(len(content[at : at + length]))


def _word(content: bytearray, chance: random.Random) -> None:
    """A size that lies: a whole number of 1 to 8 bytes, of either byte order."""
    size = chance.choice((1, 2, 4, 8))
    value = chance.choice(ODD_WORDS) % (1 << 8 * size)
    at = _place(content, chance)
    at -= at % chance.choice((1, 2, 4))
    if at + size <= len(content):
        content[at : at + size] = value.to_bytes(size, chance.choice(("little", "big")))


def _number(content: bytearray, chance: random.Random) -> None:
    """Another number in the text of a header."""
    places = list(NUMBER.finditer(content[:HEADER]))
    if places:
        place = chance.choice(places)
        content[place.start() : place.end()] = chance.choice(ODD_NUMBERS)


def _truncate(content: bytearray, chance: random.Random) -> None:
    del content[_place(content, chance) :]


def _extend(content: bytearray, chance: random.Random) -> None:
    content += chance.randbytes(chance.choice((1, 2, 64, 4096)))


def _remove(content: bytearray, chance: random.Random) -> None:
    at = _place(content, chance)
    del content[at : at + chance.choice((1, 2, 4, 64))]


def _splice(content: bytearray, chance: random.Random) -> None:
    """A piece of the file again, elsewhere."""
    start, at = _place(content, chance), _place(content, chance)
    piece = content[start : start + chance.choice((1, 4, 16, 256))]
    content[at : at + chance.choice((0, len(piece)))] = piece


def _swap_lines(content: bytearray, chance: random.Random) -> None:
    """Lines of a text header in another order, one of them twice."""
    lines = bytes(content[:HEADER]).split(b"\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], chance.choice(lines)
    content[:HEADER] = b"\n".join(lines)


ALL: tuple[Damage, ...] = (
    _flip, _overwrite, _word, _word, _number, _number, _truncate, _extend, _remove, _splice,
    _swap_lines,
)  # fmt: skip
