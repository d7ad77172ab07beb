"""Models of schema 1, scored as the version that wrote them scored them; nothing writes them any more.

They count how often an n-gram stands, and measure words and characters by the length of their TF-IDF vectors.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import mul
from typing import NamedTuple

from huzhu_guard.model.linear import Share
from huzhu_guard.model.reading import Reading

_LONGEST_GRAM = 4


class UnitBlock:
    """Weights of one kind of n-gram, for vectors of length 1. Immutable.

    Parameters
    ----------
    grams : sequence of str
        The n-grams, each once.
    idf : array of float
        Inverse document frequency of each.
    weights : sequence of arrays of float
        For each of :data:`~huzhu_guard.model.linear.TEXT_LABELS`, the weight of each n-gram, idf not in it.
    """

    __slots__ = ("grams", "idf", "rows", "weights")

    def __init__(self, grams: Sequence[str], idf: array[float], weights: Iterable[array[float]]) -> None:
        self.grams = grams
        self.idf = idf
        self.weights = tuple(weights)
        self.rows: Mapping[str, int] = {gram: row for row, gram in enumerate(grams)}

    def shares(self, source: str, grams: Iterable[str]) -> Iterator[Share]:
        """What each known n-gram adds; counts are damped to ``1 + ln(count)``."""
        counts = Counter(self.rows[gram] for gram in grams if gram in self.rows)
        values = [(1.0 + math.log(times)) * self.idf[row] for row, times in counts.items()]
        length = math.sqrt(math.fsum(map(mul, values, values)))
        for row, value in zip(counts, values, strict=True):
            odds = tuple([value / length * weights[row] for weights in self.weights])
            yield Share(source, self.grams[row], odds)


class UnitLengthModel(NamedTuple):
    """Weights of a classifier of schema 1. Immutable."""

    biases: tuple[float, ...]
    signals: Mapping[str, tuple[float, ...]]
    words: UnitBlock
    chars: UnitBlock

    def log_odds(self, reading: Reading) -> list[float]:
        """Log-odds of each label, signals left out."""
        totals = list(self.biases)
        for label, odds in enumerate(zip(*[share.log_odds for share in self.shares(reading)], strict=True)):
            totals[label] += math.fsum(odds)
        return totals

    def shares(self, reading: Reading) -> list[Share]:
        """What each known n-gram adds."""
        words = self.words.shares("word", _word_ngrams(reading.words))
        return [*words, *self.chars.shares("chars", _char_ngrams(reading.masked))]

    def unknown_rate(self, reading: Reading) -> float:
        """Share of a message's words that the model has never seen, 0 to 1."""
        if not reading.words:
            return 0.0
        return sum(word not in self.words.rows for word in reading.words) / len(reading.words)


def _word_ngrams(words: Sequence[str]) -> list[str]:
    """Single words, then pairs joined by a space."""
    return [*words, *map(" ".join, pairwise(words))]


def _char_ngrams(masked: str) -> list[str]:
    """Every run of 1 to 4 characters, spaces left out."""
    text = masked.replace(" ", "")
    return [text[at : at + n] for n in range(1, _LONGEST_GRAM + 1) for at in range(len(text) - n + 1)]
