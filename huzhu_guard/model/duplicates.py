"""Messages that say the same, word for word or nearly: MinHash finds candidates, the true overlap decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from huzhu_guard.model.reading import mask
from huzhu_guard.text.normalize import normalize

_SHINGLE = 3
_BANDS, _ROWS = 24, 3  # finds 99.9 % of the pairs that share 0.63 of their shingles, and 97 % of those that share 0.5
_MOST_IN_BUCKET = 40  # a template posted a thousand times needs no million pairs: neighbours are compared
_PRIME = np.uint64((1 << 31) - 1)


class Pair(NamedTuple):
    """Two messages by position, the earlier first, and how much they share."""

    first: int
    second: int
    similarity: float
    """Shared share of their runs of three characters, 0 to 1; numbers, links and handles count as equal."""


def shingles(text: str) -> frozenset[str]:
    """Runs of three characters of a message, white space and disguise undone, numbers and links as their class.

    Examples
    --------
    >>> sorted(shingles("刷单 日结"))
    ['刷单日', '单日结']
    """
    plain = "".join(mask(normalize(text).canonical).split())
    if len(plain) <= _SHINGLE:
        return frozenset((plain,))
    return frozenset(plain[i : i + _SHINGLE] for i in range(len(plain) - _SHINGLE + 1))


def pairs(texts: Iterable[str], least: float = 0.6) -> list[Pair]:
    """Pairs of messages that share at least ``least`` of their shingles, in order.

    Parameters
    ----------
    texts : iterable of str
    least : float
        From 0.5, below which candidates are missed, to 1.

    Raises
    ------
    ValueError
        When ``least`` is out of range.

    Examples
    --------
    >>> pairs(["刷单日结三百元 来", "今晚吃饭", "刷单日结五百元 来", "刷单日结三百元来"], least=0.9)
    [Pair(first=0, second=3, similarity=1.0)]
    """
    if not 0.5 <= least <= 1:
        raise ValueError(f"least is {least!r}; it must be from 0.5 to 1.")
    sets = [shingles(text) for text in texts]
    found = []
    for first, second in sorted(_candidates(sets)):
        one, other = sets[first], sets[second]
        shared = len(one & other)
        similarity = shared / (len(one) + len(other) - shared)
        if similarity >= least:
            found.append(Pair(first, second, similarity))
    return found


def clusters(texts: Iterable[str], least: float = 0.6) -> list[int]:
    """A number for each message; near-duplicates, and their near-duplicates, have the same."""
    texts = list(texts)
    parent = list(range(len(texts)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for first, second, _ in pairs(texts, least):
        one, other = sorted((root(first), root(second)))
        parent[other] = one
    return [root(i) for i in range(len(texts))]


def _candidates(sets: Sequence[frozenset[str]]) -> set[tuple[int, int]]:
    """Pairs that agree in at least one band of their signatures."""
    if not sets:
        return set()
    signatures = _signatures(sets)
    found: set[tuple[int, int]] = set()
    for band in range(_BANDS):
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for i, rows in enumerate(signatures[:, band * _ROWS : (band + 1) * _ROWS]):
            buckets[rows.tobytes()].append(i)
        for members in buckets.values():
            found.update(_in_bucket(members))
    return found


def _in_bucket(members: list[int]) -> Iterator[tuple[int, int]]:
    if len(members) <= _MOST_IN_BUCKET:
        yield from combinations(members, 2)
        return
    for at, first in enumerate(members):
        yield from ((first, second) for second in members[at + 1 : at + 4])


def _signatures(sets: Sequence[frozenset[str]]) -> np.ndarray[Any, Any]:
    """Least hash of each set under each of the hash functions, shape (n, bands * rows)."""
    numbers: dict[str, int] = {}
    flat = np.array([numbers.setdefault(s, len(numbers)) for one in sets for s in sorted(one)], dtype=np.uint64)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in sets])[:-1]])
    random = np.random.default_rng(0)
    columns = []
    for factor, shift in random.integers(1, int(_PRIME), (_BANDS * _ROWS, 2), dtype=np.uint64):
        hashes = (flat * factor + shift) % _PRIME
        columns.append(np.minimum.reduceat(hashes, starts))
    return np.stack(columns, axis=1)
