"""A fair search for settings: each is compared on voices that it has not read, and so is the choice itself.

Nested cross-validation: in each outer fold the candidates are compared by inner folds of what may be learned, the best
is fitted on all of that and judged on the rest. Both split by voice and near-duplicate cluster. The outer figures say
what choosing so is worth; the inner ones compare candidates.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from huzhu_guard.errors import CorpusError
from huzhu_guard.model.classifier import MessageClassifier
from huzhu_guard.model.folds import folds
from huzhu_guard.model.lessons import Lessons, lessons
from huzhu_guard.model.progress import Progress, steps
from huzhu_guard.model.reading import Reading
from huzhu_guard.stages import Stages

_FALSE_ALARMS = 0.01  # share of clean messages at which candidates are compared
_PARTS = 3  # outer and inner folds
_SEED = 1  # other folds than those that set the shipped thresholds

SHIPPED: dict[str, Any] = {
    "C": 10.0, "min_df": 2, "sibling_weight": 0.2, "background": 1.0, "background_weight": 0.5, "disguised": 0.5,
    "risky_weight": 1.0,
}  # fmt: skip
"""Settings of the shipped model: those of the classifier; which share of the background is learned and what a message
of it counts; of which share of the messages a disguised copy is learned; what a risky message counts."""

CANDIDATES: dict[str, dict[str, Any]] = {
    "shipped": {},
    "C = 1": {"C": 1.0},
    "C = 3": {"C": 3.0},
    "C = 30": {"C": 30.0},
    "n-grams of one message": {"min_df": 1},
    "a risky message counts half": {"risky_weight": 0.5},
    "a risky message counts double": {"risky_weight": 2.0},
    "a sibling label counts nothing": {"sibling_weight": 0.0},
    "a sibling label counts in full": {"sibling_weight": 1.0},
    "no background": {"background": 0.0},
    "background counts 0.15": {"background_weight": 0.15},
    "background counts in full": {"background_weight": 1.0},
    "no disguised copies": {"disguised": 0.0},
    "a disguised copy of each": {"disguised": 1.0},
    "no words": {"without": "words"},
    "no characters": {"without": "chars"},
    "no rules, links, entities": {"without": "signals"},
}
"""What is compared: each differs from the shipped settings in one thing."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found. Immutable."""

    rows: dict[str, int]
    """How many messages: ``own`` and ``background``."""
    candidates: list[dict[str, Any]]
    """A row a candidate: ``candidate``; means over the outer folds of the inner share of risky messages found where 1 %
    of the clean ones are held back, ``found``, and of the ``plain``, ``evasive`` and ``subtle`` ones; in how many outer
    folds it was ``chosen``. The best stands first."""
    outer: list[dict[str, Any]]
    """A row an outer fold: the candidate ``chosen`` there, and the same shares on messages that had no part in it."""

    def save(self, path: str | Path) -> None:
        """Write as JSON."""
        Path(path).write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Search:
        """Read what :meth:`save` wrote.

        Raises
        ------
        CorpusError
            When it is something else.
        """
        try:
            record = json.loads(Path(path).read_text(encoding="utf-8"))
            return cls(**{f.name: record[f.name] for f in fields(cls)})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CorpusError(f"{path}: is no result of 'huzhu-guard search' ({error}).") from error

    def to_text(self) -> str:
        """The tables for a terminal."""
        tables = (pd.DataFrame(self.candidates), pd.DataFrame(self.outer))
        return "\n\n".join(t.to_string(index=False, float_format="{:.4f}".format) for t in tables)


