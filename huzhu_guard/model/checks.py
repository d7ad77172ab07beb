"""What is missing or odd in labelled messages, before or while a model learns from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from huzhu_guard.corpus import label_counts
from huzhu_guard.guard import default_guard
from huzhu_guard.model.classifier import MessageClassifier, label_matrix
from huzhu_guard.model.duplicates import Pair, clusters, pairs
from huzhu_guard.model.labelled import labelled
from huzhu_guard.model.lessons import lessons
from huzhu_guard.model.linear import TEXT_LABELS
from huzhu_guard.stages import Stages
from huzhu_guard.verdict import Severity

LEAST_OF_A_LABEL = 200
"""Messages of a label below which what is learned of it should not be trusted."""

_NEAR = 0.6
_SURE = 0.9  # a held-out probability this far on the other side of the label is worth a second look
_LEAST_TO_JUDGE = 20
_MOST_IN_TEXT = 5


@dataclass(frozen=True, slots=True)
class Findings:
    """What was noticed. Rows are named by their index in the frame."""

    counts: pd.DataFrame
    """A row a label and one for clean messages: ``rows`` and ``share``."""
    duplicates: pd.DataFrame
    """Pairs of messages that say nearly the same: ``first``, ``second``, ``similarity`` (1 for word for word, numbers
    and links aside), and whether they have the ``same_labels``."""
    leaks: pd.DataFrame | None
    """Those pairs that stand on two sides of a split, so that what is learned from one is tested on the other:
    ``first``, ``second``, ``similarity``, ``first_side``, ``second_side``; None where there is no split."""
    label_issues: pd.DataFrame | None
    """Labels that a model which learned from the other messages would not give: ``row``, ``label``, whether it was
    ``given``, the model's ``probability``, most doubtful first; None where there were too few messages to learn from.
    """
    personal: pd.DataFrame
    """Messages in which personal information seems to stand unmasked: ``row``, ``kinds``, ``redacted``."""

    @property
    def notes(self) -> list[str]:
        """What to look at, one plain sentence each."""
        notes = []
        for label, rows in zip(self.counts["label"], self.counts["rows"], strict=True):
            if rows < LEAST_OF_A_LABEL:
                notes.append(f"only {rows} messages are {label}; below {LEAST_OF_A_LABEL} its figures are shaky.")
        if len(self.duplicates):
            other = int((~self.duplicates["same_labels"]).sum())
            notes.append(f"{len(self.duplicates)} pairs of messages are nearly the same; {other} have other labels.")
        if self.leaks is not None and len(self.leaks):
            notes.append(f"{len(self.leaks)} pairs leak between sides of the split; keep near-duplicates on one side.")
        if self.label_issues is not None and len(self.label_issues):
            notes.append(f"{len(self.label_issues)} labels look doubtful; read these messages again.")
        if len(self.personal):
            notes.append(f"{len(self.personal)} messages may hold personal information; redact before you share them.")
        return notes

    def to_text(self) -> str:
        """Counts, notes and the first rows of each table, for a terminal."""
        parts = [self.counts.to_string(index=False, float_format="{:.3f}".format), *self.notes]
        for name in ("leaks", "label_issues", "personal"):
            table = getattr(self, name)
            if table is not None and len(table):
                parts.append(f"{name}:\n{table.head(_MOST_IN_TEXT).to_string(index=False)}")
        return "\n".join(parts)


def check(
    frame: pd.DataFrame,
    split: str | None = None,
    scores: np.ndarray[Any, Any] | None = None,
    classifier: MessageClassifier | None = None,
    n_jobs: int = 1,
) -> Findings:
    """Look for what is missing or odd in labelled messages.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns as for :func:`~huzhu_guard.model.labelled.labelled`.
    split : str, optional
        Column that says on which side of a split a row stands, such as ``split`` or ``voice``.
    scores : array of shape (n, 2), optional
        Held-out probabilities of the text labels; worked out here where they are not given.
    classifier : MessageClassifier, optional
        Settings for working them out.
    n_jobs : int
        Processes for that.

    Raises
    ------
    CorpusError
        When a row has a fault.
    KeyError
        When there is no column ``split``.
    """
    frame = labelled(frame)
    if split is not None and split not in frame:
        raise KeyError(f"the frame has no column {split!r} to say on which side of a split a row stands.")
    near = pairs(frame["text"], _NEAR)
    if scores is None:
        scores = held_out_scores(frame, classifier, n_jobs)
    return Findings(
        _counts(frame),
        _duplicates(frame, near),
        None if split is None else _leaks(frame, near, split),
        None if scores is None else _label_issues(frame, scores),
        _personal(frame),
    )


def held_out_scores(
    frame: pd.DataFrame, classifier: MessageClassifier | None = None, n_jobs: int = 1
) -> np.ndarray[Any, Any] | None:
    """Probability of each text label by a model that saw neither the message nor its near-duplicates.

    Returns
    -------
    array of shape (n, 2) or None
        None where a label has too few messages to learn from, or nearly all say the same.
    """
    from huzhu_guard.model.train import calibrated, out_of_fold

    frame = labelled(frame)
    targets = label_matrix(list(frame["labels"]))
    if min(targets.sum(axis=0)) < _LEAST_TO_JUDGE or len(targets) - targets.any(axis=1).sum() < _LEAST_TO_JUDGE:
        return None
    groups = clusters(frame["text"], _NEAR)
    if len(set(groups)) < _LEAST_TO_JUDGE:
        return None
    classifier = classifier or MessageClassifier()
    taught = lessons(frame.assign(voice=groups), None, classifier.stages or Stages(), near=groups)
    return calibrated(out_of_fold(classifier, taught, n_jobs), taught.targets, taught.weights)


def _counts(frame: pd.DataFrame) -> pd.DataFrame:
    found = label_counts(frame)
    names = [*map(str, TEXT_LABELS), "privacy_leak", "clean"]
    return pd.DataFrame({"label": names, "rows": [found[n] for n in names],
                         "share": [found[n] / max(1, len(frame)) for n in names]})  # fmt: skip


def _duplicates(frame: pd.DataFrame, near: Iterable[Pair]) -> pd.DataFrame:
    labels, index = frame["labels"].tolist(), frame.index
    rows = [(index[a], index[b], s, set(labels[a]) == set(labels[b])) for a, b, s in near]
    table = pd.DataFrame(rows, columns=["first", "second", "similarity", "same_labels"])
    return table.astype({"same_labels": bool})


def _leaks(frame: pd.DataFrame, near: Iterable[Pair], split: str) -> pd.DataFrame:
    sides, index = frame[split].tolist(), frame.index
    rows = [(index[a], index[b], s, sides[a], sides[b]) for a, b, s in near if sides[a] != sides[b]]
    return pd.DataFrame(rows, columns=["first", "second", "similarity", "first_side", "second_side"])


def _label_issues(frame: pd.DataFrame, scores: np.ndarray[Any, Any]) -> pd.DataFrame:
    targets = label_matrix(list(frame["labels"]))
    rows = []
    for i, label in enumerate(TEXT_LABELS):
        for row, given, probability in zip(frame.index, targets[:, i], scores[:, i], strict=True):
            doubt = 1 - probability if given else probability
            if doubt >= _SURE:
                rows.append((doubt, row, str(label), bool(given), round(float(probability), 4)))
    rows.sort(key=lambda row: -row[0])
    return pd.DataFrame([row[1:] for row in rows], columns=["row", "label", "given", "probability"])


def _personal(frame: pd.DataFrame) -> pd.DataFrame:
    guard = default_guard()
    stages = guard.scorer().stages
    rows = []
    for row, text in zip(frame.index, frame["text"], strict=True):
        found = [e for e in stages.screen(text).entities if e.severity != Severity.LOW]
        if found:
            kinds = tuple(dict.fromkeys(str(e.kind) for e in found))
            rows.append((row, kinds, guard.redact(text, "mask").text))
    return pd.DataFrame(rows, columns=["row", "kinds", "redacted"])
