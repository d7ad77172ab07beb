"""All places of many words in a text, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from librt.vecs import append, vec
from mypy_extensions import i64, u8

from huzhu_guard.text.compiled import COMPILED
from huzhu_guard.text.keys import NOTHING, longer, place, power_of_two

_PLANE: Final = 0x10000
_SIEVE: Final = 0xFFFF


class Literals(Protocol):
    """Words to look for."""

    def find(self, text: str) -> vec[i64]:
        """The number of each word found and where it starts, one after the other; words may overlap."""


class Automaton:
    """Words in an automaton of Aho and Corasick. Immutable."""

    def __init__(self, words: Sequence[str]) -> None:
        import ahocorasick_rs  # compiled, nobody needs it

        self._automaton = ahocorasick_rs.AhoCorasick(list(words))

    def find(self, text: str) -> vec[i64]:
        """The number of each word found and where it starts, one after the other; words may overlap."""
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return vec[i64]([number for word, start, _ in found for number in (word, start)])


class Trie:
    """Words by the keys of their beginnings, in a hash table with open addressing. Immutable.

    Time is linear in the length of the text: no more steps are taken from a character than the longest word has.
    """

    def __init__(self, words: Sequence[str]) -> None:
        beginnings = 0
        for word in words:
            beginnings += len(word)
        self._mask: i64 = power_of_two(2 * beginnings) - 1
        # of a beginning its key, 0 where a place is free; then twice its word's number and one, and one if it goes on
        self._slots = vec[i64]([0] * (2 * self._mask + 2))
        self._alone = vec[u8]([0] * _PLANE)  # whether a character is a word
        self._sieve = vec[u8]([0] * (_SIEVE + 1))  # whether a word can begin with a pair, by the end of the pair's key
        for number in range(len(words)):
            self._add(words[number], number)

    def _add(self, word: str, number: i64) -> None:
        slots = self._slots
        key: i64 = NOTHING
        last: i64 = len(word) - 1
        for i in range(i64(len(word))):
            code: i64 = ord(word[i])
            key = longer(key, code)
            at = place(slots, self._mask, 2, key, key)
            slots[at] = key
            if i == last:
                slots[at + 1] |= 2 * number + 2
                if last == 0 and code < _PLANE:
                    self._alone[code] = 1
            else:
                slots[at + 1] |= 1
            if i == 1:
                self._sieve[key & _SIEVE] = 1

    def find(self, text: str) -> vec[i64]:
        """The number of each word found and where it starts, one after the other; words may overlap."""
        found = vec[i64]()
        slots, mask, alone, sieve = self._slots, self._mask, self._alone, self._sieve
        length: i64 = len(text)
        for i in range(length):
            code: i64 = ord(text[i])
            key = longer(NOTHING, code)
            if code >= _PLANE or alone[code] != 0:
                state = slots[place(slots, mask, 2, key, key) + 1]
                if state > 1:
                    found = append(append(found, (state >> 1) - 1), i)
            at: i64 = i + 1
            if at == length:
                break
            key = longer(key, ord(text[at]))
            if sieve[key & _SIEVE] == 0:
                continue
            state = slots[place(slots, mask, 2, key, key) + 1]
            while state != 0:
                if state > 1:
                    found = append(append(found, (state >> 1) - 1), i)
                at += 1
                if state & 1 == 0 or at == length:
                    break
                key = longer(key, ord(text[at]))
                state = slots[place(slots, mask, 2, key, key) + 1]
        return found


def literals_of(words: Sequence[str]) -> Literals:
    """What is quickest here: a :class:`Trie` where this module is compiled, else an :class:`Automaton`."""
    return Trie(words) if COMPILED else Automaton(words)
