"""N-grams of many messages looked up at once, with NumPy: the same sums as :mod:`huzhu_guard.model.linear`, sooner.

A dictionary waits for the memory at every n-gram; a sorted array is searched for thousands of them in one go. Sums of
whole numbers are exact, so both ways give the same scores to the last bit. An n-gram's key is 64 bits wide: of two
characters it is the characters, of words a hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from huzhu_guard.model.reading import END, START, Reading

_Array = np.ndarray[Any, Any]

_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_SPREAD = np.uint64(0xD6E8FEB86659FD93)
_ONE = np.uint64(1)
_HALF_WORD = np.uint64(32)


class Keys(NamedTuple):
    """Keys of the n-grams of several messages."""

    keys: _Array
    """uint64, in any order; an n-gram that stands twice is there twice."""
    owners: _Array
    """The number of the message of each."""


class Table:
    """Weights of n-grams by key. Immutable.

    Parameters
    ----------
    keys : array of uint64
        Key of each n-gram.
    columns : sequence of sequences of int
        For each label, the weight of each n-gram.
    """

    def __init__(self, keys: _Array, columns: Sequence[Sequence[int]]) -> None:
        spread = keys * _SPREAD
        order = np.argsort(spread)
        # where the keys of each bucket begin; a bucket is named by the first bits of the spread key
        self._shift = np.uint64(64 - max(8, len(keys).bit_length() + 2))
        buckets = (spread[order] >> self._shift).astype(np.int64)
        counts = np.bincount(buckets, minlength=1 << (64 - int(self._shift)))
        self._begins = np.cumsum(counts) - counts
        self._steps = int(counts.max(initial=0))
        # past the last key stand some that are no n-gram's, with weight 0
        past = np.zeros(self._steps + 1, dtype=np.uint64)
        self._keys = np.concatenate([spread[order], past])
        self._columns = [np.concatenate([np.asarray(c, dtype=np.float64)[order], past]) for c in columns]

    def sums(self, found: Keys, messages: int) -> list[_Array]:
        """For each label, the sum of the weights of each message's n-grams, every n-gram once.

        Parameters
        ----------
        found : Keys
            The n-grams.
        messages : int
            How many messages there are.
        """
        keys = found.keys * _SPREAD
        rows = self._begins[(keys >> self._shift).view(np.int64)]
        for _ in range(self._steps):
            rows += self._keys[rows] != keys  # on to the next of the bucket, and past its end where there is none
        known = self._keys[rows] == keys
        size = len(self._keys)
        places = found.owners[known] * size + rows[known]
        places.sort()
        places = places[:1] if len(places) < 2 else places[np.concatenate([_TRUE, places[1:] != places[:-1]])]
        owners = places // size
        rows = places - owners * size
        return [np.bincount(owners, column[rows], messages) for column in self._columns]


_TRUE = np.ones(1, dtype=bool)


def keys_of(readings: Sequence[Reading]) -> Keys:
    """Keys of all words, pairs of words and pairs of characters of some messages, as the model reads them."""
    words = _word_keys([(START, *reading.words, END) for reading in readings])
    chars = _pair_keys([START + reading.masked.replace(" ", "") + END for reading in readings])
    return Keys(*map(np.concatenate, zip(*words, chars, strict=True)))


def gram_keys(words: Sequence[str], chars: Sequence[str]) -> _Array:
    """Keys of words, or of words written together, and of pairs of characters: one for each, in order."""
    hashes, scale = _bounds("".join(words), np.fromiter(map(len, words), dtype=np.int64, count=len(words)))
    return np.concatenate([(hashes[1:] - hashes[:-1]) * scale[:-1], _pair_keys(chars).keys])


def _pair_keys(texts: Sequence[str]) -> Keys:
    """All pairs of neighbouring characters of each text."""
    codes = _codes("".join(texts))
    keys = codes[:-1] | codes[1:] << _HALF_WORD
    return _without_seams(keys, list(map(len, texts)), 1)


def _word_keys(sentences: Sequence[Sequence[str]]) -> tuple[Keys, Keys]:
    """All words but the first and last of each sentence, and all pairs of neighbouring words."""
    words = list(chain.from_iterable(sentences))
    hashes, scale = _bounds("".join(words), np.fromiter(map(len, words), dtype=np.int64, count=len(words)))
    counts = list(map(len, sentences))
    single = (hashes[2:-1] - hashes[1:-2]) * scale[1:-2]
    pairs = (hashes[2:] - hashes[:-2]) * scale[:-2]
    return _without_seams(single, counts, 2), _without_seams(pairs, counts, 1)


def _without_seams(keys: _Array, counts: Sequence[int], lost: int) -> Keys:
    """Keys without those that reach from one part into the next.

    Parameters
    ----------
    keys : array
        One for each of some parts' members, but ``lost`` of the last part.
    counts : sequence of int
        How many members each part has.
    lost : int
        How many keys a part has less than members, all at its end.
    """
    if len(counts) < 2:
        return Keys(keys, np.zeros(len(keys), dtype=np.int64))
    owners = np.repeat(np.arange(len(counts)), counts)[: len(keys)]
    ends = np.cumsum(counts[:-1])
    inside = np.ones(len(keys), dtype=bool)
    for back in range(1, lost + 1):
        inside[ends - back] = False
    return Keys(keys[inside], owners[inside])


def _codes(text: str) -> _Array:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)


def _bounds(text: str, lengths: _Array) -> tuple[_Array, _Array]:
    """A polynomial hash of the text up to each of its parts' bounds, and the factor that undoes the place of a bound.

    ``(hashes[j] - hashes[i]) * scale[i]`` is the hash of the parts from i to j, the same wherever they stand.
    """
    codes = (_codes(text) + _ONE) * _SPREAD
    codes ^= codes >> _HALF_WORD
    powers, inverse = _powers(1 << max(10, len(text).bit_length()))
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum(codes * powers[: len(codes)], out=sums[1:])
    bounds = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=bounds[1:])
    return sums[bounds], inverse[bounds]


@cache
def _powers(length: int) -> tuple[_Array, _Array]:
    """Powers of the base and of its inverse modulo 2**64, ``length`` of each."""
    bases = (_BASE, pow(_BASE, -1, 1 << 64))
    first, second = (np.full(length, base, dtype=np.uint64) for base in bases)
    first[:1] = second[:1] = 1
    return np.cumprod(first), np.cumprod(second)
