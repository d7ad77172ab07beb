"""Figures of held-out scores: every message judged by a model that read none of its voice.

Tables are lists of records, ready for JSON: ``held_out.json`` of a model folder holds them, so that a card can be
written again without the messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve

from huzhu_guard.model.artifact import STRICTNESSES
from huzhu_guard.model.linear import TEXT_LABELS

Records = list[dict[str, Any]]

SWEEP = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Thresholds at which messages are counted."""

_BINS = 10  # of a reliability table
_FINE_BINS = 20  # of a histogram
_LEVELS = 101  # of recall, at which precision is kept
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Figures of one training. Immutable."""

    rows: dict[str, int]
    """How many messages there are: ``clean`` and ``risky`` ones, ``background`` (clean, and not counted among these),
    ``voices`` that wrote them, and ``folds``."""
    labels: Records
    """A row a label at the review threshold of the strictness ``standard``: ``threshold``, ``true``, ``found``,
    ``right``, ``precision``, ``recall``, and over all thresholds ``average_precision``."""
    strictness: Records
    """A row for each strictness and action: what its thresholds hold back, as :func:`sweep` counts it."""
    sweep: Records
    """See :func:`sweep`, by ``threshold`` on the higher of the two scores."""
    reliability: Records
    """See :func:`reliability`."""
    brier: dict[str, float]
    """Brier score of each label."""
    curves: dict[str, list[float]]
    """Of each label the precision at a recall of 0, 0.01, … 1."""
    histogram: dict[str, list[int]]
    """``clean``, ``background`` and ``risky`` messages by twentieths of the higher of the two scores."""

    def to_json(self) -> bytes:
        """One line a table."""
        lines = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in asdict(self).items()]
        return ("{\n" + ",\n".join(lines) + "\n}\n").encode()

    @classmethod
    def parse(cls, content: bytes) -> HeldOut:
        """What :meth:`to_json` wrote; raises ValueError where it is something else."""
        record = json.loads(content)
        if not isinstance(record, dict) or {f.name for f in fields(cls)} - record.keys():
            raise ValueError("a table of held-out figures is missing")
        return cls(**{f.name: record[f.name] for f in fields(cls)})


def held_out_figures(
    scores: np.ndarray[Any, Any],
    targets: np.ndarray[Any, Any],
    limits: dict[str, Any],
    voices: Iterable[Any],
    background: int,
    folds: int,
) -> HeldOut:
    """Count how held-out scores agree with the labels.

    Parameters
    ----------
    scores : array of shape (n, 2)
        Probability of each text label.
    targets : array of shape (n, 2), 0/1
    limits : dict
        Thresholds, as a manifest holds them.
    voices : iterable
        Who wrote each message; of background messages nothing is known.
    background : int
        How many of the messages, the last ones, are background.
    folds : int
        Of how many parts each was held out once.
    """
    risky = targets.any(axis=1)
    own = np.arange(len(targets)) < len(targets) - background
    sides = {"clean": ~risky & own, "background": ~own, "risky": risky}
    parts = {name: scores[chosen] for name, chosen in sides.items() if name != "background" or background}
    highest = {name: part.max(axis=1) for name, part in parts.items()}
    counts = {name: int(chosen.sum()) for name, chosen in sides.items()}
    return HeldOut(
        rows={**counts, "voices": len(set(voices)), "folds": folds},
        labels=_labels(scores, targets, limits["standard"]),
        strictness=[
            {"strictness": name, "action": action, **_held_back(parts, _least(limits[name], action))}
            for name in STRICTNESSES for action in ("review", "block")
        ],
        sweep=sweep(highest),
        reliability=reliability(scores, targets),
        brier=brier(scores, targets),
        curves={str(label): _curve(targets[:, i], scores[:, i]) for i, label in enumerate(TEXT_LABELS)},
        histogram={name: _bins(values, _FINE_BINS).tolist() for name, values in highest.items()},
    )  # fmt: skip


def sweep(highest: dict[str, np.ndarray[Any, Any]]) -> Records:
    """Counts and shares of the messages that each threshold of :data:`SWEEP` would hold back.

    Parameters
    ----------
    highest : dict of str to array
        Scores of ``clean`` and ``risky`` messages, and of ``background`` where there is one.

    Returns
    -------
    list of dict
        ``threshold``; ``false_alarms`` among clean messages and ``false_alarm_rate``; the same of background messages;
        risky ones ``found``, and ``recall``.
    """
    return [{"threshold": threshold, **_held_back(highest, np.array(threshold))} for threshold in SWEEP]


def _least(limits: dict[str, Any], action: str) -> np.ndarray[Any, Any]:
    return np.array([limits[str(label)][action] for label in TEXT_LABELS])


_NAMES = {
    "clean": ("false_alarms", "false_alarm_rate"),
    "background": ("background_alarms", "background_rate"),
    "risky": ("found", "recall"),
}


def _held_back(parts: dict[str, np.ndarray[Any, Any]], least: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Count and share of each part whose scores reach ``least``, one of them at least."""
    found: dict[str, Any] = {}
    for part, (count, share) in _NAMES.items():
        if part in parts:
            scores = parts[part]
            held = int(np.any(scores >= least, axis=tuple(range(1, scores.ndim))).sum())
            found |= {count: held, share: _rounded(held / max(1, len(scores)))}
    return found


