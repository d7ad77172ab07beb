"""Messages to numbers: scikit-learn transformers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.validation import check_is_fitted

from huzhu_guard.model.reading import Reading, char_ngrams, damping, word_ngrams
from huzhu_guard.stages import Stages

LENGTH = 32.0
"""Usual length of a message's vector of n-grams, by which it is divided: a signal is as easy to learn as a sentence."""


def _word_grams(reading: Reading) -> set[str]:
    return word_ngrams(reading.words)


def _char_grams(reading: Reading) -> set[str]:
    return char_ngrams(reading.masked)


def texts_of(X: Any) -> list[str | Reading]:
    """The messages of whatever scikit-learn's tools hand over.

    Parameters
    ----------
    X : list, Series or array of shape (n,), or a frame or array of shape (n, 1)

    Raises
    ------
    TypeError
        When something in it is not text.
    ValueError
        When it has more than one column.

    Examples
    --------
    >>> texts_of(("刷单", "好"))
    ['刷单', '好']
    """
    if isinstance(X, str | bytes):
        raise TypeError("X must be a sequence of messages, not one text; wrap it in a list.")
    if sparse.issparse(X):
        raise TypeError("X is a sparse matrix; the estimator reads texts, not sparse input.")
    if hasattr(X, "__array__") and not hasattr(X, "shape"):
        X = np.asarray(X)
    shape: tuple[int, ...] = getattr(X, "shape", (0,))
    if len(shape) > 1:
        if len(shape) > 2 or shape[1] != 1:
            raise ValueError(
                f"Expected one column of texts, got an array of shape {tuple(shape)}. Reshape your data, or choose the "
                "column with the messages."
            )
        X = np.asarray(X, dtype=object).ravel()
    texts = list(X)
    for number, text in enumerate(texts):
        if not isinstance(text, str | Reading):
            raise TypeError(
                f"message {number} is {type(text).__name__}, it must be text (str); decode bytes and fill missing "
                "values with '' first."
            )
    return texts


class MessageReader(TransformerMixin, BaseEstimator):
    """Texts to :class:`~huzhu_guard.model.reading.Reading`, through the library's own stages.

    Parameters
    ----------
    stages : Stages or None
        The stages to read through; None for the shipped ones. A pickle holds their rules and lists, and they are
        built anew from these.

    Examples
    --------
    >>> MessageReader().transform(["刷.单日结"])[0].words
    ['刷单', '日结']
    """

    def __init__(self, stages: Stages | None = None) -> None:
        self.stages = stages

    def fit(self, X: Any, y: Any = None) -> MessageReader:
        """Do nothing; there is nothing to learn."""
        return self

    def transform(self, X: Any) -> list[Reading]:
        """Read texts; a reading is passed through."""
        texts = texts_of(X)
        if all(isinstance(text, Reading) for text in texts):
            return texts  # type: ignore[return-value]
        stages = self._stages()
        return [text if isinstance(text, Reading) else stages.read(stages.screen(text)) for text in texts]

    def set_output(self, *, transform: str | None = None) -> MessageReader:
        """Do nothing; readings are no table, whatever container is asked for."""
        return self

    def _stages(self) -> Stages:
        if self.stages is not None:
            return self.stages
        if not hasattr(self, "_built"):
            self._built = Stages()
        return self._built

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {key: value for key, value in state.items() if key != "_built"}

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return text_tags(tags)


