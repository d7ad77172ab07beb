"""How far messages have moved between two periods, as the stages and the model see them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from huzhu_guard.model.replay import as_guard
from huzhu_guard.verdict import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.figure import Figure

    from huzhu_guard.model.replay import Judge

STEADY, MOVED = 0.1, 0.25
"""The usual reading of the population stability index: below 0.1 steady, above 0.25 moved."""

_BINS = 10
_LEAST_COUNT = 0.5  # added to every bin, so that an empty one has a logarithm
_SURE = 3.0  # standard errors beyond which a rule's rate has changed


@dataclass(frozen=True, slots=True)
class Drift:
    """What changed between two periods."""

    scores: pd.DataFrame
    """A row a label: ``psi``, the mean score ``before`` and ``after``, and ``reading``: steady, shifting or moved."""
    rules: pd.DataFrame
    """A row a rule that hit: share of messages ``before`` and ``after``, ``errors``, the difference in standard errors,
    and whether it has ``changed``; largest change first."""
    unknown: pd.DataFrame
    """One row: mean share of a message's words that the model has never seen, ``before`` and ``after``, and ``errors``,
    the difference in standard errors."""
    messages: tuple[int, int]
    """How many messages each period has."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready tables."""
        tables = {name: getattr(self, name).to_dict(orient="records") for name in ("scores", "rules", "unknown")}
        return {"messages": list(self.messages), **tables}

    def to_text(self, most: int = 20) -> str:
        """The tables for a terminal."""
        tables = (self.scores, self.rules.head(most), self.unknown)
        shown = [table.to_string(index=False, float_format="{:.4f}".format) for table in tables]
        return "\n\n".join([f"{self.messages[0]} messages before, {self.messages[1]} after", *shown])

    def plot(self) -> Figure:
        """Stability of each score, and the rules and unknown words that moved most."""
        from huzhu_guard.model.plots import drift_figure

        return drift_figure(self)


def drift(before: Any, after: Any, judge: Judge = None, column: str = "text") -> Drift:
    """Compare two periods.

    Parameters
    ----------
    before, after : pandas.DataFrame or iterable of str
    judge : Guard, TrainedModel, Policy, path or None
        As for :func:`~huzhu_guard.model.replay.replay`; the shipped model by default.
    column : str
        The column with the texts.

    Raises
    ------
    ValueError
        When a period has no message.

    Examples
    --------
    >>> found = drift(["大家早上好"] * 50, ["大家早上好"] * 80)
    >>> found.scores["reading"].tolist()
    ['steady', 'steady', 'steady']
    """
    guard = as_guard(judge)
    texts = [_texts(period, column) for period in (before, after)]
    if not all(texts):
        raise ValueError("each period needs at least one message.")
    seen = [[_look(guard.scorer(), text) for text in period] for period in texts]
    values = [np.array([v.values for v in guard.score_many(period)]) for period in texts]
    rows = []
    for i, label in enumerate(LABELS):
        index = psi(values[0][:, i], values[1][:, i])
        reading = "steady" if index < STEADY else "shifting" if index < MOVED else "moved"
        rows.append({"label": str(label), "psi": index, "before": values[0][:, i].mean(),
                     "after": values[1][:, i].mean(), "reading": reading})  # fmt: skip
    hits = [Counter(rule for _, rules in period for rule in rules) for period in seen]
    sizes = (len(texts[0]), len(texts[1]))
    unknown = [np.array([rate for rate, _ in period]) for period in seen]
    error = math.sqrt(sum(rates.var() / len(rates) for rates in unknown))
    change = float(unknown[1].mean() - unknown[0].mean())
    errors = change / error if error else math.copysign(math.inf, change) if change else 0.0
    table = pd.DataFrame([{"before": unknown[0].mean(), "after": unknown[1].mean(), "errors": errors}])
    return Drift(pd.DataFrame(rows), _rules(hits[0], hits[1], sizes), table, sizes)


def psi(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any], bins: int = _BINS) -> float:
    """Population stability index of two samples, in bins that hold equal shares of the first.

    Parameters
    ----------
    before, after : array of shape (n,)
    bins : int

    Returns
    -------
    float
        0 for the same distribution; each bin adds (q - p) ln(q / p).

    Examples
    --------
    >>> psi(np.arange(100.0), np.arange(100.0))
    0.0
    >>> psi(np.arange(100.0), np.arange(100.0) + 50) > 1
    True
    """
    edges = np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))
    counts = [np.bincount(np.searchsorted(edges, x, side="right"), minlength=len(edges) + 1) for x in (before, after)]
    held = (counts[0] + counts[1]) > 0
    p, q = ((c + _LEAST_COUNT) / (c.sum() + _LEAST_COUNT * len(c)) for c in (counts[0][held], counts[1][held]))
    return float(((q - p) * np.log(q / p)).sum())


def _texts(period: Any, column: str) -> list[str]:
    values: Iterable[Any] = period[column] if isinstance(period, pd.DataFrame) else period
    return [text if isinstance(text, str) else "" for text in values]


def _look(scorer: Any, text: str) -> tuple[float, tuple[str, ...]]:
    """Share of unknown words, and the rules that hit."""
    screening = scorer.stages.screen(text)
    rate = scorer.model.unknown_rate(scorer.stages.read(screening))
    return rate, tuple(hit.rule.id for hit in screening.hits)


def _rules(before: Counter[str], after: Counter[str], sizes: tuple[int, int]) -> pd.DataFrame:
    rows = []
    for name in {*before, *after}:
        p, q = before[name] / sizes[0], after[name] / sizes[1]
        common = (before[name] + after[name]) / sum(sizes)
        error = math.sqrt(common * (1 - common) * (1 / sizes[0] + 1 / sizes[1]))
        errors = (q - p) / error if error else 0.0
        rows.append((name, p, q, errors, abs(errors) >= _SURE))
    rows.sort(key=lambda row: (-abs(row[3]), row[0]))
    return pd.DataFrame(rows, columns=["rule", "before", "after", "errors", "changed"])
