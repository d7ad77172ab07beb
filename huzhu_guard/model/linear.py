"""The trained artifact, scored without scikit-learn, pandas or numpy.

A label's log-odds are the bias, plus the weight of every signal and of every n-gram that is present, however often it
stands; in a long message n-grams weigh less. Everything is a plain sum, so that it can be listed.

Weights of n-grams are whole multiples of :data:`UNIT`. Their sums are exact, so the order of adding changes no score;
and the weights for all labels stand in one integer (:func:`pack`), so that one look-up and one addition serve them all.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple, Protocol

from huzhu_guard.model.reading import Reading, char_ngrams, damping, word_ngrams
from huzhu_guard.verdict import Label

if TYPE_CHECKING:
    from huzhu_guard.model.table import Table

TEXT_LABELS = (Label.SCAM, Label.FAKE_DEAL)
"""Labels that words decide, the first of :data:`~huzhu_guard.verdict.LABELS`. A leak is decided by what was found."""

UNIT = 2.0**-16
"""Log-odds of a weight of 1."""

_LONG = 400  # characters from which a single message is quicker by table than by dictionary
_SHIFT = 40  # room for the sum of a million weights, with two labels in 64 bits, which add fastest
_HALF = 1 << (_SHIFT - 1)
_MASK = (1 << _SHIFT) - 1
_MOST = _HALF // 2  # sums of words and of characters are added to each other


class Share(NamedTuple):
    """What one n-gram adds to the scores."""

    source: str
    """``word`` or ``chars``."""
    gram: str
    log_odds: tuple[float, ...]
    """One value for each of :data:`TEXT_LABELS`."""


def pack(columns: Sequence[Sequence[int]]) -> list[int]:
    """Weights of several labels in one integer an n-gram; sums of these are sums of each label.

    Raises
    ------
    ValueError
        When the weights of a label are so large that their sum could spill into the next one.

    Examples
    --------
    >>> unpack(sum(pack([[3, -5], [-1, 2]])), 2)
    [-2, 1]
    """
    # each n-gram counts once, so no message can add up to more than all of them
    if any(sum(map(abs, column)) >= _MOST for column in columns[:-1]):
        raise ValueError("the weights are too large to be added up")
    packed = list(columns[0])
    for label, column in enumerate(columns[1:], 1):
        factor = 1 << (_SHIFT * label)
        packed = [low + high * factor for low, high in zip(packed, column, strict=True)]
    return packed


def unpack(total: int, labels: int) -> list[int]:
    """The sum of each label."""
    sums = []
    for _ in range(labels - 1):
        low = ((total + _HALF) & _MASK) - _HALF
        sums.append(low)
        total = (total - low) >> _SHIFT
    return [*sums, total]


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

    __slots__ = ("grams", "idf", "packed", "weights")

    def __init__(self, grams: Sequence[str], idf: array[float], weights: Iterable[array[int]]) -> None:
        self.grams = grams
        self.idf = idf
        self.weights = tuple(weights)
        self.packed: Mapping[str, int] = dict(zip(grams, pack(self.weights), strict=True))

    def total(self, grams: Iterable[str]) -> int:
        """The packed sum of the weights of ``grams``."""
        return sum(map(self.packed.get, grams, repeat(0)))

    def log_odds(self, gram: str) -> tuple[float, ...] | None:
        """What one n-gram adds to each label; None where it is unknown."""
        packed = self.packed.get(gram)
        return None if packed is None else tuple([value * UNIT for value in unpack(packed, len(self.weights))])

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

    def log_odds_many(self, readings: Sequence[Reading]) -> list[list[float]]:
        """The same for each of many messages."""

    def shares(self, reading: Reading) -> list[Share]:
        """What each known n-gram adds."""

    def unknown_rate(self, reading: Reading) -> float:
        """Share of a message's words that the model has never seen, 0 to 1."""


@dataclass(frozen=True)
class LinearModel:
    """Weights of the classifier. Immutable."""

    biases: tuple[float, ...]
    """One a label, in the order of :data:`huzhu_guard.verdict.LABELS`."""
    signals: Mapping[str, tuple[float, ...]]
    """Learned weights of what the other stages notice."""
    words: Block
    chars: Block

    def log_odds(self, reading: Reading) -> list[float]:
        """Log-odds of each label, signals left out (the caller adds them under their groups' caps)."""
        if len(reading.masked) > _LONG:
            return self.log_odds_many([reading])[0]
        total = self.words.total(word_ngrams(reading.words)) + self.chars.total(char_ngrams(reading.masked))
        unit = UNIT / damping(reading.masked)
        totals = list(self.biases)
        for label, value in enumerate(unpack(total, len(self.words.weights))):
            totals[label] += value * unit
        return totals

    def log_odds_many(self, readings: Sequence[Reading]) -> list[list[float]]:
        """The same for each of many messages, sooner; imports NumPy."""
        from huzhu_guard.model.table import keys_of

        sums = self._table.sums(keys_of(readings), len(readings))
        units = [UNIT / damping(reading.masked) for reading in readings]
        rest = self.biases[len(sums) :]
        columns = [(bias + values * units).tolist() for bias, values in zip(self.biases, sums, strict=False)]
        return [[*row, *rest] for row in zip(*columns, strict=True)]

    @cached_property
    def _table(self) -> Table:
        from huzhu_guard.model.table import Table, gram_keys

        columns = [[*words, *chars] for words, chars in zip(self.words.weights, self.chars.weights, strict=True)]
        return Table(gram_keys(self.words.grams, self.chars.grams), columns)

    def shares(self, reading: Reading) -> list[Share]:
        """What each known n-gram adds."""
        by = damping(reading.masked)
        words = self.words.shares("word", word_ngrams(reading.words), by)
        return [*words, *self.chars.shares("chars", char_ngrams(reading.masked), by)]

    def unknown_rate(self, reading: Reading) -> float:
        """Share of a message's words that the model has never seen, 0 to 1."""
        if not reading.words:
            return 0.0
        return sum(word not in self.words.packed for word in reading.words) / len(reading.words)
