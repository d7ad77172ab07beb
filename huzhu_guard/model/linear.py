"""The trained artifact, scored without scikit-learn, pandas or numpy.

A label's log-odds are the bias, plus the weight of every signal and of every n-gram that is present, however often it
stands; in a long message n-grams weigh less. Everything is a plain sum, so that it can be listed.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from huzhu_guard.model.reading import Reading, char_ngrams, damping, word_ngrams
from huzhu_guard.model.table import weights_of
from huzhu_guard.verdict import Label

TEXT_LABELS: Final = (Label.SCAM, Label.FAKE_DEAL)
"""Labels that words decide, the first of :data:`~huzhu_guard.verdict.LABELS`. A leak is decided by what was found."""

UNIT: Final = 2.0**-16
"""Log-odds of a weight of 1. Weights are whole, so their sums are exact, whatever the order."""


class Share(NamedTuple):
    """What one n-gram adds to the scores."""

    source: str
    """``word`` or ``chars``."""
    gram: str
    log_odds: tuple[float, ...]
    """One value for each of :data:`TEXT_LABELS`."""


class Block:
    """Weights of one kind of n-gram. Immutable.

    Parameters
    ----------
    grams : sequence of str
        The n-grams, each once.
    idf : array of float
        Inverse document frequency of each; scoring needs none, learning from corrected verdicts does.
    weights : sequence of arrays of int
        For each of :data:`TEXT_LABELS`, the weight of each n-gram in units of :data:`UNIT`.
    """

    __slots__ = ("grams", "idf", "table", "weights")

    def __init__(self, grams: Sequence[str], idf: array[float], weights: Iterable[array[int]]) -> None:
        self.grams = grams
        self.idf = idf
        self.weights = tuple(weights)
        self.table = weights_of(grams, self.weights)

    def __reduce__(self) -> tuple[Any, ...]:
        return Block, (self.grams, self.idf, self.weights)

    def log_odds(self, gram: str) -> tuple[float, ...] | None:
        """What one n-gram adds to each label; None where it is unknown."""
        weights = self.table.get(gram)
        return None if weights is None else tuple([weight * UNIT for weight in weights])

    def shares(self, source: str, grams: Iterable[str], damping: float = 1.0) -> Iterator[Share]:
        """What each known n-gram adds, one by one, in alphabetical order."""
        for gram in sorted(grams):
            if odds := self.log_odds(gram):
                yield Share(source, gram, tuple([value / damping for value in odds]))


class Model(Protocol):
    """What scoring asks of a model, whatever schema it was written in."""

    @property
    def biases(self) -> tuple[float, ...]:
        """Log-odds of each label for a message of which nothing is known."""

    @property
    def signals(self) -> Mapping[str, tuple[float, ...]]:
        """Learned weights of what the other stages notice."""

    def log_odds(self, reading: Reading) -> list[float]:
        """Log-odds of each label, signals left out (the caller adds them under their groups' caps)."""

    def shares(self, reading: Reading) -> list[Share]:
        """What each known n-gram adds."""

    def unknown_rate(self, reading: Reading) -> float:
        """Share of a message's words that the model has never seen, 0 to 1."""


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
        words, chars = self.words.table.word_sums(reading.words), self.chars.table.char_sums(reading.masked)
        unit = UNIT / damping(reading.masked)
        totals = list(self.biases)
        for label in range(len(words)):
            totals[label] += (words[label] + chars[label]) * unit
        return totals

    def shares(self, reading: Reading) -> list[Share]:
        """What each known n-gram adds."""
        by = damping(reading.masked)
        words = self.words.shares("word", word_ngrams(reading.words), by)
        return [*words, *self.chars.shares("chars", char_ngrams(reading.masked), by)]

    def unknown_rate(self, reading: Reading) -> float:
        """Share of a message's words that the model has never seen, 0 to 1."""
        if not reading.words:
            return 0.0
        return sum(self.words.table.get(word) is None for word in reading.words) / len(reading.words)
