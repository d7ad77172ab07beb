"""Labelled messages to a model folder."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from contextlib import suppress
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.special import expit
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from threadpoolctl import threadpool_limits

from huzhu_guard._version import __version__
from huzhu_guard.corpus import fingerprint, label_counts, load
from huzhu_guard.errors import CorpusError
from huzhu_guard.model.artifact import is_model
from huzhu_guard.model.checks import check
from huzhu_guard.model.classifier import MessageClassifier, linear_of
from huzhu_guard.model.duplicates import clusters
from huzhu_guard.model.folds import Fold, fold_count
from huzhu_guard.model.heldout import held_out_figures
from huzhu_guard.model.labelled import labelled
from huzhu_guard.model.lessons import Lessons, lessons
from huzhu_guard.model.linear import TEXT_LABELS
from huzhu_guard.model.progress import Progress, steps
from huzhu_guard.model.reading import Reading
from huzhu_guard.model.trained import TrainedModel
from huzhu_guard.stages import Stages
from huzhu_guard.verdict import LABELS, Label

BUDGETS = {"relaxed": (0.0035, 0.0004), "standard": (0.0105, 0.001), "strict": (0.034, 0.003)}
"""Share of held-out clean messages that may be reviewed and blocked, for each strictness. Most of those that are held
back are hard negatives, written to be mistaken; of other people's ordinary chat about a quarter as many are."""

_PRIVACY = {"relaxed": (0.8, 0.99), "standard": (0.5, 0.95), "strict": (0.5, 0.9)}
_LEAST_OF_A_LABEL = 20

Base = str | Path | pd.DataFrame | None


def train(
    frame: pd.DataFrame,
    background: pd.DataFrame | None = None,
    classifier: MessageClassifier | None = None,
    background_weight: float = 0.5,
    progress: Progress | bool = False,
    *,
    base: Base = None,
    weight: float = 1.0,
    disguised: float = 0.0,
    seed: int = 0,
    n_jobs: int = 1,
) -> TrainedModel:
    """Train, calibrate and set thresholds.

    Parameters
    ----------
    frame : pandas.DataFrame
        Labelled messages: ``text`` and ``labels`` (see :func:`~huzhu_guard.model.labelled.labelled`), and ``voice``,
        who wrote it: folds keep a voice together. Without voices, near-duplicates are kept together.
    background : pandas.DataFrame, optional
        Ordinary messages, ``text`` and ``source``, taken as clean.
    classifier : MessageClassifier, optional
        Settings of the classifier; the shipped model's by default.
    background_weight : float
        What a background row counts beside a labelled one.
    progress : callable or bool
        Told what is being done; True for a progress bar.
    base : None, "shipped", path or pandas.DataFrame
        None learns from ``frame`` alone. A labelled corpus (a frame, a JSONL file or a folder of them, such as
        ``data/messages`` of the repository) is learned together with ``frame``. ``"shipped"`` or a model folder starts
        from that model's weights and folds ``frame`` in, in seconds: the corpus itself is not installed with the
        library. See :func:`~huzhu_guard.model.incremental.update`.
    weight : float
        What a row of ``frame`` counts beside one of the base.
    disguised : float
        Share of the messages, 0 to 1, of which a disguised copy is learned too; see
        :func:`~huzhu_guard.model.lessons.lessons`.
    seed : int
        Of the solver; the same rows and seed give the same bytes.
    n_jobs : int
        Processes for the folds; -1 for all cores. The result does not depend on it.

    Returns
    -------
    TrainedModel

    Raises
    ------
    CorpusError
        When a label has too few messages to learn from, or a row has a fault.
    """
    frame = labelled(frame)
    if base is not None and not isinstance(base, pd.DataFrame) and (base == "shipped" or is_model(Path(base))):
        return _warm(frame, background, classifier, None if base == "shipped" else Path(base), weight)
    rows, row_weights = _with_base(frame, base, weight)
    check_trainable(rows)
    classifier = clone(classifier or MessageClassifier(C=10.0, min_df=2, most_words=30_000, most_chars=15_000))
    classifier.set_params(random_state=seed)
    stages = classifier.stages or Stages()
    with steps(progress, 3) as step:
        step("reading messages")
        taught = lessons(rows, background, stages, row_weights, background_weight, disguised, seed)
        step("out-of-fold scores")
        held_out = out_of_fold(classifier, taught, n_jobs)
        step("fitting on everything")
        fitted = classifier.fit(taught.readings, taught.targets, sample_weight=taught.weights)
    # how sure to be, and from where on to act, is set by what people wrote
    targets, weights = (part[: taught.originals] for part in (taught.targets, taught.weights))
    held_out = held_out[: taught.originals]
    slopes, shifts = _calibration(held_out, targets, weights)
    fitted.rescale(slopes, shifts)
    scores = expit(held_out * slopes + shifts)
    limits = thresholds(scores, targets)
    found = check(rows, scores=scores[: len(rows)])
    manifest = {
        "created_by": f"huzhu_guard {__version__}",
        "counts": dict(sorted(label_counts(rows).items())) | {"background": taught.background},
        "settings": {"C": classifier.C, "min_df": classifier.min_df, "background_weight": background_weight,
                     "disguised": disguised, "most_words": classifier.most_words, "most_chars": classifier.most_chars,
                     "sibling_weight": classifier.sibling_weight},
        "training": {"base": "none" if base is None else "corpus", "own_rows": len(frame), "own_weight": weight,
                     "seed": seed},
        "sources": _sources(background),
        "calibration": {"slopes": slopes.tolist(), "shifts": shifts.tolist()},
        "thresholds": limits,
        "metrics": metrics(scores, targets, limits),
        "hashes": {"corpus": fingerprint(rows["text"], rows["labels"]), **lexicon_hashes()},
        "libraries": libraries(),
        "contradictions": contradictions(fitted, stages),
        "findings": found.notes,
    }  # fmt: skip
    figures = held_out_figures(scores, targets, limits, rows["voice"], taught.background, fold_count(taught.groups))
    return TrainedModel(fitted, manifest, found, figures)


