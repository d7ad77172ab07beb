"""Parts of a corpus that are judged in turn, each by what learned from the others and from nothing like it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.model_selection import GroupKFold

_MOST = 5


class Fold(NamedTuple):
    """Positions of messages."""

    learn: np.ndarray[Any, Any]
    """Those of other groups that are no near-duplicates of any in :attr:`judge`."""
    judge: np.ndarray[Any, Any]
    """Those that are judged."""


def fold_count(groups: Iterable[Any], most: int = _MOST) -> int:
    """In how many folds messages of these groups are held out."""
    return min(most, len(set(groups)))


def folds(groups: Sequence[Any], clusters: Sequence[int], seed: int | None = None, most: int = _MOST) -> list[Fold]:
    """Split messages so that each is judged once.

    Parameters
    ----------
    groups : sequence
        Who wrote each message; a group is judged together.
    clusters : sequence of int
        Numbers of near-duplicates, as :func:`~huzhu_guard.model.duplicates.clusters` gives them. What is near to a
        judged message is left out of what is learned for it.
    seed : int, optional
        Deals the groups out at random; by size where it is None.
    most : int
        How many folds at most; there are no more than groups.

    Raises
    ------
    ValueError
        When all messages are of one group.

    Examples
    --------
    >>> [(fold.learn.tolist(), fold.judge.tolist()) for fold in folds(["a", "a", "b"], [0, 1, 1])]
    [([], [0, 1]), ([0], [2])]
    """
    numbers = np.asarray(clusters)
    split = GroupKFold(fold_count(groups, most), shuffle=seed is not None, random_state=seed)
    return [
        Fold(learn[~np.isin(numbers[learn], numbers[judge])], judge)
        for learn, judge in split.split(numbers, groups=groups)
    ]
