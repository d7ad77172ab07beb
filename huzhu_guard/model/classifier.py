"""The text classifier as a scikit-learn estimator."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_consistent_length, check_is_fitted
from threadpoolctl import threadpool_limits

from huzhu_guard.model.features import MessageReader, ReadingFeatures, text_tags
from huzhu_guard.model.linear import TEXT_LABELS, UNIT, Block, LinearModel
from huzhu_guard.model.reading import Reading
from huzhu_guard.stages import Stages
from huzhu_guard.verdict import LABELS, Label


class MessageClassifier(ClassifierMixin, BaseEstimator):
    """One logistic regression per label over words, characters and the other stages' signals.

    Parameters
    ----------
    C : float
        Inverse strength of the L2 penalty.
    min_df : int
        Least number of messages an n-gram must stand in.
    most_words, most_chars : int or None
        N-grams kept: those with the largest weights in a first fit; None keeps all.
    sibling_weight : float
        What a risky message counts when it teaches another label that it lacks. Scams and false deals share most of
        their wording; below 1, a cue of both is not held against either.
    stages : Stages or None
        The stages to read texts through; None for the shipped ones.
    random_state : int
        Seed of the solver.

    Attributes
    ----------
    classes_ : ndarray
        Names of the labels; for a one-dimensional y its two values.
    features_ : ReadingFeatures
        Vocabularies and document frequencies.
    coef_, intercept_ : ndarray
        Weights of shape (labels, features) and biases of shape (labels,), in the precision of the artifact.

    Notes
    -----
    y holds all labels at once (collections of labels, a 0/1 frame or a 0/1 array). A one-dimensional y of two values
    makes a binary classifier, which is what scikit-learn's ``CalibratedClassifierCV`` and
    ``TunedThresholdClassifierCV`` ask for. Tools that split y need a 0/1 frame or array: see :func:`label_matrix`.

    Examples
    --------
    >>> texts = ["刷单日结", "刷单返利", "今晚吃饭", "高仿包包"]
    >>> model = MessageClassifier(C=1000.0, min_df=1).fit(texts, [["scam"], ["scam"], [], ["fake_deal"]])
    >>> model.predict(["刷单", "吃饭"])
    array([[1, 0],
           [0, 0]])
    """

    def __init__(
        self,
        C: float = 10.0,
        min_df: int = 2,
        most_words: int | None = None,
        most_chars: int | None = None,
        sibling_weight: float = 0.2,
        stages: Stages | None = None,
        random_state: int = 0,
    ) -> None:
        self.C = C
        self.min_df = min_df
        self.most_words = most_words
        self.most_chars = most_chars
        self.sibling_weight = sibling_weight
        self.stages = stages
        self.random_state = random_state

    coef_: np.ndarray[Any, Any]
    intercept_: np.ndarray[Any, Any]

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> MessageClassifier:
        """Fit.

        Parameters
        ----------
        X : Series, list or array of str or Reading
        y : sequence of collections of labels, 0/1 frame with a column a label, 0/1 array of shape (n, 2) in the order
            of ``TEXT_LABELS``, or array of shape (n,) with two values
        sample_weight : array-like of shape (n,), optional

        Raises
        ------
        TypeError, ValueError
            When X is not text, y is not labels, or a label has no message with it or without it.
        """
        readings = self.read(X)
        targets, self.classes_ = _targets(y)
        check_consistent_length(readings, targets, sample_weight)
        self._check_sides(targets)
        self.features_ = ReadingFeatures(self.min_df).fit(readings)
        self._fit_weights(readings, targets, sample_weight)
        if self.most_words is not None or self.most_chars is not None:
            words, chars = self._strongest()
            self.features_ = ReadingFeatures(1, words, chars).fit(readings)
            self._fit_weights(readings, targets, sample_weight)
        return self

    def decision_function(self, X: Any) -> np.ndarray[Any, Any]:
        """Log-odds, shape (n, 2); shape (n,) for a binary classifier."""
        check_is_fitted(self, "coef_")
        scores: np.ndarray[Any, Any] = self.features_.transform(self.read(X)) @ self.coef_.T + self.intercept_
        return scores[:, 0] if self._is_binary() else scores

    def predict_proba(self, X: Any) -> np.ndarray[Any, Any]:
        """Probability of each label, or of each of the two values of y, shape (n, 2)."""
        probabilities: np.ndarray[Any, Any] = expit(self.decision_function(X))
        return np.column_stack([1 - probabilities, probabilities]) if self._is_binary() else probabilities

    def predict(self, X: Any) -> np.ndarray[Any, Any]:
        """0/1 for each label, shape (n, 2); for a binary classifier the value of y, shape (n,)."""
        labels: np.ndarray[Any, Any] = (self.decision_function(X) > 0).astype(int)
        return self.classes_[labels] if self._is_binary() else labels

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Share of messages of which every label is right."""
        truth = _targets(y)[0]
        found = self.predict(X)
        right = (found == np.asarray(y)) if self._is_binary() else (truth == found).all(axis=1)
        return float(np.average(right, weights=sample_weight))

    def rescale(self, slopes: Iterable[float], shifts: Iterable[float]) -> None:
        """Fold a calibration ``slope * log_odds + shift`` into the weights, one pair a label."""
        slopes_, shifts_ = np.array(list(slopes)), np.array(list(shifts))
        self.coef_ = as_stored(self.coef_ * slopes_[:, None], self.features_)
        self.intercept_ = single(self.intercept_ * slopes_ + shifts_)

    def read(self, X: Any) -> list[Reading]:
        """Messages as the classifier reads them; every method takes these in place of texts, and saves the time."""
        return MessageReader(self.stages).transform(X)

    def _is_binary(self) -> bool:
        return len(self.coef_) == 1

    def _check_sides(self, targets: np.ndarray[Any, Any]) -> None:
        names = self.classes_ if targets.shape[1] > 1 else [self.classes_[-1]]
        for name, column in zip(names, targets.T, strict=True):
            if len(set(column.tolist())) < 2:
                which = "every message is" if len(column) and column[0] else "no message is"
                raise ValueError(
                    f"{which} {name}, so there is one class; the classifier needs messages with the label and without."
                )

    def _fit_weights(self, readings: list[Reading], targets: np.ndarray[Any, Any], sample_weight: Any) -> None:
        matrix = self.features_.transform(readings)
        weights = np.ones(len(readings)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        risky = targets.any(axis=1)
        models = []
        for target in targets.T:
            sibling = risky & (target == 0)
            model = LogisticRegression(C=self.C, solver="liblinear", max_iter=300, random_state=self.random_state)
            with threadpool_limits(1):  # sums over more threads round otherwise: another machine, another model
                model.fit(matrix, target, sample_weight=np.where(sibling, self.sibling_weight, 1.0) * weights)
            models.append(model)
        self.coef_ = as_stored(np.vstack([m.coef_ for m in models]), self.features_)
        self.intercept_ = single(np.concatenate([m.intercept_ for m in models]))

    def _strongest(self) -> tuple[list[str], list[str]]:
        """The n-grams with the largest weights, the commonest first: what is looked up often lies close together."""
        chosen = []
        at = 0
        for vectorizer, most in ((self.features_.words_, self.most_words), (self.features_.chars_, self.most_chars)):
            names = vectorizer.get_feature_names_out()
            strength = np.abs(self.coef_[:, at : at + len(names)]).max(axis=0) * vectorizer.idf_
            at += len(names)
            kept = np.lexsort((names, -strength))[:most]
            chosen.append(list(names[kept][np.lexsort((names[kept], vectorizer.idf_[kept]))]))
        return chosen[0], chosen[1]

    def __sklearn_tags__(self) -> Any:
        tags = text_tags(super().__sklearn_tags__())
        tags.target_tags.multi_output = True
        tags.classifier_tags.multi_label = True
        tags.classifier_tags.multi_class = False
        return tags


def label_matrix(y: Any) -> np.ndarray[Any, Any]:
    """0/1 of shape (n, 2) from collections of labels, from a frame with a column a label, or from such a matrix.

    Raises
    ------
    TypeError
        When y is one string a message.
    ValueError
        When a label is unknown, a frame lacks a label's column, or a number is neither 0 nor 1.

    Examples
    --------
    >>> label_matrix([("scam",), (), ("scam", "fake_deal")])
    array([[1, 0],
           [0, 0],
           [1, 1]])
    """
    columns = getattr(y, "columns", None)
    if columns is not None:
        missing = [str(label) for label in TEXT_LABELS if label not in set(columns)]
        if missing:
            raise ValueError(f"y has no column {', '.join(missing)}; a frame of labels needs {', '.join(TEXT_LABELS)}.")
        y = y[list(map(str, TEXT_LABELS))].to_numpy()
    values = getattr(y, "values", y)
    first = values[0] if len(values) else ()
    if isinstance(first, str):
        raise TypeError("y must hold a collection of labels for each message, such as () or ('scam',), not one string.")
    numbers = not isinstance(first, tuple | list | set | frozenset) or (
        len(first) and not isinstance(next(iter(first)), str)
    )
    if numbers:
        return _numbers(np.asarray(values))
    unknown = {name for names in values for name in names} - set(Label)
    if unknown:
        raise ValueError(f"unknown label {sorted(unknown)[0]!r}; allowed are {', '.join(Label)}.")
    return np.array([[label in names for label in TEXT_LABELS] for names in values], dtype=int).reshape(-1, 2)


def _numbers(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if values.ndim != 2 or values.shape[1] != len(TEXT_LABELS):
        raise ValueError(
            f"y has shape {values.shape}; it must be (n, 2), one column each for {', '.join(TEXT_LABELS)}."
        )
    if not np.isin(values, (0, 1)).all():
        raise ValueError("y must be 0 or 1 for each label.")
    return values.astype(int)


def _targets(y: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """0/1 of shape (n, labels) and the classes; a one-dimensional y of numbers has one column."""
    if y is None:
        raise ValueError("MessageClassifier requires y to be passed, but the target y is None.")
    if hasattr(y, "__array__") and not hasattr(y, "ndim"):
        y = np.asarray(y)
    flat = y.ndim == 1 if hasattr(y, "ndim") else len(y) > 0 and np.isscalar(next(iter(y)))
    array = np.asarray(y) if flat else np.empty((0, 0))
    if flat and array.dtype.kind in "biuf":
        classes = np.unique(array)
        if len(classes) > 2:
            raise ValueError(
                f"Only binary classification is supported for a one-dimensional y, not {len(classes)} values."
            )
        return (array == classes[-1]).astype(int)[:, None], classes
    return label_matrix(y), np.array([str(label) for label in TEXT_LABELS])


def single(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same numbers in single precision."""
    return values.astype(np.float32).astype(np.float64)


def as_stored(coef: np.ndarray[Any, Any], features: ReadingFeatures) -> np.ndarray[Any, Any]:
    """The same weights in the precision of the artifact, so that both give the same scores.

    What an n-gram adds where it is present is a whole multiple of :data:`~huzhu_guard.model.linear.UNIT`.
    """
    grams = _grams(features)
    values = features.values()[:grams]
    units = np.rint(coef[:, :grams] * values / UNIT)
    return np.hstack([units * UNIT / values, single(coef[:, grams:])])


def _grams(features: ReadingFeatures) -> int:
    """How many of the features are n-grams; they come before the signals."""
    return len(features.words_.idf_) + len(features.chars_.idf_)


def linear_of(classifier: MessageClassifier) -> LinearModel:
    """A fitted classifier's weights for scoring without scikit-learn.

    Raises
    ------
    ValueError
        When it was fitted on one label only.
    """
    if len(classifier.coef_) != len(TEXT_LABELS):
        raise ValueError("a model needs a classifier of all labels; this one was fitted on a one-dimensional y.")
    features = classifier.features_
    grams, words = _grams(features), len(features.words_.idf_)
    units = np.rint(classifier.coef_[:, :grams] * features.values()[:grams] / UNIT).astype(int)
    rest = [0.0] * (len(LABELS) - len(TEXT_LABELS))
    names = features.signals_.get_feature_names_out()
    return LinearModel(
        (*map(float, classifier.intercept_), *rest),
        {name: (*map(float, classifier.coef_[:, grams + i]), *rest) for i, name in enumerate(names)},
        _block(features.words_, units[:, :words]),
        _block(features.chars_, units[:, words:]),
    )


def classifier_of(model: LinearModel, stages: Stages | None = None) -> MessageClassifier:
    """A fitted classifier with the weights of a model file: what :func:`linear_of` gave, the other way round."""
    classifier = MessageClassifier(stages=stages)
    classifier.classes_ = np.array([str(label) for label in TEXT_LABELS])
    words, chars = model.words, model.chars
    features = ReadingFeatures.of((words.grams, words.idf), (chars.grams, chars.idf), list(model.signals))
    signals = np.array(list(model.signals.values()), dtype=np.float64).reshape(-1, len(LABELS))
    values = features.values()[: _grams(features)]
    classifier.features_ = features
    classifier.coef_ = np.vstack(
        [
            np.concatenate([np.concatenate([words.weights[i], chars.weights[i]]) * UNIT / values, signals[:, i]])
            for i in range(len(TEXT_LABELS))
        ]
    )
    classifier.intercept_ = np.array(model.biases[: len(TEXT_LABELS)])
    return classifier


def _block(vectorizer: Any, units: np.ndarray[Any, Any]) -> Block:
    grams, idf = vectorizer.get_feature_names_out(), vectorizer.idf_
    return Block(list(grams), array("f", idf.tolist()), [array("i", column.tolist()) for column in units])
