"""The trained artifact, scored without scikit-learn, pandas or numpy.

A label's log-odds are the bias, plus the weight of every signal that is present, plus, for words and for characters,
the dot product of the unit TF-IDF vector with the label's weights. Everything is a plain sum, so that it can be listed.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter, mul
from typing import NamedTuple

from huzhu_guard.model.reading import Reading, char_ngrams, word_ngrams


class Share(NamedTuple):
    """What one n-gram adds to the scores."""

    source: str
    """``word`` or ``chars``."""
    gram: str
    log_odds: tuple[float, ...]
    """One value a label."""


class Block:
    """Weights of one kind of n-gram. Immutable.

    Parameters
    ----------
    grams : sequence of str
        The n-grams, each once.
    idf : array of float
        Inverse document frequency of each.
    weights : sequence of arrays of float
        For each label, the weight of each n-gram, idf not in it.
    """

    __slots__ = ("_products", "_squares", "grams", "idf", "ids", "weights")

    def __init__(self, grams: Sequence[str], idf: array[float], weights: Iterable[array[float]]) -> None:
        self.grams = grams
        self.idf = idf
        self.weights = tuple(weights)
        # rows count from 1, so that filter(None, …) drops what is unknown
        self.ids: Mapping[str, int] = dict(zip(grams, range(1, len(grams) + 1), strict=True))
        # what scoring needs of each n-gram, multiplied once; a label without weights costs nothing
        self._squares = array("d", [0.0, *map(mul, idf, idf)])
        self._products = [
            (label, array("d", [0.0, *map(mul, idf, weights)]))
            for label, weights in enumerate(self.weights)
            if any(weights)
        ]

    def add_to(self, totals: list[float], grams: Iterable[str]) -> None:
        """Add the dot products of ``grams`` to ``totals``; counts are damped, as ``sublinear_tf`` does."""
        counts = Counter(filter(None, map(self.ids.get, grams)))
        if len(counts) < 2:
            # itemgetter gives no tuple for one key; a vector of one n-gram has length 1, however often it stands
            for row in counts:
                for label, products in self._products:
                    totals[label] += products[row] / self.idf[row - 1]
            return
        pick = itemgetter(*counts)
        damped = _damped(counts)
        if damped is None:
            norm = math.sqrt(sum(pick(self._squares)))
            for label, products in self._products:
                totals[label] += sum(pick(products)) / norm
        else:
            norm = math.sqrt(sum(map(mul, map(mul, damped, damped), pick(self._squares))))
            for label, products in self._products:
                totals[label] += sum(map(mul, damped, pick(products))) / norm

    def shares(self, source: str, grams: Iterable[str]) -> Iterator[Share]:
        """What each known n-gram adds, one by one."""
        counts = Counter(filter(None, map(self.ids.get, grams)))
        damped = _damped(counts) or [1.0] * len(counts)
        values = [times * self.idf[row - 1] for times, row in zip(damped, counts, strict=True)]
        norm = math.sqrt(sum(map(mul, values, values)))
        for row, value in zip(counts, values, strict=True):
            odds = tuple(value / norm * weights[row - 1] for weights in self.weights)
            yield Share(source, self.grams[row - 1], odds)


def _damped(counts: Counter[int]) -> list[float] | None:
    """``1 + ln(count)`` of each count; None where every count is 1."""
    most = max(counts.values(), default=1)
    if most == 1:
        return None
    if most < len(_DAMPED):
        return list(map(_DAMPED.__getitem__, counts.values()))
    return [1.0 + math.log(n) for n in counts.values()]


_DAMPED = [0.0, *(1.0 + math.log(n) for n in range(1, 64))]


class LinearModel(NamedTuple):
    """Weights of the classifier. Immutable."""

    biases: tuple[float, ...]
    """One a label, in the order of :data:`huzhu_guard.verdict.LABELS`."""
    signals: Mapping[str, tuple[float, ...]]
    """Learned weights of what the other stages notice."""
    words: Block
    chars: Block

    def log_odds(self, reading: Reading) -> list[float]:
        """Log-odds of each label, signals left out (the caller adds them under their groups' caps)."""
        totals = list(self.biases)
        self.words.add_to(totals, word_ngrams(reading.words))
        self.chars.add_to(totals, char_ngrams(reading.masked))
        return totals

    def shares(self, reading: Reading) -> list[Share]:
        """What each known n-gram adds."""
        words = self.words.shares("word", word_ngrams(reading.words))
        return [*words, *self.chars.shares("chars", char_ngrams(reading.masked))]

    def unknown_rate(self, reading: Reading) -> float:
        """Share of a message's words that the model has never seen, 0 to 1."""
        if not reading.words:
            return 0.0
        return sum(word not in self.words.ids for word in reading.words) / len(reading.words)