def _warm(
    frame: pd.DataFrame,
    background: pd.DataFrame | None,
    classifier: MessageClassifier | None,
    base: Path | None,
    weight: float,
) -> TrainedModel:
    from huzhu_guard.model.incremental import update

    if background is not None or classifier is not None:
        raise CorpusError(
            "background and classifier are for training anew; leave them out where base is a model, or give a corpus "
            "as base."
        )
    return update(frame, base, weight=weight).model


def _with_base(frame: pd.DataFrame, base: Base, weight: float) -> tuple[pd.DataFrame, np.ndarray[Any, Any]]:
    """The rows of both with their weights; a row without a voice has the voice of its near-duplicates."""
    if "voice" not in frame:
        frame = frame.assign(voice=[f"own {n}" for n in clusters(frame["text"])])
    if base is None:
        return frame, np.ones(len(frame))
    corpus = labelled(base) if isinstance(base, pd.DataFrame) else load(base)
    if "voice" not in corpus:
        corpus = corpus.assign(voice=[f"base {n}" for n in clusters(corpus["text"])])
    columns = ["text", "labels", "voice"]
    rows = pd.concat([corpus[columns], frame[columns]], ignore_index=True)
    return rows, np.array([1.0] * len(corpus) + [weight] * len(frame))


def check_trainable(frame: pd.DataFrame) -> None:
    """Raise CorpusError unless every text label, and no label, has enough messages of more than one voice."""
    counts = label_counts(frame)
    for name in (*map(str, TEXT_LABELS), "clean"):
        if counts[name] < _LEAST_OF_A_LABEL:
            raise CorpusError(
                f"only {counts[name]} messages are {name}; label at least {_LEAST_OF_A_LABEL}, better some hundreds."
            )
    if frame["voice"].nunique() < 2:
        raise CorpusError("all messages have one voice; name who wrote each, so that scores can be checked on others.")


def out_of_fold(classifier: MessageClassifier, taught: Lessons, n_jobs: int = 1) -> np.ndarray[Any, Any]:
    """Log-odds of each message by a model that saw no message of its voice, and none that is nearly the same."""
    scores = np.zeros(taught.targets.shape)
    parts = taught.folds()
    plain = clone(classifier).set_params(stages=None, most_words=None, most_chars=None)
    judged = Parallel(n_jobs=n_jobs)(delayed(_judge)(clone(plain), *_sides(taught, fold)) for fold in parts)
    for fold, found in zip(parts, judged, strict=True):
        scores[fold.judge] = found
    return scores


def _sides(taught: Lessons, fold: Fold) -> tuple[Any, ...]:
    """What is learned for a fold, and what is judged; no more than that goes to a worker."""
    readings, learn = taught.readings, fold.learn
    return (
        [readings[i] for i in learn], taught.targets[learn], taught.weights[learn], [readings[i] for i in fold.judge]
    )  # fmt: skip


def _judge(
    classifier: MessageClassifier,
    readings: list[Reading],
    targets: np.ndarray[Any, Any],
    weights: np.ndarray[Any, Any],
    held_out: list[Reading],
) -> np.ndarray[Any, Any]:
    return classifier.fit(readings, targets, weights).decision_function(held_out)


