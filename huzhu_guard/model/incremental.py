"""A few hundred corrected verdicts folded into a model, in seconds and without the corpus that it was trained on.

The model's weights are the prior: a penalised logistic regression learns only what must be added to them, over the
n-grams of the corrected messages, those included that the model has never seen. An n-gram that many messages have
taught already is held more firmly than a rare one, as far as its idf tells: so a new scheme is learned from the words
that are its own, and ordinary words keep their weights. Biases, calibration, thresholds and the weights of rules, links
and disguises stay as they are.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, logit

from huzhu_guard._version import __version__
from huzhu_guard.corpus import fingerprint, label_counts
from huzhu_guard.errors import CorpusError
from huzhu_guard.model.classifier import MessageClassifier, as_stored, label_matrix, single
from huzhu_guard.model.duplicates import clusters
from huzhu_guard.model.features import ReadingFeatures
from huzhu_guard.model.folds import folds
from huzhu_guard.model.labelled import labelled
from huzhu_guard.model.linear import TEXT_LABELS
from huzhu_guard.model.reading import Reading, char_ngrams, word_ngrams
from huzhu_guard.model.train import lexicon_hashes, libraries
from huzhu_guard.model.trained import TrainedModel, open_trained
from huzhu_guard.stages import Stages

if TYPE_CHECKING:
    from huzhu_guard.model.replay import Replay

LEAST_ROWS = 40
"""Different corrected messages that an update needs."""
LEAST_SHARE = 0.1
"""Share of them that must be clean, and that must be risky: a one-sided set teaches to flag all, or nothing."""

_STRENGTH = 10.0  # inverse strength of the penalty on what is added to an n-gram that the model has never seen
_FIRMNESS = 0.1  # how much each message that has taught an n-gram adds to its penalty: 0.1 of a new n-gram's
_LEAST_DF = 2
_MOST_NEW = 20_000  # new n-grams of each block


@dataclass(frozen=True, slots=True)
class Update:
    """An updated model with what it changes, to be looked at before it is taken."""

    model: TrainedModel
    """The updated model; ``model.save(folder)`` takes it."""
    rows: pd.DataFrame
    """The corrected messages, on their index: ``labels`` as given, and what the models say: ``before``, ``after``,
    ``held_out``."""
    learned: pd.DataFrame
    """A row a label: ``rows`` that have it, how many of all rows are right ``before`` and ``after``, and ``held_out``:
    right in a model that learned from other rows."""
    reference: Replay | None
    """What changes on the reference messages; None where there were none."""

    def to_text(self) -> str:
        """The tables for a terminal."""
        parts = [self.learned.to_string(index=False)]
        if self.reference is not None:
            parts.append(self.reference.to_text())
        return "\n\n".join(parts)


def update(
    frame: pd.DataFrame,
    base: str | Path | TrainedModel | None = None,
    reference: pd.DataFrame | None = None,
    weight: float = 1.0,
) -> Update:
    """Fold corrected verdicts into a model.

    Parameters
    ----------
    frame : pandas.DataFrame
        False alarms and misses with the labels that people gave them, and messages that were judged rightly; columns
        as for :func:`~huzhu_guard.model.labelled.labelled`.
    base : path or TrainedModel, optional
        The model to correct; the shipped one by default.
    reference : pandas.DataFrame, optional
        Messages, ``text`` and if known ``labels``, on which the old and the new model are compared. They teach nothing.
    weight : float
        How much a corrected message counts; above 1 the model follows them more closely.

    Returns
    -------
    Update

    Raises
    ------
    CorpusError
        When there are too few different messages, or nearly all of them are clean, or nearly none.
    ModelError
        When the base cannot be read.
    """
    from huzhu_guard.model.replay import replay

    rows = labelled(frame).drop_duplicates(subset="text", keep="last")
    check_teachable(rows)
    old = base if isinstance(base, TrainedModel) else open_trained(_folder(base))
    stages = old.classifier.stages or Stages()
    readings = [stages.read(stages.screen(text)) for text in rows["text"]]
    targets = label_matrix(list(rows["labels"]))
    seen = sum(old.manifest.get("counts", {}).values())
    least = _log_odds(old.manifest["thresholds"]["standard"])
    new = corrected(old.classifier, readings, targets, weight, seen, least)
    found = {
        "before": old.classifier.decision_function(readings) >= least,
        "after": new.decision_function(readings) >= least,
        "held_out": _held_out(old.classifier, readings, targets, weight, seen, least, clusters(rows["text"])) >= least,
    }
    learned = _learned(targets, found)
    facts = _manifest(old.manifest, rows, weight, learned)
    model = TrainedModel(new, facts, held_out=old.held_out)
    changes = None if reference is None else replay(reference, old, model)
    if changes is not None:
        facts["updates"][-1]["reference"] = _compared(changes)
    judged = rows[["text", "labels"]].copy()
    for name, table in found.items():
        judged[name] = pd.Series(_label_names(table), index=judged.index, dtype=object)
    return Update(model, judged, learned, changes)


def check_teachable(rows: pd.DataFrame) -> None:
    """Raise CorpusError unless there are enough different messages of both sides."""
    texts = rows.drop_duplicates(subset="text")
    if len(texts) < LEAST_ROWS:
        raise CorpusError(
            f"only {len(texts)} different messages; an update needs at least {LEAST_ROWS}, better some hundreds."
        )
    clean = int((texts["labels"].map(len) == 0).sum())
    least = math.ceil(LEAST_SHARE * len(texts))
    for count, side, danger in ((clean, "clean", "flag everything"), (len(texts) - clean, "risky", "flag nothing")):
        if count < least:
            raise CorpusError(
                f"only {count} of {len(texts)} messages are {side}; add {side} messages until there are {least}, or "
                f"the model learns to {danger}."
            )


def extended(classifier: MessageClassifier, readings: Sequence[Reading], seen: int) -> MessageClassifier:
    """The same classifier with room for n-grams of ``readings`` that it does not know; their weights are nought.

    Parameters
    ----------
    classifier : MessageClassifier
    readings : sequence of Reading
    seen : int
        Messages that it was trained on: how rare an n-gram is that was in none of them.
    """
    old = classifier.features_
    blocks, columns, at = [], [], 0
    for vectorizer, grams_of in ((old.words_, _words), (old.chars_, _chars)):
        names = list(vectorizer.get_feature_names_out())
        new, idf = _unknown(vectorizer, readings, grams_of, seen)
        blocks.append(([*names, *new], np.concatenate([vectorizer.idf_, idf])))
        columns += [classifier.coef_[:, at : at + len(names)], np.zeros((len(classifier.coef_), len(new)))]
        at += len(names)
    wide = MessageClassifier(**classifier.get_params())
    wide.classes_ = classifier.classes_
    wide.features_ = ReadingFeatures.of(blocks[0], blocks[1], list(old.signals_.get_feature_names_out()))
    wide.coef_ = np.hstack([*columns, classifier.coef_[:, at:]])
    wide.intercept_ = classifier.intercept_
    return wide


def _words(reading: Reading) -> set[str]:
    return word_ngrams(reading.words)


def _chars(reading: Reading) -> set[str]:
    return char_ngrams(reading.masked)


def _unknown(
    vectorizer: Any, readings: Sequence[Reading], grams_of: Callable[[Reading], Iterable[str]], seen: int
) -> tuple[list[str], np.ndarray[Any, Any]]:
    """N-grams that stand in several messages and not in the vocabulary, with their idf."""
    frequency = Counter(gram for reading in readings for gram in grams_of(reading))
    known = vectorizer.vocabulary_
    fresh = [(n, gram) for gram, n in frequency.items() if n >= _LEAST_DF and gram not in known]
    chosen = sorted(sorted(fresh, key=lambda pair: (-pair[0], pair[1]))[:_MOST_NEW], key=lambda pair: pair[1])
    # an n-gram that the model dropped may be common: it weighs no more than the rarest that it kept
    most = float(vectorizer.idf_.max(initial=1.0))
    idf = [min(most, math.log((1 + seen + len(readings)) / (1 + n)) + 1) for n, _ in chosen]
    return [gram for _, gram in chosen], single(np.array(idf, dtype=np.float64))


def corrected(
    classifier: MessageClassifier,
    readings: Sequence[Reading],
    targets: np.ndarray[Any, Any],
    weight: float,
    seen: int,
    least: np.ndarray[Any, Any],
) -> MessageClassifier:
    """A classifier with the n-gram weights of ``classifier`` plus the least that makes ``targets`` likely.

    Parameters
    ----------
    classifier : MessageClassifier
    readings : sequence of Reading
    targets : array of shape (n, 2), 0/1
    weight : float
        What each message counts.
    seen : int
        Messages that ``classifier`` was trained on.
    least : array of shape (2,)
        Log-odds from which a label is reported: what is learned is to move messages to their side of it.
    """
    wide = extended(classifier, readings, seen)
    matrix: Any = wide.features_.transform(list(readings))
    grams = matrix.shape[1] - len(wide.features_.signals_.get_feature_names_out())
    active = np.unique(matrix[:, :grams].indices)
    local = matrix[:, active]
    firmness = _firmness(wide.features_, seen)[active]
    offsets = matrix @ wide.coef_.T + wide.intercept_
    risky = targets.any(axis=1)
    coef = wide.coef_.copy()
    for i, target in enumerate(targets.T):
        weights = weight * np.where(risky & (target == 0), wide.sibling_weight, 1.0)
        margins = np.where(target, max(least[i], 0.0), min(least[i], 0.0))
        coef[i, active] += _correction(local, offsets[:, i] - margins, target, weights, firmness)
    wide.coef_ = as_stored(coef, wide.features_)
    return wide


def _folder(base: str | Path | None) -> Any:
    return files("huzhu_guard.model").joinpath("default") if base is None else Path(base)


def _firmness(features: ReadingFeatures, seen: int) -> np.ndarray[Any, Any]:
    """How firmly each n-gram's weight is held where it is: the more messages have taught it, the firmer."""
    idf = np.concatenate([features.words_.idf_, features.chars_.idf_])
    frequency = np.maximum(0.0, (1 + seen) / np.exp(idf - 1) - 1)
    firmness: np.ndarray[Any, Any] = (1 + _FIRMNESS * frequency) / _STRENGTH
    return firmness