def search(
    frame: pd.DataFrame,
    background: pd.DataFrame | None = None,
    candidates: Mapping[str, Mapping[str, Any]] = CANDIDATES,
    progress: Progress | bool = False,
    n_jobs: int = 1,
) -> Search:
    """Compare settings.

    Parameters
    ----------
    frame : pandas.DataFrame
        As :func:`huzhu_guard.corpus.load` gives it.
    background : pandas.DataFrame, optional
        Ordinary messages, ``text``.
    candidates : mapping of str to mapping
        Names and what differs from :data:`SHIPPED`.
    progress : callable or bool
        Told what is being done; True for a progress bar.
    n_jobs : int
        Processes; -1 for all cores. The result does not depend on it.
    """
    with steps(progress, _PARTS + 1) as step:
        step("reading messages")
        taught = lessons(frame, background, Stages(), disguised=1.0)
        outer: list[dict[str, Any]] = []
        inner: dict[str, list[dict[str, float]]] = {name: [] for name in candidates}
        for number, (learn, judge) in enumerate(folds(taught.groups, taught.clusters, _SEED, _PARTS)):
            step(f"outer fold {number + 1} of {_PARTS}")
            found = Parallel(n_jobs=n_jobs)(
                delayed(_inner)(taught, frame, learn, {**SHIPPED, **changed}) for changed in candidates.values()
            )
            for name, shares in zip(candidates, found, strict=True):
                inner[name].append(shares)
            chosen = max(candidates, key=lambda name: inner[name][-1]["found"])
            scores = _judged(taught, learn, judge, {**SHIPPED, **candidates[chosen]})
            outer.append({"chosen": chosen, **_shares(scores, judge, taught, frame)})
    votes = Counter(row["chosen"] for row in outer)
    table: list[dict[str, Any]] = [
        {"candidate": name, **_means(rows), "chosen": votes[name]} for name, rows in inner.items()
    ]
    table.sort(key=lambda row: -row["found"])
    return Search({"own": taught.own, "background": taught.background}, table, outer)


def _inner(
    taught: Lessons, frame: pd.DataFrame, learn: np.ndarray[Any, Any], settings: Mapping[str, Any]
) -> dict[str, float]:
    """Shares found of what an outer fold may learn, each message judged by what learned from other voices."""
    scores = np.full(len(learn), np.nan)
    groups, clusters = [taught.groups[i] for i in learn], [taught.clusters[i] for i in learn]
    for part, rest in folds(groups, clusters, _SEED, _PARTS):
        scores[rest] = _judged(taught, learn[part], learn[rest], settings)
    return _shares(scores, learn, taught, frame)


def _judged(
    taught: Lessons, learn: np.ndarray[Any, Any], judge: np.ndarray[Any, Any], settings: Mapping[str, Any]
) -> np.ndarray[Any, Any]:
    """The higher of the two log-odds of each message of ``judge``."""
    rank = np.random.default_rng(_SEED).random(len(taught.readings))  # which messages a share of them is
    place = np.arange(len(rank))
    share = np.where(
        place < taught.own, 1.0, np.where(place < taught.originals, settings["background"], settings["disguised"])
    )
    learn = learn[rank[learn] < share[learn]]
    weights = taught.weights.copy()
    weights[taught.own : taught.originals] = settings["background_weight"]
    weights[taught.targets.any(axis=1)] *= settings["risky_weight"]
    classifier = MessageClassifier(settings["C"], settings["min_df"], sibling_weight=settings["sibling_weight"])
    read = [_without(taught.readings[i], settings.get("without")) for i in learn]
    classifier.fit(read, taught.targets[learn], weights[learn])
    judged = [_without(taught.readings[i], settings.get("without")) for i in judge]
    highest: np.ndarray[Any, Any] = classifier.decision_function(judged).max(axis=1)
    return highest


def _without(reading: Reading, part: str | None) -> Reading:
    """A reading as if there were no words, no characters or no signals in it."""
    if part == "words":
        return reading._replace(words=[])
    if part == "chars":
        return reading._replace(masked=" " * len(reading.masked))
    return reading._replace(signals=()) if part == "signals" else reading


def _shares(
    scores: np.ndarray[Any, Any], places: np.ndarray[Any, Any], taught: Lessons, frame: pd.DataFrame
) -> dict[str, float]:
    """Shares of the labelled messages found, where :data:`_FALSE_ALARMS` of the clean ones are held back."""
    own = places < taught.own
    scores, places = scores[own], places[own]
    risky = taught.targets[places].any(axis=1)
    evasive, subtle = (frame[name].to_numpy(dtype=bool)[places] for name in ("evasive", "subtle"))
    found = scores > np.quantile(scores[~risky], 1 - _FALSE_ALARMS)
    sides = {"found": risky, "plain": risky & ~evasive & ~subtle, "evasive": risky & evasive, "subtle": risky & subtle}
    return {name: round(float(found[side].mean()), 4) if side.any() else float("nan") for name, side in sides.items()}


def _means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: round(float(np.mean([row[name] for row in rows])), 4) for name in rows[0]}
