"""Weights of n-grams, found without making the n-grams.

A dictionary of strings needs every n-gram made first and waits for the memory several times at each. Here an n-gram is
a number, worked out while the text is read, and all that is known of it stands in one place. That pays where this
module is compiled; interpreted, :class:`Dictionary` is quicker. Both give the same sums: of whole numbers, so the order
of adding changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from librt.vecs import vec
from mypy_extensions import i64, u8

from huzhu_guard.model.reading import END, START, char_ngrams, word_ngrams
from huzhu_guard.text.compiled import COMPILED
from huzhu_guard.text.keys import BITS, NOTHING, key_of, longer, place, power_of_two

_SPACE: Final = 32
_OTHER_BITS: Final = 24  # from here on, bits of a key that do not say where its slot is


class Weights(Protocol):
    """Weights of one kind of n-gram, for several labels."""

    def get(self, gram: str) -> tuple[int, ...] | None:
        """The weights of one n-gram; None where it is unknown."""

    def word_sums(self, words: list[str]) -> list[int]:
        """For each label, the sum of the weights of all words and pairs of words, each once."""

    def char_sums(self, masked: str) -> list[int]:
        """For each label, the sum of the weights of all pairs of characters, each once."""


class Dictionary:
    """Weights by n-gram. Immutable.

    Parameters
    ----------
    grams : sequence of str
        The n-grams, each once.
    columns : sequence of sequences of int
        For each label, the weight of each n-gram.
    """

    def __init__(self, grams: Sequence[str], columns: Sequence[Sequence[int]]) -> None:
        self._rows = {gram: row for row, gram in enumerate(grams)}
        self._columns = columns

    def get(self, gram: str) -> tuple[int, ...] | None:
        """The weights of one n-gram; None where it is unknown."""
        row = self._rows.get(gram)
        return None if row is None else tuple([column[row] for column in self._columns])

    def word_sums(self, words: list[str]) -> list[int]:
        """For each label, the sum of the weights of all words and pairs of words, each once."""
        return self._sums(word_ngrams(words))

    def char_sums(self, masked: str) -> list[int]:
        """For each label, the sum of the weights of all pairs of characters, each once."""
        return self._sums(char_ngrams(masked))

    def _sums(self, grams: Iterable[str]) -> list[int]:
        known = [row for row in map(self._rows.get, grams) if row is not None]
        return [sum(map(column.__getitem__, known)) for column in self._columns]


class Table:
    """Weights by the key of an n-gram, in a hash table with open addressing. Immutable.

    Parameters
    ----------
    grams : sequence of str
        The n-grams, each once.
    columns : sequence of sequences of int
        For each label, the weight of each n-gram.
    """

    def __init__(self, grams: Sequence[str], columns: Sequence[Sequence[int]]) -> None:
        count = power_of_two(2 * len(grams))
        self._mask: i64 = count - 1
        # a bit for each n-gram, by other bits of its key: most n-grams are unknown, and need no look at the slots
        self._sieve = vec[u8]([0] * count)
        self._sieve_mask: i64 = 8 * count - 1
        self._width: i64 = 1 + len(columns)
        # who knows the model could choose n-grams that all want the same place; so the places are this process's secret
        self._secret: i64 = hash(__name__) & BITS
        # a slot is a key, 0 where it is free, and the weight for each label
        self._slots = vec[i64]([0] * (count * self._width))
        slots = self._slots
        for row in range(len(grams)):
            key = key_of(grams[row])
            at = self._place(key)
            slots[at] = key
            bit = key >> _OTHER_BITS & self._sieve_mask
            self._sieve[bit >> 3] |= u8(1 << (bit & 7))
            for column in columns:
                at += 1
                slots[at] = column[row]

    def get(self, gram: str) -> tuple[int, ...] | None:
        """The weights of one n-gram; None where it is unknown."""
        at = self._place(key_of(gram))
        if self._slots[at] == 0:
            return None
        return tuple([int(self._slots[at + label]) for label in range(1, self._width)])

    def word_sums(self, words: list[str]) -> list[int]:
        """For each label, the sum of the weights of all words and pairs of words, each once."""
        keys = vec[i64]([0] * (2 * len(words) + 1))
        count: i64 = 0
        before = key_of(START)
        for word in words:
            alone: i64 = NOTHING
            for i in range(i64(len(word))):
                code: i64 = ord(word[i])
                alone = longer(alone, code)
                before = longer(before, code)
            keys[count] = alone
            keys[count + 1] = before
            count += 2
            before = alone
        keys[count] = longer(before, ord(END))
        return self._sums(keys, count + 1)

    def char_sums(self, masked: str) -> list[int]:
        """For each label, the sum of the weights of all pairs of characters, each once."""
        keys = vec[i64]([0] * (len(masked) + 1))
        count: i64 = 0
        before: i64 = ord(START)
        for i in range(i64(len(masked))):
            code: i64 = ord(masked[i])
            if code != _SPACE:
                keys[count] = longer(longer(NOTHING, before), code)
                count += 1
                before = code
        keys[count] = longer(longer(NOTHING, before), ord(END))
        return self._sums(keys, count + 1)

    def _place(self, key: i64) -> i64:
        return place(self._slots, self._mask, self._width, key, key)

    def _sums(self, keys: vec[i64], count: i64) -> list[int]:
        """For each label, the sum of the weights of the first ``count`` keys, each once."""
        slots, sieve, sieve_mask, secret = self._slots, self._sieve, self._sieve_mask, self._secret
        mask = power_of_two(2 * count) - 1
        seen = vec[i64]([0] * (mask + 1))
        sums = vec[i64]([0] * (self._width - 1))
        for i in range(count):
            key = keys[i]
            bit = key >> _OTHER_BITS & sieve_mask
            if i64(sieve[bit >> 3]) >> (bit & 7) & 1 == 0:
                continue
            at = self._place(key)
            if slots[at] == 0:
                continue
            slot = place(seen, mask, 1, key, longer(key, secret))
            if seen[slot] == 0:
                seen[slot] = key
                for label in range(self._width - 1):
                    sums[label] += slots[at + 1 + label]
        return [int(value) for value in sums]


def weights_of(grams: Sequence[str], columns: Sequence[Sequence[int]]) -> Weights:
    """What is quickest here: a :class:`Table` where this module is compiled, else a :class:`Dictionary`."""
    return Table(grams, columns) if COMPILED else Dictionary(grams, columns)