def _correction(
    matrix: Any,
    offsets: np.ndarray[Any, Any],
    target: np.ndarray[Any, Any],
    weights: np.ndarray[Any, Any],
    firmness: np.ndarray[Any, Any],
) -> np.ndarray[Any, Any]:
    """What to add to the weights: logistic loss with fixed offsets, and a ridge on what is added."""
    scale = 1 / np.sqrt(firmness)  # in units of its own firmness every weight is equally easy to move
    scaled = matrix.multiply(scale).tocsr()

    def loss(added: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        odds = offsets + scaled @ added
        value = float(weights @ (np.logaddexp(0.0, odds) - target * odds)) + added @ added / 2
        slope = scaled.T @ (weights * (expit(odds) - target)) + added
        return value, slope

    found = minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    moved: np.ndarray[Any, Any] = found.x * scale
    return moved


def _log_odds(limits: dict[str, Any]) -> np.ndarray[Any, Any]:
    """Log-odds from which a label is reported, one a text label."""
    least = np.array([limits[str(label)]["review"] for label in TEXT_LABELS], dtype=float)
    odds: np.ndarray[Any, Any] = logit(least)
    return odds


def _held_out(
    classifier: MessageClassifier,
    readings: Sequence[Reading],
    targets: np.ndarray[Any, Any],
    weight: float,
    seen: int,
    least: np.ndarray[Any, Any],
    groups: Sequence[int],
) -> np.ndarray[Any, Any]:
    """Log-odds of each message after an update with others; near-duplicates are held out together."""
    scores = np.zeros(targets.shape)
    for learn, judge in folds(groups, groups) if len(set(groups)) > 1 else ():
        new = corrected(classifier, [readings[i] for i in learn], targets[learn], weight, seen, least)
        scores[judge] = new.decision_function([readings[i] for i in judge])
    return scores


def _learned(targets: np.ndarray[Any, Any], found: dict[str, np.ndarray[Any, Any]]) -> pd.DataFrame:
    rows = []
    for i, label in enumerate(TEXT_LABELS):
        right = {name: int((table[:, i] == targets[:, i]).sum()) for name, table in found.items()}
        rows.append({"label": str(label), "rows": int(targets[:, i].sum()), "of": len(targets), **right})
    return pd.DataFrame(rows)


def _label_names(table: np.ndarray[Any, Any]) -> list[tuple[str, ...]]:
    return [tuple(str(label) for label, held in zip(TEXT_LABELS, row, strict=True) if held) for row in table]


def _compared(changes: Replay) -> dict[str, Any]:
    """What a model card says of the reference messages."""
    record = changes.to_dict()
    return {name: record[name] for name in ("messages", "changed", "budgets")}


def _manifest(old: dict[str, Any], rows: pd.DataFrame, weight: float, learned: pd.DataFrame) -> dict[str, Any]:
    """The base's facts, and what was folded in; figures of the base no longer hold and are marked as its own."""
    facts = {key: value for key, value in old.items() if key not in ("schema", "files", "metrics", "updates")}
    if "metrics" in old:
        facts["base_metrics"] = old["metrics"]
    done = {
        "base": old.get("files", {}).get("weights.npz", ""),
        "counts": dict(sorted(label_counts(rows).items())),
        "corpus": fingerprint(rows["text"], rows["labels"]),
        "weight": weight,
        "learned": learned.to_dict(orient="records"),
    }
    return {
        **facts,
        "created_by": f"huzhu_guard {__version__}",
        "libraries": libraries(),
        "hashes": {**old.get("hashes", {}), **lexicon_hashes()},
        "updates": [*old.get("updates", []), done],
    }