class ReadingFeatures(TransformerMixin, BaseEstimator):
    """Texts or readings to one matrix: TF-IDF of words, TF-IDF of characters, and indicators of the signals.

    Whether an n-gram stands in a message counts, not how often; its value is its idf over :data:`LENGTH`, whatever else
    stands there, and less only where the message is long (:func:`~huzhu_guard.model.reading.damping`).

    Parameters
    ----------
    min_df : int
        Least number of messages an n-gram must stand in.
    words, chars : sequence of str or None
        Fixed vocabularies; None to learn them.
    stages : Stages or None
        The stages to read texts through; None for the shipped ones.
    sparse_output : bool
        False for a dense array, which ``set_output(transform="pandas")`` needs.
    """

    def __init__(
        self,
        min_df: int = 2,
        words: Sequence[str] | None = None,
        chars: Sequence[str] | None = None,
        stages: Stages | None = None,
        sparse_output: bool = True,
    ) -> None:
        self.min_df = min_df
        self.words = words
        self.chars = chars
        self.stages = stages
        self.sparse_output = sparse_output

    def fit(self, X: Any, y: Any = None) -> ReadingFeatures:
        """Learn vocabularies and document frequencies."""
        readings = MessageReader(self.stages).transform(X)
        self.words_ = self._vectorizer(_word_grams, self.words).fit(readings)
        self.chars_ = self._vectorizer(_char_grams, self.chars).fit(readings)
        self.signals_ = DictVectorizer(dtype=np.float64).fit([dict.fromkeys(r.signals, 1.0) for r in readings])
        for vectorizer in (self.words_, self.chars_):
            # the artifact holds single precision; the pipeline uses the same numbers
            vectorizer.idf_ = vectorizer.idf_.astype(np.float32).astype(np.float64)
        return self

    def transform(self, X: Any) -> sparse.csr_matrix | np.ndarray[Any, Any]:
        """Features of each message, one row each: sparse, or dense as ``sparse_output`` says."""
        check_is_fitted(self, "signals_")
        readings = MessageReader(self.stages).transform(X)
        signals = self.signals_.transform([dict.fromkeys(r.signals, 1.0) for r in readings])
        grams = sparse.hstack([self.words_.transform(readings), self.chars_.transform(readings)], format="csr")
        scale = np.array([1.0 / (LENGTH * damping(reading.masked)) for reading in readings])
        grams.data *= np.repeat(scale, np.diff(grams.indptr))
        matrix = sparse.hstack([grams, signals], format="csr")
        return matrix if self.sparse_output else matrix.toarray()

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray[Any, Any]:
        """Names: ``word:…``, ``chars:…`` and the signals' own."""
        check_is_fitted(self, "signals_")
        names = [f"word:{w}" for w in self.words_.get_feature_names_out()]
        names += [f"chars:{c}" for c in self.chars_.get_feature_names_out()]
        return np.array([*names, *self.signals_.get_feature_names_out()], dtype=object)

    def values(self) -> np.ndarray[Any, Any]:
        """The value of each feature where it is present in a message of usual length, shape (features,)."""
        check_is_fitted(self, "signals_")
        signals = np.ones(len(self.signals_.get_feature_names_out()))
        return np.concatenate([self.words_.idf_ / LENGTH, self.chars_.idf_ / LENGTH, signals])

    @classmethod
    def of(
        cls, words: tuple[Sequence[str], Any], chars: tuple[Sequence[str], Any], signals: Sequence[str]
    ) -> ReadingFeatures:
        """Fitted features from what a model file holds: n-grams and their idf, and names of signals in order."""
        features = cls(1, list(words[0]), list(chars[0]))
        features.words_ = features._vectorizer(_word_grams, features.words)
        features.chars_ = features._vectorizer(_char_grams, features.chars)
        features.words_.idf_ = np.asarray(words[1], dtype=np.float64)
        features.chars_.idf_ = np.asarray(chars[1], dtype=np.float64)
        features.signals_ = DictVectorizer(dtype=np.float64, sort=False).fit([dict.fromkeys(signals, 1.0)])
        return features

    def _vectorizer(self, analyzer: Any, vocabulary: Sequence[str] | None) -> TfidfVectorizer:
        min_df = self.min_df if vocabulary is None else 1
        return TfidfVectorizer(analyzer=analyzer, min_df=min_df, vocabulary=vocabulary, binary=True, norm=None)

    def __sklearn_tags__(self) -> Any:
        return text_tags(super().__sklearn_tags__())


def text_tags(tags: Any) -> Any:
    """Tags of an estimator whose input is one column of texts."""
    tags.input_tags.string = True
    tags.input_tags.sparse = False
    tags.no_validation = True  # there is no number of features to check in one column of texts
    return tags