def _calibration(
    scores: np.ndarray[Any, Any], targets: np.ndarray[Any, Any], weights: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Platt's slope and shift of each label, on held-out scores."""
    slopes, shifts = [], []
    for i in range(scores.shape[1]):
        with threadpool_limits(1):  # as in the classifier's own fit
            fit = LogisticRegression(C=1e6).fit(scores[:, [i]], targets[:, i], sample_weight=weights)
        slopes.append(fit.coef_[0, 0])
        shifts.append(fit.intercept_[0])
    return np.array(slopes), np.array(shifts)


def calibrated(
    scores: np.ndarray[Any, Any], targets: np.ndarray[Any, Any], weights: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Probabilities of held-out log-odds."""
    slopes, shifts = _calibration(scores, targets, weights)
    probabilities: np.ndarray[Any, Any] = expit(scores * slopes + shifts)
    return probabilities


def thresholds(scores: np.ndarray[Any, Any], targets: np.ndarray[Any, Any]) -> dict[str, Any]:
    """For each strictness and label, the scores from which held-out clean messages stay within the budgets."""
    clean = scores[targets.sum(axis=1) == 0]
    result: dict[str, Any] = {}
    for strictness, budgets in BUDGETS.items():
        review, block = (_joint_threshold(clean, budget) for budget in budgets)
        result[strictness] = {
            str(label): {"review": round(review, 4), "block": round(max(block, review), 4)} for label in TEXT_LABELS
        }
        low, high = _PRIVACY[strictness]
        result[strictness][str(Label.PRIVACY_LEAK)] = {"review": low, "block": high}
    return result


def _joint_threshold(clean: np.ndarray[Any, Any], budget: float) -> float:
    """The score that the highest of a clean message's scores exceeds in a share ``budget`` of messages."""
    return float(np.quantile(clean.max(axis=1), 1 - budget, method="higher"))


def metrics(
    scores: np.ndarray[Any, Any], targets: np.ndarray[Any, Any], limits: dict[str, Any]
) -> dict[str, dict[str, float]]:
    """How well held-out scores tell labels apart, and what the standard thresholds hold back."""
    found: dict[str, dict[str, float]] = {}
    standard = limits["standard"]
    for i, label in enumerate(TEXT_LABELS):
        caught = scores[targets[:, i] == 1, i] >= float(standard[str(label)]["review"])
        found[str(label)] = {
            "average_precision": round(float(average_precision_score(targets[:, i], scores[:, i])), 4),
            "recall": round(float(caught.mean()), 4),
        }
    clean = targets.sum(axis=1) == 0
    for action in ("review", "block"):
        least = np.array([standard[str(label)][action] for label in TEXT_LABELS])
        acted = np.any(scores >= least, axis=1)
        found[action] = {"clean": round(float(acted[clean].mean()), 6), "risky": round(float(acted[~clean].mean()), 4)}
    return found


def contradictions(classifier: MessageClassifier, stages: Stages) -> list[dict[str, Any]]:
    """Rules whose learned weight has another sign than the declared one."""
    signals = linear_of(classifier).signals
    found = []
    for rule in stages.engine.rules:
        learned = signals.get(f"rule:{rule.id}")
        if learned and rule.weight * learned[LABELS.index(rule.label)] < 0:
            value = round(learned[LABELS.index(rule.label)], 3)
            found.append({"rule": rule.id, "declared": rule.weight, "learned": value})
    return found


def _sources(background: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Rows, licence and hash of each background source."""
    if background is None:
        return []
    described = []
    for source, rows in background.groupby("source", sort=True):
        digest = hashlib.sha256("\n".join(rows["text"]).encode("utf-8", "replace")).hexdigest()
        licence = str(rows["licence"].iloc[0]) if "licence" in rows else "unknown"
        described.append({"source": str(source), "licence": licence, "rows": len(rows), "sha256": digest})
    return described


def lexicon_hashes() -> dict[str, str]:
    """SHA-256 of what the stages read: dictionary and rules."""
    return {
        "dictionary": _hash_folder("huzhu_guard.text.lexicon"),
        "rules": _hash_folder("huzhu_guard.rules.packs"),
    }


def _hash_folder(package: str) -> str:
    digest = hashlib.sha256()
    for entry in sorted(files(package).iterdir(), key=lambda e: e.name):
        if entry.is_file() and not entry.name.endswith((".py", ".pyc")):
            digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return digest.hexdigest()


def environment() -> dict[str, str]:
    """Versions of what trained."""
    import scipy
    import sklearn

    return {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__}  # fmt: skip


def libraries() -> dict[str, str]:
    """Versions of what a model depends on: the libraries that trained and those that cut words."""
    found = environment()
    for name in ("jieba", "rjieba"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def read_background(path: str | Path, without: Iterable[str] = ()) -> pd.DataFrame:
    """Read ordinary messages: JSONL with ``source``, ``licence`` and ``text``.

    Parameters
    ----------
    path : path
    without : iterable of str
        Sources to leave out; ``*`` stands for anything.

    Raises
    ------
    CorpusError
        When the file cannot be read, or a line is not such a record.
    """
    without = tuple(without)
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: the background cannot be read ({error}); give a UTF-8 JSONL file.") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not any(fnmatchcase(row["source"], pattern) for pattern in without):
                rows.append({"source": row["source"], "licence": row["licence"], "text": row["text"]})
        except (ValueError, KeyError, TypeError) as error:
            raise CorpusError(f"{path}:{number}: needs source, licence and text ({error}).") from error
    return pd.DataFrame(rows)