def _labels(scores: np.ndarray[Any, Any], targets: np.ndarray[Any, Any], limits: dict[str, Any]) -> Records:
    rows = []
    for i, (label, threshold) in enumerate(zip(TEXT_LABELS, _least(limits, "review"), strict=True)):
        true, found = targets[:, i] == 1, scores[:, i] >= threshold
        right = int((true & found).sum())
        rows.append(
            {"label": str(label), "threshold": float(threshold), "true": int(true.sum()), "found": int(found.sum()),
             "right": right, "precision": _rounded(right / max(1, found.sum())),
             "recall": _rounded(right / max(1, true.sum())),
             "average_precision": _rounded(average_precision_score(true, scores[:, i]))}
        )  # fmt: skip
    return rows


def reliability(scores: np.ndarray[Any, Any], targets: np.ndarray[Any, Any]) -> Records:
    """Predicted against observed share by tenths of the score: ``label``, ``score``, ``rows``, ``predicted``,
    ``observed``; tenths without a message are left out.
    """
    rows = []
    for i, label in enumerate(TEXT_LABELS):
        counts = _bins(scores[:, i], _BINS)
        predicted, observed = (_bins(scores[:, i], _BINS, of) for of in (scores[:, i], targets[:, i]))
        rows += [
            {"label": str(label), "score": f"{b / _BINS:.1f}–{(b + 1) / _BINS:.1f}", "rows": int(counts[b]),
             "predicted": _rounded(predicted[b] / counts[b]), "observed": _rounded(observed[b] / counts[b])}
            for b in range(_BINS) if counts[b]
        ]  # fmt: skip
    return rows


def brier(scores: np.ndarray[Any, Any], targets: np.ndarray[Any, Any]) -> dict[str, float]:
    """Mean square of what each label's scores are off: 0 is best."""
    means = ((scores - targets) ** 2).mean(axis=0)
    return {str(label): _rounded(mean) for label, mean in zip(TEXT_LABELS, means, strict=True)}


def _bins(values: np.ndarray[Any, Any], bins: int, of: np.ndarray[Any, Any] | None = None) -> np.ndarray[Any, Any]:
    """How many values lie in each of equal parts of 0 to 1, or the sum of ``of`` there."""
    return np.bincount(np.minimum((values * bins).astype(int), bins - 1), of, minlength=bins)


def _curve(truth: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]) -> list[float]:
    """Precision at the highest threshold that reaches each level of recall."""
    precision, recall, _ = precision_recall_curve(truth, scores)
    # recall falls as the threshold rises
    last = np.searchsorted(-recall, -np.linspace(0, 1, _LEVELS), side="right") - 1
    return [_rounded(value) for value in precision[last]]


def _rounded(value: Any) -> float:
    return round(float(value), _DIGITS)
