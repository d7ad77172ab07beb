"""Messages as a classifier learns them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from huzhu_guard.model.classifier import label_matrix
from huzhu_guard.model.duplicates import clusters
from huzhu_guard.model.folds import Fold, folds
from huzhu_guard.model.linear import TEXT_LABELS
from huzhu_guard.model.operators import disguised_copies
from huzhu_guard.model.reading import Reading
from huzhu_guard.stages import Stages

_CROWDS = 40  # groups into which the background, whose writers nobody knows, is dealt out
_COPY_WEIGHT = 0.5  # what a disguised copy counts beside its original


@dataclass(frozen=True, slots=True)
class Lessons:
    """Labelled messages, background and disguised copies, in this order. Immutable."""

    readings: list[Reading]
    targets: np.ndarray[Any, Any]
    """0/1 of shape (n, 2), a column a text label."""
    weights: np.ndarray[Any, Any]
    """What each counts."""
    groups: list[Any]
    """Who wrote each; a copy has its original's."""
    clusters: list[int]
    """Numbers of near-duplicates; a copy has its original's."""
    own: int
    """How many are labelled messages."""
    background: int

    @property
    def originals(self) -> int:
        """How many are no copies."""
        return self.own + self.background

    def folds(self, seed: int | None = None) -> list[Fold]:
        """See :func:`~huzhu_guard.model.folds.folds`."""
        return folds(self.groups, self.clusters, seed)


def lessons(
    rows: pd.DataFrame,
    background: pd.DataFrame | None,
    stages: Stages,
    weights: Sequence[float] | np.ndarray[Any, Any] | None = None,
    background_weight: float = 0.5,
    disguised: float = 0.0,
    seed: int = 0,
    near: Sequence[int] | None = None,
) -> Lessons:
    """Read messages through the stages.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``text``, ``labels`` and ``voice``.
    background : pandas.DataFrame, optional
        ``text``; taken as clean.
    stages : Stages
    weights : sequence of float, optional
        What each row counts; 1 by default.
    background_weight : float
        What a background row counts.
    disguised : float
        Share of the rows, 0 to 1, clean ones as well, of which a disguised copy is learned too, at half the weight:
        that a word is disguised says little by itself. Needs pypinyin (``pip install 'huzhu_guard[train]'``).
    seed : int
        Chooses them and how they are disguised.
    near : sequence of int, optional
        Number of each row's near-duplicates, where the caller has them already; worked out by default.
    """
    texts, own = list(rows["text"]), len(rows)
    ordinary = [] if background is None else list(background["text"])
    copies = disguised_copies(texts, disguised, seed)
    origins = [origin for origin, _ in copies]
    targets = label_matrix(list(rows["labels"]))
    counts = np.ones(own) if weights is None else np.asarray(weights, dtype=float)
    near = clusters(texts) if near is None else near
    groups = list(rows["voice"])
    return Lessons(
        [stages.read(s) for s in stages.screen_many([*texts, *ordinary, *(copy for _, copy in copies)])],
        np.vstack([targets, np.zeros((len(ordinary), len(TEXT_LABELS)), dtype=int), targets[origins]]),
        np.concatenate([counts, np.full(len(ordinary), background_weight), counts[origins] * _COPY_WEIGHT]),
        [*groups, *(f"background {i % _CROWDS}" for i in range(len(ordinary))), *(groups[i] for i in origins)],
        [*near, *range(own, own + len(ordinary)), *(near[i] for i in origins)],
        own,
        len(ordinary),
    )
