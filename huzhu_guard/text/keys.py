"""Numbers that stand for texts: worked out character by character, so that no text has to be made to be looked up.

Two texts share a 62-bit key once in some 10**18 pairs of them.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

NOTHING: Final = 1
"""Key of no characters."""
BITS: Final = 0x3FFFFFFFFFFFFFFF
"""The 62 bits of a key: so many, wrapped arithmetic and Python's agree on."""
_FACTOR: Final = 0x1E3779B97F4A7C15  # odd, with no pattern in its bits
_SHIFT: Final = 31


def longer(key: i64, code: i64) -> i64:
    """The key of a text with one more character at its end."""
    key = ((key ^ code) * _FACTOR) & BITS
    return key ^ (key >> _SHIFT)


def key_of(text: str) -> i64:
    """The key of a text; never 0.

    Examples
    --------
    >>> key_of("日结") == longer(key_of("日"), ord("结"))
    True
    """
    key: i64 = NOTHING
    for i in range(i64(len(text))):
        key = longer(key, ord(text[i]))
    return key


def place(slots: vec[i64], mask: i64, width: i64, key: i64, first: i64) -> i64:
    """Where a key stands in a hash table with open addressing, or the free place for it.

    Parameters
    ----------
    slots : vec of i64
        ``mask + 1`` slots of ``width`` numbers each, a power of two of them and some free; a slot begins with its key,
        or with 0.
    first : i64
        The bits of it in ``mask`` say which slot is looked at first.
    """
    slot = first & mask
    while slots[slot * width] != key and slots[slot * width] != 0:
        slot = (slot + 1) & mask
    return slot * width


def power_of_two(least: i64) -> i64:
    """The smallest power of two, from 8 on, that is at least ``least``: sizes of hash tables."""
    power: i64 = 8
    while power < least:
        power *= 2
    return power
